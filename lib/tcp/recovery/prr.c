/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9937 6.2, in its order.
 */
#include "tcp/recovery/prr.h"

#include <rte_common.h>

/* More than ssthresh is in flight: in proportion to what was delivered. */
static uint32_t
reduce(const struct prr *prr, uint32_t ssthresh)
{
	const uint64_t allowed =
			((uint64_t)prr->delivered * ssthresh + prr->flight - 1) / prr->flight;

	return allowed > prr->out ? (uint32_t)(allowed - prr->out) : 0;
}

/* Less than ssthresh is: conserve packets, and where that is safe, slow start. */
static uint32_t
rebuild(const struct prr *prr, uint32_t delivered, uint32_t room, uint32_t mss, bool safe)
{
	const uint32_t conserved = prr->delivered > prr->out ? prr->delivered - prr->out : 0;
	const uint32_t limit = RTE_MAX(conserved, delivered) + (safe ? mss : 0);

	return RTE_MIN(room, limit);
}

uint32_t
prr_on_ack(struct prr *prr, uint32_t delivered, uint32_t pipe, uint32_t ssthresh, uint32_t mss,
		bool safe)
{
	uint32_t count;

	prr->delivered += delivered;
	if (pipe > ssthresh)
		count = reduce(prr, ssthresh);
	else
		count = rebuild(prr, delivered, ssthresh - pipe, mss, safe);
	if (prr->out == 0)
		count = RTE_MAX(count, mss); /* the fast retransmit itself */
	return count;
}
