/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARP: answers go to the MAC address the frame came from, which needs no entry in any table. What
 * others say updates entries that exist; only one who asks for us may get a new one.
 */
#include <rte_arp.h>

#include "net/answer.h"
#include "net/arp.h"
#include "net/resolve.h"

static void
write_arp(const struct net *net, struct rte_mbuf *mbuf, uint16_t opcode,
		const struct rte_arp_ipv4 *addresses)
{
	struct rte_arp_hdr *arp = (void *)rte_pktmbuf_append(mbuf, sizeof(*arp));

	(void)net; /* where asserts are compiled out */
	assert(arp != NULL && rte_is_same_ether_addr(&addresses->arp_sha, &net->mac));
	*arp = (struct rte_arp_hdr){
		.arp_hardware = rte_cpu_to_be_16(RTE_ARP_HRD_ETHER),
		.arp_protocol = rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4),
		.arp_hlen = RTE_ETHER_ADDR_LEN,
		.arp_plen = sizeof(rte_be32_t),
		.arp_opcode = rte_cpu_to_be_16(opcode),
		.arp_data = *addresses,
	};
}

void
arp_request(struct net *net, struct burst *burst, rte_be32_t target)
{
	static const struct rte_ether_addr broadcast = { .addr_bytes = { 0xff, 0xff, 0xff, 0xff,
									 0xff, 0xff } };
	const union ip_address remote = { .words = { target } };
	struct rte_arp_ipv4 addresses = { .arp_sha = net->mac, .arp_tip = target };
	union ip_address local;
	struct rte_mbuf *mbuf;

	if (net_source_address(net, &remote, ESTAB_FAMILY_IPV4, &local) != 0)
		return;
	mbuf = answer_blank(net, NULL, sizeof(struct rte_arp_hdr));
	if (mbuf == NULL)
		return;
	addresses.arp_sip = local.words[0];
	write_arp(net, mbuf, RTE_ARP_OP_REQUEST, &addresses);
	answer_transmit(net, burst, mbuf, &broadcast, RTE_ETHER_TYPE_ARP);
}

static void
reply(struct net *net, struct burst *burst, struct packet *packet,
		const struct rte_arp_ipv4 *request)
{
	const struct rte_arp_ipv4 addresses = {
		.arp_sha = net->mac,
		.arp_sip = request->arp_tip,
		.arp_tha = request->arp_sha,
		.arp_tip = request->arp_sip,
	};
	struct rte_mbuf *mbuf = answer_blank(net, packet, sizeof(struct rte_arp_hdr));

	if (mbuf == NULL)
		return;
	write_arp(net, mbuf, RTE_ARP_OP_REPLY, &addresses);
	answer_transmit(net, burst, mbuf, &packet->path.next_hop, RTE_ETHER_TYPE_ARP);
}

/* Sender 0.0.0.0 is a probe (RFC 5227 2.1.1) and tells nothing. */
static bool
sender_is_valid(const struct net *net, const struct rte_arp_hdr *arp)
{
	const union ip_address sender = { .words = { arp->arp_data.arp_sip } };

	if (!rte_is_valid_assigned_ether_addr(&arp->arp_data.arp_sha))
		return false;
	if (sender.words[0] == 0)
		return arp->arp_opcode == rte_cpu_to_be_16(RTE_ARP_OP_REQUEST);
	return !net_is_unusable_peer(net, &sender, ESTAB_FAMILY_IPV4);
}

static bool
is_valid(const struct net *net, const struct rte_arp_hdr *arp)
{
	return arp->arp_hardware == rte_cpu_to_be_16(RTE_ARP_HRD_ETHER) &&
			arp->arp_protocol == rte_cpu_to_be_16(RTE_ETHER_TYPE_IPV4) &&
			arp->arp_hlen == RTE_ETHER_ADDR_LEN &&
			arp->arp_plen == sizeof(rte_be32_t) &&
			(arp->arp_opcode == rte_cpu_to_be_16(RTE_ARP_OP_REQUEST) ||
					arp->arp_opcode == rte_cpu_to_be_16(RTE_ARP_OP_REPLY)) &&
			sender_is_valid(net, arp);
}

unsigned int
arp_arrives(struct net *net, struct burst *burst, struct packet *packet, uint64_t now_ns)
{
	union ip_address sender = { 0 }, target = { 0 };
	const struct rte_arp_hdr *arp;
	struct rte_arp_ipv4 addresses;
	bool asked_for_us, learnt;
	unsigned int next = packet_need(packet, packet->offset + (uint32_t)sizeof(*arp),
			ESTAB_DROP_ARP_MALFORMED);

	if (next != GO_ON)
		return next;
	arp = packet_header(packet, struct rte_arp_hdr);
	if (!is_valid(net, arp))
		return ESTAB_DROP_ARP_MALFORMED;
	addresses = arp->arp_data;
	sender.words[0] = addresses.arp_sip;
	target.words[0] = addresses.arp_tip;
	asked_for_us = arp->arp_opcode == rte_cpu_to_be_16(RTE_ARP_OP_REQUEST) &&
			net_is_local(net, &target, ESTAB_FAMILY_IPV4);
	learnt = sender.words[0] != 0 &&
			resolve_learn(net, burst, &sender, ESTAB_FAMILY_IPV4, &addresses.arp_sha,
					asked_for_us, now_ns);
	if (asked_for_us && (net->offloads & ESTAB_PORT_NEIGHBOURS_ANSWERED) == 0)
		reply(net, burst, packet, &addresses);
	if (!asked_for_us && !learnt)
		return ESTAB_DROP_ARP_NOT_OURS;
	net->stats->arp_received++;
	return FATE_DELIVERED;
}
