/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One connection, opened in all honesty, and then abused: to make the stack keep, search or send more
 * than the packets are worth. And two stacks, or a stack and a stubborn peer, that answer one another.
 */
#include "crowd.h"

#include <rte_mempool.h>

enum { EVERY_OTHER = 20000 };

/* SegmentSmack, CVE-2018-5390: every other octet, in the order that is worst for a sorted list. */
static void
class_13_every_other_octet_pins_no_more_than_its_limit(void **state)
{
	enum { SEGMENTS = 128 };
	struct crowd *c = *state;
	struct stranger s = crowd_stranger(1);
	struct estab_stats stats;
	unsigned int most = 0;

	crowd_start(c);
	assert_true(crowd_open(c, &s, "mss 1460,sackOK"));
	for (uint32_t i = 0; i < EVERY_OTHER; i++) {
		const uint32_t at = 2 + 2 * (i * 7919 % EVERY_OTHER);

		crowd_say(c, &s, "P. %u:%u(1) ack 1", at, at + 1);
		if (i % CROWD_BURST == 0)
			most = RTE_MAX(most, rte_mempool_in_use_count(c->pool));
	}
	assert_int_equal(crowd_visits(c, 1, 8), 8);
	stats = crowd_stats(c);
	assert_in_range(most, 1, SEGMENTS + CROWD_BURST);
	assert_in_range(rte_mempool_in_use_count(c->pool), 1, SEGMENTS);
	assert_true(stats.drops[ESTAB_DROP_TCP_REASSEMBLY_FULL] > EVERY_OTHER / 2);
	assert_in_range(stats.out_of_order_queued, 1, SEGMENTS);
	crowd_assert_memory(c);
	/* What is next in order is taken nevertheless (FreeBSD's lesson of the same year). */
	crowd_say(c, &s, "P. 1:2(1) ack 1");
	crowd_turn(c);
	assert_true(estab_conn_receive_waiting(s.conn) >= 1);
	estab_conn_abort(s.conn);
	crowd_turn(c);
}

static void
class_13_gaps_in_many_connections_share_a_limited_number_of_places(void **state)
{
	enum { PEERS = 500, PLACES = 16 };
	struct crowd *c = *state;

	c->config.limits.reassemblies = PLACES;
	crowd_start(c);
	for (uint32_t n = 0; n < PEERS; n++) {
		struct stranger s = crowd_stranger(n);

		assert_true(crowd_open(c, &s, "mss 1460"));
		crowd_say(c, &s, "P. 1001:2001(1000) ack 1");
		crowd_turn(c);
	}
	assert_int_equal(crowd_stats(c).out_of_order_shed, PEERS - PLACES);
	assert_int_equal(rte_mempool_in_use_count(c->pool), PLACES);
	assert_int_equal(crowd_visits(c, PEERS, 8), 8);
	crowd_assert_memory(c);
}

/* CVE-2019-11477, -11478: blocks of every other octet of what is in flight. */
static void
class_12_sack_blocks_of_every_other_octet_take_one_place(void **state)
{
	enum { TEXT = 60000, PLACES = 256 };
	struct crowd *c = *state;
	struct stranger s = crowd_stranger(1);
	struct estab_memory memory;
	uint64_t before;

	c->config.tcp.initial_window = 255;
	crowd_start(c);
	assert_true(crowd_open(c, &s, "mss 1460,sackOK"));
	assert_int_equal(crowd_write(&s, TEXT), TEXT);
	crowd_turn(c);
	before = crowd_stats(c).segments_sent;
	for (uint32_t at = 2; at + 6 < TEXT; at += 8)
		crowd_say(c, &s, ". 1:1(0) ack 1 <nop,nop,sack %u:%u %u:%u %u:%u>", at, at + 1,
				at + 2, at + 3, at + 4, at + 5);
	crowd_turn(c);
	estab_stack_memory(c->stack, &memory);
	assert_true(memory.recoveries.used <= memory.recoveries.reserved / 1024);
	/* Gaps are sent again piece by piece, once, as many as could be noted: not one for each lie. */
	assert_in_range(crowd_stats(c).segments_sent - before, 0, PLACES + 2 * TEXT / 1460);
	assert_int_equal(crowd_visits(c, 1, 8), 8);
	crowd_assert_memory(c);
	estab_conn_abort(s.conn);
	crowd_turn(c);
}

static void
class_12_sack_blocks_that_cannot_be_true_are_counted_and_change_nothing(void **state)
{
	enum { LIES = 2000, TEXT = 1000 };
	struct crowd *c = *state;
	struct stranger s = crowd_stranger(1);
	struct estab_conn_info info;

	crowd_start(c);
	assert_true(crowd_open(c, &s, "mss 1460,sackOK"));
	assert_int_equal(crowd_write(&s, TEXT), TEXT);
	crowd_turn(c);
	for (uint32_t i = 0; i < LIES; i++)
		crowd_say(c, &s, ". 1:1(0) ack 1 <nop,nop,sack %u:%u>", 100000 + i * 10007,
				100000 + i * 10007 + 500);
	crowd_turn(c);
	estab_conn_status(s.conn, &info);
	assert_int_equal(info.sacked, 0);
	assert_int_equal(crowd_stats(c).sack_blocks_refused, LIES);
	assert_int_equal(crowd_stats(c).segments_retransmitted, 0);
	estab_conn_abort(s.conn);
	crowd_turn(c);
}

/* Savage et al.: what was never sent is not acknowledged, and a split ACK earns no more than a whole. */
static void
class_23_divided_and_premature_acks_earn_nothing(void **state)
{
	enum { MSS = 1000, WINDOW = 10 * MSS };
	struct crowd *c = *state;
	struct stranger s = crowd_stranger(1);
	struct estab_conn_info info;

	crowd_start(c);
	assert_true(crowd_open(c, &s, "mss 1000"));
	assert_int_equal(crowd_write(&s, 100 * MSS), 100 * MSS);
	crowd_turn(c);
	estab_conn_status(s.conn, &info);
	assert_int_equal(info.cwnd, WINDOW);
	for (uint32_t at = 11; at <= MSS; at += 10)
		crowd_say(c, &s, ". 1:1(0) ack %u", at);
	crowd_say(c, &s, ". 1:1(0) ack %u", 1 + MSS);
	crowd_turn(c);
	estab_conn_status(s.conn, &info);
	assert_in_range(info.cwnd, WINDOW, WINDOW + MSS);
	for (uint32_t i = 0; i < 1000; i++)
		crowd_say(c, &s, ". 1:1(0) ack %u", 1000000 + i * MSS);
	crowd_turn(c);
	estab_conn_status(s.conn, &info);
	assert_in_range(info.cwnd, WINDOW, WINDOW + MSS);
	assert_crowd_drops(c, TCP_ACK_UNACCEPTABLE, 1000);
	estab_conn_abort(s.conn);
	crowd_turn(c);
}

/*
 * The other side answers each of our ACKs with one that is as wrong (FreeRTOS+TCP 1235, smoltcp 338): the
 * talk without progress dies down.
 */
static unsigned int
quarrel(struct crowd *c, const struct stranger *s, const char *segment)
{
	unsigned int rounds = 0;
	const struct packet *answer;

	do {
		crowd_say(c, s, "%s", segment);
		crowd_turn(c);
		answer = crowd_heard(c, s);
	} while (answer != NULL && ++rounds < 1000);
	return rounds;
}

static void
class_07_challenges_that_are_challenged_again_are_few(void **state)
{
	static const char *const segments[] = { ". 100000:100000(0) ack 1", "S 5:5(0)",
		"S. 5:5(0) ack 1", "R 500:500(0)", ". 1:1(0) ack 100000",
		"F. 100000:100000(0) ack 1", "R 1000000:1000000(0)" };
	struct crowd *c = *state;

	crowd_start(c);
	for (unsigned int i = 0; i < RTE_DIM(segments); i++) {
		struct stranger s = crowd_stranger(i);

		assert_true(crowd_open(c, &s, "mss 1460"));
		assert_in_range(quarrel(c, &s, segments[i]), 0, 1);
		estab_conn_abort(s.conn);
		crowd_turn(c);
	}
}

/* A RST is never answered, so that two hosts without a connection fall silent at once. */
static void
class_07_resets_are_never_answered_by_resets(void **state)
{
	struct crowd *c = *state;
	struct stranger s = crowd_stranger(1);

	crowd_start(c);
	assert_int_equal(quarrel(c, &s, "R. 1:1(0) ack 1"), 0);
	s.to_port = CROWD_PORT + 1;
	assert_int_equal(quarrel(c, &s, "R. 1:1(0) ack 1"), 0);
	assert_int_equal(c->frames_out, 0);
}

/* Half a second later there may be one more, on every connection for itself (CVE-2016-5696). */
static void
class_06_challenges_of_one_connection_tell_nothing_of_another(void **state)
{
	struct crowd *c = *state;
	struct stranger prober = crowd_stranger(1), victim = crowd_stranger(2);
	uint64_t sent;

	crowd_start(c);
	assert_true(crowd_open(c, &prober, "mss 1460"));
	assert_true(crowd_open(c, &victim, "mss 1460"));
	for (unsigned int i = 0; i < 1000; i++)
		crowd_say(c, &prober, "R 500:500(0)");
	crowd_turn(c);
	sent = crowd_stats(c).challenge_acks_sent;
	assert_int_equal(sent, 1);
	crowd_say(c, &victim, "R 500:500(0)");
	crowd_turn(c);
	assert_non_null(crowd_heard(c, &victim));
	assert_null(crowd_heard(c, &prober));
	assert_int_equal(crowd_stats(c).challenge_acks_sent, sent + 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CROWD_TEST(class_06_challenges_of_one_connection_tell_nothing_of_another),
		CROWD_TEST(class_07_challenges_that_are_challenged_again_are_few),
		CROWD_TEST(class_07_resets_are_never_answered_by_resets),
		CROWD_TEST(class_12_sack_blocks_of_every_other_octet_take_one_place),
		CROWD_TEST(class_12_sack_blocks_that_cannot_be_true_are_counted_and_change_nothing),
		CROWD_TEST(class_13_every_other_octet_pins_no_more_than_its_limit),
		CROWD_TEST(class_13_gaps_in_many_connections_share_a_limited_number_of_places),
		CROWD_TEST(class_23_divided_and_premature_acks_earn_nothing),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
