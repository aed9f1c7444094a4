/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPv6 in and out. Extension headers are skipped within a bound; fragments, "atomic" ones too
 * (RFC 6946 would take them), are dropped, because nobody has a reason to fragment what fits the
 * MSS that we announce.
 */
#include <netinet/in.h>

#include "compat.h"
#include "net/ipv6.h"
#include "net/route.h"

enum limits {
	EXTENSION_HEADERS_MAX = 8,
	EXTENSION_BYTES_MAX = 256, /* of all together */
};

enum {
	IPV6_OPTION_PAD1 = 0,
	IPV6_OPTION_PADN = 1,
	IPV6_OPTION_ACTION_MASK = 0xc0, /* RFC 8200 4.2: 00 means skip when not understood */
};

/* Hop-by-hop and destination options: each must be one that may be skipped. */
static unsigned int
check_options(const uint8_t *options, uint32_t length)
{
	for (uint32_t at = 0; at < length;) {
		if (options[at] == IPV6_OPTION_PAD1) {
			at++;
			continue;
		}
		if (length - at < 2 || options[at + 1] > length - at - 2)
			return ESTAB_DROP_IPV6_EXTENSION;
		if (options[at] & IPV6_OPTION_ACTION_MASK)
			return ESTAB_DROP_IPV6_EXTENSION;
		at += 2 + (uint32_t)options[at + 1];
	}
	return GO_ON;
}

/* Skip the extension header at offset. */
static unsigned int
skip_extension(struct packet *packet)
{
	const uint8_t *header;
	uint32_t length;
	unsigned int next = GO_ON;

	if (packet->length < 8)
		return ESTAB_DROP_IPV6_EXTENSION;
	next = packet_need(packet, packet->offset + 8u, ESTAB_DROP_IPV6_EXTENSION);
	if (next != GO_ON)
		return next;
	length = 8 * (1 + (uint32_t)packet_header(packet, uint8_t)[1]);
	if (length > packet->length || length > EXTENSION_BYTES_MAX)
		return ESTAB_DROP_IPV6_EXTENSION;
	next = packet_need(packet, packet->offset + length, ESTAB_DROP_IPV6_EXTENSION);
	if (next != GO_ON)
		return next;
	header = packet_header(packet, uint8_t);
	if (packet->protocol == IPPROTO_ROUTING)
		next = header[3] == 0 ? GO_ON : ESTAB_DROP_IPV6_EXTENSION; /* segments left */
	else
		next = check_options(header + 2, length - 2);
	packet->protocol = header[0];
	packet->offset += (uint16_t)length;
	packet->length -= length;
	return next;
}

static bool
is_extension(uint8_t protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
			protocol == IPPROTO_DSTOPTS;
}

static unsigned int
skip_extensions(struct packet *packet)
{
	const uint16_t begin = packet->offset;

	for (unsigned int i = 0; i <= EXTENSION_HEADERS_MAX; i++) {
		unsigned int next;

		if (packet->protocol == IPPROTO_FRAGMENT)
			return ESTAB_DROP_IPV6_FRAGMENT;
		if (likely(!is_extension(packet->protocol)))
			return GO_ON;
		if (packet->protocol == IPPROTO_HOPOPTS && i > 0)
			return ESTAB_DROP_IPV6_EXTENSION; /* RFC 8200 4.1: only the first */
		next = skip_extension(packet);
		if (next != GO_ON)
			return next;
		if (packet->offset - begin > EXTENSION_BYTES_MAX)
			return ESTAB_DROP_IPV6_EXTENSION;
	}
	return ESTAB_DROP_IPV6_EXTENSION;
}

/* The unspecified source is for duplicate address detection; icmp.c lets it in only there. */
static unsigned int
check_addresses(const struct net *net, struct packet *packet)
{
	const union ip_address *remote = &packet->path.remote;

	if (net_is_unusable_peer(net, remote, ESTAB_FAMILY_IPV6) &&
			!(packet->protocol == IPPROTO_ICMPV6 && route_is_ipv6_unspecified(remote)))
		return ESTAB_DROP_IP_SOURCE;
	if (likely(net_is_local(net, &packet->path.local, ESTAB_FAMILY_IPV6)))
		return GO_ON;
	if (packet->path.local.bytes[0] != 0xff)
		return ESTAB_DROP_IP_NOT_OURS;
	packet->to_group = true;
	return GO_ON;
}

unsigned int
ipv6_parse(const struct net *net, struct packet *packet)
{
	const struct rte_ipv6_hdr *header;
	uint32_t length;
	unsigned int next = packet_need(packet, packet->offset + (uint32_t)sizeof(*header),
			ESTAB_DROP_IPV6_HEADER);

	if (next != GO_ON)
		return next;
	header = packet_header(packet, struct rte_ipv6_hdr);
	length = rte_be_to_cpu_16(header->payload_len);
	if (rte_be_to_cpu_32(header->vtc_flow) >> 28 != 6 ||
			packet->offset + sizeof(*header) + length > packet->mbuf->pkt_len)
		return ESTAB_DROP_IPV6_HEADER;
	packet->path.family = ESTAB_FAMILY_IPV6;
	memcpy(packet->path.local.bytes, compat_ipv6_dst(header), 16);
	memcpy(packet->path.remote.bytes, compat_ipv6_src(header), 16);
	packet->protocol = header->proto;
	packet->hop_limit = header->hop_limits;
	packet->tos = (uint8_t)(rte_be_to_cpu_32(header->vtc_flow) >> RTE_IPV6_HDR_TC_SHIFT);
	packet->offset += sizeof(*header);
	packet_trim(packet, length);
	next = skip_extensions(packet);
	return next == GO_ON ? check_addresses(net, packet) : next;
}

void
ipv6_write(struct rte_ipv6_hdr *header, const struct path *path, uint8_t protocol, uint16_t length)
{
	header->vtc_flow = rte_cpu_to_be_32(
			UINT32_C(6) << 28 | (uint32_t)path->tos << RTE_IPV6_HDR_TC_SHIFT);
	header->payload_len = rte_cpu_to_be_16(length);
	header->proto = protocol;
	header->hop_limits = path->hop_limit;
	memcpy(compat_ipv6_src_mutable(header), path->local.bytes, 16);
	memcpy(compat_ipv6_dst_mutable(header), path->remote.bytes, 16);
}
