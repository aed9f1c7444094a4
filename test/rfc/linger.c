/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What CLOSE does with text that is still to be sent (3.10.4: it is sent first), and the limit that
 * the user may set to that.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

#define SECOND UINT64_C(1000000000)

static void
in_established_with_linger(struct fixture *t, uint64_t linger_ns)
{
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = SECOND;
	in_established(t);
	assert_int_equal(estab_conn_set_linger(t->peer->conn, linger_ns), 0);
}

/* Text in flight and text that the window holds back; the user closes. */
static void
close_with_text(struct fixture *t)
{
	arrive(t, ". 1:1(0) ack 1 win 1000");
	app_write(t, 1500);
	expect(t, ". 1:1001(1000) ack 1");
	app_close(t);
}

/* Every segment until now was one of these; returns whether a RST was among them. */
static bool
was_reset(struct fixture *t)
{
	const struct packet *packet;
	bool reset = false;

	while ((packet = next_sent(t)) != NULL)
		reset |= (packet->flags & PACKET_RST) != 0;
	return reset;
}

/* 3.10.4: "Queue this until all preceding SENDs have been segmentized, then form a FIN segment and
 * send it." */
static void
established_close_without_limit_sees_the_text_out(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = SECOND;
	in_established(t);
	close_with_text(t);
	expect_nothing(t);
	advance(t, 60000);
	assert_false(was_reset(t));
	arrive(t, ". 1:1(0) ack 1001 win 1000");
	expect(t, "FP. 1001:1501(500) ack 1");
	arrive(t, "F. 1:1(0) ack 1502");
	expect(t, ". 1502:1502(0) ack 2");
	assert_int_equal(stats_now(t).connections_closed, 1);
}

/* The greatest value is the default. */
static void
established_close_with_the_default_limit_sees_the_text_out(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, 0);
	assert_int_equal(estab_conn_set_linger(t->peer->conn, UINT64_MAX), 0);
	close_with_text(t);
	advance(t, 60000);
	assert_false(was_reset(t));
	assert_int_equal(stats_now(t).connections_open, 1);
}

/* 3.10.5 ABORT: "All queued SENDs and RECEIVEs should be given "connection reset" notification". */
static void
established_close_with_no_patience_resets_at_once(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, 0);
	close_with_text(t);
	expect(t, "R 1001:1001(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	advance(t, 60000);
	expect_nothing(t);
}

static void
established_close_with_a_limit_sends_the_text_until_then(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, 5 * SECOND);
	close_with_text(t);
	advance(t, 4900);
	assert_false(was_reset(t));
	assert_int_equal(stats_now(t).connections_open, 1);
	assert_true(stats_now(t).segments_retransmitted > 0);
	advance(t, 200);
	expect(t, "R 1001:1001(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
}

/* An ACK in time is no reason to wait longer than the user wanted. */
static void
established_close_with_a_limit_is_not_prolonged_by_progress(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, 5 * SECOND);
	close_with_text(t);
	advance(t, 500);
	arrive(t, ". 1:1(0) ack 1001 win 0");
	advance(t, 4400);
	arrive(t, ". 1:1(0) ack 1001 win 0");
	assert_false(was_reset(t));
	advance(t, 200);
	assert_true(was_reset(t));
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* The text is out and acknowledged in time: the limit is met, the peer has time to close. */
static void
fin_wait_2_limit_met_leaves_the_peer_its_time(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, 5 * SECOND);
	app_write(t, 100);
	app_close(t);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 102");
	advance(t, 30000);
	expect_nothing(t);
	arrive(t, "F. 1:1(0) ack 102");
	expect(t, ". 102:102(0) ack 2");
	assert_int_equal(stats_now(t).connections_closed, 1);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
}

/* Closed when nothing was left to send: there is nothing that a limit could be about. */
static void
fin_wait_2_close_with_a_limit_leaves_the_peer_its_time(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, 5 * SECOND);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, ". 1:1(0) ack 2");
	app_close(t);
	advance(t, 30000);
	expect_nothing(t);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	assert_int_equal(stats_now(t).connections_closed, 1);
}

/* The peer has closed first: our text and FIN have the same limit. */
static void
last_ack_close_with_a_limit_resets_then(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, 5 * SECOND);
	arrive(t, "F. 1:1(0) ack 1");
	expect(t, ". 1:1(0) ack 2");
	app_write(t, 100);
	app_close(t);
	advance(t, 4900);
	assert_false(was_reset(t));
	advance(t, 200);
	assert_true(was_reset(t));
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* 3.6.1, SHLD-3: text that the user has not read is lost, whatever the patience. */
static void
shld_3_close_with_text_unread_resets_despite_a_limit(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, 5 * SECOND);
	arrive(t, "P. 1:11(10) ack 1");
	ignore_sent(t);
	app_close(t);
	expect(t, "R 1:1(0)");
	expect_nothing(t);
}

static void
limit_beyond_a_day_is_refused(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_set_linger(t->peer->conn, 86400 * SECOND), 0);
	assert_int_equal(estab_conn_set_linger(t->peer->conn, 86400 * SECOND + 1), -EINVAL);
	assert_int_equal(estab_conn_set_linger(t->peer->conn, UINT64_MAX - 1), -EINVAL);
}

/* No patience is ABORT, whether or not anything is left to send: the user has said so. */
static void
established_close_with_no_patience_resets_where_nothing_is_to_be_sent(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, 0);
	app_close(t);
	expect(t, "R 1:1(0)");
	expect_nothing(t);
}

/* 3.10.7.4: "Enter the TIME-WAIT state. Start the time-wait timer, turn off the other timers." */
static void
time_wait_limit_of_fin_wait_2_is_off_though_the_port_is_stuck(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, ". 1:1(0) ack 2");
	app_close(t);
	advance(t, 59000);
	stick_the_port(t);
	arrive(t, "F. 1:1(0) ack 2");
	t->now_ns += 5 * SECOND;
	turn(t);
	t->port.tx_room = UINT32_MAX;
	turn(t);
	expect(t, ". 2:2(0) ack 2");
	assert_int_equal(stats_now(t).connections_closed, 1);
	assert_int_equal(stats_now(t).connections_timed_out, 0);
	ignore_sent(t);
}

/* Nor does CLOSE with a limit of the user's own turn one on. */
static void
time_wait_close_with_a_limit_arms_nothing_though_the_port_is_stuck(void **state)
{
	struct fixture *t = *state;

	in_established_with_linger(t, SECOND);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, ". 1:1(0) ack 2");
	stick_the_port(t);
	arrive(t, "F. 1:1(0) ack 2");
	app_close(t);
	t->now_ns += 5 * SECOND;
	turn(t);
	t->port.tx_room = UINT32_MAX;
	turn(t);
	expect(t, ". 2:2(0) ack 2");
	assert_int_equal(stats_now(t).connections_closed, 1);
	assert_int_equal(stats_now(t).connections_timed_out, 0);
	ignore_sent(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_close_without_limit_sees_the_text_out),
		FIXTURE_TEST(established_close_with_the_default_limit_sees_the_text_out),
		FIXTURE_TEST(established_close_with_no_patience_resets_at_once),
		FIXTURE_TEST(established_close_with_a_limit_sends_the_text_until_then),
		FIXTURE_TEST(established_close_with_a_limit_is_not_prolonged_by_progress),
		FIXTURE_TEST(fin_wait_2_limit_met_leaves_the_peer_its_time),
		FIXTURE_TEST(fin_wait_2_close_with_a_limit_leaves_the_peer_its_time),
		FIXTURE_TEST(last_ack_close_with_a_limit_resets_then),
		FIXTURE_TEST(shld_3_close_with_text_unread_resets_despite_a_limit),
		FIXTURE_TEST(limit_beyond_a_day_is_refused),
		FIXTURE_TEST(established_close_with_no_patience_resets_where_nothing_is_to_be_sent),
		FIXTURE_TEST(time_wait_limit_of_fin_wait_2_is_off_though_the_port_is_stuck),
		FIXTURE_TEST(time_wait_close_with_a_limit_arms_nothing_though_the_port_is_stuck),
	};

	return cmocka_run_group_tests_name("linger", tests, eal_start, eal_stop);
}
