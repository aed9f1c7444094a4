/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP options through one bounded cursor: every length is checked where it is read, so that no
 * option can make another one be read, or be read twice.
 */
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "net/tcp_options.h"

enum tcp_option_kind {
	KIND_END = 0,
	KIND_NOP = 1,
	KIND_MSS = 2,
	KIND_WINDOW_SCALE = 3,
	KIND_SACK_PERMITTED = 4,
	KIND_SACK = 5,
	KIND_TIMESTAMPS = 8,
};

/* What is left to read. */
struct cursor {
	const uint8_t *at;
	uint32_t left;
};

/* One option without its kind and length. */
struct option {
	uint8_t kind;
	uint8_t length;
	const uint8_t *body;
};

static uint16_t
read_16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t
read_32(const uint8_t *bytes)
{
	return (uint32_t)read_16(bytes) << 16 | read_16(bytes + 2);
}

/* Take the next option. @return false where there is none or, with *illegal, where it is broken */
static bool
cursor_next(struct cursor *cursor, struct option *option, bool *illegal)
{
	while (cursor->left > 0 && cursor->at[0] == KIND_NOP) {
		cursor->at++;
		cursor->left--;
	}
	if (cursor->left == 0 || cursor->at[0] == KIND_END)
		return false;
	if (cursor->left < 2 || cursor->at[1] < 2 || cursor->at[1] > cursor->left) {
		*illegal = true;
		return false;
	}
	option->kind = cursor->at[0];
	option->length = (uint8_t)(cursor->at[1] - 2);
	option->body = cursor->at + 2;
	cursor->left -= cursor->at[1];
	cursor->at += cursor->at[1];
	return true;
}

static void
take_sack(const struct option *option, struct tcp_options *options)
{
	options->sack_count = option->length / 8;
	for (size_t i = 0; i < options->sack_count; i++) {
		options->sack[i].left = read_32(option->body + 8 * i);
		options->sack[i].right = read_32(option->body + 8 * i + 4);
	}
}

/* The bit of a known option of the right length; 0 for all others, and for an MSS of 0, which is none. */
static uint8_t
option_bit(const struct option *option)
{
	const uint8_t length = option->length;

	switch (option->kind) {
	case KIND_MSS:
		return length == 2 && read_16(option->body) != 0 ? TCP_OPTION_MSS : 0;
	case KIND_WINDOW_SCALE:
		return length == 1 ? TCP_OPTION_WINDOW_SCALE : 0;
	case KIND_SACK_PERMITTED:
		return length == 0 ? TCP_OPTION_SACK_PERMITTED : 0;
	case KIND_SACK:
		return length % 8 == 0 && length >= 8 && length <= 8 * SACK_BLOCKS_MAX
				? TCP_OPTION_SACK
				: 0;
	case KIND_TIMESTAMPS:
		return length == 8 ? TCP_OPTION_TIMESTAMPS : 0;
	default:
		return 0;
	}
}

static void
take_option(const struct option *option, struct tcp_options *options)
{
	const uint8_t bit = option_bit(option);

	if (bit == 0 || (options->seen & bit))
		return;
	options->seen |= bit;
	switch (option->kind) {
	case KIND_MSS:
		options->mss = read_16(option->body);
		break;
	case KIND_WINDOW_SCALE:
		options->window_scale = (uint8_t)RTE_MIN((int)option->body[0],
				(int)TCP_OPTIONS_WINDOW_SCALE_MAX);
		break;
	case KIND_SACK:
		take_sack(option, options);
		break;
	case KIND_TIMESTAMPS:
		options->ts_val = read_32(option->body);
		options->ts_ecr = read_32(option->body + 4);
		break;
	}
}

bool
tcp_options_parse(const uint8_t *bytes, uint32_t length, struct tcp_options *options)
{
	struct cursor cursor = { .at = bytes, .left = length };
	struct option option;
	bool illegal = false;

	options->seen = 0;
	options->sack_count = 0;
	while (cursor_next(&cursor, &option, &illegal))
		take_option(&option, options);
	return !illegal;
}

static uint8_t *
write_16(uint8_t *at, uint16_t value)
{
	*at++ = (uint8_t)(value >> 8);
	*at++ = (uint8_t)value;
	return at;
}

static uint8_t *
write_32(uint8_t *at, uint32_t value)
{
	return write_16(write_16(at, (uint16_t)(value >> 16)), (uint16_t)value);
}

static uint8_t *
write_head(uint8_t *at, uint8_t nops, enum tcp_option_kind kind, uint8_t length)
{
	while (nops-- > 0)
		*at++ = KIND_NOP;
	*at++ = (uint8_t)kind;
	*at++ = length;
	return at;
}

static uint8_t *
write_timestamps(uint8_t *at, uint8_t nops, const struct tcp_options *options)
{
	at = write_head(at, nops, KIND_TIMESTAMPS, 10);
	at = write_32(at, options->ts_val);
	return write_32(at, options->ts_ecr);
}

static uint8_t *
write_sack(uint8_t *at, uint8_t nops, const struct tcp_options *options)
{
	at = write_head(at, nops, KIND_SACK, (uint8_t)(2 + 8 * options->sack_count));
	for (uint8_t i = 0; i < options->sack_count; i++) {
		at = write_32(at, options->sack[i].left);
		at = write_32(at, options->sack[i].right);
	}
	return at;
}

static uint8_t *
write_mss(uint8_t *at, const struct tcp_options *options)
{
	return write_16(write_head(at, 0, KIND_MSS, 4), options->mss);
}

static uint8_t *
write_window_scale(uint8_t *at, uint8_t nops, const struct tcp_options *options)
{
	at = write_head(at, nops, KIND_WINDOW_SCALE, 3);
	*at++ = options->window_scale;
	return at;
}

/*
 * MSS, SACK-permitted and timestamps (which fill whole words together), window scale. A peer's fast
 * path for timestamps alone expects two NOPs before them.
 */
static uint8_t *
write_as_linux(uint8_t *at, const struct tcp_options *options)
{
	const uint8_t seen = options->seen;
	const bool permitted = seen & TCP_OPTION_SACK_PERMITTED;

	if (seen & TCP_OPTION_MSS)
		at = write_mss(at, options);
	if (permitted)
		at = write_head(at, seen & TCP_OPTION_TIMESTAMPS ? 0 : 2, KIND_SACK_PERMITTED, 2);
	if (seen & TCP_OPTION_TIMESTAMPS)
		at = write_timestamps(at, permitted ? 0 : 2, options);
	if (seen & TCP_OPTION_WINDOW_SCALE)
		at = write_window_scale(at, 1, options);
	return (seen & TCP_OPTION_SACK) && options->sack_count > 0 ? write_sack(at, 2, options)
								   : at;
}

/* NOPs that bring the next option to an offset of that remainder. */
static uint8_t
nops_to(const uint8_t *first, const uint8_t *at, uint8_t modulus, uint8_t remainder)
{
	const uint8_t offset = (uint8_t)(at - first);

	return (uint8_t)((modulus + remainder - offset % modulus) % modulus);
}

/* MSS, window scale, SACK-permitted, timestamps, SACK: values end or begin on their natural offsets. */
static uint8_t *
write_as_freebsd(uint8_t *at, const struct tcp_options *options)
{
	const uint8_t seen = options->seen;
	const uint8_t *first = at;

	if (seen & TCP_OPTION_MSS)
		at = write_mss(at, options);
	if (seen & TCP_OPTION_WINDOW_SCALE)
		at = write_window_scale(at, nops_to(first, at, 2, 1), options);
	if (seen & TCP_OPTION_SACK_PERMITTED)
		at = write_head(at, nops_to(first, at, 2, 0), KIND_SACK_PERMITTED, 2);
	if (seen & TCP_OPTION_TIMESTAMPS)
		at = write_timestamps(at, nops_to(first, at, 4, 2), options);
	if ((seen & TCP_OPTION_SACK) && options->sack_count > 0)
		at = write_sack(at, nops_to(first, at, 4, 2), options);
	return at;
}

uint32_t
tcp_options_write(uint8_t bytes[TCP_OPTIONS_BYTES_MAX], const struct tcp_options *options,
		enum estab_option_order order)
{
	uint8_t *at = order == ESTAB_OPTION_ORDER_FREEBSD ? write_as_freebsd(bytes, options)
							  : write_as_linux(bytes, options);

	assert(at - bytes <= TCP_OPTIONS_BYTES_MAX);
	while ((at - bytes) % 4 != 0)
		*at++ = KIND_END;
	return (uint32_t)(at - bytes);
}
