/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loss recovery: what counts as a duplicate ACK (RFC 5681 2), when an episode begins and ends
 * (RFC 6582 3.2, RFC 6675 5), what a timeout starts, and that a connection keeps nothing of it
 * afterwards. Most without SACK: with it, test/rfc/loss.c. SMSS is 1000.
 */
#include "bare.h"

#include <rte_memory.h>

#include "eal.h"
#include "tcp/recovery/flight.h"
#include "tcp/recovery/recovery.h"

enum { MSS = BARE_MSS };

static struct bare bare;

static int
give_pool(void **state)
{
	(void)state;
	memset(&bare, 0, sizeof(bare));
	return 0;
}

static int
take_pool(void **state)
{
	const bool left = bare.work.recovery != NULL;

	(void)state;
	recovery_forget(&bare.tcb);
	if (left && pool_used_count(&bare.tcp.recoveries) != 0)
		return -1;
	pool_fini(&bare.tcp.recoveries);
	return 0;
}

static struct tcb *
init(uint32_t recoveries)
{
	struct tcb *tcb = bare_init(&bare);

	assert_int_equal(pool_init(&bare.tcp.recoveries, "recovery", recoveries,
					 sizeof(struct recovery), 64, SOCKET_ID_ANY),
			0);
	return tcb;
}

/* Twenty segments in flight, cwnd as large. */
static struct tcb *
with_twenty_in_flight(void)
{
	struct tcb *tcb = init(1);

	tcb->cwnd = 20 * MSS;
	bare_fly(tcb, 20 * MSS);
	return tcb;
}

static struct segment
duplicate_of(const struct tcb *tcb)
{
	return (struct segment){ .seq = tcb->rcv_nxt,
		.ack = tcb->snd_una,
		.flags = TCP_FLAG_ACK,
		.wnd = (uint16_t)(tcb->snd_wnd >> tcb->snd_wscale) };
}

static void
duplicates(struct tcb *tcb, unsigned int n)
{
	const struct segment seg = duplicate_of(tcb);

	while (n-- > 0)
		recovery_on_ack(tcb, &seg, 0);
}

/* The peer acknowledges so many octets more. */
static void
ack(struct tcb *tcb, uint32_t octets)
{
	struct segment seg;

	tcb->marks = 0;
	tcb->snd_una += octets;
	flight_acknowledged(tcb);
	seg = duplicate_of(tcb);
	recovery_on_ack(tcb, &seg, octets);
}

/* So much leaves: what is lost first, then new text. */
static void
send(struct tcb *tcb, uint32_t octets)
{
	uint32_t left, right;

	while (octets > 0 && scoreboard_next_lost(&tcb->work->recovery->board, &left, &right)) {
		right = right - left > MSS ? left + MSS : right;
		recovery_on_sent(tcb, left, right);
		octets -= right - left;
	}
	if (octets > 0)
		recovery_on_sent(tcb, tcb->snd_nxt, tcb->snd_nxt + octets);
	tcb->snd_nxt += octets;
	tcb->work->snd_cursor = tcb->snd_nxt;
}

static uint32_t
allowed(const struct tcb *tcb)
{
	const uint32_t pipe = recovery_pipe(tcb);

	return tcb->cwnd > pipe ? tcb->cwnd - pipe : 0;
}

static void
duplicate_must_meet_all_five_conditions(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();
	struct segment seg = duplicate_of(tcb);

	(void)state;
	assert_true(recovery_is_duplicate(tcb, &seg));
	seg.len = 1; /* (b) "carries no data", (c) "the SYN and FIN bits are both off" */
	assert_false(recovery_is_duplicate(tcb, &seg));
	seg = duplicate_of(tcb);
	seg.ack--; /* (d) "equal to the greatest acknowledgment received" */
	assert_false(recovery_is_duplicate(tcb, &seg));
	seg = duplicate_of(tcb);
	seg.wnd++; /* (e) "the advertised window ... equals the ... last" */
	assert_false(recovery_is_duplicate(tcb, &seg));
	seg = duplicate_of(tcb);
	bare_fly(tcb, 0); /* (a) "the receiver of the ACK has outstanding data" */
	assert_false(recovery_is_duplicate(tcb, &seg));
}

static void
window_of_a_duplicate_is_compared_scaled(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();
	struct segment seg;

	(void)state;
	tcb->snd_wscale = 7;
	tcb->snd_wnd = 500 << 7;
	seg = duplicate_of(tcb);
	assert_int_equal(seg.wnd, 500);
	assert_true(recovery_is_duplicate(tcb, &seg));
}

/* "The fast retransmit algorithm uses the arrival of 3 duplicate ACKs as an indication" */
static void
third_duplicate_sends_the_first_segment_again(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 2);
	assert_int_equal(tcb->work->recovery->board.pending, 0);
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
	assert_int_equal(tcb->cwnd, 20 * MSS);
	recovery_on_output(tcb);
	duplicates(tcb, 1);
	assert_int_equal(tcb->work->recovery->board.pending, MSS);
	assert_true(tcb->flags & TCB_RECOVERY);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	assert_int_equal(allowed(tcb), MSS);
	assert_int_equal(tcb->work->recover, tcb->snd_nxt);
	assert_int_equal(bare.stats.fast_retransmits, 1);
}

/* RFC 3042: one new segment for each of the first two, though cwnd is full. */
static void
first_two_duplicates_allow_a_new_segment_each(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(allowed(tcb), 0);
		duplicates(tcb, 1);
		assert_int_equal(allowed(tcb), MSS);
		send(tcb, MSS);
	}
	assert_int_equal(tcb->cwnd, 20 * MSS);
}

static void
new_ack_between_duplicates_starts_the_count_anew(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 2);
	ack(tcb, MSS);
	duplicates(tcb, 2);
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
	duplicates(tcb, 1);
	assert_true(tcb->flags & TCB_RECOVERY);
}

/* RFC 9937: ten segments for the twenty that were in flight, until the flight is at ssthresh. */
static void
further_duplicates_let_half_as_much_go(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();
	uint32_t sent = 0;

	(void)state;
	for (unsigned int i = 0; i < 19; i++) {
		duplicates(tcb, 1);
		if (i >= 2 && allowed(tcb) >= MSS) {
			sent += MSS;
			send(tcb, MSS);
		}
	}
	assert_in_range(sent, 9 * MSS, 10 * MSS);
	assert_in_range(recovery_pipe(tcb), 9 * MSS, 11 * MSS);
	assert_int_equal(bare.stats.fast_retransmits, 1);
}

/*
 * RFC 9937 6.1: RecoverFS is what was in flight, "newly cumulatively acknowledged" bytes included. ACKs of
 * one burst count as one: those before the third duplicate have had no room of theirs either.
 */
static void
burst_of_acks_that_begins_an_episode_leaves_room_for_all_of_it(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	recovery_on_output(tcb);
	ack(tcb, 6 * MSS);
	duplicates(tcb, 8);
	assert_true(tcb->flags & TCB_RECOVERY);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	assert_int_equal(tcb->work->recovery->prr.flight, 20 * MSS);
	assert_int_equal(tcb->work->recovery->prr.delivered, 14 * MSS);
	/* pipe is 14 - 8 - 1 lost; up to ssthresh again */
	assert_int_equal(recovery_pipe(tcb), 5 * MSS);
	assert_int_equal(allowed(tcb), 5 * MSS);
}

/* What earlier bursts have delivered was answered then. */
static void
acks_of_earlier_bursts_leave_no_room_to_an_episode(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	recovery_on_output(tcb);
	ack(tcb, 6 * MSS);
	duplicates(tcb, 2);
	recovery_on_output(tcb);
	duplicates(tcb, 1);
	assert_int_equal(tcb->work->recovery->prr.flight, 12 * MSS);
	assert_int_equal(tcb->work->recovery->prr.delivered, MSS);
	assert_int_equal(allowed(tcb), MSS);
}

/* Losses of one window are repaired one per round trip, in one episode. */
static void
partial_ack_sends_the_next_hole_again_and_stays_in_recovery(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();
	const uint32_t recover = tcb->snd_nxt;
	uint32_t left, right;

	(void)state;
	duplicates(tcb, 3);
	send(tcb, MSS);
	assert_int_equal(tcb->work->recovery->board.pending, 0);
	ack(tcb, 5 * MSS);
	assert_true(scoreboard_next_lost(&tcb->work->recovery->board, &left, &right));
	assert_int_equal(left, tcb->snd_una);
	assert_int_equal(right - left, MSS);
	assert_true(allowed(tcb) >= MSS);
	assert_true(tcb->flags & TCB_RECOVERY);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	assert_int_equal(tcb->work->recover, recover);
	ack(tcb, 14 * MSS);
	assert_true(tcb->flags & TCB_RECOVERY); /* one segment is missing still */
	assert_int_equal(bare.stats.fast_retransmits, 1);
}

static void
ack_of_all_up_to_recover_ends_the_episode(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 19);
	send(tcb, 9 * MSS);
	ack(tcb, 20 * MSS);
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
	assert_int_equal(tcb->cwnd, 10 * MSS);
	assert_null(tcb->work->recovery); /* nothing is kept of it */
	assert_int_equal(pool_used_count(&bare.tcp.recoveries), 0);
}

/* Duplicates that the repair itself causes begin no second episode for the same losses. */
static void
duplicates_of_an_episode_that_has_ended_begin_no_other(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 3);
	send(tcb, 6 * MSS);
	ack(tcb, 20 * MSS); /* exactly recover, and not more */
	duplicates(tcb, 3);
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
	assert_int_equal(tcb->work->recovery->board.pending, 0);
	ack(tcb, MSS); /* beyond recover */
	duplicates(tcb, 3);
	assert_true(tcb->flags & TCB_RECOVERY);
	assert_int_equal(bare.stats.fast_retransmits, 2);
}

/*
 * RFC 3042 2: "The amount of outstanding data would remain less than or equal to the congestion window
 * plus 2 segments", however many duplicates come that begin no episode; here a needless retransmission
 * is echoed.
 */
static void
duplicates_that_begin_no_episode_let_two_segments_go(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();
	uint32_t sent = 0;

	(void)state;
	recovery_on_timeout(tcb);
	ack(tcb, 20 * MSS);
	tcb->cwnd = 5 * MSS;
	bare_fly(tcb, 5 * MSS);
	for (unsigned int i = 0; i < 10; i++) {
		duplicates(tcb, 1);
		sent += allowed(tcb);
		send(tcb, allowed(tcb));
	}
	assert_int_equal(sent, 2 * MSS);
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
}

/* RFC 6582 3.2 step 4: "After a retransmit timeout, record the highest sequence number transmitted
 * in the variable recover, and exit the fast recovery procedure if applicable." */
static void
timeout_ends_fast_recovery_and_loses_all(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 3);
	tcb->flags |= TCB_RTT_TIMING;
	tcb->marks = 0;
	recovery_on_timeout(tcb);
	assert_int_equal(tcb->flags & (TCB_RECOVERY | TCB_RTT_TIMING), 0);
	assert_int_equal(tcb->work->recover, tcb->snd_nxt);
	assert_int_equal(tcb->work->recovery->board.pending, 20 * MSS);
	assert_int_equal(allowed(tcb), MSS);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	assert_int_equal(tcb->marks, MARK_TEXT);
	duplicates(tcb, 3); /* of what was in flight before */
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
}

/* No scoreboard is left: the timer repairs, from SND.UNA on. */
static void
without_a_place_the_timer_goes_back_to_una(void **state)
{
	struct tcb *tcb = init(0);

	(void)state;
	bare_fly(tcb, 20 * MSS);
	duplicates(tcb, 5);
	assert_null(tcb->work->recovery);
	assert_int_equal(bare.stats.recoveries_refused, 5);
	recovery_on_timeout(tcb);
	assert_int_equal(tcb->work->snd_cursor, tcb->snd_una);
	assert_null(tcb->work->send_at);
	assert_int_equal(tcb->cwnd, MSS);
	assert_true(tcb->flags & TCB_WENT_BACK);
	tcb->work->snd_cursor = tcb->snd_nxt;
	ack(tcb, 20 * MSS);
	assert_false(tcb->flags & TCB_WENT_BACK);
}

/* A timeout, the first segment again and acknowledged: RFC 5682 2.1 step 2b lets two new ones go. */
static struct tcb *
after_two_new_segments(void)
{
	struct tcb *tcb = with_twenty_in_flight();

	tcb->work->send.bytes = 30 * MSS;
	recovery_on_timeout(tcb);
	send(tcb, MSS);
	ack(tcb, MSS);
	assert_true(tcb->work->recovery->frto && tcb->work->recovery->frto_new);
	assert_int_equal(tcb->work->recover, tcb->snd_nxt);
	assert_int_equal(allowed(tcb), 2 * MSS);
	recovery_on_sent(tcb, tcb->snd_nxt, tcb->snd_nxt + 2 * MSS);
	tcb->snd_nxt = tcb->work->snd_cursor = tcb->snd_nxt + 2 * MSS;
	return tcb;
}

/* Step 3b: it is for something that was sent but once. */
static void
second_ack_after_a_timeout_that_advances_declares_it_spurious(void **state)
{
	struct tcb *tcb = after_two_new_segments();

	(void)state;
	ack(tcb, MSS);
	assert_int_equal(bare.stats.recoveries_undone, 1);
	assert_true(tcb->cwnd >= 20 * MSS);
	assert_int_equal(tcb->work->recovery == NULL ? 0 : tcb->work->recovery->board.pending, 0);
}

/* Step 3a: what was lost is sent again as after any timeout. */
static void
duplicate_after_the_new_segments_ends_the_doubt_about_a_timeout(void **state)
{
	struct tcb *tcb = after_two_new_segments();

	(void)state;
	duplicates(tcb, 1);
	assert_false(tcb->work->recovery->frto);
	ack(tcb, MSS);
	assert_int_equal(bare.stats.recoveries_undone, 0);
	assert_int_equal(tcb->work->recovery->phase, RECOVERY_LOSS);
	assert_int_equal(tcb->work->recovery->board.pending, 18 * MSS);
}

/* Its timer has just expired, and somebody else needs the place: nothing is in flight, so all is sent again. */
static void
place_given_up_after_a_timeout_goes_back_to_una(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	recovery_on_timeout(tcb);
	recovery_give_up(tcb);
	assert_null(tcb->work->recovery);
	assert_int_equal(tcb->work->snd_cursor, tcb->snd_una);
	assert_true(tcb->flags & TCB_WENT_BACK);
	assert_int_equal(allowed(tcb), MSS);
}

/* What is in flight still may arrive; the timer will tell. */
static void
place_given_up_while_something_is_in_flight_sends_nothing(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 3);
	recovery_give_up(tcb);
	assert_null(tcb->work->recovery);
	assert_int_equal(tcb->work->snd_cursor, tcb->snd_nxt);
	assert_int_equal(tcb->cwnd, tcb->ssthresh);
	assert_int_equal(allowed(tcb), 0);
	assert_true(tcb->flags & TCB_WENT_BACK);
}

/* RFC 5681 3.1: "has already been retransmitted by way of the retransmission timer at least once,
 * the value of ssthresh is held constant." */
static void
second_timeout_of_a_segment_holds_the_threshold(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	recovery_on_timeout(tcb);
	tcb->work->retransmissions = 1;
	recovery_on_timeout(tcb);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	assert_int_equal(tcb->cwnd, MSS);
}

static void
ack_outside_of_recovery_opens_the_window(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	ack(tcb, MSS);
	assert_int_equal(tcb->cwnd, 21 * MSS);
	assert_int_equal(tcb->marks, 0);
}

/* Numbers wrap: what was sent 2 GiB ago must not look like the future. */
static void
loss_after_gigabytes_with_pauses_begins_an_episode(void **state)
{
	struct tcb *tcb = init(1);

	(void)state;
	for (unsigned int i = 0; i < 9; i++) {
		bare_fly(tcb, UINT32_C(1) << 28);
		ack(tcb, UINT32_C(1) << 28);
	}
	bare_fly(tcb, 20 * MSS);
	duplicates(tcb, 3);
	assert_true(tcb->flags & TCB_RECOVERY);
}

/* recover stays near SND.UNA: numbers wrap also in a stream that never pauses. */
static void
loss_after_gigabytes_without_a_pause_begins_an_episode(void **state)
{
	struct tcb *tcb = init(1);

	(void)state;
	for (unsigned int i = 0; i < 9; i++) {
		bare_fly(tcb, (UINT32_C(1) << 28) + 20 * MSS);
		ack(tcb, UINT32_C(1) << 28);
	}
	duplicates(tcb, 3);
	assert_true(tcb->flags & TCB_RECOVERY);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, give_pool, take_pool)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(duplicate_must_meet_all_five_conditions),
		CASE(window_of_a_duplicate_is_compared_scaled),
		CASE(third_duplicate_sends_the_first_segment_again),
		CASE(first_two_duplicates_allow_a_new_segment_each),
		CASE(new_ack_between_duplicates_starts_the_count_anew),
		CASE(further_duplicates_let_half_as_much_go),
		CASE(burst_of_acks_that_begins_an_episode_leaves_room_for_all_of_it),
		CASE(acks_of_earlier_bursts_leave_no_room_to_an_episode),
		CASE(partial_ack_sends_the_next_hole_again_and_stays_in_recovery),
		CASE(ack_of_all_up_to_recover_ends_the_episode),
		CASE(duplicates_of_an_episode_that_has_ended_begin_no_other),
		CASE(duplicates_that_begin_no_episode_let_two_segments_go),
		CASE(timeout_ends_fast_recovery_and_loses_all),
		CASE(without_a_place_the_timer_goes_back_to_una),
		CASE(second_ack_after_a_timeout_that_advances_declares_it_spurious),
		CASE(duplicate_after_the_new_segments_ends_the_doubt_about_a_timeout),
		CASE(place_given_up_after_a_timeout_goes_back_to_una),
		CASE(place_given_up_while_something_is_in_flight_sends_nothing),
		CASE(second_timeout_of_a_segment_holds_the_threshold),
		CASE(ack_outside_of_recovery_opens_the_window),
		CASE(loss_after_gigabytes_with_pauses_begins_an_episode),
		CASE(loss_after_gigabytes_without_a_pause_begins_an_episode),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
