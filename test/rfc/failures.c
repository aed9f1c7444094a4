/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connection failures (3.8.3) beyond what interface.c and retransmission.c ask: R1 and R2 of a SYN,
 * trouble that passes, probes, and what the settings take.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

static void
in_established_rto_1s(struct fixture *t)
{
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established(t);
}

/* Trouble is told now, with this reason, once. */
static void
assert_trouble(struct fixture *t, int error)
{
	assert_true(app_events(t) & ESTAB_EVENT_TROUBLE);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), error);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), 0);
}

static void
assert_no_trouble(struct fixture *t)
{
	assert_int_equal(app_events(t) & ESTAB_EVENT_TROUBLE, 0);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), 0);
}

/* SHLD-9: "TCP implementations SHOULD inform the application of the delivery problem [...] when R1
 * is reached and before R2": at R1, not earlier, and not again with every segment. */
static void
shld_9_delivery_problem_is_told_when_r1_is_reached(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 100);
	advance(t, 1000 + 2000 + 3900); /* two retransmissions */
	assert_no_trouble(t);
	advance(t, 200);
	assert_trouble(t, -ETIMEDOUT);
	advance(t, 8000 + 16000);
	assert_no_trouble(t);
	assert_state(t, "ESTABLISHED");
	ignore_sent(t);
}

/* R1 measures "the same segment": one that was lost twice, and another, are no problem. */
static void
shld_9_r1_counts_retransmissions_of_one_segment(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	for (uint32_t end = 101; end <= 501; end += 100) {
		app_write(t, 100);
		advance(t, 900);
		for (unsigned int n = 0; n < 2; n++) {
			while (ignore_sent(t) == 0)
				advance(t, 100);
		}
		arrive(t, ". 1:1(0) ack %u", end);
		ignore_sent(t);
	}
	assert_no_trouble(t);
	assert_true(stats_now(t).retransmission_timeouts > 4);
}

/* The trouble is over, and comes again: it is told again. */
static void
shld_9_delivery_problem_that_comes_again_is_told_again(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 100);
	advance(t, 7100);
	assert_trouble(t, -ETIMEDOUT);
	arrive(t, ". 1:1(0) ack 101");
	app_write(t, 100);
	arrive(t, ". 1:1(0) ack 201"); /* timed: the RTO is small again */
	app_write(t, 100);
	assert_no_trouble(t);
	advance(t, 60000);
	assert_trouble(t, -ETIMEDOUT);
	ignore_sent(t);
}

/* MUST-21: "for a particular connection", and no other. */
static void
must_21_r2_of_one_connection_leaves_others_alone(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 1, 2), 0);
	app_write(t, 100);
	ignore_sent(t);
	speak_as(t, 1);
	in_established(t);
	app_write(t, 100);
	advance(t, 60000);
	assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_state(t, "ESTABLISHED");
	speak_as(t, 0);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	ignore_sent(t);
}

/* MUST-21: "an interactive application might set R2 to "infinity"": hours, at least. */
static void
must_21_great_r2_keeps_trying_for_hours(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 0, UINT8_MAX), 0);
	app_write(t, 100);
	for (unsigned int i = 0; i < 8 * 6; i++) {
		advance(t, 600 * 1000);
		assert_true(ignore_sent(t) > 0);
	}
	assert_state(t, "ESTABLISHED");
	arrive(t, ". 1:1(0) ack 101");
	advance(t, 600 * 1000);
	expect_nothing(t);
}

/* MUST-21: 0 goes back to what is configured. */
static void
must_21_r2_of_zero_is_as_configured(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.r2_retransmissions = 4;
	in_established_rto_1s(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 1, 2), 0);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 0, 0), 0);
	app_write(t, 100);
	advance(t, 1000 + 2000 + 4000 + 8000 + 15900);
	assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(ignore_sent(t), 5);
	advance(t, 200);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
}

/*
 * MUST-22: "SYN retransmissions MUST be handled in the general way just described for data
 * retransmissions, including notification of the application layer."
 */
static void
must_22_shld_9_syn_sent_r1_is_told(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	advance(t, 1000 + 2000 + 3900);
	assert_no_trouble(t);
	advance(t, 200);
	assert_trouble(t, -ETIMEDOUT);
	assert_state(t, "SYN-SENT");
	ignore_sent(t);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
}

/* MUST-21, MUST-22: R2 of an attempt. */
static void
must_21_must_22_syn_sent_user_sets_r2(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 1, 2), 0);
	advance(t, 1000 + 2000 + 3900);
	expect(t, "S 0:0(0)");
	expect(t, "S 0:0(0)");
	assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	advance(t, 200);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_conn_error(t->peer->conn), -ETIMEDOUT);
	assert_int_equal(stats_now(t).connections_failed, 1);
	advance(t, 600000);
	expect_nothing(t);
}

/* MUST-23: "R2 for a SYN segment MUST be set large enough to provide retransmission of the segment
 * for at least 3 minutes": R2 of data is another one. */
static void
must_23_syn_sent_r2_of_data_does_not_count(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.r2_retransmissions = 3;
	in_syn_sent(t);
	advance(t, 180000);
	assert_state(t, "SYN-SENT");
	assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_true(ignore_sent(t) > 3);
}

/* MUST-37: a closed window whose probes are answered is no delivery problem, */
static void
shld_9_answered_window_probes_are_no_trouble(void **state)
{
	struct fixture *t = *state;
	unsigned int probes = 0;

	in_established_rto_1s(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 100);
	for (unsigned int i = 0; i < 3600; i++) {
		advance(t, 1000);
		while (next_sent(t) != NULL) {
			probes++;
			arrive_later(t, ". 1:1(0) ack 1 win 0");
		}
	}
	assert_true(probes > 20);
	assert_no_trouble(t);
	assert_state(t, "ESTABLISHED");
}

/* and one whose probes are not is. */
static void
shld_9_must_20_unanswered_window_probes_are_told_and_end(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 2, 4), 0);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 100);
	advance(t, 1000 + 2000 + 1000);
	assert_trouble(t, -ETIMEDOUT);
	assert_state(t, "ESTABLISHED");
	advance(t, 60000);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_conn_error(t->peer->conn), -ETIMEDOUT);
	ignore_sent(t);
}

/* limits.customized_connections is one: the second user is told, and lives without. */
static void
settings_beyond_the_limit_are_refused(void **state)
{
	const struct estab_keepalive how = { 0 };
	struct fixture *t = *state;
	uint8_t byte = 0;

	t->config.limits.customized_connections = 1;
	in_established_rto_1s(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 2, 8), 0);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 1), 0);
	speak_as(t, 1);
	in_established(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 2, 8), -ENOBUFS);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 1), -ENOBUFS);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &how), -ENOBUFS);
	assert_int_equal(estab_conn_set_linger(t->peer->conn, 0), -ENOBUFS);
	assert_int_equal(estab_conn_write_urgent(t->peer->conn, &byte, 1), -ENOBUFS);
	app_write(t, 100);
	advance(t, 30000);
	assert_trouble(t, -ETIMEDOUT); /* needs no place */
	assert_state(t, "ESTABLISHED");
	ignore_sent(t);
}

/* Defaults need no place, nor can peers take one: by urgent marks, or by silence. */
static void
settings_are_not_used_up_by_peers_or_defaults(void **state)
{
	struct fixture *t = *state;

	t->config.limits.customized_connections = 1;
	in_established_rto_1s(t);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, NULL), 0);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 0), 0);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 0, 0), 0);
	assert_int_equal(estab_conn_set_linger(t->peer->conn, UINT64_MAX), 0);
	arrive(t, "U. 1:1(0) ack 1 urg 10");
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 10);
	app_write(t, 100);
	advance(t, 30000);
	assert_trouble(t, -ETIMEDOUT);
	ignore_sent(t);
	speak_as(t, 1);
	in_established(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 2, 8), 0);
}

/* The connection is gone: its place is free. */
static void
settings_of_a_connection_that_is_over_are_given_back(void **state)
{
	struct fixture *t = *state;

	t->config.limits.customized_connections = 1;
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		in_established(t);
		assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 2, 8), 0);
		app_abort(t);
		expect(t, "R 1:1(0)");
	}
}

/* What a 0 stands for is compared, too: R2 as configured is 15. */
static void
must_21_r1_above_the_configured_r2_is_refused(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 16, 0), -EINVAL);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 15, 0), 0);
}

/* An R2 below the configured R1 of 3 is told all the same. */
static void
shld_9_small_r2_is_told_before_it_ends_the_connection(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 0, 2), 0);
	app_write(t, 100);
	advance(t, 1000 + 2000 + 100);
	assert_trouble(t, -ETIMEDOUT);
	assert_state(t, "ESTABLISHED");
	advance(t, 8000);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	ignore_sent(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(shld_9_delivery_problem_is_told_when_r1_is_reached),
		FIXTURE_TEST(shld_9_r1_counts_retransmissions_of_one_segment),
		FIXTURE_TEST(shld_9_delivery_problem_that_comes_again_is_told_again),
		FIXTURE_TEST(must_21_r2_of_one_connection_leaves_others_alone),
		FIXTURE_TEST(must_21_great_r2_keeps_trying_for_hours),
		FIXTURE_TEST(must_21_r2_of_zero_is_as_configured),
		FIXTURE_TEST(must_22_shld_9_syn_sent_r1_is_told),
		FIXTURE_TEST(must_21_must_22_syn_sent_user_sets_r2),
		FIXTURE_TEST(must_23_syn_sent_r2_of_data_does_not_count),
		FIXTURE_TEST(shld_9_answered_window_probes_are_no_trouble),
		FIXTURE_TEST(shld_9_must_20_unanswered_window_probes_are_told_and_end),
		FIXTURE_TEST(settings_beyond_the_limit_are_refused),
		FIXTURE_TEST(settings_are_not_used_up_by_peers_or_defaults),
		FIXTURE_TEST(settings_of_a_connection_that_is_over_are_given_back),
		FIXTURE_TEST(must_21_r1_above_the_configured_r2_is_refused),
		FIXTURE_TEST(shld_9_small_r2_is_told_before_it_ends_the_connection),
	};

	return cmocka_run_group_tests_name("failures", tests, eal_start, eal_stop);
}
