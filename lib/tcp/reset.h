/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Resets and other answers that belong to no TCB (RFC 9293 3.5.2, 3.10.7.1).
 */
#ifndef LIB_TCP_RESET_H
#define LIB_TCP_RESET_H

#include "burst.h"

struct tcb;
struct tcp;

/* 3.10.7.1 CLOSED: a segment for no connection is answered with a RST, unless it is one. */
void segment_arrives_closed(struct tcp *tcp, struct burst *burst, struct segment *seg);

/*
 * Answer a segment with a RST as 3.5.2 group 1 says; options stay empty. NULL: a RST is never answered,
 * or this turn can build no more.
 */
struct outgoing *reply_rst(struct burst *burst, const struct segment *seg);

/* The same to a peer that we have a connection with: with the timestamps of both (RFC 7323 3.2). */
void reply_rst_of(const struct tcb *tcb, struct burst *burst, const struct segment *seg);

/* Answer with a bare segment of these numbers; options stay empty. NULL: no more this turn. */
struct outgoing *reply(struct burst *burst, const struct segment *seg, uint32_t seq, uint32_t ack,
		uint8_t flags);

#endif
