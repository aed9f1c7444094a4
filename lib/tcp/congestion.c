/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NewReno: RFC 5681 slow start and congestion avoidance counted in bytes (RFC 3465, L = 2 segments).
 */
#include "tcp/congestion.h"

#include <rte_common.h>

#include "tcp/seq.h"
#include "tcp/tcb.h"

#define CWND_MAX (UINT32_C(1) << 30) /* the largest window that can be announced (RFC 7323 2.2) */

/* RFC 5681 equation (4). */
static uint32_t
half_of_flight(const struct tcb *tcb)
{
	return RTE_MAX(tcb_flight_size(tcb) / 2, 2U * tcb->snd_mss);
}

void
congestion_init(struct tcb *tcb)
{
	const bool lost = (tcb->flags & TCB_SYN_LOST) != 0; /* RFC 5681 3.1: then one segment */

	tcb->cwnd = (lost ? 1U : tcb->tcp->config.initial_window) * tcb->snd_mss;
	tcb->ssthresh = CWND_MAX;
}

/* RFC 3465 2.3: L is 2, but 1 while what was lost at a timeout is being repaired. */
static uint32_t
slow_start_limit(const struct tcb *tcb)
{
	return seq_lt(tcb->snd_una, tcb->recover) ? 1 : 2;
}

void
congestion_on_ack(struct tcb *tcb, uint32_t acked)
{
	const uint32_t mss = tcb->snd_mss;
	uint32_t growth;

	if (tcb->cwnd < tcb->ssthresh)
		growth = RTE_MIN(acked, slow_start_limit(tcb) * mss);
	else
		growth = RTE_MAX((uint32_t)((uint64_t)mss * RTE_MIN(acked, mss) / tcb->cwnd), 1U);
	tcb->cwnd = RTE_MIN(tcb->cwnd + growth, CWND_MAX);
}

void
congestion_on_loss(struct tcb *tcb)
{
	tcb->ssthresh = half_of_flight(tcb);
	tcb->cwnd = tcb->ssthresh + 3U * tcb->snd_mss;
}

void
congestion_on_duplicate(struct tcb *tcb)
{
	tcb->cwnd = RTE_MIN(tcb->cwnd + tcb->snd_mss, CWND_MAX);
}

void
congestion_on_partial_ack(struct tcb *tcb, uint32_t acked)
{
	tcb->cwnd = tcb->cwnd > acked ? tcb->cwnd - acked : 0;
	if (acked >= tcb->snd_mss)
		tcb->cwnd += tcb->snd_mss;
	tcb->cwnd = RTE_MAX(tcb->cwnd, (uint32_t)tcb->snd_mss);
}

void
congestion_on_recovered(struct tcb *tcb)
{
	const uint32_t flight = RTE_MAX(tcb_flight_size(tcb), (uint32_t)tcb->snd_mss);

	tcb->cwnd = RTE_MIN(tcb->ssthresh, flight + tcb->snd_mss);
}

void
congestion_on_timeout(struct tcb *tcb)
{
	tcb->ssthresh = half_of_flight(tcb);
	tcb->cwnd = tcb->snd_mss;
}
