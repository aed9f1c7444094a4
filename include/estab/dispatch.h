/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Several stacks at one device, each on an lcore of its own: every packet goes to the stack that its
 * connection belongs to, whatever the device does.
 *
 * A dispatch stands between the queues of a device and the stacks. Who has a queue receives from it,
 * keeps what is its own, and hands the rest over through rings; who has none is handed everything, and
 * sends through the queue of another. Where the device spreads connections by a rule that is known
 * (struct estab_rss), segments stay where they arrive; else the owner of a connection is chosen by a keyed
 * hash of its 4-tuple. ARP and neighbour discovery go to all, an ICMP error to the stack whose
 * segment it quotes.
 *
 *	config.queues = queues;  config.port_count = n;  ...
 *	dispatch = estab_dispatch_create(&config);
 *	for each lcore i: estab_dispatch_port(dispatch, i, &port), and a stack with that port
 *	... all lcores poll their stacks, until all have ended ...
 *	destroy the stacks, then estab_dispatch_destroy(dispatch)
 */
#ifndef ESTAB_DISPATCH_H
#define ESTAB_DISPATCH_H

#include <stdint.h>

#include <estab/api.h>
#include <estab/port.h>
#include <estab/rss.h>

ESTAB_BEGIN_DECLS

struct estab_dispatch;
struct rte_mempool;

/** What there is room for. */
enum estab_dispatch_limits {
	ESTAB_DISPATCH_PORTS_MAX = 128,
};

/** Who shares a device, and how its packets come to them. */
struct estab_dispatch_config {
	int socket_id;       /**< NUMA node of the memory, or -1 */
	uint8_t secret[16];  /**< of the hash; from getrandom(), and of no stack */
	uint16_t port_count; /**< stacks that share the device, up to ESTAB_DISPATCH_PORTS_MAX */

	/** For each stack its own queues of the device, copied. rx_burst NULL: it receives from none; tx_burst
	 *  NULL: it sends through the queue of another. At least one has each. */
	const struct estab_port *queues;

	/** What the device spreads by, copied: entry q of the table is the queue of stack q. NULL: by
	 *  nothing that is known. */
	const struct estab_rss *rss;

	struct rte_mempool *mbuf_pool; /**< for copies of what concerns all stacks */
	uint32_t ring_packets; /**< that may wait for an lcore, rounded up to 2^n - 1; 0: 1023 */
};

/**
 * Create a dispatch; all its memory is allocated here.
 *
 * @return the dispatch, or NULL with rte_errno EINVAL (no stack, no queue either way, a table that names a
 *   queue that is none, no pool) or ENOMEM
 */
ESTAB_API struct estab_dispatch *estab_dispatch_create(const struct estab_dispatch_config *config);

/** Free it with the packets that are still in it. No stack uses its ports any more. */
ESTAB_API void estab_dispatch_destroy(struct estab_dispatch *dispatch);

/**
 * Make the port of stack number `index`. All calls of one port belong to one thread; those of several
 * go on beside one another. What waits to be sent through a stack's queue for others leaves when that
 * stack receives: it must be polled until the others have ended too.
 *
 * A packet for which the ring of its stack has no room is dropped, and counted where it arrived
 * (dispatch_ring_full); to send, a full ring means what a full device means.
 */
ESTAB_API void estab_dispatch_port(struct estab_dispatch *dispatch, uint16_t index,
		struct estab_port *port);

ESTAB_END_DECLS

#endif
