/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When to acknowledge: now, soon, once per segment, or not so often.
 */
#include "bare.h"

#include "tcp/ack.h"
#include "tcp/tcb_list.h"

static struct bare bare;

static bool
owes_ack(const struct tcb *tcb)
{
	return (tcb->marks & MARK_ACK) != 0;
}

/* What output does when it has sent an ACK. */
static void
ack_leaves(struct tcb *tcb)
{
	ack_sent(tcb);
	tcb_list_remove(&bare.tcp.output_list, TCB_LINK_OUTPUT, tcb);
	tcb->flags &= ~(uint32_t)TCB_ON_OUTPUT_LIST;
}

static void
first_segment_of_text_waits_for_the_delay(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	ack_text(tcb, 1);
	assert_false(owes_ack(tcb));
	ack_later(tcb);
	assert_int_equal(tcb->work->deadlines[TIMER_DELAYED_ACK], (SECOND + 40 * MS) / TCP_TICK_NS);
	assert_true(timer_node_is_armed(&tcb->work->timer));
}

/* An answer in the same turn carries the ACK: the wheel is not touched. */
static void
ack_that_left_in_the_turn_is_not_timed(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	ack_text(tcb, 1);
	assert_true((tcb->flags & TCB_ON_OUTPUT_LIST) != 0); /* output comes by, and asks */
	assert_true((tcb->marks & MARK_ACK_LATER) != 0);
	ack_sent(tcb);
	ack_later(tcb);
	assert_int_equal(tcb->work->deadlines[TIMER_DELAYED_ACK], 0);
	assert_false(timer_node_is_armed(&tcb->work->timer));
}

/* The delay runs from the first turn on, however often output comes by. */
static void
ack_that_is_timed_keeps_its_time(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	ack_text(tcb, 1);
	ack_later(tcb);
	bare.tcp.now_tick += 100;
	ack_later(tcb);
	assert_int_equal(tcb->work->deadlines[TIMER_DELAYED_ACK], (SECOND + 40 * MS) / TCP_TICK_NS);
}

/* SHLD-18: "at least every second full-sized segment". */
static void
every_second_segment_of_text_is_acknowledged_at_once(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		ack_text(tcb, 1);
		assert_false(owes_ack(tcb));
		ack_text(tcb, 1);
		assert_true(owes_ack(tcb));
		ack_leaves(tcb);
	}
}

/* "or 2*RMSS bytes of new data": also where they come in one piece (SHLD-19). */
static void
text_of_two_full_segments_in_one_is_acknowledged_at_once(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	tcb->rcv_nxt += 2 * BARE_MSS - 1;
	ack_text(tcb, 1);
	assert_false(owes_ack(tcb));
	ack_now(tcb);
	ack_leaves(tcb);
	tcb->rcv_nxt += 2 * BARE_MSS;
	ack_text(tcb, 1);
	assert_true(owes_ack(tcb));
}

static void
ack_that_has_left_disarms_the_delay_and_says_what_it_said(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	tcb->rcv_nxt += 777;
	ack_text(tcb, 1);
	ack_now(tcb);
	assert_true(owes_ack(tcb));
	ack_leaves(tcb);
	assert_false(owes_ack(tcb));
	assert_int_equal(tcb->work->deadlines[TIMER_DELAYED_ACK], 0);
	assert_int_equal(tcb->flags & TCB_ACK_DELAYED, 0);
	assert_int_equal(tcb->work->last_ack_sent, BARE_IRS + 1 + 777);
}

/* An ACK that leaves does not pay what else is owed. */
static void
ack_that_has_left_keeps_the_other_marks(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	tcb_mark(tcb, MARK_TEXT);
	ack_now(tcb);
	ack_sent(tcb);
	assert_int_equal(tcb->marks, MARK_TEXT);
}

/* RFC 5681 4.2: "A TCP receiver SHOULD send an immediate duplicate ACK when an out-of-order segment
 * arrives": three segments, three ACKs, or the peer never counts to three. */
static void
each_out_of_order_segment_owes_an_ack_of_its_own(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	for (unsigned int i = 1; i <= 3; i++) {
		ack_duplicate(tcb);
		assert_int_equal(tcb->work->dupacks_owed, i);
		assert_true(owes_ack(tcb));
	}
}

static void
owed_duplicates_are_counted_no_further_than_their_counter(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	for (unsigned int i = 0; i < 300; i++)
		ack_duplicate(tcb);
	assert_int_equal(tcb->work->dupacks_owed, 255);
}

static struct segment
bare_ack(const struct tcb *tcb)
{
	return (struct segment){ .seq = tcb->rcv_nxt - 1,
		.ack = tcb->snd_una,
		.flags = TCP_FLAG_ACK };
}

/* How many of n challenges, one every `every_ns`, are answered. */
static unsigned int
count_answers(struct tcb *tcb, const struct segment *seg, unsigned int n, uint64_t every_ns)
{
	unsigned int answers = 0;

	for (unsigned int i = 0; i < n; i++) {
		ack_challenge(tcb, seg);
		if (owes_ack(tcb)) {
			answers++;
			ack_leaves(tcb);
		}
		tcp_set_now(&bare.tcp, bare.tcp.now_ns + every_ns);
	}
	return answers;
}

/* Two ends that disagree do not talk for ever: once in 500 ms. */
static void
challenges_without_text_are_answered_twice_a_second(void **state)
{
	struct tcb *tcb = bare_init(&bare);
	const struct segment seg = bare_ack(tcb);

	(void)state;
	tcp_set_now(&bare.tcp, SECOND + TCP_TICK_NS); /* an odd tick */
	assert_int_equal(count_answers(tcb, &seg, 100, 10 * MS), 2);
	assert_int_equal(bare.stats.challenge_acks_sent, 2);
	assert_int_equal(count_answers(tcb, &seg, 10, SECOND), 10);
	assert_int_equal(bare.stats.challenge_acks_sent, 12);
}

static void
syn_is_limited_even_with_text(void **state)
{
	struct tcb *tcb = bare_init(&bare);
	struct segment seg = bare_ack(tcb);

	(void)state;
	tcp_set_now(&bare.tcp, SECOND + TCP_TICK_NS);
	seg.flags = TCP_FLAG_SYN;
	seg.text_len = 100;
	assert_int_equal(count_answers(tcb, &seg, 10, MS), 1);
}

/* Text that is out of the window is a peer that has lost our ACK: it is always told. */
static void
text_out_of_window_is_always_answered(void **state)
{
	struct tcb *tcb = bare_init(&bare);
	struct segment seg = bare_ack(tcb);

	(void)state;
	seg.text_len = 100;
	assert_int_equal(count_answers(tcb, &seg, 10, MS), 10);
	assert_int_equal(bare.stats.challenge_acks_sent, 0);
}

static void
limit_is_each_connections_own(void **state)
{
	static struct bare other;
	struct tcb *tcb = bare_init(&bare), *another = bare_init(&other);
	const struct segment seg = bare_ack(tcb);

	(void)state;
	tcp_set_now(&bare.tcp, SECOND + TCP_TICK_NS);
	another->tcp = &bare.tcp;
	assert_int_equal(count_answers(tcb, &seg, 3, MS), 1);
	assert_int_equal(count_answers(another, &seg, 3, MS), 1);
}

/* Whatever the tick: the first tick of a stack's life, even and odd ones, the wrap of 32 bits. */
static void
second_challenge_in_the_same_turn_is_not_counted(void **state)
{
	static const uint64_t ticks[] = { 1, 2, 3, 10000, 10001, UINT64_C(0xffffffff),
		UINT64_C(0x100000000), UINT64_C(0x100000001) };

	(void)state;
	for (unsigned int i = 0; i < sizeof(ticks) / sizeof(*ticks); i++) {
		struct tcb *tcb = bare_init(&bare);
		const struct segment seg = bare_ack(tcb);

		bare.tcp.now_ns = ticks[i] * TCP_TICK_NS;
		bare.tcp.now_tick = ticks[i];
		ack_challenge(tcb, &seg);
		ack_challenge(tcb, &seg);
		assert_int_equal(bare.stats.challenge_acks_sent, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_segment_of_text_waits_for_the_delay),
		cmocka_unit_test(ack_that_left_in_the_turn_is_not_timed),
		cmocka_unit_test(ack_that_is_timed_keeps_its_time),
		cmocka_unit_test(every_second_segment_of_text_is_acknowledged_at_once),
		cmocka_unit_test(text_of_two_full_segments_in_one_is_acknowledged_at_once),
		cmocka_unit_test(ack_that_has_left_disarms_the_delay_and_says_what_it_said),
		cmocka_unit_test(ack_that_has_left_keeps_the_other_marks),
		cmocka_unit_test(each_out_of_order_segment_owes_an_ack_of_its_own),
		cmocka_unit_test(owed_duplicates_are_counted_no_further_than_their_counter),
		cmocka_unit_test(challenges_without_text_are_answered_twice_a_second),
		cmocka_unit_test(syn_is_limited_even_with_text),
		cmocka_unit_test(text_out_of_window_is_always_answered),
		cmocka_unit_test(limit_is_each_connections_own),
		cmocka_unit_test(second_challenge_in_the_same_turn_is_not_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
