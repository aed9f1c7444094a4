/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 7661 4.3 and 4.4. What 4.2 measures is in pipe_ack.c; that cwnd does not grow while it is not
 * used is in congestion.c, since that holds of both phases.
 */
#include "tcp/congestion/validation.h"

#include <rte_common.h>

#include "tcp/seq.h"
#include "tcp/tcb.h"

enum { NVP_S = 300 }; /* 4.4: the non-validated period, five minutes */

static struct validation *
validation_of(struct tcb *tcb)
{
	return &tcb->congestion.validation;
}

static bool
is_lacking(const struct tcb *tcb)
{
	return (tcb->validation_flags & VALIDATION_LACKING) != 0;
}

static uint32_t
initial_window(const struct tcb *tcb)
{
	return tcb->tcp->config.initial_window * (uint32_t)tcb->snd_mss;
}

static uint32_t
pipe_ack_now(const struct tcb *tcb)
{
	return pipe_ack_value(&tcb->congestion.validation.pipe_ack, tcb->tcp->now_ms,
			pipe_ack_period_ms(rto_srtt_us(&tcb->rtt)));
}

void
validation_init(struct tcb *tcb)
{
	*validation_of(tcb) = (struct validation){
		.validated_s = tcp_now_s(tcb->tcp),
	};
	pipe_ack_forget(&validation_of(tcb)->pipe_ack);
	tcb->validation_flags = 0;
	tcb->work->flight.round_end = tcb->work->flight.round_una = tcb->snd_nxt;
	tcb->work->flight.burst_end = 0;
}

/*
 * 4.4.3, once for each five minutes: half of cwnd goes, and slow start may bring it back up to three
 * quarters.
 */
static void
adjust(struct tcb *tcb, uint32_t periods)
{
	const uint32_t left = tcb->cwnd >> RTE_MIN(periods, 31U);

	tcb->ssthresh = RTE_MAX(tcb->ssthresh, tcb->cwnd / 4 * 3);
	tcb->cwnd = RTE_MIN(tcb->cwnd, RTE_MAX(left, initial_window(tcb)));
	validation_of(tcb)->validated_s += periods * NVP_S;
}

/* 4.3: the phase, by what pipeACK says now. */
static void
judge(struct tcb *tcb)
{
	struct validation *validation = validation_of(tcb);
	uint32_t since_s;

	if (pipe_ack_now(tcb) >= tcb->cwnd - tcb->cwnd / 2) {
		tcb->validation_flags &= (uint8_t)~VALIDATION_LACKING;
		validation->validated_s = tcp_now_s(tcb->tcp);
		return;
	}
	if (!is_lacking(tcb))
		tcb->work->flight.burst_end = tcb->snd_nxt + initial_window(tcb);
	tcb->validation_flags |= VALIDATION_LACKING;
	since_s = tcp_now_s(tcb->tcp) - validation->validated_s;
	if (since_s >= NVP_S)
		adjust(tcb, since_s / NVP_S);
}

/*
 * 4.2: the difference of two SND.UNA a round trip apart, but for what is of a recovery. A round trip
 * begins with an ACK and ends with one of what was in flight then: of the two the first counts as
 * well, for what it let go is not acknowledged yet. Unless there was nothing that it let go.
 */
static void
sample(struct tcb *tcb, uint32_t acked)
{
	struct validation *validation = validation_of(tcb);
	const uint32_t octets = tcb->snd_una - tcb->work->flight.round_una;
	const bool counts = (tcb->validation_flags & VALIDATION_VOID_ROUND) == 0;

	tcb->work->flight.round_una = tcb->snd_una - (tcb->snd_una != tcb->snd_nxt ? acked : 0);
	if (seq_lt(tcb->snd_una, tcb->work->recover))
		return; /* what was lost at a timeout is still being repaired */
	tcb->validation_flags &= (uint8_t)~VALIDATION_VOID_ROUND;
	if (counts)
		pipe_ack_sample(&validation->pipe_ack, octets, tcb->tcp->now_ms,
				pipe_ack_period_ms(rto_srtt_us(&tcb->rtt)));
}

/* A round trip that began with nothing in flight begins with the first ACK of what was sent since. */
void
validation_on_round(struct tcb *tcb, uint32_t acked)
{
	const bool began_idle = tcb->work->flight.round_una == tcb->work->flight.round_end;

	if (began_idle && tcb->snd_una != tcb->snd_nxt)
		return;
	sample(tcb, acked);
	judge(tcb);
}

/*
 * What has left the network may be followed by as much: that is no burst of ours, though the receiver
 * may have acknowledged very much at once. If it were not, such a receiver would keep the flight below
 * what validates the window for good.
 */
void
validation_on_ack(struct tcb *tcb, uint32_t acked)
{
	if (is_lacking(tcb))
		tcb->work->flight.burst_end = tcb->snd_nxt + acked + initial_window(tcb);
}

/*
 * 4.2 has pipeACK undefined after a recovery, until there is a sample. A sampling period later, and
 * with nothing in flight, this is one: of nothing. The next is of what is sent from now on.
 */
static void
sample_pause(struct tcb *tcb)
{
	struct validation *validation = validation_of(tcb);
	const uint64_t since_s = tcp_now_s(tcb->tcp) - validation->validated_s;
	const uint32_t period_ms = pipe_ack_period_ms(rto_srtt_us(&tcb->rtt));

	if (since_s * 1000 <= period_ms)
		return;
	pipe_ack_sample(&validation->pipe_ack, 0, tcb->tcp->now_ms, period_ms);
	tcb->validation_flags &= (uint8_t)~VALIDATION_VOID_ROUND;
	tcb->work->flight.round_end = tcb->work->flight.round_una = tcb->snd_nxt;
}

void
validation_resume(struct tcb *tcb, bool idle)
{
	const uint32_t burst_end = tcb->snd_nxt + initial_window(tcb);

	if (validation_of(tcb)->pipe_ack.most[0] == PIPE_ACK_UNDEFINED)
		sample_pause(tcb);
	judge(tcb);
	if (idle || seq_lt(tcb->work->flight.burst_end, burst_end))
		tcb->work->flight.burst_end = burst_end;
}

bool
validation_on_congestion(struct tcb *tcb)
{
	const bool lacking = is_lacking(tcb);
	const uint32_t pipe_ack = pipe_ack_now(tcb), used = congestion_used(tcb);

	if (lacking) /* an undefined pipeACK is none here: the phase is of when it was known */
		tcb->cwnd = RTE_MIN(tcb->cwnd,
				pipe_ack == PIPE_ACK_UNDEFINED ? used : RTE_MAX(pipe_ack, used));
	tcb->cwnd = RTE_MAX(tcb->cwnd, (uint32_t)tcb->snd_mss);
	tcb->validation_flags &= (uint8_t) ~(VALIDATION_LACKING | VALIDATION_LOST);
	return lacking;
}

void
validation_on_loss(struct tcb *tcb)
{
	tcb->ssthresh = RTE_MAX(tcb->cwnd / 2, 2U * tcb->snd_mss);
	tcb->validation_flags |= VALIDATION_LOST;
}

/* After a recovery nothing is known, as at first, until something is measured again (4.2). */
static void
begin_anew(struct tcb *tcb)
{
	pipe_ack_forget(&validation_of(tcb)->pipe_ack);
	validation_of(tcb)->validated_s = tcp_now_s(tcb->tcp);
	tcb->validation_flags &= (uint8_t) ~(VALIDATION_LACKING | VALIDATION_LOST);
	tcb->validation_flags |= VALIDATION_VOID_ROUND;
}

void
validation_on_timeout(struct tcb *tcb)
{
	begin_anew(tcb);
}

void
validation_on_recovered(struct tcb *tcb, uint32_t resent)
{
	if ((tcb->validation_flags & VALIDATION_LOST) != 0) {
		/* (Max(pipeACK, LossFlightSize) - R) / 2, of which ssthresh is the first term's half */
		const uint32_t less = RTE_MIN(resent / 2, tcb->cwnd);

		tcb->cwnd = RTE_MAX(tcb->cwnd - less, (uint32_t)tcb->snd_mss);
		tcb->ssthresh = RTE_MAX(tcb->cwnd, 2U * tcb->snd_mss);
	}
	begin_anew(tcb);
}

uint32_t
validation_burst_room(const struct tcb *tcb)
{
	const uint32_t end = tcb->work->flight.burst_end;

	if (!is_lacking(tcb) || tcb->work->pacing != NULL)
		return UINT32_MAX;
	return seq_gt(end, tcb->work->snd_cursor) ? end - tcb->work->snd_cursor : 0;
}
