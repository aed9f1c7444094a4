/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ranges are split where an ACK or a retransmission ends in their midst and joined again in one pass
 * afterwards. set_flags is the only place where flags change, so that the sums follow.
 */
#include "tcp/recovery/scoreboard.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include <rte_common.h>

#include "tcp/seq.h"

enum {
	CROWDED = SCOREBOARD_RANGES_MAX * 3 / 4,     /* from here on times may be blurred */
	SACKS_LIMIT = SCOREBOARD_RANGES_MAX * 7 / 8, /* and from here on no SACK takes one more */
};

static uint32_t
left_of(const struct scoreboard *board, unsigned int i)
{
	return i == 0 ? board->start : board->ranges[i - 1].end;
}

static uint32_t
length_of(const struct scoreboard *board, unsigned int i)
{
	return board->ranges[i].end - left_of(board, i);
}

static bool
is_pending(uint8_t flags)
{
	return (flags & (RANGE_LOST | RANGE_RESENT)) == RANGE_LOST;
}

static void
set_flags(struct scoreboard *board, unsigned int i, uint8_t flags)
{
	const uint32_t length = length_of(board, i);
	const uint8_t was = board->ranges[i].flags;

	board->sacked += ((flags & RANGE_SACKED) != 0 ? length : 0) -
			((was & RANGE_SACKED) != 0 ? length : 0);
	board->lost += ((flags & RANGE_LOST) != 0 ? length : 0) -
			((was & RANGE_LOST) != 0 ? length : 0);
	board->resent += ((flags & RANGE_RESENT) != 0 ? length : 0) -
			((was & RANGE_RESENT) != 0 ? length : 0);
	board->pending += (is_pending(flags) ? length : 0) - (is_pending(was) ? length : 0);
	board->ranges[i].flags = flags;
}

void
scoreboard_init(struct scoreboard *board, uint32_t snd_una)
{
	memset(board, 0, offsetof(struct scoreboard, ranges));
	board->start = board->highest = snd_una;
}

/* The range that holds seq; count where seq is at or beyond the end. */
static unsigned int
find(const struct scoreboard *board, uint32_t seq)
{
	unsigned int low = 0, high = board->count;

	while (low < high) {
		const unsigned int middle = (low + high) / 2;

		if (seq_leq(board->ranges[middle].end, seq))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Let a range begin at seq; returns it, or where there is no place, the one that holds seq. */
static unsigned int
split(struct scoreboard *board, uint32_t seq)
{
	const unsigned int i = find(board, seq);
	struct range *range = &board->ranges[i];

	if (i == board->count || left_of(board, i) == seq || board->count == SCOREBOARD_RANGES_MAX)
		return i;
	memmove(range + 1, range, (board->count - i) * sizeof(*range));
	range->end = seq;
	board->count++;
	return i + 1;
}

/* What a range was sent at says nothing any more: the peer has it, or it will be sent again. */
static bool
is_timeless(uint8_t flags)
{
	return (flags & RANGE_SACKED) != 0 || is_pending(flags);
}

static bool
may_join(const struct scoreboard *board, const struct range *a, const struct range *b)
{
	if (a->flags != b->flags)
		return false;
	return is_timeless(a->flags) || (a->first_us == b->first_us && a->last_us == b->last_us) ||
			board->count > CROWDED;
}

/* Join neighbours, in one pass. */
static void
compact(struct scoreboard *board)
{
	unsigned int i, kept = 0;

	for (i = 1; i < board->count; i++) {
		struct range *a = &board->ranges[kept];
		const struct range *b = &board->ranges[i];

		if (may_join(board, a, b)) {
			a->end = b->end;
			a->first_us = seq_min(a->first_us, b->first_us);
			a->last_us = seq_max(a->last_us, b->last_us);
		} else {
			board->ranges[++kept] = *b;
		}
	}
	if (board->count > 0)
		board->count = (uint16_t)(kept + 1);
}

/* The shortest range that was sacked; count: there is none. */
static unsigned int
shortest_sacked(const struct scoreboard *board)
{
	unsigned int i, best = board->count;

	for (i = 0; i < board->count; i++)
		if ((board->ranges[i].flags & RANGE_SACKED) != 0 &&
				(best == board->count ||
						length_of(board, i) < length_of(board, best)))
			best = i;
	return best;
}

/* Range i is from now on what its neighbour is. */
static void
become(struct scoreboard *board, unsigned int i, unsigned int neighbour)
{
	const struct range *other = &board->ranges[neighbour];

	set_flags(board, i, other->flags);
	board->ranges[i].first_us = other->first_us;
	board->ranges[i].last_us = other->last_us;
}

/*
 * Let a full board have places: a block of the peer's is forgotten, as if it had not come (RFC 2018 8
 * lets it be dropped). Where there is none, two ranges far from `near` count as sent again, which says
 * more than is in the network; RACK or the timer finds them.
 */
static void
make_place(struct scoreboard *board, unsigned int near)
{
	unsigned int i = shortest_sacked(board);

	if (i < board->count) {
		become(board, i, i > 0 ? i - 1 : 1);
	} else {
		i = near > board->count / 2 ? 0 : board->count - 3u;
		set_flags(board, i, RANGE_RESENT | RANGE_AMBIGUOUS);
		become(board, i + 1, i);
	}
	compact(board);
}

bool
scoreboard_join_last(struct scoreboard *board, uint32_t end, uint32_t now_us, uint32_t apart_us)
{
	struct range *last = board->count > 0 ? &board->ranges[board->count - 1] : NULL;

	if (last == NULL || last->flags != 0 || now_us - last->first_us >= apart_us)
		return false;
	last->end = end;
	last->last_us = now_us;
	return true;
}

void
scoreboard_append(struct scoreboard *board, uint32_t end, uint32_t first_us, uint32_t last_us)
{
	struct range *last = board->count > 0 ? &board->ranges[board->count - 1] : NULL;

	if (last != NULL && last->flags == 0 &&
			((last->first_us == first_us && last->last_us == last_us) ||
					board->count > CROWDED)) {
		last->end = end;
		last->last_us = last_us;
		return;
	}
	if (board->count == SCOREBOARD_RANGES_MAX)
		make_place(board, board->count - 1u);
	board->ranges[board->count++] =
			(struct range){ .end = end, .first_us = first_us, .last_us = last_us };
}

/* RFC 8985 5.1 RACK_sent_after: of things sent once, what has the higher number was sent later. */
static bool
is_later(const struct delivery *delivery, const struct range *range, uint32_t end)
{
	const bool ambiguous = (range->flags & RANGE_AMBIGUOUS) != 0;
	const int32_t later_us = (int32_t)(range->first_us - delivery->latest_us);

	if (!delivery->any)
		return true;
	if ((!ambiguous && !delivery->latest_ambiguous) || later_us == 0)
		return seq_gt(end, delivery->latest_end);
	return later_us > 0;
}

/* Octets up to end, at the end or in the midst of a range, were delivered. */
static void
note_delivered(struct scoreboard *board, const struct range *range, uint32_t octets, uint32_t end,
		struct delivery *delivery)
{
	const bool ambiguous = (range->flags & RANGE_AMBIGUOUS) != 0;

	delivery->octets += octets;
	if (ambiguous) {
		delivery->resent = true;
	} else {
		if (seq_lt(end, board->highest))
			delivery->reordered = RTE_MAX(delivery->reordered,
					board->highest - (end - octets));
		delivery->original |= seq_leq(end, delivery->original_end);
	}
	board->highest = seq_max(board->highest, end);
	if (ambiguous && delivery->now_us - range->last_us < delivery->age_min_us)
		return;
	if (!delivery->any || seq_gt(end, delivery->highest_end)) {
		delivery->highest_end = end;
		delivery->highest_us = range->first_us;
	}
	if (is_later(delivery, range, end)) {
		delivery->any = true;
		delivery->latest_end = end;
		delivery->latest_us = range->first_us;
		delivery->latest_ambiguous = ambiguous;
	}
}

void
scoreboard_acknowledge(struct scoreboard *board, uint32_t snd_una, struct delivery *delivery)
{
	unsigned int gone;
	uint8_t flags = 0;

	for (gone = 0; gone < board->count; gone++) {
		const struct range *range = &board->ranges[gone];
		const uint32_t left = left_of(board, gone);
		const uint32_t end = seq_min(range->end, snd_una);

		if (seq_geq(left, snd_una))
			break;
		flags = range->flags;
		if ((flags & RANGE_SACKED) == 0)
			note_delivered(board, range, end - left, end, delivery);
		set_flags(board, gone, 0);
		if (seq_gt(range->end, snd_una))
			break; /* some of it is left */
		flags = 0;
	}
	board->start = snd_una;
	board->highest = seq_max(board->highest, snd_una);
	board->count = (uint16_t)(board->count - gone);
	memmove(&board->ranges[0], &board->ranges[gone], board->count * sizeof(board->ranges[0]));
	if (flags != 0)
		set_flags(board, 0, flags);
}

/* Range i and those after it, up to right, are the peer's; what ends beyond it is not. */
static void
sack_ranges(struct scoreboard *board, unsigned int i, uint32_t right, struct delivery *delivery)
{
	for (; i < board->count && seq_leq(board->ranges[i].end, right); i++) {
		const struct range *range = &board->ranges[i];
		const uint32_t length = length_of(board, i);

		if ((range->flags & RANGE_SACKED) != 0)
			continue;
		note_delivered(board, range, length, range->end, delivery);
		delivery->sacked += length;
		set_flags(board, i, RANGE_SACKED);
	}
}

static bool
is_sacked(const struct scoreboard *board, unsigned int i)
{
	return i < board->count && (board->ranges[i].flags & RANGE_SACKED) != 0;
}

/* True where a block leaves no more ranges than there are, or there are places for more. */
static bool
may_sack(const struct scoreboard *board, uint32_t left, uint32_t right)
{
	const unsigned int first = find(board, left), last = find(board, right - 1);
	unsigned int before = last - first + 1, after = 1;

	if (board->count < SACKS_LIMIT || last == board->count)
		return true;
	if (left_of(board, first) == left)
		before += first > 0 && is_sacked(board, first - 1);
	else
		after += !is_sacked(board, first);
	if (board->ranges[last].end == right)
		before += is_sacked(board, last + 1);
	else
		after += !is_sacked(board, last);
	return after <= before;
}

void
scoreboard_sack(struct scoreboard *board, uint32_t left, uint32_t right, struct delivery *delivery)
{
	unsigned int i;

	if (!may_sack(board, left, right))
		return;
	i = split(board, left);
	split(board, right);
	if (i < board->count && left_of(board, i) != left)
		i++; /* no place for the split */
	sack_ranges(board, i, right, delivery);
	compact(board);
}

void
scoreboard_lose(struct scoreboard *board, unsigned int i)
{
	const uint8_t flags = board->ranges[i].flags;

	set_flags(board, i, (uint8_t)((flags & RANGE_AMBIGUOUS) | RANGE_LOST));
}

void
scoreboard_lose_first(struct scoreboard *board, uint32_t octets)
{
	const uint32_t right = board->start + octets;
	unsigned int i;

	split(board, right);
	for (i = 0; i < board->count && seq_lt(left_of(board, i), right); i++)
		if ((board->ranges[i].flags & (RANGE_SACKED | RANGE_LOST)) == 0)
			scoreboard_lose(board, i);
	compact(board);
}

void
scoreboard_lose_all(struct scoreboard *board)
{
	unsigned int i;

	for (i = 0; i < board->count; i++)
		if ((board->ranges[i].flags & RANGE_SACKED) == 0)
			scoreboard_lose(board, i);
	compact(board);
}

void
scoreboard_find_all(struct scoreboard *board)
{
	unsigned int i;

	for (i = 0; i < board->count; i++)
		set_flags(board, i, board->ranges[i].flags & (uint8_t)~RANGE_LOST);
}

void
scoreboard_renege(struct scoreboard *board)
{
	unsigned int i;

	for (i = 0; i < board->count; i++)
		if ((board->ranges[i].flags & RANGE_SACKED) != 0)
			set_flags(board, i, RANGE_AMBIGUOUS);
}

bool
scoreboard_next_lost(const struct scoreboard *board, uint32_t *left, uint32_t *right)
{
	unsigned int i;

	if (board->pending == 0)
		return false;
	for (i = 0; !is_pending(board->ranges[i].flags); i++)
		;
	*left = left_of(board, i);
	*right = board->ranges[i].end;
	return true;
}

void
scoreboard_resend(struct scoreboard *board, uint32_t left, uint32_t right, uint32_t now_us)
{
	unsigned int i;

	while (board->count > SCOREBOARD_RANGES_MAX - 2)
		make_place(board, find(board, left));
	i = split(board, left);
	split(board, right);
	for (; i < board->count && seq_lt(left_of(board, i), right); i++) {
		struct range *range = &board->ranges[i];

		if ((range->flags & RANGE_SACKED) != 0)
			continue;
		set_flags(board, i, range->flags | RANGE_RESENT | RANGE_AMBIGUOUS);
		range->first_us = range->last_us = now_us;
	}
	compact(board);
}

#ifndef NDEBUG
void
scoreboard_check(const struct scoreboard *board, uint32_t snd_una, uint32_t snd_nxt)
{
	uint32_t sacked = 0, lost = 0, resent = 0, pending = 0;
	unsigned int i;

	assert(board->start == snd_una);
	assert(board->count <= SCOREBOARD_RANGES_MAX);
	assert((board->count > 0 ? board->ranges[board->count - 1].end : snd_una) == snd_nxt);
	for (i = 0; i < board->count; i++) {
		const uint8_t flags = board->ranges[i].flags;
		const uint32_t length = length_of(board, i);

		assert(length > 0 && length <= INT32_MAX);
		assert((flags & RANGE_SACKED) == 0 || flags == RANGE_SACKED);
		sacked += (flags & RANGE_SACKED) != 0 ? length : 0;
		lost += (flags & RANGE_LOST) != 0 ? length : 0;
		resent += (flags & RANGE_RESENT) != 0 ? length : 0;
		pending += is_pending(flags) ? length : 0;
	}
	assert(sacked == board->sacked && lost == board->lost);
	assert(resent == board->resent && pending == board->pending);
}
#endif
