/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv4 in and out. Fragments are dropped: what we send carries DF and an MSS that fits, so that a
 * peer has no reason to send any. Source routes are dropped too, which RFC 9293 MUST-51 to MUST-53
 * did not foresee: a deliberate deviation, as everywhere today.
 */
#include <netinet/in.h>

#include "net/checksum.h"
#include "net/ipv4.h"
#include "net/route.h"

enum {
	IPV4_OPTION_LSRR = 131, /* loose source and record route */
	IPV4_OPTION_SSRR = 137, /* strict source and record route */
};

static unsigned int
check_options(const uint8_t *options, uint32_t length)
{
	for (uint32_t at = 0; at < length;) {
		uint8_t kind = options[at];

		if (kind == RTE_IPV4_HDR_OPT_EOL)
			break;
		if (kind == RTE_IPV4_HDR_OPT_NOP) {
			at++;
			continue;
		}
		if (kind == IPV4_OPTION_LSRR || kind == IPV4_OPTION_SSRR)
			return ESTAB_DROP_IPV4_SOURCE_ROUTE;
		if (length - at < 2 || options[at + 1] < 2 || options[at + 1] > length - at)
			return ESTAB_DROP_IPV4_HEADER;
		at += options[at + 1];
	}
	return GO_ON;
}

/* What the port says counts only where the offload was granted; NONE means intact all the same. */
static bool
checksum_is_right(const struct net *net, const struct packet *packet, uint32_t header_length)
{
	if (net->offloads & ESTAB_PORT_RX_IPV4_CHECKSUM) {
		switch (packet->mbuf->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) {
		case RTE_MBUF_F_RX_IP_CKSUM_GOOD:
		case RTE_MBUF_F_RX_IP_CKSUM_NONE:
			return true;
		case RTE_MBUF_F_RX_IP_CKSUM_BAD:
			return false;
		}
	}
	return checksum_chain(packet->mbuf, packet->offset, header_length) == CHECKSUM_RIGHT;
}

/* Lengths and checksum: the header is what it claims to be, and contiguous. */
static unsigned int
check_header(const struct net *net, struct packet *packet, uint32_t *header_length)
{
	const struct rte_ipv4_hdr *header;
	uint32_t total;
	unsigned int next = packet_need(packet, packet->offset + (uint32_t)sizeof(*header),
			ESTAB_DROP_IPV4_HEADER);

	if (next != GO_ON)
		return next;
	header = packet_header(packet, struct rte_ipv4_hdr);
	*header_length = rte_ipv4_hdr_len(header);
	total = rte_be_to_cpu_16(header->total_length);
	if (header->version_ihl >> 4 != 4 || *header_length < sizeof(*header) ||
			total < *header_length || packet->offset + total > packet->mbuf->pkt_len)
		return ESTAB_DROP_IPV4_HEADER;
	next = packet_need(packet, packet->offset + *header_length, ESTAB_DROP_IPV4_HEADER);
	if (next != GO_ON)
		return next;
	if (!checksum_is_right(net, packet, *header_length))
		return ESTAB_DROP_IPV4_CHECKSUM;
	packet_trim(packet, total);
	return GO_ON;
}

static unsigned int
check_addresses(const struct net *net, struct packet *packet)
{
	if (net_is_unusable_peer(net, &packet->path.remote, ESTAB_FAMILY_IPV4))
		return ESTAB_DROP_IP_SOURCE;
	if (likely(net_is_local(net, &packet->path.local, ESTAB_FAMILY_IPV4)))
		return GO_ON;
	if (!route_is_ipv4_group(net, packet->path.local.words[0]))
		return ESTAB_DROP_IP_NOT_OURS;
	packet->to_group = true;
	return GO_ON;
}

unsigned int
ipv4_parse(const struct net *net, struct packet *packet)
{
	const struct rte_ipv4_hdr *header;
	uint32_t header_length;
	unsigned int next = check_header(net, packet, &header_length);

	if (next != GO_ON)
		return next;
	header = packet_header(packet, struct rte_ipv4_hdr);
	if (header->fragment_offset &
			rte_cpu_to_be_16(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK))
		return ESTAB_DROP_IPV4_FRAGMENT;
	next = check_options((const uint8_t *)(header + 1),
			header_length - (uint32_t)sizeof(*header));
	if (next != GO_ON)
		return next;
	packet->path.family = ESTAB_FAMILY_IPV4;
	packet->path.local.words[0] = header->dst_addr;
	packet->path.remote.words[0] = header->src_addr;
	packet->protocol = header->next_proto_id;
	packet->hop_limit = header->time_to_live;
	packet->tos = header->type_of_service;
	packet->offset += (uint16_t)header_length;
	packet->length -= header_length;
	return check_addresses(net, packet);
}

void
ipv4_write(struct rte_ipv4_hdr *header, const struct path *path, uint8_t protocol, uint16_t length)
{
	*header = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.type_of_service = path->tos,
		.total_length = rte_cpu_to_be_16((uint16_t)(sizeof(*header) + length)),
		.fragment_offset = rte_cpu_to_be_16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = path->hop_limit,
		.next_proto_id = protocol,
		.src_addr = path->local.words[0],
		.dst_addr = path->remote.words[0],
	};
}
