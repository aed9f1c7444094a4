/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The mbuf that an answer is built in: the received one where nobody else looks at it, else a fresh
 * one. And the way out for what net sends by itself.
 */
#ifndef LIB_NET_ANSWER_H
#define LIB_NET_ANSWER_H

#include "net/net.h"
#include "net/packet.h"

/*
 * An empty mbuf with room for `length` bytes beside the headroom.
 *
 * @param packet  may give its mbuf; NULL: none to reuse
 * @return NULL, counted, where there is none
 */
struct rte_mbuf *answer_blank(struct net *net, struct packet *packet, uint16_t length);

/* An mbuf that begins with the packet's bytes from offset on; writable, all in one piece. */
struct rte_mbuf *answer_copy(struct net *net, struct packet *packet);

/* Put Ethernet before the answer and hand it to tx[]. */
void answer_transmit(struct net *net, struct burst *burst, struct rte_mbuf *answer,
		const struct rte_ether_addr *target, uint16_t ether_type);

/* Put the IP header of the path's family, then Ethernet before the answer, and hand it to tx[]. */
void answer_transmit_ip(struct net *net, struct burst *burst, struct rte_mbuf *answer,
		const struct path *path, uint8_t protocol);

#endif
