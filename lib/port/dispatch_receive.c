/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a queue to the owners. What is the member's own is compacted in the caller's array; what is
 * others' goes into their rings, in the order in which it came: a connection always takes the same
 * way from a queue to its stack, so its segments do not overtake one another.
 */
#include "port/dispatch.h"

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "port/steer.h"

enum { PREFETCH_AHEAD = 4 };

static void
drop(struct dispatch_member *member, struct rte_mbuf **packets, unsigned int n)
{
	member->lost += n;
	for (unsigned int i = 0; i < n; i++)
		member->lost_bytes += packets[i]->pkt_len;
	rte_pktmbuf_free_bulk(packets, n);
}

static void
flush(struct dispatch_member *member, uint16_t owner)
{
	struct dispatch_batch *batch = &member->batches[owner];
	unsigned int put;

	if (batch->count == 0)
		return;
	put = rte_ring_enqueue_burst(member->dispatch->members[owner].handed,
			(void **)batch->packets, batch->count, NULL);
	if (put < batch->count)
		drop(member, batch->packets + put, batch->count - put);
	batch->count = 0;
}

static void
hand_over(struct dispatch_member *member, uint16_t owner, struct rte_mbuf *packet)
{
	struct dispatch_batch *batch = &member->batches[owner];

	batch->packets[batch->count++] = packet;
	if (batch->count == DISPATCH_BATCH)
		flush(member, owner);
}

/* A copy for every other member: what each does with it, bytes included, is its own affair. */
static void
copy_to_others(struct dispatch_member *member, const struct rte_mbuf *packet)
{
	struct estab_dispatch *dispatch = member->dispatch;

	if (member->copied++ >= DISPATCH_COPIED) {
		member->not_copied += dispatch->count - 1u;
		return;
	}
	for (uint16_t i = 0; i < dispatch->count; i++) {
		struct rte_mbuf *copy;

		if (i == member->index)
			continue;
		copy = rte_pktmbuf_copy(packet, dispatch->mbuf_pool, 0, UINT32_MAX);
		if (copy == NULL) {
			member->not_copied++;
			continue;
		}
		member->copies++;
		hand_over(member, i, copy);
	}
}

/* @return whether the packet is this member's */
static bool
steer(struct dispatch_member *member, struct rte_mbuf *packet)
{
	const struct estab_dispatch *dispatch = member->dispatch;
	struct path path;
	uint16_t owner = member->index;

	switch (steer_read(packet, &path)) {
	case STEER_HERE:
		return true;
	case STEER_ALL:
		copy_to_others(member, packet);
		return true;
	case STEER_TCP:
		if (!dispatch->has_rss) /* else the device has seen to it */
			owner = dispatch_owner(dispatch, &path);
		break;
	case STEER_QUOTED:
		owner = dispatch_owner(dispatch, &path);
		break;
	}
	if (owner == member->index)
		return true;
	member->handed_over++;
	hand_over(member, owner, packet);
	return false;
}

static uint16_t
take_from_queue(struct dispatch_member *member, struct rte_mbuf **packets, uint16_t n)
{
	const struct estab_port *queue = &member->queue;
	uint16_t got, own = 0;

	if (queue->rx_burst == NULL || n == 0)
		return 0;
	got = queue->rx_burst(queue->context, packets, n);
	member->copied = 0;
	for (uint16_t i = 0; i < got; i++) {
		if (i + PREFETCH_AHEAD < got)
			rte_prefetch0(rte_pktmbuf_mtod(packets[i + PREFETCH_AHEAD], void *));
		if (steer(member, packets[i]))
			packets[own++] = packets[i];
	}
	for (uint16_t i = 0; got > 0 && i < member->dispatch->count; i++)
		flush(member, i);
	return own;
}

static uint16_t
take_handed(struct dispatch_member *member, struct rte_mbuf **packets, uint16_t n)
{
	return (uint16_t)rte_ring_dequeue_burst(member->handed, (void **)packets, n, NULL);
}

/* Queue and ring take turns at being first, so that neither starves where the other fills every burst. */
uint16_t
dispatch_receive(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct dispatch_member *member = context;
	uint16_t got;

	dispatch_transmit_for_others(member);
	member->queue_second = !member->queue_second;
	if (member->queue_second) {
		got = take_handed(member, packets, n);
		return (uint16_t)(got +
				take_from_queue(member, packets + got, (uint16_t)(n - got)));
	}
	got = take_from_queue(member, packets, n);
	return (uint16_t)(got + take_handed(member, packets + got, (uint16_t)(n - got)));
}
