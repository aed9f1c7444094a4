/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets in the order in which they go: a wire in memory, of which two make the port of a stack. It
 * has one lcore at both ends.
 */
#ifndef APP_BENCH_PACKET_QUEUE_H
#define APP_BENCH_PACKET_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rte_mbuf;

enum { PACKET_QUEUE_MAX = 4096 };

struct packet_queue {
	uint32_t put, taken;
	struct rte_mbuf *packets[PACKET_QUEUE_MAX];
};

static inline uint32_t
packet_queue_count(const struct packet_queue *queue)
{
	return queue->put - queue->taken;
}

/* False where it is full. */
static inline bool
packet_queue_put(struct packet_queue *queue, struct rte_mbuf *packet)
{
	if (packet_queue_count(queue) == PACKET_QUEUE_MAX)
		return false;
	queue->packets[queue->put++ % PACKET_QUEUE_MAX] = packet;
	return true;
}

/* NULL where there is none. */
static inline struct rte_mbuf *
packet_queue_take(struct packet_queue *queue)
{
	if (packet_queue_count(queue) == 0)
		return NULL;
	return queue->packets[queue->taken++ % PACKET_QUEUE_MAX];
}

#endif
