/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 8985 6.2, step by step: min_RTT, which ACK is believed, what was sent last of what was delivered,
 * the reordering window and its growth, and what is lost. Five segments of 1000 octets left a millisecond
 * apart, the first at a second; the round trip is 100 ms.
 */
#include "bare.h"

#include "tcp/recovery/rack.h"
#include "tcp/recovery/recovery.h"

enum {
	MSS = BARE_MSS,
	UNA = BARE_ISS + 1,
	SEGMENTS = 5,
	SENT_US = 1000000, /* the first */
	APART_US = 1000,
	RTT_US = 100000,
};

static struct bare bare;
static struct recovery recovery;

static struct tcb *
with_five_in_flight(void)
{
	struct tcb *tcb = bare_init(&bare);

	memset(&recovery, 0, sizeof(recovery));
	recovery.tcb = tcb;
	tcb->work->recovery = &recovery;
	tcb->flags |= TCB_SACK;
	tcb->reordering.min_rtt_us = RTT_US;
	rto_on_sample(&tcb->rtt, RTT_US, 200000, 60000000);
	bare_fly(tcb, SEGMENTS * MSS);
	scoreboard_init(&recovery.board, UNA);
	for (uint32_t i = 0; i < SEGMENTS; i++)
		scoreboard_append(&recovery.board, UNA + (i + 1) * MSS, SENT_US + i * APART_US,
				SENT_US + i * APART_US);
	return tcb;
}

/* At this time these segments are sacked; returns the octets that are found lost. */
static uint32_t
sacked_at(struct tcb *tcb, uint32_t now_us, uint32_t first, uint32_t n)
{
	const struct segment seg = { .flags = TCP_FLAG_ACK };
	struct delivery delivery = { 0 };

	tcp_set_now(&bare.tcp, now_us * UINT64_C(1000));
	rack_begin(tcb, &seg, &delivery);
	scoreboard_sack(&recovery.board, UNA + first * MSS, UNA + (first + n) * MSS, &delivery);
	rack_on_delivery(tcb, &delivery);
	return rack_detect(tcb);
}

/* Step 1. */
static void
least_round_trip_is_kept_until_it_is_five_minutes_old(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	rack_on_round_trip(tcb, 500);
	rack_on_round_trip(tcb, 700);
	assert_int_equal(tcb->reordering.min_rtt_us, 500);
	rack_on_round_trip(tcb, 400);
	assert_int_equal(tcb->reordering.min_rtt_us, 400);
	tcp_set_now(&bare.tcp, 301 * SECOND);
	rack_on_round_trip(tcb, 900);
	assert_int_equal(tcb->reordering.min_rtt_us, 400);
	tcp_set_now(&bare.tcp, 303 * SECOND);
	rack_on_round_trip(tcb, 900);
	assert_int_equal(tcb->reordering.min_rtt_us, 900);
	rack_on_round_trip(tcb, 0); /* below the clock's grain; 0 would be none */
	assert_int_equal(tcb->reordering.min_rtt_us, 1);
}

/* Step 2. */
static void
what_was_sent_last_of_all_delivered_is_kept(void **state)
{
	struct tcb *tcb = with_five_in_flight();

	(void)state;
	sacked_at(tcb, SENT_US + RTT_US, 3, 1);
	assert_true(recovery.rack.any);
	assert_int_equal(recovery.rack.end, UNA + 4 * MSS);
	assert_int_equal(recovery.rack.us, SENT_US + 3 * APART_US);
	assert_int_equal(recovery.rack.rtt_us, RTT_US - 3 * APART_US);
	sacked_at(tcb, SENT_US + RTT_US, 1, 1); /* sent before it */
	assert_int_equal(recovery.rack.end, UNA + 4 * MSS);
	sacked_at(tcb, SENT_US + RTT_US, 4, 1);
	assert_int_equal(recovery.rack.end, UNA + 5 * MSS);
}

/* An ACK that came sooner than min_RTT after the retransmission is of what was sent first. */
static void
ack_that_is_too_early_for_a_retransmission_is_not_believed(void **state)
{
	struct tcb *tcb = with_five_in_flight();
	const uint32_t again_us = SENT_US + RTT_US;

	(void)state;
	scoreboard_resend(&recovery.board, UNA + 2 * MSS, UNA + 3 * MSS, again_us);
	sacked_at(tcb, again_us + RTT_US - 1, 2, 1);
	assert_false(recovery.rack.any);

	tcb = with_five_in_flight();
	scoreboard_resend(&recovery.board, UNA + 2 * MSS, UNA + 3 * MSS, again_us);
	sacked_at(tcb, again_us + RTT_US, 2, 1);
	assert_true(recovery.rack.any && recovery.rack.ambiguous);
	assert_int_equal(recovery.rack.us, again_us);
}

/* RACK_sent_after: by time; of one time, by the number. */
static void
of_segments_sent_at_one_time_the_higher_number_counts_as_later(void **state)
{
	struct tcb *tcb = with_five_in_flight();
	const uint32_t again_us = SENT_US + RTT_US;

	(void)state;
	for (uint32_t i = 0; i < 3; i++)
		scoreboard_resend(&recovery.board, UNA + i * MSS, UNA + (i + 1) * MSS, again_us);
	tcb->work->dupacks = 3; /* no reordering window */
	assert_int_equal(sacked_at(tcb, again_us + RTT_US, 1, 1), 3 * MSS);
	/* the first, of the same time; 4 and 5, sent long before; not the third */
	assert_int_equal(recovery.board.lost, 3 * MSS);
	assert_int_equal(recovery.board.ranges[0].flags & RANGE_LOST, RANGE_LOST);
	assert_int_equal(recovery.board.ranges[2].flags & RANGE_LOST, 0);
}

/* Step 4: a quarter of min_RTT, while nothing tells that the path does not reorder. */
static void
segment_is_awaited_for_a_quarter_of_the_least_round_trip(void **state)
{
	struct tcb *tcb = with_five_in_flight();

	(void)state;
	assert_int_equal(sacked_at(tcb, SENT_US + APART_US + RTT_US, 1, 1), 0);
	assert_int_not_equal(tcb->work->deadlines[TIMER_RECOVERY], 0);
	tcp_set_now(&bare.tcp, (SENT_US + RTT_US + RTT_US / 4 - 1) * UINT64_C(1000));
	assert_int_equal(rack_detect(tcb), 0);
	tcp_set_now(&bare.tcp, (SENT_US + RTT_US + RTT_US / 4) * UINT64_C(1000));
	assert_int_equal(rack_detect(tcb), MSS);
}

/* Step 4, D-SACK: once in a round trip, and the quarters add up, to SRTT at most. */
static void
duplicates_let_the_window_grow_once_in_a_round_trip(void **state)
{
	struct tcb *tcb = with_five_in_flight();

	(void)state;
	tcb->reordering_octets = MSS;
	rack_on_duplicate(tcb);
	rack_on_duplicate(tcb);
	assert_int_equal(tcb->reordering.window_quarters, 1);
	sacked_at(tcb, SENT_US + APART_US + RTT_US, 1, 1);
	tcp_set_now(&bare.tcp, (SENT_US + RTT_US + RTT_US / 2 - 1) * UINT64_C(1000));
	assert_int_equal(rack_detect(tcb), 0);
	tcp_set_now(&bare.tcp, (SENT_US + RTT_US + RTT_US / 2) * UINT64_C(1000));
	assert_int_equal(rack_detect(tcb), MSS);
	for (unsigned int i = 0; i < 300; i++) {
		tcb->snd_una = tcb->snd_nxt; /* the round trip is over */
		rack_on_duplicate(tcb);
	}
	assert_int_equal(tcb->reordering.window_quarters, 250);

	tcb = with_five_in_flight();
	tcb->reordering_octets = MSS;
	tcb->reordering.window_quarters = 250;
	sacked_at(tcb, SENT_US + APART_US + RTT_US, 1, 1);
	tcp_set_now(&bare.tcp, (SENT_US + 2 * RTT_US - 1) * UINT64_C(1000));
	assert_int_equal(rack_detect(tcb), 0);
	tcp_set_now(&bare.tcp, (SENT_US + 2 * RTT_US) * UINT64_C(1000));
	assert_int_equal(rack_detect(tcb), MSS);
}

/* RACK.reo_wnd_persist: sixteen recoveries after the last duplicate it is small again. */
static void
window_shrinks_after_sixteen_recoveries_without_a_duplicate(void **state)
{
	struct tcb *tcb = with_five_in_flight();

	(void)state;
	rack_on_duplicate(tcb);
	for (unsigned int i = 0; i < 15; i++)
		rack_on_recovered(tcb);
	assert_int_equal(tcb->reordering.window_quarters, 1);
	rack_on_recovered(tcb);
	assert_int_equal(tcb->reordering.window_quarters, 0);
}

/* RACK.reordering_seen is false: in recovery, or with three sacked, nothing is awaited. */
static void
without_reordering_three_sacked_are_enough_for_a_loss(void **state)
{
	struct tcb *tcb = with_five_in_flight();

	(void)state;
	assert_int_equal(sacked_at(tcb, SENT_US + RTT_US + APART_US, 1, 2), 0);
	assert_int_equal(sacked_at(tcb, SENT_US + RTT_US + APART_US, 3, 1), MSS);

	tcb = with_five_in_flight();
	recovery.phase = RECOVERY_FAST;
	assert_int_equal(sacked_at(tcb, SENT_US + RTT_US + APART_US, 1, 1), MSS);

	tcb = with_five_in_flight();
	tcb->reordering_octets = 1; /* seen */
	recovery.phase = RECOVERY_FAST;
	assert_int_equal(sacked_at(tcb, SENT_US + RTT_US + APART_US, 1, 4), 0);
}

/* Step 3: something sent once comes below what came before it. */
static void
segment_that_was_overtaken_tells_of_reordering(void **state)
{
	struct tcb *tcb = with_five_in_flight();

	(void)state;
	sacked_at(tcb, SENT_US + RTT_US, 3, 1);
	assert_int_equal(tcb->reordering_octets, 0);
	sacked_at(tcb, SENT_US + RTT_US, 1, 1);
	assert_int_equal(tcb->reordering_octets, 3 * MSS);

	tcb = with_five_in_flight();
	scoreboard_resend(&recovery.board, UNA + MSS, UNA + 2 * MSS, SENT_US + RTT_US);
	sacked_at(tcb, SENT_US + 2 * RTT_US, 3, 1);
	sacked_at(tcb, SENT_US + 2 * RTT_US, 1, 1); /* which of its sendings is not known */
	assert_int_equal(tcb->reordering_octets, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_round_trip_is_kept_until_it_is_five_minutes_old),
		cmocka_unit_test(what_was_sent_last_of_all_delivered_is_kept),
		cmocka_unit_test(ack_that_is_too_early_for_a_retransmission_is_not_believed),
		cmocka_unit_test(of_segments_sent_at_one_time_the_higher_number_counts_as_later),
		cmocka_unit_test(segment_is_awaited_for_a_quarter_of_the_least_round_trip),
		cmocka_unit_test(duplicates_let_the_window_grow_once_in_a_round_trip),
		cmocka_unit_test(window_shrinks_after_sixteen_recoveries_without_a_duplicate),
		cmocka_unit_test(without_reordering_three_sacked_are_enough_for_a_loss),
		cmocka_unit_test(segment_that_was_overtaken_tells_of_reordering),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
