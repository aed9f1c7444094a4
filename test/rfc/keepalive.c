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
	};

	return cmocka_run_group_tests_name("keepalive", tests, eal_start, eal_stop);
}
