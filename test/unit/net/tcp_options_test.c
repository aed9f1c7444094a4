/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP options: RFC 9293 3.2, RFC 7323, RFC 2018.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/tcp_options.h"

/* Parse from a buffer of exactly that size, so that a sanitizer sees overreads. */
static bool
parse_at(const uint8_t *bytes, uint32_t length, unsigned int shift, struct tcp_options *options)
{
	uint8_t *copy = malloc(shift + length + (shift + length == 0));
	bool legal;

	assert_non_null(copy);
	if (length > 0)
		memcpy(copy + shift, bytes, length);
	legal = tcp_options_parse(copy + shift, length, options);
	free(copy);
	return legal;
}

#define PARSE(options, ...)                                                                        \
	parse_at((const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }), 0,    \
			options)

static void
no_options_are_legal_and_none(void **state)
{
	struct tcp_options options = { .seen = 0xff };

	(void)state;
	assert_true(parse_at(NULL, 0, 0, &options));
	assert_int_equal(options.seen, 0);
}

static void
linux_syn_gives_all_four(void **state)
{
	struct tcp_options options;

	(void)state;
	assert_true(PARSE(&options, 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3,
			7));
	assert_int_equal(options.seen,
			TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED | TCP_OPTION_TIMESTAMPS |
					TCP_OPTION_WINDOW_SCALE);
	assert_int_equal(options.mss, 1460);
	assert_int_equal(options.ts_val, 0x01020304);
	assert_int_equal(options.ts_ecr, 0x05060708);
	assert_int_equal(options.window_scale, 7);
}

/* Each octet of it changed to each value: the same as with a NOP behind it, which takes the long way. */
static void
linux_syn_reads_the_same_in_one_piece_and_one_by_one(void **state)
{
	static const uint8_t syn[] = { 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3,
		3, 7 };

	(void)state;
	for (uint32_t at = 0; at < sizeof(syn); at++) {
		for (unsigned int value = 0; value <= UINT8_MAX; value++) {
			struct tcp_options whole, single;
			uint8_t bytes[sizeof(syn) + 1];

			memset(&whole, 0, sizeof(whole));
			memset(&single, 0, sizeof(single));
			memcpy(bytes, syn, sizeof(syn));
			bytes[at] = (uint8_t)value;
			bytes[sizeof(syn)] = 1;
			if (!parse_at(bytes, sizeof(syn), 0, &whole))
				continue;
			assert_true(parse_at(bytes, sizeof(bytes), 0, &single));
			assert_memory_equal(&whole, &single, sizeof(whole));
		}
	}
}

static void
timestamps_alone_are_read_at_every_alignment(void **state)
{
	static const uint8_t bytes[] = { 1, 1, 8, 10, 0xff, 0xee, 0xdd, 0xcc, 0x80, 0, 0, 1 };
	struct tcp_options options;

	(void)state;
	for (unsigned int shift = 0; shift < 8; shift++) {
		assert_true(parse_at(bytes, sizeof(bytes), shift, &options));
		assert_int_equal(options.seen, TCP_OPTION_TIMESTAMPS);
		assert_int_equal(options.ts_val, 0xffeeddcc);
		assert_int_equal(options.ts_ecr, 0x80000001);
	}
}

/* One option of kind and length byte as given, `room` bytes of it there, after `before` NOPs. */
static bool
parse_one(uint8_t kind, uint8_t length, uint32_t room, uint32_t before, struct tcp_options *options)
{
	uint8_t bytes[80] = { 0 };

	memset(bytes, 1, before);
	memset(bytes + before, 0x5a, sizeof(bytes) - before);
	bytes[before] = kind;
	bytes[before + 1] = length;
	return parse_at(bytes, before + room, before % 4, options);
}

/* MUST-7: illegal lengths; each kind but 0 and 1, each length byte, each place it is cut. */
static void
length_is_legal_from_two_to_the_end_only(void **state)
{
	struct tcp_options options;

	(void)state;
	for (unsigned int kind = 2; kind < 256; kind++)
		for (unsigned int length = 0; length <= 42; length++)
			for (uint32_t room = 1; room <= 40; room++) {
				const bool legal = room >= 2 && length >= 2 && length <= room;
				uint8_t bytes[40];

				memset(bytes, 1, sizeof(bytes));
				bytes[0] = (uint8_t)kind;
				bytes[1] = (uint8_t)length;
				assert_int_equal(tcp_options_parse(bytes, room, &options), legal);
			}
}

static void
each_kind_is_taken_only_at_its_own_length(void **state)
{
	static const struct {
		uint8_t kind, bit;
		const char *lengths; /* the right ones, as bytes */
	} known[] = {
		{ 2, TCP_OPTION_MSS, "\x04" },
		{ 3, TCP_OPTION_WINDOW_SCALE, "\x03" },
		{ 4, TCP_OPTION_SACK_PERMITTED, "\x02" },
		{ 5, TCP_OPTION_SACK, "\x0a\x12\x1a\x22" },
		{ 8, TCP_OPTION_TIMESTAMPS, "\x0a" },
	};
	struct tcp_options options;

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		for (uint8_t length = 2; length <= 40; length++) {
			const bool right = strchr(known[i].lengths, length) != NULL;

			assert_true(parse_one(known[i].kind, length, length, 0, &options));
			assert_int_equal(options.seen, right ? known[i].bit : 0);
		}
}

static void
option_cut_anywhere_is_illegal_and_overreads_nothing(void **state)
{
	static const uint8_t kinds[][2] = { { 2, 4 }, { 3, 3 }, { 4, 2 }, { 5, 34 }, { 8, 10 },
		{ 254, 9 } };
	struct tcp_options options;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (uint32_t before = 0; before < 4; before++)
			for (uint32_t room = 1; room < kinds[i][1]; room++)
				assert_false(parse_one(kinds[i][0], kinds[i][1], room, before,
						&options));
}

static void
option_after_the_end_of_the_list_is_not_read(void **state)
{
	struct tcp_options options;

	(void)state;
	assert_true(PARSE(&options, 1, 0, 2, 4, 5, 0xb4));
	assert_int_equal(options.seen, 0);
	assert_true(PARSE(&options, 0, 2, 0, 0));
	assert_int_equal(options.seen, 0);
}

static void
unknown_options_are_skipped_by_their_length(void **state)
{
	struct tcp_options options;

	(void)state;
	assert_true(PARSE(&options, 254, 6, 2, 4, 1, 1, 2, 4, 0x02, 0x18, 19, 2));
	assert_int_equal(options.seen, TCP_OPTION_MSS);
	assert_int_equal(options.mss, 536);
}

static void
mss_of_0_is_none(void **state)
{
	struct tcp_options options;

	(void)state;
	assert_true(PARSE(&options, 2, 4, 0, 0, 3, 3, 1, 1));
	assert_int_equal(options.seen, TCP_OPTION_WINDOW_SCALE);
	assert_true(PARSE(&options, 2, 4, 0, 0, 2, 4, 1, 0));
	assert_int_equal(options.seen, TCP_OPTION_MSS);
	assert_int_equal(options.mss, 256);
}

static void
of_two_of_a_kind_the_first_counts(void **state)
{
	struct tcp_options options;

	(void)state;
	assert_true(PARSE(&options, 2, 4, 0, 100, 2, 4, 0, 200, 3, 3, 1, 3, 3, 2, 8, 10, 0, 0, 0, 1,
			0, 0, 0, 2, 8, 10, 0, 0, 0, 3, 0, 0, 0, 4));
	assert_int_equal(options.mss, 100);
	assert_int_equal(options.window_scale, 1);
	assert_int_equal(options.ts_val, 1);
	assert_int_equal(options.ts_ecr, 2);
}

/* RFC 7323 2.3: "If a shift count is received with a value exceeding 14, ... use 14" */
static void
window_scale_above_14_becomes_14(void **state)
{
	struct tcp_options options;

	(void)state;
	for (unsigned int shift = 0; shift < 256; shift++) {
		assert_true(PARSE(&options, 3, 3, (uint8_t)shift));
		assert_int_equal(options.window_scale, shift > 14 ? 14 : shift);
	}
}

static void
sack_blocks_are_read_in_order(void **state)
{
	uint8_t bytes[34] = { 5, 34 };
	struct tcp_options options;

	(void)state;
	for (uint8_t i = 0; i < 32; i++)
		bytes[2 + i] = i;
	for (uint8_t blocks = 1; blocks <= 4; blocks++) {
		bytes[1] = (uint8_t)(2 + 8 * blocks);
		assert_true(parse_at(bytes, bytes[1], 0, &options));
		assert_int_equal(options.sack_count, blocks);
	}
	assert_int_equal(options.sack[0].left, 0x00010203);
	assert_int_equal(options.sack[0].right, 0x04050607);
	assert_int_equal(options.sack[3].left, 0x18191a1b);
	assert_int_equal(options.sack[3].right, 0x1c1d1e1f);
}

#define EXPECT_WRITTEN(options, ...) EXPECT_ORDERED(ESTAB_OPTION_ORDER_LINUX, options, __VA_ARGS__)

#define EXPECT_ORDERED(order, options, ...)                                                        \
	do {                                                                                       \
		static const uint8_t expected_[] = { __VA_ARGS__ };                                \
		uint8_t written_[TCP_OPTIONS_BYTES_MAX];                                           \
		memset(written_, 0xee, sizeof(written_));                                          \
		assert_int_equal(tcp_options_write(written_, options, order), sizeof(expected_));  \
		assert_memory_equal(written_, expected_, sizeof(expected_));                       \
	} while (0)

static void
syn_options_are_written_in_the_order_of_linux(void **state)
{
	struct tcp_options options = { .mss = 1460,
		.window_scale = 7,
		.ts_val = 0x01020304,
		.ts_ecr = 0x05060708 };

	(void)state;
	options.seen = TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED | TCP_OPTION_TIMESTAMPS |
			TCP_OPTION_WINDOW_SCALE;
	EXPECT_WRITTEN(&options, 2, 4, 5, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8, 1, 3, 3, 7);
	options.seen = TCP_OPTION_MSS | TCP_OPTION_TIMESTAMPS;
	EXPECT_WRITTEN(&options, 2, 4, 5, 0xb4, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8);
	options.seen = TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED;
	EXPECT_WRITTEN(&options, 2, 4, 5, 0xb4, 1, 1, 4, 2);
	options.seen = TCP_OPTION_MSS | TCP_OPTION_WINDOW_SCALE;
	EXPECT_WRITTEN(&options, 2, 4, 5, 0xb4, 1, 3, 3, 7);
}

static void
syn_options_are_written_in_the_order_of_freebsd(void **state)
{
	const enum estab_option_order order = ESTAB_OPTION_ORDER_FREEBSD;
	struct tcp_options options = { .mss = 1460,
		.window_scale = 6,
		.ts_val = 0x01020304,
		.ts_ecr = 0x05060708 };

	(void)state;
	options.seen = TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED | TCP_OPTION_TIMESTAMPS |
			TCP_OPTION_WINDOW_SCALE;
	EXPECT_ORDERED(order, &options, 2, 4, 5, 0xb4, 1, 3, 3, 6, 4, 2, 8, 10, 1, 2, 3, 4, 5, 6, 7,
			8);
	options.seen = TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED;
	EXPECT_ORDERED(order, &options, 2, 4, 5, 0xb4, 4, 2, 0, 0);
	options.seen = TCP_OPTION_MSS | TCP_OPTION_WINDOW_SCALE | TCP_OPTION_TIMESTAMPS;
	EXPECT_ORDERED(order, &options, 2, 4, 5, 0xb4, 1, 3, 3, 6, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7,
			8);
	options.seen = TCP_OPTION_MSS | TCP_OPTION_TIMESTAMPS;
	EXPECT_ORDERED(order, &options, 2, 4, 5, 0xb4, 1, 1, 8, 10, 1, 2, 3, 4, 5, 6, 7, 8);
}

static void
sack_with_timestamps_fills_the_header(void **state)
{
	struct tcp_options options = {
		.seen = TCP_OPTION_TIMESTAMPS | TCP_OPTION_SACK,
		.ts_val = 1,
		.ts_ecr = 2,
		.sack_count = 3,
		.sack = { { 0x10, 0x20 }, { 0x30, 0x40 }, { 0x50, 0x60 } },
	};

	(void)state;
	EXPECT_WRITTEN(&options, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1, 5, 26, 0, 0, 0, 0x10, 0,
			0, 0, 0x20, 0, 0, 0, 0x30, 0, 0, 0, 0x40, 0, 0, 0, 0x50, 0, 0, 0, 0x60);
	options.seen = TCP_OPTION_SACK;
	options.sack_count = 1;
	EXPECT_WRITTEN(&options, 1, 1, 5, 10, 0, 0, 0, 0x10, 0, 0, 0, 0x20);
}

static void
no_options_write_nothing(void **state)
{
	const struct tcp_options options = { .seen = 0 };
	uint8_t bytes[TCP_OPTIONS_BYTES_MAX] = { 0x77 };

	(void)state;
	assert_int_equal(tcp_options_write(bytes, &options, ESTAB_OPTION_ORDER_LINUX), 0);
	assert_int_equal(bytes[0], 0x77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_options_are_legal_and_none),
		cmocka_unit_test(linux_syn_gives_all_four),
		cmocka_unit_test(linux_syn_reads_the_same_in_one_piece_and_one_by_one),
		cmocka_unit_test(timestamps_alone_are_read_at_every_alignment),
		cmocka_unit_test(length_is_legal_from_two_to_the_end_only),
		cmocka_unit_test(each_kind_is_taken_only_at_its_own_length),
		cmocka_unit_test(option_cut_anywhere_is_illegal_and_overreads_nothing),
		cmocka_unit_test(option_after_the_end_of_the_list_is_not_read),
		cmocka_unit_test(unknown_options_are_skipped_by_their_length),
		cmocka_unit_test(mss_of_0_is_none),
		cmocka_unit_test(of_two_of_a_kind_the_first_counts),
		cmocka_unit_test(window_scale_above_14_becomes_14),
		cmocka_unit_test(sack_blocks_are_read_in_order),
		cmocka_unit_test(syn_options_are_written_in_the_order_of_linux),
		cmocka_unit_test(syn_options_are_written_in_the_order_of_freebsd),
		cmocka_unit_test(sack_with_timestamps_fills_the_header),
		cmocka_unit_test(no_options_write_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
