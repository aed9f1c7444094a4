/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much a connection may keep of what the user has given it to send: tcp.send_buffer_bytes of text,
 * a multiple of that in mbufs, and its share of the memory of the stack.
 */
#ifndef LIB_TCP_TEXT_SEND_BUFFER_H
#define LIB_TCP_TEXT_SEND_BUFFER_H

#include <stdint.h>

#include <rte_common.h>

#include "tcp/text/send_memory.h"
#include "tcp/tcb.h"

enum {
	SEND_PINS_PER_OCTET = 6, /* what a connection may pin, in sizes of its buffer */
	SEND_SEGMENTS_MIN = 2, /* room that a connection has when memory is short: what it sends of
				* that is acknowledged, and so its user is told to go on */
};

/*
 * True where the connection must be content with little. It may pin no more than is left to all: a user
 * whose peer takes nothing has half of the memory at most, n of them leave one part in n + 1.
 */
static inline bool
send_buffer_is_short(const struct tcb *tcb)
{
	const struct tcp *tcp = tcb->tcp;
	const uint64_t pinned = tcp->send_memory.pinned, max = tcp->send_memory_max;

	return pinned >= max || tcb->work->send.pinned > max - pinned ||
			tcb->work->send.pinned >
			(uint64_t)tcp->config.send_buffer_bytes * SEND_PINS_PER_OCTET;
}

/* Octets of text that a send would take now. */
static inline uint32_t
send_buffer_room(const struct tcb *tcb)
{
	const uint32_t size = tcb->tcp->config.send_buffer_bytes;
	const uint32_t limit = send_buffer_is_short(tcb)
			? RTE_MIN(size, (uint32_t)SEND_SEGMENTS_MIN * tcb->snd_mss)
			: size;

	if (send_memory_is_exhausted(tcb->tcp) || send_memory_has_no_work(tcb))
		return 0;
	return tcb->work->send.bytes < limit ? limit - tcb->work->send.bytes : 0;
}

/* A send took less than it was given: ESTAB_EVENT_WRITABLE is owed. */
static inline void
send_fell_short(struct tcb *tcb)
{
	tcb->flags |= TCB_SEND_BLOCKED;
	send_memory_wait(tcb);
}

#endif
