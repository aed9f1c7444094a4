/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The peer falls silent for ever, in every state of RFC 9293 3.3.2 and with all that can be under way in it:
 * each state has a timer that leads out of it (3.8.3, 3.10.8), and afterwards nothing is left to be done.
 */
#include "eal.h"
#include "fixture.h"

enum { DAY_MS = 86400000 };

/* Something is there, and a day passes. */
static void
let_a_day_pass(struct fixture *t)
{
	const struct estab_stats stats = stats_now(t);

	assert_true(stats.connections_open + stats.connections_half_open +
					stats.connections_time_wait >
			0);
	advance(t, DAY_MS);
	ignore_sent(t);
}

/* No connection is left, and no timer. */
static void
assert_gone(struct fixture *t)
{
	const struct estab_stats stats = stats_now(t);

	assert_int_equal(stats.connections_open, 0);
	assert_int_equal(stats.connections_half_open, 0);
	assert_int_equal(stats.connections_time_wait, 0);
	assert_true(estab_stack_deadline(t->stack) == UINT64_MAX);
}

static void
assert_ends(struct fixture *t)
{
	let_a_day_pass(t);
	assert_gone(t);
}

/* The user still holds it, and is told. */
static void
assert_ends_and_is_told(struct fixture *t)
{
	let_a_day_pass(t);
	assert_state(t, "CLOSED");
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	app_close(t);
	assert_gone(t);
}

static void
silence_in_syn_sent_ends(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	assert_ends_and_is_told(t);
}

static void
silence_in_syn_received_ends(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	assert_ends(t);
}

static void
silence_after_a_simultaneous_open_ends(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	assert_state(t, "SYN-RECEIVED");
	assert_ends_and_is_told(t);
}

static void
silence_in_established_with_text_in_flight_ends(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 20000);
	assert_ends_and_is_told(t);
}

/* Some arrived, and the peer said so: what it has beyond the gap changes nothing. */
static void
silence_in_established_with_a_gap_ends(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK");
	app_write(t, 5000);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:3001>");
	assert_ends_and_is_told(t);
}

static void
silence_in_established_with_the_window_closed_ends(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 100);
	assert_ends_and_is_told(t);
}

static void
silence_in_established_at_rest_ends_by_keep_alive(void **state)
{
	const struct estab_keepalive keepalive = { 0 };
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &keepalive), 0);
	assert_ends_and_is_told(t);
}

/* What would have come before it never does; the user has no use for it any more. */
static void
silence_in_established_closed_over_a_gap_ends(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1001:2001(1000) ack 1");
	app_close(t);
	assert_ends(t);
}

static void
silence_in_fin_wait_1_ends(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_1(t);
	assert_ends_and_is_told(t);
}

/* The FIN waits for the window to open. */
static void
silence_in_fin_wait_1_with_the_window_closed_ends(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 100);
	app_close(t);
	assert_ends(t);
}

static void
silence_in_fin_wait_2_closed_ends(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	app_close(t);
	assert_ends(t);
}

static void
silence_in_closing_ends(void **state)
{
	struct fixture *t = *state;

	in_closing(t);
	assert_ends_and_is_told(t);
}

static void
silence_in_time_wait_ends(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	assert_ends(t);
}

static void
silence_in_close_wait_with_text_in_flight_ends(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	app_write(t, 100);
	assert_ends_and_is_told(t);
}

static void
silence_in_last_ack_ends(void **state)
{
	struct fixture *t = *state;

	in_last_ack(t);
	assert_ends(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(silence_in_syn_sent_ends),
		FIXTURE_TEST(silence_in_syn_received_ends),
		FIXTURE_TEST(silence_after_a_simultaneous_open_ends),
		FIXTURE_TEST(silence_in_established_with_text_in_flight_ends),
		FIXTURE_TEST(silence_in_established_with_a_gap_ends),
		FIXTURE_TEST(silence_in_established_with_the_window_closed_ends),
		FIXTURE_TEST(silence_in_established_at_rest_ends_by_keep_alive),
		FIXTURE_TEST(silence_in_established_closed_over_a_gap_ends),
		FIXTURE_TEST(silence_in_fin_wait_1_ends),
		FIXTURE_TEST(silence_in_fin_wait_1_with_the_window_closed_ends),
		FIXTURE_TEST(silence_in_fin_wait_2_closed_ends),
		FIXTURE_TEST(silence_in_closing_ends),
		FIXTURE_TEST(silence_in_time_wait_ends),
		FIXTURE_TEST(silence_in_close_wait_with_text_in_flight_ends),
		FIXTURE_TEST(silence_in_last_ack_ends),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
