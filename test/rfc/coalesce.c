/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Trains of segments that arrive in one burst: processed as one where they say nothing but text in
 * order, and as by themselves in everything that can be seen.
 */
#include "eal.h"
#include "fixture.h"

enum { SEGMENT = 1000 };

/* So many full segments from there on wait for the next turn. */
static void
train_later(struct fixture *t, uint32_t from, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++, from += SEGMENT)
		arrive_later(t, ". %u:%u(1000) ack 1", from, from + SEGMENT);
}

/* "A TCP implementation MUST process all incoming segments before sending any ACK" (MUST-59). */
static void
must_59_established_train_is_one_segment_and_one_ack(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	train_later(t, 1, 5);
	turn(t);
	expect(t, ". 1:1(0) ack 5001");
	expect_nothing(t);
	assert_int_equal(stats_now(t).segments_coalesced, 4);
	assert_int_equal(stats_now(t).text_bytes_received, 5000);
	app_read(t, 5000);
}

/* SHLD-19 counts segments as they came, however short. */
static void
shld_19_established_train_of_two_short_segments_is_acknowledged_at_once(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive_later(t, ". 1:11(10) ack 1");
	arrive_later(t, "P. 11:21(10) ack 1");
	turn(t);
	expect(t, ". 1:1(0) ack 21");
	assert_int_equal(stats_now(t).segments_coalesced, 1);
	arrive(t, "P. 21:31(10) ack 1");
	expect_nothing(t); /* the first after an ACK */
	advance(t, 100);
	expect(t, ". 1:1(0) ack 31");
}

static void
established_train_uses_up_quick_acks(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.quick_acks = 4;
	in_established(t);
	train_later(t, 1, 3);
	turn(t);
	expect(t, ". 1:1(0) ack 3001");
	arrive(t, ". 3001:3011(10) ack 1");
	expect(t, ". 1:1(0) ack 3011");
	arrive(t, ". 3011:3021(10) ack 1");
	expect_nothing(t);
	advance(t, 100);
	expect(t, ". 1:1(0) ack 3021");
}

static void
established_gap_ends_the_train(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK");
	train_later(t, 1, 2);
	train_later(t, 3001, 2);
	turn(t);
	expect(t, ". 1:1(0) ack 2001 <nop,nop,sack 3001:5001>");
	assert_int_equal(stats_now(t).segments_coalesced, 1);
	ignore_sent(t);
	arrive(t, ". 2001:3001(1000) ack 1");
	expect(t, ". 1:1(0) ack 5001");
	app_read(t, 5000);
}

/* On a connection with a gap, each segment has its duplicate ACK (RFC 5681 4.2). */
static void
established_train_beyond_a_gap_has_an_ack_for_each(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	train_later(t, 1001, 3);
	turn(t);
	for (unsigned int i = 0; i < 3; i++)
		expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).segments_coalesced, 0);
}

static void
established_fin_at_the_end_of_a_train_is_taken(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	train_later(t, 1, 2);
	arrive_later(t, "FP. 2001:2501(500) ack 1");
	turn(t);
	expect(t, ". 1:1(0) ack 2502");
	expect_nothing(t);
	assert_state(t, "CLOSE-WAIT");
	app_read(t, 2500);
	app_read_end(t);
}

/* What the second segment says of our side is heard. */
static void
established_train_with_news_is_heard_segment_by_segment(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	arrive_later(t, ". 1:1001(1000) ack 1 win 5000");
	arrive_later(t, ". 1001:2001(1000) ack 101 win 5000");
	arrive_later(t, ". 2001:3001(1000) ack 101 win 7000");
	turn(t);
	expect(t, ". 101:101(0) ack 3001");
	assert_int_equal(stats_now(t).segments_coalesced, 0);
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
	assert_int_equal(status_now(t).snd_wnd, 7000);
}

static void
established_train_beyond_the_window_is_cut_there(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.receive_buffer_bytes = 2500;
	in_established(t);
	train_later(t, 1, 4);
	turn(t);
	expect(t, ". 1:1(0) ack 2501 win 0");
	assert_int_equal(stats_now(t).segments_coalesced, 1);
	assert_drops(t, TCP_OUT_OF_WINDOW, 1);
	app_read(t, 2500);
	ignore_sent(t);
}

static void
established_trains_of_two_connections_stay_apart(void **state)
{
	struct fixture *t = *state;

	for (unsigned int i = 0; i < 2; i++) {
		speak_as(t, i);
		in_established(t);
	}
	for (uint32_t at = 1; at < 3000; at += SEGMENT)
		for (unsigned int i = 0; i < 2; i++) {
			speak_as(t, i);
			train_later(t, at, 1);
		}
	turn(t);
	for (unsigned int i = 0; i < 2; i++) {
		speak_as(t, i);
		expect(t, ". 1:1(0) ack 3001");
		app_read(t, 3000);
	}
	expect_nothing(t);
}

/* RFC 7323 5.3 (R1): an old timestamp in the middle is an old segment, whatever is around it. */
static void
established_old_timestamp_in_a_train_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK,TS val 1000 ecr 0");
	arrive_later(t, ". 1:1001(1000) ack 1 <TS val 2000 ecr *>");
	arrive_later(t, ". 1001:2001(1000) ack 1 <TS val 1999 ecr *>");
	arrive_later(t, ". 2001:3001(1000) ack 1 <TS val 2000 ecr *>");
	turn(t);
	assert_drops(t, TCP_PAWS, 1);
	assert_int_equal(stats_now(t).segments_coalesced, 0);
	app_read(t, 1000);
	app_read_nothing(t);
	ignore_sent(t);
}

static void
established_old_timestamp_at_the_head_of_a_train_is_dropped_alone(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK,TS val 1000 ecr 0");
	arrive_later(t, ". 1:1001(1000) ack 1 <TS val 999 ecr *>");
	arrive_later(t, ". 1001:2001(1000) ack 1 <TS val 1000 ecr *>");
	turn(t);
	assert_drops(t, TCP_PAWS, 1);
	assert_int_equal(stats_now(t).out_of_order_queued, 1);
	ignore_sent(t);
}

/* The echo is that of the segment at Last.ACK.sent, the first one (RFC 7323 4.3). */
static void
established_train_echoes_the_timestamp_of_its_first_segment(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK,TS val 1000 ecr 0");
	for (uint32_t i = 0; i < 3; i++)
		arrive_later(t, ". %u:%u(988) ack 1 <TS val %u ecr *>", 1 + 988 * i, 989 + 988 * i,
				2000 + i);
	turn(t);
	expect(t, ". 1:1(0) ack 2965 <nop,nop,TS val * ecr 2000>");
	assert_int_equal(stats_now(t).segments_coalesced, 2);
}

/* A run is at most what a segment can be: 65535 octets. */
static void
established_long_train_is_several_runs(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1400,wscale 7");
	arrive(t, ". 1:1(0) ack 1"); /* the first window beyond 64 KiB is announced on an ACK */
	arrive(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1001:2001(1000) ack 1");
	expect(t, ". 1:1(0) ack 2001");
	app_read(t, 2000);
	ignore_sent(t);
	for (uint32_t i = 0; i < 60; i++)
		arrive_later(t, ". %u:%u(1400) ack 1", 2001 + 1400 * i, 3401 + 1400 * i);
	turn(t);
	expect(t, ". 1:1(0) ack 86001");
	expect_nothing(t);
	assert_int_equal(stats_now(t).segments_coalesced, 45 + 13); /* 46 of them make 64400 */
	app_read(t, 60 * 1400);
	ignore_sent(t);
}

/* SHLD-3: what arrives after close is lost, and every packet of it has the same fate. */
static void
fin_wait_2_train_after_close_is_answered_with_one_reset(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	app_close(t);
	for (uint32_t i = 0; i < 3; i++)
		arrive_later(t, ". %u:%u(100) ack 2", 1 + 100 * i, 101 + 100 * i);
	turn(t);
	expect(t, "R 2:2(0)");
	expect_nothing(t);
	assert_drops(t, TCP_TEXT_AFTER_CLOSE, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(must_59_established_train_is_one_segment_and_one_ack),
		FIXTURE_TEST(shld_19_established_train_of_two_short_segments_is_acknowledged_at_once),
		FIXTURE_TEST(established_train_uses_up_quick_acks),
		FIXTURE_TEST(established_gap_ends_the_train),
		FIXTURE_TEST(established_train_beyond_a_gap_has_an_ack_for_each),
		FIXTURE_TEST(established_fin_at_the_end_of_a_train_is_taken),
		FIXTURE_TEST(established_train_with_news_is_heard_segment_by_segment),
		FIXTURE_TEST(established_train_beyond_the_window_is_cut_there),
		FIXTURE_TEST(established_trains_of_two_connections_stay_apart),
		FIXTURE_TEST(established_old_timestamp_in_a_train_is_dropped),
		FIXTURE_TEST(established_old_timestamp_at_the_head_of_a_train_is_dropped_alone),
		FIXTURE_TEST(established_train_echoes_the_timestamp_of_its_first_segment),
		FIXTURE_TEST(established_long_train_is_several_runs),
		FIXTURE_TEST(fin_wait_2_train_after_close_is_answered_with_one_reset),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
