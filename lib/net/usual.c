/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is known of usual packets before any arrives: their headers where these are always the same,
 * the addresses, and the flags of their mbufs.
 */
#include "net/usual.h"

#include <netinet/in.h>

#include "net/checksum.h"

/* The words of a frame's first bytes, and which of their bits are fixed. */
static void
init_forms(struct usual *usual, const struct rte_ether_addr *mac)
{
	struct usual_headers form = {
		.ether = { .dst_addr = *mac, .ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4) },
		.ipv4 = { .version_ihl = RTE_IPV4_VHL_DEF, .next_proto_id = IPPROTO_TCP },
	};
	struct usual_headers mask = {
		.ether.ether_type = 0xffff,
		.ipv4 = { .version_ihl = 0xff,
				.fragment_offset = RTE_BE16((uint16_t)~RTE_IPV4_HDR_DF_FLAG),
				.next_proto_id = 0xff },
	};

	memset(&mask.ether.dst_addr, 0xff, sizeof(mask.ether.dst_addr));
	memcpy(usual->forms, &form, sizeof(usual->forms));
	memcpy(usual->form_masks, &mask, sizeof(usual->form_masks));
}

/* A port that was granted a check says GOOD; what else it says is read the long way. */
static void
init_flags(struct usual *usual, uint32_t offloads)
{
	usual->rx_flags_mask = RTE_MBUF_F_RX_VLAN_STRIPPED;
	usual->rx_sums = (ESTAB_PORT_RX_IPV4_CHECKSUM | ESTAB_PORT_RX_TCP_CHECKSUM) & ~offloads;
	if ((offloads & ESTAB_PORT_RX_IPV4_CHECKSUM) != 0) {
		usual->rx_flags_mask |= RTE_MBUF_F_RX_IP_CKSUM_MASK;
		usual->rx_flags |= RTE_MBUF_F_RX_IP_CKSUM_GOOD;
	}
	if ((offloads & ESTAB_PORT_RX_TCP_CHECKSUM) != 0) {
		usual->rx_flags_mask |= RTE_MBUF_F_RX_L4_CKSUM_MASK;
		usual->rx_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	}
	usual->tx_sums = (ESTAB_PORT_TX_IPV4_CHECKSUM | ESTAB_PORT_TX_TCP_CHECKSUM) & ~offloads;
	if ((offloads & (ESTAB_PORT_TX_IPV4_CHECKSUM | ESTAB_PORT_TX_TCP_CHECKSUM)) != 0)
		usual->tx_flags = RTE_MBUF_F_TX_IPV4;
	if ((offloads & ESTAB_PORT_TX_IPV4_CHECKSUM) != 0)
		usual->tx_flags |= RTE_MBUF_F_TX_IP_CKSUM;
	if ((offloads & ESTAB_PORT_TX_TCP_CHECKSUM) != 0)
		usual->tx_flags |= RTE_MBUF_F_TX_TCP_CKSUM;
}

/* What is set at once of an mbuf, as the drivers do. */
static void
init_rearm(struct usual *usual)
{
	const struct rte_mbuf mbuf = {
		.data_off = RTE_PKTMBUF_HEADROOM,
		.refcnt = 1,
		.nb_segs = 1,
		.port = RTE_MBUF_PORT_INVALID,
	};

	memcpy(&usual->rearm, (const uint8_t *)&mbuf + offsetof(struct rte_mbuf, data_off),
			sizeof(usual->rearm));
}

_Static_assert(offsetof(struct rte_mbuf, ol_flags) == offsetof(struct rte_mbuf, data_off) + 8,
		"data_off, refcnt, nb_segs and port are one word");

/* Ours are all between the network's own address and the broadcast address, so that is barred too. */
static void
init_range(struct usual *usual, rte_be32_t ours, uint32_t hosts)
{
	const rte_be32_t mask = ~rte_cpu_to_be_32(hosts);

	usual->barred[usual->barred_count++] = ours & mask;
	usual->ranges[usual->range_count++] =
			(struct usual_range){ .prefix = ours & mask, .mask = mask };
}

/* Nobody else has an address of ours, nor a broadcast address, nor what looks like one. */
static void
init_addresses(struct net *net)
{
	struct usual *usual = &net->usual;

	for (uint16_t i = 0; i < net->address_count; i++) {
		const struct net_address *address = &net->addresses[i];
		const rte_be32_t ours = address->ip.words[0];
		const uint32_t hosts = UINT32_MAX >> address->prefix_length % 32;

		if (address->family != ESTAB_FAMILY_IPV4)
			continue;
		usual->locals[usual->local_count++] = ours;
		usual->barred[usual->barred_count++] = ours;
		usual->barred[usual->barred_count++] = ours | rte_cpu_to_be_32(hosts);
		if (address->whole && address->prefix_length < 31)
			init_range(usual, ours, hosts);
	}
}

void
usual_init(struct net *net)
{
	struct usual *usual = &net->usual;

	memset(usual, 0, sizeof(*usual));
	init_forms(usual, &net->mac);
	init_flags(usual, net->offloads);
	init_rearm(usual);
	init_addresses(net);
	usual->path = (struct path){
		.family = ESTAB_FAMILY_IPV4,
		.hop_limit = net->hop_limit,
		.mac_known = true,
	};
	memcpy(usual->source_and_type, &net->mac, sizeof(net->mac));
	usual->source_and_type[sizeof(net->mac)] = RTE_ETHER_TYPE_IPV4 >> 8;
	usual->writes = net->vlan_be == 0;
	if (!usual->writes || usual->local_count == 0)
		usual->rx_flags = UINT64_MAX; /* no packet's are that */
}

bool
usual_add_up(const struct net *net, const struct rte_mbuf *mbuf, const struct usual_headers *h,
		uint32_t length)
{
	const uint64_t addresses = checksum_halves(usual_load_64(&h->ipv4.src_addr));
	const uint64_t before = checksum_halves(usual_load_64(&h->ipv4)) +
			usual_load_32(&h->ipv4.time_to_live);
	uint16_t sum;

	if ((net->usual.rx_sums & ESTAB_PORT_RX_IPV4_CHECKSUM) != 0 &&
			checksum_fold(addresses + before) != CHECKSUM_RIGHT)
		return false;
	if ((net->usual.rx_sums & ESTAB_PORT_RX_TCP_CHECKSUM) == 0)
		return true;
	sum = mbuf->nb_segs == 1 ? checksum_text(net->sum_lanes, &h->tcp, length)
				 : checksum_chain_text(net->sum_lanes, mbuf,
						   offsetof(struct usual_headers, tcp), length);
	return checksum_fold(addresses + usual_sum_pseudo_header(length) + sum) == CHECKSUM_RIGHT;
}
