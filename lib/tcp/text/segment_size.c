/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.7.1: SendMSS, MMS_S, and what options leave of them.
 */
#include "tcp/text/segment_size.h"

#include <rte_common.h>

#include "tcp/text/reassembly.h"
#include "tcp/tcb.h"

enum {
	IPV4_AND_TCP_HEADERS = 40,
	IPV6_AND_TCP_HEADERS = 60,
	SACK_OPTION_FIXED = 4, /* two NOPs, kind, length */
	SACK_OPTION_BLOCK = 8,
};

uint16_t
mss_announced(const struct tcp *tcp, uint8_t family, uint16_t asked)
{
	const uint16_t headers =
			family == ESTAB_FAMILY_IPV4 ? IPV4_AND_TCP_HEADERS : IPV6_AND_TCP_HEADERS;
	const uint16_t most = (uint16_t)(tcp->mtu - headers);

	return asked != 0 && asked < most ? asked : most;
}

uint16_t
mss_effective(uint8_t family, const struct tcp_options *offered, uint16_t announced)
{
	uint16_t peer = family == ESTAB_FAMILY_IPV4 ? TCP_MSS_DEFAULT_IPV4 : TCP_MSS_DEFAULT_IPV6;

	if ((offered->seen & TCP_OPTION_MSS) != 0)
		peer = (uint16_t)RTE_MAX(offered->mss, TCP_MSS_MIN);
	return (uint16_t)RTE_MIN(peer, announced);
}

uint32_t
segment_headers(const struct tcb *tcb)
{
	const uint32_t fixed = tcb->path.family == ESTAB_FAMILY_IPV4 ? IPV4_AND_TCP_HEADERS
								     : IPV6_AND_TCP_HEADERS;

	return fixed + ((tcb->flags & TCB_TIMESTAMPS) != 0 ? TCP_TIMESTAMPS_LENGTH : 0);
}

uint8_t
sack_blocks_max(const struct tcb *tcb)
{
	return (tcb->flags & TCB_TIMESTAMPS) != 0 ? SACK_BLOCKS_MAX - 1 : SACK_BLOCKS_MAX;
}

uint32_t
segment_size_beside_sack(const struct tcb *tcb)
{
	uint32_t blocks = tcb->work->dsack.left != tcb->work->dsack.right ? 1 : 0;

	if ((tcb->flags & TCB_SACK) == 0)
		return tcb->snd_mss;
	if (tcb->work->reassembly != NULL)
		blocks += tcb->work->reassembly->block_count;
	blocks = RTE_MIN(blocks, (uint32_t)sack_blocks_max(tcb));
	if (blocks == 0)
		return tcb->snd_mss;
	return tcb->snd_mss - (SACK_OPTION_FIXED + blocks * SACK_OPTION_BLOCK);
}
