/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much a connection may keep of what has arrived: its receive buffer, which grows with what the
 * user reads in a round trip, and the memory of the stack, which all connections share.
 *
 * Two things are limited. Text, in octets: that is what windows are about. And what text pins, in
 * octets of whole mbufs: a peer may put one octet into each packet. text_queue.c copies short text
 * together, so that a queue of text pins at most some four times its size; RECEIVE_PINS_PER_OCTET is
 * the limit for what could not be copied. The work per segment is bounded: 32 blocks are looked at, and
 * one queue of tcp.reassembly_segments is given up.
 */
#ifndef LIB_TCP_TEXT_RECEIVE_BUFFER_H
#define LIB_TCP_TEXT_RECEIVE_BUFFER_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"
#include "tcp/tcb.h"

enum {
	RECEIVE_PINS_PER_OCTET = 6, /* what a connection may pin, in sizes of its buffer */
	SHARE_PINS_PER_OCTET = 2,   /* what full segments pin, in sizes of their text */
	RECEIVE_SEGMENTS_MIN = 2,   /* room that a connection has however short memory is */
};

/* Octets of text that a connection could still take. */
struct receive_room {
	uint32_t octets;
	uint32_t alone; /* and if the memory of the stack were its own */
};

/* Where text waits, or memory is not plenty. */
struct receive_room receive_buffer_share(const struct tcb *tcb);

/* True where all of the buffer is room: no text waits, and memory is plenty. */
static inline bool
receive_buffer_is_free(const struct tcb *tcb)
{
	const uint64_t wanted = UINT64_C(2) * SHARE_PINS_PER_OCTET * tcb->rcv_buffer;
	const struct tcp *tcp = tcb->tcp;
	const struct work *work = tcb->work;

	return (work->receive.bytes | work->receive.pinned | (uintptr_t)work->reassembly) == 0 &&
			tcp->receive_memory.pinned + wanted <= tcp->receive_memory_max;
}

/* True where the text may be queued; else it must come again: seg->fate says so. */
bool receive_buffer_admits(struct tcb *tcb, struct segment *seg);

/*
 * The user has received so many octets: dynamic right-sizing. A connection of which the user reads
 * more than half a buffer per round trip is held back by its window, and the buffer grows to twice
 * that, up to tcp.receive_buffer_max_bytes.
 */
void receive_buffer_read(struct tcb *tcb, uint32_t octets);

/* True where windows no longer grow and only text in order is kept. */
static inline bool
receive_memory_is_short(const struct tcp *tcp)
{
	return tcp->receive_memory.pinned > tcp->receive_memory_max / 8 * 7 || tcp->shed.low;
}

/* Memory is short, of mbufs or of reassemblies: give up the text that has waited longest for the gap before it to close. */
void receive_memory_shed(struct tcp *tcp);

#endif
