/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What arrives is acknowledged: delayed, at once, again (3.8.6.3, RFC 5681 4.2); acknowledgments
 * that arrive are believed or not (fifth step of 3.10.7.4, RFC 5961 5); text in, out of and beside
 * its order (seventh step).
 */
#include "eal.h"
#include "fixture.h"

/* The largest segment that we have allowed the peer. */
static unsigned int
full_segment(const struct fixture *t)
{
	return t->family == ESTAB_FAMILY_IPV4 ? 1460 : 1440;
}

/*
 * SHLD-18: "A TCP endpoint SHOULD implement a delayed ACK"; MUST-40: "the delay MUST be less than
 * 0.5 seconds".
 */
static void
must_40_shld_18_established_single_segment_is_acknowledged_after_a_delay(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.delayed_ack_ns = 100000000;
	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	expect_nothing(t);
	advance(t, 90);
	expect_nothing(t);
	advance(t, 20);
	expect(t, ". 1:1(0) ack 101");
	expect_nothing(t);
	assert_int_equal(stats_now(t).delayed_acks, 1);
	advance(t, 10000);
	expect_nothing(t);
}

static void
must_40_default_delay_is_below_half_a_second(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	advance(t, 499);
	expect(t, ". 1:1(0) ack 101");
}

/* SHLD-19: "An ACK SHOULD be generated for at least every second full-sized segment" */
static void
shld_19_established_second_full_segment_is_acknowledged_at_once(void **state)
{
	struct fixture *t = *state;
	const unsigned int full = full_segment(t);

	in_established(t);
	arrive(t, ". 1:%u(%u) ack 1", 1 + full, full);
	expect_nothing(t);
	arrive(t, ". %u:%u(%u) ack 1", 1 + full, 1 + 2 * full, full);
	expect(t, ". 1:1(0) ack %u", 1 + 2 * full);
	expect_nothing(t);
}

/*
 * MUST-58: "the processing of received segments MUST be implemented to aggregate ACK segments
 * whenever possible". MUST-59: "if the TCP endpoint is processing a series of queued segments, it
 * MUST process them all before sending any ACK segments".
 */
static void
must_59_established_burst_gets_one_ack(void **state)
{
	struct fixture *t = *state;
	const unsigned int full = full_segment(t);
	uint32_t seq = 1;

	in_established(t);
	for (unsigned int i = 0; i < 7; i++, seq += full)
		arrive_later(t, ". %u:%u(%u) ack 1", seq, seq + full, full);
	arrive(t, "P. %u:%u(10) ack 1", seq, seq + 10);
	expect(t, ". 1:1(0) ack %u", seq + 10);
	expect_nothing(t);
	app_read(t, 7 * full + 10);
}

/*
 * MUST-59 once more: segments that only changed places on their way are no news of a loss. Duplicate
 * ACKs sent when the gap is gone would make the peer begin a recovery.
 */
static void
must_59_gap_filled_within_the_burst_gets_one_ack(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	for (unsigned int i = 0; i < 5; i++)
		arrive_later(t, ". %u:%u(100) ack 1", 101 + i * 100, 201 + i * 100);
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 601");
	expect_nothing(t);
	app_read(t, 600);
}

/*
 * 3.10.7.4: "This acknowledgment should be piggybacked on a segment being transmitted if possible"
 */
static void
must_58_established_ack_rides_on_text(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	app_read(t, 100);
	app_write(t, 50);
	expect(t, "P. 1:51(50) ack 101");
	advance(t, 150);
	expect_nothing(t);
}

/* RFC 5681 4.2: an out-of-order segment is acknowledged at once, and so is what fills the gap. */
static void
shld_31_may_13_established_segment_above_a_gap_is_kept(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 101:201(100) ack 1");
	expect(t, ". 1:1(0) ack 1");
	app_read_nothing(t);
	assert_int_equal(stats_now(t).out_of_order_queued, 1);
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 201");
	expect_nothing(t);
	app_read(t, 200);
	app_read_nothing(t);
}

static void
shld_31_established_segments_in_reverse_order_are_delivered_in_order(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	for (uint32_t seq = 1901; seq > 1; seq -= 100) {
		arrive(t, "P. %u:%u(100) ack 1", seq, seq + 100);
		expect(t, ". 1:1(0) ack 1");
	}
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 2001");
	app_read(t, 2000);
}

/* Every second segment is missing, then all the others come. */
static void
established_many_gaps_filled_in_any_order_deliver_all(void **state)
{
	static const uint32_t order[] = { 301, 101, 501, 701, 901, 201, 601, 401, 1, 801 };
	struct fixture *t = *state;

	in_established(t);
	for (unsigned int i = 0; i < 10; i++)
		arrive(t, "P. %u:%u(100) ack 1", order[i], order[i] + 100);
	advance(t, 500);
	ignore_sent(t);
	app_read(t, 1000);
	app_read_nothing(t);
}

/* RFC 2018 3: what is kept above a gap is told, the block with the newest segment first. */
static void
established_segment_above_a_gap_is_told_by_sack(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK");
	arrive(t, "P. 101:201(100) ack 1");
	expect(t, ". 1:1(0) ack 1 <sack 101:201>");
	arrive(t, "P. 301:401(100) ack 1");
	expect(t, ". 1:1(0) ack 1 <sack 301:401 101:201>");
	arrive(t, "P. 201:301(100) ack 1");
	expect(t, ". 1:1(0) ack 1 <sack 101:401>");
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 401 <>");
	app_read(t, 400);
}

static void
established_without_sack_negotiated_no_sack_is_sent(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 101:201(100) ack 1");
	expect(t, ". 1:1(0) ack 1 <>");
}

/*
 * 3.10.7.4: "If an incoming segment is not acceptable, an acknowledgment should be sent in reply"
 */
static void
established_segment_again_is_acknowledged_again_and_not_delivered(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	advance(t, 500);
	expect(t, ". 1:1(0) ack 101");
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 101");
	expect_nothing(t);
	app_read(t, 100);
	app_read_nothing(t);
}

/* "If a segment's contents straddle the boundary between old and new, only the new parts are
 * processed." */
static void
established_segment_partly_old_delivers_the_new_part(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	app_read(t, 60);
	arrive(t, "P. 51:151(100) ack 1");
	advance(t, 500);
	ignore_sent(t);
	app_read(t, 90);
	app_read_nothing(t);
}

static void
established_overlapping_segments_above_a_gap_are_delivered_once(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 101:201(100) ack 1");
	arrive(t, "P. 151:301(150) ack 1");
	arrive(t, "P. 81:401(320) ack 1");
	arrive(t, "P. 120:130(10) ack 1");
	arrive(t, "P. 1:91(90) ack 1");
	ignore_sent(t);
	app_read(t, 300); /* of what was partly there the rest need not be kept */
	arrive(t, "P. 81:401(320) ack 1");
	ignore_sent(t);
	app_read(t, 400 - (t->peer->read_at - 1));
	app_read_nothing(t);
}

/* The window ends in the middle of a segment: what is beyond is not taken. */
static void
established_segment_across_the_right_edge_delivers_what_fits(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.receive_buffer_bytes = 4000;
	in_established(t);
	for (uint32_t seq = 1; seq < 3001; seq += 1000)
		arrive(t, ". %u:%u(1000) ack 1", seq, seq + 1000);
	arrive(t, "P. 3001:4401(1400) ack 1");
	advance(t, 500);
	ignore_sent(t);
	app_read(t, 4000);
	app_read_nothing(t);
}

static void
established_text_wholly_beyond_the_window_is_acknowledged_and_dropped(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. %u:%u(10) ack 1", t->peer->edge, t->peer->edge + 10);
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_drops(t, TCP_OUT_OF_WINDOW, 1);
	assert_int_equal(stats_now(t).out_of_order_queued, 0);
}

/*
 * A peer that has used all of our window has no number left but the one behind it. By the letter of
 * 3.10.7.4's table its ACKs are outside; all that it knows would go unheard as long as there is a gap.
 */
static void
established_ack_right_behind_the_window_counts(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.receive_buffer_bytes = 3000;
	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 2001:3001(1000) ack 1");
	expect(t, ". 101:101(0) ack 1");
	assert_int_equal(t->peer->edge, 3001);
	arrive(t, ". 3001:3001(0) ack 101");
	expect_nothing(t);
	assert_drops(t, TCP_OUT_OF_WINDOW, 0);
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
	arrive(t, ". 3002:3002(0) ack 101");
	expect(t, ". 101:101(0) ack 1");
	assert_drops(t, TCP_OUT_OF_WINDOW, 1);
}

/* RFC 5961 3.2: a RST outside of the window is dropped in silence; what is behind it is outside. */
static void
established_rst_right_behind_the_window_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "R %u:%u(0)", t->peer->edge, t->peer->edge);
	expect_nothing(t);
	assert_drops(t, TCP_OUT_OF_WINDOW, 1);
	assert_state(t, "ESTABLISHED");
}

/* A peer that sends gaps without end does not get more memory than the limit. */
static void
established_segments_above_gaps_beyond_the_limit_are_dropped(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.reassembly_segments = 4;
	in_established(t);
	for (uint32_t i = 1; i <= 6; i++)
		arrive(t, "P. %u:%u(10) ack 1", 100 * i, 100 * i + 10);
	assert_int_equal(stats_now(t).out_of_order_queued, 4);
	assert_drops(t, TCP_REASSEMBLY_FULL, 2);
	ignore_sent(t);
	arrive(t, "P. 1:1001(1000) ack 1");
	app_read(t, 1000);
	app_read_nothing(t);
}

static void
established_more_connections_with_gaps_than_the_limit_still_deliver(void **state)
{
	struct fixture *t = *state;

	t->config.limits.reassemblies = 2;
	for (unsigned int i = 0; i < 4; i++) {
		speak_as(t, i);
		in_established(t);
		arrive(t, "P. 101:201(100) ack 1");
		expect(t, ". 1:1(0) ack 1");
	}
	assert_int_equal(stats_now(t).out_of_order_shed, 2);
	for (unsigned int i = 0; i < 4; i++) {
		speak_as(t, i);
		arrive(t, "P. 1:101(100) ack 1");
		arrive(t, "P. 101:201(100) ack 1");
		app_read(t, 200);
	}
	ignore_sent(t);
}

/*
 * "If the ACK acks something not yet sent (SEG.ACK > SND.NXT), then send an ACK, drop the segment"
 */
static void
established_ack_of_text_never_sent_is_acknowledged_and_dropped(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 2");
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	app_read_nothing(t);
	assert_drops(t, TCP_ACK_UNACCEPTABLE, 1);
	arrive(t, "P. 1:101(100) ack 1");
	app_read(t, 100);
}

static void
established_ack_of_queued_but_unsent_text_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 50000);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, ". 1:1(0) ack 20001");
	expect(t, ". 10001:10001(0) ack 1");
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt - 10000);
}

/*
 * MAY-12, RFC 5961 5.2: "The ACK value is considered acceptable only if it is in the range of
 * ((SND.UNA - MAX.SND.WND) <= SEG.ACK <= SND.NXT). All incoming segments whose ACK value doesn't
 * satisfy the above condition MUST be discarded and an ACK sent back."
 */
static void
may_12_established_ack_older_than_any_window_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack %u", 1u - 65536u);
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	app_read_nothing(t);
	assert_drops(t, TCP_ACK_UNACCEPTABLE, 1);
}

/* "If the ACK is a duplicate (SEG.ACK =< SND.UNA), it can be ignored": the ACK, not the text. */
static void
established_text_with_old_ack_is_delivered(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 1:1(0) ack 101");
	arrive(t, "P. 1:101(100) ack 50");
	app_read(t, 100);
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
}

/* 3.10.7.4 fifth: "if the ACK bit is off, drop the segment and return" */
static void
established_text_without_ack_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P 1:101(100)");
	arrive(t, "F 1:1(0)");
	expect_nothing(t);
	app_read_nothing(t);
	assert_state(t, "ESTABLISHED");
	assert_drops(t, TCP_ACK_MISSING, 2);
}

/* Acknowledging part of a segment is legal: the rest is still outstanding. */
static void
established_ack_of_part_of_a_segment_leaves_the_rest(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 1000);
	expect(t, "P. 1:1001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 401");
	assert_int_equal(status_now(t).snd_nxt - status_now(t).snd_una, 600);
	advance(t, 3000);
	expect(t, "P. 401:1001(600) ack 1");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 1001");
	advance(t, 60000);
	expect_nothing(t);
}

/* MUST-31, MUST-62: urgent text stays in the stream; the pointer takes no byte out of it. */
static void
established_urgent_text_is_delivered_inline(void **state)
{
	static const unsigned int pointers[] = { 0, 1, 5, 10, 11, 65535 };
	struct fixture *t = *state;

	in_established(t);
	for (uint32_t i = 0; i < 6; i++)
		arrive(t, "PU. %u:%u(10) ack 1 urg %u", 1 + 10 * i, 11 + 10 * i, pointers[i]);
	app_read(t, 60);
	app_read_nothing(t);
	ignore_sent(t);
}

/* A keep-alive probe of the peer (3.8.4): "SEG.SEQ = SND.NXT-1" must be answered. */
static void
established_keep_alive_probe_is_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	advance(t, 7200 * 1000);
	arrive(t, ". 0:0(0) ack 1");
	expect(t, ". 1:1(0) ack 1");
	advance(t, 75 * 1000);
	arrive(t, ". 0:0(0) ack 1");
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	app_read_nothing(t);
}

/* MUST-25: keep-alives "MUST default to off": a connection at rest sends nothing. */
static void
must_25_established_at_rest_sends_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	advance(t, UINT64_C(7) * 24 * 3600 * 1000);
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
}

/* Two ends that disagree must not answer each other for ever: pure ACKs out of window are rare. */
static void
established_flood_of_unacceptable_acks_is_answered_rarely(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	for (unsigned int i = 0; i < 100; i++)
		arrive(t, ". 3000000000:3000000000(0) ack 1");
	assert_in_range(ignore_sent(t), 1, 5);
	assert_drops(t, TCP_OUT_OF_WINDOW, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(must_40_shld_18_established_single_segment_is_acknowledged_after_a_delay),
		FIXTURE_TEST(must_40_default_delay_is_below_half_a_second),
		FIXTURE_TEST(shld_19_established_second_full_segment_is_acknowledged_at_once),
		FIXTURE_TEST(must_59_established_burst_gets_one_ack),
		FIXTURE_TEST(must_59_gap_filled_within_the_burst_gets_one_ack),
		FIXTURE_TEST(must_58_established_ack_rides_on_text),
		FIXTURE_TEST(shld_31_may_13_established_segment_above_a_gap_is_kept),
		FIXTURE_TEST(shld_31_established_segments_in_reverse_order_are_delivered_in_order),
		FIXTURE_TEST(established_many_gaps_filled_in_any_order_deliver_all),
		FIXTURE_TEST(established_segment_above_a_gap_is_told_by_sack),
		FIXTURE_TEST(established_without_sack_negotiated_no_sack_is_sent),
		FIXTURE_TEST(established_segment_again_is_acknowledged_again_and_not_delivered),
		FIXTURE_TEST(established_segment_partly_old_delivers_the_new_part),
		FIXTURE_TEST(established_overlapping_segments_above_a_gap_are_delivered_once),
		FIXTURE_TEST(established_segment_across_the_right_edge_delivers_what_fits),
		FIXTURE_TEST(established_text_wholly_beyond_the_window_is_acknowledged_and_dropped),
		FIXTURE_TEST(established_ack_right_behind_the_window_counts),
		FIXTURE_TEST(established_rst_right_behind_the_window_is_dropped),
		FIXTURE_TEST(established_segments_above_gaps_beyond_the_limit_are_dropped),
		FIXTURE_TEST(established_more_connections_with_gaps_than_the_limit_still_deliver),
		FIXTURE_TEST(established_ack_of_text_never_sent_is_acknowledged_and_dropped),
		FIXTURE_TEST(established_ack_of_queued_but_unsent_text_is_dropped),
		FIXTURE_TEST(may_12_established_ack_older_than_any_window_is_dropped),
		FIXTURE_TEST(established_text_with_old_ack_is_delivered),
		FIXTURE_TEST(established_text_without_ack_is_dropped),
		FIXTURE_TEST(established_ack_of_part_of_a_segment_leaves_the_rest),
		FIXTURE_TEST(established_urgent_text_is_delivered_inline),
		FIXTURE_TEST(established_keep_alive_probe_is_acknowledged),
		FIXTURE_TEST(must_25_established_at_rest_sends_nothing),
		FIXTURE_TEST(established_flood_of_unacceptable_acks_is_answered_rarely),
	};

	return cmocka_run_group_tests_name("acknowledgment", tests, eal_start, eal_stop);
}
