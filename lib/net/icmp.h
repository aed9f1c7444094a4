/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP and ICMPv6 (RFC 792, RFC 4443): echo is answered, neighbour discovery is nd.c's, other
 * messages are counted.
 */
#ifndef LIB_NET_ICMP_H
#define LIB_NET_ICMP_H

#include "net/net.h"
#include "net/packet.h"

/* A message arrived for one of our addresses. @return its fate */
unsigned int icmp_arrives(struct net *net, struct burst *burst, struct packet *packet);
unsigned int icmpv6_arrives(struct net *net, struct burst *burst, struct packet *packet,
		uint64_t now_ns);

#endif
