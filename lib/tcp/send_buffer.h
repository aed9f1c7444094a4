/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much a connection may keep of what the user has given it to send: tcp.send_buffer_bytes of text,
 * a multiple of that in mbufs, and its share of the memory of the stack.
 */
#ifndef LIB_TCP_SEND_BUFFER_H
#define LIB_TCP_SEND_BUFFER_H

#include <stdint.h>

#include <rte_common.h>

#include "tcp/tcb.h"

enum {
	SEND_PINS_PER_OCTET = 6, /* what a connection may pin, in sizes of its buffer */
	SEND_SEGMENTS_MIN = 2, /* room that a connection has however short memory is: what it sends
				   * of that is acknowledged, and so its user is told to go on */
};

/* Octets of text that a send would take now. */
static inline uint32_t
send_buffer_room(const struct tcb *tcb)
{
	const struct tcp *tcp = tcb->tcp;
	const uint32_t size = tcp->config.send_buffer_bytes;
	uint32_t limit = size;

	if (tcp->send_memory.pinned > tcp->send_memory_max ||
			tcb->send.pinned > (uint64_t)size * SEND_PINS_PER_OCTET)
		limit = RTE_MIN(size, (uint32_t)SEND_SEGMENTS_MIN * tcb->snd_mss);
	return tcb->send.bytes < limit ? limit - tcb->send.bytes : 0;
}

#endif
