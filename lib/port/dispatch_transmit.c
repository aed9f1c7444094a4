/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * To a queue: straight, or through the ring to the member that has one. Nothing is lost on this way: a
 * full ring, like a full device, takes less, and the stack keeps the rest.
 */
#include "port/dispatch.h"

#include <rte_mbuf.h>

uint16_t
dispatch_prepare(void *context, struct rte_mbuf **packets, uint16_t n)
{
	const struct dispatch_member *member = context;

	return member->queue.tx_prepare(member->queue.context, packets, n);
}

uint16_t
dispatch_transmit(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct dispatch_member *member = context;

	if (member->sent != NULL)
		return (uint16_t)rte_ring_enqueue_burst(member->sent, (void **)packets, n, NULL);
	return member->queue.tx_burst(member->queue.context, packets, n);
}

static void
forget_waiting(struct dispatch_member *member, uint16_t n)
{
	member->waiting_count = (uint16_t)(member->waiting_count - n);
	for (uint16_t i = 0; i < member->waiting_count; i++)
		member->waiting[i] = member->waiting[i + n];
}

/* How many of those that wait the queue may be given. What it can never send is dropped here. */
static uint16_t
prepare_waiting(struct dispatch_member *member)
{
	const struct estab_port *queue = &member->queue;
	uint16_t ready = member->waiting_count;

	if (queue->tx_prepare == NULL)
		return ready;
	while (member->waiting_count > 0) {
		ready = queue->tx_prepare(queue->context, member->waiting, member->waiting_count);
		if (ready > 0)
			return ready;
		rte_pktmbuf_free(member->waiting[0]);
		member->refused++;
		forget_waiting(member, 1);
	}
	return 0;
}

/* @return whether all of it is gone */
static bool
send_waiting(struct dispatch_member *member)
{
	const struct estab_port *queue = &member->queue;

	while (member->waiting_count > 0) {
		const uint16_t ready = prepare_waiting(member);
		const uint16_t taken = ready > 0
				? queue->tx_burst(queue->context, member->waiting, ready)
				: 0;

		forget_waiting(member, taken);
		if (taken < ready)
			return false;
	}
	return true;
}

/* At most a ring full of each in a turn. @return whether the queue takes more */
static bool
send_for(struct dispatch_member *member, struct rte_ring *sent)
{
	for (unsigned int n = 0; n < rte_ring_get_capacity(sent); n += DISPATCH_WAITING) {
		member->waiting_count = (uint16_t)rte_ring_dequeue_burst(sent,
				(void **)member->waiting, DISPATCH_WAITING, NULL);
		if (member->waiting_count == 0)
			return true;
		if (!send_waiting(member))
			return false;
	}
	return true;
}

/* In turns, so that none starves where the queue takes less than there is. */
void
dispatch_transmit_for_others(struct dispatch_member *member)
{
	struct estab_dispatch *dispatch = member->dispatch;
	const uint16_t first = member->next_served;

	if (member->sent != NULL || !send_waiting(member))
		return;
	for (uint16_t i = 0; i < dispatch->count; i++) {
		const uint16_t other = (uint16_t)((first + i) % dispatch->count);
		const struct dispatch_member *from = &dispatch->members[other];

		member->next_served = (uint16_t)((other + 1) % dispatch->count);
		if (from->sent != NULL && from->sender == member->index &&
				!send_for(member, from->sent))
			return;
	}
}
