/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A queue of text: mbufs linked by next, in stream order, empty ones left out. Both the send queue
 * and the receive queue of a connection are one. It moves mbufs and looks at their lengths; text that
 * is short for its mbuf is copied behind what is there, so that it does not pin an mbuf each. Only
 * next, data_off and data_len of an mbuf in a queue mean anything.
 *
 * A queue knows what it pins: the octets of its mbufs, headers included, however little text is in
 * them. All queues with the same budget sum that up there.
 */
#ifndef LIB_TCP_TEXT_TEXT_QUEUE_H
#define LIB_TCP_TEXT_TEXT_QUEUE_H

#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>

struct text_budget {
	uint64_t pinned; /* octets of memory */
};

struct text_queue {
	struct rte_mbuf *head;
	struct rte_mbuf *tail;
	uint32_t bytes;
	uint32_t pinned;            /* octets of memory */
	struct text_budget *budget; /* NULL: none */
};

/* What a packet takes of memory: its mbufs whole, however little text is in them. */
uint32_t text_packet_pins(const struct rte_mbuf *packet);

/* What appends any packet to any queue. */
void text_queue_append_any(struct text_queue *queue, struct rte_mbuf *packet);

/* Append a packet (a chain) of that many bytes of text; the queue owns it from now on. */
static inline void
text_queue_append(struct text_queue *queue, struct rte_mbuf *packet)
{
	uint32_t pins;

	if (unlikely(queue->tail != NULL || packet->next != NULL || packet->data_len == 0 ||
			    !RTE_MBUF_DIRECT(packet))) {
		text_queue_append_any(queue, packet);
		return;
	}
	/* Most queues hold no more than one mbuf, ever. */
	packet->nb_segs = 1;
	queue->head = queue->tail = packet;
	queue->bytes = packet->data_len;
	pins = (uint32_t)sizeof(*packet) + packet->buf_len;
	queue->pinned += pins;
	if (queue->budget != NULL)
		queue->budget->pinned += pins;
}

/* Move everything from one queue to the end of another. */
void text_queue_join(struct text_queue *queue, struct text_queue *other);

/* Discard bytes from the front. */
void text_queue_discard(struct text_queue *queue, uint32_t bytes);

/* Take the first mbuf off as a packet of its own; NULL when empty. The caller owns it. */
struct rte_mbuf *text_queue_take(struct text_queue *queue);

/* Free everything, of which there is something. */
void text_queue_free(struct text_queue *queue);

/* Free everything. */
static inline void
text_queue_clear(struct text_queue *queue)
{
	if (queue->head != NULL)
		text_queue_free(queue);
}

/* Cut bytes off the front of a packet, across its mbufs; less than its whole length. */
struct rte_mbuf *text_cut_front(struct rte_mbuf *packet, uint32_t bytes);

/* Cut a packet to a length, across its mbufs; the length is not zero. */
void text_cut_to(struct rte_mbuf *packet, uint32_t length);

#endif
