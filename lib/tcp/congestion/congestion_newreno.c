/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * NewReno: RFC 5681 slow start and congestion avoidance counted in bytes (RFC 3465); half of what is
 * in flight is left after a loss.
 */
#include <rte_common.h>

#include "tcp/congestion/congestion.h"
#include "tcp/tcb.h"

/*
 * RFC 3465 2.1: a segment when a whole window has been acknowledged, in however many ACKs. RFC 5681
 * 3.1 recommends that rather than equation (3), which knows ACKs and no octets.
 */
static void
avoid_congestion(struct tcb *tcb, uint32_t acked)
{
	uint32_t *counted = &tcb->congestion.counted;

	*counted += RTE_MIN(acked, tcb->cwnd);
	if (*counted < tcb->cwnd)
		return;
	*counted = RTE_MIN(*counted - tcb->cwnd, tcb->cwnd);
	congestion_grow(tcb, tcb->snd_mss);
}

static void
on_ack(struct tcb *tcb, uint32_t acked)
{
	if (tcb->cwnd < tcb->ssthresh)
		congestion_grow(tcb, congestion_slow_start_growth(tcb, acked));
	else
		avoid_congestion(tcb, acked);
}

static void
halve(struct tcb *tcb)
{
	tcb->ssthresh = RTE_MAX(congestion_used(tcb) / 2, 2U * tcb->snd_mss); /* equation (4) */
	tcb->congestion.counted = 0;
}

/* RFC 3168 6.1.2: cwnd falls to one segment, if need be. */
static void
halve_for_mark(struct tcb *tcb)
{
	halve(tcb);
	tcb->cwnd = RTE_MIN(tcb->cwnd, RTE_MAX(tcb_flight_size(tcb) / 2, (uint32_t)tcb->snd_mss));
}

const struct congestion_control congestion_newreno = {
	.name = "newreno",
	.on_ack = on_ack,
	.on_loss = halve,
	.on_timeout = halve,
	.on_ecn = halve_for_mark,
};
