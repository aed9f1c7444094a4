/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text, FIN and urgent mark that come with a SYN (RFC 9293 3.10.7.2, 3.10.7.3: "queued for processing
 * later"). They wait in the record, then in the TCB and its reassembly queue, and are the user's when the
 * handshake has proved that the peer is there. Until then only the SYN itself is acknowledged: what is
 * not kept comes again. All records of a stack keep limits.syn_text_bytes together, mbufs counted whole,
 * which bounds their number too.
 */
#ifndef LIB_TCP_OPEN_SYN_TEXT_H
#define LIB_TCP_OPEN_SYN_TEXT_H

#include "burst.h"

struct syn_record;
struct tcb;
struct tcp;

/* Keep what a SYN of LISTEN brings, where there is room: takes the segment's mbuf. */
void syn_text_keep(struct tcp *tcp, struct syn_record *record, struct segment *seg);

/* Free what a record keeps. */
void syn_text_forget(struct tcp *tcp, struct syn_record *record);

/* Hand what a record keeps to the TCB that it has become. */
void syn_text_hand_over(struct tcp *tcp, struct syn_record *record, struct tcb *tcb);

/* Keep what the SYN of a simultaneous open brings: takes the segment's mbuf. */
void syn_text_queue(struct tcb *tcb, struct segment *seg);

#endif
