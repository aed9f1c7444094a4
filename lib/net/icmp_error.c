/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an ICMP error says of which segment. The quote is the IP header and at least the first eight
 * bytes of the TCP header: the ports and the sequence number. Whether it is to be believed is for
 * the tcp room: anybody can send one.
 */
#include "net/icmp_error.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "compat.h"

enum {
	QUOTED_TCP_LENGTH = 8,
	ICMP_HEADER_LENGTH = 8,
};

static bool
classify_unreachable(uint8_t code, struct icmp_error *error)
{
	error->kind = ICMP_ERROR_SOFT;
	error->error = code == ICMP_NET_UNREACH ? -ENETUNREACH : -EHOSTUNREACH;
	if (code == ICMP_PROT_UNREACH || code == ICMP_PORT_UNREACH) {
		error->kind = ICMP_ERROR_HARD;
		error->error = -ECONNREFUSED;
	} else if (code == ICMP_FRAG_NEEDED) {
		error->kind = ICMP_ERROR_TOO_BIG;
		error->error = -EMSGSIZE;
	}
	return true;
}

/* False for a message that is to be ignored: Source Quench among them (MUST-55). */
static bool
classify_ipv4(uint8_t type, uint8_t code, struct icmp_error *error)
{
	switch (type) {
	case ICMP_DEST_UNREACH:
		return classify_unreachable(code, error);
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETERPROB:
		error->kind = ICMP_ERROR_SOFT;
		error->error = -EHOSTUNREACH;
		return true;
	default:
		return false;
	}
}

static bool
classify_ipv6(uint8_t type, uint8_t code, struct icmp_error *error)
{
	const bool refused = type == ICMP6_DST_UNREACH && code == ICMP6_DST_UNREACH_NOPORT;

	error->kind = refused ? ICMP_ERROR_HARD : ICMP_ERROR_SOFT;
	error->error = refused ? -ECONNREFUSED : -EHOSTUNREACH;
	if (type == ICMP6_DST_UNREACH && code == ICMP6_DST_UNREACH_NOROUTE)
		error->error = -ENETUNREACH;
	if (type == ICMP6_PACKET_TOO_BIG) {
		error->kind = ICMP_ERROR_TOO_BIG;
		error->error = -EMSGSIZE;
	}
	return type >= ICMP6_DST_UNREACH && type <= ICMP6_PARAM_PROB;
}

/* Take an IP header of the quote; offset moves past it. False: not of a TCP segment. */
static bool
read_quoted_ipv4(struct packet *packet, struct icmp_error *error)
{
	const struct rte_ipv4_hdr *ip = packet_header(packet, struct rte_ipv4_hdr);
	const uint16_t length = (uint16_t)((ip->version_ihl & RTE_IPV4_HDR_IHL_MASK) * 4);

	if (ip->version_ihl >> 4 != 4 || length < sizeof(*ip) || ip->next_proto_id != IPPROTO_TCP ||
			(ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK)) != 0)
		return false;
	error->path.local.words[0] = ip->src_addr;
	error->path.remote.words[0] = ip->dst_addr;
	packet->offset = (uint16_t)(packet->offset + length);
	return true;
}

static bool
read_quoted_ipv6(struct packet *packet, struct icmp_error *error)
{
	const struct rte_ipv6_hdr *ip = packet_header(packet, struct rte_ipv6_hdr);

	if (ip->proto != IPPROTO_TCP) /* we send no extension headers */
		return false;
	memcpy(error->path.local.bytes, compat_ipv6_src(ip), sizeof(error->path.local));
	memcpy(error->path.remote.bytes, compat_ipv6_dst(ip), sizeof(error->path.remote));
	packet->offset = (uint16_t)(packet->offset + sizeof(*ip));
	return true;
}

/* The quoted segment's 4-tuple and sequence number. */
static unsigned int
read_quote(const struct net *net, struct packet *packet, struct icmp_error *error)
{
	const bool ipv4 = packet->path.family == ESTAB_FAMILY_IPV4;
	const uint32_t ip_length = ipv4 ? sizeof(struct rte_ipv4_hdr) : sizeof(struct rte_ipv6_hdr);
	const struct rte_tcp_hdr *tcp; /* at any address, and only its first eight bytes */
	unsigned int next;

	packet->offset = (uint16_t)(packet->offset + ICMP_HEADER_LENGTH);
	next = packet_need(packet, packet->offset + ip_length, ESTAB_DROP_ICMP_MALFORMED);
	if (next != GO_ON)
		return next;
	if (!(ipv4 ? read_quoted_ipv4(packet, error) : read_quoted_ipv6(packet, error)))
		return ESTAB_DROP_ICMP_QUOTE;
	next = packet_need(packet, packet->offset + QUOTED_TCP_LENGTH, ESTAB_DROP_ICMP_MALFORMED);
	if (next != GO_ON)
		return next;
	tcp = packet_header(packet, struct rte_tcp_hdr);
	error->path.family = packet->path.family;
	error->path.local_port = tcp->src_port;
	error->path.remote_port = tcp->dst_port;
	error->seq = rte_be_to_cpu_32(tcp->sent_seq);
	return net_is_local(net, &error->path.local, error->path.family) ? GO_ON
									 : ESTAB_DROP_ICMP_QUOTE;
}

unsigned int
icmp_error_arrives(struct net *net, struct burst *burst, struct packet *packet)
{
	const struct rte_icmp_hdr *icmp = packet_header(packet, struct rte_icmp_hdr);
	const bool ipv4 = packet->path.family == ESTAB_FAMILY_IPV4;
	struct icmp_error error = { .mtu = 0 };
	unsigned int next;

	if (!(ipv4 ? classify_ipv4 : classify_ipv6)(icmp->icmp_type, icmp->icmp_code, &error))
		return ESTAB_DROP_ICMP_UNHANDLED;
	/* The next hop's MTU: 16 bits after 16 unused ones (RFC 1191 4), or 32 (RFC 4443 3.2). */
	error.mtu = ipv4 ? rte_be_to_cpu_16(icmp->icmp_seq_nb)
			 : (uint32_t)rte_be_to_cpu_16(icmp->icmp_ident) << 16 |
					rte_be_to_cpu_16(icmp->icmp_seq_nb);
	next = read_quote(net, packet, &error);
	if (next != GO_ON)
		return next;
	if (burst->error_count == BURST_ERRORS_MAX)
		return ESTAB_DROP_ICMP_UNHANDLED;
	burst->errors[burst->error_count++] = error;
	return FATE_DECIDED_LATER;
}
