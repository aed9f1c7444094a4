/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A received packet on its way through the headers. Each step reads one header at `offset`, checks
 * its length where it reads it, moves `offset` past it, and says how it goes on: GO_ON, or the
 * packet's fate (enum estab_drop or FATE_DELIVERED).
 */
#ifndef LIB_NET_PACKET_H
#define LIB_NET_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "burst.h"
#include "path.h"

/* What a step answers, besides a fate, when the next header is to be read. */
#define GO_ON (FATE_DELIVERED + 1)

/* Or that another room will count the fate of what was read out of the packet. */
#define FATE_DECIDED_LATER (FATE_DELIVERED + 2)

struct packet {
	struct rte_mbuf *mbuf; /* owned; NULL once it has become an answer */
	uint16_t offset;       /* where the next header begins */
	uint16_t ether_type;   /* host byte order, VLAN tag skipped */
	uint32_t length;       /* bytes from offset on that IP says are there */
	uint8_t protocol;      /* of the next header */
	uint8_t hop_limit;     /* as received: TTL */
	uint8_t tos;           /* as received: TOS or traffic class */
	bool to_group;         /* sent to a broadcast or multicast address, of Ethernet or IP */
	struct path path;      /* as in struct segment */
};

/*
 * Make the first `end` bytes contiguous.
 *
 * @return GO_ON, `reason` where the packet is shorter, or HEADER_SPLIT where mbufs cannot be joined
 */
static inline unsigned int
packet_need(struct packet *packet, uint32_t end, enum estab_drop reason)
{
	struct rte_mbuf *mbuf = packet->mbuf;

	if (likely(mbuf->data_len >= end))
		return GO_ON;
	if (mbuf->pkt_len < end)
		return reason;
	if (!RTE_MBUF_DIRECT(mbuf) || rte_mbuf_refcnt_read(mbuf) != 1 ||
			rte_pktmbuf_linearize(mbuf) != 0)
		return ESTAB_DROP_HEADER_SPLIT;
	return GO_ON;
}

/* The header at `offset`. */
#define packet_header(packet, type)                                                                \
	rte_pktmbuf_mtod_offset((packet)->mbuf, const type *, (packet)->offset)

/* Cut everything beyond `length` bytes from offset on: padding of short Ethernet frames. */
void packet_trim(struct packet *packet, uint32_t length);

/*
 * Cut the headers off, all of which lie in the first mbuf; where that held nothing else it is freed.
 *
 * @return the first mbuf then
 */
struct rte_mbuf *packet_cut_headers(struct rte_mbuf *mbuf, uint16_t headers);

#endif
