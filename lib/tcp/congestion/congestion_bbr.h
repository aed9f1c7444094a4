/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * BBR version 3 (draft-ietf-ccwg-bbr): a model of the path, how fast it delivers and how long its
 * round trip is without a queue, says how fast to send and how much may be in flight; a loss changes
 * the model, and only where there are many of them by much.
 *
 * The parts stand in the draft's order: congestion_bbr.c what happens at each event, Startup and
 * Drain; _probe.c the ProbeBW cycle; _rtt.c min_rtt and ProbeRTT; _model.c the bandwidth and what
 * losses do to it; _window.c pacing rate and cwnd. Comments name the draft's sections and functions.
 */
#ifndef LIB_TCP_CONGESTION_CONGESTION_BBR_H
#define LIB_TCP_CONGESTION_CONGESTION_BBR_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp/congestion/delivery_rate.h"
#include "tcp/congestion/pacing.h"
#include "tcp/tcb.h"

enum bbr_state {
	BBR_STARTUP,
	BBR_DRAIN,
	BBR_PROBE_BW_DOWN,
	BBR_PROBE_BW_CRUISE,
	BBR_PROBE_BW_REFILL,
	BBR_PROBE_BW_UP,
	BBR_PROBE_RTT,
	BBR_STATE_COUNT /* BBR.undo_state: none */
};

/* BBR.ack_phase: what the ACKs tell of bandwidth probing. */
enum bbr_ack_phase {
	BBR_ACKS_INIT,
	BBR_ACKS_REFILLING,
	BBR_ACKS_PROBE_STARTING,
	BBR_ACKS_PROBE_FEEDBACK,
	BBR_ACKS_PROBE_STOPPING,
};

enum bbr_parameters {
	BBR_LOSS_THRESHOLD_PERCENT = 2,
	BBR_BETA_PERCENT = 70,
	BBR_HEADROOM_PERCENT = 15,
	BBR_PIPE_SEGMENTS_MIN = 4, /* MinPipeCwnd */
	BBR_STARTUP_FULL_LOSS_COUNT = 6,
	BBR_FULL_BW_ROUNDS = 3,
	BBR_EXTRA_ACKED_ROUNDS =
			5, /* of one of the filter's two parts: ExtraAckedFilterLen is 10 */
	BBR_DRAIN_ROUNDS = 3,
	BBR_RENO_ROUNDS_MAX = 63,
};

#define BBR_NONE      UINT32_MAX /* "Infinity" of what is in flight */
#define BBR_RATE_NONE UINT64_MAX

#define BBR_MIN_RTT_FILTER_NS     UINT64_C(10000000000)
#define BBR_PROBE_RTT_INTERVAL_NS UINT64_C(5000000000)
#define BBR_PROBE_RTT_DURATION_NS UINT64_C(200000000)
#define BBR_PROBE_WAIT_NS         UINT64_C(2000000000) /* and up to a second more */

/* The block of a connection under BBR. Rates are octets per second, volumes octets. */
struct bbr {
	struct pacing pacing; /* first: it is also the block that pacing knows */
	struct delivery_rate rate;
	struct rate_sample sample; /* of the ACK that is being taken */

	uint8_t state;      /* enum bbr_state */
	uint8_t ack_phase;  /* enum bbr_ack_phase */
	uint8_t undo_state; /* enum bbr_state, to go back to where the loss was none */
	uint8_t full_bw_count;
	uint8_t bw_probe_up_rounds;
	uint8_t loss_events; /* ranges lost in this round trip */
	bool round_start;
	bool full_bw_reached;
	bool full_bw_now;
	bool loss_round_start;
	bool is_loss_in_round;
	bool in_episode; /* of losses: what they may take back is saved */
	bool is_bw_probe_sample;
	bool prev_probe_too_high;
	bool prev_probe_precautionary;
	bool idle_restart;
	bool probe_rtt_expired;
	bool probe_rtt_round_done;
	bool has_round_trip; /* the first pacing rate knows of one */

	uint32_t round_count;
	uint32_t rounds_since_probe_up;
	uint32_t drain_start_round;
	uint32_t recovery_round; /* round_count when fast recovery began */
	uint64_t next_round_delivered;
	uint64_t loss_round_delivered;
	uint64_t limited_delivered; /* until so many are delivered, C.is_cwnd_limited */

	uint64_t max_bw_filter[2]; /* of this ProbeBW cycle and of the one before it */
	uint64_t max_bw;
	uint64_t bw;
	uint64_t bw_latest;
	uint64_t bw_shortterm; /* BBR_RATE_NONE: no bound */
	uint64_t full_bw;

	uint32_t inflight_latest;
	uint32_t inflight_shortterm; /* BBR_NONE: no bound */
	uint32_t inflight_longterm;  /* BBR_NONE: no bound */
	uint32_t bw_probe_up_acked;
	uint32_t probe_up_acked_per_inc;
	uint32_t prior_cwnd;

	uint32_t min_rtt_us; /* RTT_NONE: not measured */
	uint32_t probe_rtt_min_us;
	uint64_t min_rtt_ns; /* when it was measured */
	uint64_t probe_rtt_min_ns;
	uint64_t probe_rtt_done_ns; /* 0: not yet known */
	uint64_t cycle_ns;          /* when this ProbeBW cycle began */
	uint64_t probe_wait_ns;     /* BBR.bw_probe_wait */

	uint64_t extra_acked_ns; /* BBR.extra_acked_interval_start */
	uint64_t extra_acked_delivered;
	uint32_t extra_acked_filter[2]; /* the greatest of some rounds, and of those before them */
	uint32_t extra_acked_round;     /* round_count when the first of them began */

	uint64_t undo_bw_shortterm;
	uint32_t undo_inflight_shortterm;
	uint32_t undo_inflight_longterm;
};

static inline struct bbr *
bbr_of(const struct tcb *tcb)
{
	return (struct bbr *)tcb->work->pacing;
}

/* That part of a volume, or that multiple. */
static inline uint32_t
bbr_percent(uint64_t volume, unsigned int percent)
{
	return (uint32_t)(volume * percent / 100);
}

static inline bool
bbr_is_in_probe_bw(const struct bbr *bbr)
{
	return bbr->state >= BBR_PROBE_BW_DOWN && bbr->state <= BBR_PROBE_BW_UP;
}

static inline bool
bbr_is_probing_bw(const struct bbr *bbr)
{
	return bbr->state == BBR_STARTUP || bbr->state == BBR_PROBE_BW_REFILL ||
			bbr->state == BBR_PROBE_BW_UP;
}

static inline bool
bbr_is_cwnd_limited(const struct bbr *bbr)
{
	return bbr->rate.delivered < bbr->limited_delivered;
}

/* congestion_bbr.c */
void bbr_enter_startup(struct bbr *bbr);
void bbr_reset_full_bw(struct bbr *bbr, uint64_t rate);

/* congestion_bbr_probe.c: 5.3.3 ProbeBW */
void bbr_start_probe_bw_down(struct tcb *tcb);
void bbr_start_probe_bw_cruise(struct bbr *bbr);
void bbr_start_probe_bw_refill(struct bbr *bbr);
void bbr_update_probe_bw(struct tcb *tcb);

/* congestion_bbr_rtt.c: 5.3.4 ProbeRTT */
void bbr_update_min_rtt(struct tcb *tcb);
void bbr_check_probe_rtt(struct tcb *tcb);
void bbr_check_probe_rtt_done(struct tcb *tcb);

/* congestion_bbr_model.c: 5.5 Updating Network Path Model Parameters */
void bbr_start_round(struct bbr *bbr);
void bbr_update_latest(struct bbr *bbr);
void bbr_update_congestion(struct tcb *tcb);
void bbr_update_aggregation(struct tcb *tcb);
void bbr_advance_latest(struct bbr *bbr);
void bbr_advance_max_bw(struct bbr *bbr);
void bbr_reset_congestion_signals(struct bbr *bbr);
void bbr_reset_shortterm(struct bbr *bbr);
void bbr_bound_bw(struct bbr *bbr);
bool bbr_is_inflight_too_high(const struct tcb *tcb, const struct rate_sample *sample);
void bbr_inflight_too_high(struct tcb *tcb, const struct rate_sample *sample);
void bbr_note_loss(struct tcb *tcb);
void bbr_lost(struct tcb *tcb, uint32_t left, uint32_t right, bool again);
void bbr_lost_all(struct tcb *tcb, uint32_t octets);

/* congestion_bbr_window.c: 5.6 Updating Control Parameters */
uint32_t bbr_bdp_multiple(const struct tcb *tcb, uint64_t bw, unsigned int gain_percent);
uint32_t bbr_inflight(const struct tcb *tcb, unsigned int gain_percent);
uint32_t bbr_target_inflight(const struct tcb *tcb);
uint32_t bbr_inflight_with_headroom(const struct tcb *tcb);
uint32_t bbr_probe_rtt_cwnd(const struct tcb *tcb);
void bbr_init_pacing_rate(struct tcb *tcb);
void bbr_set_pacing_rate(struct tcb *tcb, unsigned int gain_percent);
void bbr_update_control(struct tcb *tcb);
void bbr_save_cwnd(struct tcb *tcb);
void bbr_restore_cwnd(struct tcb *tcb);

#endif
