/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loss recovery: what counts as a duplicate ACK (RFC 5681 2), when an episode begins and ends
 * (RFC 6582 3.2), what a timeout starts. SMSS is 1000.
 */
#include "bare.h"

#include "tcp/recovery.h"

enum { MSS = BARE_MSS };

static struct bare bare;

/* Twenty segments in flight, cwnd as large. */
static struct tcb *
with_twenty_in_flight(void)
{
	struct tcb *tcb = bare_init(&bare);

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
	while (n-- > 0)
		recovery_on_duplicate(tcb);
}

/* The peer acknowledges so many octets more. */
static void
ack(struct tcb *tcb, uint32_t octets)
{
	tcb->marks = 0;
	tcb->snd_una += octets;
	recovery_on_ack(tcb, octets);
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
	assert_int_equal(tcb->marks & MARK_RETRANSMIT, 0);
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
	assert_int_equal(tcb->cwnd, 20 * MSS);
	duplicates(tcb, 1);
	assert_true(tcb->marks & MARK_RETRANSMIT);
	assert_true(tcb->flags & TCB_RECOVERY);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	assert_int_equal(tcb->cwnd, 13 * MSS);
	assert_int_equal(tcb->recover, tcb->snd_nxt);
	assert_int_equal(bare.stats.fast_retransmits, 1);
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

static void
further_duplicates_inflate_and_let_new_text_go(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 3);
	tcb->marks = 0;
	duplicates(tcb, 4);
	assert_int_equal(tcb->cwnd, 17 * MSS);
	assert_int_equal(tcb->marks, MARK_TEXT);
	assert_int_equal(bare.stats.fast_retransmits, 1);
}

/* Losses of one window are repaired one per round trip, in one episode. */
static void
partial_ack_sends_the_next_hole_again_and_stays_in_recovery(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();
	const uint32_t recover = tcb->snd_nxt;

	(void)state;
	duplicates(tcb, 3 + 16); /* 13000 + 16 * 1000 */
	ack(tcb, 5 * MSS);
	assert_int_equal(tcb->marks, MARK_RETRANSMIT);
	assert_true(tcb->flags & TCB_RECOVERY);
	assert_int_equal(tcb->cwnd, 25 * MSS); /* 29 - 5 + 1 */
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	assert_int_equal(tcb->recover, recover);
	ack(tcb, 14 * MSS);
	assert_true(tcb->flags & TCB_RECOVERY); /* one segment is missing still */
	assert_int_equal(bare.stats.fast_retransmits, 1);
}

static void
ack_of_all_up_to_recover_ends_the_episode(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 3 + 16);
	tcb->snd_nxt = tcb->snd_cursor = tcb->snd_nxt + 9 * MSS; /* sent while inflated */
	ack(tcb, 20 * MSS);
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
	assert_int_equal(tcb->cwnd, 10 * MSS); /* min(10000, 9000 + 1000) */
	assert_int_equal(tcb->marks & MARK_RETRANSMIT, 0);
}

/* Duplicates that the repair itself causes begin no second episode for the same losses. */
static void
duplicates_of_an_episode_that_has_ended_begin_no_other(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 3);
	tcb->snd_nxt = tcb->snd_cursor = tcb->snd_nxt + 5 * MSS;
	ack(tcb, 20 * MSS); /* exactly recover, and not more */
	tcb->marks = 0;
	duplicates(tcb, 3);
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
	assert_int_equal(tcb->marks & MARK_RETRANSMIT, 0);
	ack(tcb, MSS); /* beyond recover */
	duplicates(tcb, 3);
	assert_true(tcb->flags & TCB_RECOVERY);
	assert_int_equal(bare.stats.fast_retransmits, 2);
}

/* RFC 6582 3.2 step 4: "After a retransmit timeout, record the highest sequence number transmitted
 * in the variable recover, and exit the fast recovery procedure if applicable." */
static void
timeout_ends_recovery_and_begins_again_at_una(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	duplicates(tcb, 3);
	tcb->flags |= TCB_RTT_TIMING;
	tcb->marks = 0;
	recovery_on_timeout(tcb);
	assert_int_equal(tcb->flags & (TCB_RECOVERY | TCB_RTT_TIMING), 0);
	assert_int_equal(tcb->recover, tcb->snd_nxt);
	assert_int_equal(tcb->snd_cursor, tcb->snd_una);
	assert_null(tcb->send_at);
	assert_int_equal(tcb->cwnd, MSS);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	assert_int_equal(tcb->marks, MARK_TEXT);
	duplicates(tcb, 3); /* of what was in flight before */
	assert_int_equal(tcb->flags & TCB_RECOVERY, 0);
}

/* RFC 5681 3.1: "has already been retransmitted by way of the retransmission timer at least once,
 * the value of ssthresh is held constant." */
static void
second_timeout_of_a_segment_holds_the_threshold(void **state)
{
	struct tcb *tcb = with_twenty_in_flight();

	(void)state;
	recovery_on_timeout(tcb);
	tcb->retransmissions = 1;
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
	struct tcb *tcb = bare_init(&bare);

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
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	for (unsigned int i = 0; i < 9; i++) {
		bare_fly(tcb, (UINT32_C(1) << 28) + 20 * MSS);
		ack(tcb, UINT32_C(1) << 28);
	}
	duplicates(tcb, 3);
	assert_true(tcb->flags & TCB_RECOVERY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(duplicate_must_meet_all_five_conditions),
		cmocka_unit_test(window_of_a_duplicate_is_compared_scaled),
		cmocka_unit_test(third_duplicate_sends_the_first_segment_again),
		cmocka_unit_test(new_ack_between_duplicates_starts_the_count_anew),
		cmocka_unit_test(further_duplicates_inflate_and_let_new_text_go),
		cmocka_unit_test(partial_ack_sends_the_next_hole_again_and_stays_in_recovery),
		cmocka_unit_test(ack_of_all_up_to_recover_ends_the_episode),
		cmocka_unit_test(duplicates_of_an_episode_that_has_ended_begin_no_other),
		cmocka_unit_test(timeout_ends_recovery_and_begins_again_at_una),
		cmocka_unit_test(second_timeout_of_a_segment_holds_the_threshold),
		cmocka_unit_test(ack_outside_of_recovery_opens_the_window),
		cmocka_unit_test(loss_after_gigabytes_with_pauses_begins_an_episode),
		cmocka_unit_test(loss_after_gigabytes_without_a_pause_begins_an_episode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
