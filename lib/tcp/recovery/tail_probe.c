/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 8985 7, in its order. At most one probe is out at a time; what became of it is known when
 * something beyond it is acknowledged, or its duplicate.
 */
#include "tcp/recovery/tail_probe.h"

#include <rte_common.h>

#include "tcp/congestion/congestion.h"
#include "tcp/recovery/recovery.h"
#include "tcp/recovery/sack.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

enum {
	SLACK_US = 2000,            /* as Linux TCP_TIMEOUT_MIN, for timers that tick */
	NO_ROUND_TRIP_US = 1000000, /* 7.2, where SRTT is not known */
	TICK_US = TCP_TICK_NS / 1000,
};

/* All is in flight and in order, as far as we know, and no probe is out (7.2). */
static bool
may_probe(const struct tcb *tcb)
{
	const struct recovery *recovery = tcb->work->recovery;

	if ((tcb->flags & (TCB_SACK | TCB_WENT_BACK | TCB_TAIL_PROBED)) != TCB_SACK ||
			tcb->tcp->config.no_tail_probe || !tcb_is_synchronized(tcb) ||
			tcb_flight_size(tcb) == 0)
		return false;
	return recovery == NULL ||
			(recovery->phase == RECOVERY_NONE && scoreboard_is_plain(&recovery->board));
}

/* PTO, 7.2; the peer may delay its ACK of a single segment, by less than the least RTO (as Linux). */
static uint64_t
probe_timeout_us(const struct tcb *tcb)
{
	const uint64_t srtt_us = rto_srtt_us(&tcb->rtt);
	uint64_t us = rto_has_sample(&tcb->rtt) ? 2 * srtt_us + SLACK_US : NO_ROUND_TRIP_US;

	if (tcb_flight_size(tcb) <= tcb->snd_mss)
		us += tcb->tcp->config.rto_min_ns / 1000;
	return us;
}

void
tail_probe_arm(struct tcb *tcb)
{
	const uint32_t rto_ticks =
			tcb->work->deadlines[TIMER_RETRANSMIT] - (uint32_t)tcb->tcp->now_tick;
	uint64_t probe_ticks;

	if (!may_probe(tcb))
		return;
	/* Where the retransmission timer would be first, the probe goes in its place. */
	probe_ticks = (probe_timeout_us(tcb) + TICK_US - 1) / TICK_US;
	tcb_arm_ticks(tcb, TIMER_RECOVERY, RTE_MIN(probe_ticks, (uint64_t)rto_ticks));
}

/* The tail may lie beyond a window that has shrunk since, or closed. */
bool
tail_probe_may_go(const struct tcb *tcb)
{
	return may_probe(tcb) && tcb_flight_size(tcb) <= tcb->snd_wnd &&
			tcb->work->retransmissions == 0;
}

void
tail_probe_timeout(struct tcb *tcb)
{
	if (!tail_probe_may_go(tcb) || recovery_get(tcb) == NULL)
		return; /* the retransmission timer is there */
	tcb->tcp->stats->tail_probes++;
	tcb_mark(tcb, MARK_TAIL_PROBE);
	tcb_arm(tcb, TIMER_RETRANSMIT, tcb_rto_ns(tcb));
}

void
tail_probe_sent(struct tcb *tcb, bool again)
{
	tcb->flags &= ~(uint32_t)TCB_TAIL_RESENT;
	tcb->flags |= TCB_TAIL_PROBED | (again ? TCB_TAIL_RESENT : 0);
	tcb->work->probe_end = tcb->snd_nxt;
}

/*
 * True where nothing was lost: the probe was new text, a duplicate was told of, or an ACK that brings
 * nothing says that both have arrived.
 */
static bool
probe_was_needless(const struct tcb *tcb, const struct segment *seg, uint32_t acked,
		const struct sack_report *report)
{
	const bool told = report->duplicate && report->came_twice.right == tcb->work->probe_end;

	return (tcb->flags & TCB_TAIL_RESENT) == 0 || told ||
			(seg->ack == tcb->work->probe_end && acked == 0 && seg->len == 0 &&
					report->count == 0);
}

void
tail_probe_on_ack(struct tcb *tcb, const struct segment *seg, uint32_t acked,
		const struct sack_report *report)
{
	const bool needless = probe_was_needless(tcb, seg, acked, report);

	if (seq_lt(seg->ack, tcb->work->probe_end) ||
			(!needless && seg->ack == tcb->work->probe_end))
		return; /* not known yet */
	tcb->flags &= ~(uint32_t)TCB_TAIL_PROBED;
	if (needless || recovery_is_repairing(tcb))
		return;
	/* No duplicate was told of: the probe has repaired a loss (7.4.2). */
	congestion_reduce(tcb);
	tcb->cwnd = RTE_MIN(tcb->cwnd, tcb->ssthresh);
}
