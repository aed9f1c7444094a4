/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BBR: the model of the path (draft-ietf-ccwg-bbr, "Updating Network Path Model Parameters"): round
 * trips by packets, the greatest bandwidth of two cycles, how much ACKs come in lumps, and what losses
 * say of what the path can take.
 */
#include <rte_common.h>

#include "tcp/congestion/congestion_bbr.h"
#include "tcp/recovery/recovery.h"
#include "tcp/seq.h"

/* StartRound */
void
bbr_start_round(struct bbr *bbr)
{
	bbr->next_round_delivered = bbr->rate.delivered;
}

/* UpdateRound: a round trip is over when something is delivered that left after its beginning. */
static void
update_round(struct bbr *bbr)
{
	const struct rate_sample *sample = &bbr->sample;

	bbr->round_start = sample->has_data && sample->prior_delivered >= bbr->next_round_delivered;
	if (!bbr->round_start)
		return;
	bbr_start_round(bbr);
	bbr->round_count++;
	bbr->rounds_since_probe_up++;
}

/* UpdateMaxBw: a sample that the application limited counts where it is greater all the same. */
static void
update_max_bw(struct bbr *bbr)
{
	const struct rate_sample *sample = &bbr->sample;

	update_round(bbr);
	if (sample->rate > 0 && (sample->rate >= bbr->max_bw || !sample->app_limited))
		bbr->max_bw_filter[0] = RTE_MAX(bbr->max_bw_filter[0], sample->rate);
	bbr->max_bw = RTE_MAX(bbr->max_bw_filter[0], bbr->max_bw_filter[1]);
}

/* AdvanceMaxBwFilter */
void
bbr_advance_max_bw(struct bbr *bbr)
{
	if (bbr->max_bw_filter[0] == 0)
		return; /* nothing was measured: the cycle goes on */
	bbr->max_bw_filter[1] = bbr->max_bw_filter[0];
	bbr->max_bw_filter[0] = 0;
}

/* UpdateLatestDeliverySignals */
void
bbr_update_latest(struct bbr *bbr)
{
	const struct rate_sample *sample = &bbr->sample;

	bbr->loss_round_start = false;
	bbr->bw_latest = RTE_MAX(bbr->bw_latest, sample->rate);
	bbr->inflight_latest = RTE_MAX(bbr->inflight_latest, sample->delivered);
	if (sample->has_data && sample->prior_delivered >= bbr->loss_round_delivered) {
		bbr->loss_round_delivered = bbr->rate.delivered;
		bbr->loss_round_start = true;
	}
}

/* AdvanceLatestDeliverySignals */
void
bbr_advance_latest(struct bbr *bbr)
{
	if (!bbr->loss_round_start)
		return;
	bbr->bw_latest = bbr->sample.rate;
	bbr->inflight_latest = bbr->sample.delivered;
}

/* ResetCongestionSignals */
void
bbr_reset_congestion_signals(struct bbr *bbr)
{
	bbr->is_loss_in_round = false;
	bbr->bw_latest = 0;
	bbr->inflight_latest = 0;
}

/* ResetShortTermModel */
void
bbr_reset_shortterm(struct bbr *bbr)
{
	bbr->bw_shortterm = BBR_RATE_NONE;
	bbr->inflight_shortterm = BBR_NONE;
}

/* BoundBWForModel */
void
bbr_bound_bw(struct bbr *bbr)
{
	bbr->bw = RTE_MIN(bbr->max_bw, bbr->bw_shortterm);
}

/* InitLowerBounds and LossLowerBounds: towards what was delivered, but by no more than Beta. */
static void
lower_bounds(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	if (bbr->bw_shortterm == BBR_RATE_NONE)
		bbr->bw_shortterm = bbr->max_bw;
	if (bbr->inflight_shortterm == BBR_NONE)
		bbr->inflight_shortterm = tcb->cwnd;
	bbr->bw_shortterm = RTE_MAX(bbr->bw_latest, bbr->bw_shortterm * BBR_BETA_PERCENT / 100);
	bbr->inflight_shortterm = RTE_MAX(bbr->inflight_latest,
			bbr_percent(bbr->inflight_shortterm, BBR_BETA_PERCENT));
}

/* UpdateCongestionSignals; AdaptLowerBoundsFromCongestion once in a round trip */
void
bbr_update_congestion(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	update_max_bw(bbr);
	if (!bbr->loss_round_start)
		return;
	if (!bbr_is_probing_bw(bbr) && bbr->is_loss_in_round)
		lower_bounds(tcb);
	bbr->is_loss_in_round = false;
}

/* UpdateACKAggregation: what came beyond what the bandwidth accounts for. */
void
bbr_update_aggregation(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);
	const uint64_t since_ns = tcb->tcp->now_ns - bbr->extra_acked_ns;
	const uint32_t rounds = bbr->full_bw_reached ? BBR_EXTRA_ACKED_ROUNDS : 1;
	uint64_t expected = delivery_rate_volume(bbr->bw, since_ns / 1000), extra;

	if (bbr->extra_acked_delivered <= expected) {
		bbr->extra_acked_delivered = 0;
		bbr->extra_acked_ns = tcb->tcp->now_ns;
		expected = 0;
	}
	bbr->extra_acked_delivered += bbr->sample.newly_acked;
	extra = RTE_MIN(bbr->extra_acked_delivered - expected, (uint64_t)tcb->cwnd);
	if (bbr->round_start && bbr->round_count - bbr->extra_acked_round >= rounds) {
		bbr->extra_acked_filter[1] = bbr->full_bw_reached ? bbr->extra_acked_filter[0] : 0;
		bbr->extra_acked_filter[0] = 0;
		bbr->extra_acked_round = bbr->round_count;
	}
	bbr->extra_acked_filter[0] = RTE_MAX(bbr->extra_acked_filter[0], (uint32_t)extra);
}

/* IsInflightTooHigh: without SACK, one loss in a round trip is all that can be seen. */
bool
bbr_is_inflight_too_high(const struct tcb *tcb, const struct rate_sample *sample)
{
	if ((tcb->flags & TCB_SACK) == 0)
		return sample->lost > 0;
	return sample->lost > bbr_percent(sample->in_flight, BBR_LOSS_THRESHOLD_PERCENT);
}

/* HandleInflightTooHigh */
void
bbr_inflight_too_high(struct tcb *tcb, const struct rate_sample *sample)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr->prev_probe_too_high = true;
	bbr->is_bw_probe_sample = false;
	if (!sample->app_limited)
		bbr->inflight_longterm = RTE_MAX(sample->in_flight,
				bbr_percent(bbr_target_inflight(tcb), BBR_BETA_PERCENT));
	if (bbr->state == BBR_PROBE_BW_UP) {
		bbr_start_probe_bw_down(tcb);
		bbr->undo_state = BBR_PROBE_BW_UP;
	}
}

/* SaveStateUponLoss */
static void
save_state(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr_save_cwnd(tcb);
	bbr->undo_state = BBR_STATE_COUNT;
	bbr->undo_bw_shortterm = bbr->bw_shortterm;
	bbr->undo_inflight_shortterm = bbr->inflight_shortterm;
	bbr->undo_inflight_longterm = bbr->inflight_longterm;
}

/* NoteLoss; what may have to be restored is what was before the episode. */
void
bbr_note_loss(struct tcb *tcb)
{
	struct bbr *bbr = bbr_of(tcb);

	if (!bbr->is_loss_in_round)
		bbr->loss_round_delivered = bbr->rate.delivered;
	if (!bbr->in_episode)
		save_state(tcb);
	bbr->is_loss_in_round = bbr->in_episode = true;
}

/* InflightAtLoss: how much of what left together was in flight when losses became too many. */
static uint32_t
inflight_at_loss(const struct sending *sending, uint32_t lost, uint32_t size)
{
	const uint32_t of_sending = sending->right - sending->left;
	const uint32_t before = sending->in_flight - RTE_MIN(of_sending, sending->in_flight);
	const uint32_t lost_before = lost - size;
	const uint32_t budget = bbr_percent(before, BBR_LOSS_THRESHOLD_PERCENT);

	if (lost_before >= budget)
		return before;
	return before + (budget - lost_before) * 100 / (100 - BBR_LOSS_THRESHOLD_PERCENT);
}

/* HandleLostPacket, for so many octets of one sending */
static void
lost_of_sending(struct tcb *tcb, const struct sending *sending, uint32_t size)
{
	struct bbr *bbr = bbr_of(tcb);
	struct rate_sample sample = {
		.in_flight = sending->in_flight,
		.lost = (uint32_t)bbr->rate.lost - sending->lost,
		.app_limited = sending->app_limited,
	};

	if (!bbr->is_bw_probe_sample || !bbr_is_inflight_too_high(tcb, &sample))
		return;
	sample.in_flight = inflight_at_loss(sending, sample.lost, size);
	bbr_inflight_too_high(tcb, &sample);
}

void
bbr_lost(struct tcb *tcb, uint32_t left, uint32_t right, bool again)
{
	struct bbr *bbr = bbr_of(tcb);
	const struct delivery_rate *rate = &bbr->rate;
	int i = -1;

	bbr_note_loss(tcb);
	if (bbr->loss_events < UINT8_MAX)
		bbr->loss_events++;
	while ((i = delivery_rate_find(rate, (unsigned int)(i + 1), left, right, again)) >= 0) {
		const struct sending *sending = delivery_rate_at(rate, (unsigned int)i);
		const uint32_t end = seq_min(sending->right, right);
		const uint32_t size = end - seq_max(sending->left, left);

		bbr->rate.lost += end - left;
		lost_of_sending(tcb, sending, size);
		left = end;
		if (!seq_lt(left, right))
			return;
	}
	bbr->rate.lost += right - left; /* of sendings that are forgotten */
}

/* A timeout: all that is in flight, judged by what left first. */
void
bbr_lost_all(struct tcb *tcb, uint32_t octets)
{
	struct bbr *bbr = bbr_of(tcb);

	bbr_note_loss(tcb);
	bbr->rate.lost += octets;
	if (bbr->rate.count > 0)
		lost_of_sending(tcb, delivery_rate_at(&bbr->rate, 0),
				RTE_MIN(octets, tcb->snd_mss));
}
