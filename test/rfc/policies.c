/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Policies in which good TCPs differ: struct estab_tcp_config turns them on.
 */
#include "eal.h"
#include "fixture.h"

static void
quick_acks_answer_the_first_segments_at_once(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.quick_acks = 2;
	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 101");
	arrive(t, "P. 101:201(100) ack 1");
	expect(t, ". 1:1(0) ack 201");
	arrive(t, "P. 201:301(100) ack 1");
	expect_nothing(t);
	advance(t, 100);
	expect(t, ". 1:1(0) ack 301");
}

/* Of three chunks the last is one segment alone. The rest of the text is not yet sent: no MUST-61. */
static void
push_segments_marks_the_last_of_so_many(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.push_segments = 2;
	t->config.tcp.initial_window = 5;
	in_established(t);
	app_write(t, 9000);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, "P. 1001:2001(1000) ack 1");
	expect(t, ". 2001:3001(1000) ack 1");
	expect(t, "P. 3001:4001(1000) ack 1");
	expect(t, ". 4001:5001(1000) ack 1");
	expect_nothing(t);
}

/* 6 segments in flight may be 3 and 3, never the 4 of the policy. */
static void
push_segments_marks_half_of_cwnd_where_that_is_less(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.push_segments = 4;
	t->config.tcp.initial_window = 6;
	in_established(t);
	app_write(t, 9000);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1001:2001(1000) ack 1");
	expect(t, "P. 2001:3001(1000) ack 1");
	expect(t, ". 3001:4001(1000) ack 1");
	expect(t, ". 4001:5001(1000) ack 1");
	expect(t, "P. 5001:6001(1000) ack 1");
	expect_nothing(t);
}

/* Pushed up to 501, and half of the peer's 65535 beyond that is 33268: the next segment to begin. */
static void
push_half_window_marks_what_begins_half_a_window_after_the_last(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.push_half_window = true;
	t->config.tcp.initial_window = 40;
	in_established(t);
	app_write(t, 500);
	expect(t, "P. 1:501(500) ack 1");
	arrive(t, ". 1:1(0) ack 501");
	app_write(t, 36000);
	for (unsigned int seq = 501; seq < 33501; seq += 1000)
		expect(t, ". %u:%u(1000) ack 1", seq, seq + 1000);
	expect(t, "P. 33501:34501(1000) ack 1");
	expect(t, ". 34501:35501(1000) ack 1");
	expect(t, "P. 35501:36501(1000) ack 1");
	expect_nothing(t);
}

static void
window_is_room_accepts_beyond_what_can_be_announced(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.window_is_room = true;
	t->config.tcp.receive_buffer_bytes = 65700;
	in_established(t);
	arrive(t, "R 65650:65650(0)"); /* in the window: a challenge, RFC 5961 3.2 */
	expect(t, ". 1:1(0) ack 1 win 65535");
	arrive(t, "R 65701:65701(0)");
	expect_nothing(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(quick_acks_answer_the_first_segments_at_once),
		FIXTURE_TEST(push_segments_marks_the_last_of_so_many),
		FIXTURE_TEST(push_segments_marks_half_of_cwnd_where_that_is_less),
		FIXTURE_TEST(push_half_window_marks_what_begins_half_a_window_after_the_last),
		FIXTURE_TEST(window_is_room_accepts_beyond_what_can_be_announced),
	};

	return cmocka_run_group_tests_name("policies", tests, eal_start, eal_stop);
}
