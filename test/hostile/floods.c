/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segments in masses from addresses that nobody has: of SYNs (RFC 4987), ACKs, RSTs, FINs and SYN-ACKs,
 * and what comes of them at the addresses that were borrowed. Visitors come all the while.
 */
#include "crowd.h"

#include <rte_mempool.h>

enum {
	FLOOD = 100000,
	PER_MS = 250, /* of virtual time */
	VISITS = 100, /* in the course of it */
};

/* The flood, and with each thousandth part of it a visitor. @return visitors who were served */
static unsigned int
flood_with(struct crowd *c, const char *segment)
{
	unsigned int pleased = 0;

	for (uint32_t i = 0; i < FLOOD; i++) {
		const struct stranger s = crowd_stranger(i);

		crowd_say(c, &s, "%s", segment);
		if (i % PER_MS == PER_MS - 1)
			crowd_advance(c, 1);
		if (i % (FLOOD / VISITS) == FLOOD / VISITS - 1)
			pleased += crowd_visits(c, i, 1);
	}
	crowd_turn(c);
	return pleased;
}

/* Nothing is left of a flood: no connection, no mbuf. */
static void
assert_nothing_kept(struct crowd *c)
{
	const struct estab_stats stats = crowd_stats(c);

	assert_int_equal(stats.connections_open, 0);
	assert_int_equal(stats.send_memory, 0);
	assert_int_equal(stats.receive_memory, 0);
	assert_int_equal(rte_mempool_in_use_count(c->pool), 0);
	crowd_assert_memory(c);
}

static void
class_01_syn_flood_above_the_records_is_answered_by_cookies(void **state)
{
	struct crowd *c = *state;
	struct estab_stats stats;

	crowd_start(c);
	assert_int_equal(flood_with(c, "S 0:0(0) <mss 1460>"), VISITS);
	stats = crowd_stats(c);
	assert_int_equal(stats.connections_half_open, c->config.limits.syn_records);
	assert_int_equal(stats.syn_received, FLOOD + VISITS);
	assert_int_equal(stats.connections_passive, VISITS);
	assert_in_range(stats.syn_cookies_sent, FLOOD - c->config.limits.syn_records,
			FLOOD + VISITS);
	assert_nothing_kept(c);
}

static void
class_01_syn_flood_without_records_takes_no_memory_at_all(void **state)
{
	struct crowd *c = *state;
	struct estab_memory memory;

	c->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	crowd_start(c);
	assert_int_equal(flood_with(c, "S 0:0(0) <mss 1460>"), VISITS);
	assert_int_equal(crowd_stats(c).syn_cookies_sent, FLOOD + VISITS);
	estab_stack_memory(c->stack, &memory);
	assert_int_equal(memory.syn_records.touched, 0);
	assert_nothing_kept(c);
}

/* What SYNs bring along is not kept for them in any quantity (RFC 9293 3.10.7.2 would have it kept). */
static void
class_01_syn_flood_with_text_pins_no_more_than_its_limit(void **state)
{
	enum { LIMIT = 16 };
	struct crowd *c = *state;

	c->config.limits.syn_text_bytes = LIMIT * 2176 + LIMIT * 128;
	crowd_start(c);
	assert_int_equal(flood_with(c, "S 0:500(500) <mss 1460>"), VISITS);
	assert_in_range(crowd_stats(c).syn_text_kept, 1, LIMIT + 1);
	assert_true(crowd_stats(c).syn_text_refused >= c->config.limits.syn_records - LIMIT - 1);
	assert_in_range(rte_mempool_in_use_count(c->pool), 1, LIMIT + 1);
	crowd_assert_memory(c);
}

static void
class_02_ack_flood_opens_nothing_while_cookies_are_in_force(void **state)
{
	struct crowd *c = *state;

	c->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	crowd_start(c);
	assert_int_equal(crowd_visits(c, FLOOD, 1), 1);
	assert_int_equal(flood_with(c, ". 1:1(0) ack 1000000"), VISITS);
	assert_crowd_drops(c, TCP_COOKIE_WRONG, FLOOD);
	assert_int_equal(crowd_stats(c).rst_sent, FLOOD);
	assert_int_equal(crowd_stats(c).syn_cookies_accepted, VISITS + 1);
	assert_nothing_kept(c);
}

static void
class_02_ack_flood_without_cookies_in_force_is_reset(void **state)
{
	struct crowd *c = *state;

	crowd_start(c);
	assert_int_equal(flood_with(c, ". 1:1(0) ack 1000000"), VISITS);
	assert_crowd_drops(c, TCP_LISTEN_UNACCEPTABLE, FLOOD);
	assert_int_equal(crowd_stats(c).rst_sent, FLOOD);
	assert_nothing_kept(c);
}

static void
class_02_rst_flood_is_answered_by_nothing(void **state)
{
	struct crowd *c = *state;

	crowd_start(c);
	assert_int_equal(flood_with(c, "R 1:1(0)"), VISITS);
	assert_crowd_drops(c, TCP_STRAY_RST, FLOOD);
	assert_int_equal(crowd_stats(c).rst_sent, 0);
	assert_nothing_kept(c);
}

static void
class_02_fin_flood_is_answered_by_nothing(void **state)
{
	struct crowd *c = *state;

	crowd_start(c);
	assert_int_equal(flood_with(c, "F 1:1(0)"), VISITS);
	assert_crowd_drops(c, TCP_LISTEN_UNACCEPTABLE, FLOOD);
	assert_int_equal(crowd_stats(c).rst_sent, 0);
	assert_nothing_kept(c);
}

/* Reflected by others: each is told once that nobody here has asked (3.5.2). */
static void
class_02_syn_ack_flood_is_reset_and_opens_nothing(void **state)
{
	struct crowd *c = *state;

	crowd_start(c);
	assert_int_equal(flood_with(c, "S. 0:0(0) ack 1000000 <mss 1460>"), VISITS);
	assert_crowd_drops(c, TCP_LISTEN_UNACCEPTABLE, FLOOD);
	assert_int_equal(crowd_stats(c).rst_sent, FLOOD);
	assert_nothing_kept(c);
}

/* Octets of IP packets that a borrowed address gets for each that the flood cost, in hundredths. */
static uint64_t
amplification(struct crowd *c, const char *segment)
{
	enum { ETHERNET = 14 };
	const uint64_t frames_in = c->frames_in, frames_out = c->frames_out;
	const uint64_t bytes_in = c->bytes_in, bytes_out = c->bytes_out;

	for (uint32_t i = 0; i < 2000; i++) {
		const struct stranger s = crowd_stranger(i);

		crowd_say(c, &s, "%s", segment);
	}
	crowd_turn(c);
	crowd_advance(c, 300000); /* whatever would be sent again */
	assert_int_equal(c->frames_in - frames_in, 2000);
	return (c->bytes_out - bytes_out - ETHERNET * (c->frames_out - frames_out)) * 100 /
			(c->bytes_in - bytes_in - ETHERNET * (c->frames_in - frames_in));
}

static void
class_03_spoofed_source_gets_no_more_than_a_tenth_above_what_was_sent(void **state)
{
	static const char *const segments[] = { "S 0:0(0)", "S 0:0(0) <mss 1460>",
		"S 0:0(0) <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>", "S 0:1(1)",
		"S. 0:0(0) ack 5", ". 1:1(0) ack 5", "F. 1:1(0) ack 5", "P. 1:101(100) ack 5",
		"R 1:1(0)", "SF 0:0(0)" };
	struct crowd *c = *state;

	c->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	crowd_start(c);
	for (unsigned int i = 0; i < RTE_DIM(segments); i++)
		assert_in_range(amplification(c, segments[i]), 0, 110);
	assert_int_equal(crowd_stats(c).segments_retransmitted, 0);
}

/* Where records are kept they are few, whatever the flood; so what they send again is, too. */
static void
class_03_records_send_again_a_bounded_number_in_all(void **state)
{
	struct crowd *c = *state;

	crowd_start(c);
	(void)amplification(c, "S 0:0(0) <mss 1460>");
	assert_int_equal(crowd_stats(c).syn_ack_sent - 2000, 5 * c->config.limits.syn_records);
	assert_int_equal(crowd_stats(c).connections_half_open, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CROWD_TESTS(class_01_syn_flood_above_the_records_is_answered_by_cookies),
		CROWD_TESTS(class_01_syn_flood_without_records_takes_no_memory_at_all),
		CROWD_TESTS(class_01_syn_flood_with_text_pins_no_more_than_its_limit),
		CROWD_TESTS(class_02_ack_flood_opens_nothing_while_cookies_are_in_force),
		CROWD_TEST(class_02_ack_flood_without_cookies_in_force_is_reset),
		CROWD_TEST(class_02_rst_flood_is_answered_by_nothing),
		CROWD_TEST(class_02_fin_flood_is_answered_by_nothing),
		CROWD_TEST(class_02_syn_ack_flood_is_reset_and_opens_nothing),
		CROWD_TESTS(class_03_spoofed_source_gets_no_more_than_a_tenth_above_what_was_sent),
		CROWD_TESTS(class_03_records_send_again_a_bounded_number_in_all),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
