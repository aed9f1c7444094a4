/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 6298 by its formulas: single steps worked out by hand, long runs against the same formulas in
 * floating point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <rte_common.h>

#include "tcp/recovery/rto.h"

enum { INITIAL = 1000000, MIN = 1, MAX = 120000000 };

/* 2.1: "Until a round-trip time (RTT) measurement has been made ... SHOULD set RTO <- 1 second" */
static void
before_a_sample_rto_is_the_initial_one(void **state)
{
	struct rtt_estimator e = { 7, 7, 7 };

	(void)state;
	rto_init(&e, INITIAL);
	assert_int_equal(e.rto_us, INITIAL);
	assert_false(rto_has_sample(&e));
}

/* 2.2: "SRTT <- R, RTTVAR <- R/2, RTO <- SRTT + max (G, K*RTTVAR)": 200 + 4 * 100 ms */
static void
first_sample_gives_three_times_itself(void **state)
{
	struct rtt_estimator e;

	(void)state;
	rto_init(&e, INITIAL);
	rto_on_sample(&e, 200000, MIN, MAX);
	assert_true(rto_has_sample(&e));
	assert_int_equal(rto_srtt_us(&e), 200000);
	assert_int_equal(rto_rttvar_us(&e), 100000);
	assert_int_equal(e.rto_us, 600000);
}

/*
 * 2.3: "RTTVAR <- (1 - beta) * RTTVAR + beta * |SRTT - R'|, SRTT <- (1 - alpha) * SRTT + alpha * R'"
 *   200, 100 ms   RTTVAR 3/4 * 100 + 1/4 * 100 = 100     SRTT 7/8 * 200 + 1/8 * 100 = 187.5
 *   then 347.5    RTTVAR 3/4 * 100 + 1/4 * 160 = 115     SRTT 7/8 * 187.5 + 1/8 * 347.5 = 207.5
 */
static void
later_samples_move_rttvar_by_a_quarter_and_srtt_by_an_eighth(void **state)
{
	struct rtt_estimator e;

	(void)state;
	rto_init(&e, INITIAL);
	rto_on_sample(&e, 200000, MIN, MAX);
	rto_on_sample(&e, 100000, MIN, MAX);
	assert_int_equal(rto_srtt_us(&e), 187500);
	assert_int_equal(rto_rttvar_us(&e), 100000);
	assert_int_equal(e.rto_us, 187500 + 400000);
	rto_on_sample(&e, 347500, MIN, MAX);
	assert_int_equal(rto_srtt_us(&e), 207500);
	assert_int_equal(rto_rttvar_us(&e), 115000);
	assert_int_equal(e.rto_us, 207500 + 460000);
}

/* "max (G, K*RTTVAR)": with no variance left, the clock's granularity remains. */
static void
steady_samples_leave_srtt_plus_granularity(void **state)
{
	struct rtt_estimator e;

	(void)state;
	rto_init(&e, INITIAL);
	for (unsigned int i = 0; i < 100; i++)
		rto_on_sample(&e, 50000, MIN, MAX);
	assert_int_equal(rto_srtt_us(&e), 50000);
	assert_int_equal(e.rto_us, 50000 + RTO_GRANULARITY_US);
}

static void
rto_stays_within_the_limits(void **state)
{
	struct rtt_estimator e;

	(void)state;
	rto_init(&e, INITIAL);
	rto_on_sample(&e, 1000, 200000, MAX); /* 3 ms by the formula */
	assert_int_equal(e.rto_us, 200000);
	rto_init(&e, INITIAL);
	rto_on_sample(&e, 50000000, 200000, MAX); /* 150 s by the formula */
	assert_int_equal(e.rto_us, MAX);
}

/* 5.5: "The host MUST set RTO <- RTO * 2 ("back off the timer")" */
static void
expiry_doubles_rto_up_to_the_limit(void **state)
{
	static const uint32_t seconds[] = { 2, 4, 8, 16, 32, 64, 120, 120 };
	struct rtt_estimator e;

	(void)state;
	rto_init(&e, INITIAL);
	for (unsigned int i = 0; i < RTE_DIM(seconds); i++) {
		rto_back_off(&e, MAX);
		assert_int_equal(e.rto_us, seconds[i] * 1000000);
	}
	rto_init(&e, 0xc0000000);
	rto_back_off(&e, UINT32_MAX);
	assert_int_equal(e.rto_us, UINT32_MAX);
}

static void
back_off_ends_with_a_sample(void **state)
{
	struct rtt_estimator e;

	(void)state;
	rto_init(&e, INITIAL);
	rto_on_sample(&e, 200000, MIN, MAX);
	rto_back_off(&e, MAX);
	rto_back_off(&e, MAX);
	assert_int_equal(e.rto_us, 2400000);
	rto_on_sample(&e, 100000, MIN, MAX);
	assert_int_equal(e.rto_us, 587500);
}

static void
sample_of_zero_is_a_sample_and_stays_one(void **state)
{
	struct rtt_estimator e;

	(void)state;
	rto_init(&e, INITIAL);
	for (unsigned int i = 0; i < 1000; i++) {
		rto_on_sample(&e, 0, MIN, MAX);
		assert_true(rto_has_sample(&e));
		assert_int_equal(e.rto_us, 1 + RTO_GRANULARITY_US);
	}
	rto_on_sample(&e, 8000, MIN, MAX);
	for (unsigned int i = 0; i < 1000; i++)
		rto_on_sample(&e, 0, MIN, MAX);
	assert_true(rto_has_sample(&e));
	assert_in_range(rto_srtt_us(&e), 1, 2);
}

/* R = 2^28 counts: 3 * 2^28. The widest swing: RTTVAR <= R, so RTO <= R + 4 * R, below 2^31. */
static void
longest_samples_do_not_overflow(void **state)
{
	struct rtt_estimator e;

	(void)state;
	rto_init(&e, INITIAL);
	rto_on_sample(&e, UINT32_C(1) << 31, MIN, UINT32_MAX);
	assert_int_equal(rto_srtt_us(&e), RTO_SAMPLE_MAX_US);
	assert_int_equal(e.rto_us, 3 * (uint32_t)RTO_SAMPLE_MAX_US);
	for (unsigned int i = 0; i < 10000; i++) {
		rto_on_sample(&e, i % 16 < 8 ? 0 : UINT32_C(1) << 31, MIN, UINT32_MAX);
		assert_in_range(rto_srtt_us(&e), 1, RTO_SAMPLE_MAX_US);
		assert_in_range(rto_rttvar_us(&e), 1, RTO_SAMPLE_MAX_US);
		assert_in_range(e.rto_us, RTO_GRANULARITY_US, 5 * (uint32_t)RTO_SAMPLE_MAX_US);
	}
}

static double
magnitude(double x)
{
	return x < 0 ? -x : x;
}

/*
 * Rounding down costs SRTT less than 1 us, and RTTVAR less than 1 us for the quarter and another for
 * the SRTT in the deviation: below 2 + 1 us, four times in RTO.
 */
static void
long_runs_follow_the_formulas_within_rounding(void **state)
{
	unsigned short seed[3] = { 6, 2, 98 };

	(void)state;
	for (unsigned int run = 0; run < 100; run++) {
		const uint32_t span = UINT32_C(1) << (4 + run % 24);
		struct rtt_estimator e;
		double srtt = 0, rttvar = 0;

		rto_init(&e, INITIAL);
		for (unsigned int i = 0; i < 1000; i++) {
			const uint32_t rtt = 1 + (uint32_t)nrand48(seed) % span;

			if (i == 0) {
				srtt = rtt;
				rttvar = rtt / 2.0;
			} else {
				rttvar = 0.75 * rttvar + 0.25 * magnitude(srtt - rtt);
				srtt = 0.875 * srtt + 0.125 * rtt;
			}
			rto_on_sample(&e, rtt, MIN, UINT32_MAX);
			assert_true(magnitude(e.srtt_us8 / 8.0 - srtt) < 1.0);
			assert_true(magnitude(e.rttvar_us4 / 4.0 - rttvar) < 3.0);
			assert_true(magnitude(e.rto_us - (srtt + RTE_MAX(100.0, 4 * rttvar))) <
					1 + 12 + 1);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(before_a_sample_rto_is_the_initial_one),
		cmocka_unit_test(first_sample_gives_three_times_itself),
		cmocka_unit_test(later_samples_move_rttvar_by_a_quarter_and_srtt_by_an_eighth),
		cmocka_unit_test(steady_samples_leave_srtt_plus_granularity),
		cmocka_unit_test(rto_stays_within_the_limits),
		cmocka_unit_test(expiry_doubles_rto_up_to_the_limit),
		cmocka_unit_test(back_off_ends_with_a_sample),
		cmocka_unit_test(sample_of_zero_is_a_sample_and_stays_one),
		cmocka_unit_test(longest_samples_do_not_overflow),
		cmocka_unit_test(long_runs_follow_the_formulas_within_rounding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
