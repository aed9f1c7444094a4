/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The IPv6 header and its extension headers (RFC 8200).
 */
#ifndef LIB_NET_IPV6_H
#define LIB_NET_IPV6_H

#include <rte_ip.h>

#include "net/net.h"
#include "net/packet.h"

/* Read the header, skip extension headers, trim the packet to what it says. */
unsigned int ipv6_parse(const struct net *net, struct packet *packet);

/* Write a header from path->local to path->remote for `length` bytes after it. */
void ipv6_write(struct rte_ipv6_hdr *header, const struct path *path, uint8_t protocol,
		uint16_t length);

#endif
