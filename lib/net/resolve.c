/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Next hops: the one place that joins route, neighbour table and the packets that ask. At most one
 * packet waits per neighbour, and the newest is kept: what TCP sent before, it will send again.
 */
#include "net/arp.h"
#include "net/nd.h"
#include "net/resolve.h"
#include "net/route.h"

static void
drop_unresolved(struct net *net, struct rte_mbuf *frame)
{
	if (frame == NULL)
		return;
	net->stats->tx_dropped_unresolved++;
	rte_pktmbuf_free(frame);
}

static void
transmit_to(struct net *net, struct burst *burst, struct rte_mbuf *frame,
		const struct rte_ether_addr *mac)
{
	rte_ether_addr_copy(mac, &rte_pktmbuf_mtod(frame, struct rte_ether_hdr *)->dst_addr);
	burst_transmit(burst, net->stats, frame);
}

/* To where the path led last: no better is known, or not yet. */
static void
transmit_as_before(struct net *net, struct burst *burst, const struct path *path,
		struct rte_mbuf *frame)
{
	if (rte_is_zero_ether_addr(&path->next_hop))
		drop_unresolved(net, frame);
	else
		transmit_to(net, burst, frame, &path->next_hop);
}

static void
ask(struct net *net, struct burst *burst, struct neighbour *neighbour, uint64_t now_ns)
{
	neighbour_asked(&net->neighbours, neighbour, now_ns);
	if (neighbour->family == ESTAB_FAMILY_IPV4)
		arp_request(net, burst, neighbour->ip.words[0]);
	else
		nd_solicit(net, burst, &neighbour->ip);
}

/* A MAC address that is known is asked for after a minute, or where the path is suspected of it. */
static bool
should_ask_again(const struct neighbour *neighbour, const struct path *path, uint64_t now_ns)
{
	return neighbour_is_stale(neighbour, now_ns) ||
			(path->next_hop_suspect && !neighbour_is_asking(neighbour));
}

const struct rte_ether_addr *
resolve_known(struct net *net, const struct path *path, uint64_t now_ns)
{
	const union ip_address *hop = route_next_hop(net, &path->remote, path->family);
	struct neighbour *neighbour;

	if (hop == NULL)
		return NULL;
	neighbour = neighbour_find(&net->neighbours, hop, path->family);
	if (neighbour == NULL || !neighbour_has_mac(neighbour) ||
			should_ask_again(neighbour, path, now_ns))
		return NULL;
	neighbour_touch(&net->neighbours, neighbour);
	return &neighbour->mac;
}

void
resolve_and_transmit(struct net *net, struct burst *burst, const struct path *path,
		struct rte_mbuf *frame, uint64_t now_ns)
{
	const union ip_address *hop = route_next_hop(net, &path->remote, path->family);
	struct neighbour *neighbour;
	struct rte_mbuf *evicted;

	if (hop == NULL) {
		transmit_as_before(net, burst, path, frame);
		return;
	}
	neighbour = neighbour_want(&net->neighbours, hop, path->family, &evicted);
	drop_unresolved(net, evicted);
	if (neighbour_has_mac(neighbour)) {
		transmit_to(net, burst, frame, &neighbour->mac);
		if (should_ask_again(neighbour, path, now_ns))
			ask(net, burst, neighbour, now_ns);
		return;
	}
	if (neighbour->requests == 0)
		ask(net, burst, neighbour, now_ns);
	if (!rte_is_zero_ether_addr(&path->next_hop)) {
		transmit_as_before(net, burst, path, frame);
		return;
	}
	drop_unresolved(net, neighbour->waiting);
	neighbour->waiting = frame;
}

bool
resolve_learn(struct net *net, struct burst *burst, const union ip_address *ip, uint8_t family,
		const struct rte_ether_addr *mac, bool asked_for_us, uint64_t now_ns)
{
	struct neighbour_table *table = &net->neighbours;
	struct rte_mbuf *evicted = NULL, *waiting;
	struct neighbour *neighbour = asked_for_us
			? neighbour_offer(table, ip, family, now_ns, &evicted)
			: neighbour_find(table, ip, family);

	drop_unresolved(net, evicted);
	if (neighbour == NULL)
		return false;
	waiting = neighbour_confirm(neighbour, mac, now_ns);
	if (waiting != NULL)
		transmit_to(net, burst, waiting, mac);
	return true;
}

/* One entry whose request went unanswered: ask again or give up. */
static void
request_expired(struct net *net, struct burst *burst, struct neighbour *neighbour, uint64_t now_ns)
{
	if (neighbour->requests < NEIGHBOUR_REQUESTS_MAX)
		ask(net, burst, neighbour, now_ns);
	else
		drop_unresolved(net, neighbour_forget(&net->neighbours, neighbour));
}

void
net_timeouts(struct net *net, struct burst *burst, uint64_t now_ns)
{
	struct neighbour_table *table = &net->neighbours;

	if (likely(now_ns < table->deadline_ns))
		return;
	table->deadline_ns = UINT64_MAX;
	for (uint32_t i = 0; i < table->count; i++) {
		struct neighbour *neighbour = &table->entries[i];

		if (!neighbour_is_asking(neighbour))
			continue;
		if (neighbour->request_ns <= now_ns)
			request_expired(net, burst, neighbour, now_ns);
		else
			table->deadline_ns = RTE_MIN(table->deadline_ns, neighbour->request_ns);
	}
}

uint64_t
net_deadline(const struct net *net)
{
	return net->neighbours.deadline_ns;
}
