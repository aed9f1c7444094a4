/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BBR: the round trip without a queue, and ProbeRTT, which now and then empties the queue to measure
 * it (draft-ietf-ccwg-bbr, "ProbeRTT").
 */
#include "tcp/congestion/congestion_bbr.h"
#include "tcp/recovery/recovery.h"

/* UpdateMinRTT */
void
bbr_update_min_rtt(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);
	const uint64_t now_ns = tcb->tcp->now_ns;
	const uint32_t rtt_us = bbr->sample.rtt_us;

	bbr->probe_rtt_expired = now_ns > bbr->probe_rtt_min_ns + BBR_PROBE_RTT_INTERVAL_NS;
	if (rtt_us != RTT_NONE && (rtt_us < bbr->probe_rtt_min_us || bbr->probe_rtt_expired)) {
		bbr->probe_rtt_min_us = rtt_us;
		bbr->probe_rtt_min_ns = now_ns;
	}
	if (bbr->probe_rtt_min_us < bbr->min_rtt_us ||
			now_ns > bbr->min_rtt_ns + BBR_MIN_RTT_FILTER_NS) {
		bbr->min_rtt_us = bbr->probe_rtt_min_us;
		bbr->min_rtt_ns = bbr->probe_rtt_min_ns;
	}
}

/* ExitProbeRTT: the queue is empty already, so the cycle begins where the flow cruises. */
static void
exit_probe_rtt(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr_reset_shortterm(bbr);
	if (!bbr->full_bw_reached) {
		bbr_enter_startup(bbr);
		return;
	}
	bbr_start_probe_bw_down(tcb);
	bbr_start_probe_bw_cruise(bbr);
}

/* CheckProbeRTTDone */
void
bbr_check_probe_rtt_done(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);
	const uint64_t now_ns = tcb->tcp->now_ns;

	if (bbr->probe_rtt_done_ns == 0 || now_ns <= bbr->probe_rtt_done_ns)
		return;
	bbr->probe_rtt_min_ns = now_ns; /* the next ProbeRTT from here */
	bbr_restore_cwnd(tcb);
	exit_probe_rtt(tcb);
}

/* HandleProbeRTT: less in flight for so long, and for a round trip. Its low rates are not the path's. */
static void
handle_probe_rtt(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);
	const uint32_t inflight = recovery_pipe(tcb);

	delivery_rate_limited(&bbr->rate, inflight);
	if (bbr->probe_rtt_done_ns == 0) {
		if (inflight > bbr_probe_rtt_cwnd(tcb))
			return;
		bbr->probe_rtt_done_ns = tcb->tcp->now_ns + BBR_PROBE_RTT_DURATION_NS;
		bbr->probe_rtt_round_done = false;
		bbr_start_round(bbr);
		return;
	}
	bbr->probe_rtt_round_done |= bbr->round_start;
	if (bbr->probe_rtt_round_done)
		bbr_check_probe_rtt_done(tcb);
}

/* CheckProbeRTT; a flow that comes back from idleness has emptied its queue by that. */
void
bbr_check_probe_rtt(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	if (bbr->state != BBR_PROBE_RTT && bbr->probe_rtt_expired && !bbr->idle_restart) {
		bbr_save_cwnd(tcb);
		bbr->state = BBR_PROBE_RTT;
		bbr->probe_rtt_done_ns = 0;
		bbr->ack_phase = BBR_ACKS_PROBE_STOPPING;
		bbr_start_round(bbr);
	}
	if (bbr->state == BBR_PROBE_RTT)
		handle_probe_rtt(tcb);
	if (bbr->sample.delivered > 0)
		bbr->idle_restart = false;
}
