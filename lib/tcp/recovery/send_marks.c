/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Marks are few, so they are kept as an array in order, not as a ring.
 */
#include "tcp/recovery/send_marks.h"

#include <string.h>

#include "tcp/seq.h"

/* Let the mark after i take its run as well. */
static void
join_with_next(struct send_marks *marks, unsigned int i)
{
	marks->marks[i + 1].first_us = marks->marks[i].first_us;
	marks->count--;
	memmove(&marks->marks[i], &marks->marks[i + 1],
			(marks->count - i) * sizeof(marks->marks[0]));
}

/* Of marks that lie close together, the pair that does so most. */
static unsigned int
closest_pair(const struct send_marks *marks)
{
	uint32_t least = UINT32_MAX;
	unsigned int i, best = 0;

	for (i = 0; i + 1u < marks->count; i++) {
		const uint32_t span = marks->marks[i + 1].last_us - marks->marks[i].first_us;

		if (span < least) {
			least = span;
			best = i;
		}
	}
	return best;
}

void
send_marks_push(struct send_marks *marks, uint32_t end, uint32_t now_us, uint32_t apart_us)
{
	if (marks->count > 0) {
		struct send_mark *last = &marks->marks[marks->count - 1];
		const bool few = marks->count <= SEND_MARKS_MAX / 2;

		if (last->last_us == now_us || (!few && now_us - last->first_us < apart_us)) {
			last->end = end;
			last->last_us = now_us;
			return;
		}
	}
	if (marks->count == SEND_MARKS_MAX)
		join_with_next(marks, closest_pair(marks));
	marks->marks[marks->count++] = (struct send_mark){ end, now_us, now_us };
}

void
send_marks_acknowledge(struct send_marks *marks, uint32_t snd_una)
{
	unsigned int gone = 0;

	while (gone < marks->count && seq_leq(marks->marks[gone].end, snd_una))
		gone++;
	if (gone == 0)
		return;
	marks->count = (uint8_t)(marks->count - gone);
	memmove(&marks->marks[0], &marks->marks[gone], marks->count * sizeof(marks->marks[0]));
}
