/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The IPv4 header (RFC 791).
 */
#ifndef LIB_NET_IPV4_H
#define LIB_NET_IPV4_H

#include <rte_ip.h>

#include "net/net.h"
#include "net/packet.h"

/* Read the header, skip its options, trim the packet to what it says. */
unsigned int ipv4_parse(const struct net *net, struct packet *packet);

/*
 * Write a header from path->local to path->remote for `length` bytes after it: no options, DF. The
 * checksum is left zero; ipv4_write_checksum completes it.
 */
void ipv4_write(struct rte_ipv4_hdr *header, const struct path *path, uint8_t protocol,
		uint16_t length);

static inline void
ipv4_write_checksum(struct rte_ipv4_hdr *header)
{
	header->hdr_checksum = rte_ipv4_cksum(header);
}

#endif
