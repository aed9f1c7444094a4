/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Ethernet header: which frames are for us, and the frames we send. Untagged also means
 * priority-tagged (VLAN 0), as IEEE 802.1Q has it.
 */
#include <errno.h>

#include "net/ethernet.h"

/* 33:33 and the last four bytes of ff02::1, or of one of our solicited-node groups (RFC 2464 7). */
static bool
is_our_ipv6_group(const struct net *net, const struct rte_ether_addr *mac)
{
	static const uint8_t all_nodes[] = { 0x33, 0x33, 0, 0, 0, 1 };
	static const uint8_t solicited_node[] = { 0x33, 0x33, 0xff };

	for (uint16_t i = 0; i < net->address_count; i++) {
		const struct net_address *address = &net->addresses[i];

		if (address->family != ESTAB_FAMILY_IPV6)
			continue;
		if (memcmp(mac->addr_bytes, all_nodes, sizeof(all_nodes)) == 0)
			return true;
		if (memcmp(mac->addr_bytes, solicited_node, 3) == 0 &&
				(address->whole ||
						memcmp(&mac->addr_bytes[3], &address->ip.bytes[13],
								3) == 0))
			return true;
	}
	return false;
}

static bool
is_for_us(const struct net *net, const struct rte_ether_addr *mac, bool *group)
{
	*group = false;
	if (likely(rte_is_same_ether_addr(mac, &net->mac)))
		return true;
	*group = true;
	return rte_is_broadcast_ether_addr(mac) || is_our_ipv6_group(net, mac);
}

/* Read a tag that is still in the frame. */
static unsigned int
parse_tag(struct packet *packet, uint16_t *tci)
{
	const struct rte_vlan_hdr *tag;
	unsigned int next = packet_need(packet, packet->offset + (uint32_t)sizeof(*tag),
			ESTAB_DROP_ETHERNET_TRUNCATED);

	if (next != GO_ON)
		return next;
	tag = packet_header(packet, struct rte_vlan_hdr);
	*tci = rte_be_to_cpu_16(tag->vlan_tci);
	packet->ether_type = rte_be_to_cpu_16(tag->eth_proto);
	packet->offset += sizeof(*tag);
	return GO_ON;
}

/* The VLAN of the frame must be the configured one, wherever the tag is. */
static unsigned int
check_vlan(const struct net *net, struct packet *packet)
{
	uint16_t tci = 0;
	unsigned int next = GO_ON;

	if (packet->mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED)
		tci = packet->mbuf->vlan_tci;
	else if (packet->ether_type == RTE_ETHER_TYPE_VLAN)
		next = parse_tag(packet, &tci);
	if (next != GO_ON)
		return next;
	if (RTE_VLAN_TCI_ID(tci) != rte_be_to_cpu_16(net->vlan_be))
		return ESTAB_DROP_ETHERNET_VLAN;
	return GO_ON;
}

unsigned int
ethernet_parse(const struct net *net, struct packet *packet)
{
	const struct rte_ether_hdr *header;
	unsigned int next = packet_need(packet, sizeof(*header), ESTAB_DROP_ETHERNET_TRUNCATED);

	if (next != GO_ON)
		return next;
	header = packet_header(packet, struct rte_ether_hdr);
	if (!is_for_us(net, &header->dst_addr, &packet->to_group))
		return ESTAB_DROP_ETHERNET_NOT_OURS;
	rte_ether_addr_copy(&header->src_addr, &packet->path.next_hop);
	packet->path.mac_known = true;
	packet->ether_type = rte_be_to_cpu_16(header->ether_type);
	packet->offset = sizeof(*header);
	return check_vlan(net, packet);
}

void
ethernet_write(const struct net *net, void *header, const struct rte_ether_addr *target,
		uint16_t ether_type)
{
	struct rte_ether_hdr *ethernet = header;

	rte_ether_addr_copy(target, &ethernet->dst_addr);
	rte_ether_addr_copy(&net->mac, &ethernet->src_addr);
	ethernet->ether_type = rte_cpu_to_be_16(ether_type);
	if (net->vlan_be != 0) {
		struct rte_vlan_hdr *tag = (struct rte_vlan_hdr *)(ethernet + 1);

		ethernet->ether_type = rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN);
		tag->vlan_tci = net->vlan_be;
		tag->eth_proto = rte_cpu_to_be_16(ether_type);
	}
}

int
ethernet_prepend(const struct net *net, struct rte_mbuf *mbuf, const struct rte_ether_addr *target,
		uint16_t ether_type)
{
	void *header = rte_pktmbuf_prepend(mbuf, ethernet_length(net));

	if (header == NULL)
		return -ENOSPC;
	ethernet_write(net, header, target, ether_type);
	return 0;
}
