/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets -> segments. Each packet goes through its headers in one pass and meets exactly one fate:
 * it becomes a segment, is used here (and perhaps answered), or is dropped under a name.
 */
#include <netinet/in.h>

#include <rte_prefetch.h>

#include "base/prefetch.h"
#include "net/arp.h"
#include "net/ethernet.h"
#include "net/icmp.h"
#include "net/ipv4.h"
#include "net/ipv6.h"
#include "net/tcp_header.h"
#include "net/usual_parse.h"

enum { PREFETCH_AHEAD = 8, PREFETCH_TEXT_AHEAD = 4 };

/*
 * What a packet's turn needs: its headers, and where its text lies in an mbuf of its own that mbuf,
 * some packets later the text's first line. All mbufs of the burst are asked for before: their way here
 * may have been from another lcore, and they are going to be written.
 */
static inline void
prefetch_packet(const struct rte_mbuf *mbuf)
{
	const uint8_t *headers = rte_pktmbuf_mtod(mbuf, const uint8_t *);

	rte_prefetch0(headers);
	rte_prefetch0(headers + RTE_CACHE_LINE_SIZE);
	if (unlikely(mbuf->nb_segs != 1)) {
		prefetch_for_write(mbuf->next);
		prefetch_for_write(&mbuf->next->next);
	}
}

static inline void
prefetch_text(const struct rte_mbuf *mbuf)
{
	if (unlikely(mbuf->nb_segs != 1))
		rte_prefetch0(rte_pktmbuf_mtod(mbuf->next, const void *));
}

static inline void
prefetch_first(const struct burst *burst)
{
	for (int i = 0; i < burst->rx_count; i++) {
		prefetch_for_write(burst->rx[i]);
		prefetch_for_write(&burst->rx[i]->next);
	}
	for (int i = 0; i < RTE_MIN(burst->rx_count, PREFETCH_AHEAD); i++)
		prefetch_packet(burst->rx[i]);
}

static unsigned int
parse_ip(struct net *net, struct burst *burst, struct packet *packet, uint64_t now_ns)
{
	const bool ipv4 = packet->ether_type == RTE_ETHER_TYPE_IPV4;
	unsigned int next = ipv4 ? ipv4_parse(net, packet) : ipv6_parse(net, packet);

	if (next != GO_ON)
		return next;
	if (likely(packet->protocol == IPPROTO_TCP))
		return tcp_header_parse(net, packet, &burst->arrived[burst->arrived_count]);
	if (packet->protocol == IPPROTO_ICMP && ipv4)
		return icmp_arrives(net, burst, packet);
	if (packet->protocol == IPPROTO_ICMPV6 && !ipv4)
		return icmpv6_arrives(net, burst, packet, now_ns);
	return ESTAB_DROP_IP_PROTOCOL;
}

static unsigned int
parse_packet(struct net *net, struct burst *burst, struct packet *packet, uint64_t now_ns)
{
	unsigned int next = ethernet_parse(net, packet);

	if (next != GO_ON)
		return next;
	switch (packet->ether_type) {
	case RTE_ETHER_TYPE_IPV4:
	case RTE_ETHER_TYPE_IPV6:
		return parse_ip(net, burst, packet, now_ns);
	case RTE_ETHER_TYPE_ARP:
		return arp_arrives(net, burst, packet, now_ns);
	default:
		return ESTAB_DROP_ETHERNET_TYPE;
	}
}

/* The long way: every header by itself. */
static __rte_noinline void
take_packet(struct net *net, struct burst *burst, struct rte_mbuf *mbuf, uint64_t now_ns)
{
	struct packet packet = { .mbuf = mbuf };
	unsigned int next;

	next = parse_packet(net, burst, &packet, now_ns);
	if (next == GO_ON) {
		burst->arrived_count++;
		return;
	}
	if (next != FATE_DECIDED_LATER)
		stats_count_fate(net->stats, next);
	rte_pktmbuf_free(packet.mbuf);
}

/* Not inline: its loop wants all registers for itself. */
__rte_noinline void
net_parse(struct net *net, struct burst *burst, uint64_t now_ns)
{
	struct segment *seg = &burst->arrived[burst->arrived_count];
	const unsigned int count = burst->rx_count;
	const uint16_t before = burst->arrived_count;
	uint64_t bytes = 0;

	assert(burst->arrived_count + count <= BURST_RX_MAX);
	prefetch_first(burst);
	for (unsigned int i = 0; i < count; i++) {
		struct rte_mbuf *mbuf = burst->rx[i];

		if (i + PREFETCH_AHEAD < count)
			prefetch_packet(burst->rx[i + PREFETCH_AHEAD]);
		if (i + PREFETCH_TEXT_AHEAD < count)
			prefetch_text(burst->rx[i + PREFETCH_TEXT_AHEAD]);
		bytes += mbuf->pkt_len;
		if (likely(usual_parse(net, mbuf, seg))) {
			burst->arrived_count++;
			seg++;
		} else {
			take_packet(net, burst, mbuf, now_ns);
			seg = &burst->arrived[burst->arrived_count];
		}
	}
	net->stats->rx_packets += count;
	net->stats->rx_bytes += bytes;
	net->stats->segments_received += (uint64_t)(burst->arrived_count - before);
	burst->rx_count = 0;
}
