/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP errors (RFC 792, RFC 1191, RFC 4443): what is read out of the quote, and quotes that are not
 * of ours.
 */
#include <errno.h>

#include "kit.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

enum { ICMP = 1, ICMPV6 = 58, TCP_PORT = 80 };

/* A segment of ours, 80 -> 4660, SEQ 0xa1b2c3d4, as a router quotes it: IP header and eight bytes. */
#define QUOTE4 "4500 0400 0000 4000 3f06 0000" US4 PEER4 "0050 1234 a1b2c3d4"
#define QUOTE6 "60000000 0400 063f" US6 PEER6 "0050 1234 a1b2c3d4"

static struct frame
message(const char *ether, const char *ip, uint8_t protocol, const char *header, const char *quote)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, ether);
	frame_ip(&frame, ip);
	frame_l4(&frame, protocol, header);
	frame_add(&frame, quote);
	frame_seal(&frame);
	return frame;
}

#define ERROR4(header, quote) message(ETHER4, IP4("01"), ICMP, header, quote)
#define ERROR6(header, quote) message(ETHER6, IP6("3a"), ICMPV6, header, quote)

/* The packet is gone, nothing is answered, and its fate is left to the tcp room. */
static struct icmp_error
expect_error(struct kit *kit, const struct frame *frame)
{
	const struct estab_stats before = kit->stats;
	struct icmp_error error;

	kit->burst->rx[0] = kit_mbuf(kit, frame);
	kit->burst->rx_count = 1;
	net_parse(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->burst->error_count, 1);
	assert_int_equal(kit->burst->tx_count, 0);
	assert_int_equal(kit->burst->arrived_count, 0);
	assert_int_equal(kit->stats.rx_packets, before.rx_packets + 1);
	assert_int_equal(kit->stats.rx_delivered, before.rx_delivered);
	assert_int_equal(estab_stats_drops(&kit->stats), estab_stats_drops(&before));
	assert_int_equal(rte_mempool_in_use_count(kit->pool), 0);
	kit->burst->error_count = 0;
	error = kit->burst->errors[0];
	assert_int_equal(error.seq, 0xa1b2c3d4);
	assert_int_equal(rte_be_to_cpu_16(error.path.local_port), TCP_PORT);
	assert_int_equal(rte_be_to_cpu_16(error.path.remote_port), 4660);
	return error;
}

static void
expect_kind(struct kit *kit, const struct frame *frame, enum icmp_error_kind kind, int number)
{
	const struct icmp_error error = expect_error(kit, frame);

	assert_int_equal(error.kind, kind);
	assert_int_equal(error.error, number);
}

static void
unreachable_ipv4_is_told_by_code(void **state)
{
	const struct frame net = ERROR4("0300 0000 00000000", QUOTE4);
	const struct frame host = ERROR4("0301 0000 00000000", QUOTE4);
	const struct frame protocol = ERROR4("0302 0000 00000000", QUOTE4);
	const struct frame port = ERROR4("0303 0000 00000000", QUOTE4);
	const struct frame source_route = ERROR4("0305 0000 00000000", QUOTE4);
	const struct frame filtered = ERROR4("030d 0000 00000000", QUOTE4);
	const struct frame exceeded = ERROR4("0b00 0000 00000000", QUOTE4);
	const struct frame parameter = ERROR4("0c00 0000 00000000", QUOTE4);

	expect_kind(*state, &net, ICMP_ERROR_SOFT, -ENETUNREACH);
	expect_kind(*state, &host, ICMP_ERROR_SOFT, -EHOSTUNREACH);
	expect_kind(*state, &protocol, ICMP_ERROR_HARD, -ECONNREFUSED);
	expect_kind(*state, &port, ICMP_ERROR_HARD, -ECONNREFUSED);
	expect_kind(*state, &source_route, ICMP_ERROR_SOFT, -EHOSTUNREACH);
	expect_kind(*state, &filtered, ICMP_ERROR_SOFT, -EHOSTUNREACH);
	expect_kind(*state, &exceeded, ICMP_ERROR_SOFT, -EHOSTUNREACH);
	expect_kind(*state, &parameter, ICMP_ERROR_SOFT, -EHOSTUNREACH);
}

static void
unreachable_ipv6_is_told_by_code(void **state)
{
	const struct frame route = ERROR6("0100 0000 00000000", QUOTE6);
	const struct frame address = ERROR6("0103 0000 00000000", QUOTE6);
	const struct frame port = ERROR6("0104 0000 00000000", QUOTE6);
	const struct frame exceeded = ERROR6("0300 0000 00000000", QUOTE6);
	const struct frame next_header = ERROR6("0401 0000 00000000", QUOTE6);

	expect_kind(*state, &route, ICMP_ERROR_SOFT, -ENETUNREACH);
	expect_kind(*state, &address, ICMP_ERROR_SOFT, -EHOSTUNREACH);
	expect_kind(*state, &port, ICMP_ERROR_HARD, -ECONNREFUSED);
	expect_kind(*state, &exceeded, ICMP_ERROR_SOFT, -EHOSTUNREACH);
	expect_kind(*state, &next_header, ICMP_ERROR_SOFT, -EHOSTUNREACH); /* MUST-56 */
}

static void
too_big_carries_the_mtu_of_the_next_hop(void **state)
{
	const struct frame big4 = ERROR4("0304 0000 0000 0578", QUOTE4);
	const struct frame big6 = ERROR6("0200 0000 0001 0578", QUOTE6);
	struct icmp_error error = expect_error(*state, &big4);

	assert_int_equal(error.kind, ICMP_ERROR_TOO_BIG);
	assert_int_equal(error.mtu, 1400);
	assert_int_equal(error.path.family, ESTAB_FAMILY_IPV4);
	error = expect_error(*state, &big6);
	assert_int_equal(error.kind, ICMP_ERROR_TOO_BIG);
	assert_int_equal(error.mtu, 65536 + 1400);
	assert_int_equal(error.path.family, ESTAB_FAMILY_IPV6);
}

static void
quote_with_ipv4_options_is_read(void **state)
{
	const struct frame frame = ERROR4("0301 0000 00000000",
			"4600 0400 0000 4000 3f06 0000" US4 PEER4 "01010100 0050 1234 a1b2c3d4");

	expect_kind(*state, &frame, ICMP_ERROR_SOFT, -EHOSTUNREACH);
}

static void
quote_that_is_not_ours_is_dropped(void **state)
{
	static const char *const quotes[] = {
		"4500 0400 0000 4000 3f11 0000" US4 PEER4 "0050 1234 a1b2c3d4", /* UDP */
		"4500 0400 0000 4000 3f06 0000" PEER4 US4
		"0050 1234 a1b2c3d4", /* sent by the peer */
		"4500 0400 0000 4001 3f06 0000" US4 PEER4 "0050 1234 a1b2c3d4", /* later fragment */
		"4400 0400 0000 4000 3f06 0000" US4 PEER4 "0050 1234 a1b2c3d4", /* IHL 4 */
		"6500 0400 0000 4000 3f06 0000" US4 PEER4 "0050 1234 a1b2c3d4", /* version 6 */
	};

	for (size_t i = 0; i < RTE_DIM(quotes); i++) {
		const struct frame frame = ERROR4("0301 0000 00000000", quotes[i]);

		kit_expect_drop(*state, &frame, ESTAB_DROP_ICMP_QUOTE);
	}
}

static void
quote_cut_anywhere_is_malformed(void **state)
{
	const struct frame whole = ERROR4("0301 0000 00000000", QUOTE4);

	for (size_t cut = 1; cut <= 28; cut++) {
		struct frame frame = ERROR4("0301 0000 00000000", QUOTE4);

		frame.size = whole.size - cut;
		frame_seal(&frame);
		kit_expect_drop(*state, &frame, ESTAB_DROP_ICMP_MALFORMED);
	}
}

static void
more_errors_than_a_turn_takes_are_counted(void **state)
{
	const struct frame frame = ERROR4("0301 0000 00000000", QUOTE4);
	struct kit *kit = *state;

	kit->burst->error_count = BURST_ERRORS_MAX;
	kit_expect_drop(kit, &frame, ESTAB_DROP_ICMP_UNHANDLED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(unreachable_ipv4_is_told_by_code),
		TEST(unreachable_ipv6_is_told_by_code),
		TEST(too_big_carries_the_mtu_of_the_next_hop),
		TEST(quote_with_ipv4_options_is_read),
		TEST(quote_that_is_not_ours_is_dropped),
		TEST(quote_cut_anywhere_is_malformed),
		TEST(more_errors_than_a_turn_takes_are_counted),
	};

	return cmocka_run_group_tests_name("icmp_error", tests, kit_group_setup,
			kit_group_teardown);
}
