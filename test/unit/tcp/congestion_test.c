/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Congestion control: every number here is worked out by hand from the equation that stands above
 * it, with SMSS = 1000.
 */
#include "bare.h"

#include "tcp/congestion/congestion.h"

enum { MSS = BARE_MSS };

static struct bare bare;

/* cwnd is full, so that it is what limits. */
static struct tcb *
with_full_window(uint32_t cwnd)
{
	struct tcb *tcb = bare_init(&bare);

	tcb->cwnd = cwnd;
	bare_fly(tcb, cwnd);
	return tcb;
}

/* RFC 6928 2: "the upper bound for the initial window": 10 segments. */
static void
established_begins_with_the_initial_window_and_no_threshold(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	congestion_init(tcb);
	assert_int_equal(tcb->cwnd, 10 * MSS);
	assert_true(tcb->ssthresh >= UINT32_C(1) << 30); /* "arbitrarily high" (RFC 5681 3.1) */
	bare.tcp.config.initial_window = 3;
	tcb->snd_mss = 1448;
	congestion_init(tcb);
	assert_int_equal(tcb->cwnd, 4344);
}

/* "cwnd += min (N, SMSS)" (2), with RFC 3465's L of two segments for ACKs that are delayed. */
static void
slow_start_ack_grows_by_what_it_covers_up_to_two_segments(void **state)
{
	static const struct {
		uint32_t acked, cwnd;
	} cases[] = { { 1, 10001 }, { 999, 10999 }, { 1000, 11000 }, { 2000, 12000 },
		{ 2001, 12000 }, { 64000, 12000 } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tcb *tcb = with_full_window(10 * MSS);

		congestion_on_ack(tcb, cases[i].acked);
		assert_int_equal(tcb->cwnd, cases[i].cwnd);
	}
}

/* RFC 3465 2.1: 8000 octets were acknowledged, in eight ACKs, for a window of 8000: one segment more. */
static void
avoidance_window_acknowledged_grows_by_one_segment(void **state)
{
	struct tcb *tcb = with_full_window(8 * MSS);

	(void)state;
	tcb->ssthresh = 8 * MSS;
	for (unsigned int i = 0; i < 7; i++)
		congestion_on_ack(tcb, MSS);
	assert_int_equal(tcb->cwnd, 8 * MSS);
	congestion_on_ack(tcb, MSS);
	assert_int_equal(tcb->cwnd, 9 * MSS);
	bare_fly(tcb, 9 * MSS);
	for (unsigned int i = 0; i < 8; i++)
		congestion_on_ack(tcb, MSS);
	assert_int_equal(tcb->cwnd, 9 * MSS);
}

/* A peer that splits its ACKs gains nothing: an ACK for each of 8000 octets, and one segment more. */
static void
avoidance_divided_acks_grow_no_faster_than_one(void **state)
{
	struct tcb *tcb = with_full_window(8 * MSS);

	(void)state;
	tcb->ssthresh = 8 * MSS;
	for (unsigned int i = 0; i < 8 * MSS; i++)
		congestion_on_ack(tcb, 1);
	assert_int_equal(tcb->cwnd, 9 * MSS);
}

/* Nor does one lose that acknowledges seldom. What is beyond a window is not lost, but not doubled. */
static void
avoidance_stretched_acks_grow_no_slower(void **state)
{
	struct tcb *tcb = with_full_window(8 * MSS);

	(void)state;
	tcb->ssthresh = 8 * MSS;
	congestion_on_ack(tcb, 5 * MSS);
	congestion_on_ack(tcb, 5 * MSS);
	assert_int_equal(tcb->cwnd, 9 * MSS);
	bare_fly(tcb, 9 * MSS);
	congestion_on_ack(tcb, 7 * MSS); /* 2 + 7 */
	assert_int_equal(tcb->cwnd, 10 * MSS);
}

/* What was acknowledged of the large window says nothing of the small one. */
static void
avoidance_begins_to_count_anew_after_a_loss(void **state)
{
	struct tcb *tcb = with_full_window(16 * MSS);

	(void)state;
	tcb->ssthresh = 16 * MSS;
	congestion_on_ack(tcb, 15 * MSS);
	congestion_reduce(tcb);
	tcb->cwnd = tcb->ssthresh;
	bare_fly(tcb, 8 * MSS);
	congestion_on_ack(tcb, 7 * MSS);
	assert_int_equal(tcb->cwnd, 8 * MSS);
}

/* No peer can announce more than 2^30: growing past it means nothing, and must not wrap. */
static void
window_never_grows_beyond_what_can_be_announced(void **state)
{
	struct tcb *tcb = with_full_window((UINT32_C(1) << 30) - 1);

	(void)state;
	tcb->ssthresh = UINT32_MAX;
	congestion_on_ack(tcb, 2 * MSS);
	assert_int_equal(tcb->cwnd, UINT32_C(1) << 30);
	congestion_on_ack(tcb, 2 * MSS);
	assert_int_equal(tcb->cwnd, UINT32_C(1) << 30);
}

/* "ssthresh = max (FlightSize / 2, 2*SMSS)" (4); cwnd is left to the caller (RFC 9937). */
static void
loss_halves_what_is_in_flight_not_cwnd(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	tcb->cwnd = 50 * MSS;
	bare_fly(tcb, 20 * MSS);
	congestion_reduce(tcb);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	assert_int_equal(tcb->cwnd, 50 * MSS);
}

/*
 * A burst of ACKs is taken before anything is sent: the last of them tells of a loss when five of
 * twenty segments are still in flight. FlightSize is what it was in this round trip.
 */
static void
loss_at_the_end_of_a_burst_of_acks_halves_what_was_in_flight_before(void **state)
{
	struct tcb *tcb = with_full_window(20 * MSS);

	(void)state;
	tcb->ssthresh = 20 * MSS;
	tcb->work->flight.round_end = tcb->snd_nxt;
	tcb->snd_una += 15 * MSS;
	congestion_on_ack(tcb, 15 * MSS);
	tcb->cwnd = 20 * MSS;
	congestion_reduce(tcb);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
}

/* What was in flight a round trip ago, and is no longer, does not count. */
static void
loss_in_a_later_round_trip_halves_what_was_in_flight_in_it(void **state)
{
	struct tcb *tcb = with_full_window(20 * MSS);

	(void)state;
	tcb->ssthresh = 20 * MSS;
	congestion_on_ack(tcb, MSS);
	tcb->snd_una = tcb->snd_nxt;
	bare_fly(tcb, 8 * MSS);
	congestion_on_ack(tcb, 0);
	congestion_reduce(tcb);
	assert_int_equal(tcb->ssthresh, 4 * MSS);
}

static void
loss_with_little_in_flight_keeps_two_segments(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	bare_fly(tcb, 3 * MSS); /* half is 1500 */
	congestion_reduce(tcb);
	assert_int_equal(tcb->ssthresh, 2 * MSS);
}

/* "upon a timeout ... cwnd MUST be set to no more than the loss window, LW, which equals 1
 * full-sized segment" */
static void
timeout_leaves_one_segment_and_half_the_flight_as_threshold(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	tcb->cwnd = 40 * MSS;
	bare_fly(tcb, 30 * MSS);
	congestion_on_timeout(tcb);
	assert_int_equal(tcb->cwnd, MSS);
	assert_int_equal(tcb->ssthresh, 15 * MSS);
	bare_fly(tcb, 100);
	congestion_on_timeout(tcb);
	assert_int_equal(tcb->ssthresh, 2 * MSS);
}

/* RFC 3465 2.3: "L=2*SMSS" is what an implementation may go to; Linux counts all. */
static void
slow_start_limit_is_as_configured(void **state)
{
	struct tcb *tcb = with_full_window(10 * MSS);

	(void)state;
	bare.tcp.config.abc_limit = 255;
	congestion_on_ack(tcb, 7 * MSS);
	assert_int_equal(tcb->cwnd, 17 * MSS);
}

/* "slow start ... ends when cwnd exceeds ssthresh (or ... reaches it)" (RFC 5681 3.1) */
static void
slow_start_ends_less_than_two_segments_beyond_the_threshold(void **state)
{
	struct tcb *tcb = with_full_window(10 * MSS);

	(void)state;
	bare.tcp.config.abc_limit = 255;
	tcb->ssthresh = 10 * MSS + 300;
	congestion_on_ack(tcb, 8 * MSS);
	assert_int_equal(tcb->cwnd, 12 * MSS);
	tcb->ssthresh = 15 * MSS;
	congestion_on_ack(tcb, 8 * MSS);
	assert_int_equal(tcb->cwnd, 15 * MSS);
}

/* While what was lost at a timeout is repaired an ACK may cover much that arrived long ago. */
static void
slow_start_after_a_timeout_adds_one_segment_for_an_ack(void **state)
{
	struct tcb *tcb = with_full_window(10 * MSS);

	(void)state;
	tcb->work->recover = tcb->snd_nxt;
	congestion_on_ack(tcb, 2 * MSS);
	assert_int_equal(tcb->cwnd, 11 * MSS);
}

/* RFC 7661 3: a window of which less than half is used has not been tried. */
static void
slow_start_window_used_by_half_or_less_does_not_grow(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	bare_fly(tcb, 5 * MSS);
	tcb->snd_una += 2 * MSS;
	congestion_on_ack(tcb, 2 * MSS); /* five were in flight, of ten */
	assert_int_equal(tcb->cwnd, 10 * MSS);
	bare_fly(tcb, 6 * MSS);
	tcb->snd_una += MSS;
	congestion_on_ack(tcb, MSS);
	assert_int_equal(tcb->cwnd, 11 * MSS);
}

/* What was in flight at the beginning of the round trip counts until its end. */
static void
slow_start_window_used_in_this_round_trip_grows_with_each_of_its_acks(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	bare_fly(tcb, 9 * MSS);
	for (unsigned int i = 0; i < 9; i++) {
		tcb->snd_una += MSS;
		congestion_on_ack(tcb, MSS);
	}
	assert_int_equal(tcb->cwnd, 18 * MSS); /* twice nine */
	bare_fly(tcb, 10 * MSS);
	tcb->snd_una += MSS;
	congestion_on_ack(tcb, MSS); /* the ninth ACK was of the old round trip, this is not */
	assert_int_equal(tcb->cwnd, 19 * MSS);
}

static void
avoidance_window_with_room_for_a_segment_does_not_grow(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	tcb->ssthresh = 10 * MSS;
	for (unsigned int i = 0; i < 20; i++) {
		bare_fly(tcb, 8 * MSS);
		tcb->snd_una += MSS;
		congestion_on_ack(tcb, MSS);
	}
	assert_int_equal(tcb->cwnd, 10 * MSS);
	for (unsigned int i = 0; i < 10; i++) {
		bare_fly(tcb, 9 * MSS + 1);
		tcb->snd_una += MSS;
		congestion_on_ack(tcb, MSS);
	}
	assert_int_equal(tcb->cwnd, 11 * MSS);
}

/* RFC 5681 4.1: "if the TCP has not sent data in an interval exceeding the retransmission timeout",
 * cwnd is "no more than RW", which is the initial window here. */
static void
pause_beyond_the_timeout_leaves_the_initial_window(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	rto_init(&tcb->rtt, 300000);
	tcb->cwnd = 36 * MSS;
	tcb->ssthresh = 4 * MSS;
	congestion_resume(tcb); /* nothing was ever sent: no pause */
	assert_int_equal(tcb->cwnd, 36 * MSS);
	congestion_on_sent(tcb);
	tcp_set_now(&bare.tcp, SECOND + 300 * MS);
	congestion_resume(tcb);
	assert_int_equal(tcb->cwnd, 36 * MSS);
	tcp_set_now(&bare.tcp, SECOND + 301 * MS);
	congestion_resume(tcb);
	assert_int_equal(tcb->cwnd, 10 * MSS);
	assert_int_equal(tcb->ssthresh, 27 * MSS); /* RFC 7661 4.4.3: three quarters of what was */
}

static void
pause_never_makes_the_window_larger(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	rto_init(&tcb->rtt, 300000);
	tcb->cwnd = 3 * MSS;
	congestion_on_sent(tcb);
	tcp_set_now(&bare.tcp, 100 * SECOND);
	congestion_resume(tcb);
	assert_int_equal(tcb->cwnd, 3 * MSS);
}

/* RFC 4015 3.2 step (5): "revert the congestion control state", once for each reduction. */
static void
loss_that_was_none_is_undone_once(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	tcb->cwnd = 20 * MSS;
	tcb->ssthresh = 16 * MSS;
	bare_fly(tcb, 20 * MSS);
	congestion_undo(tcb); /* nothing was reduced yet */
	assert_int_equal(tcb->cwnd, 20 * MSS);
	congestion_on_timeout(tcb);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	congestion_undo(tcb);
	assert_int_equal(tcb->cwnd, 20 * MSS);
	assert_int_equal(tcb->ssthresh, 16 * MSS);
	tcb->cwnd = MSS;
	congestion_undo(tcb);
	assert_int_equal(tcb->cwnd, MSS);
}

/* What was sent meanwhile is not taken back. */
static void
undo_never_makes_the_window_smaller(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	tcb->cwnd = 20 * MSS;
	bare_fly(tcb, 20 * MSS);
	congestion_reduce(tcb);
	tcb->cwnd = 23 * MSS; /* grown meanwhile */
	congestion_undo(tcb);
	assert_int_equal(tcb->cwnd, 23 * MSS);
	assert_true(tcb->ssthresh >= UINT32_C(1) << 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(established_begins_with_the_initial_window_and_no_threshold),
		cmocka_unit_test(slow_start_ack_grows_by_what_it_covers_up_to_two_segments),
		cmocka_unit_test(avoidance_window_acknowledged_grows_by_one_segment),
		cmocka_unit_test(avoidance_divided_acks_grow_no_faster_than_one),
		cmocka_unit_test(avoidance_stretched_acks_grow_no_slower),
		cmocka_unit_test(avoidance_begins_to_count_anew_after_a_loss),
		cmocka_unit_test(window_never_grows_beyond_what_can_be_announced),
		cmocka_unit_test(loss_halves_what_is_in_flight_not_cwnd),
		cmocka_unit_test(
				loss_at_the_end_of_a_burst_of_acks_halves_what_was_in_flight_before),
		cmocka_unit_test(loss_in_a_later_round_trip_halves_what_was_in_flight_in_it),
		cmocka_unit_test(loss_with_little_in_flight_keeps_two_segments),
		cmocka_unit_test(timeout_leaves_one_segment_and_half_the_flight_as_threshold),
		cmocka_unit_test(slow_start_limit_is_as_configured),
		cmocka_unit_test(slow_start_ends_less_than_two_segments_beyond_the_threshold),
		cmocka_unit_test(slow_start_after_a_timeout_adds_one_segment_for_an_ack),
		cmocka_unit_test(slow_start_window_used_by_half_or_less_does_not_grow),
		cmocka_unit_test(
				slow_start_window_used_in_this_round_trip_grows_with_each_of_its_acks),
		cmocka_unit_test(avoidance_window_with_room_for_a_segment_does_not_grow),
		cmocka_unit_test(pause_beyond_the_timeout_leaves_the_initial_window),
		cmocka_unit_test(pause_never_makes_the_window_larger),
		cmocka_unit_test(loss_that_was_none_is_undone_once),
		cmocka_unit_test(undo_never_makes_the_window_smaller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
