/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text that the user holds back (3.9.1.2): SEND without PUSH (MAY-15) and the cork; what ends the wait,
 * and that it ends in any case (MUST-60).
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

#define MS UINT64_C(1000000)

static void
cork(struct fixture *t, bool on)
{
	estab_conn_set_cork(t->peer->conn, on);
	turn(t);
}

static void
in_established_corked(struct fixture *t)
{
	in_established_with(t, "mss 1000");
	cork(t, true);
}

/* "If the PUSH flag is not set, the data may be combined with data from subsequent SENDs" */
static void
may_15_established_text_without_push_leaves_with_what_follows(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write_more(t, 100);
	advance(t, 150);
	app_write_more(t, 10);
	expect_nothing(t);
	app_write(t, 50);
	expect(t, "P. 1:161(160) ack 1");
}

static void
must_60_established_text_without_push_leaves_after_a_while(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write_more(t, 100);
	advance(t, 199);
	expect_nothing(t);
	advance(t, 1);
	expect(t, "P. 1:101(100) ack 1");
}

/* SHLD-28: "SHOULD send a maximum-sized segment whenever possible" */
static void
established_full_segment_without_push_leaves_at_once(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.cork_ns = 100 * MS; /* before the segment in flight is late */
	in_established_with(t, "mss 1000");
	app_write_more(t, 1500);
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
	advance(t, 100);
	expect(t, "P. 1001:1501(500) ack 1");
}

static void
may_15_established_acknowledgment_sends_what_waits_for_more(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;

	in_established_with(t, "mss 1000");
	app_write_more(t, 1500);
	expect(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1001");
	packet = next_sent(t);
	assert_non_null(packet);
	assert_int_equal(packet->text_len, 500);
	assert_false(packet->flags & PACKET_PSH); /* nobody has pushed it */
}

/* "when the Nagle algorithm is in use, TCP implementations may buffer the data [...] without regard to
 * the PUSH flag" */
static void
established_text_without_push_waits_for_nagle_too(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	app_write_more(t, 10);
	arrive(t, ". 1:1(0) ack 51");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 101");
	expect(t, ". 101:111(10) ack 1");
}

static void
may_15_established_end_without_push_carries_no_psh(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;

	in_established_with(t, "mss 1000");
	app_write_more(t, 1000);
	packet = next_sent(t);
	assert_non_null(packet);
	assert_false(packet->flags & PACKET_PSH);
	app_write(t, 1000);
	expect(t, "P. 1001:2001(1000) ack 1");
}

static void
must_60_established_corked_text_leaves_after_a_while(void **state)
{
	struct fixture *t = *state;

	in_established_corked(t);
	app_write(t, 100);
	advance(t, 150);
	app_write(t, 100);
	advance(t, 49);
	expect_nothing(t);
	advance(t, 1);
	expect(t, "P. 1:201(200) ack 1");
	arrive(t, ". 1:1(0) ack 201");
	app_write(t, 100); /* the cork is still in */
	advance(t, 199);
	expect_nothing(t);
	advance(t, 1);
	expect(t, "P. 201:301(100) ack 1");
}

static void
established_configured_time_is_how_long_a_cork_holds(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.cork_ns = 50 * MS;
	in_established_corked(t);
	app_write(t, 100);
	advance(t, 49);
	expect_nothing(t);
	advance(t, 1);
	expect(t, "P. 1:101(100) ack 1");
}

static void
established_time_of_the_rest_begins_with_the_segment_before(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.cork_ns = 100 * MS;
	in_established_corked(t);
	app_write(t, 600);
	advance(t, 50);
	app_write(t, 600);
	expect(t, ". 1:1001(1000) ack 1");
	advance(t, 99);
	expect_nothing(t);
	advance(t, 1);
	expect(t, "P. 1001:1201(200) ack 1");
}

/* An acknowledgment does not pull a cork. */
static void
established_corked_text_waits_through_acknowledgments(void **state)
{
	struct fixture *t = *state;

	in_established_corked(t);
	app_write(t, 1500);
	expect(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1001");
	expect_nothing(t);
	advance(t, 200);
	expect(t, "P. 1001:1501(500) ack 1");
}

static void
established_uncorking_sends_at_once(void **state)
{
	struct fixture *t = *state;

	in_established_corked(t);
	app_write_more(t, 100);
	expect_nothing(t);
	cork(t, false);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 1:1(0) ack 101");
	app_write(t, 100);
	expect(t, "P. 101:201(100) ack 1");
}

static void
established_uncorking_leaves_the_rest_to_nagle(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	cork(t, true);
	app_write(t, 10);
	cork(t, false);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 101");
	expect(t, "P. 101:111(10) ack 1");
}

/* The limit is the cork's own: it does not go on in Nagle's name. */
static void
established_text_held_for_long_enough_passes_nagle(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.cork_ns = 100 * MS;
	in_established_corked(t);
	app_write(t, 1000);
	expect(t, "P. 1:1001(1000) ack 1");
	app_write(t, 10);
	advance(t, 100);
	expect(t, "P. 1001:1011(10) ack 1");
	app_write(t, 10);
	expect_nothing(t);
}

static void
established_cork_holds_although_nagle_is_off(void **state)
{
	struct fixture *t = *state;

	in_established_corked(t);
	estab_conn_set_no_delay(t->peer->conn, true);
	app_write(t, 100);
	expect_nothing(t);
	estab_conn_set_no_delay(t->peer->conn, true); /* sends what waits now ... */
	turn(t);
	expect(t, "P. 1:101(100) ack 1");
	app_write(t, 100); /* ... and nothing else */
	expect_nothing(t);
}

static void
established_shutdown_sends_corked_text_with_its_fin(void **state)
{
	struct fixture *t = *state;

	in_established_corked(t);
	app_write_more(t, 100);
	app_shutdown(t);
	expect(t, "FP. 1:101(100) ack 1");
}

static void
established_close_sends_corked_text_with_its_fin(void **state)
{
	struct fixture *t = *state;

	in_established_corked(t);
	app_write(t, 100);
	app_close(t);
	expect(t, "FP. 1:101(100) ack 1");
}

static void
established_urgent_text_passes_the_cork(void **state)
{
	struct fixture *t = *state;

	in_established_corked(t);
	app_write(t, 100);
	app_write_urgent(t, 1);
	expect(t, "PU. 1:102(101) ack 1 urg 101");
}

static void
established_closed_window_is_probed_when_the_cork_is_over(void **state)
{
	struct fixture *t = *state;

	in_established_corked(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 100);
	advance(t, 399); /* 200 ms of cork, and RTO */
	expect_nothing(t);
	advance(t, 1);
	expect(t, ". 1:2(1) ack 1");
}

static void
syn_sent_corked_text_waits_from_the_handshake_on(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	estab_conn_set_cork(t->peer->conn, true);
	app_write(t, 100);
	advance(t, 500);
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	advance(t, 200);
	expect(t, "P. 1:101(100) ack 1");
}

static void
closed_uncorking_owes_nothing(void **state)
{
	struct fixture *t = *state;

	in_established_corked(t);
	app_write(t, 100);
	arrive(t, "R. 1:1(0) ack 1");
	cork(t, false);
	estab_conn_set_no_delay(t->peer->conn, true);
	advance(t, 300);
	expect_nothing(t);
	app_read_error(t, -ECONNRESET);
}

/* What has gone takes its time along: what is held next has all of its own. */
static void
established_time_of_text_that_has_left_does_not_count(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write_more(t, 100);
	app_write(t, 50);
	expect(t, "P. 1:151(150) ack 1");
	arrive(t, ". 1:1(0) ack 151");
	advance(t, 150);
	app_write_more(t, 10);
	advance(t, 199);
	expect_nothing(t);
	advance(t, 1);
	expect(t, "P. 151:161(10) ack 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(may_15_established_text_without_push_leaves_with_what_follows),
		FIXTURE_TEST(must_60_established_text_without_push_leaves_after_a_while),
		FIXTURE_TEST(established_full_segment_without_push_leaves_at_once),
		FIXTURE_TEST(may_15_established_acknowledgment_sends_what_waits_for_more),
		FIXTURE_TEST(established_text_without_push_waits_for_nagle_too),
		FIXTURE_TEST(may_15_established_end_without_push_carries_no_psh),
		FIXTURE_TEST(must_60_established_corked_text_leaves_after_a_while),
		FIXTURE_TEST(established_configured_time_is_how_long_a_cork_holds),
		FIXTURE_TEST(established_time_of_the_rest_begins_with_the_segment_before),
		FIXTURE_TEST(established_corked_text_waits_through_acknowledgments),
		FIXTURE_TEST(established_uncorking_sends_at_once),
		FIXTURE_TEST(established_uncorking_leaves_the_rest_to_nagle),
		FIXTURE_TEST(established_text_held_for_long_enough_passes_nagle),
		FIXTURE_TEST(established_cork_holds_although_nagle_is_off),
		FIXTURE_TEST(established_shutdown_sends_corked_text_with_its_fin),
		FIXTURE_TEST(established_close_sends_corked_text_with_its_fin),
		FIXTURE_TEST(established_urgent_text_passes_the_cork),
		FIXTURE_TEST(established_closed_window_is_probed_when_the_cork_is_over),
		FIXTURE_TEST(syn_sent_corked_text_waits_from_the_handshake_on),
		FIXTURE_TEST(closed_uncorking_owes_nothing),
		FIXTURE_TEST(established_time_of_text_that_has_left_does_not_count),
	};

	return cmocka_run_group_tests_name("cork", tests, eal_start, eal_stop);
}
