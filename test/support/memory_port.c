/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port that is two queues in memory.
 */
#include "memory_port.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>

static int
queue_put(struct memory_queue *queue, struct rte_mbuf *frame)
{
	if (memory_queue_count(queue) == MEMORY_QUEUE_SIZE)
		return -ENOBUFS;
	queue->frames[queue->put++ % MEMORY_QUEUE_SIZE] = frame;
	return 0;
}

static struct rte_mbuf *
queue_take(struct memory_queue *queue)
{
	if (memory_queue_count(queue) == 0)
		return NULL;
	return queue->frames[queue->taken++ % MEMORY_QUEUE_SIZE];
}

static uint16_t
memory_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct memory_port *port = context;
	uint16_t i;

	for (i = 0; i < n; i++) {
		packets[i] = queue_take(&port->to);
		if (packets[i] == NULL)
			break;
	}
	return i;
}

static uint16_t
memory_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct memory_port *port = context;
	uint16_t i;

	for (i = 0; i < n && port->tx_room > 0; i++) {
		if (queue_put(&port->from, packets[i]) != 0)
			break;
		if (port->tx_room != UINT32_MAX)
			port->tx_room--;
	}
	return i;
}

void
memory_port_init(struct memory_port *port)
{
	port->port = (struct estab_port){
		.context = port,
		.rx_burst = memory_rx_burst,
		.tx_burst = memory_tx_burst,
	};
	port->to.put = port->to.taken = 0; /* the rest of a queue, 64 KiB, is not looked at */
	port->from.put = port->from.taken = 0;
	port->tx_room = UINT32_MAX;
}

static void
queue_free(struct memory_queue *queue)
{
	struct rte_mbuf *frame;

	while ((frame = queue_take(queue)) != NULL)
		rte_pktmbuf_free(frame);
}

void
memory_port_fini(struct memory_port *port)
{
	queue_free(&port->to);
	queue_free(&port->from);
}

int
memory_port_put(struct memory_port *port, struct rte_mempool *pool, const void *frame, size_t size)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);
	char *data;
	int err;

	if (mbuf == NULL)
		return -ENOMEM;
	data = rte_pktmbuf_append(mbuf, (uint16_t)size);
	err = data == NULL ? -ENOMEM : queue_put(&port->to, mbuf);
	if (err != 0) {
		rte_pktmbuf_free(mbuf);
		return err;
	}
	memcpy(data, frame, size);
	return 0;
}

size_t
memory_port_take(struct memory_port *port, void *frame, size_t room)
{
	struct rte_mbuf *mbuf = queue_take(&port->from);
	size_t size = 0;

	if (mbuf == NULL)
		return 0;
	for (struct rte_mbuf *part = mbuf; part != NULL; part = part->next) {
		const size_t n = RTE_MIN((size_t)rte_pktmbuf_data_len(part), room - size);

		memcpy((uint8_t *)frame + size, rte_pktmbuf_mtod(part, void *), n);
		size += n;
	}
	rte_pktmbuf_free(mbuf);
	return size;
}
