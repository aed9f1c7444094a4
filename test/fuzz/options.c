/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP options (3.1): the input is the option bytes of a header, in a piece of memory of just that
 * size. The reader of the tests, written from the RFCs, must have read the same, and what fits a
 * header must be read back as it was written.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "fuzz.h"
#include "net/tcp_options.h"

int
fuzz_start(void)
{
	return 0;
}

/* RFC 9293 3.1 as a table of lengths; 0: any that holds whole SACK blocks. An MSS of 0 is none. */
static const struct {
	uint8_t length, bit;
} kinds[] = {
	[2] = { 4, TCP_OPTION_MSS },
	[3] = { 3, TCP_OPTION_WINDOW_SCALE },
	[4] = { 2, TCP_OPTION_SACK_PERMITTED },
	[5] = { 0, TCP_OPTION_SACK },
	[8] = { 10, TCP_OPTION_TIMESTAMPS },
};

static uint32_t
get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool
is_known(const uint8_t *at)
{
	if (at[0] >= RTE_DIM(kinds) || kinds[at[0]].bit == 0)
		return false;
	if (at[0] == 2 && at[1] == 4 && at[2] == 0 && at[3] == 0)
		return false;
	return kinds[at[0]].length != 0 ? at[1] == kinds[at[0]].length
					: at[1] % 8 == 2 && at[1] >= 10 && at[1] <= 34;
}

static void
take(const uint8_t *at, struct tcp_options *options)
{
	if (!is_known(at) || options->seen & kinds[at[0]].bit)
		return;
	options->seen |= kinds[at[0]].bit;
	switch (at[0]) {
	case 2:
		options->mss = (uint16_t)(at[2] << 8 | at[3]);
		break;
	case 3:
		options->window_scale = (uint8_t)RTE_MIN(at[2], 14);
		break;
	case 5:
		options->sack_count = (uint8_t)(at[1] / 8);
		for (unsigned int i = 0; i < options->sack_count; i++) {
			options->sack[i].left = get32(at + 2 + 8 * i);
			options->sack[i].right = get32(at + 6 + 8 * i);
		}
		break;
	case 8:
		options->ts_val = get32(at + 2);
		options->ts_ecr = get32(at + 6);
		break;
	}
}

/* @return false where a length is illegal (MUST-7) */
static bool
read_plainly(const uint8_t *bytes, uint32_t length, struct tcp_options *options)
{
	memset(options, 0, sizeof(*options));
	for (uint32_t n = 0; n < length && bytes[n] != 0;) {
		if (bytes[n] == 1) {
			n++;
			continue;
		}
		if (n + 2 > length || bytes[n + 1] < 2 || n + bytes[n + 1] > length)
			return false;
		take(bytes + n, options);
		n += bytes[n + 1];
	}
	return true;
}

static void
check_same(const struct tcp_options *a, const struct tcp_options *b)
{
	must(a->seen == b->seen);
	must(!(a->seen & TCP_OPTION_MSS) || a->mss == b->mss);
	must(!(a->seen & TCP_OPTION_WINDOW_SCALE) || a->window_scale == b->window_scale);
	must(!(a->seen & TCP_OPTION_TIMESTAMPS) ||
			(a->ts_val == b->ts_val && a->ts_ecr == b->ts_ecr));
	must(a->sack_count == b->sack_count);
	must(memcmp(a->sack, b->sack, a->sack_count * sizeof(*a->sack)) == 0);
}

/* As segments carry them: those of a SYN, or timestamps and as many blocks as fit beside them. */
static void
check_round_trip(struct tcp_options options, enum estab_option_order order)
{
	uint8_t bytes[TCP_OPTIONS_BYTES_MAX];
	struct tcp_options again;
	uint32_t size;

	if (options.seen & TCP_OPTION_SACK) {
		options.seen &= TCP_OPTION_SACK | TCP_OPTION_TIMESTAMPS;
		options.sack_count = (uint8_t)RTE_MIN(options.sack_count,
				options.seen & TCP_OPTION_TIMESTAMPS ? 3 : 4);
	}
	size = tcp_options_write(bytes, &options, order);
	must(size <= sizeof(bytes) && size % 4 == 0);
	must(tcp_options_parse(bytes, size, &again));
	check_same(&options, &again);
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	const uint32_t length = (uint32_t)RTE_MIN(size, (size_t)TCP_OPTIONS_BYTES_MAX);
	uint8_t *exact = malloc(length + (length == 0));
	struct tcp_options options, plain;
	bool legal;

	must(exact != NULL);
	memcpy(exact, data, length);
	legal = tcp_options_parse(exact, length, &options);
	must(legal == read_plainly(exact, length, &plain));
	check_same(&options, &plain);
	free(exact);
	check_round_trip(options, ESTAB_OPTION_ORDER_LINUX);
	check_round_trip(options, ESTAB_OPTION_ORDER_FREEBSD);
}
