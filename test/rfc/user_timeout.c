/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The user timeout (3.9.1.1 OPEN, 3.9.1.2 SEND, 3.10.8): how long text may stay unacknowledged
 * before the connection is given up.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

#define SECOND UINT64_C(1000000000)

/* A connection whose text is to be acknowledged within so many seconds. */
static void
in_established_with_timeout(struct fixture *t, uint64_t seconds)
{
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = SECOND;
	in_established(t);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, seconds * SECOND), 0);
}

/* Given up after so long, and not before. */
static void
expect_given_up_after(struct fixture *t, uint64_t ms)
{
	advance(t, ms - 100);
	assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	advance(t, 200);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_state(t, "CLOSED");
	app_read_error(t, -ETIMEDOUT);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
}

/*
 * 3.10.8: "For any state if the user timeout expires, flush all queues, signal the user "error:
 * connection aborted due to user timeout" [...], delete the TCB, enter the CLOSED state, and
 * return."
 */
static void
established_text_unacknowledged_for_the_timeout_ends_the_connection(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 30);
	app_write(t, 5000);
	expect_given_up_after(t, 30000);
	ignore_sent(t);
	advance(t, 600000);
	expect_nothing(t);
	app_close(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* What is left of the connection on the other side must learn that it is over. */
static void
established_timeout_resets_the_peer(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;
	uint8_t last = 0;

	in_established_with_timeout(t, 10);
	app_write(t, 100);
	advance(t, 10100);
	while ((packet = next_sent(t)) != NULL)
		last = packet->flags;
	assert_int_equal(last, PACKET_RST);
}

/* Nothing is waited for, so nothing is late. */
static void
established_without_text_outstanding_outlives_the_timeout(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 10);
	advance(t, 3600 * 1000);
	app_write(t, 100);
	arrive(t, ". 1:1(0) ack 101");
	advance(t, 3600 * 1000);
	assert_state(t, "ESTABLISHED");
	assert_int_equal(app_events(t) & ESTAB_EVENT_CLOSED, 0);
	ignore_sent(t);
}

/* Another text has its own time. */
static void
established_next_text_has_the_whole_timeout(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 10);
	app_write(t, 100);
	advance(t, 8000);
	arrive(t, ". 1:1(0) ack 101");
	advance(t, 1000);
	app_write(t, 100);
	expect_given_up_after(t, 10000);
}

/* The peer takes some of it: that was progress, and the rest has its time from there. */
static void
established_partial_ack_begins_the_timeout_anew(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 10);
	app_write(t, 2000);
	advance(t, 8000);
	arrive(t, ". 1:1(0) ack 1001");
	expect_given_up_after(t, 10000);
}

/* An ACK that brings nothing is no progress. */
static void
established_duplicate_ack_does_not_prolong_the_timeout(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 10);
	app_write(t, 100);
	advance(t, 8000);
	arrive(t, ". 1:1(0) ack 1");
	arrive(t, "P. 1:11(10) ack 1");
	app_read(t, 10);
	expect_given_up_after(t, 2000);
}

/* 3.9.1.1: "The timeout, if present, permits the caller to set up a timeout for all data submitted
 * to TCP": one that is set later counts from then on. */
static void
established_timeout_set_while_text_is_outstanding_counts_from_then(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 3600);
	app_write(t, 100);
	advance(t, 20000);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 15 * SECOND), 0);
	expect_given_up_after(t, 15000);
}

static void
established_timeout_turned_off_in_time_ends_nothing(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 10);
	app_write(t, 100);
	advance(t, 9000);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 0), 0);
	advance(t, 60000);
	assert_int_equal(app_events(t) & ESTAB_EVENT_CLOSED, 0);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 101");
	app_write(t, 10);
	expect(t, "P. 101:111(10) ack 1");
	advance(t, 60000);
	assert_state(t, "ESTABLISHED");
}

/* A window that stays closed: the peer is there, but the text is not acknowledged. */
static void
established_text_held_back_by_a_closed_window_is_given_up_too(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 10);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 100);
	for (unsigned int i = 0; i < 9; i++) {
		advance(t, 1000);
		arrive(t, ". 1:1(0) ack 1 win 0");
		assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	}
	for (unsigned int i = 0; i < 4; i++) {
		advance(t, 1000);
		if (status_now(t).state[0] == 'E')
			arrive(t, ". 1:1(0) ack 1 win 0");
	}
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	app_read_error(t, -ETIMEDOUT);
}

/* "For any state": before the connection is established, */
static void
syn_sent_timeout_ends_the_attempt(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 10 * SECOND), 0);
	expect_given_up_after(t, 10000);
	assert_int_equal(stats_now(t).connections_failed, 1);
	ignore_sent(t);
	advance(t, 600000);
	expect_nothing(t);
}

/* where the handshake then ends it, */
static void
syn_sent_answered_in_time_outlives_the_timeout(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 10 * SECOND), 0);
	advance(t, 8000);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	advance(t, 600000);
	assert_state(t, "ESTABLISHED");
	ignore_sent(t);
	app_write(t, 100);
	expect_given_up_after(t, 10000);
}

/* and while the FIN waits for its ACK. */
static void
fin_wait_1_timeout_ends_the_connection(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 10);
	app_shutdown(t);
	expect_given_up_after(t, 10000);
}

static void
fin_wait_2_outlives_the_timeout(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 10);
	app_shutdown(t);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 2");
	advance(t, 40000);
	assert_state(t, "FIN-WAIT-2");
	arrive(t, "P. 1:11(10) ack 2");
	app_read(t, 10);
	ignore_sent(t);
}

/* MUST-20: R2 ends the connection also where the timeout has not yet come. */
static void
must_20_r2_before_the_timeout_ends_the_connection(void **state)
{
	struct fixture *t = *state;

	in_established_with_timeout(t, 3600);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 1, 2), 0);
	app_write(t, 100);
	expect_given_up_after(t, 1000 + 2000 + 4000);
}

static void
timeout_beyond_a_day_is_refused(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 86400 * SECOND), 0);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 86400 * SECOND + 1), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_text_unacknowledged_for_the_timeout_ends_the_connection),
		FIXTURE_TEST(established_timeout_resets_the_peer),
		FIXTURE_TEST(established_without_text_outstanding_outlives_the_timeout),
		FIXTURE_TEST(established_next_text_has_the_whole_timeout),
		FIXTURE_TEST(established_partial_ack_begins_the_timeout_anew),
		FIXTURE_TEST(established_duplicate_ack_does_not_prolong_the_timeout),
		FIXTURE_TEST(established_timeout_set_while_text_is_outstanding_counts_from_then),
		FIXTURE_TEST(established_timeout_turned_off_in_time_ends_nothing),
		FIXTURE_TEST(established_text_held_back_by_a_closed_window_is_given_up_too),
		FIXTURE_TEST(syn_sent_timeout_ends_the_attempt),
		FIXTURE_TEST(syn_sent_answered_in_time_outlives_the_timeout),
		FIXTURE_TEST(fin_wait_1_timeout_ends_the_connection),
		FIXTURE_TEST(fin_wait_2_outlives_the_timeout),
		FIXTURE_TEST(must_20_r2_before_the_timeout_ends_the_connection),
		FIXTURE_TEST(timeout_beyond_a_day_is_refused),
	};

	return cmocka_run_group_tests_name("user_timeout", tests, eal_start, eal_stop);
}
