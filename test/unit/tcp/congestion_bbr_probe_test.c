/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BBR: the ProbeBW cycle, what losses while probing do to the long-term bound, and ProbeRTT
 * (draft-ietf-ccwg-bbr, "ProbeBW", "ProbeRTT" and the test cases of its appendix).
 */
#include "bbr.h"

/* The summary of control behaviour: pacing gain of each state, less the margin of 1 % */
static void
assert_pace(unsigned int percent)
{
	assert_int_equal(bbr.pacing.rate, (uint64_t)PATH_RATE * percent * 99 / 10000);
}

static void
cycle_goes_down_cruises_refills_and_goes_up(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bare_fly(tcb, 2 * BDP);
	for (unsigned int i = 0; i < 8; i++)
		bbr_round(tcb, PATH_RATE);
	assert_int_equal(bbr.state, BBR_PROBE_BW_DOWN);
	assert_pace(90);
	bare_fly(tcb, BDP + MSS);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_DOWN); /* the queue has not drained yet */
	bare_fly(tcb, BDP);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_CRUISE);
	assert_pace(100);
	assert_in_range(bbr.probe_wait_ns, 2 * SECOND, 3 * SECOND + 100 * MS);
	bbr_pass(bbr.probe_wait_ns);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_CRUISE);
	bbr_pass(1);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_REFILL);
	assert_pace(100);
	bbr_round(tcb, PATH_RATE);
	assert_int_equal(bbr.state, BBR_PROBE_BW_UP);
	assert_true(bbr.is_bw_probe_sample);
	assert_pace(125);
	bbr_round(tcb, PATH_RATE);
	bbr_round(tcb, PATH_RATE);
	assert_int_equal(bbr.state, BBR_PROBE_BW_UP);
	bbr_round(tcb, PATH_RATE); /* three round trips of no growth */
	assert_int_equal(bbr.state, BBR_PROBE_BW_DOWN);
}

/* "IsRenoCoexistenceProbeTime: rounds = min(TargetInflight() in packets, 63)" */
static void
probe_comes_after_as_many_rounds_as_reno_takes(void **state)
{
	struct tcb *tcb = bbr_cruising();
	unsigned int rounds = bbr.rounds_since_probe_up;

	(void)state;
	for (; rounds < 62; rounds++) {
		bbr_pass(MS);
		bbr_ack(tcb, PATH_RATE, MSS, true);
		assert_int_equal(bbr.state, BBR_PROBE_BW_CRUISE);
	}
	bbr_ack(tcb, PATH_RATE, MSS, true);
	assert_int_equal(bbr.state, BBR_PROBE_BW_REFILL);
}

/* "ResetShortTermModel": what CRUISE had learnt of others' traffic is forgotten. */
static void
refill_forgets_the_short_term_model(void **state)
{
	struct tcb *tcb = bbr_cruising();

	(void)state;
	bbr_note_loss(tcb);
	bbr_round(tcb, PATH_RATE / 2);
	assert_int_not_equal(bbr.inflight_shortterm, BBR_NONE);
	bbr_pass(3 * SECOND + 200 * MS);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_REFILL);
	assert_int_equal(bbr.inflight_shortterm, BBR_NONE);
	assert_int_equal(bbr.bw_shortterm, BBR_RATE_NONE);
}

/* Up, with 150 segments in flight in sendings of ten; the range [left, right) of segments is lost. */
static struct tcb *
up_with_a_flight(void)
{
	struct tcb *tcb = bbr_probing_up();
	const uint32_t una = tcb->snd_una;

	bbr.rate.count = 0;
	for (uint32_t i = 0; i < 15; i++)
		delivery_rate_on_sent(&bbr.rate, una + i * 10 * MSS, una + (i + 1) * 10 * MSS,
				false, (i + 1) * 10 * MSS, tcp_now_us(&bare.tcp) + i * 1000, 0);
	bare_fly(tcb, 150 * MSS);
	return tcb;
}

static void
lose(struct tcb *tcb, uint32_t left, uint32_t right)
{
	congestion_model(tcb)->on_lost(tcb, tcb->snd_una + left * MSS, tcb->snd_una + right * MSS,
			false);
}

/* "lost_prefix = (LossThresh * inflight_prev - lost_prev) / (1 - LossThresh)" */
static void
too_many_losses_while_going_up_set_the_long_term_bound(void **state)
{
	struct tcb *tcb = up_with_a_flight();

	(void)state;
	lose(tcb, 140, 142); /* 2 of 150: below 2 % */
	assert_int_equal(bbr.state, BBR_PROBE_BW_UP);
	assert_int_equal(bbr.rate.lost, 2 * MSS);
	lose(tcb, 142, 144); /* 4 of 150 */
	assert_int_equal(bbr.state, BBR_PROBE_BW_DOWN);
	/* Before that sending 140 were in flight, 2.8 might be lost, 2 were: 0.8 / 0.98 more. */
	assert_int_equal(bbr.inflight_longterm, 140 * MSS + 800 * 100 / 98);
	assert_true(bbr.prev_probe_too_high);
	assert_int_equal(bbr.undo_state, BBR_PROBE_BW_UP);
	lose(tcb, 144, 150); /* once for each probe */
	assert_int_equal(bbr.inflight_longterm, 140 * MSS + 800 * 100 / 98);
}

/* "max(RS.tx_in_flight, TargetInflight() * Beta)" */
static void
long_term_bound_falls_by_no_more_than_beta(void **state)
{
	struct tcb *tcb = up_with_a_flight();

	(void)state;
	lose(tcb, 0, 10); /* with ten in flight: all of them */
	assert_int_equal(bbr.state, BBR_PROBE_BW_DOWN);
	assert_int_equal(bbr.inflight_longterm, 70 * MSS);
}

/* "restore ... values saved before the loss episode": before the first of its losses, not the second */
static void
needless_recovery_while_going_up_probes_again(void **state)
{
	struct tcb *tcb = up_with_a_flight();

	(void)state;
	lose(tcb, 140, 145);
	assert_int_not_equal(bbr.inflight_longterm, BBR_NONE);
	lose(tcb, 145, 147);
	congestion_reduce(tcb);
	congestion_undo(tcb);
	assert_int_equal(bbr.inflight_longterm, BBR_NONE);
	assert_int_equal(bbr.state, BBR_PROBE_BW_REFILL);
}

static void
losses_of_what_left_before_the_probe_do_not_end_it(void **state)
{
	struct tcb *tcb = bbr_cruising();

	(void)state;
	bare_fly(tcb, 150 * MSS);
	lose(tcb, 0, 50);
	assert_int_equal(bbr.inflight_longterm, BBR_NONE);
	assert_int_equal(bbr.rate.lost, 50 * MSS); /* their sending is not known, their number is */
	assert_true(bbr.is_loss_in_round);
}

/* Cruise with a bound keeps "headroom ... 0.15 * inflight_longterm" free; DOWN waits for it. */
static void
bound_leaves_headroom(void **state)
{
	struct tcb *tcb = bbr_cruising();

	(void)state;
	bbr.inflight_longterm = 100 * MSS;
	tcb->cwnd = 2 * BDP;
	bare_fly(tcb, 60 * MSS);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(tcb->cwnd, 85 * MSS);
	bbr_start_probe_bw_down(tcb);
	bare_fly(tcb, 86 * MSS);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_DOWN);
	assert_in_range(tcb->cwnd, 86 * MSS, 100 * MSS);
	bare_fly(tcb, 85 * MSS);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_CRUISE);
}

/* "in each successive round trip, inflight_longterm grows ... by 1, 2, 4, 8, 16" segments */
static void
bound_that_limits_grows_ever_faster(void **state)
{
	struct tcb *tcb = bbr_probing_up();

	(void)state;
	bare_fly(tcb, BDP);
	bbr.limited_delivered = UINT64_MAX; /* C.is_cwnd_limited */
	for (unsigned int i = 1; i <= 5; i++) {
		bbr.inflight_longterm = tcb->cwnd = 128 * MSS;
		bbr_ack(tcb, PATH_RATE, 0, true);
		assert_int_equal(bbr.probe_up_acked_per_inc, 128 * MSS >> i);
		bbr.inflight_longterm = tcb->cwnd = 128 * MSS;
		bbr.bw_probe_up_acked = 0;
		bbr_ack(tcb, PATH_RATE, 128 * MSS, false); /* a round trip's worth */
		assert_int_equal(bbr.inflight_longterm, 128 * MSS + (MSS << i));
		assert_int_equal(bbr.state, BBR_PROBE_BW_UP); /* the bound limits, not the path */
	}
	bbr.limited_delivered = 0;
	bbr.inflight_longterm = tcb->cwnd = 128 * MSS;
	bbr_ack(tcb, PATH_RATE, 128 * MSS, false); /* it does not limit */
	assert_int_equal(bbr.inflight_longterm, 128 * MSS);
}

/* "precautionary": after a probe that went too high the next stops at the bound, and another follows */
static void
probe_after_one_that_went_too_high_stops_at_the_bound(void **state)
{
	struct tcb *tcb = up_with_a_flight();

	(void)state;
	lose(tcb, 140, 145);
	assert_int_equal(bbr.state, BBR_PROBE_BW_DOWN);
	bare_fly(tcb, 50 * MSS);
	bbr_round(tcb, PATH_RATE);
	bbr.probe_rtt_min_ns = bare.tcp.now_ns; /* ProbeRTT is not what this is about */
	bbr_pass(4 * SECOND);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_REFILL);
	bbr_round(tcb, PATH_RATE);
	assert_int_equal(bbr.state, BBR_PROBE_BW_UP);
	bare_fly(tcb, bbr.inflight_longterm);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_DOWN);
	assert_true(bbr.prev_probe_precautionary);
	bbr_round(tcb, PATH_RATE); /* and no loss was found: at once again */
	assert_int_equal(bbr.state, BBR_PROBE_BW_REFILL);
}

/* "MinRTTFilterLen = 10 secs": a longer round trip is believed only then. */
static void
least_round_trip_is_kept_for_ten_seconds(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.min_rtt_us, RTT_US);
	bbr.sample.rtt_us = RTT_US / 2;
	bbr_update_min_rtt(tcb);
	assert_int_equal(bbr.min_rtt_us, RTT_US / 2);
	bbr_pass(BBR_MIN_RTT_FILTER_NS);
	bbr.sample.rtt_us = RTT_US;
	bbr_update_min_rtt(tcb); /* the younger of the two filters has expired, this one not yet */
	assert_int_equal(bbr.min_rtt_us, RTT_US / 2);
	assert_int_equal(bbr.probe_rtt_min_us, RTT_US);
	bbr_pass(1);
	bbr_update_min_rtt(tcb);
	assert_int_equal(bbr.min_rtt_us, RTT_US);
}

/* Five seconds without a lower round trip: half of the product for 200 ms and a round trip. */
static void
probe_rtt_halves_the_flight_for_a_while(void **state)
{
	struct tcb *tcb = bbr_cruising();
	const uint32_t cwnd = tcb->cwnd;

	(void)state;
	bbr.probe_rtt_min_ns = bare.tcp.now_ns;
	bbr.sample.rtt_us = RTT_US;
	bbr_pass(BBR_PROBE_RTT_INTERVAL_NS + 1);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_RTT);
	assert_int_equal(tcb->cwnd, BDP / 2);
	assert_int_equal(bbr.probe_rtt_done_ns, 0); /* not before the flight is that small */
	assert_pace(100);
	bare_fly(tcb, BDP / 2);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_not_equal(bbr.probe_rtt_done_ns, 0);
	assert_int_not_equal(bbr.rate.app_limited, 0); /* its low rates are not the path's */
	bbr_pass(BBR_PROBE_RTT_DURATION_NS + 1);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_RTT); /* nor before a round trip */
	bbr_ack(tcb, PATH_RATE, MSS, true);
	assert_int_equal(bbr.state, BBR_PROBE_BW_CRUISE);
	assert_true(tcb->cwnd >= cwnd);
}

/* "transitions ... to Startup": where the pipe has never been full */
static void
probe_rtt_during_startup_returns_there(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bbr_round(tcb, PATH_RATE);
	bbr_pass(BBR_PROBE_RTT_INTERVAL_NS + 1);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_RTT);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	bbr_pass(BBR_PROBE_RTT_DURATION_NS + 1);
	bbr_ack(tcb, PATH_RATE, MSS, true);
	assert_int_equal(bbr.state, BBR_STARTUP);
}

/* "the idleness is deemed a sufficient attempt to ... drain the queue" */
static void
idleness_takes_the_place_of_probe_rtt(void **state)
{
	struct tcb *tcb = bbr_cruising();

	(void)state;
	bare_fly(tcb, 0);
	congestion_model(tcb)->on_output(tcb, 0);
	assert_int_not_equal(bbr.rate.app_limited, 0);
	bbr.pacing.rate = 1;
	bbr_pass(6 * SECOND);
	congestion_resume(tcb);
	assert_true(bbr.idle_restart);
	assert_pace(100); /* "paces packets at exactly BBR.bw" */
	bare_fly(tcb, 10 * MSS);
	bbr.sample.delivered = MSS;
	bbr.sample.newly_acked = MSS;
	bbr.round_start = false;
	bbr_update_min_rtt(tcb);
	bbr_check_probe_rtt(tcb);
	assert_int_equal(bbr.state, BBR_PROBE_BW_CRUISE);
	assert_false(bbr.idle_restart);
}

/* CheckIfApplicationLimited: nothing unsent, room in cwnd, and nothing lost waits */
static void
application_limits_where_nothing_waits_and_there_is_room(void **state)
{
	struct tcb *tcb = bbr_cruising();

	(void)state;
	bbr.rate.app_limited = 0;
	bbr.limited_delivered = 0;
	tcb->cwnd = BDP;
	congestion_model(tcb)->on_output(tcb, 0); /* no room */
	assert_int_equal(bbr.rate.app_limited, 0);
	assert_true(bbr_is_cwnd_limited(&bbr));
	tcb->cwnd = BDP + 2 * MSS;
	congestion_model(tcb)->on_output(tcb, 1); /* something waits: its turn has not come */
	assert_int_equal(bbr.rate.app_limited, 0);
	congestion_model(tcb)->on_output(tcb, 0);
	assert_int_equal(bbr.rate.app_limited, bbr.rate.delivered + BDP);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cycle_goes_down_cruises_refills_and_goes_up),
		cmocka_unit_test(probe_comes_after_as_many_rounds_as_reno_takes),
		cmocka_unit_test(refill_forgets_the_short_term_model),
		cmocka_unit_test(too_many_losses_while_going_up_set_the_long_term_bound),
		cmocka_unit_test(long_term_bound_falls_by_no_more_than_beta),
		cmocka_unit_test(needless_recovery_while_going_up_probes_again),
		cmocka_unit_test(losses_of_what_left_before_the_probe_do_not_end_it),
		cmocka_unit_test(bound_leaves_headroom),
		cmocka_unit_test(bound_that_limits_grows_ever_faster),
		cmocka_unit_test(probe_after_one_that_went_too_high_stops_at_the_bound),
		cmocka_unit_test(least_round_trip_is_kept_for_ten_seconds),
		cmocka_unit_test(probe_rtt_halves_the_flight_for_a_while),
		cmocka_unit_test(probe_rtt_during_startup_returns_there),
		cmocka_unit_test(idleness_takes_the_place_of_probe_rtt),
		cmocka_unit_test(application_limits_where_nothing_waits_and_there_is_room),
	};

	return cmocka_run_group_tests_name("tcp_congestion_bbr_probe", tests, NULL, NULL);
}
