/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Nothing goes below what every path takes: 552 octets for IPv4 (as Linux; RFC 5927 7.2 on forged
 * messages), 1280 for IPv6 (RFC 8200 5).
 */
#include "tcp/path_mtu.h"

#include <rte_common.h>

#include "tcp/recovery/recovery.h"
#include "tcp/text/segment_size.h"
#include "tcp/tcb.h"

enum {
	PATH_MTU_MIN_IPV4 = 552,
	PATH_MTU_MIN_IPV6 = 1280,
	BLACK_HOLE_AFTER = 3, /* retransmissions of a segment that some paths do not take, as R1 */
};

static uint32_t
path_mtu_min(const struct tcb *tcb)
{
	return tcb->path.family == ESTAB_FAMILY_IPV4 ? PATH_MTU_MIN_IPV4 : PATH_MTU_MIN_IPV6;
}

/* Packet size of a full segment. */
static uint32_t
packet_size(const struct tcb *tcb)
{
	return tcb->snd_mss + segment_headers(tcb);
}

/* Take a smaller packet size; false where it is not smaller. */
static bool
shrink(struct tcb *tcb, uint32_t mtu)
{
	mtu = RTE_MAX(mtu, path_mtu_min(tcb));
	if (mtu >= packet_size(tcb))
		return false;
	tcb->snd_mss = (uint16_t)(mtu - segment_headers(tcb));
	return true;
}

void
path_mtu_lower(struct tcb *tcb, uint32_t mtu)
{
	if (tcb->path.family == ESTAB_FAMILY_IPV6 && mtu < PATH_MTU_MIN_IPV6)
		return; /* RFC 8201 4: to be discarded */
	if (mtu == 0)   /* a router older than RFC 1191 */
		mtu = packet_size(tcb) / 2;
	if (!tcb_is_synchronized(tcb) || !shrink(tcb, mtu))
		return;
	/* The path lost these for their size, not for congestion: cwnd stays (RFC 1191 6.4). */
	recovery_send_again(tcb);
}

void
path_mtu_suspect(struct tcb *tcb)
{
	const uint32_t text = RTE_MIN(tcb->work->send.bytes, (uint32_t)tcb->snd_mss);

	if (tcb->work->retransmissions < BLACK_HOLE_AFTER ||
			text + segment_headers(tcb) <= path_mtu_min(tcb))
		return;
	if (shrink(tcb, packet_size(tcb) / 2)) /* RFC 5681 3.1: the loss window is one segment */
		tcb->cwnd = RTE_MIN(tcb->cwnd, (uint32_t)tcb->snd_mss);
}
