/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Urgent data (RFC 9293 3.8.5, RFC 6093): a mark in the stream, reported, the octets in line. The
 * pointer is only ever used as a mark, never as a length.
 */
#ifndef LIB_TCP_TEXT_URGENT_H
#define LIB_TCP_TEXT_URGENT_H

#include <stdint.h>

#include "burst.h"

struct tcb;

/* 3.10.7.4, sixth check. */
void check_urg(struct tcb *tcb, const struct segment *seg);

/* SEG.UP where URG is set, else 0: what is kept of a SYN until its text has its turn. */
static inline uint16_t
urgent_of_syn(const struct segment *seg)
{
	return (seg->flags & TCP_FLAG_URG) != 0 ? seg->up : 0;
}

/* In SYN-RECEIVED: the peer's SYN came with this pointer, 0 for none. */
void urgent_keep(struct tcb *tcb, uint16_t up);

/* Established: tell the user of the mark of the SYN. */
void urgent_tell_kept(struct tcb *tcb);

/* Put the pointer on a segment while urgent octets are yet to be acknowledged. */
void urgent_point(const struct tcb *tcb, struct outgoing *out);

/* Everything up to the mark was acknowledged: point no more. */
void urgent_on_ack(struct tcb *tcb);

#endif
