/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pacing as the wire sees it. The round trip of the handshake is 100 ms and the window ten segments
 * of 1000: twice of it in a round trip is a segment in 5 ms, which leave in pairs.
 */
#include "eal.h"
#include "fixture.h"

enum { MSS = 1000 };

#define MS UINT64_C(1000000)

static void
in_established_paced(struct fixture *t)
{
	t->config.tcp.pacing = true;
	t->config.tcp.send_buffer_bytes = 1 << 20;
	in_syn_received(t);
	advance(t, 100);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* Three at first (the time before counts for one), a pair every 10 ms; cwnd then ends it. */
static void
established_text_leaves_in_pairs(void **state)
{
	struct fixture *t = *state;

	in_established_paced(t);
	assert_int_equal(status_now(t).pacing_rate, 2 * 10 * MSS * 10);
	app_write(t, 20 * MSS);
	assert_int_equal(ignore_sent(t), 3);
	for (unsigned int i = 0; i < 3; i++) {
		advance(t, 9);
		expect_nothing(t);
		advance(t, 1);
		assert_int_equal(ignore_sent(t), 2);
	}
	advance(t, 10);
	assert_int_equal(ignore_sent(t), 1);
	advance(t, 50);
	expect_nothing(t);
}

static void
established_without_pacing_text_leaves_at_once(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	advance(t, 100);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_write(t, 10 * MSS);
	assert_int_equal(ignore_sent(t), 10);
	assert_int_equal(status_now(t).pacing_rate, 0);
}

static void
established_deadline_is_when_the_next_text_is_due(void **state)
{
	struct fixture *t = *state;

	in_established_paced(t);
	app_write(t, 20 * MSS);
	ignore_sent(t);
	assert_true(estab_stack_deadline(t->stack) <= t->now_ns + 10 * MS);
	advance(t, 9);
	assert_in_range(estab_stack_deadline(t->stack), t->now_ns + 1, t->now_ns + MS);
}

static void
established_ack_does_not_wait_for_text_that_does(void **state)
{
	struct fixture *t = *state;

	in_established_paced(t);
	app_write(t, 20 * MSS);
	ignore_sent(t);
	arrive(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1001:2001(1000) ack 1");
	expect(t, ". 3001:3001(0) ack 2001");
	expect_nothing(t);
	app_read(t, 2000);
	ignore_sent(t);
}

static void
established_abort_does_not_wait(void **state)
{
	struct fixture *t = *state;

	in_established_paced(t);
	app_write(t, 20 * MSS);
	ignore_sent(t);
	app_abort(t);
	expect(t, "R 3001:3001(0)");
}

/* A FIN alone is no text; behind text that waits it goes with the last of it. */
static void
established_fin_waits_for_text_only(void **state)
{
	struct fixture *t = *state;

	in_established_paced(t);
	app_write(t, 3 * MSS);
	assert_int_equal(ignore_sent(t), 3);
	app_shutdown(t);
	expect(t, "F. 3001:3001(0) ack 1");

	speak_as(t, 1);
	in_established_paced(t);
	app_write(t, 5 * MSS);
	assert_int_equal(ignore_sent(t), 3);
	app_shutdown(t);
	expect_nothing(t);
	advance(t, 10);
	expect(t, ". 3001:4001(1000) ack 1");
	expect(t, "FP. 4001:5001(1000) ack 1");
}

/* Ten are lost but the last: what is sent again waits its turn as well. */
static void
established_retransmissions_are_paced(void **state)
{
	struct fixture *t = *state;
	uint32_t sent = 0;

	t->config.tcp.pacing = true;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,sackOK>");
	ignore_sent(t);
	advance(t, 100);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_write(t, 10 * MSS);
	advance(t, 90);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, ". 1:1(0) ack 1 <sack 4001:10001>");
	assert_in_range(sent = ignore_sent(t), 1, 3);
	advance(t, 4);
	expect_nothing(t);
	advance(t, 60);
	sent += ignore_sent(t);
	assert_in_range(sent, 4, 5);
	arrive(t, ". 1:1(0) ack 10001");
}

/* 3.8.6.1: a closed window is probed when it is time to, not when text is due. */
static void
established_window_probe_does_not_wait(void **state)
{
	struct fixture *t = *state;

	in_established_paced(t);
	app_write(t, 5 * MSS);
	assert_int_equal(ignore_sent(t), 3);
	arrive(t, ". 1:1(0) ack 3001 win 0");
	expect_nothing(t);
	advance(t, 400);
	expect(t, ". 3001:3002(1) ack 1");
}

static void
second_connection_beyond_the_limit_is_not_paced(void **state)
{
	struct fixture *t = *state;

	t->config.limits.paced_connections = 1;
	in_established_paced(t);
	assert_int_equal(stats_now(t).pacing_refused, 0);
	app_write(t, 10 * MSS);
	assert_int_equal(ignore_sent(t), 3);
	speak_as(t, 1);
	in_established_paced(t);
	assert_int_equal(stats_now(t).pacing_refused, 1);
	ignore_sent(t); /* of the first connection, while the second shook hands */
	app_write(t, 10 * MSS);
	assert_int_equal(ignore_sent(t), 10);
	speak_as(t, 0);
	app_abort(t);
	ignore_sent(t);
	speak_as(t, 2); /* the block is free again */
	in_established_paced(t);
	assert_int_equal(stats_now(t).pacing_refused, 1);
}

/* Who asked for BBR is paced without tcp.pacing; one connection more than there is room for is not. */
static void
second_connection_beyond_the_limit_has_cubic_and_not_bbr(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.congestion = ESTAB_CONGESTION_BBR;
	t->config.limits.paced_connections = 1;
	in_established(t);
	assert_string_equal(status_now(t).congestion, "bbr");
	assert_int_not_equal(status_now(t).pacing_rate, 0);
	speak_as(t, 1);
	in_established(t);
	assert_string_equal(status_now(t).congestion, "cubic");
	assert_int_equal(status_now(t).pacing_rate, 0);
	assert_int_equal(stats_now(t).pacing_refused, 1);
}

/* What BBR believes of the path: ten segments in a round trip of 100 ms, until it knows better. */
static void
established_status_tells_the_model_of_bbr(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.congestion = ESTAB_CONGESTION_BBR;
	in_syn_received(t);
	advance(t, 100);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_int_equal(status_now(t).min_rtt_us, 100000);
	assert_int_equal(status_now(t).bandwidth, 0);
	assert_int_equal(status_now(t).pacing_rate, 277000);
	app_write(t, 2 * MSS);
	assert_int_equal(ignore_sent(t), 2);
	advance(t, 100);
	arrive(t, ". 1:1(0) ack 2001");
	assert_int_equal(status_now(t).bandwidth, 20000);
	app_write(t, 1);
	ignore_sent(t);
	advance(t, 50);
	arrive(t, ". 1:1(0) ack 2002");
	assert_int_equal(status_now(t).min_rtt_us, 50000);
}

static const struct CMUnitTest tests[] = {
	FIXTURE_TEST(established_text_leaves_in_pairs),
	FIXTURE_TEST(established_without_pacing_text_leaves_at_once),
	FIXTURE_TEST(established_deadline_is_when_the_next_text_is_due),
	FIXTURE_TEST(established_ack_does_not_wait_for_text_that_does),
	FIXTURE_TEST(established_abort_does_not_wait),
	FIXTURE_TEST(established_fin_waits_for_text_only),
	FIXTURE_TEST(established_retransmissions_are_paced),
	FIXTURE_TEST(established_window_probe_does_not_wait),
	FIXTURE_TEST(second_connection_beyond_the_limit_is_not_paced),
	FIXTURE_TEST(second_connection_beyond_the_limit_has_cubic_and_not_bbr),
	FIXTURE_TEST(established_status_tells_the_model_of_bbr),
};

int
main(void)
{
	return cmocka_run_group_tests_name("pacing", tests, eal_start, eal_stop);
}
