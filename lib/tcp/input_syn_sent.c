/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.7.3 SEGMENT ARRIVES in SYN-SENT.
 */
#include <errno.h>

#include "tcp/ack.h"
#include "tcp/congestion/ecn.h"
#include "tcp/open/handshake.h"
#include "tcp/input.h"
#include "tcp/reset.h"
#include "tcp/seq.h"
#include "tcp/open/syn_text.h"
#include "tcp/tcb.h"
#include "tcp/text/urgent.h"

/* First: an ACK that is there must be for our SYN. */
static bool
check_ack(const struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	if ((seg->flags & TCP_FLAG_ACK) == 0)
		return true;
	if (seq_gt(seg->ack, tcb->work->iss) && seq_leq(seg->ack, tcb->snd_nxt))
		return true;
	seg->fate = ESTAB_DROP_TCP_ACK_UNACCEPTABLE;
	reply_rst(burst, seg);
	return false;
}

/* Second: RST, believed only with an acceptable ACK. */
static bool
check_rst(struct tcb *tcb, struct segment *seg)
{
	if ((seg->flags & TCP_FLAG_RST) == 0)
		return true;
	if ((seg->flags & TCP_FLAG_ACK) == 0) {
		seg->fate = ESTAB_DROP_TCP_RST_UNACCEPTABLE;
		return false;
	}
	tcb->tcp->stats->rst_received++;
	tcb->tcp->stats->connections_failed++;
	tcb_close(tcb, -ECONNREFUSED);
	return false;
}

/* What the peer's SYN says. */
static void
take_syn(struct tcb *tcb, const struct segment *seg)
{
	tcb->work->irs = seg->seq;
	tcb->rcv_nxt = seg->seq + 1;
	tcb->work->last_ack_sent = tcb->rcv_nxt;
	tcb->path.next_hop = seg->path.next_hop;
	tcb->path.mac_known = true;
	tcb->path.next_hop_suspect = false;
	tcb->rcv_tos = seg->ip_tos;
	handshake_apply(tcb, handshake_agree(tcb->tcp, &seg->options) | ecn_answered(tcb, seg),
			seg->options.window_scale, handshake_peer_mss(seg));
	if ((tcb->flags & TCB_TIMESTAMPS) != 0) {
		tcb->ts_recent = seg->options.ts_val;
		tcb->ts_recent_ks = tcp_now_ks(tcb->tcp);
	}
	tcb->snd_wnd = seg->wnd; /* a SYN's window is never scaled */
	tcb->snd_wnd_max = seg->wnd;
	tcb->work->snd_wl1 = seg->seq;
	tcb->work->snd_wl2 = seg->ack;
}

/* Our SYN is acknowledged: ESTABLISHED; text and FIN of the segment come next. */
static void
establish(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	acknowledgment_take(tcb, burst, seg);
	handshake_complete(tcb);
	ack_now(tcb);
	check_urg(tcb, seg); /* before the SYN is taken off: the pointer counts from it */
	seg->flags &= (uint8_t)~TCP_FLAG_SYN;
	seg->seq++;
	seg->len--;
	segment_text_and_fin(tcb, burst, seg);
}

void
segment_arrives_syn_sent(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	if (!check_ack(tcb, burst, seg)) /* first */
		return;
	if (!check_rst(tcb, seg)) /* second */
		return;
	/* third: security; none to check, as in 3.10.7.4 */
	if ((seg->flags & TCP_FLAG_SYN) == 0) { /* fifth */
		seg->fate = ESTAB_DROP_TCP_SYN_MISSING;
		return;
	}
	take_syn(tcb, seg); /* fourth */
	if ((seg->flags & TCP_FLAG_ACK) != 0) {
		establish(tcb, burst, seg);
		return;
	}
	/* Simultaneous open (MUST-10): our SYN again, now with an ACK. */
	tcb_enter(tcb, TCP_STATE_SYN_RECEIVED);
	syn_text_queue(tcb, seg);
	tcb_mark(tcb, MARK_SYN);
}
