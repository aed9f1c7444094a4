/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BBR: what happens at each event (draft-ietf-ccwg-bbr, "Algorithm Organization"), Startup and Drain.
 *
 * ECN: the draft leaves the response open; a mark counts as a loss does, and while bandwidth is being
 * probed for, as too many.
 */
#include "tcp/congestion/congestion_bbr.h"

#include <rte_common.h>

#include <estab/conn.h>

#include "tcp/congestion/congestion.h"
#include "tcp/recovery/recovery.h"
#include "tcp/recovery/scoreboard.h"

/* ResetFullBW, and the baseline from which it is to grow */
void
bbr_reset_full_bw(struct bbr *bbr, uint64_t rate)
{
	bbr->full_bw = rate;
	bbr->full_bw_count = 0;
	bbr->full_bw_now = false;
}

/* EnterStartup; its gains are in congestion_bbr_window.c */
void
bbr_enter_startup(struct bbr *bbr)
{
	bbr->state = BBR_STARTUP;
}

/* OnInit */
static void
on_init(struct tcb *tcb)
{
	const uint64_t now_ns = tcb->tcp->now_ns;
	struct bbr *bbr = bbr_of(tcb);

	*bbr = (struct bbr){
		.undo_state = BBR_STATE_COUNT,
		.min_rtt_us = rto_has_sample(&tcb->rtt) ? RTE_MAX(rto_srtt_us(&tcb->rtt), 1U)
							: RTT_NONE,
		.min_rtt_ns = now_ns,
		.probe_rtt_min_us = RTT_NONE,
		.probe_rtt_min_ns = now_ns,
		.extra_acked_ns = now_ns,
		.inflight_longterm = BBR_NONE,
		.probe_up_acked_per_inc = BBR_NONE,
		.ack_phase = BBR_ACKS_INIT,
	};
	delivery_rate_init(&bbr->rate, tcp_now_us(tcb->tcp));
	bbr_reset_shortterm(bbr);
	bbr_init_pacing_rate(tcb);
	bbr_enter_startup(bbr);
}

/* CheckFullBWReached: three round trips in which the rate did not grow by a quarter */
static void
check_full_bw(struct bbr *bbr)
{
	const struct rate_sample *sample = &bbr->sample;

	if (bbr->full_bw_now || !bbr->round_start || sample->app_limited)
		return;
	if (sample->rate >= bbr->full_bw + bbr->full_bw / 4) {
		bbr_reset_full_bw(bbr, sample->rate);
		return;
	}
	bbr->full_bw_now = ++bbr->full_bw_count >= BBR_FULL_BW_ROUNDS;
	bbr->full_bw_reached |= bbr->full_bw_now;
}

/* Startup has sent more than the path takes: what got through is safe. */
static void
end_startup_by_loss(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr->undo_state = BBR_STARTUP;
	bbr->full_bw_reached = true;
	bbr->inflight_longterm = RTE_MAX(bbr_bdp_multiple(tcb, bbr->bw, 100), bbr->inflight_latest);
}

/* CheckStartupHighLoss, once in a round trip; one of these criteria is enough where there is no SACK. */
static void
check_startup_loss(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);
	const bool sack = (tcb->flags & TCB_SACK) != 0;
	const bool in_fast = (tcb->flags & TCB_RECOVERY) != 0;
	const bool many = bbr->loss_events >= BBR_STARTUP_FULL_LOSS_COUNT &&
			bbr->round_count != bbr->recovery_round &&
			bbr_is_inflight_too_high(tcb, &bbr->sample);

	if (bbr->state == BBR_STARTUP && in_fast && bbr->loss_events > 0 &&
			(!sack || (bbr->loss_round_start && many)))
		end_startup_by_loss(tcb);
	if (bbr->loss_round_start)
		bbr->loss_events = 0;
}

/* CheckStartupDone, CheckDrainDone */
static void
check_startup_and_drain(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	check_startup_loss(tcb);
	if (bbr->state == BBR_STARTUP && bbr->full_bw_reached) {
		bbr->state = BBR_DRAIN;
		bbr->drain_start_round = bbr->round_count;
	}
	if (bbr->state == BBR_DRAIN &&
			(recovery_pipe(tcb) <= bbr_inflight(tcb, 100) ||
					bbr->round_count - bbr->drain_start_round >
							BBR_DRAIN_ROUNDS))
		bbr_start_probe_bw_down(tcb);
}

/* UpdateOnACK, what follows GenerateRateSample */
static void
on_answered(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr_update_latest(bbr);
	bbr_update_congestion(tcb);
	bbr_update_aggregation(tcb);
	check_full_bw(bbr);
	check_startup_and_drain(tcb);
	bbr_update_probe_bw(tcb);
	bbr_update_min_rtt(tcb);
	bbr_check_probe_rtt(tcb);
	bbr_advance_latest(bbr);
	bbr_bound_bw(bbr);
	bbr_update_control(tcb);
	if (!recovery_is_repairing(tcb))
		bbr->in_episode = false;
}

static void
on_sent(struct tcb *tcb, uint32_t left, uint32_t right, bool again)
{
	delivery_rate_on_sent(&bbr_of(tcb)->rate, left, right, again, recovery_pipe(tcb),
			tcp_now_us(tcb->tcp), rto_srtt_us(&tcb->rtt));
}

/* CheckIfApplicationLimited, when output is done: until something happens, so it stays. */
static void
on_output(struct tcb *tcb, uint32_t unsent)
{
	struct bbr *bbr = bbr_of(tcb);
	const uint32_t inflight = recovery_pipe(tcb);
	const bool lost = tcb->work->recovery != NULL && tcb->work->recovery->board.pending > 0;

	if (inflight + tcb->snd_mss > tcb->cwnd)
		bbr->limited_delivered = bbr->rate.delivered + inflight;
	else if (unsent == 0 && !lost)
		delivery_rate_limited(&bbr->rate, inflight);
}

/* HandleRestartFromIdle */
static void
on_resume(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	if (bbr->rate.app_limited == 0)
		return;
	bbr->idle_restart = true;
	bbr->extra_acked_ns = tcb->tcp->now_ns;
	if (bbr_is_in_probe_bw(bbr))
		bbr_set_pacing_rate(tcb, 100);
	else if (bbr->state == BBR_PROBE_RTT)
		bbr_check_probe_rtt_done(tcb);
}

static void
on_delivered(struct tcb *tcb, const struct delivery *delivery)
{
	struct bbr *bbr = bbr_of(tcb);

	delivery_rate_on_delivered(&bbr->rate, delivery, tcb->snd_una, tcp_now_us(tcb->tcp),
			&bbr->sample);
}

/* OnEnterFastRecovery; also where a tail probe has repaired a loss */
static void
on_loss(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr_note_loss(tcb);
	bbr->recovery_round = bbr->round_count;
}

/* OnEnterRTO */
static void
on_timeout(struct tcb *tcb)
{
	bbr_lost_all(tcb, recovery_pipe(tcb));
	bbr_save_cwnd(tcb);
}

static void
on_ecn(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr_note_loss(tcb);
	if (bbr->state == BBR_STARTUP)
		end_startup_by_loss(tcb);
	else if (bbr->is_bw_probe_sample)
		bbr_inflight_too_high(tcb, &bbr->sample);
}

/* HandleSpuriousLossDetection */
static void
undo(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);
	const enum bbr_state before = (enum bbr_state)bbr->undo_state;

	bbr_restore_cwnd(tcb);
	bbr->is_loss_in_round = false;
	bbr_reset_full_bw(bbr, 0);
	bbr->bw_shortterm = RTE_MAX(bbr->bw_shortterm, bbr->undo_bw_shortterm);
	bbr->inflight_shortterm = RTE_MAX(bbr->inflight_shortterm, bbr->undo_inflight_shortterm);
	bbr->inflight_longterm = RTE_MAX(bbr->inflight_longterm, bbr->undo_inflight_longterm);
	if (before == BBR_STARTUP && bbr->state != BBR_STARTUP) {
		bbr->full_bw_reached = false;
		if (bbr->state != BBR_PROBE_RTT)
			bbr_enter_startup(bbr);
	} else if (before == BBR_PROBE_BW_UP && bbr->state != BBR_PROBE_BW_UP &&
			bbr->state != BBR_PROBE_RTT) {
		bbr_start_probe_bw_refill(bbr);
	}
	bbr->undo_state = BBR_STATE_COUNT;
}

static void
tell(const struct tcb *tcb, struct estab_conn_info *info)
{
	const struct bbr *bbr = bbr_of(tcb);

	info->bandwidth = bbr->bw;
	info->min_rtt_us = bbr->min_rtt_us != RTT_NONE ? bbr->min_rtt_us : 0;
}

static const struct path_model model = {
	.on_sent = on_sent,
	.on_output = on_output,
	.on_resume = on_resume,
	.on_delivered = on_delivered,
	.on_lost = bbr_lost,
	.on_answered = on_answered,
	.on_recovered = bbr_restore_cwnd,
	.tell = tell,
};

const struct congestion_control congestion_bbr = {
	.name = "bbr",
	.block_size = sizeof(struct bbr),
	.model = &model,
	.init = on_init,
	.on_loss = on_loss,
	.on_timeout = on_timeout,
	.on_ecn = on_ecn,
	.undo = undo,
};
