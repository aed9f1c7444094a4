/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * CUBIC (RFC 9438), in integers: bytes and milliseconds. After a reduction the window follows a
 * cubic function of time, flat around the size at which congestion was met, and never slower than
 * Reno would. The first slow start ends as HyStart++ (RFC 9406) has it.
 */
#include <rte_common.h>

#include "tcp/congestion/congestion.h"
#include "tcp/tcb.h"

/*
 * 4.1.1 and 5.1: C = 0.4 segments per s^3 = 1 / (2500 * 10^6) per ms^3, in two steps so that a cube of
 * 2^19 ms (8 minutes, beyond which lies no K) and any MSS fit into 64 bits.
 */
enum {
	C_DIVISOR_FIRST = 2500,
	C_DIVISOR_SECOND = 1000000,
	DISTANCE_MS_MAX = 1 << 19,
};

static struct cubic_epoch *
epoch_of(struct tcb *tcb)
{
	return &tcb->congestion.cubic.epoch;
}

/* 4.6: beta_cubic = 0.7. */
static uint32_t
times_beta(uint32_t bytes)
{
	return (uint32_t)((uint64_t)bytes * 7 / 10);
}

/* The greatest root with root^3 <= x: a bit at a time. */
static uint32_t
cube_root(uint64_t x)
{
	uint64_t root = 0;

	for (uint64_t bit = UINT64_C(1) << 20; bit != 0; bit >>= 1) {
		const uint64_t more = root | bit;

		if (more * more * more <= x)
			root = more;
	}
	return (uint32_t)root;
}

/* 4.2 equation (2): K = cbrt((W_max - cwnd_epoch) / C). */
static uint32_t
time_to_plateau_ms(uint64_t below, uint32_t mss)
{
	return cube_root(below * C_DIVISOR_FIRST * C_DIVISOR_SECOND / mss);
}

/* 4.2; 4.8 and 4.10: without a plateau to come back to, the curve begins at its middle. */
static void
begin_epoch(struct tcb *tcb)
{
	struct cubic_epoch *epoch = epoch_of(tcb);

	epoch->begin_ms = congestion_now_ms(tcb);
	epoch->w_est = tcb->cwnd;
	epoch->acked = 0;
	epoch->k_ms = 0;
	if (epoch->w_max > tcb->cwnd)
		epoch->k_ms = time_to_plateau_ms(epoch->w_max - tcb->cwnd, tcb->snd_mss);
	else
		epoch->w_max = tcb->cwnd;
}

/* 4.2 equation (1): W_cubic(t) = C * (t - K)^3 + W_max. */
static uint32_t
w_cubic(const struct cubic_epoch *epoch, uint64_t t_ms, uint32_t mss)
{
	const bool before = t_ms < epoch->k_ms;
	const uint64_t apart = before ? epoch->k_ms - t_ms : t_ms - epoch->k_ms;
	const uint64_t d = RTE_MIN(apart, (uint64_t)DISTANCE_MS_MAX);
	const uint64_t bytes = d * d * d / C_DIVISOR_FIRST * mss / C_DIVISOR_SECOND;

	if (before)
		return bytes < epoch->w_max ? (uint32_t)(epoch->w_max - bytes) : 0;
	return (uint32_t)RTE_MIN(epoch->w_max + bytes, (uint64_t)CWND_MAX);
}

/*
 * 4.3 equation (4): W_est grows by alpha_cubic segments for each window acknowledged: 3 * (1 - beta)
 * / (1 + beta) = 9/17, and 1 once it is where the last reduction began.
 */
static void
estimate_reno(struct tcb *tcb, uint32_t acked)
{
	struct cubic_epoch *epoch = epoch_of(tcb);
	const bool caught_up = epoch->w_est >= epoch->cwnd_prior;
	const uint64_t per_segment = caught_up ? tcb->cwnd : (uint64_t)tcb->cwnd * 17 / 9;
	const uint64_t credit = (uint64_t)epoch->acked + acked;
	const uint64_t w_est = epoch->w_est + credit / per_segment * tcb->snd_mss;

	epoch->acked = (uint32_t)(credit % per_segment);
	epoch->w_est = (uint32_t)RTE_MIN(w_est, (uint64_t)CWND_MAX);
}

/* 4.2: where the window should be a round trip from now, at most half as much again. */
static uint32_t
target_of(const struct tcb *tcb, uint64_t t_ms)
{
	const uint64_t soon_ms = t_ms + rto_srtt_us(&tcb->rtt) / 1000;
	const uint32_t w = w_cubic(&tcb->congestion.cubic.epoch, soon_ms, tcb->snd_mss);

	return RTE_MAX(tcb->cwnd, RTE_MIN(w, tcb->cwnd + tcb->cwnd / 2));
}

/* 4.3 Reno-friendly region, else 4.4 and 4.5. */
static void
avoid_congestion(struct tcb *tcb, uint32_t acked)
{
	struct cubic_epoch *epoch = epoch_of(tcb);
	uint32_t t_ms;

	if (epoch->begin_ms == 0)
		begin_epoch(tcb);
	estimate_reno(tcb, acked);
	t_ms = congestion_now_ms(tcb) - epoch->begin_ms;
	if (w_cubic(epoch, t_ms, tcb->snd_mss) < epoch->w_est) {
		tcb->cwnd = RTE_MAX(tcb->cwnd, epoch->w_est);
	} else {
		const uint64_t gap = target_of(tcb, t_ms) - tcb->cwnd;

		congestion_grow(tcb, (uint32_t)(gap * RTE_MIN(acked, tcb->cwnd) / tcb->cwnd));
	}
}

/* RFC 9406 4.2: only of the first slow start, before there is a threshold. */
static bool
hystart_applies(const struct tcb *tcb)
{
	return tcb->ssthresh == CWND_MAX;
}

static void
on_init(struct tcb *tcb)
{
	tcb->congestion.cubic = (struct cubic){ 0 };
}

static void
on_ack(struct tcb *tcb, uint32_t acked)
{
	uint32_t growth;

	if (tcb->cwnd >= tcb->ssthresh) {
		avoid_congestion(tcb, acked);
		return;
	}
	growth = congestion_slow_start_growth(tcb, acked);
	if (hystart_applies(tcb))
		growth = hystart_growth(&tcb->work->flight.hystart, growth);
	congestion_grow(tcb, growth);
	epoch_of(tcb)->begin_ms = 0; /* 4.10: congestion avoidance will begin anew */
}

static void
on_round_trip(struct tcb *tcb, const struct round_trip *sample)
{
	struct hystart *hystart = &tcb->work->flight.hystart;

	if (hystart_applies(tcb) && hystart_on_sample(hystart, sample, tcb->snd_una, tcb->snd_nxt))
		tcb->ssthresh = tcb->cwnd;
}

/*
 * 4.6: what is left of what was used; or of cwnd, as "some implementations" have it, which must then
 * not have grown beyond what was used (congestion_on_ack).
 */
static uint32_t
reduced(const struct tcb *tcb)
{
	const bool all = tcb->tcp->config.cubic_from_cwnd;

	return times_beta(all ? tcb->cwnd : RTE_MIN(congestion_used(tcb), tcb->cwnd));
}

/* 4.6 and 4.7 (fast convergence: leave room for a flow that has come). */
static void
on_loss(struct tcb *tcb)
{
	struct cubic_epoch *epoch = epoch_of(tcb);

	tcb->work->flight.prior_epoch = *epoch;
	if (tcb->cwnd < epoch->w_max)
		epoch->w_max = (uint32_t)((uint64_t)tcb->cwnd * 17 / 20);
	else
		epoch->w_max = tcb->cwnd;
	epoch->cwnd_prior = tcb->cwnd;
	epoch->begin_ms = 0;
	tcb->ssthresh = RTE_MAX(reduced(tcb), 2U * tcb->snd_mss);
}

/* 4.6: for ECE "until it reaches a value of 1 SMSS". */
static void
on_ecn(struct tcb *tcb)
{
	on_loss(tcb);
	tcb->cwnd = RTE_MIN(tcb->cwnd, RTE_MAX(reduced(tcb), (uint32_t)tcb->snd_mss));
}

/* 4.8: W_max is what the window will be when congestion avoidance begins. */
static void
on_timeout(struct tcb *tcb)
{
	on_loss(tcb);
	epoch_of(tcb)->w_max = 0;
}

/* 4.9. */
static void
undo(struct tcb *tcb)
{
	*epoch_of(tcb) = tcb->work->flight.prior_epoch;
}

/* 5.8: time in which the application was what limited does not count. */
static void
on_pause(struct tcb *tcb, uint32_t ms)
{
	if (epoch_of(tcb)->begin_ms != 0)
		epoch_of(tcb)->begin_ms += ms;
}

const struct congestion_control congestion_cubic = {
	.name = "cubic",
	.leaves_early = true,
	.init = on_init,
	.on_ack = on_ack,
	.on_round_trip = on_round_trip,
	.on_loss = on_loss,
	.on_timeout = on_timeout,
	.on_ecn = on_ecn,
	.undo = undo,
	.on_pause = on_pause,
};
