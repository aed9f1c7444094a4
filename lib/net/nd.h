/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbour discovery (RFC 4861): solicitations and advertisements; no routers, no redirects.
 */
#ifndef LIB_NET_ND_H
#define LIB_NET_ND_H

#include "net/net.h"
#include "net/packet.h"

/* A message arrived, its checksum is right. @return its fate */
unsigned int nd_solicitation_arrives(struct net *net, struct burst *burst, struct packet *packet,
		uint64_t now_ns);
unsigned int nd_advertisement_arrives(struct net *net, struct burst *burst, struct packet *packet,
		uint64_t now_ns);

/* Ask the target's solicited-node group for its MAC address. */
void nd_solicit(struct net *net, struct burst *burst, const union ip_address *target);

#endif
