/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARP for IPv4 over Ethernet (RFC 826).
 */
#ifndef LIB_NET_ARP_H
#define LIB_NET_ARP_H

#include "net/net.h"
#include "net/packet.h"

/* An ARP packet arrived. @return its fate */
unsigned int arp_arrives(struct net *net, struct burst *burst, struct packet *packet,
		uint64_t now_ns);

/* Ask everybody for the target's MAC address. */
void arp_request(struct net *net, struct burst *burst, rte_be32_t target);

#endif
