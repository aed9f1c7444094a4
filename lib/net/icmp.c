/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Echo of both families, which differ in the type's number and in ICMPv6's pseudo-header. The
 * answer is the request with another type, going back; a request to a group is not answered
 * (RFC 1122 3.2.2.6 leaves that open; amplifiers are made of it).
 */
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include <rte_icmp.h>
#include <rte_ip.h>

#include "net/answer.h"
#include "net/checksum.h"
#include "net/icmp.h"
#include "net/icmp_error.h"
#include "net/nd.h"

/* The header that both have: type, code, checksum, and four bytes that are the peer's. */
static unsigned int
check_message(struct packet *packet, uint16_t pseudo_header)
{
	unsigned int next;
	uint16_t sum;

	if (packet->length < sizeof(struct rte_icmp_hdr))
		return ESTAB_DROP_ICMP_MALFORMED;
	next = packet_need(packet, packet->offset + (uint32_t)sizeof(struct rte_icmp_hdr),
			ESTAB_DROP_ICMP_MALFORMED);
	if (next != GO_ON)
		return next;
	sum = checksum_chain(packet->mbuf, packet->offset, packet->length);
	if (checksum_add(sum, pseudo_header) != CHECKSUM_RIGHT)
		return ESTAB_DROP_ICMP_MALFORMED;
	return GO_ON;
}

static uint32_t
ip_header_length(uint8_t family)
{
	return family == ESTAB_FAMILY_IPV4 ? sizeof(struct rte_ipv4_hdr)
					   : sizeof(struct rte_ipv6_hdr);
}

static unsigned int
answer_echo(struct net *net, struct burst *burst, struct packet *packet, uint8_t reply_type)
{
	const uint8_t protocol = packet->protocol;
	struct path path = packet->path;
	struct rte_mbuf *answer;
	struct rte_icmp_hdr *icmp;
	uint16_t sum;

	if (packet->length + ip_header_length(path.family) > net->mtu)
		return ESTAB_DROP_ICMP_TOO_LARGE;
	path.hop_limit = net->hop_limit;
	path.tos = packet->tos;
	answer = answer_copy(net, packet);
	if (answer == NULL)
		return FATE_DELIVERED;
	icmp = rte_pktmbuf_mtod(answer, struct rte_icmp_hdr *);
	icmp->icmp_type = reply_type;
	icmp->icmp_cksum = 0;
	sum = checksum_chain(answer, 0, answer->pkt_len);
	if (protocol == IPPROTO_ICMPV6)
		sum = checksum_add(sum, checksum_pseudo_header(&path, protocol, answer->pkt_len));
	icmp->icmp_cksum = (uint16_t)~sum;
	answer_transmit_ip(net, burst, answer, &path, protocol);
	net->stats->icmp_echo_answered++;
	return FATE_DELIVERED;
}

unsigned int
icmp_arrives(struct net *net, struct burst *burst, struct packet *packet)
{
	const struct rte_icmp_hdr *icmp;
	unsigned int next = check_message(packet, 0);

	if (next != GO_ON)
		return next;
	icmp = packet_header(packet, struct rte_icmp_hdr);
	if (icmp->icmp_type != ICMP_ECHO)
		return icmp_error_arrives(net, burst, packet);
	if (icmp->icmp_code != 0 || packet->to_group)
		return ESTAB_DROP_ICMP_UNHANDLED;
	return answer_echo(net, burst, packet, ICMP_ECHOREPLY);
}

unsigned int
icmpv6_arrives(struct net *net, struct burst *burst, struct packet *packet, uint64_t now_ns)
{
	const struct rte_icmp_hdr *icmp;
	const uint16_t pseudo_header =
			checksum_pseudo_header(&packet->path, IPPROTO_ICMPV6, packet->length);
	unsigned int next = check_message(packet, pseudo_header);

	if (next != GO_ON)
		return next;
	icmp = packet_header(packet, struct rte_icmp_hdr);
	if (icmp->icmp_type == ND_NEIGHBOR_SOLICIT)
		return nd_solicitation_arrives(net, burst, packet, now_ns);
	if (net_is_unusable_peer(net, &packet->path.remote, ESTAB_FAMILY_IPV6))
		return ESTAB_DROP_IP_SOURCE;
	if (icmp->icmp_type == ND_NEIGHBOR_ADVERT)
		return nd_advertisement_arrives(net, burst, packet, now_ns);
	if (icmp->icmp_type != ICMP6_ECHO_REQUEST)
		return icmp_error_arrives(net, burst, packet);
	if (icmp->icmp_code != 0 || packet->to_group)
		return ESTAB_DROP_ICMP_UNHANDLED;
	return answer_echo(net, burst, packet, ICMP6_ECHO_REPLY);
}
