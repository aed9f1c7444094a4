/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BBR: what the model means for what is sent (draft-ietf-ccwg-bbr, "Updating Control Parameters"): the
 * pacing rate and cwnd. The send quantum is pacing's.
 */
#include <rte_common.h>

#include "tcp/congestion/congestion.h"
#include "tcp/congestion/congestion_bbr.h"
#include "tcp/recovery/recovery.h"

enum {
	PACING_MARGIN_PERCENT = 1,
	QUANTA_IN_FLIGHT = 3, /* UpdateOffloadBudget: being queued, being cut, being put together */
	SEND_QUANTUM_MAX =
			64 * 1024, /* SetSendQuantum: what the wheel's ticks add is no aggregate */
};

#define SECOND_US UINT64_C(1000000)

/* "Summary of Control Behavior in the State Machine" */
static const struct {
	uint16_t pacing_percent;
	uint16_t cwnd_percent;
} gains[] = {
	[BBR_STARTUP] = { 277, 200 },
	[BBR_DRAIN] = { 50, 200 },
	[BBR_PROBE_BW_DOWN] = { 90, 200 },
	[BBR_PROBE_BW_CRUISE] = { 100, 200 },
	[BBR_PROBE_BW_REFILL] = { 100, 200 },
	[BBR_PROBE_BW_UP] = { 125, 225 },
	[BBR_PROBE_RTT] = { 100, 50 },
};

static uint32_t
pipe_min(const struct tcb *tcb)
{
	return BBR_PIPE_SEGMENTS_MIN * (uint32_t)tcb->snd_mss;
}

/* InitPacingRate: the initial window in a round trip, or where none is known, in a millisecond. */
void
bbr_init_pacing_rate(struct tcb *tcb)
{
	const uint32_t srtt_us = rto_srtt_us(&tcb->rtt);
	const uint64_t window = (uint64_t)tcb->tcp->config.initial_window * tcb->snd_mss;
	struct bbr *bbr = bbr_of(tcb);

	bbr->has_round_trip = rto_has_sample(&tcb->rtt);
	pacing_set_rate(tcb,
			window * gains[BBR_STARTUP].pacing_percent * (SECOND_US / 100) /
					(bbr->has_round_trip ? RTE_MAX(srtt_us, 1U) : 1000));
}

/* SetPacingRateWithGain: until the pipe was full once, the rate only grows. */
void
bbr_set_pacing_rate(struct tcb *tcb, unsigned int gain_percent)
{
	const struct bbr *bbr = bbr_of(tcb);
	const uint64_t rate = bbr->bw * gain_percent * (100 - PACING_MARGIN_PERCENT) / 10000;

	if (!bbr->has_round_trip && rto_has_sample(&tcb->rtt))
		bbr_init_pacing_rate(tcb);
	if (bbr->bw > 0 && (bbr->full_bw_reached || rate > bbr->pacing.rate))
		pacing_set_rate(tcb, rate);
}

/* BDPMultiple */
uint32_t
bbr_bdp_multiple(const struct tcb *tcb, uint64_t bw, unsigned int gain_percent)
{
	const struct bbr *bbr = bbr_of(tcb);
	uint64_t bdp;

	if (bbr->min_rtt_us == RTT_NONE)
		return tcb->tcp->config.initial_window * (uint32_t)tcb->snd_mss;
	bdp = delivery_rate_volume(bw, bbr->min_rtt_us);
	return (uint32_t)RTE_MIN(bdp * gain_percent / 100, (uint64_t)CWND_MAX);
}

/* QuantizationBudget */
static uint32_t
quantize(const struct tcb *tcb, uint32_t inflight)
{
	const struct bbr *bbr = bbr_of(tcb);
	const uint32_t most = RTE_MAX((uint32_t)SEND_QUANTUM_MAX, 2U * tcb->snd_mss);
	const uint32_t quantum = RTE_MIN(bbr->pacing.quantum, most);

	inflight = RTE_MAX(inflight, QUANTA_IN_FLIGHT * quantum);
	inflight = RTE_MAX(inflight, pipe_min(tcb));
	if (bbr->state == BBR_PROBE_BW_UP)
		inflight += 2U * tcb->snd_mss;
	return RTE_MIN(inflight, CWND_MAX);
}

/* Inflight */
uint32_t
bbr_inflight(const struct tcb *tcb, unsigned int gain_percent)
{
	return quantize(tcb, bbr_bdp_multiple(tcb, bbr_of(tcb)->bw, gain_percent));
}

/* TargetInflight */
uint32_t
bbr_target_inflight(const struct tcb *tcb)
{
	return RTE_MIN(bbr_bdp_multiple(tcb, bbr_of(tcb)->bw, 100), tcb->cwnd);
}

/* InflightWithHeadroom: leave some of what the path can take to others. */
uint32_t
bbr_inflight_with_headroom(const struct tcb *tcb)
{
	const uint32_t most = bbr_of(tcb)->inflight_longterm;
	const uint32_t headroom =
			RTE_MAX(bbr_percent(most, BBR_HEADROOM_PERCENT), (uint32_t)tcb->snd_mss);

	if (most == BBR_NONE)
		return BBR_NONE;
	return RTE_MAX(most > headroom ? most - headroom : 0, pipe_min(tcb));
}

/* ProbeRTTCwnd */
uint32_t
bbr_probe_rtt_cwnd(const struct tcb *tcb)
{
	return RTE_MAX(bbr_bdp_multiple(tcb, bbr_of(tcb)->bw, gains[BBR_PROBE_RTT].cwnd_percent),
			pipe_min(tcb));
}

/* BoundCwndForModel, the column "Volume Cap" */
static uint32_t
model_cap(const struct tcb *tcb)
{
	const struct bbr *bbr = bbr_of(tcb);
	uint32_t cap = BBR_NONE;

	if (bbr->state == BBR_PROBE_RTT || bbr->state == BBR_PROBE_BW_CRUISE)
		cap = bbr_inflight_with_headroom(tcb);
	else if (bbr_is_in_probe_bw(bbr))
		cap = bbr->inflight_longterm;
	cap = RTE_MIN(cap, bbr->inflight_shortterm);
	return RTE_MAX(cap, pipe_min(tcb));
}

/* UpdateMaxInflight */
static uint32_t
max_inflight(const struct tcb *tcb)
{
	const struct bbr *bbr = bbr_of(tcb);
	const uint32_t extra = RTE_MAX(bbr->extra_acked_filter[0], bbr->extra_acked_filter[1]);

	return quantize(tcb,
			bbr_bdp_multiple(tcb, bbr->bw, gains[bbr->state].cwnd_percent) + extra);
}

/* SetCwnd */
static void
set_cwnd(struct tcb *tcb)
{
	const struct bbr *bbr = bbr_of(tcb);
	const uint32_t most = max_inflight(tcb), acked = bbr->sample.newly_acked;
	const uint32_t initial = tcb->tcp->config.initial_window * (uint32_t)tcb->snd_mss;

	if (bbr->full_bw_reached)
		tcb->cwnd = RTE_MIN(tcb->cwnd + acked, most);
	else if (tcb->cwnd < most || bbr->rate.delivered < initial)
		congestion_grow(tcb, acked);
	tcb->cwnd = RTE_MAX(tcb->cwnd, pipe_min(tcb));
	if (bbr->state == BBR_PROBE_RTT)
		tcb->cwnd = RTE_MIN(tcb->cwnd, bbr_probe_rtt_cwnd(tcb));
	tcb->cwnd = RTE_MIN(tcb->cwnd, model_cap(tcb));
}

/* UpdateControlParameters */
void
bbr_update_control(struct tcb *tcb)
{
	bbr_set_pacing_rate(tcb, gains[bbr_of(tcb)->state].pacing_percent);
	set_cwnd(tcb);
}

/* SaveCwnd: the last that was not shrunk by a repair or by ProbeRTT */
void
bbr_save_cwnd(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	if (!recovery_is_repairing(tcb) && bbr->state != BBR_PROBE_RTT)
		bbr->prior_cwnd = tcb->cwnd;
	else
		bbr->prior_cwnd = RTE_MAX(bbr->prior_cwnd, tcb->cwnd);
}

/* RestoreCwnd */
void
bbr_restore_cwnd(struct tcb *tcb)
{
	tcb->cwnd = RTE_MAX(tcb->cwnd, bbr_of(tcb)->prior_cwnd);
}
