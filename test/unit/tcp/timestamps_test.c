/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Timestamps: which segments PAWS lets through, at the wrap of 32 bits too, and what is echoed.
 */
#include "bare.h"

#include "tcp/timestamps.h"

#define DAY (86400 * SECOND)

static struct bare bare;

static struct tcb *
with_timestamps(uint32_t ts_recent)
{
	struct tcb *tcb = bare_init(&bare);

	tcb->flags |= TCB_TIMESTAMPS;
	tcb->ts_recent = ts_recent;
	tcb->ts_recent_ks = tcp_now_ks(&bare.tcp);
	return tcb;
}

/* A bare ACK in order, with this TSval. */
static struct segment
segment_of(const struct tcb *tcb, uint32_t ts_val)
{
	return (struct segment){
		.seq = tcb->rcv_nxt,
		.ack = tcb->snd_una,
		.flags = TCP_FLAG_ACK,
		.fate = FATE_DELIVERED,
		.options = { .seen = TCP_OPTION_TIMESTAMPS, .ts_val = ts_val },
	};
}

static bool
passes(uint32_t ts_recent, uint32_t ts_val)
{
	struct tcb *tcb = with_timestamps(ts_recent);
	struct segment seg = segment_of(tcb, ts_val);
	const bool passed = timestamps_check(tcb, &seg);

	assert_int_equal(seg.fate, passed ? FATE_DELIVERED : ESTAB_DROP_TCP_PAWS);
	assert_int_equal((tcb->marks & MARK_ACK) != 0, !passed); /* R1: "Send an acknowledgment" */
	return passed;
}

/* RFC 7323 5.3 R1: "SEG.TSval < TS.Recent", in serial arithmetic (5.2). */
static void
older_timestamp_is_refused_also_across_the_wrap(void **state)
{
	static const uint32_t bases[] = { 0, 1, 1000, 0x7fffffff, 0x80000000, 0xffffffff };

	(void)state;
	for (unsigned int i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		assert_true(passes(bases[i], bases[i]));
		assert_true(passes(bases[i], bases[i] + 1));
		assert_true(passes(bases[i], bases[i] + 0x7fffffff));
		assert_false(passes(bases[i], bases[i] - 1));
		assert_false(passes(bases[i], bases[i] - 0x7fffffff));
		assert_false(passes(bases[i], bases[i] + 0x80000001));
	}
}

/* RFC 7323 5.2: "RST segments ... MUST NOT be subjected to the PAWS check" */
static void
reset_is_not_checked(void **state)
{
	struct tcb *tcb = with_timestamps(1000);
	struct segment seg = segment_of(tcb, 1);

	(void)state;
	seg.flags = TCP_FLAG_RST | TCP_FLAG_ACK;
	assert_true(timestamps_check(tcb, &seg));
	seg.options.seen = 0;
	assert_true(timestamps_check(tcb, &seg));
	assert_int_equal(seg.fate, FATE_DELIVERED);
}

/* RFC 7323 3.2: "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the
 * segment." */
static void
missing_timestamp_is_dropped_in_silence(void **state)
{
	struct tcb *tcb = with_timestamps(1000);
	struct segment seg = segment_of(tcb, 1000);

	(void)state;
	seg.options.seen = 0;
	assert_false(timestamps_check(tcb, &seg));
	assert_int_equal(seg.fate, ESTAB_DROP_TCP_TIMESTAMP_MISSING);
	assert_int_equal(tcb->marks, 0);
}

static void
connection_without_timestamps_looks_at_none(void **state)
{
	struct tcb *tcb = with_timestamps(1000);
	struct segment seg = segment_of(tcb, 1);

	(void)state;
	tcb->flags &= ~(uint32_t)TCB_TIMESTAMPS;
	assert_true(timestamps_check(tcb, &seg));
	timestamps_take(tcb, &seg);
	assert_int_equal(tcb->ts_recent, 1000);
}

/* RFC 7323 5.5: "invalidate ... if the connection has been idle more than 24 days" */
static void
silence_of_days_voids_what_was_recent(void **state)
{
	struct tcb *tcb = with_timestamps(1000);
	static const uint64_t later_ns[] = { DAY / 50, 200 * DAY, 700 * DAY };
	struct segment seg = segment_of(tcb, 1);

	(void)state;
	tcp_set_now(&bare.tcp, SECOND + 24 * DAY);
	assert_false(timestamps_check(tcb, &seg));
	seg.fate = FATE_DELIVERED;
	for (unsigned int i = 0; i < RTE_DIM(later_ns); i++) {
		tcp_set_now(&bare.tcp, SECOND + 24 * DAY + later_ns[i]);
		assert_true(timestamps_check(tcb, &seg));
	}
	timestamps_take(tcb, &seg);
	assert_int_equal(tcb->ts_recent, 1);
	seg.options.ts_val = 0;
	assert_false(timestamps_check(tcb, &seg)); /* in force again */
}

/* RFC 7323 4.3 (2): "If: SEG.TSval >= TS.Recent and SEG.SEQ <= Last.ACK.sent, then SEG.TSval is
 * copied to TS.Recent; otherwise, it is ignored." */
static void
timestamp_is_taken_of_the_segment_that_will_be_acknowledged(void **state)
{
	struct tcb *tcb = with_timestamps(1000);
	struct segment seg = segment_of(tcb, 1001);

	(void)state;
	tcp_set_now(&bare.tcp, 2 * 1024 * SECOND);
	seg.seq = tcb->work->last_ack_sent + 1; /* beyond a gap */
	timestamps_take(tcb, &seg);
	assert_int_equal(tcb->ts_recent, 1000);
	seg.seq = tcb->work->last_ack_sent;
	timestamps_take(tcb, &seg);
	assert_int_equal(tcb->ts_recent, 1001);
	assert_int_equal(tcb->ts_recent_ks, 2);
	seg.seq = tcb->work->last_ack_sent - 1; /* part of it again */
	seg.options.ts_val = 1002;
	timestamps_take(tcb, &seg);
	assert_int_equal(tcb->ts_recent, 1002);
}

/* With the delay of an ACK, the first of the segments that it covers is echoed, not the last. */
static void
delayed_ack_echoes_the_first_segment(void **state)
{
	struct tcb *tcb = with_timestamps(1000);
	struct segment seg = segment_of(tcb, 1001);

	(void)state;
	timestamps_take(tcb, &seg);
	tcb->rcv_nxt += 500; /* received, not yet acknowledged */
	seg = segment_of(tcb, 1005);
	timestamps_take(tcb, &seg);
	assert_int_equal(tcb->ts_recent, 1001);
}

static void
segment_without_the_option_leaves_recent_alone(void **state)
{
	struct tcb *tcb = with_timestamps(1000);
	struct segment seg = segment_of(tcb, 7777);

	(void)state;
	seg.options.seen = 0;
	timestamps_take(tcb, &seg);
	assert_int_equal(tcb->ts_recent, 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_timestamp_is_refused_also_across_the_wrap),
		cmocka_unit_test(reset_is_not_checked),
		cmocka_unit_test(missing_timestamp_is_dropped_in_silence),
		cmocka_unit_test(connection_without_timestamps_looks_at_none),
		cmocka_unit_test(silence_of_days_voids_what_was_recent),
		cmocka_unit_test(timestamp_is_taken_of_the_segment_that_will_be_acknowledged),
		cmocka_unit_test(delayed_ack_echoes_the_first_segment),
		cmocka_unit_test(segment_without_the_option_leaves_recent_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
