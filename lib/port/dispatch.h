/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The inside of a dispatch: one member for each stack, and the rings between them.
 *
 *	dispatch.c           making it, and who owns what
 *	dispatch_receive.c   packets from a queue to their owners
 *	dispatch_transmit.c  packets to a queue, of its owner and of those without one
 */
#ifndef LIB_PORT_DISPATCH_H
#define LIB_PORT_DISPATCH_H

#include <stdint.h>

#include <rte_common.h>
#include <rte_ring.h>

#include <estab/dispatch.h>

#include "base/siphash.h"
#include "port/toeplitz.h"

enum dispatch_limits {
	DISPATCH_BATCH = 32,  /* packets that go into a ring at once */
	DISPATCH_COPIED = 8,  /* packets of a burst that are copied to all: more is a flood */
	DISPATCH_WAITING = 64 /* packets of others that wait for a queue to send through */
};

/* Packets on their way into a ring. */
struct dispatch_batch {
	uint16_t count;
	struct rte_mbuf *packets[DISPATCH_BATCH];
};

/* Others read its beginning; what changes is its own lcore's alone. */
struct dispatch_member {
	struct rte_ring *handed; /* to it, by those who receive */
	struct rte_ring *sent;   /* by it, where it has no queue to send through; else NULL */
	uint16_t index;
	uint16_t sender; /* member through whose queue it sends */
	struct estab_dispatch *dispatch;
	struct estab_port queue; /* of the device */

	uint16_t copied __rte_cache_aligned; /* packets of this burst */
	uint16_t next_served;                /* whose packets are sent first in the next turn */
	uint16_t waiting_count;
	bool queue_second; /* in this turn: what was handed over came first */
	struct rte_mbuf *waiting[DISPATCH_WAITING]; /* of others, in order */
	struct dispatch_batch *batches;             /* by owner; NULL: receives from no queue */
	uint64_t handed_over, copies, not_copied, refused;
	uint64_t lost, lost_bytes; /* rings were full */
} __rte_cache_aligned;

struct estab_dispatch {
	uint16_t count;
	uint16_t rss_mask;
	bool has_rss;
	uint32_t offloads_rx; /* that all queues have */
	struct siphash_key key;
	struct rte_mempool *mbuf_pool;
	struct toeplitz *toeplitz;
	struct dispatch_member *members;
	uint16_t rss_table[ESTAB_RSS_TABLE_MAX];
};

/* The member that owns the connection. */
uint16_t dispatch_owner(const struct estab_dispatch *dispatch, const struct path *path);

/* What a member's port does. */
uint16_t dispatch_receive(void *context, struct rte_mbuf **packets, uint16_t n);
uint16_t dispatch_prepare(void *context, struct rte_mbuf **packets, uint16_t n);
uint16_t dispatch_transmit(void *context, struct rte_mbuf **packets, uint16_t n);

/* Send what members without a queue have put into their rings to this one. */
void dispatch_transmit_for_others(struct dispatch_member *member);

#endif
