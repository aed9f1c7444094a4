/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every predicted segment (predicted.h) is asked for: nothing out of the ordinary is known of the
 * connection, and nothing out of the ordinary is in the header. And what it leaves behind.
 */
#ifndef LIB_TCP_PREDICTED_PLAIN_H
#define LIB_TCP_PREDICTED_PLAIN_H

#include <stdbool.h>

#include <rte_ether.h>

#include <estab/event.h>

#include "burst.h"
#include "tcp/ack.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"
#include "tcp/text/receive_buffer.h"
#include "tcp/text/text_queue.h"

/* What makes a connection out of the ordinary for what arrives. */
enum {
	PREDICTED_NO_FLAGS =
			TCB_DISCARD | TCB_WENT_BACK | TCB_TAIL_PROBED | TCB_PROBING | TCB_URGENT,
};

/* Nothing is lost, reordered, set, marked or paced. */
static inline bool
predicted_is_plain(const struct tcb *tcb)
{
	const struct work *work = tcb->work;
	const uintptr_t blocks = (uintptr_t)work->recovery | (uintptr_t)work->reassembly |
			(uintptr_t)work->custom | (uintptr_t)work->pacing;

	return (blocks | tcb->ecn | (work->dsack.left ^ work->dsack.right)) == 0 &&
			tcb->tcp->predicts;
}

/* The next segment in order, with these flags, PSH aside, and no options but the usual ones. */
static inline bool
predicted_header(const struct tcb *tcb, const struct segment *seg, uint8_t flags)
{
	const uint8_t seen = (tcb->flags & TCB_TIMESTAMPS) != 0 ? TCP_OPTION_TIMESTAMPS : 0;

	return seg->seq == tcb->rcv_nxt && (seg->flags & ~TCP_FLAG_PSH) == flags &&
			seg->options.seen == seen &&
			(seen == 0 || seq_geq(seg->options.ts_val, tcb->ts_recent));
}

/* It comes from where the peer is known to be. */
static inline bool
predicted_hop(const struct tcb *tcb, const struct segment *seg)
{
	return tcb->path.mac_known && !tcb->path.next_hop_suspect &&
			rte_is_same_ether_addr(&tcb->path.next_hop, &seg->path.next_hop);
}

/* What timestamps are compared with from now on: RFC 7323 4.3 (2). */
static inline void
predicted_take_timestamp(struct tcb *tcb, const struct segment *seg)
{
	if (seg->options.seen == 0 || seq_gt(seg->seq, tcb->work->last_ack_sent))
		return;
	tcb->ts_recent = seg->options.ts_val;
	tcb->ts_recent_ks = tcp_now_ks(tcb->tcp);
}

/* Text at RCV.NXT, for which there is room. */
static inline void
predicted_take_text(struct tcb *tcb, struct segment *seg)
{
	text_queue_append(&tcb->work->receive, seg->mbuf);
	seg->mbuf = NULL;
	tcb_tell(tcb, ESTAB_EVENT_READABLE);
	tcb->rcv_nxt += seg->text_len;
	tcb->rcv_wnd -= seg->text_len;
	tcb->tcp->stats->text_bytes_received += seg->text_len;
	ack_text(tcb, seg->run);
}

#endif
