/* SPDX-License-Identifier: BSD-3-Clause */
#include "hold_judge.h"

#include <stdlib.h>
#include <string.h>

const char *
hold_fault_name(enum hold_fault fault)
{
	static const char *const names[] = {
#define HOLD_FAULT_NAME(name) #name,
		HOLD_FAULTS(HOLD_FAULT_NAME)
#undef HOLD_FAULT_NAME
	};

	return names[fault];
}

static size_t
words_of(const struct hold_judge *judge)
{
	return judge->connections / 64 + 1;
}

bool
hold_judge_init(struct hold_judge *judge, uint32_t connections, uint32_t request_size,
		uint64_t seed)
{
	*judge = (struct hold_judge){ .seed = seed,
		.connections = connections,
		.request_size = request_size };
	judge->opened = calloc(4 * words_of(judge), sizeof(*judge->opened));
	if (judge->opened == NULL)
		return false;
	judge->echoed = judge->opened + words_of(judge);
	judge->reached = judge->echoed + words_of(judge);
	judge->closed = judge->reached + words_of(judge);
	return true;
}

void
hold_judge_fini(struct hold_judge *judge)
{
	free(judge->opened);
	judge->opened = NULL;
}

/* Of a number of 64 bits another that looks like none before (SplitMix64's end). */
uint32_t
hold_judge_iss(const struct hold_judge *judge, uint32_t number)
{
	uint64_t x = judge->seed ^ (number + UINT64_C(1)) * UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(x >> 32);
}

/* @return whether the bit was clear */
static bool
set_bit(uint64_t *words, uint32_t number)
{
	const uint64_t bit = UINT64_C(1) << number % 64;
	const bool was_clear = (words[number / 64] & bit) == 0;

	words[number / 64] |= bit;
	return was_clear;
}

static enum hold_verdict
wrong(struct hold_judge *judge, enum hold_fault fault)
{
	judge->faults[fault]++;
	return HOLD_WRONG;
}

/* The first time, or once more. */
static enum hold_verdict
count(struct hold_judge *judge, uint64_t *words, uint32_t number, uint64_t *counter)
{
	if (!set_bit(words, number)) {
		judge->again_count++;
		return HOLD_AGAIN;
	}
	(*counter)++;
	return HOLD_RIGHT;
}

/* Octets of text that a peer has sent if so much of its numbers is acknowledged. */
static uint32_t
text_before(const struct hold_judge *judge, const struct heard *heard)
{
	return heard->ack - hold_judge_iss(judge, heard->peer) - 1;
}

static bool
is_whole_requests(const struct hold_judge *judge, uint32_t octets)
{
	return octets < UINT32_C(1) << 31 && octets % judge->request_size == 0;
}

enum hold_verdict
hold_judge_syn_ack(struct hold_judge *judge, const struct heard *heard)
{
	if (text_before(judge, heard) != 0 || heard->text_len != 0)
		return wrong(judge, HOLD_FAULT_syn_ack_wrong);
	return count(judge, judge->opened, heard->peer, &judge->open_count);
}

enum hold_verdict
hold_judge_ack(struct hold_judge *judge, const struct heard *heard)
{
	if (!is_whole_requests(judge, text_before(judge, heard)))
		return wrong(judge, HOLD_FAULT_ack_wrong);
	return HOLD_RIGHT;
}

void
hold_judge_write(const struct hold_judge *judge, uint8_t *at, const struct hold_text *text)
{
	memcpy(at, text, sizeof(*text));
	memset(at + sizeof(*text), (int)(text->number & 0xff), judge->request_size - sizeof(*text));
}

static bool
is_request(const struct hold_judge *judge, const uint8_t *bytes, const struct hold_text *text)
{
	for (uint32_t i = sizeof(*text); i < judge->request_size; i++) {
		if (bytes[i] != (text->number & 0xff))
			return false;
	}
	return true;
}

/* It answers the request that it repeats: what was sent then is acknowledged now, and nothing more. */
enum hold_verdict
hold_judge_echo(struct hold_judge *judge, const struct heard *heard, const uint8_t *bytes,
		struct hold_text *text)
{
	memcpy(text, bytes, sizeof(*text));
	if (heard->text_len != judge->request_size || text->number != heard->peer ||
			heard->seq != text->ack || heard->ack != text->seq + judge->request_size ||
			!is_request(judge, bytes, text))
		return wrong(judge, HOLD_FAULT_echo_wrong);
	judge->reached_count += set_bit(judge->reached, heard->peer) ? 1 : 0;
	return count(judge, judge->echoed, heard->peer, &judge->echo_count);
}

enum hold_verdict
hold_judge_fin(struct hold_judge *judge, const struct heard *heard)
{
	const uint32_t text = text_before(judge, heard) - 1; /* the peer's FIN is no text */
	enum hold_verdict verdict;

	if (!is_whole_requests(judge, text) || heard->text_len != 0)
		return wrong(judge, HOLD_FAULT_fin_wrong);
	verdict = count(judge, judge->closed, heard->peer, &judge->close_count);
	if (verdict == HOLD_RIGHT)
		judge->text_taken += text;
	return verdict;
}

void
hold_judge_next_pass(struct hold_judge *judge)
{
	memset(judge->echoed, 0, words_of(judge) * sizeof(*judge->echoed));
}

void
hold_judge_add(struct hold_judge *sum, const struct hold_judge *judge)
{
	sum->connections += judge->connections;
	sum->open_count += judge->open_count;
	sum->echo_count += judge->echo_count;
	sum->close_count += judge->close_count;
	sum->reached_count += judge->reached_count;
	sum->again_count += judge->again_count;
	sum->text_taken += judge->text_taken;
	for (unsigned int i = 0; i < HOLD_FAULT_COUNT; i++)
		sum->faults[i] += judge->faults[i];
}

uint64_t
hold_judge_fault_sum(const struct hold_judge *judge)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < HOLD_FAULT_COUNT; i++)
		sum += judge->faults[i];
	return sum;
}

bool
hold_judge_is_content(const struct hold_judge *judge)
{
	return hold_judge_fault_sum(judge) == 0 && judge->open_count == judge->connections &&
			judge->close_count == judge->connections &&
			judge->text_taken == judge->echo_count * judge->request_size;
}
