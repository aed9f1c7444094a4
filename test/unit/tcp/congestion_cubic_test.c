/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CUBIC against RFC 9438's formulas in floating point: C = 0.4, beta = 0.7, SMSS = 1000. K is worked
 * out by hand where the numbers are made for it.
 */
#include "bare.h"

#include "tcp/congestion/congestion.h"
#include "tcp/congestion/ecn.h"

enum { MSS = BARE_MSS, RTT_MS = 100 };

static struct bare bare;

/* As after a loss at w_max and a recovery that has left cwnd. */
static struct tcb *
in_avoidance(uint32_t w_max, uint32_t cwnd)
{
	struct tcb *tcb = bare_init(&bare);

	bare.tcp.config.congestion = ESTAB_CONGESTION_CUBIC;
	congestion_init(tcb);
	rto_init(&tcb->rtt, 1000000);
	rto_on_sample(&tcb->rtt, RTT_MS * 1000, 200000, 60000000);
	tcb->cwnd = w_max;
	bare_fly(tcb, w_max);
	congestion_reduce(tcb);
	tcb->cwnd = cwnd;
	tcb->ssthresh = cwnd;
	bare_fly(tcb, cwnd);
	return tcb;
}

/* So much later a whole window is acknowledged, and another is sent. */
static void
window_acked_after(struct tcb *tcb, uint64_t ms)
{
	const uint32_t acked = tcb->cwnd;

	tcp_set_now(&bare.tcp, bare.tcp.now_ns + ms * MS);
	tcb->snd_una += acked;
	congestion_on_ack(tcb, acked);
	bare_fly(tcb, tcb->cwnd);
}

/* W_cubic(t) in bytes, for a K in seconds (4.2 equation 1). */
static double
w_cubic(double t, double k, double w_max)
{
	return 0.4 * (t - k) * (t - k) * (t - k) * MSS + w_max;
}

static void
assert_near(uint32_t is, double should, double within)
{
	if (is < should - within || is > should + within)
		fail_msg("%u, not %.1f", is, should);
}

/*
 * W_max 200 segments, cwnd 150: K = cbrt(50 / 0.4) = cbrt(125) = 5 s. With a window acknowledged each
 * round trip, cwnd is W_cubic(t + RTT) (4.4: it grows by (target - cwnd) / cwnd for each segment).
 */
static void
avoidance_follows_the_cubic_below_the_plateau_and_above_it(void **state)
{
	struct tcb *tcb = in_avoidance(200 * MSS, 150 * MSS);
	double t = 0;

	(void)state;
	window_acked_after(tcb, 0);
	for (unsigned int i = 0; i < 80; i++) {
		assert_near(tcb->cwnd, w_cubic(t + 0.1, 5, 200 * MSS), 20);
		window_acked_after(tcb, RTT_MS);
		t += 0.1;
	}
	assert_true(tcb->cwnd > 210 * MSS); /* 0.4 * 3.1^3 = 11.9 */
}

/* "target = 1.5 * cwnd if W_cubic(t + RTT) > 1.5 * cwnd" */
static void
avoidance_grows_by_half_a_window_in_a_round_trip_at_most(void **state)
{
	struct tcb *tcb = in_avoidance(20 * MSS, 20 * MSS);
	uint32_t before;

	(void)state;
	window_acked_after(tcb, 0);
	before = tcb->cwnd;
	window_acked_after(tcb, 60000); /* 0.4 * 60^3 segments */
	assert_int_equal(tcb->cwnd, before + before / 2);
}

/* What a window is acknowledged with, in one ACK or in many, makes no difference. */
static void
avoidance_many_acks_grow_as_one(void **state)
{
	struct tcb *tcb = in_avoidance(200 * MSS, 150 * MSS);
	uint32_t many;

	(void)state;
	for (unsigned int i = 0; i < 150; i++)
		congestion_on_ack(tcb, MSS);
	many = tcb->cwnd;
	tcb = in_avoidance(200 * MSS, 150 * MSS);
	window_acked_after(tcb, 0);
	assert_near(many, tcb->cwnd, 0.4 * (tcb->cwnd - 150 * MSS)); /* less: the gap closes */
	assert_true(many < tcb->cwnd && many > 150 * MSS);
}

/*
 * 4.3: short round trips and small windows: Reno's estimate leads. From 7 segments W_est grows by
 * 9/17 segment for each window until it is 10 = cwnd_prior, then by a whole one.
 */
static void
avoidance_is_as_friendly_as_reno_where_the_cubic_is_slower(void **state)
{
	struct tcb *tcb = in_avoidance(10 * MSS, 7 * MSS);

	(void)state;
	for (unsigned int i = 0; i < 6; i++)
		window_acked_after(tcb, 1);
	assert_near(tcb->cwnd, 7 * MSS + 6 * 9.0 / 17 * MSS, MSS); /* 10.2 */
	for (unsigned int i = 0; i < 20; i++)
		window_acked_after(tcb, 1);
	assert_in_range(tcb->cwnd, 28 * MSS, 31 * MSS); /* one for each window from 10 on */
}

/* 4.6: "ssthresh = flight_size * beta_cubic", two segments at least. */
static void
loss_leaves_seven_tenths(void **state)
{
	static const struct {
		uint32_t cwnd, flight, ssthresh;
	} cases[] = { { 10000, 10000, 7000 }, { 100000, 100000, 70000 }, { 100000, 50000, 35000 },
		{ 3000, 3000, 2100 }, { 2000, 2000, 2000 },
		{ 10000, 14000, 7000 } }; /* more in flight than cwnd: of an earlier window */

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tcb *tcb = in_avoidance(10 * MSS, 10 * MSS);

		tcb->cwnd = cases[i].cwnd;
		bare_fly(tcb, cases[i].flight);
		congestion_reduce(tcb);
		assert_int_equal(tcb->ssthresh, cases[i].ssthresh);
		assert_int_equal(tcb->cwnd, cases[i].cwnd);
	}
}

/* 4.6 also knows of those who "use cwnd instead of flight_size": 10000, of which 5000 is in flight. */
static void
loss_leaves_seven_tenths_of_cwnd_where_that_is_asked_for(void **state)
{
	struct tcb *tcb = in_avoidance(10 * MSS, 10 * MSS);

	(void)state;
	bare.tcp.config.cubic_from_cwnd = true;
	bare_fly(tcb, 5 * MSS);
	congestion_reduce(tcb);
	assert_int_equal(tcb->ssthresh, 7 * MSS);
	congestion_on_timeout(tcb);
	assert_int_equal(tcb->ssthresh, 7 * MSS);
}

/* 4.7: "if cwnd < W_max ... W_max = cwnd * (1 + beta_cubic) / 2", so that others find room. */
static void
loss_below_the_last_plateau_lowers_the_next(void **state)
{
	struct tcb *tcb = in_avoidance(200 * MSS, 140 * MSS);

	(void)state;
	tcb->cwnd = 180 * MSS;
	congestion_reduce(tcb);
	assert_int_equal(tcb->congestion.cubic.epoch.w_max, 153 * MSS); /* 180 * 0.85 */
	assert_int_equal(tcb->congestion.cubic.epoch.cwnd_prior, 180 * MSS);
	tcb->cwnd = 160 * MSS; /* grown beyond that plateau: the next one is where it is */
	congestion_reduce(tcb);
	assert_int_equal(tcb->congestion.cubic.epoch.w_max, 160 * MSS);
}

/* 4.8: after a timeout "K is set to 0, and W_max is set to the congestion window size at the
 * beginning of the current congestion avoidance stage". */
static void
timeout_begins_in_the_middle_of_the_curve(void **state)
{
	struct tcb *tcb = in_avoidance(200 * MSS, 200 * MSS);

	(void)state;
	congestion_on_timeout(tcb);
	assert_int_equal(tcb->cwnd, MSS);
	assert_int_equal(tcb->ssthresh, 140 * MSS);
	tcb->cwnd = 140 * MSS; /* slow start has brought it back */
	bare_fly(tcb, 140 * MSS);
	window_acked_after(tcb, 0);
	window_acked_after(tcb, 2000);
	assert_near(tcb->cwnd, w_cubic(2.1, 0, 140 * MSS), 20);
}

/* 5.8: time in which the application sent less than it might have does not count. */
static void
pause_is_no_time_of_the_curve(void **state)
{
	struct tcb *tcb = in_avoidance(200 * MSS, 150 * MSS);

	(void)state;
	window_acked_after(tcb, 0);
	window_acked_after(tcb, 1000);
	bare_fly(tcb, MSS); /* little in flight, for 20 s */
	tcb->snd_una += MSS;
	tcb->work->flight.flight_max = MSS;
	tcp_set_now(&bare.tcp, bare.tcp.now_ns + 20 * SECOND);
	congestion_on_ack(tcb, MSS);
	bare_fly(tcb, tcb->cwnd);
	window_acked_after(tcb, 1000);
	assert_near(tcb->cwnd, w_cubic(2.1, 5, 200 * MSS), 20);
}

/* The same where nothing was in flight at all, for less than a timeout. */
static void
silence_is_no_time_of_the_curve(void **state)
{
	struct tcb *tcb = in_avoidance(200 * MSS, 150 * MSS);

	(void)state;
	window_acked_after(tcb, 0);
	window_acked_after(tcb, 1000);
	congestion_on_sent(tcb);
	tcp_set_now(&bare.tcp, bare.tcp.now_ns + 150 * MS);
	congestion_resume(tcb);
	window_acked_after(tcb, 1000);
	assert_near(tcb->cwnd, w_cubic(2.1, 5, 200 * MSS), 20);
}

/* 4.9: what a spurious loss has changed is as before it. */
static void
loss_that_was_none_leaves_the_curve_as_it_was(void **state)
{
	struct tcb *tcb = in_avoidance(200 * MSS, 150 * MSS);
	uint32_t before;

	(void)state;
	window_acked_after(tcb, 0);
	window_acked_after(tcb, 1000);
	before = tcb->cwnd;
	congestion_on_timeout(tcb);
	congestion_undo(tcb);
	assert_int_equal(tcb->cwnd, before);
	window_acked_after(tcb, 1000);
	assert_near(tcb->cwnd, w_cubic(2.1, 5, 200 * MSS), 20);
}

/* A mark has reduced the window, and of the same window of data something seems to be lost. */
static struct tcb *
lost_while_a_mark_holds(struct cubic_epoch *marked)
{
	struct tcb *tcb = in_avoidance(200 * MSS, 150 * MSS);

	window_acked_after(tcb, 0);
	window_acked_after(tcb, 1000);
	bare_fly(tcb, tcb->cwnd);
	congestion_on_ecn(tcb);
	tcb->ecn |= ECN_HOLD;
	*marked = tcb->congestion.cubic.epoch;
	assert_int_not_equal(marked->w_max, 200 * MSS);
	congestion_reduce(tcb);
	return tcb;
}

/*
 * RFC 3168 6.1.2: such a loss reduces nothing any more, so that to undo it (4.9) leaves the curve as
 * the mark had it.
 */
static void
loss_that_was_none_while_a_mark_holds_brings_no_older_curve_back(void **state)
{
	struct cubic_epoch marked;
	struct tcb *tcb = lost_while_a_mark_holds(&marked);

	(void)state;
	congestion_undo(tcb);
	assert_memory_equal(&tcb->congestion.cubic.epoch, &marked, sizeof(marked));
}

/* A timeout after it is one that reduces, and one that can be undone. */
static void
timeout_that_was_none_while_a_mark_holds_leaves_the_curve_of_the_mark(void **state)
{
	struct cubic_epoch marked;
	struct tcb *tcb = lost_while_a_mark_holds(&marked);

	(void)state;
	congestion_on_timeout(tcb);
	assert_int_equal(tcb->congestion.cubic.epoch.w_max, 0);
	congestion_undo(tcb);
	assert_memory_equal(&tcb->congestion.cubic.epoch, &marked, sizeof(marked));
}

/* No number overflows: the largest window, the smallest segment, an hour. */
static void
avoidance_of_the_largest_window_does_not_wrap(void **state)
{
	struct tcb *tcb = in_avoidance(UINT32_C(1) << 30, UINT32_C(1) << 20);

	(void)state;
	tcb->snd_mss = 36;
	for (unsigned int i = 0; i < 100; i++) {
		const uint32_t before = tcb->cwnd;

		window_acked_after(tcb, 36000);
		assert_in_range(tcb->cwnd, before, UINT32_C(1) << 30);
	}
	assert_int_equal(tcb->cwnd, UINT32_C(1) << 30);
}

/* The cube of a quarter of an hour times the largest segment is more than 64 bits hold. */
static void
avoidance_far_beyond_the_plateau_does_not_wrap(void **state)
{
	struct tcb *tcb = in_avoidance(UINT32_C(1) << 29, UINT32_C(1) << 29);
	uint32_t before;

	(void)state;
	tcb->snd_mss = 65495;
	window_acked_after(tcb, 0);
	before = tcb->cwnd;
	window_acked_after(tcb, 889646 - RTT_MS);         /* in a round trip, 2^64 and a little */
	assert_int_equal(tcb->cwnd, before + before / 2); /* half as much again, 4.2's limit */
}

/*
 * RFC 9406 4.3: "L = infinity if paced, L = 8 if non-paced", while HyStart++ watches; RFC 3465 2.3's 2
 * once there is a threshold, and what the user asks for in both.
 */
static void
slow_start_ack_of_many_segments_grows_by_eight_of_them_at_first(void **state)
{
	static const struct {
		uint32_t ssthresh;
		uint8_t asked;
		uint32_t growth;
	} cases[] = { { CWND_MAX, 0, 8 * MSS }, { 100 * MSS, 0, 2 * MSS }, { CWND_MAX, 3, 3 * MSS },
		{ 100 * MSS, 3, 3 * MSS } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tcb *tcb = bare_init(&bare);

		bare.tcp.config.congestion = ESTAB_CONGESTION_CUBIC;
		bare.tcp.config.abc_limit = cases[i].asked;
		congestion_init(tcb);
		tcb->ssthresh = cases[i].ssthresh;
		tcb->cwnd = 20 * MSS;
		bare_fly(tcb, 20 * MSS);
		tcb->snd_una += 10 * MSS;
		congestion_on_ack(tcb, 10 * MSS);
		assert_int_equal(tcb->cwnd, 20 * MSS + cases[i].growth);
	}
}

/* RFC 9406: without a threshold yet, and with the round trip ever longer, slow start ends by itself. */
static void
slow_start_ends_where_the_round_trip_grows(void **state)
{
	static const struct round_trip shorter = { 50000, 50000 }, longer = { 70000, 70000 };
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	bare.tcp.config.congestion = ESTAB_CONGESTION_CUBIC;
	congestion_init(tcb);
	bare_fly(tcb, 16 * MSS);
	for (unsigned int i = 0; i < 8 * 16 && tcb->ssthresh > tcb->cwnd; i++) {
		const struct round_trip *sample = i < 32 ? &shorter : &longer;

		tcb->snd_una += MSS;
		congestion_on_round_trip(tcb, sample);
		congestion_on_ack(tcb, MSS);
		bare_fly(tcb, 16 * MSS);
	}
	assert_int_equal(tcb->ssthresh, tcb->cwnd);
	assert_true(tcb->cwnd > 10 * MSS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(avoidance_follows_the_cubic_below_the_plateau_and_above_it),
		cmocka_unit_test(avoidance_grows_by_half_a_window_in_a_round_trip_at_most),
		cmocka_unit_test(avoidance_many_acks_grow_as_one),
		cmocka_unit_test(avoidance_is_as_friendly_as_reno_where_the_cubic_is_slower),
		cmocka_unit_test(loss_leaves_seven_tenths),
		cmocka_unit_test(loss_leaves_seven_tenths_of_cwnd_where_that_is_asked_for),
		cmocka_unit_test(loss_below_the_last_plateau_lowers_the_next),
		cmocka_unit_test(timeout_begins_in_the_middle_of_the_curve),
		cmocka_unit_test(pause_is_no_time_of_the_curve),
		cmocka_unit_test(silence_is_no_time_of_the_curve),
		cmocka_unit_test(loss_that_was_none_leaves_the_curve_as_it_was),
		cmocka_unit_test(loss_that_was_none_while_a_mark_holds_brings_no_older_curve_back),
		cmocka_unit_test(
				timeout_that_was_none_while_a_mark_holds_leaves_the_curve_of_the_mark),
		cmocka_unit_test(avoidance_of_the_largest_window_does_not_wrap),
		cmocka_unit_test(avoidance_far_beyond_the_plateau_does_not_wrap),
		cmocka_unit_test(slow_start_ack_of_many_segments_grows_by_eight_of_them_at_first),
		cmocka_unit_test(slow_start_ends_where_the_round_trip_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
