/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Evidence against a recovery: duplicates (RFC 3708), and timestamps from before it (RFC 3522).
 */
#include "bare.h"

#include "tcp/recovery/recovery.h"

enum { FLIGHT = 10000, UNA = BARE_ISS + 1, TS = 5000 };

static struct bare bare;
static struct recovery recovery;

/* In fast recovery, begun at SND.UNA with 10000 octets in flight; nothing was sent again so far. */
static struct tcb *
in_recovery(void)
{
	struct tcb *tcb = bare_init(&bare);

	memset(&recovery, 0, sizeof(recovery));
	bare_fly(tcb, FLIGHT);
	tcb->flags |= TCB_SACK | TCB_TIMESTAMPS;
	tcb->work->recovery = &recovery;
	tcb->work->recover = tcb->snd_nxt;
	recovery.phase = RECOVERY_FAST;
	undo_begin(tcb);
	recovery.undo.until = tcb->snd_nxt;
	return tcb;
}

/* The clock of timestamps stands at TS, whatever the time is. */
static void
set_ts(struct tcb *tcb, uint32_t ts)
{
	tcb->ts_offset += ts - tcp_ts_val(tcb->tcp, tcb->ts_offset);
}

/* An ACK that brings this TSecr. */
static struct segment
echo(uint32_t ts_ecr)
{
	return (struct segment){ .flags = TCP_FLAG_ACK,
		.options = { .seen = TCP_OPTION_TIMESTAMPS, .ts_ecr = ts_ecr } };
}

static void
report_duplicate(struct tcb *tcb, uint32_t left, uint32_t right)
{
	const struct sack_block block = { left, right };

	undo_on_duplicate(tcb, &block);
}

static void
send_again(struct tcb *tcb, uint32_t offset, uint32_t octets)
{
	undo_on_resent(tcb, UNA + offset, UNA + offset + octets);
}

/* RFC 3708 3: all of the retransmissions were reported, octet by octet. */
static void
recovery_is_needless_when_all_that_was_sent_again_came_twice(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment ack = echo(0);

	(void)state;
	send_again(tcb, 0, 1000);
	send_again(tcb, 1000, 500);
	assert_false(undo_is_due(tcb, &ack, 0));
	report_duplicate(tcb, UNA, UNA + 1000);
	assert_false(undo_is_due(tcb, &ack, 0));
	report_duplicate(tcb, UNA + 1000, UNA + 1499);
	assert_false(undo_is_due(tcb, &ack, 0));
	report_duplicate(tcb, UNA + 1499, UNA + 1500);
	assert_true(undo_is_due(tcb, &ack, 0));
}

static void
recovery_in_which_nothing_was_sent_again_is_not_taken_back(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment ack = echo(1);

	(void)state;
	assert_false(undo_is_due(tcb, &ack, 0));
	assert_false(undo_is_due(tcb, &ack, 1000));
}

/* What was a duplicate before the recovery began says nothing of it. */
static void
duplicate_from_before_the_recovery_does_not_count(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment ack = echo(0);

	(void)state;
	send_again(tcb, 0, 1000);
	report_duplicate(tcb, UNA - 1000, UNA);
	report_duplicate(tcb, UNA - 1, UNA + 999);
	assert_false(undo_is_due(tcb, &ack, 0));
	report_duplicate(tcb, UNA, UNA + 1000);
	assert_true(undo_is_due(tcb, &ack, 0));
}

/*
 * RFC 3708 3: the network has made copies of what was sent once, or the peer invents them. Whatever else
 * comes twice, what was sent again may have been lost.
 */
static void
duplicate_of_what_was_not_sent_again_makes_all_worthless(void **state)
{
	static const uint32_t lefts[] = { 0, 500, 999, 2001, 3000, 9000 };
	const struct segment ack = echo(0);

	(void)state;
	for (unsigned int i = 0; i < sizeof(lefts) / sizeof(*lefts); i++) {
		struct tcb *tcb = in_recovery();

		send_again(tcb, 2000, 1000);
		send_again(tcb, 1000, 1000);
		report_duplicate(tcb, UNA + 1000, UNA + 2000);
		assert_true(undo_is_awaited(tcb));
		report_duplicate(tcb, UNA + lefts[i], UNA + lefts[i] + 1000);
		assert_false(undo_is_due(tcb, &ack, 0));
		report_duplicate(tcb, UNA + 2000, UNA + 3000);
		assert_false(undo_is_due(tcb, &ack, 0));
		assert_false(undo_is_awaited(tcb));
	}
}

/* Between gaps lies what was sent once: it cannot all have come twice by our doing. */
static void
duplicate_of_more_than_was_sent_again_makes_all_worthless(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment ack = echo(0);

	(void)state;
	send_again(tcb, 0, 1000);
	send_again(tcb, 4000, 1000);
	report_duplicate(tcb, UNA + 1000, UNA + 3001);
	assert_false(undo_is_due(tcb, &ack, 0));
	assert_false(undo_is_awaited(tcb));
	report_duplicate(tcb, UNA, UNA + 1000);
	report_duplicate(tcb, UNA + 4000, UNA + 5000);
	assert_false(undo_is_due(tcb, &ack, 0));
}

static void
duplicate_before_anything_was_sent_again_makes_all_worthless(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment ack = echo(0);

	(void)state;
	report_duplicate(tcb, UNA + 1000, UNA + 2000);
	send_again(tcb, 0, 1000);
	report_duplicate(tcb, UNA, UNA + 1000);
	assert_false(undo_is_due(tcb, &ack, 0));
}

/* RFC 8985 7: a probe was sent again before the recovery; its duplicate is neither for it nor against. */
static void
duplicate_of_the_tail_probe_is_passed_over(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment ack = echo(0);

	(void)state;
	tcb->flags |= TCB_TAIL_RESENT;
	tcb->work->probe_end = UNA + FLIGHT;
	send_again(tcb, 0, 1000);
	report_duplicate(tcb, UNA + FLIGHT - 1000, UNA + FLIGHT);
	assert_false(undo_is_due(tcb, &ack, 0));
	report_duplicate(tcb, UNA, UNA + 1000);
	assert_true(undo_is_due(tcb, &ack, 0));
	tcb->flags &= ~(uint32_t)TCB_TAIL_RESENT; /* the probe was new text: sent once */
	report_duplicate(tcb, UNA + FLIGHT - 1000, UNA + FLIGHT);
	assert_false(undo_is_due(tcb, &ack, 0));
}

/* RFC 3522: timestamps are evidence of their own. */
static void
duplicates_that_are_worthless_leave_the_timestamps_theirs(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment before = echo(TS - 10);

	(void)state;
	recovery.phase = RECOVERY_LOSS;
	set_ts(tcb, TS);
	send_again(tcb, 0, 1000);
	report_duplicate(tcb, UNA + 1000, UNA + 2000);
	assert_true(undo_is_due(tcb, &before, 1000));
}

/* R of RFC 7661 4.4.1: what came twice was sent again all the same. */
static void
octets_sent_again_are_counted_though_they_came_twice(void **state)
{
	struct tcb *tcb = in_recovery();

	(void)state;
	send_again(tcb, 0, 1000);
	send_again(tcb, 0, 1000);
	send_again(tcb, 1000, 500);
	assert_int_equal(recovery.undo.resent, 2500);
	report_duplicate(tcb, UNA, UNA + 1000);
	assert_int_equal(recovery.undo.resent, 2500);
}

static void
reduction_taken_back_once_is_not_taken_back_again(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment ack = echo(0);

	(void)state;
	send_again(tcb, 0, 1000);
	report_duplicate(tcb, UNA, UNA + 1000);
	recovery.undo.possible = false;
	assert_false(undo_is_due(tcb, &ack, 0));
	assert_false(undo_is_awaited(tcb));
}

/* RFC 3522 3.2: the echo is older than the first retransmission, in serial arithmetic. */
static void
timestamp_from_before_the_first_retransmission_shows_it(void **state)
{
	static const uint32_t starts[] = { TS, 0, 0x80000000, UINT32_MAX };

	(void)state;
	for (unsigned int i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		struct tcb *tcb = in_recovery();
		const struct segment before = echo(starts[i] - 2), same = echo(starts[i]),
				     after = echo(starts[i] + 1);

		recovery.phase = RECOVERY_LOSS;
		set_ts(tcb, starts[i]);
		send_again(tcb, 0, 1000);
		set_ts(tcb, starts[i] + 10);
		send_again(tcb, 1000, 1000); /* not this one */
		assert_true(undo_is_due(tcb, &before, 1000));
		assert_false(undo_is_due(tcb, &same, 1000));
		assert_false(undo_is_due(tcb, &after, 1000));
		assert_false(undo_is_due(tcb, &before, 0)); /* "acceptable": of something new */
	}
}

static void
timestamp_that_was_not_agreed_or_echoes_nothing_shows_nothing(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment before = echo(TS - 10), none = echo(0);

	(void)state;
	recovery.phase = RECOVERY_LOSS;
	set_ts(tcb, TS);
	send_again(tcb, 0, 1000);
	assert_false(undo_is_due(tcb, &none, 1000));
	tcb->flags &= ~(uint32_t)TCB_TIMESTAMPS;
	assert_false(undo_is_due(tcb, &before, 1000));
}

/* Several gaps: that one was only late says nothing of the others while these are in flight again. */
static void
timestamp_in_fast_recovery_waits_for_the_other_gaps(void **state)
{
	struct tcb *tcb = in_recovery();
	const struct segment before = echo(TS - 10);

	(void)state;
	set_ts(tcb, TS);
	send_again(tcb, 0, 2000);
	recovery.board.resent = 1000;
	tcb->snd_una += 1000;
	assert_false(undo_is_due(tcb, &before, 1000));
	recovery.board.resent = 0;
	assert_true(undo_is_due(tcb, &before, 1000));
	recovery.board.resent = 1000;
	tcb->snd_una = tcb->work->recover;
	assert_true(undo_is_due(tcb, &before, 1000));
	recovery.phase = RECOVERY_NONE; /* it is over: only duplicates can tell */
	assert_false(undo_is_due(tcb, &before, 1000));
}

/* The scoreboard is kept for a late D-SACK as long as one can come. */
static void
duplicates_are_awaited_until_what_was_in_flight_is_acknowledged(void **state)
{
	struct tcb *tcb = in_recovery();

	(void)state;
	assert_false(undo_is_awaited(tcb));
	send_again(tcb, 0, 1000);
	assert_true(undo_is_awaited(tcb));
	tcb->flags &= ~(uint32_t)TCB_SACK;
	assert_false(undo_is_awaited(tcb));
	tcb->flags |= TCB_SACK;
	tcb->snd_nxt += 1000; /* new text */
	tcb->snd_una = recovery.undo.until - 1;
	assert_true(undo_is_awaited(tcb));
	tcb->snd_una = recovery.undo.until;
	assert_false(undo_is_awaited(tcb));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recovery_is_needless_when_all_that_was_sent_again_came_twice),
		cmocka_unit_test(recovery_in_which_nothing_was_sent_again_is_not_taken_back),
		cmocka_unit_test(duplicate_from_before_the_recovery_does_not_count),
		cmocka_unit_test(duplicate_of_what_was_not_sent_again_makes_all_worthless),
		cmocka_unit_test(duplicate_of_more_than_was_sent_again_makes_all_worthless),
		cmocka_unit_test(duplicate_before_anything_was_sent_again_makes_all_worthless),
		cmocka_unit_test(duplicate_of_the_tail_probe_is_passed_over),
		cmocka_unit_test(duplicates_that_are_worthless_leave_the_timestamps_theirs),
		cmocka_unit_test(octets_sent_again_are_counted_though_they_came_twice),
		cmocka_unit_test(reduction_taken_back_once_is_not_taken_back_again),
		cmocka_unit_test(timestamp_from_before_the_first_retransmission_shows_it),
		cmocka_unit_test(timestamp_that_was_not_agreed_or_echoes_nothing_shows_nothing),
		cmocka_unit_test(timestamp_in_fast_recovery_waits_for_the_other_gaps),
		cmocka_unit_test(duplicates_are_awaited_until_what_was_in_flight_is_acknowledged),
	};

	return cmocka_run_group_tests_name("undo", tests, NULL, NULL);
}
