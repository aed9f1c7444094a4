/* SPDX-License-Identifier: BSD-3-Clause */
#include "port/steer.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>

#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#include "compat.h"

enum {
	EXTENSION_HEADERS_MAX = 8, /* as net/ipv6.c skips */
	ICMP_HEADER_LENGTH = 8,
};

/* Where we are in a packet. */
struct cursor {
	const struct rte_mbuf *packet;
	uint32_t at;
	bool quoted; /* in the packet of ours that an ICMP error brings back */
};

/* So many bytes from here on, copied where mbufs divide them; NULL: there are not so many. */
static inline const void *
look(const struct cursor *cursor, uint32_t size, void *copy)
{
	return rte_pktmbuf_read(cursor->packet, cursor->at, size, copy);
}

static enum steer
read_ports(struct cursor *cursor, struct path *path)
{
	rte_be16_t copy[2];
	const rte_be16_t *ports = look(cursor, sizeof(copy), copy);

	if (ports == NULL)
		return STEER_HERE;
	memcpy(copy, ports, sizeof(copy));
	path->local_port = copy[cursor->quoted ? 0 : 1];
	path->remote_port = copy[cursor->quoted ? 1 : 0];
	return cursor->quoted ? STEER_QUOTED : STEER_TCP;
}

static bool
is_ipv4_fragment(const struct rte_ipv4_hdr *ip)
{
	return (ip->fragment_offset & RTE_BE16(RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) !=
			0;
}

/* @return the protocol behind the header, or -1 */
static int
read_ipv4(struct cursor *cursor, struct path *path)
{
	struct rte_ipv4_hdr copy;
	const struct rte_ipv4_hdr *ip = look(cursor, sizeof(copy), &copy);

	if (ip == NULL || ip->version_ihl >> 4 != 4 || rte_ipv4_hdr_len(ip) < sizeof(*ip) ||
			is_ipv4_fragment(ip))
		return -1;
	path->family = ESTAB_FAMILY_IPV4;
	path->local.words[0] = cursor->quoted ? ip->src_addr : ip->dst_addr;
	path->remote.words[0] = cursor->quoted ? ip->dst_addr : ip->src_addr;
	cursor->at += rte_ipv4_hdr_len(ip);
	return ip->next_proto_id;
}

static bool
is_extension(int protocol)
{
	return protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING ||
			protocol == IPPROTO_DSTOPTS;
}

static int
skip_extensions(struct cursor *cursor, int protocol)
{
	for (unsigned int i = 0; i < EXTENSION_HEADERS_MAX && is_extension(protocol); i++) {
		uint8_t copy[2];
		const uint8_t *header = look(cursor, sizeof(copy), copy);

		if (header == NULL)
			return -1;
		protocol = header[0];
		cursor->at += 8 * (1 + (uint32_t)header[1]);
	}
	return protocol;
}

static int
read_ipv6(struct cursor *cursor, struct path *path)
{
	struct rte_ipv6_hdr copy;
	const struct rte_ipv6_hdr *ip = look(cursor, sizeof(copy), &copy);

	if (ip == NULL || rte_be_to_cpu_32(ip->vtc_flow) >> 28 != 6)
		return -1;
	path->family = ESTAB_FAMILY_IPV6;
	memcpy(cursor->quoted ? &path->local : &path->remote, compat_ipv6_src(ip), 16);
	memcpy(cursor->quoted ? &path->remote : &path->local, compat_ipv6_dst(ip), 16);
	cursor->at += (uint32_t)sizeof(*ip);
	return skip_extensions(cursor, ip->proto);
}

static bool
is_icmp_error(uint8_t type, bool ipv4)
{
	return ipv4 ? type == ICMP_DEST_UNREACH || type == ICMP_TIME_EXCEEDED ||
					type == ICMP_PARAMETERPROB
		    : type >= ICMP6_DST_UNREACH && type <= ICMP6_PARAM_PROB;
}

static bool
is_neighbour_discovery(uint8_t type)
{
	return type == ND_NEIGHBOR_SOLICIT || type == ND_NEIGHBOR_ADVERT;
}

static enum steer
read_icmp(struct cursor *cursor, struct path *path, bool ipv4)
{
	uint8_t copy;
	const uint8_t *type = look(cursor, sizeof(copy), &copy);
	int protocol;

	if (type == NULL || cursor->quoted)
		return STEER_HERE;
	if (!ipv4 && is_neighbour_discovery(*type))
		return STEER_ALL;
	if (!is_icmp_error(*type, ipv4))
		return STEER_HERE;
	cursor->at += ICMP_HEADER_LENGTH;
	cursor->quoted = true;
	protocol = ipv4 ? read_ipv4(cursor, path) : read_ipv6(cursor, path);
	return protocol == IPPROTO_TCP ? read_ports(cursor, path) : STEER_HERE;
}

/* The type behind the Ethernet header, and behind one VLAN tag; 0 where it is cut off. */
static uint16_t
read_ethernet(struct cursor *cursor)
{
	struct rte_ether_hdr copy;
	struct rte_vlan_hdr tag_copy;
	const struct rte_ether_hdr *ether = look(cursor, sizeof(copy), &copy);
	const struct rte_vlan_hdr *tag;

	if (ether == NULL)
		return 0;
	cursor->at += (uint32_t)sizeof(*ether);
	if (ether->ether_type != RTE_BE16(RTE_ETHER_TYPE_VLAN))
		return rte_be_to_cpu_16(ether->ether_type);
	tag = look(cursor, sizeof(tag_copy), &tag_copy);
	cursor->at += (uint32_t)sizeof(*tag);
	return tag == NULL ? 0 : rte_be_to_cpu_16(tag->eth_proto);
}

enum steer
steer_read(const struct rte_mbuf *packet, struct path *path)
{
	struct cursor cursor = { .packet = packet };
	const uint16_t type = read_ethernet(&cursor);
	const bool ipv4 = type == RTE_ETHER_TYPE_IPV4;
	int protocol;

	if (type == RTE_ETHER_TYPE_ARP)
		return STEER_ALL;
	if (!ipv4 && type != RTE_ETHER_TYPE_IPV6)
		return STEER_HERE;
	*path = (struct path){ 0 };
	protocol = ipv4 ? read_ipv4(&cursor, path) : read_ipv6(&cursor, path);
	if (protocol == IPPROTO_TCP)
		return read_ports(&cursor, path);
	if (protocol == (ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6))
		return read_icmp(&cursor, path, ipv4);
	return STEER_HERE;
}
