/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BBR: the ProbeBW cycle (draft-ietf-ccwg-bbr, "ProbeBW"): DOWN lets the queue drain, CRUISE stays at
 * the bandwidth, REFILL fills the pipe again, UP asks for more.
 */
#include <rte_common.h>

#include "tcp/congestion/congestion_bbr.h"
#include "tcp/recovery/recovery.h"

enum { PROBE_UP_ROUNDS_MAX = 30 };

/* What is random here has only to differ from flow to flow and from cycle to cycle. */
static uint32_t
some_number(const struct tcb *tcb)
{
	uint64_t x = ((uint64_t)tcb->hash << 32 | tcb->snd_nxt) ^ tcb->tcp->now_ns;

	x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd); /* MurmurHash3's finalizer */
	x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return (uint32_t)(x >> 32);
}

/* PickProbeWait */
static void
pick_probe_wait(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);
	const uint32_t number = some_number(tcb);

	bbr->rounds_since_probe_up = number & 1;
	bbr->probe_wait_ns = BBR_PROBE_WAIT_NS + (uint64_t)(number >> 2);
}

/* StartProbeBW_DOWN */
void
bbr_start_probe_bw_down(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr_reset_congestion_signals(bbr);
	bbr->probe_up_acked_per_inc = BBR_NONE;
	pick_probe_wait(tcb);
	bbr->cycle_ns = tcb->tcp->now_ns;
	bbr->ack_phase = BBR_ACKS_PROBE_STOPPING;
	bbr_start_round(bbr);
	bbr->state = BBR_PROBE_BW_DOWN;
}

/* StartProbeBW_CRUISE */
void
bbr_start_probe_bw_cruise(struct bbr *bbr)
{
	bbr->state = BBR_PROBE_BW_CRUISE;
}

/* StartProbeBW_REFILL */
void
bbr_start_probe_bw_refill(struct bbr *bbr)
{
	bbr_reset_shortterm(bbr);
	bbr->bw_probe_up_rounds = 0;
	bbr->bw_probe_up_acked = 0;
	bbr->prev_probe_precautionary = false;
	bbr->ack_phase = BBR_ACKS_REFILLING;
	bbr_start_round(bbr);
	bbr->state = BBR_PROBE_BW_REFILL;
}

/* RaiseInflightLongtermSlope: the growth doubles with each round trip. */
static void
raise_slope(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);
	const uint32_t growth = UINT32_C(1) << bbr->bw_probe_up_rounds;

	bbr->bw_probe_up_rounds =
			(uint8_t)RTE_MIN(bbr->bw_probe_up_rounds + 1, PROBE_UP_ROUNDS_MAX);
	bbr->probe_up_acked_per_inc = RTE_MAX(tcb->cwnd / growth, (uint32_t)tcb->snd_mss);
}

/* StartProbeBW_UP */
static void
start_up(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr->ack_phase = BBR_ACKS_PROBE_STARTING;
	bbr_start_round(bbr);
	bbr_reset_full_bw(bbr, bbr->sample.rate);
	bbr->state = BBR_PROBE_BW_UP;
	raise_slope(tcb);
}

/* IsTimeToProbeBW: as often as Reno would fill a queue as long as this, but within 2 to 3 s. */
static bool
is_time_to_probe(const struct tcb *tcb)
{
	const struct bbr *bbr = bbr_of(tcb);
	const uint32_t reno_rounds = bbr_target_inflight(tcb) / tcb->snd_mss;

	return tcb->tcp->now_ns > bbr->cycle_ns + bbr->probe_wait_ns ||
			bbr->rounds_since_probe_up >=
			RTE_MIN(reno_rounds, (uint32_t)BBR_RENO_ROUNDS_MAX);
}

/* IsTimeToCruise */
static bool
is_time_to_cruise(const struct tcb *tcb)
{
	const uint32_t inflight = recovery_pipe(tcb);

	return inflight <= bbr_inflight_with_headroom(tcb) && inflight <= bbr_inflight(tcb, 100);
}

/* IsTimeToGoDown */
static bool
is_time_to_go_down(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	if (bbr->prev_probe_too_high && recovery_pipe(tcb) >= bbr->inflight_longterm) {
		bbr->prev_probe_precautionary = true;
		return true;
	}
	if (bbr_is_cwnd_limited(bbr) && tcb->cwnd >= bbr->inflight_longterm) {
		bbr_reset_full_bw(bbr, bbr->sample.rate); /* the bound limits, not the path */
		return false;
	}
	return bbr->full_bw_now;
}

/* ProbeInflightLongtermUpward */
static void
probe_upward(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	if (!bbr_is_cwnd_limited(bbr) || tcb->cwnd < bbr->inflight_longterm)
		return;
	bbr->bw_probe_up_acked += bbr->sample.newly_acked;
	if (bbr->bw_probe_up_acked >= bbr->probe_up_acked_per_inc) {
		const uint32_t delta = bbr->bw_probe_up_acked / bbr->probe_up_acked_per_inc;
		const uint64_t more = (uint64_t)delta * tcb->snd_mss;

		bbr->bw_probe_up_acked -= delta * bbr->probe_up_acked_per_inc;
		bbr->inflight_longterm = (uint32_t)RTE_MIN(bbr->inflight_longterm + more,
				(uint64_t)BBR_NONE - 1);
	}
	if (bbr->round_start)
		raise_slope(tcb);
}

/* The part of AdaptLongTermModel that ends a probe: true where it begins another at once. */
static bool
end_probe(struct bbr *bbr)
{
	bbr->is_bw_probe_sample = false;
	bbr->ack_phase = BBR_ACKS_INIT;
	if (!bbr_is_in_probe_bw(bbr))
		return false;
	if (!bbr->sample.app_limited)
		bbr_advance_max_bw(bbr);
	if (!bbr->prev_probe_precautionary || bbr->prev_probe_too_high)
		return false;
	bbr_start_probe_bw_refill(bbr);
	return true;
}

/* AdaptLongTermModel: true where it has decided on another state. */
static bool
adapt_longterm(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	if (bbr->ack_phase == BBR_ACKS_PROBE_STARTING && bbr->round_start)
		bbr->ack_phase = BBR_ACKS_PROBE_FEEDBACK;
	if (bbr->ack_phase == BBR_ACKS_PROBE_STOPPING && bbr->round_start && end_probe(bbr))
		return true;
	if (bbr->inflight_longterm == BBR_NONE || bbr_is_inflight_too_high(tcb, &bbr->sample))
		return false;
	bbr->inflight_longterm = RTE_MAX(bbr->inflight_longterm, bbr->sample.in_flight);
	if (bbr->state == BBR_PROBE_BW_UP)
		probe_upward(tcb);
	return false;
}

/* UpdateProbeBWCyclePhase */
void
bbr_update_probe_bw(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	if (!bbr->full_bw_reached || adapt_longterm(tcb))
		return;
	switch ((enum bbr_state)bbr->state) {
	case BBR_PROBE_BW_DOWN:
		if (is_time_to_probe(tcb))
			bbr_start_probe_bw_refill(bbr);
		else if (is_time_to_cruise(tcb))
			bbr_start_probe_bw_cruise(bbr);
		return;
	case BBR_PROBE_BW_CRUISE:
		if (is_time_to_probe(tcb))
			bbr_start_probe_bw_refill(bbr);
		return;
	case BBR_PROBE_BW_REFILL:
		if (bbr->round_start) {
			bbr->is_bw_probe_sample = true;
			start_up(tcb);
		}
		return;
	case BBR_PROBE_BW_UP:
		if (is_time_to_go_down(tcb)) {
			bbr->prev_probe_too_high = false;
			bbr_start_probe_bw_down(tcb);
		}
		return;
	default:
		return;
	}
}
