/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Routing for a host with one interface: a prefix per address, a gateway per family.
 */
#include <errno.h>

#include "net/route.h"

/* All ones where an IPv4 prefix, of at most 31 bits, leaves room for hosts. */
static uint32_t
host_bits(const struct net_address *address)
{
	return UINT32_MAX >> address->prefix_length;
}

bool
route_is_ipv4_group(const struct net *net, rte_be32_t address_be)
{
	const uint32_t ip = rte_be_to_cpu_32(address_be);

	if (ip >> 28 == 0xe || ip == UINT32_MAX) /* 224/4 */
		return true;
	for (uint16_t i = 0; i < net->address_count; i++) {
		const struct net_address *address = &net->addresses[i];

		/* RFC 3021: a /31 has no broadcast address. */
		if (address->family == ESTAB_FAMILY_IPV4 && address->prefix_length < 31 &&
				ip == (rte_be_to_cpu_32(address->ip.words[0]) | host_bits(address)))
			return true;
	}
	return false;
}

bool
route_is_ipv6_unspecified(const union ip_address *ip)
{
	return (ip->halves[0] | ip->halves[1]) == 0;
}

static bool
is_ipv6_link_local(const union ip_address *ip)
{
	return ip->bytes[0] == 0xfe && (ip->bytes[1] & 0xc0) == 0x80;
}

static bool
ipv4_prefix_holds(const struct net_address *address, rte_be32_t ip)
{
	const uint32_t differs = rte_be_to_cpu_32(address->ip.words[0] ^ ip);

	return (uint64_t)differs >> (32 - address->prefix_length) == 0;
}

static bool
ipv6_prefix_holds(const struct net_address *address, const union ip_address *ip)
{
	const unsigned int whole = address->prefix_length / 8;
	const unsigned int bits = address->prefix_length % 8;
	uint8_t differs;

	if (memcmp(address->ip.bytes, ip->bytes, whole) != 0)
		return false;
	if (bits == 0)
		return true;
	differs = (uint8_t)(address->ip.bytes[whole] ^ ip->bytes[whole]);
	return differs >> (8 - bits) == 0;
}

bool
route_prefix_holds(const struct net_address *address, const union ip_address *ip)
{
	return address->family == ESTAB_FAMILY_IPV4 ? ipv4_prefix_holds(address, ip->words[0])
						    : ipv6_prefix_holds(address, ip);
}

static const struct net_address *
on_link_address(const struct net *net, const union ip_address *remote, uint8_t family)
{
	for (uint16_t i = 0; i < net->address_count; i++) {
		if (net->addresses[i].family == family &&
				route_prefix_holds(&net->addresses[i], remote))
			return &net->addresses[i];
	}
	return NULL;
}

const union ip_address *
route_next_hop(const struct net *net, const union ip_address *remote, uint8_t family)
{
	if (on_link_address(net, remote, family) != NULL)
		return remote;
	if (family == ESTAB_FAMILY_IPV4)
		return net->has_gateway_ipv4 ? &net->gateway_ipv4 : NULL;
	if (is_ipv6_link_local(remote))
		return remote;
	return net->has_gateway_ipv6 ? &net->gateway_ipv6 : NULL;
}

/* Whether it is a host's of a prefix that is ours as a whole. RFC 3021: in a /31 both are. */
static bool
range_holds(const struct net_address *address, const union ip_address *ip)
{
	uint32_t host;

	if (!address->whole || !route_prefix_holds(address, ip))
		return false;
	if (address->family != ESTAB_FAMILY_IPV4 || address->prefix_length > 30)
		return true;
	host = rte_be_to_cpu_32(ip->words[0]) & host_bits(address);
	return host != 0 && host != host_bits(address);
}

bool
net_is_local(const struct net *net, const union ip_address *ip, uint8_t family)
{
	for (uint16_t i = 0; i < net->address_count; i++) {
		const struct net_address *address = &net->addresses[i];

		if (address->family != family)
			continue;
		if (address->ip.halves[0] == ip->halves[0] &&
				address->ip.halves[1] == ip->halves[1])
			return true;
		if (unlikely(address->whole) && range_holds(address, ip))
			return true;
	}
	return false;
}

int
net_source_address(const struct net *net, const union ip_address *remote, uint8_t family,
		union ip_address *local)
{
	const struct net_address *best = on_link_address(net, remote, family);

	for (uint16_t i = 0; best == NULL && i < net->address_count; i++) {
		/* Off the link a link-local address is of no use. */
		if (net->addresses[i].family == family &&
				is_ipv6_link_local(&net->addresses[i].ip) ==
						is_ipv6_link_local(remote))
			best = &net->addresses[i];
	}
	for (uint16_t i = 0; best == NULL && i < net->address_count; i++) {
		if (net->addresses[i].family == family)
			best = &net->addresses[i];
	}
	if (best == NULL)
		return -EADDRNOTAVAIL;
	*local = best->ip;
	return 0;
}

static bool
is_unusable_ipv4(const struct net *net, rte_be32_t address_be)
{
	const uint8_t first = (uint8_t)(rte_be_to_cpu_32(address_be) >> 24);

	return first == 0 || first == 127 || route_is_ipv4_group(net, address_be);
}

/* Unspecified, loopback, multicast, and IPv4-mapped, which must not appear on a wire. */
static bool
is_unusable_ipv6(const union ip_address *ip)
{
	static const uint8_t zeros[10];

	if (ip->bytes[0] == 0xff)
		return true;
	if (memcmp(ip->bytes, zeros, sizeof(zeros)) != 0)
		return false;
	if (ip->bytes[10] == 0xff && ip->bytes[11] == 0xff)
		return true;
	return ip->words[2] == 0 && rte_be_to_cpu_32(ip->words[3]) <= 1;
}

bool
net_is_unusable_peer(const struct net *net, const union ip_address *ip, uint8_t family)
{
	if (net_is_local(net, ip, family))
		return true;
	return family == ESTAB_FAMILY_IPV4 ? is_unusable_ipv4(net, ip->words[0])
					   : is_unusable_ipv6(ip);
}

bool
net_has_route(const struct net *net, const union ip_address *remote, uint8_t family)
{
	return route_next_hop(net, remote, family) != NULL;
}
