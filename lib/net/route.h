/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where addresses lie: which are groups, which are on the link, and by which next hop a remote one
 * is reached. See net.h for net_is_local, net_source_address and net_is_unusable_peer.
 */
#ifndef LIB_NET_ROUTE_H
#define LIB_NET_ROUTE_H

#include <stdbool.h>

#include "net/net.h"

/* True for multicast, the limited broadcast and the broadcast of one of our prefixes. */
bool route_is_ipv4_group(const struct net *net, rte_be32_t address);

bool route_is_ipv6_unspecified(const union ip_address *ip);

/* True where the prefix of our address holds the other one. */
bool route_prefix_holds(const struct net_address *address, const union ip_address *ip);

/* The neighbour to hand a packet for `remote` to: itself or a gateway; NULL where there is none. */
const union ip_address *route_next_hop(const struct net *net, const union ip_address *remote,
		uint8_t family);

#endif
