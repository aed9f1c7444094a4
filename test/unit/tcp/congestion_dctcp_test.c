/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DCTCP (RFC 8257 3.3): the estimate of how much is marked, and what is made of it. SMSS is 1000.
 */
#include "bare.h"

#include "tcp/congestion/congestion.h"

enum { MSS = BARE_MSS };

static struct bare bare;

static struct tcb *
established(void)
{
	struct tcb *tcb = bare_init(&bare);

	bare.tcp.config.congestion = ESTAB_CONGESTION_DCTCP;
	congestion_init(tcb);
	return tcb;
}

/* A window of a hundred segments is acknowledged, so many of them with ECE. */
static void
window_with_marks(struct tcb *tcb, unsigned int marked)
{
	bare_fly(tcb, 100 * MSS);
	tcb->congestion.dctcp.window_end = tcb->snd_nxt - 1;
	for (unsigned int i = 0; i < 100; i++) {
		congestion_on_echo(tcb, MSS, i < marked);
		tcb->snd_una += MSS;
	}
}

static void
assert_alpha(const struct tcb *tcb, double should)
{
	const double is = (double)tcb->congestion.dctcp.alpha / DCTCP_ONE;

	if (is < should - 0.001 || is > should + 0.001)
		fail_msg("%f, not %f", is, should);
}

/* "alpha = alpha * (1 - g) + g * M", g = 1/16, from 1 on. */
static void
estimate_moves_by_a_sixteenth_of_the_difference_each_window(void **state)
{
	struct tcb *tcb = established();
	double alpha = 1;

	(void)state;
	assert_alpha(tcb, alpha);
	for (unsigned int i = 0; i < 40; i++) {
		const unsigned int marked = i * 37 % 100;

		window_with_marks(tcb, marked);
		alpha = alpha * 15 / 16 + marked / 100.0 / 16;
		assert_alpha(tcb, alpha);
	}
}

/* Rounding must not keep it from 0, where a mark costs nothing, nor from 1. */
static void
estimate_reaches_none_and_all(void **state)
{
	struct tcb *tcb = established();

	(void)state;
	for (unsigned int i = 0; i < 300; i++)
		window_with_marks(tcb, 0);
	assert_int_equal(tcb->congestion.dctcp.alpha, 0);
	for (unsigned int i = 0; i < 300; i++)
		window_with_marks(tcb, 100);
	assert_int_equal(tcb->congestion.dctcp.alpha, DCTCP_ONE);
}

/* One estimate for a window of data: before its end nothing changes. */
static void
estimate_waits_for_the_end_of_the_window(void **state)
{
	struct tcb *tcb = established();

	(void)state;
	bare_fly(tcb, 10 * MSS);
	tcb->congestion.dctcp.window_end = tcb->snd_nxt;
	congestion_on_echo(tcb, 10 * MSS, false);
	assert_int_equal(tcb->congestion.dctcp.alpha, DCTCP_ONE);
	tcb->snd_una = tcb->snd_nxt;
	bare_fly(tcb, MSS);
	congestion_on_echo(tcb, MSS, false);
	assert_alpha(tcb, 15.0 / 16);
}

/* "cwnd = cwnd * (1 - DCTCP.Alpha / 2)" */
static void
mark_reduces_by_half_of_the_estimate(void **state)
{
	static const struct {
		uint32_t alpha, cwnd, after, ssthresh;
	} cases[] = { { DCTCP_ONE, 100000, 50000, 50000 }, { DCTCP_ONE / 2, 100000, 75000, 75000 },
		{ DCTCP_ONE / 16, 100000, 96875, 96875 }, { 0, 100000, 100000, 100000 },
		{ DCTCP_ONE, 3000, 1500, 2000 },   /* of ssthresh two segments at least */
		{ DCTCP_ONE, 1500, 1000, 2000 } }; /* of cwnd one (RFC 3168 6.1.2) */

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tcb *tcb = established();

		tcb->cwnd = cases[i].cwnd;
		tcb->congestion.dctcp.alpha = cases[i].alpha;
		bare_fly(tcb, cases[i].cwnd);
		congestion_on_ecn(tcb);
		assert_int_equal(tcb->cwnd, cases[i].after);
		assert_int_equal(tcb->ssthresh, cases[i].ssthresh);
	}
}

/* 3.5: loss is answered as by "conventional TCP", however little is marked. */
static void
loss_halves_the_window(void **state)
{
	struct tcb *tcb = established();

	(void)state;
	tcb->congestion.dctcp.alpha = 0;
	tcb->cwnd = 20 * MSS;
	bare_fly(tcb, 20 * MSS);
	congestion_reduce(tcb);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
	tcb->ssthresh = CWND_MAX;
	congestion_on_timeout(tcb);
	assert_int_equal(tcb->ssthresh, 10 * MSS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(estimate_moves_by_a_sixteenth_of_the_difference_each_window),
		cmocka_unit_test(estimate_reaches_none_and_all),
		cmocka_unit_test(estimate_waits_for_the_end_of_the_window),
		cmocka_unit_test(mark_reduces_by_half_of_the_estimate),
		cmocka_unit_test(loss_halves_the_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
