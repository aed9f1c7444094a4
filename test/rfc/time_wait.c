/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TIME-WAIT (3.6.1, RFC 6191, RFC 1337): how long it lasts, what it answers, who may take it over.
 */
#include "eal.h"
#include "fixture.h"

/* MUST-13: "When a connection is closed actively, it MUST linger in the TIME-WAIT state for a time
 * 2xMSL" */
static void
must_13_time_wait_lasts_two_msl(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	advance(t, 59900);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	advance(t, 200);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
	expect_nothing(t);
	arrive(t, ". 2:2(0) ack 2");
	expect(t, "R 2:2(0)");
}

static void
must_13_time_wait_lasts_as_configured(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.time_wait_ns = 1000000000;
	in_time_wait(t);
	advance(t, 950);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	advance(t, 100);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
}

/* 3.10.7.4: "The only thing that can arrive in this state is a retransmission of the remote FIN.
 * Acknowledge it, and restart the 2 MSL timeout." */
static void
time_wait_fin_again_is_acknowledged_and_restarts_the_timer(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	advance(t, 40000);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	expect_nothing(t);
	advance(t, 59900);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	advance(t, 200);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
}

static void
time_wait_fin_again_with_timestamps_is_acknowledged_with_timestamps(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 900 ecr 0");
	app_close(t);
	expect(t, "F. 1:1(0) ack 1 <TS val * ecr 1000>");
	arrive(t, "F. 1:1(0) ack 2 <TS val 1010 ecr *>");
	expect(t, ". 2:2(0) ack 2 <TS val * ecr 1010>");
	arrive(t, "F. 1:1(0) ack 2 <TS val 1020 ecr *>");
	expect(t, ". 2:2(0) ack 2 <TS val * ecr *>");
}

/* An ACK that comes late needs no answer. */
static void
time_wait_acceptable_ack_is_not_answered(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	arrive(t, ". 2:2(0) ack 2");
	expect_nothing(t);
	assert_drops(t, TCP_TIME_WAIT, 1);
}

/*
 * 3.10.7.4: "If an incoming segment is not acceptable, an acknowledgment should be sent in reply"
 */
static void
time_wait_old_text_is_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	arrive(t, "P. 4294967290:4294967294(4) ack 2");
	expect(t, ". 2:2(0) ack 2");
	expect_nothing(t);
}

/* RFC 1337 3: "(F1) Ignore RST segments in TIME-WAIT state." */
static void
time_wait_rst_is_ignored(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	arrive(t, "R 2:2(0)");
	arrive(t, "R 3:3(0)");
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	ignore_sent(t);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
}

/*
 * MAY-2: "it MAY accept a new SYN from the remote TCP endpoint to reopen the connection directly
 * from TIME-WAIT state, if it: (1) assigns its initial sequence number for the new connection to be
 * larger than the largest sequence number it used on the previous connection incarnation"
 */
static void
may_2_time_wait_syn_with_greater_number_opens_anew(void **state)
{
	struct fixture *t = *state;
	uint32_t last;

	in_time_wait(t);
	last = t->peer->stack_iss + 2;
	advance(t, 10);
	speak_anew(t, t->peer->iss + 3);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	assert_true((int32_t)(t->peer->stack_iss - last) > 0);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
	assert_int_equal(stats_now(t).time_wait_reused, 1);
	arrive(t, "P. 1:11(10) ack 1");
	app_accept(t);
	app_read(t, 10);
}

/* "(2) returns to TIME-WAIT state if the SYN turns out to be an old duplicate." */
static void
time_wait_syn_with_smaller_number_is_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, ". 2:2(0) ack 2");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	assert_int_equal(stats_now(t).connections_half_open, 0);
}

static void
in_time_wait_with_timestamps(struct fixture *t)
{
	in_established_with(t, "mss 1000,TS val 900 ecr 0");
	app_close(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, "F. 1:1(0) ack 2 <TS val 1010 ecr *>");
	expect(t, ". 2:2(0) ack 2");
	advance(t, 10);
}

/*
 * SHLD-4, RFC 6191 2: a SYN whose timestamp is greater than the last one seen in the previous
 * incarnation is honoured, whatever its sequence number.
 */
static void
shld_4_time_wait_syn_with_greater_timestamp_opens_anew(void **state)
{
	struct fixture *t = *state;

	in_time_wait_with_timestamps(t);
	speak_anew(t, t->peer->iss - 100000);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,TS val 1011 ecr 0>");
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).time_wait_reused, 1);
	arrive(t, ". 1:1(0) ack 1 <TS val 1012 ecr *>");
	app_accept(t);
}

/* RFC 6191 2: a SYN with a smaller timestamp opens nothing. */
static void
shld_4_time_wait_syn_with_smaller_timestamp_opens_nothing(void **state)
{
	struct fixture *t = *state;
	const struct packet *answer;

	in_time_wait_with_timestamps(t);
	arrive(t, "S 100:100(0) win 65535 <mss 1000,TS val 1009 ecr 0>");
	answer = next_sent(t);
	assert_true(answer == NULL || answer->flags == PACKET_ACK);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	assert_int_equal(stats_now(t).connections_half_open, 0);
}

/* Nobody listens any more: the SYN that might have reopened the connection is refused. */
static void
time_wait_new_syn_without_listener_is_refused(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	estab_listener_close(t->listener);
	t->listener = NULL;
	arrive(t, "S 100000:100000(0) win 65535 <mss 1000>");
	assert_int_equal(stats_now(t).connections_half_open, 0);
	assert_int_equal(stats_now(t).syn_ack_sent, 1);
	ignore_sent(t);
}

/* More connections end than there are records: the oldest goes early, and is counted. */
static void
time_wait_beyond_the_limit_recycles_the_oldest(void **state)
{
	struct fixture *t = *state;

	t->config.limits.time_waits = 2;
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		in_established(t);
		app_close(t);
		expect(t, "F. 1:1(0) ack 1");
		arrive(t, "F. 1:1(0) ack 2");
		expect(t, ". 2:2(0) ack 2");
		advance(t, 100);
	}
	assert_int_equal(stats_now(t).connections_time_wait, 2);
	assert_int_equal(stats_now(t).time_wait_recycled, 1);
	speak_as(t, 0);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, "R 2:2(0)");
	speak_as(t, 1);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
}

/* 3.6: the user who has shut down and not closed still reads what came before the FIN. */
static void
time_wait_text_before_the_fin_is_still_read(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	arrive(t, "FP. 1:101(100) ack 2");
	expect(t, ". 2:2(0) ack 102");
	advance(t, 120000);
	app_read(t, 100);
	app_read_end(t);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
	app_close(t);
	expect_nothing(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(must_13_time_wait_lasts_two_msl),
		FIXTURE_TEST(must_13_time_wait_lasts_as_configured),
		FIXTURE_TEST(time_wait_fin_again_is_acknowledged_and_restarts_the_timer),
		FIXTURE_TEST(time_wait_fin_again_with_timestamps_is_acknowledged_with_timestamps),
		FIXTURE_TEST(time_wait_acceptable_ack_is_not_answered),
		FIXTURE_TEST(time_wait_old_text_is_acknowledged),
		FIXTURE_TEST(time_wait_rst_is_ignored),
		FIXTURE_TEST(may_2_time_wait_syn_with_greater_number_opens_anew),
		FIXTURE_TEST(time_wait_syn_with_smaller_number_is_acknowledged),
		FIXTURE_TEST(shld_4_time_wait_syn_with_greater_timestamp_opens_anew),
		FIXTURE_TEST(shld_4_time_wait_syn_with_smaller_timestamp_opens_nothing),
		FIXTURE_TEST(time_wait_new_syn_without_listener_is_refused),
		FIXTURE_TEST(time_wait_beyond_the_limit_recycles_the_oldest),
		FIXTURE_TEST(time_wait_text_before_the_fin_is_still_read),
	};

	return cmocka_run_group_tests_name("time_wait", tests, eal_start, eal_stop);
}
