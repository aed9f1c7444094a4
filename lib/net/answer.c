/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Answers of the net room itself: ARP, neighbour discovery, echo. An answer that cannot be built is
 * counted and forgotten; whoever asked will ask again.
 */
#include "net/answer.h"
#include "net/ethernet.h"
#include "net/ipv4.h"
#include "net/ipv6.h"

/* Nobody else reads or writes the bytes of this packet. */
static bool
is_writable(const struct rte_mbuf *mbuf)
{
	return mbuf->nb_segs == 1 && RTE_MBUF_DIRECT(mbuf) && rte_mbuf_refcnt_read(mbuf) == 1;
}

/* What the port told about the received packet must not be taken for requests to send. */
static void
forget_metadata(struct rte_mbuf *mbuf)
{
	mbuf->ol_flags = 0;
	mbuf->tx_offload = 0;
	mbuf->vlan_tci = 0;
	mbuf->packet_type = 0;
	mbuf->port = RTE_MBUF_PORT_INVALID;
}

static struct rte_mbuf *
fresh(struct net *net, uint32_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(net->mbuf_pool);

	if (mbuf == NULL || rte_pktmbuf_tailroom(mbuf) < length) {
		net->stats->tx_dropped_no_mbuf++;
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	return mbuf;
}

struct rte_mbuf *
answer_blank(struct net *net, struct packet *packet, uint16_t length)
{
	struct rte_mbuf *mbuf = packet != NULL ? packet->mbuf : NULL;

	if (mbuf == NULL || !is_writable(mbuf) || mbuf->buf_len < RTE_PKTMBUF_HEADROOM + length)
		return fresh(net, length);
	rte_pktmbuf_reset(mbuf);
	packet->mbuf = NULL;
	return mbuf;
}

struct rte_mbuf *
answer_copy(struct net *net, struct packet *packet)
{
	struct rte_mbuf *mbuf = packet->mbuf, *copy;
	const void *bytes;
	void *room;

	if (is_writable(mbuf)) {
		forget_metadata(mbuf);
		rte_pktmbuf_adj(mbuf, packet->offset);
		packet->mbuf = NULL;
		return mbuf;
	}
	copy = fresh(net, packet->length);
	if (copy == NULL)
		return NULL;
	room = rte_pktmbuf_append(copy, (uint16_t)packet->length);
	bytes = rte_pktmbuf_read(mbuf, packet->offset, packet->length, room);
	if (bytes != room)
		memcpy(room, bytes, packet->length);
	return copy;
}

void
answer_transmit(struct net *net, struct burst *burst, struct rte_mbuf *answer,
		const struct rte_ether_addr *target, uint16_t ether_type)
{
	if (ethernet_prepend(net, answer, target, ether_type) != 0) {
		net->stats->tx_dropped_no_mbuf++;
		rte_pktmbuf_free(answer);
		return;
	}
	burst_transmit(burst, net->stats, answer);
}

static uint16_t
prepend_ip(struct rte_mbuf *answer, const struct path *path, uint8_t protocol)
{
	const uint16_t length = (uint16_t)answer->pkt_len;
	const bool ipv4 = path->family == ESTAB_FAMILY_IPV4;
	void *header = rte_pktmbuf_prepend(answer,
			ipv4 ? sizeof(struct rte_ipv4_hdr) : sizeof(struct rte_ipv6_hdr));

	if (header == NULL)
		return 0;
	if (ipv4) {
		ipv4_write(header, path, protocol, length);
		ipv4_write_checksum(header);
		return RTE_ETHER_TYPE_IPV4;
	}
	ipv6_write(header, path, protocol, length);
	return RTE_ETHER_TYPE_IPV6;
}

void
answer_transmit_ip(struct net *net, struct burst *burst, struct rte_mbuf *answer,
		const struct path *path, uint8_t protocol)
{
	const uint16_t ether_type = prepend_ip(answer, path, protocol);

	if (ether_type == 0) {
		net->stats->tx_dropped_no_mbuf++;
		rte_pktmbuf_free(answer);
		return;
	}
	answer_transmit(net, burst, answer, &path->next_hop, ether_type);
}
