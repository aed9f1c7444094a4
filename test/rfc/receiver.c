/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segments are counted from 0, all as long as the MSS; the text begins at number 1.
 */
#include "receiver.h"

#include <stdio.h>

/* The number of the first octet of a segment. */
static uint32_t
seq_of(const struct receiver *r, uint32_t segment)
{
	return 1 + segment * r->mss;
}

/* The run that holds a segment is told of, if it is not yet. */
static void
put_block(const struct receiver *r, struct receiver_answer *answer, uint32_t segment)
{
	uint32_t left = segment, right = segment + 1;

	if (segment < r->next || !r->have[segment])
		return;
	while (r->have[left - 1])
		left--;
	while (right < RECEIVER_SEGMENTS && r->have[right])
		right++;
	for (uint8_t i = 0; i < answer->blocks; i++)
		if (answer->left[i] == seq_of(r, left))
			return;
	answer->left[answer->blocks] = seq_of(r, left);
	answer->right[answer->blocks++] = seq_of(r, right);
}

static void
note_recent(struct receiver *r, uint32_t segment)
{
	for (unsigned int i = RECEIVER_BLOCKS - 1; i > 0; i--)
		r->recent[i] = r->recent[i - 1];
	r->recent[0] = segment;
}

static void
take_segment(struct receiver *r, uint32_t segment)
{
	struct receiver_answer *answer = &r->answers[(r->first + r->count) % RECEIVER_SEGMENTS];

	assert_true(r->count < RECEIVER_SEGMENTS);
	r->have[segment] = true;
	while (r->have[r->next])
		r->next++;
	if (segment > r->next)
		note_recent(r, segment);
	*answer = (struct receiver_answer){ .due_ns = r->t->now_ns + r->rtt_ms * UINT64_C(1000000),
		.ack = seq_of(r, r->next),
		.octets = r->mss };
	for (unsigned int i = 0; r->sacks && i < RECEIVER_BLOCKS; i++)
		put_block(r, answer, r->recent[i]);
	r->count++;
	r->in_network += r->mss;
	if (r->in_network > r->in_network_max)
		r->in_network_max = r->in_network;
}

/* What the stack has sent meets the line. */
static void
take_sent(struct receiver *r)
{
	const struct packet *packet;

	while ((packet = next_sent(r->t)) != NULL) {
		const uint32_t segment = (packet->seq - 1) / r->mss;

		if (packet->text_len == 0)
			continue;
		assert_int_equal(packet->text_len, r->mss);
		assert_int_equal(packet->seq, seq_of(r, segment));
		assert_true(segment + 1 < RECEIVER_SEGMENTS);
		if (r->drops == NULL || !r->drops(segment, r->times[segment]))
			take_segment(r, segment);
		r->times[segment]++;
		r->sent++;
	}
}

static void
answer(struct receiver *r, const struct receiver_answer *answer)
{
	char text[PACKET_NOTATION_MAX];
	int at = snprintf(text, sizeof(text), ". 1:1(0) ack %u", answer->ack);

	for (uint8_t i = 0; i < answer->blocks; i++)
		at += snprintf(text + at, sizeof(text) - (size_t)at, "%s%u:%u",
				i == 0 ? " <nop,nop,sack " : " ", answer->left[i],
				answer->right[i]);
	snprintf(text + at, sizeof(text) - (size_t)at, "%s", answer->blocks > 0 ? ">" : "");
	arrive_later(r->t, "%s", text);
	r->in_network -= answer->octets;
}

static void
answer_due(struct receiver *r)
{
	const uint32_t max = r->answers_max > 0 ? r->answers_max : RECEIVER_SEGMENTS;

	for (uint32_t i = 0; i < max && r->count > 0; i++) {
		if (r->answers[r->first].due_ns > r->t->now_ns)
			return;
		answer(r, &r->answers[r->first]);
		r->first = (r->first + 1) % RECEIVER_SEGMENTS;
		r->count--;
	}
}

void
receiver_run(struct receiver *r, uint32_t ms)
{
	take_sent(r);
	for (; ms > 0; ms--) {
		answer_due(r);
		advance(r->t, 1);
		take_sent(r);
		if (r->look != NULL)
			r->look(r);
	}
}
