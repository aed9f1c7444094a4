/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet with an optional IEEE 802.1Q tag.
 */
#ifndef LIB_NET_ETHERNET_H
#define LIB_NET_ETHERNET_H

#include <rte_ether.h>

#include "net/net.h"
#include "net/packet.h"

/* What ethernet_prepend adds. */
static inline uint16_t
ethernet_length(const struct net *net)
{
	return net->vlan_be == 0 ? RTE_ETHER_HDR_LEN : RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN;
}

/* Read the header; sets ether_type, to_group and the path's next hop. */
unsigned int ethernet_parse(const struct net *net, struct packet *packet);

/* Write our header to `header`, where ethernet_length() bytes are. */
void ethernet_write(const struct net *net, void *header, const struct rte_ether_addr *target,
		uint16_t ether_type);

/* Put our header before what the mbuf holds. @return 0, or -ENOSPC without head room for it */
int ethernet_prepend(const struct net *net, struct rte_mbuf *mbuf,
		const struct rte_ether_addr *target, uint16_t ether_type);

#endif
