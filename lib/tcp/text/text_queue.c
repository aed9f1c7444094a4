/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text queues: chains of mbufs as they came; only what is short is copied together.
 */
#include "tcp/text/text_queue.h"

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>

enum { PINS_PER_OCTET = 4 }; /* text that pins more than so many times its size is copied */

/*
 * The mbuf with its buffer. A buffer that is not its own (of a clone, or external) may be any size and
 * serve many: the mbuf is charged for its own, which lies idle, and for as much of the other at most.
 */
static uint32_t
pins_of(const struct rte_mbuf *mbuf)
{
	uint32_t own;

	if (likely(RTE_MBUF_DIRECT(mbuf)))
		return (uint32_t)sizeof(*mbuf) + mbuf->buf_len;
	own = rte_pktmbuf_data_room_size(mbuf->pool);
	return (uint32_t)sizeof(*mbuf) + own + RTE_MIN(own, (uint32_t)mbuf->buf_len);
}

uint32_t
text_packet_pins(const struct rte_mbuf *packet)
{
	uint32_t pins = 0;

	for (; packet != NULL; packet = packet->next)
		pins += pins_of(packet);
	return pins;
}

static void
pin(struct text_queue *queue, uint32_t octets)
{
	queue->pinned += octets;
	if (queue->budget != NULL)
		queue->budget->pinned += octets;
}

static void
unpin(struct text_queue *queue, uint32_t octets)
{
	queue->pinned -= octets;
	if (queue->budget != NULL)
		queue->budget->pinned -= octets;
}

/*
 * Copy short text behind the last mbuf, if that is nobody else's and has room: a peer that sends
 * octets one by one must not pin an mbuf with each.
 */
static bool
copy_to_tail(struct text_queue *queue, const struct rte_mbuf *mbuf)
{
	struct rte_mbuf *tail = queue->tail;
	const uint16_t length = mbuf->data_len;

	if (tail == NULL || length * PINS_PER_OCTET > mbuf->buf_len || !RTE_MBUF_DIRECT(tail) ||
			rte_mbuf_refcnt_read(tail) != 1 ||
			tail->data_off + tail->data_len + length > tail->buf_len)
		return false;
	memcpy(rte_pktmbuf_mtod_offset(tail, void *, tail->data_len),
			rte_pktmbuf_mtod(mbuf, const void *), length);
	tail->data_len = (uint16_t)(tail->data_len + length);
	queue->bytes += length;
	return true;
}

/*
 * Behind text in a buffer that is not its mbuf's own nothing can be copied together: short text moves to a
 * fresh mbuf of the same pool, where there is one with a buffer.
 */
static struct rte_mbuf *
move_short(struct rte_mbuf *mbuf)
{
	struct rte_mbuf *fresh;

	if (likely(RTE_MBUF_DIRECT(mbuf)) ||
			mbuf->data_len * PINS_PER_OCTET > rte_pktmbuf_data_room_size(mbuf->pool))
		return mbuf;
	fresh = rte_pktmbuf_alloc(mbuf->pool);
	if (fresh == NULL)
		return mbuf;
	if (!RTE_MBUF_DIRECT(fresh) || rte_pktmbuf_tailroom(fresh) < mbuf->data_len) {
		rte_pktmbuf_free(fresh);
		return mbuf;
	}
	memcpy(rte_pktmbuf_append(fresh, mbuf->data_len), rte_pktmbuf_mtod(mbuf, const void *),
			mbuf->data_len);
	rte_pktmbuf_free_seg(mbuf);
	return fresh;
}

/* Link one mbuf to the end; free it where it holds nothing, or nothing any more. */
static void
append_one(struct text_queue *queue, struct rte_mbuf *mbuf)
{
	mbuf->next = NULL;
	if (mbuf->data_len == 0 || copy_to_tail(queue, mbuf)) {
		rte_pktmbuf_free_seg(mbuf);
		return;
	}
	mbuf = move_short(mbuf);
	if (queue->tail == NULL)
		queue->head = mbuf;
	else
		queue->tail->next = mbuf;
	queue->tail = mbuf;
	queue->bytes += mbuf->data_len;
	pin(queue, pins_of(mbuf));
}

void
text_queue_append_any(struct text_queue *queue, struct rte_mbuf *packet)
{
	while (packet != NULL) {
		struct rte_mbuf *next = packet->next;

		packet->nb_segs = 1;
		append_one(queue, packet);
		packet = next;
	}
}

/* Unlink and return the first mbuf of a queue that is not empty. */
static struct rte_mbuf *
unlink_head(struct text_queue *queue)
{
	struct rte_mbuf *mbuf = queue->head;

	queue->head = mbuf->next;
	if (queue->head == NULL)
		queue->tail = NULL;
	queue->bytes -= mbuf->data_len;
	unpin(queue, pins_of(mbuf));
	mbuf->next = NULL;
	return mbuf;
}

/* At the seam of two queues short text may meet room: at most one mbuf is filled. */
static void
close_seam(struct text_queue *queue, struct text_queue *other)
{
	while (other->head != NULL && copy_to_tail(queue, other->head))
		rte_pktmbuf_free_seg(unlink_head(other));
}

void
text_queue_join(struct text_queue *queue, struct text_queue *other)
{
	close_seam(queue, other);
	if (other->head == NULL)
		return;
	if (queue->tail == NULL)
		queue->head = other->head;
	else
		queue->tail->next = other->head;
	queue->tail = other->tail;
	queue->bytes += other->bytes;
	pin(queue, other->pinned);
	unpin(other, other->pinned);
	other->head = other->tail = NULL;
	other->bytes = 0;
}

void
text_queue_discard(struct text_queue *queue, uint32_t bytes)
{
	assert(bytes <= queue->bytes);
	while (bytes > 0) {
		struct rte_mbuf *head = queue->head;

		if (head->data_len > bytes) {
			head->data_off = (uint16_t)(head->data_off + bytes);
			head->data_len = (uint16_t)(head->data_len - bytes);
			queue->bytes -= bytes;
			return;
		}
		bytes -= head->data_len;
		rte_pktmbuf_free_seg(unlink_head(queue));
	}
}

struct rte_mbuf *
text_queue_take(struct text_queue *queue)
{
	struct rte_mbuf *mbuf;

	if (queue->head == NULL)
		return NULL;
	mbuf = unlink_head(queue);
	mbuf->nb_segs = 1;
	mbuf->pkt_len = mbuf->data_len;
	return mbuf;
}

void
text_queue_free(struct text_queue *queue)
{
	while (queue->head != NULL)
		rte_pktmbuf_free_seg(unlink_head(queue));
}

struct rte_mbuf *
text_cut_front(struct rte_mbuf *packet, uint32_t bytes)
{
	assert(bytes < packet->pkt_len);
	while (bytes >= packet->data_len) {
		struct rte_mbuf *next = packet->next;

		bytes -= packet->data_len;
		next->pkt_len = packet->pkt_len - packet->data_len;
		next->nb_segs = (uint16_t)(packet->nb_segs - 1);
		packet->next = NULL;
		packet->nb_segs = 1;
		rte_pktmbuf_free_seg(packet);
		packet = next;
	}
	rte_pktmbuf_adj(packet, (uint16_t)bytes);
	return packet;
}

void
text_cut_to(struct rte_mbuf *packet, uint32_t length)
{
	struct rte_mbuf *mbuf = packet;
	uint32_t left = length;
	uint16_t segments = 1;

	assert(length > 0 && length <= packet->pkt_len);
	while (mbuf->data_len < left) {
		left -= mbuf->data_len;
		mbuf = mbuf->next;
		segments++;
	}
	mbuf->data_len = (uint16_t)left;
	if (mbuf->next != NULL) {
		struct rte_mbuf *rest = mbuf->next;

		mbuf->next = NULL;
		rest->nb_segs = (uint16_t)(packet->nb_segs - segments);
		rte_pktmbuf_free(rest);
	}
	packet->nb_segs = segments;
	packet->pkt_len = length;
}
