/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BBR: Startup and Drain, the model of the path, pacing rate and cwnd, by the draft's arithmetic
 * (draft-ietf-ccwg-bbr). The ProbeBW cycle and ProbeRTT: congestion_bbr_probe_test.c.
 */
#include "bbr.h"

/* "nominal_bandwidth = InitialCwnd / (srtt ? srtt : 1ms); pacing_rate = StartupPacingGain * ..." */
static void
connection_begins_with_the_initial_window_in_a_round_trip(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	assert_int_equal(bbr.state, BBR_STARTUP);
	assert_int_equal(bbr.pacing.rate, 10 * MSS * 277 / 100 * 10);
	memset(&tcb->rtt, 0, sizeof(tcb->rtt));
	congestion_bbr.init(tcb);
	assert_int_equal(bbr.pacing.rate, 10 * MSS * 277 / 100 * 1000);
	assert_int_equal(bbr.min_rtt_us, RTT_NONE);
}

/* The first round trip that is known makes the guess of a millisecond void. */
static void
first_round_trip_replaces_the_guess(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	memset(&tcb->rtt, 0, sizeof(tcb->rtt));
	congestion_bbr.init(tcb);
	rto_on_sample(&tcb->rtt, RTT_US, 200000, 60000000);
	bbr_ack(tcb, 20000, MSS, true);
	assert_int_equal(bbr.pacing.rate, 10 * MSS * 277 / 100 * 10);
}

/* "rate = pacing_gain * bw * (100 - PacingMarginPercent) / 100", and until the pipe is full, no less */
static void
startup_paces_at_277_percent_and_only_faster(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bbr_round(tcb, PATH_RATE);
	assert_int_equal(bbr.pacing.rate, PATH_RATE / 100 * 277 / 100 * 99);
	bbr.max_bw_filter[0] = 0;
	bbr_round(tcb, PATH_RATE / 2);
	assert_int_equal(bbr.bw, PATH_RATE / 2);
	assert_int_equal(bbr.pacing.rate, PATH_RATE / 100 * 277 / 100 * 99);
}

/* "three ... rounds where attempts to significantly increase the delivery rate ... (less than 25 %)" */
static void
startup_ends_after_three_rounds_of_little_growth(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bare_fly(tcb, 3 * BDP);
	for (unsigned int i = 1; i <= 8; i *= 2)
		bbr_round(tcb, i * PATH_RATE / 8);
	bbr_round(tcb, PATH_RATE * 5 / 4); /* just enough */
	bbr_round(tcb, PATH_RATE * 5 / 4);
	bbr_round(tcb, PATH_RATE * 3 / 2);
	assert_int_equal(bbr.state, BBR_STARTUP);
	assert_int_equal(bbr.full_bw_count, 2);
	bbr_ack(tcb, PATH_RATE, MSS, false); /* within a round trip nothing is counted */
	assert_int_equal(bbr.full_bw_count, 2);
	bbr_round(tcb, PATH_RATE);
	assert_true(bbr.full_bw_reached);
	assert_int_equal(bbr.state, BBR_DRAIN);
	assert_int_equal(bbr.bw, PATH_RATE * 3 / 2);
	assert_int_equal(bbr.pacing.rate, PATH_RATE * 3 / 2 / 100 * 50 / 100 * 99);
}

/* "Never Exiting ... STARTUP When Application-Limited With No Loss" */
static void
startup_does_not_end_while_the_application_limits(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bbr_round(tcb, PATH_RATE);
	for (unsigned int i = 0; i < 10; i++) {
		bbr.rate.delivered += MSS;
		bbr.sample = (struct rate_sample){ .has_data = true,
			.app_limited = true,
			.rate = PATH_RATE / 2,
			.prior_delivered = bbr.rate.delivered - MSS,
			.newly_acked = MSS,
			.rtt_us = RTT_US };
		congestion_model(tcb)->on_answered(tcb);
	}
	assert_int_equal(bbr.state, BBR_STARTUP);
	assert_int_equal(bbr.max_bw, PATH_RATE);
}

/* "the estimator does use application-limited samples if the measured delivery rate ... is larger" */
static void
sample_that_the_application_limits_counts_where_it_is_greater(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bbr_round(tcb, PATH_RATE);
	bbr.sample = (struct rate_sample){ .app_limited = true, .rate = 2 * PATH_RATE };
	congestion_model(tcb)->on_answered(tcb);
	assert_int_equal(bbr.max_bw, 2 * PATH_RATE);
}

/* "C.inflight <= Inflight(1.0)", or after three round trips */
static void
drain_ends_with_the_queue_or_after_three_rounds(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bare_fly(tcb, 2 * BDP);
	for (unsigned int i = 0; i < 4; i++)
		bbr_round(tcb, PATH_RATE);
	assert_int_equal(bbr.state, BBR_DRAIN);
	bare_fly(tcb, BDP + 1);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_DRAIN);
	bare_fly(tcb, BDP);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_int_equal(bbr.state, BBR_PROBE_BW_CRUISE); /* through DOWN: the queue is gone */

	tcb = bbr_established();
	bare_fly(tcb, 2 * BDP);
	for (unsigned int i = 0; i < 7; i++)
		bbr_round(tcb, PATH_RATE);
	assert_int_equal(bbr.state, BBR_DRAIN);
	bbr_round(tcb, PATH_RATE);
	assert_int_equal(bbr.state, BBR_PROBE_BW_DOWN);
}

/* In Startup, at the end of a round trip of fast recovery, that many ranges and octets lost. */
static void
lose_in_startup(struct tcb *tcb, unsigned int ranges, uint32_t lost)
{
	tcb->flags |= TCB_RECOVERY;
	bbr.recovery_round = bbr.round_count;
	bbr_round(tcb, PATH_RATE);
	for (unsigned int i = 0; i < ranges; i++)
		congestion_model(tcb)->on_lost(tcb, tcb->snd_una + 2 * i * MSS,
				tcb->snd_una + (2 * i + 1) * MSS, false);
	bbr_pass(RTT_US * UINT64_C(1000));
	bbr.rate.delivered += BDP;
	bbr.sample = (struct rate_sample){ .has_data = true,
		.rate = PATH_RATE,
		.prior_delivered = bbr.rate.delivered - BDP,
		.delivered = BDP + 7 * MSS,
		.newly_acked = BDP,
		.in_flight = 200 * MSS,
		.lost = lost,
		.rtt_us = RTT_US };
	congestion_model(tcb)->on_answered(tcb);
}

/* "at least one full ... round trip"; "exceeds ... 2%"; "at least ... 6 discontiguous ... ranges" */
static void
startup_ends_by_loss_where_all_three_criteria_are_met(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bare_fly(tcb, 200 * MSS);
	lose_in_startup(tcb, 5, 5 * MSS);
	assert_int_equal(bbr.state, BBR_STARTUP);

	tcb = bbr_established();
	bare_fly(tcb, 200 * MSS);
	lose_in_startup(tcb, 6, 4 * MSS); /* 2 % of 200 segments, not more */
	assert_int_equal(bbr.state, BBR_STARTUP);

	tcb = bbr_established();
	bare_fly(tcb, 200 * MSS);
	lose_in_startup(tcb, 6, 4 * MSS + 1);
	assert_true(bbr.full_bw_reached);
	assert_int_equal(bbr.state, BBR_DRAIN);
	assert_int_equal(bbr.undo_state, BBR_STARTUP);
	assert_int_equal(bbr.inflight_longterm, BDP + 7 * MSS); /* max(bdp, inflight_latest) */
}

static void
startup_without_sack_ends_by_any_loss(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	tcb->flags &= ~(uint32_t)TCB_SACK;
	bare_fly(tcb, 200 * MSS);
	lose_in_startup(tcb, 1, MSS);
	assert_int_equal(bbr.state, BBR_DRAIN);
}

/* "the current cycle and the previous full cycle" */
static void
bandwidth_is_the_greatest_of_two_cycles(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bbr_round(tcb, PATH_RATE);
	bbr_advance_max_bw(&bbr);
	bbr_advance_max_bw(&bbr); /* nothing was measured in between: no cycle */
	bbr_round(tcb, PATH_RATE / 2);
	assert_int_equal(bbr.max_bw, PATH_RATE);
	bbr_advance_max_bw(&bbr);
	bbr_round(tcb, PATH_RATE / 4);
	assert_int_equal(bbr.max_bw, PATH_RATE / 2);
}

/* "bw_shortterm = max(bw_latest, Beta * bw_shortterm)", and inflight likewise, once in a round trip */
static void
losses_lower_the_short_term_model_towards_what_was_delivered(void **state)
{
	struct tcb *tcb = bbr_cruising();
	const uint32_t cwnd = tcb->cwnd;

	(void)state;
	bbr_note_loss(tcb);
	bbr_round(tcb, PATH_RATE * 9 / 10);
	assert_int_equal(bbr.bw_shortterm, PATH_RATE); /* what was seen in the round before */
	assert_int_equal(bbr.inflight_shortterm, RTE_MAX(cwnd / 10 * 7, (uint32_t)BDP));
	bbr_note_loss(tcb);
	bbr_round(tcb, PATH_RATE / 10);
	assert_int_equal(bbr.bw_shortterm, PATH_RATE * 9 / 10);
	bbr_note_loss(tcb);
	bbr_round(tcb, PATH_RATE / 10);
	assert_int_equal(bbr.bw_shortterm, PATH_RATE * 9 / 10 / 10 * 7); /* by no more than Beta */
	assert_int_equal(bbr.bw, bbr.bw_shortterm);
	assert_int_equal(bbr.max_bw, PATH_RATE);
	assert_int_equal(bbr.pacing.rate, bbr.bw / 100 * 99);
	bbr_round(tcb, PATH_RATE / 10); /* without a loss it stays */
	assert_int_equal(bbr.bw_shortterm, PATH_RATE * 9 / 10 / 10 * 7);
}

/* "max_inflight = cwnd_gain * bdp + extra_acked", at least three quanta and four segments */
static void
window_is_twice_the_product_and_grows_by_what_is_acknowledged(void **state)
{
	struct tcb *tcb = bbr_cruising();

	(void)state;
	bbr.extra_acked_filter[0] = bbr.extra_acked_filter[1] = 0;
	tcb->cwnd = BDP;
	bbr_ack(tcb, PATH_RATE, 2 * MSS, false);
	assert_int_equal(tcb->cwnd, BDP + 2 * MSS);
	tcb->cwnd = 3 * BDP;
	bbr.extra_acked_filter[0] = bbr.extra_acked_filter[1] = 0;
	bbr.extra_acked_delivered = 0;
	bbr.extra_acked_ns = bare.tcp.now_ns;
	bbr_ack(tcb, PATH_RATE, 3 * MSS, false);
	assert_int_equal(tcb->cwnd, 2 * BDP + 3 * MSS);
	bbr.max_bw_filter[0] = bbr.max_bw_filter[1] = 0;
	bbr_ack(tcb, 100, MSS, false);
	assert_int_equal(bbr.pacing.quantum, 2 * MSS);
	assert_in_range(tcb->cwnd, 6 * MSS, 6 * MSS + 7 * MSS);
}

/* "BBR.offload_budget = 3 * BBR.send_quantum", and that is 64 KB at most: at 100 Gbit/s, RTT 10 us */
static void
window_of_a_fast_path_is_not_what_the_wheels_ticks_let_through(void **state)
{
	struct tcb *tcb = bbr_cruising();

	(void)state;
	bbr.bw = UINT64_C(12500000000);
	bbr.min_rtt_us = 10;
	bbr_set_pacing_rate(tcb, 100);
	assert_true(bbr.pacing.quantum > 2000000);
	assert_int_equal(bbr_bdp_multiple(tcb, bbr.bw, 100), 125000);
	assert_int_equal(bbr_inflight(tcb, 100), 3 * 65536);
	assert_int_equal(bbr_inflight(tcb, 200), 250000);
}

/* 8 bit/s to 800 Gbit/s, a microsecond to nine minutes, against floating point. */
static void
product_of_any_rate_and_round_trip_is_right_or_the_largest_window(void **state)
{
	static const uint64_t rates[] = { 1, 125, 1000000, UINT64_C(1250000000), UINT64_C(1) << 35,
		UINT64_C(50000000000), DELIVERY_RATE_MAX };
	static const uint32_t rtts[] = { 1, 10, 100000, 60000000, 1 << 29 };
	static const unsigned int percents[] = { 50, 100, 277 };
	struct tcb *tcb = bbr_cruising();

	(void)state;
	for (unsigned int i = 0; i < 7 * 5 * 3; i++) {
		const uint64_t rate = rates[i / 15];
		const unsigned int percent = percents[i % 3];
		double should;

		bbr.min_rtt_us = rtts[i / 3 % 5];
		should = (double)rate * bbr.min_rtt_us / 1e6 * percent / 100;
		should = RTE_MIN(should, (double)CWND_MAX);
		assert_in_range(bbr_bdp_multiple(tcb, rate, percent),
				(uint64_t)RTE_MAX(should - 4, 0), (uint64_t)should);
		bbr.bw = rate;
		bbr_set_pacing_rate(tcb, percent);
		assert_in_range(bbr.pacing.rate, MSS, DELIVERY_RATE_MAX);
		assert_in_range(bbr_inflight(tcb, percent), 4 * MSS, CWND_MAX);
	}
}

/* 2^35 octets per second for 2^29 microseconds: the product is 2^64, and not nothing. */
static void
long_silence_on_a_fast_path_is_no_lump_of_acks(void **state)
{
	struct tcb *tcb = bbr_cruising();

	(void)state;
	bbr.bw = UINT64_C(1) << 35;
	bbr.extra_acked_delivered = 20 * MSS;
	bbr.extra_acked_ns = bare.tcp.now_ns;
	bbr.sample = (struct rate_sample){ .newly_acked = MSS };
	bbr_pass((UINT64_C(1) << 29) * 1000);
	bbr_update_aggregation(tcb);
	assert_int_equal(bbr.extra_acked_delivered, MSS); /* it begins anew */
}

/* "extra = extra_acked_delivered - expected_delivered", the greatest of some round trips */
static void
acks_that_come_in_lumps_make_room(void **state)
{
	struct tcb *tcb = bbr_cruising();

	(void)state;
	bbr.extra_acked_filter[0] = bbr.extra_acked_filter[1] = 0;
	bbr.extra_acked_delivered = 0;
	bbr.extra_acked_ns = bare.tcp.now_ns;
	bbr_ack(tcb, PATH_RATE, 20 * MSS, false);
	assert_int_equal(bbr.extra_acked_filter[0], 20 * MSS);
	bbr_pass(10 * MS); /* ten segments' worth */
	bbr_ack(tcb, PATH_RATE, 5 * MSS, false);
	assert_int_equal(bbr.extra_acked_filter[0], 20 * MSS);
	assert_int_equal(bbr.extra_acked_delivered, 25 * MSS);
	bbr_pass(20 * MS); /* thirty have been due, no more than 25 came: it begins anew */
	bbr_ack(tcb, PATH_RATE, 2 * MSS, false);
	assert_int_equal(bbr.extra_acked_delivered, 2 * MSS);
	for (unsigned int i = 0; i < 2 * BBR_EXTRA_ACKED_ROUNDS; i++) {
		bbr.extra_acked_delivered = 0;
		bbr.extra_acked_ns = bare.tcp.now_ns;
		bbr_pass(MS);
		bbr_ack(tcb, PATH_RATE, MSS, true);
	}
	assert_true(RTE_MAX(bbr.extra_acked_filter[0], bbr.extra_acked_filter[1]) < 20 * MSS);
}

/* "OnEnterRTO: C.cwnd = C.inflight + 1"; "upon exiting loss recovery: RestoreCwnd" */
static void
timeout_leaves_a_segment_and_repair_restores_the_window(void **state)
{
	struct tcb *tcb = bbr_cruising();
	const uint32_t cwnd = tcb->cwnd;

	(void)state;
	congestion_on_timeout(tcb);
	assert_int_equal(tcb->cwnd, MSS);
	assert_int_equal(bbr.rate.lost, BDP);
	assert_true(bbr.is_loss_in_round);
	congestion_model(tcb)->on_recovered(tcb);
	assert_int_equal(tcb->cwnd, cwnd);
}

/* "HandleSpuriousLossDetection": the greater of what is and what was, and back to Startup */
static void
needless_recovery_restores_the_model(void **state)
{
	struct tcb *tcb = bbr_established();

	(void)state;
	bare_fly(tcb, 200 * MSS);
	lose_in_startup(tcb, 6, 5 * MSS);
	assert_int_equal(bbr.state, BBR_DRAIN);
	tcb->work->flight.prior_cwnd = tcb->cwnd;
	congestion_undo(tcb);
	assert_int_equal(bbr.state, BBR_STARTUP);
	assert_false(bbr.full_bw_reached);
	assert_int_equal(bbr.inflight_longterm, BBR_NONE);

	tcb = bbr_cruising();
	congestion_reduce(tcb);
	bbr_round(tcb, PATH_RATE / 2);
	assert_int_not_equal(bbr.bw_shortterm, BBR_RATE_NONE);
	congestion_undo(tcb);
	assert_int_equal(bbr.bw_shortterm, BBR_RATE_NONE);
	assert_int_equal(bbr.inflight_shortterm, BBR_NONE);
	assert_int_equal(bbr.state, BBR_PROBE_BW_CRUISE);
}

/* RFC 3168 6.1.2 through the draft's "MUST treat any CE marks as congestion" */
static void
mark_counts_as_a_loss(void **state)
{
	struct tcb *tcb = bbr_cruising();
	const uint32_t cwnd = tcb->cwnd;

	(void)state;
	congestion_on_ecn(tcb);
	assert_true(bbr.is_loss_in_round);
	bbr_round(tcb, PATH_RATE / 2);
	assert_int_equal(bbr.inflight_shortterm, RTE_MAX(cwnd / 10 * 7, (uint32_t)BDP));

	tcb = bbr_established();
	bbr_round(tcb, PATH_RATE);
	congestion_on_ecn(tcb);
	bbr_ack(tcb, PATH_RATE, MSS, false);
	assert_true(bbr.state != BBR_STARTUP);
}

/* What others do at a loss, or with an ACK, is not done. */
static void
window_is_nobody_elses(void **state)
{
	struct tcb *tcb = bbr_cruising();
	const uint32_t cwnd = tcb->cwnd;

	(void)state;
	congestion_on_ack(tcb, 10 * MSS);
	assert_int_equal(tcb->cwnd, cwnd);
	congestion_reduce(tcb);
	assert_int_equal(tcb->cwnd, cwnd);
	assert_int_equal(tcb->ssthresh, UINT32_C(1) << 30);
	congestion_on_sent(tcb);
	bbr_pass(10 * SECOND);
	congestion_resume(tcb); /* a pause beyond RTO: the model is what it was */
	assert_int_equal(tcb->cwnd, cwnd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connection_begins_with_the_initial_window_in_a_round_trip),
		cmocka_unit_test(first_round_trip_replaces_the_guess),
		cmocka_unit_test(startup_paces_at_277_percent_and_only_faster),
		cmocka_unit_test(startup_ends_after_three_rounds_of_little_growth),
		cmocka_unit_test(startup_does_not_end_while_the_application_limits),
		cmocka_unit_test(sample_that_the_application_limits_counts_where_it_is_greater),
		cmocka_unit_test(drain_ends_with_the_queue_or_after_three_rounds),
		cmocka_unit_test(startup_ends_by_loss_where_all_three_criteria_are_met),
		cmocka_unit_test(startup_without_sack_ends_by_any_loss),
		cmocka_unit_test(bandwidth_is_the_greatest_of_two_cycles),
		cmocka_unit_test(losses_lower_the_short_term_model_towards_what_was_delivered),
		cmocka_unit_test(window_is_twice_the_product_and_grows_by_what_is_acknowledged),
		cmocka_unit_test(window_of_a_fast_path_is_not_what_the_wheels_ticks_let_through),
		cmocka_unit_test(product_of_any_rate_and_round_trip_is_right_or_the_largest_window),
		cmocka_unit_test(long_silence_on_a_fast_path_is_no_lump_of_acks),
		cmocka_unit_test(acks_that_come_in_lumps_make_room),
		cmocka_unit_test(timeout_leaves_a_segment_and_repair_restores_the_window),
		cmocka_unit_test(needless_recovery_restores_the_model),
		cmocka_unit_test(mark_counts_as_a_loss),
		cmocka_unit_test(window_is_nobody_elses),
	};

	return cmocka_run_group_tests_name("tcp_congestion_bbr", tests, NULL, NULL);
}
