/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How large segments may be (RFC 9293 3.7.1, RFC 6691): the MSS that is announced counts no
 * options, the text of a segment is what they leave of it.
 */
#ifndef LIB_TCP_TEXT_SEGMENT_SIZE_H
#define LIB_TCP_TEXT_SEGMENT_SIZE_H

#include <stdint.h>

#include "burst.h"
#include "tcp/tcb.h"

/* MUST-67: the MSS we announce, from our MTU; not above what the user asks for, where that is not 0. */
uint16_t mss_announced(const struct tcp *tcp, uint8_t family, uint16_t asked);

/* MUST-15, MUST-16: the text limit that the peer's MSS option (or its lack) and our own set. */
uint16_t mss_effective(uint8_t family, const struct tcp_options *offered, uint16_t announced);

/* IP and TCP headers of a segment with the options that all of the connection's segments have. */
uint32_t segment_headers(const struct tcb *tcb);

/* The same where there are SACK blocks to be told. */
uint32_t segment_size_beside_sack(const struct tcb *tcb);

/* Text that the next segment may carry, what its options take subtracted. */
static inline uint32_t
segment_size(const struct tcb *tcb)
{
	if (likely(tcb->work->reassembly == NULL &&
			    tcb->work->dsack.left == tcb->work->dsack.right))
		return tcb->snd_mss;
	return segment_size_beside_sack(tcb);
}

/* SACK blocks that fit beside the connection's other options. */
uint8_t sack_blocks_max(const struct tcb *tcb);

#endif
