/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a next hop's IP address to a packet on its way there: at once where the MAC address is
 * known, else after ARP or neighbour discovery has told it.
 */
#ifndef LIB_NET_RESOLVE_H
#define LIB_NET_RESOLVE_H

#include "net/net.h"

/* To where the path leads, where that is known and need not be asked for; else NULL. */
const struct rte_ether_addr *resolve_known(struct net *net, const struct path *path,
		uint64_t now_ns);

/*
 * Send `frame`, complete but for the target MAC address, towards path->remote. It goes to tx[], or
 * waits for the next hop to answer, or is dropped and counted.
 */
void resolve_and_transmit(struct net *net, struct burst *burst, const struct path *path,
		struct rte_mbuf *frame, uint64_t now_ns);

/*
 * Somebody told where `ip` is. Existing entries are updated; a new one is made only for one who
 * asked for us, and only where that costs nobody an entry.
 *
 * @return true where the table now holds it
 */
bool resolve_learn(struct net *net, struct burst *burst, const union ip_address *ip, uint8_t family,
		const struct rte_ether_addr *mac, bool asked_for_us, uint64_t now_ns);

#endif
