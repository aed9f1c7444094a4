/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port that is two queues in memory: a test puts frames in on one side and takes out what the
 * stack sent on the other.
 */
#ifndef TEST_SUPPORT_MEMORY_PORT_H
#define TEST_SUPPORT_MEMORY_PORT_H

#include <stddef.h>
#include <stdint.h>

#include <estab/port.h>

struct rte_mempool;

enum { MEMORY_QUEUE_SIZE = 8192 };

/* First in, first out. The counters only grow. */
struct memory_queue {
	uint32_t put;
	uint32_t taken;
	struct rte_mbuf *frames[MEMORY_QUEUE_SIZE];
};

struct memory_port {
	struct estab_port port;   /* to be given to a stack; its context is this struct */
	struct memory_queue to;   /* towards the stack */
	struct memory_queue from; /* from the stack */
	uint32_t tx_room;         /* frames that the port still takes; UINT32_MAX: any number */
};

/* Empty queues, no offload. */
void memory_port_init(struct memory_port *port);

/* Free what is still in the queues. */
void memory_port_fini(struct memory_port *port);

/* Put a copy of the frame into the queue towards the stack. @return 0, -ENOMEM or -ENOBUFS */
int memory_port_put(struct memory_port *port, struct rte_mempool *pool, const void *frame,
		size_t size);

/* Copy out the next frame that the stack sent, and free it. @return its size; 0: there is none */
size_t memory_port_take(struct memory_port *port, void *frame, size_t room);

static inline uint32_t
memory_queue_count(const struct memory_queue *queue)
{
	return queue->put - queue->taken;
}

#endif
