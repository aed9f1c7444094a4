/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keep-alives that the stack sends (3.8.4), where the user asks for them. Answering the peer's is in
 * acknowledgment.c.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

#define SECOND UINT64_C(1000000000)

/* A connection that is to be probed after 10 s, every 5 s, three times. */
static void
in_established_with_keep_alive(struct fixture *t)
{
	const struct estab_keepalive how = { .idle_ns = 10 * SECOND,
		.interval_ns = 5 * SECOND,
		.probes = 3 };

	in_established(t);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &how), 0);
}

/* After so long without anything, and not before, comes a probe. */
static void
expect_probe_after(struct fixture *t, uint64_t ms)
{
	advance(t, ms - 100);
	expect_nothing(t);
	advance(t, 150);
	expect(t, ". 0:0(0) ack 1");
	expect_nothing(t);
}

/*
 * MAY-5: "Implementers MAY include "keep-alives" in their TCP implementations". MUST-24: "the
 * application MUST be able to turn them on or off for each TCP connection". SHLD-12: "SHOULD send a
 * keep-alive segment with no data".
 */
static void
may_5_must_24_shld_12_keep_alive_asked_for_is_sent_without_text(void **state)
{
	struct fixture *t = *state;

	in_established_with_keep_alive(t);
	expect_probe_after(t, 10000);
	arrive(t, ". 1:1(0) ack 1");
	expect_probe_after(t, 10000);
	assert_int_equal(stats_now(t).keepalive_probes, 2);
	arrive(t, ". 1:1(0) ack 1");
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, NULL), 0);
	advance(t, 24 * 3600 * 1000);
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
}

/* MUST-24: "for each TCP connection": the other one is left alone. */
static void
must_24_keep_alive_of_one_connection_leaves_others_alone(void **state)
{
	struct fixture *t = *state;

	in_established_with_keep_alive(t);
	speak_as(t, 1);
	in_established(t);
	advance(t, 14000);
	assert_null(next_sent(t));
	speak_as(t, 0);
	expect(t, ". 0:0(0) ack 1");
}

/*
 * MUST-26: "Keep-alive packets MUST only be sent when no sent data is outstanding, and no data or
 * acknowledgment packets have been received for the connection within an interval"
 */
static void
must_26_keep_alive_waits_for_silence(void **state)
{
	struct fixture *t = *state;

	in_established_with_keep_alive(t);
	advance(t, 3000);
	arrive(t, ". 1:1(0) ack 1");
	expect_probe_after(t, 10000);
	arrive(t, ". 1:1(0) ack 1");
	for (unsigned int i = 0; i < 5; i++) {
		advance(t, 6000);
		arrive(t, ". 1:1(0) ack 1");
		expect_nothing(t);
	}
	expect_probe_after(t, 10000);
}

static void
must_26_keep_alive_waits_for_outstanding_text(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;

	in_established_with_keep_alive(t);
	app_write(t, 10);
	advance(t, 40000);
	while ((packet = next_sent(t)) != NULL)
		assert_int_equal(packet->text_len, 10);
	assert_int_equal(stats_now(t).keepalive_probes, 0);
	assert_state(t, "ESTABLISHED");
}

/* MUST-27: "This interval MUST be configurable" */
static void
must_27_keep_alive_interval_is_configurable(void **state)
{
	struct estab_keepalive how = { .probes = 1 };
	struct fixture *t = *state;

	in_established(t);
	for (uint64_t seconds = 30; seconds < 10000; seconds *= 7) {
		how.idle_ns = seconds * SECOND;
		assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &how), 0);
		expect_probe_after(t, seconds * 1000);
		arrive(t, ". 1:1(0) ack 1");
	}
	how.idle_ns = 86401 * SECOND;
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &how), -EINVAL);
}

/* MUST-28: "and MUST default to no less than two hours" */
static void
must_28_keep_alive_default_interval_is_two_hours(void **state)
{
	const struct estab_keepalive how = { 0 };
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &how), 0);
	expect_probe_after(t, 2 * 3600 * 1000);
}

/*
 * MUST-29: "if a keep-alive mechanism is implemented it MUST NOT interpret failure to respond to any
 * specific probe as a dead connection"
 */
static void
must_29_keep_alives_unanswered_end_the_connection_only_after_several(void **state)
{
	struct fixture *t = *state;

	in_established_with_keep_alive(t);
	expect_probe_after(t, 10000);
	advance(t, 5000);
	expect(t, ". 0:0(0) ack 1");
	advance(t, 4800); /* 19.95 s, two have been lost */
	arrive(t, ". 1:1(0) ack 1");
	expect_probe_after(t, 10000);
	advance(t, 10000);
	expect(t, ". 0:0(0) ack 1");
	expect(t, ". 0:0(0) ack 1");
	assert_state(t, "ESTABLISHED");
	assert_int_equal(app_events(t) & ESTAB_EVENT_CLOSED, 0);
	advance(t, 5000);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	app_read_error(t, -ETIMEDOUT);
	ignore_sent(t);
}

/* MUST-25: "they MUST default to off", also for a connection that has settings of another kind. */
static void
must_25_settings_of_another_kind_do_not_turn_keep_alive_on(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 60 * SECOND), 0);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 2, 8), 0);
	advance(t, UINT64_C(48) * 3600 * 1000);
	expect_nothing(t);
	assert_int_equal(stats_now(t).keepalive_probes, 0);
}

/* MUST-24: turned off while an answer is awaited: its absence ends nothing any more. */
static void
must_24_keep_alive_turned_off_while_probing_ends_nothing(void **state)
{
	struct fixture *t = *state;

	in_established_with_keep_alive(t);
	advance(t, 20050);
	assert_int_equal(ignore_sent(t), 3);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, NULL), 0);
	advance(t, 3600 * 1000);
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
}

/* MUST-24: asked for before there is a connection, it begins with it. */
static void
must_24_syn_sent_keep_alive_begins_when_established(void **state)
{
	const struct estab_keepalive how = { .idle_ns = 10 * SECOND };
	struct fixture *t = *state;

	in_syn_sent(t);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &how), 0);
	advance(t, 30000);
	assert_int_equal(stats_now(t).keepalive_probes, 0);
	ignore_sent(t);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	expect_probe_after(t, 10000);
}

/* MUST-26: text counts as well as acknowledgments do. */
static void
must_26_keep_alive_waits_while_text_arrives(void **state)
{
	struct fixture *t = *state;
	uint32_t seq = 1;

	in_established_with_keep_alive(t);
	for (; seq < 51; seq += 10) {
		advance(t, 8000);
		arrive(t, "P. %u:%u(10) ack 1", seq, seq + 10);
	}
	advance(t, 9800);
	assert_int_equal(stats_now(t).keepalive_probes, 0);
	ignore_sent(t);
	advance(t, 300);
	expect(t, ". 0:0(0) ack 51");
	app_read(t, 50);
	ignore_sent(t);
}

/* 3.8.4: a connection with text to be sent is not idle, though the window holds it back. */
static void
must_26_closed_window_is_probed_for_itself(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;

	in_established_with_keep_alive(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 10);
	for (unsigned int i = 0; i < 600; i++) {
		advance(t, 1000);
		while ((packet = next_sent(t)) != NULL) {
			assert_int_equal(packet->text_len, 1);
			arrive_later(t, ". 1:1(0) ack 1 win 0");
		}
	}
	assert_int_equal(stats_now(t).keepalive_probes, 0);
	assert_state(t, "ESTABLISHED");
}

/* SEG.SEQ = SND.NXT-1 with what has been sent and received before, and behind a FIN. */
static void
shld_12_keep_alive_after_text_and_fin_is_just_left_of_snd_nxt(void **state)
{
	struct fixture *t = *state;

	in_established_with_keep_alive(t);
	arrive(t, "P. 1:11(10) ack 1");
	app_read(t, 10);
	app_write(t, 100);
	app_shutdown(t);
	ignore_sent(t);
	arrive(t, ". 11:11(0) ack 102");
	advance(t, 10100);
	expect(t, ". 101:101(0) ack 11");
	expect_nothing(t);
	arrive(t, "F. 11:11(0) ack 102");
	ignore_sent(t);
}

static void
close_wait_keep_alive_acknowledges_the_fin(void **state)
{
	struct fixture *t = *state;

	in_established_with_keep_alive(t);
	arrive(t, "F. 1:1(0) ack 1");
	expect(t, ". 1:1(0) ack 2");
	advance(t, 10100);
	expect(t, ". 0:0(0) ack 2");
	expect_nothing(t);
}

/* RFC 7323 3.2: the option is in the probe, too (the fixture sees to that), and in its answer. */
static void
must_29_keep_alive_with_timestamps_is_answered(void **state)
{
	const struct estab_keepalive how = { .idle_ns = 10 * SECOND, .probes = 1 };
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 1000 ecr 0");
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &how), 0);
	for (unsigned int i = 1; i < 4; i++) {
		advance(t, 10100);
		expect(t, ". 0:0(0) ack 1 <TS val * ecr *>");
		arrive(t, ". 1:1(0) ack 1 <TS val %u ecr *>", 1000 + i);
	}
	assert_state(t, "ESTABLISHED");
}

/* The peer has lost its memory: it says so, and that is the end. */
static void
keep_alive_answered_with_reset_ends_the_connection(void **state)
{
	struct fixture *t = *state;

	in_established_with_keep_alive(t);
	expect_probe_after(t, 10000);
	arrive(t, "R 1:1(0)");
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	app_read_error(t, -ECONNRESET);
	advance(t, 60000);
	expect_nothing(t);
}

/* The defaults of interval and number: 75 s and 9. */
static void
must_29_default_is_nine_unanswered_keep_alives(void **state)
{
	const struct estab_keepalive how = { .idle_ns = 10 * SECOND };
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &how), 0);
	advance(t, 10000 + 9 * 75000 - 100);
	assert_int_equal(ignore_sent(t), 9);
	assert_state(t, "ESTABLISHED");
	advance(t, 200);
	assert_state(t, "CLOSED");
	expect(t, "R 1:1(0)"); /* it may be there after all, and must not stay half-open */
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(may_5_must_24_shld_12_keep_alive_asked_for_is_sent_without_text),
		FIXTURE_TEST(must_24_keep_alive_of_one_connection_leaves_others_alone),
		FIXTURE_TEST(must_26_keep_alive_waits_for_silence),
		FIXTURE_TEST(must_26_keep_alive_waits_for_outstanding_text),
		FIXTURE_TEST(must_27_keep_alive_interval_is_configurable),
		FIXTURE_TEST(must_28_keep_alive_default_interval_is_two_hours),
		FIXTURE_TEST(must_29_keep_alives_unanswered_end_the_connection_only_after_several),
		FIXTURE_TEST(must_25_settings_of_another_kind_do_not_turn_keep_alive_on),
		FIXTURE_TEST(must_24_keep_alive_turned_off_while_probing_ends_nothing),
		FIXTURE_TEST(must_24_syn_sent_keep_alive_begins_when_established),
		FIXTURE_TEST(must_26_keep_alive_waits_while_text_arrives),
		FIXTURE_TEST(must_26_closed_window_is_probed_for_itself),
		FIXTURE_TEST(shld_12_keep_alive_after_text_and_fin_is_just_left_of_snd_nxt),
		FIXTURE_TEST(close_wait_keep_alive_acknowledges_the_fin),
		FIXTURE_TEST(must_29_keep_alive_with_timestamps_is_answered),
		FIXTURE_TEST(keep_alive_answered_with_reset_ends_the_connection),
		FIXTURE_TEST(must_29_default_is_nine_unanswered_keep_alives),
	};

	return cmocka_run_group_tests_name("keepalive", tests, eal_start, eal_stop);
}
