/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * DCTCP (RFC 8257), for networks that mark early and all of whose hosts use it: the window falls by
 * how much is marked, not by half. It grows, and answers losses, as NewReno does.
 */
#include <rte_common.h>

#include "tcp/congestion/congestion.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

enum { GAIN_SHIFT = 4 }; /* 4.2: g = 1/16 */

/* 3.3: alpha is 1 as long as nothing is known. */
static void
on_init(struct tcb *tcb)
{
	tcb->congestion.dctcp = (struct dctcp){ .alpha = DCTCP_ONE, .window_end = tcb->snd_nxt };
}

/* 3.3: alpha = alpha * (1 - g) + g * M; rounded so that it can reach 0 and 1. */
static void
update_alpha(struct dctcp *dctcp)
{
	const uint64_t marked = (uint64_t)dctcp->marked * DCTCP_ONE / RTE_MAX(dctcp->acked, 1U);
	const uint32_t round = (1U << GAIN_SHIFT) - 1;

	if (marked > dctcp->alpha)
		dctcp->alpha += (uint32_t)(marked - dctcp->alpha + round) >> GAIN_SHIFT;
	else
		dctcp->alpha -= (uint32_t)(dctcp->alpha - marked + round) >> GAIN_SHIFT;
}

/* 3.3 steps 1 to 8. */
static void
on_echo(struct tcb *tcb, uint32_t acked, bool marked)
{
	struct dctcp *dctcp = &tcb->congestion.dctcp;

	dctcp->acked += acked;
	dctcp->marked += marked ? acked : 0;
	if (!seq_gt(tcb->snd_una + acked, dctcp->window_end))
		return;
	update_alpha(dctcp);
	dctcp->window_end = tcb->snd_nxt;
	dctcp->acked = dctcp->marked = 0;
}

/* 3.3: cwnd = cwnd * (1 - alpha / 2). */
static void
on_ecn(struct tcb *tcb)
{
	const uint64_t cut = (uint64_t)tcb->cwnd * tcb->congestion.dctcp.alpha / DCTCP_ONE / 2;

	tcb->cwnd = RTE_MAX(tcb->cwnd - (uint32_t)cut, (uint32_t)tcb->snd_mss);
	tcb->ssthresh = RTE_MAX(tcb->cwnd, 2U * tcb->snd_mss);
}

static void
on_ack(struct tcb *tcb, uint32_t acked)
{
	congestion_newreno.on_ack(tcb, acked);
}

/* 3.5: a loss is a loss. */
static void
on_loss(struct tcb *tcb)
{
	congestion_newreno.on_loss(tcb);
}

const struct congestion_control congestion_dctcp = {
	.name = "dctcp",
	.echoes_each = true,
	.init = on_init,
	.on_ack = on_ack,
	.on_echo = on_echo,
	.on_loss = on_loss,
	.on_timeout = on_loss,
	.on_ecn = on_ecn,
};
