/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every congestion controller has in common (RFC 5681): initial and loss window, slow start, and
 * the way back from a loss that was none.
 */
#include "tcp/congestion/congestion.h"

#include <rte_common.h>

#include "tcp/congestion/ecn.h"
#include "tcp/congestion/pacing.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

#define MILLISECOND_NS UINT64_C(1000000)

static const struct congestion_control *const controls[] = {
	[ESTAB_CONGESTION_CUBIC] = &congestion_cubic,
	[ESTAB_CONGESTION_NEWRENO] = &congestion_newreno,
	[ESTAB_CONGESTION_DCTCP] = &congestion_dctcp,
	[ESTAB_CONGESTION_BBR] = &congestion_bbr,
};

static const struct congestion_control *
control_of(const struct tcb *tcb)
{
	return controls[tcb->congestion_control];
}

uint32_t
congestion_now_ms(const struct tcb *tcb)
{
	return RTE_MAX(tcb->tcp->now_ms, UINT32_C(1));
}

const char *
congestion_name(const struct tcb *tcb)
{
	return control_of(tcb)->name;
}

bool
congestion_echoes_each(const struct tcb *tcb)
{
	return control_of(tcb)->echoes_each;
}

const struct path_model *
congestion_model(const struct tcb *tcb)
{
	return tcb->work->pacing != NULL ? control_of(tcb)->model : NULL;
}

size_t
congestion_block_size(enum estab_congestion control)
{
	return controls[control]->block_size;
}

void
congestion_on_echo(struct tcb *tcb, uint32_t acked, bool marked)
{
	if (control_of(tcb)->on_echo != NULL)
		control_of(tcb)->on_echo(tcb, acked, marked);
}

uint32_t
congestion_used(const struct tcb *tcb)
{
	const uint32_t allowed = RTE_MIN(tcb->work->flight.flight_max, tcb->cwnd);

	return RTE_MAX(tcb_flight_size(tcb), allowed);
}

static uint32_t
initial_window(const struct tcb *tcb)
{
	const bool lost = (tcb->flags & TCB_SYN_LOST) != 0; /* RFC 5681 3.1: then one segment */

	return (lost ? 1U : tcb->tcp->config.initial_window) * tcb->snd_mss;
}

/*
 * What pacing goes by where the controller states no rate of its own: as Linux, twice of what cwnd
 * carries as long as it may double in a round trip, then 1.2 times, so that it stays cwnd that limits.
 */
enum { PACE_SLOW_START_PERCENT = 200, PACE_PERCENT = 120 };

void
congestion_pace(struct tcb *tcb)
{
	const uint64_t window = RTE_MAX(tcb->cwnd, tcb_flight_size(tcb));
	const bool doubles = tcb->cwnd < tcb->ssthresh / 2;

	if (tcb->work->pacing == NULL || congestion_model(tcb) != NULL ||
			!rto_has_sample(&tcb->rtt))
		return;
	pacing_set_rate(tcb,
			window * (doubles ? PACE_SLOW_START_PERCENT : PACE_PERCENT) * 10000 /
					RTE_MAX(rto_srtt_us(&tcb->rtt), 1U));
}

void
congestion_flight_begin(struct congestion_flight *flight, uint32_t snd_nxt)
{
	flight->round_end = flight->round_una = flight->burst_end = snd_nxt;
	flight->flight_max = 0;
	flight->prior_cwnd = 0;
	flight->prior_held = false;
	hystart_init(&flight->hystart, snd_nxt);
}

void
congestion_init(struct tcb *tcb)
{
	tcb->congestion = (struct congestion){ 0 };
	tcb->congestion_control = (uint8_t)tcb->tcp->config.congestion;
	congestion_flight_begin(&tcb->work->flight, tcb->snd_nxt);
	tcb->cwnd = initial_window(tcb);
	tcb->ssthresh = CWND_MAX;
	validation_init(tcb);
	if (!pacing_begin(tcb) && control_of(tcb)->block_size > 0)
		tcb->congestion_control = ESTAB_CONGESTION_CUBIC;
	congestion_pace(tcb);
	if (control_of(tcb)->init != NULL)
		control_of(tcb)->init(tcb);
}

/*
 * RFC 3465 2.3: L is 2, but 1 while what was lost at a timeout is being repaired. RFC 9406 4.3, where
 * HyStart++ watches the first slow start: 8, and where text is paced, all that is acknowledged.
 */
static uint32_t
slow_start_limit(const struct tcb *tcb)
{
	const uint8_t asked = tcb->tcp->config.abc_limit;

	if (seq_lt(tcb->snd_una, tcb->work->recover))
		return 1;
	if (asked != 0)
		return asked;
	if (tcb->ssthresh != CWND_MAX || !control_of(tcb)->leaves_early)
		return 2;
	return tcb->work->pacing != NULL ? UINT8_MAX : 8;
}

void
congestion_grow(struct tcb *tcb, uint32_t bytes)
{
	tcb->cwnd = (uint32_t)RTE_MIN((uint64_t)tcb->cwnd + bytes, (uint64_t)CWND_MAX);
}

uint32_t
congestion_slow_start_growth(const struct tcb *tcb, uint32_t acked)
{
	const uint32_t growth = RTE_MIN(acked, slow_start_limit(tcb) * tcb->snd_mss);

	const uint32_t left = RTE_MAX(tcb->ssthresh - tcb->cwnd, 2U * tcb->snd_mss);

	return RTE_MIN(growth, left);
}

/*
 * The most that was in flight in this round trip: only ACKs make it less, so they look. The ACK that
 * ends a round trip is still of it.
 */
static uint32_t
note_flight(struct tcb *tcb, uint32_t acked)
{
	struct congestion_flight *now = &tcb->work->flight;
	const uint32_t flight = tcb_flight_size(tcb) + acked;
	const uint32_t most = RTE_MAX(now->flight_max, flight);

	if (seq_geq(tcb->snd_una, now->round_end)) {
		if (congestion_model(tcb) == NULL)
			validation_on_round(tcb, acked);
		now->round_end = tcb->snd_nxt;
		now->flight_max = flight;
	} else {
		now->flight_max = most;
	}
	return most;
}

/*
 * RFC 7661 4.3: in slow start cwnd may be twice of what is used, since that is what it becomes in a
 * round trip; in congestion avoidance it must be full, but for less than a segment.
 */
static bool
window_limits(const struct tcb *tcb, uint64_t used)
{
	return tcb->cwnd < tcb->ssthresh ? tcb->cwnd < 2 * used : tcb->cwnd < used + tcb->snd_mss;
}

/* Time in which cwnd did not limit is no time in which it has been tried. */
static void
pass_pause(struct tcb *tcb)
{
	const uint32_t since_ms = tcb->congestion.grown_ms, now_ms = congestion_now_ms(tcb);

	if (now_ms == since_ms)
		return;
	if (control_of(tcb)->on_pause != NULL && since_ms != 0)
		control_of(tcb)->on_pause(tcb, now_ms - since_ms);
	tcb->congestion.grown_ms = now_ms;
}

void
congestion_on_ack(struct tcb *tcb, uint32_t acked)
{
	const uint32_t used = note_flight(tcb, acked);

	if (congestion_model(tcb) != NULL)
		return;
	validation_on_ack(tcb, acked);
	if (ecn_holds(tcb))
		return;
	if (!window_limits(tcb, used)) {
		pass_pause(tcb);
		return;
	}
	tcb->congestion.grown_ms = congestion_now_ms(tcb);
	control_of(tcb)->on_ack(tcb, acked);
}

void
congestion_on_round_trip(struct tcb *tcb, const struct round_trip *sample)
{
	if (control_of(tcb)->on_round_trip != NULL)
		control_of(tcb)->on_round_trip(tcb, sample);
}

/* RFC 5681 4.1, and what was is remembered as RFC 7661 4.4.3 does. */
static void
restart(struct tcb *tcb)
{
	tcb->ssthresh = RTE_MAX(tcb->ssthresh, tcb->cwnd / 4 * 3);
	tcb->cwnd = RTE_MIN(tcb->cwnd, tcb->tcp->config.initial_window * (uint32_t)tcb->snd_mss);
	validation_init(tcb); /* as one that has just begun */
}

void
congestion_resume(struct tcb *tcb)
{
	const uint32_t sent_ms = tcb->congestion.sent_ms;
	bool idle;

	if (congestion_model(tcb) != NULL)
		congestion_model(tcb)->on_resume(tcb);
	if (sent_ms == 0 || congestion_model(tcb) != NULL)
		return;
	pass_pause(tcb);
	idle = (congestion_now_ms(tcb) - sent_ms) * MILLISECOND_NS > tcb_rto_ns(tcb);
	if (idle && !tcb->tcp->config.idle_keeps_cwnd)
		restart(tcb);
	else
		validation_resume(tcb, idle);
}

void
congestion_on_sent(struct tcb *tcb)
{
	tcb->congestion.sent_ms = congestion_now_ms(tcb);
}

/* Remember what undoing restores; the controller remembers what is its own, where it is asked. */
static void
keep_prior(struct tcb *tcb, bool held)
{
	tcb->work->flight.prior_held = held;
	tcb->work->flight.prior_cwnd = tcb->cwnd;
	tcb->work->flight.prior_ssthresh = tcb->ssthresh;
}

void
congestion_reduce(struct tcb *tcb)
{
	const bool held = ecn_holds(tcb);
	bool lacking;

	keep_prior(tcb, held);
	lacking = congestion_model(tcb) == NULL && validation_on_congestion(tcb);
	if (!held) /* RFC 3168 6.1.2: once for a window of data, marked or lost */
		control_of(tcb)->on_loss(tcb);
	if (lacking)
		validation_on_loss(tcb);
	ecn_on_reduction(tcb);
}

void
congestion_recovered(struct tcb *tcb, bool fast, uint32_t resent)
{
	if (fast)
		tcb->cwnd = RTE_MAX(tcb->ssthresh, (uint32_t)tcb->snd_mss);
	validation_on_recovered(tcb, fast ? resent : 0);
}

void
congestion_on_ecn(struct tcb *tcb)
{
	tcb->work->flight.prior_cwnd = 0; /* a mark is no mistake */
	if (congestion_model(tcb) == NULL)
		validation_on_congestion(tcb);
	control_of(tcb)->on_ecn(tcb);
	ecn_on_reduction(tcb);
}

void
congestion_on_timeout(struct tcb *tcb)
{
	keep_prior(tcb, false);
	if (congestion_model(tcb) == NULL)
		validation_on_congestion(tcb);
	control_of(tcb)->on_timeout(tcb);
	validation_on_timeout(tcb);
	tcb->cwnd = tcb->snd_mss;
	tcb->ecn &= (uint8_t)~ECN_HOLD; /* slow start begins */
	ecn_on_reduction(tcb);
}

void
congestion_undo(struct tcb *tcb)
{
	struct congestion_flight *flight = &tcb->work->flight;

	if (flight->prior_cwnd == 0)
		return;
	tcb->cwnd = RTE_MAX(tcb->cwnd, flight->prior_cwnd);
	tcb->ssthresh = RTE_MAX(tcb->ssthresh, flight->prior_ssthresh);
	flight->prior_cwnd = 0;
	if (!flight->prior_held && control_of(tcb)->undo != NULL)
		control_of(tcb)->undo(tcb);
}
