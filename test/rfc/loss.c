/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loss, as a sender with a peer that has SACK finds and repairs it (RFC 2018 5, RFC 3042, RFC 6675,
 * RFC 8985 6, RFC 9937). Segments have 1000 octets of text. The probes of RFC 8985 7 have cases of
 * their own.
 */
#include "eal.h"
#include "fixture.h"

enum { RTT_MS = 100 };

/* Established with a round trip of 100 ms. */
static void
in_established_slowly(struct fixture *t)
{
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,sackOK>");
	assert_int_equal(ignore_sent(t), 1);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	expect_nothing(t);
}

/* And another round trip, of a segment. */
static void
in_established_sack(struct fixture *t)
{
	in_established_slowly(t);
	app_write(t, 1000);
	expect(t, "P. 1:1001(1000) ack 1");
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1001");
	expect_nothing(t);
}

/* So many segments leave now, from this octet on; the last brings PSH. */
static void
write_segments(struct fixture *t, uint32_t from, unsigned int n)
{
	app_write(t, n * 1000);
	for (unsigned int i = 0; i < n; i++, from += 1000)
		expect(t, "%s %u:%u(1000) ack 1", i + 1 == n ? "P." : ".", from, from + 1000);
	advance(t, RTT_MS);
}

/* RFC 6675 5: three segments beyond it were sacked, so the first is lost; only it is sent again. */
static void
established_segment_below_three_sacked_is_sent_again(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 5);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:3001>");
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:4001>");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:5001>");
	expect(t, ". 1001:2001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:6001>");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 6001");
	expect_nothing(t);
	assert_int_equal(stats_now(t).fast_retransmits, 1);
	assert_int_equal(stats_now(t).segments_retransmitted, 1);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
}

/* One ACK may tell as much as three: "more than (DupThresh - 1) * SMSS bytes". */
static void
established_one_ack_that_sacks_three_segments_is_enough(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 5);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:5001>");
	expect(t, ". 1001:2001(1000) ack 1");
	expect_nothing(t);
}

/* What holes there are is sent again, what was sacked is not. */
static void
established_holes_are_filled_and_nothing_else(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 8);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 7001:9001 4001:6001 2001:3001>");
	expect(t, ". 1001:2001(1000) ack 1");
	for (uint32_t ack = 2001; ack < 9001; ack += 1000) { /* PRR lets more go with each ACK */
		advance(t, 1);
		if (ack == 2001)
			arrive(t, ". 1:1(0) ack 3001 <nop,nop,sack 7001:9001 4001:6001>");
	}
	expect(t, ". 3001:4001(1000) ack 1");
	expect(t, ". 6001:7001(1000) ack 1");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 9001");
	assert_int_equal(stats_now(t).segments_retransmitted, 3);
}

/* RFC 3042: "If the TCP sender has new data available, send one segment for each of the first two". */
static void
established_first_two_sacks_let_new_text_go(void **state)
{
	struct fixture *t = *state;

	in_established_slowly(t);
	app_write(t, 15000);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
	expect(t, ". 10001:11001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:3001>");
	expect(t, ". 11001:12001(1000) ack 1");
	expect_nothing(t);
}

/* RFC 8985 6.2: what was merely late by less than a quarter of a round trip is not sent again. */
static void
established_segment_overtaken_for_a_moment_is_not_sent_again(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 2);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:3001>");
	advance(t, RTT_MS / 4 - 2);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 3001");
	advance(t, 5000);
	expect_nothing(t);
	assert_int_equal(stats_now(t).fast_retransmits, 0);
}

static void
established_segment_overtaken_for_long_is_lost(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 2);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:3001>");
	advance(t, RTT_MS / 4 - 2);
	expect_nothing(t);
	advance(t, 4);
	expect(t, ". 1001:2001(1000) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).fast_retransmits, 1);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
}

/* A retransmission that is lost as well is found by what was sent after it, long before the RTO. */
static void
established_lost_retransmission_is_sent_again_without_a_timeout(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 5);
	app_write(t, 1000);
	expect(t, "P. 6001:7001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:6001>");
	expect(t, ". 1001:2001(1000) ack 1");
	advance(t, 5);
	app_write(t, 1000);
	expect(t, "P. 7001:8001(1000) ack 1");
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:8001>"); /* sent after it */
	expect(t, ". 1001:2001(1000) ack 1");
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
}

/* RFC 6675 5.1: after a timeout, too, what was sacked is not sent again. */
static void
established_timeout_sends_only_the_holes_again(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 5);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:5001>");
	expect(t, ". 1001:2001(1000) ack 1");
	advance(t, 2000);
	assert_true(ignore_sent(t) >= 1);
	assert_true(stats_now(t).retransmission_timeouts >= 1);
	arrive(t, ". 1:1(0) ack 5001");
	expect(t, "P. 5001:6001(1000) ack 1");
	expect_nothing(t);
}

/* RFC 2018 8: "the data receiver is permitted to discard data in its queue that has not been
 * acknowledged". Nothing may be freed, nor left out for ever, because of a SACK. */
static void
established_text_sacked_and_then_dropped_is_sent_again(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 5);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:6001>");
	expect(t, ". 1001:2001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 2001"); /* and not 6001 */
	advance(t, 2000);
	assert_true(ignore_sent(t) >= 1);
	assert_int_equal(stats_now(t).sack_reneged, 1);
	for (uint32_t ack = 3001; ack <= 6001; ack += 1000) {
		arrive(t, ". 1:1(0) ack %u", ack);
		ignore_sent(t);
	}
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
}

/*
 * What cannot be true is not believed, and counted: never sent, empty, the wrong way round, or what the
 * peer would have acknowledged, had it been there.
 */
static void
established_blocks_that_cannot_be_true_are_ignored(void **state)
{
	static const char *const blocks[] = { "5001:7001", "2001:2001", "3001:2001", "9001:9002",
		"2147485648:2147486648", "1001:2001", "501:1501", "1:6001" };
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 5);
	for (unsigned int i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack %s>", blocks[i]);
		expect_nothing(t);
		assert_int_equal(stats_now(t).sack_blocks_refused, i + 1);
	}
	advance(t, 50);
	arrive(t, ". 1:1(0) ack 6001");
	assert_int_equal(stats_now(t).segments_retransmitted, 0);
}

/* RFC 2018 3: the octet just below a block has "not been received". Only the false block is left out. */
static void
established_block_at_snd_una_is_refused_and_the_others_are_heard(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 8);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 5001:9001 1001:2001>");
	expect(t, ". 1001:2001(1000) ack 1");
	assert_int_equal(stats_now(t).sack_blocks_refused, 1);
	assert_int_equal(stats_now(t).fast_retransmits, 1);
}

/* RFC 2883 4: a duplicate is told of below the ACK; that is neither false nor new. */
static void
established_blocks_below_snd_una_are_merely_old(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 5);
	arrive(t, ". 1:1(0) ack 2001 <nop,nop,sack 1001:2001>");
	assert_int_equal(stats_now(t).duplicates_reported, 1);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 4001:6001 1501:2001>");
	assert_int_equal(stats_now(t).sack_blocks_refused, 0);
	advance(t, 50);
	expect(t, ". 2001:3001(1000) ack 1");
}

/* An ACK that was overtaken still tells what arrived. */
static void
established_old_ack_with_new_blocks_is_heard(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	write_segments(t, 1001, 6);
	arrive(t, ". 1:1(0) ack 2001");
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 4001:7001>");
	expect(t, ". 2001:3001(1000) ack 1");
	assert_int_equal(stats_now(t).sack_blocks_refused, 0);
}

/*
 * Ten segments left together. The retransmission of the first comes after 120 ms, and with it, very
 * late, the fourth; the tenth is missing for 220 ms.
 */
static void
retransmission_and_late_segment_arrive(struct fixture *t)
{
	in_established_slowly(t);
	app_write(t, 10000);
	assert_int_equal(ignore_sent(t), 10);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:3001>");
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 8001:9001 1001:3001>");
	expect(t, ". 1:1001(1000) ack 1");
	advance(t, RTT_MS + 20);
	arrive(t, ". 1:1(0) ack 4001 <nop,nop,sack 8001:9001>");
	expect(t, ". 4001:5001(1000) ack 1");
	expect(t, ". 5001:6001(1000) ack 1");
}

/*
 * RFC 8985 6.2 step 2: of what was delivered the last to be sent counts: 120 ms and a quarter of a
 * round trip, so the tenth is lost too, and PRR sends no segment more for good news (RFC 9937 6.2).
 */
static void
established_what_was_sent_last_tells_for_how_long_to_wait(void **state)
{
	struct fixture *t = *state;

	retransmission_and_late_segment_arrive(t);
	expect_nothing(t);
}

/* tcp.rack_rtt_of_highest: the late one took 220 ms, so may the tenth. */
static void
established_what_is_highest_tells_for_how_long_to_wait_if_asked_for(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rack_rtt_of_highest = true;
	retransmission_and_late_segment_arrive(t);
	expect(t, ". 6001:7001(1000) ack 1");
	expect_nothing(t);
}

/* A FIN is lost as text is. */
static void
fin_wait_1_lost_text_and_fin_are_sent_again(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.no_tail_probe = true;
	in_established_sack(t);
	app_write(t, 2500);
	app_shutdown(t);
	assert_int_equal(ignore_sent(t), 3);
	advance(t, 2000);
	expect(t, ". 1001:2001(1000) ack 1");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 2001");
	expect(t, ". 2001:3001(1000) ack 1");
	expect(t, "FP. 3001:3501(500) ack 1");
	arrive(t, ". 1:1(0) ack 3502");
	assert_state(t, "FIN-WAIT-2");
}

/* More connections lose something than there are places: the timer repairs the others. */
static void
established_without_a_place_for_recovery_the_timer_repairs(void **state)
{
	struct fixture *t = *state;

	t->config.limits.recoveries = 1;
	in_established_sack(t);
	speak_as(t, 1);
	in_established_sack(t);
	app_write(t, 5000);
	speak_as(t, 0);
	app_write(t, 5000);
	ignore_sent(t);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:3001>");
	speak_as(t, 1);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:6001>");
	expect_nothing(t);
	assert_int_equal(stats_now(t).recoveries_refused, 1);
	advance(t, 2000);
	expect(t, ". 1001:2001(1000) ack 1");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 6001");
	speak_as(t, 0);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 6001");
	advance(t, 1000);
	ignore_sent(t);
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
}

/* The peer says nothing until the timer has expired three times. */
static void
three_timeouts(struct fixture *t)
{
	for (unsigned int i = 0; i < 100 && stats_now(t).retransmission_timeouts < 3; i++)
		advance(t, 50);
	assert_int_equal(stats_now(t).retransmission_timeouts, 3);
	ignore_sent(t);
}

/* Peers that fall silent do not keep others from repairing: at the third timeout the place is free. */
static void
established_silent_peer_gives_up_its_place_for_recovery(void **state)
{
	struct fixture *t = *state;

	t->config.limits.recoveries = 1;
	in_established_sack(t);
	speak_as(t, 1);
	in_established_sack(t);
	speak_as(t, 0);
	write_segments(t, 1001, 5);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:3001>");
	three_timeouts(t);
	speak_as(t, 1);
	write_segments(t, 1001, 5);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:6001>");
	expect(t, ". 1001:2001(1000) ack 1");
	assert_int_equal(stats_now(t).recoveries_refused, 0);
	arrive(t, ". 1:1(0) ack 6001");
	speak_as(t, 0);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 3001"); /* and what follows is sent again */
	expect(t, ". 3001:4001(1000) ack 1");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 6001");
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
}

/* Where there are places enough, what was sacked is known however long the silence. */
static void
established_silent_peer_keeps_its_place_that_nobody_wants(void **state)
{
	struct fixture *t = *state;

	t->config.limits.recoveries = 2;
	in_established_sack(t);
	write_segments(t, 1001, 5);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 3001:5001>");
	three_timeouts(t);
	arrive(t, ". 1:1(0) ack 2001 <nop,nop,sack 3001:5001>");
	expect(t, ". 2001:3001(1000) ack 1");
	expect(t, "P. 5001:6001(1000) ack 1");
	expect_nothing(t);
}

/* All is in order again: the place is free for the next. */
static void
established_loss_repaired_leaves_its_place_to_others(void **state)
{
	struct fixture *t = *state;

	t->config.limits.recoveries = 1;
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		in_established_sack(t);
		write_segments(t, 1001, 5);
		arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:6001>");
		expect(t, ". 1001:2001(1000) ack 1");
		arrive(t, ". 1:1(0) ack 6001");
	}
	assert_int_equal(stats_now(t).recoveries_refused, 0);
	assert_int_equal(stats_now(t).fast_retransmits, 3);
}

/*
 * Times of sending have 32 bits of microseconds, and 36 minutes after a segment was delivered what is sent
 * again seems to be older than it. It is not lost because of that: each duplicate of an ACK would otherwise
 * send all of it anew.
 */
static void
rfc8985_6_2_what_was_delivered_an_hour_ago_tells_nothing_of_what_is_sent_now(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.r2_retransmissions = 100;
	in_established_sack(t);
	write_segments(t, 1001, 6);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:6001>");
	expect(t, ". 1001:2001(1000) ack 1");
	for (unsigned int minute = 0; minute < 60; minute++) {
		advance(t, 60000);
		ignore_sent(t);
		arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 2001:6001>");
		expect_nothing(t);
	}
	assert_state(t, "ESTABLISHED");
	arrive(t, ". 1:1(0) ack 7001");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_segment_below_three_sacked_is_sent_again),
		FIXTURE_TEST(established_one_ack_that_sacks_three_segments_is_enough),
		FIXTURE_TEST(established_holes_are_filled_and_nothing_else),
		FIXTURE_TEST(established_first_two_sacks_let_new_text_go),
		FIXTURE_TEST(established_segment_overtaken_for_a_moment_is_not_sent_again),
		FIXTURE_TEST(established_segment_overtaken_for_long_is_lost),
		FIXTURE_TEST(established_lost_retransmission_is_sent_again_without_a_timeout),
		FIXTURE_TEST(established_timeout_sends_only_the_holes_again),
		FIXTURE_TEST(established_text_sacked_and_then_dropped_is_sent_again),
		FIXTURE_TEST(established_blocks_that_cannot_be_true_are_ignored),
		FIXTURE_TEST(established_block_at_snd_una_is_refused_and_the_others_are_heard),
		FIXTURE_TEST(established_blocks_below_snd_una_are_merely_old),
		FIXTURE_TEST(established_old_ack_with_new_blocks_is_heard),
		FIXTURE_TEST(established_what_was_sent_last_tells_for_how_long_to_wait),
		FIXTURE_TEST(established_what_is_highest_tells_for_how_long_to_wait_if_asked_for),
		FIXTURE_TEST(fin_wait_1_lost_text_and_fin_are_sent_again),
		FIXTURE_TEST(established_without_a_place_for_recovery_the_timer_repairs),
		FIXTURE_TEST(established_silent_peer_gives_up_its_place_for_recovery),
		FIXTURE_TEST(established_silent_peer_keeps_its_place_that_nobody_wants),
		FIXTURE_TEST(established_loss_repaired_leaves_its_place_to_others),
		FIXTURE_TEST(rfc8985_6_2_what_was_delivered_an_hour_ago_tells_nothing_of_what_is_sent_now),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
