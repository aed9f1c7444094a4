/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.7 SEGMENT ARRIVES, and 3.10.7.4 Other States: eight checks in the RFC's order. A
 * check returns false where the RFC says "drop the segment and return"; the segment then has its
 * fate, and the TCB may be gone.
 */
#include "tcp/input.h"

#include <assert.h>
#include <errno.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include <estab/event.h>

#include "tcp/ack.h"
#include "tcp/text/coalesce.h"
#include "tcp/congestion/ecn.h"
#include "tcp/open/handshake.h"
#include "tcp/input_prefetch.h"
#include "tcp/keepalive.h"
#include "tcp/open/listener.h"
#include "tcp/predicted.h"
#include "tcp/text/reassembly.h"
#include "tcp/text/receive_buffer.h"
#include "tcp/recovery/recovery.h"
#include "tcp/reset.h"
#include "tcp/seq.h"
#include "tcp/open/syn_record.h"
#include "tcp/tcb.h"
#include "tcp/time_wait.h"
#include "tcp/timestamps.h"
#include "tcp/text/urgent.h"
#include "tcp/window.h"

enum { SYN_ACK = TCP_FLAG_SYN | TCP_FLAG_ACK };

/*
 * 3.10.7.4, first check: the table of four cases, but that an ACK is good also right behind the window, as it
 * is where the window is zero: a peer that has used all of it has no other number to give. Where both ends
 * have, and each has a gap, neither would hear of anything again.
 */
static bool
segment_is_acceptable(const struct tcb *tcb, const struct segment *seg)
{
	const bool is_rst = (seg->flags & TCP_FLAG_RST) != 0;

	if (seg->len == 0)
		return seq_in_window(seg->seq, tcb->rcv_nxt,
				tcb->rcv_wnd + (is_rst && tcb->rcv_wnd > 0 ? 0 : 1));
	return seq_in_window(seg->seq, tcb->rcv_nxt, tcb->rcv_wnd) ||
			seq_in_window(seg->seq + seg->len - 1, tcb->rcv_nxt, tcb->rcv_wnd);
}

/* Our peer's SYN once more, with its ACK, while we are in SYN-RECEIVED (3.5, Figure 8). */
static void
strip_known_syn(struct tcb *tcb, struct segment *seg)
{
	if (tcb->state != TCP_STATE_SYN_RECEIVED || (seg->flags & SYN_ACK) != SYN_ACK ||
			seg->seq != tcb->work->irs)
		return;
	seg->flags &= (uint8_t)~TCP_FLAG_SYN;
	seg->carried_syn = true;
	seg->seq++;
	seg->len--;
}

/* MUST-66: at a closed window text and FIN are refused, ACK, RST and URG are not. */
static bool
refuse_text_only(struct tcb *tcb, struct segment *seg)
{
	if (tcb->rcv_wnd != 0 || seg->seq != tcb->rcv_nxt || (seg->flags & TCP_FLAG_SYN) != 0)
		return false;
	seg->fate = ESTAB_DROP_TCP_OUT_OF_WINDOW;
	seg->flags &= (uint8_t)~TCP_FLAG_FIN;
	seg->text_len = 0;
	seg->len = 0;
	ack_now(tcb);
	return true;
}

/*
 * An ACK from a little to the left (A.2): one octet, where the peer's probe of our closed window was
 * taken; less than a unit of our window's shift, where that has cut off a part of the window that the
 * peer has used before (RFC 7323 2.4). The peer has not heard that we took it all, because it throws our
 * ACKs away for the same reason: each side's numbers stop at the window that it knows, and none would
 * ever be heard again. So the news in it counts, where we have begun to repeat ourselves.
 */
static bool
acknowledges_from_behind(struct tcb *tcb, struct segment *seg)
{
	if (seg->len != 0 || tcb->rcv_nxt - seg->seq - 1 >= 1U << tcb->rcv_wscale ||
			(tcb->work->retransmissions == 0 && tcb->work->probes == 0) ||
			(seg->flags & (TCP_FLAG_ACK | TCP_FLAG_RST)) != TCP_FLAG_ACK ||
			!tcb_is_synchronized(tcb) || !seq_gt(seg->ack, tcb->snd_una))
		return false;
	seg->fate = ESTAB_DROP_TCP_OUT_OF_WINDOW;
	ack_challenge(tcb, seg);
	return true;
}

/* Text to the left of RCV.NXT has come twice. */
static void
note_old_text(struct tcb *tcb, const struct segment *seg)
{
	if (seg->text_len > 0 && seq_lt(seg->seq, tcb->rcv_nxt) && tcb_is_synchronized(tcb))
		ack_twice(tcb, seg->seq, seq_min(seg->seq + seg->text_len, tcb->rcv_nxt));
}

/* First: sequence number, with RFC 7323 5.3 before it. */
static bool
check_sequence(struct tcb *tcb, struct segment *seg)
{
	const bool is_rst = (seg->flags & TCP_FLAG_RST) != 0;

	strip_known_syn(tcb, seg);
	if (!timestamps_check(tcb, seg))
		return false;
	if (!segment_is_acceptable(tcb, seg) && !refuse_text_only(tcb, seg) &&
			!acknowledges_from_behind(tcb, seg)) {
		seg->fate = ESTAB_DROP_TCP_OUT_OF_WINDOW;
		if (!is_rst) {
			note_old_text(tcb, seg);
			ack_challenge(tcb, seg);
		}
		return false;
	}
	tcb->rcv_tos = seg->ip_tos;
	if (tcb->work->custom != NULL)
		keepalive_heard(tcb);
	return true;
}

/* What a RST that is believed does, by state. */
static void
take_rst(struct tcb *tcb)
{
	struct estab_stats *stats = tcb->tcp->stats;

	stats->rst_received++;
	switch (tcb->state) {
	case TCP_STATE_SYN_RECEIVED:
		stats->connections_failed++;
		tcb_close(tcb, -ECONNREFUSED);
		break;
	case TCP_STATE_CLOSING:
	case TCP_STATE_LAST_ACK:
		/* With the FIN still behind text that did not leave: CLOSE-WAIT by the RFC's count. */
		stats->connections_reset++;
		tcb_close(tcb, (tcb->flags & TCB_FIN_SENT) != 0 ? 0 : -ECONNRESET);
		break;
	case TCP_STATE_TIME_WAIT:
		break; /* RFC 1337: waited out */
	default:
		stats->connections_reset++;
		tcb_close(tcb, -ECONNRESET);
	}
}

/* Second: RST, by RFC 5961 3.2: only the exact sequence number is believed. */
static bool
check_rst(struct tcb *tcb, struct segment *seg)
{
	if ((seg->flags & TCP_FLAG_RST) == 0)
		return true;
	if (seg->seq == tcb->rcv_nxt) {
		take_rst(tcb);
	} else {
		seg->fate = ESTAB_DROP_TCP_RST_UNACCEPTABLE;
		ack_challenge(tcb, seg);
	}
	return false;
}

/* Fourth: SYN, by RFC 5961 4.2: a challenge, whatever its sequence number. */
static bool
check_syn(struct tcb *tcb, struct segment *seg)
{
	if ((seg->flags & TCP_FLAG_SYN) == 0)
		return true;
	seg->fate = ESTAB_DROP_TCP_SYN_UNEXPECTED;
	ack_challenge(tcb, seg);
	return false;
}

/* Fifth, in SYN-RECEIVED: the ACK of our SYN makes the connection. */
static bool
check_ack_of_syn(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	if (!seq_gt(seg->ack, tcb->snd_una) || seq_gt(seg->ack, tcb->snd_nxt)) {
		seg->fate = ESTAB_DROP_TCP_ACK_UNACCEPTABLE;
		reply_rst_of(tcb, burst, seg);
		return false;
	}
	acknowledgment_take(tcb, burst, seg);
	tcb->snd_wnd = window_carried(tcb, seg);
	tcb->snd_wnd_max = RTE_MAX(tcb->snd_wnd_max, tcb->snd_wnd);
	tcb->work->snd_wl1 = seg->seq;
	tcb->work->snd_wl2 = seg->ack;
	handshake_complete(tcb);
	return true;
}

/* 3.6.1: the user has closed and will never receive this: the peer must learn that it is lost. */
static bool
refuse_text_after_close(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	if ((tcb->flags & (TCB_HELD | TCB_IN_ACCEPT_QUEUE | TCB_DISCARD)) != 0)
		return false;
	seg->fate = ESTAB_DROP_TCP_TEXT_AFTER_CLOSE;
	reply_rst_of(tcb, burst, seg);
	tcb->tcp->stats->connections_reset++;
	tcb_close(tcb, -ECONNRESET);
	return true;
}

/*
 * What came with the peer's SYN has waited for ESTABLISHED: urgent mark, text, and FIN, which has its
 * turn in the eighth check. Returns false where the connection is over.
 */
static bool
take_text_of_syn(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	urgent_tell_kept(tcb);
	if (tcb->work->reassembly == NULL)
		return true;
	if (tcb->work->reassembly->block_count > 0 && refuse_text_after_close(tcb, burst, seg))
		return false;
	if (!reassembly_collect(tcb))
		return true;
	if ((tcb->flags & TCB_DISCARD) != 0)
		text_queue_clear(&tcb->work->receive);
	ack_text(tcb, 1);
	tcb_tell(tcb, ESTAB_EVENT_READABLE);
	return true;
}

/* Fifth: SEG.ACK within what RFC 5961 5.2 believes. */
static bool
acknowledgment_is_believable(const struct tcb *tcb, const struct segment *seg)
{
	return seq_leq(seg->ack, tcb->snd_nxt) &&
			seq_geq(seg->ack, tcb->snd_una - tcb->snd_wnd_max);
}

void
fin_wait_2_enter(struct tcb *tcb)
{
	tcb_enter(tcb, TCP_STATE_FIN_WAIT_2);
	if ((tcb->flags & TCB_HELD) == 0)
		tcb_arm(tcb, TIMER_LINGER, tcb->tcp->config.fin_wait_2_ns);
}

/* The peer has our FIN: what that leads to. Returns false where the connection is over. */
static bool
fin_is_acknowledged(struct tcb *tcb)
{
	switch (tcb->state) {
	case TCP_STATE_FIN_WAIT_1:
		fin_wait_2_enter(tcb);
		return true;
	case TCP_STATE_CLOSING:
		time_wait_enter(tcb);
		return true;
	case TCP_STATE_LAST_ACK:
		tcb->tcp->stats->connections_closed++;
		tcb_close(tcb, 0);
		return false;
	default:
		return true;
	}
}

/* The frame's source is where the peer is reached now ("auto last hop"). */
static void
learn_next_hop(struct tcb *tcb, const struct segment *seg)
{
	if (!tcb->path.mac_known ||
			!rte_is_same_ether_addr(&tcb->path.next_hop, &seg->path.next_hop)) {
		tcb->path.next_hop = seg->path.next_hop;
		tcb->path.mac_known = true;
	}
	tcb->path.next_hop_suspect = false;
}

/* Fifth: ACK. */
static bool
check_ack(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	if ((seg->flags & TCP_FLAG_ACK) == 0) {
		seg->fate = ESTAB_DROP_TCP_ACK_MISSING;
		return false;
	}
	if (tcb->state == TCP_STATE_SYN_RECEIVED) {
		if (!check_ack_of_syn(tcb, burst, seg) || !take_text_of_syn(tcb, burst, seg))
			return false;
	} else if (!acknowledgment_is_believable(tcb, seg)) {
		seg->fate = ESTAB_DROP_TCP_ACK_UNACCEPTABLE;
		ack_challenge(tcb, seg);
		return false;
	} else if (seq_gt(seg->ack, tcb->snd_una)) {
		ecn_on_ack(tcb, seg);
		acknowledgment_take(tcb, burst, seg);
	} else {
		recovery_on_ack(tcb, seg, 0);
	}
	learn_next_hop(tcb, seg);
	timestamps_take(tcb, seg); /* not before: a blind segment must not set TS.Recent */
	if ((tcb->flags & TCB_PROBING) != 0)
		tcb->work->retransmissions =
				0; /* MUST-37: the peer answers, so probing never ends */
	if (seq_leq(tcb->snd_una, seg->ack))
		window_update(tcb, seg);
	if ((tcb->flags & TCB_FIN_SENT) != 0 && tcb->snd_una == tcb->snd_nxt)
		return fin_is_acknowledged(tcb);
	return true;
}

/* Cut off what was received before and what lies beyond the window. */
static void
trim_to_window(struct tcb *tcb, struct segment *seg)
{
	const uint32_t edge = tcb->rcv_nxt + tcb->rcv_wnd;
	const uint32_t old = seq_lt(seg->seq, tcb->rcv_nxt) ? tcb->rcv_nxt - seg->seq : 0;

	if (old > 0) {
		note_old_text(tcb, seg);
		if (old < seg->text_len)
			seg->mbuf = text_cut_front(seg->mbuf, old);
		seg->text_len = (uint16_t)(old < seg->text_len ? seg->text_len - old : 0);
		seg->seq += old;
	}
	if (seq_gt(seg->seq + seg->text_len, edge)) {
		seg->text_len = (uint16_t)(edge - seg->seq);
		seg->flags &= (uint8_t)~TCP_FLAG_FIN;
		if (seg->text_len > 0)
			text_cut_to(seg->mbuf, seg->text_len);
	}
}

/* Text exactly at RCV.NXT goes to the user's queue. */
static void
take_in_order(struct tcb *tcb, struct segment *seg)
{
	if ((tcb->flags & TCB_DISCARD) == 0) {
		text_queue_append(&tcb->work->receive, seg->mbuf);
		seg->mbuf = NULL;
		tcb_tell(tcb, ESTAB_EVENT_READABLE);
	}
	tcb->rcv_nxt += seg->text_len;
	tcb->rcv_wnd -= seg->text_len;
	tcb->tcp->stats->text_bytes_received += seg->text_len;
	if (tcb->work->reassembly == NULL) {
		ack_text(tcb, seg->run);
		return;
	}
	reassembly_collect(tcb);
	ack_now(tcb);                /* RFC 5681 4.2: at once when a gap is filled */
	tcb->work->dupacks_owed = 0; /* of this burst (MUST-59): they would tell of what is past */
	if ((tcb->flags & TCB_DISCARD) != 0)
		text_queue_clear(&tcb->work->receive);
}

/* Text (or a FIN) beyond a gap is kept, and the peer told of the gap. */
static void
take_out_of_order(struct tcb *tcb, struct segment *seg)
{
	if (reassembly_insert(tcb, seg))
		tcb->tcp->stats->out_of_order_queued++;
	ack_duplicate(tcb);
}

/*
 * Memory is short: the text is not acknowledged, so that it comes again. Text in order of which nothing
 * is kept needs no memory.
 */
static bool
refuse_for_memory(struct tcb *tcb, struct segment *seg)
{
	const bool in_order = seg->seq == tcb->rcv_nxt;

	if (seg->text_len == 0 || (in_order && (tcb->flags & TCB_DISCARD) != 0) ||
			receive_buffer_admits(tcb, seg))
		return false;
	if (in_order)
		ack_now(tcb);
	else
		ack_duplicate(tcb);
	return true;
}

/* Seventh: the segment text. Returns false where the connection is over. */
static bool
take_text(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	const bool fin = (seg->flags & TCP_FLAG_FIN) != 0;

	if (seg->text_len == 0 && !fin)
		return true;
	if (!tcb_takes_text(tcb)) {
		seg->fate = ESTAB_DROP_TCP_TEXT_AFTER_FIN;
		return true;
	}
	if (tcb->ecn != 0)
		ecn_on_text(tcb, seg);
	if (seg->seq != tcb->rcv_nxt || seg->text_len > tcb->rcv_wnd)
		trim_to_window(tcb, seg);
	if (tcb->work->reassembly != NULL && !reassembly_trim_to_fin(tcb->work->reassembly, seg)) {
		ack_duplicate(tcb);
		return true;
	}
	if (seg->text_len > 0 && refuse_text_after_close(tcb, burst, seg))
		return false;
	if (refuse_for_memory(tcb, seg))
		return true;
	if (tcb->work->reassembly != NULL && tcb->work->dsack.left == tcb->work->dsack.right)
		reassembly_note_overlap(tcb, seg);
	if (seg->seq != tcb->rcv_nxt)
		take_out_of_order(tcb, seg);
	else if (seg->text_len > 0)
		take_in_order(tcb, seg);
	return true;
}

/* Eighth: FIN, once everything before it has been received. */
static void
check_fin(struct tcb *tcb, struct segment *seg)
{
	const bool here = (seg->flags & TCP_FLAG_FIN) != 0 &&
			seg->seq + seg->text_len == tcb->rcv_nxt;

	if ((tcb->flags & TCB_FIN_RECEIVED) != 0 || !(here || reassembly_reached_fin(tcb)))
		return;
	tcb->flags |= TCB_FIN_RECEIVED;
	tcb->rcv_nxt++;
	tcb->rcv_wnd -= RTE_MIN(tcb->rcv_wnd, 1U);
	if (tcb->work->reassembly != NULL)
		reassembly_destroy(tcb);
	ack_now(tcb);
	tcb_tell(tcb, ESTAB_EVENT_READABLE);
	switch (tcb->state) {
	case TCP_STATE_ESTABLISHED:
		tcb_enter(tcb, TCP_STATE_CLOSE_WAIT);
		break;
	case TCP_STATE_FIN_WAIT_1: /* our FIN acknowledged by this segment: FIN-WAIT-2 by now */
		tcb_enter(tcb, TCP_STATE_CLOSING);
		break;
	default:
		assert(tcb->state == TCP_STATE_FIN_WAIT_2);
		time_wait_enter(tcb);
	}
}

void
segment_text_and_fin(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	if (take_text(tcb, burst, seg) && tcb_takes_text(tcb))
		check_fin(tcb, seg);
}

static void
segment_arrives_other_states(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	if (!check_sequence(tcb, seg)) /* first */
		return;
	if (!check_rst(tcb, seg)) /* second */
		return;
	/* third: security and compartment; like most, we have none to check (appendix A.1) */
	if (!check_syn(tcb, seg)) /* fourth */
		return;
	if (!check_ack(tcb, burst, seg)) /* fifth */
		return;
	check_urg(tcb, seg);                   /* sixth */
	segment_text_and_fin(tcb, burst, seg); /* seventh and eighth */
}

/* A segment may begin something: the connection must have what it works with. */
static struct tcb *
set_to_work(struct tcb *tcb, struct segment *seg)
{
	if (unlikely(!tcb_work(tcb))) {
		seg->fate = ESTAB_DROP_TCP_ACTIVE_FULL;
		return NULL;
	}
	work_stir(&tcb->tcp->works, tcb->work);
	return tcb;
}

/* The connection that the segment is to be processed with; NULL: the segment has its fate. */
static struct tcb *
find_connection(struct tcp *tcp, struct burst *burst, struct segment *seg)
{
	uintptr_t flow = seg->flow;
	struct listener *listener;

	seg->reopens = seg->carried_syn = false;
	seg->run = 1;
	if (tcp_flow_has_changed(tcp, seg->hash))
		flow = flow_find(tcp->flows, &seg->path, seg->hash);
	switch (flow_kind(flow)) {
	case FLOW_TCB:
		return set_to_work(flow_target(flow), seg);
	case FLOW_SYN_RECORD:
		return segment_arrives_syn_record(tcp, burst, seg, flow_target(flow));
	case FLOW_TIME_WAIT:
		if (!segment_arrives_time_wait(tcp, burst, seg, flow_target(flow)))
			return NULL;
		break;
	case FLOW_NONE:
		break;
	}
	listener = listener_find(tcp, &seg->path);
	if (listener != NULL)
		return segment_arrives_listen(tcp, burst, seg, listener);
	segment_arrives_closed(tcp, burst, seg);
	return NULL;
}

/* One segment of the burst, and those that follow it as a train. */
static void
segment_arrives(struct tcp *tcp, struct burst *burst, struct segment *seg)
{
	struct tcb *tcb = find_connection(tcp, burst, seg);

	if (tcb == NULL)
		return;
	coalesce_run(tcb, burst, seg);
	if (likely(predicted_arrives(tcb, burst, seg)))
		return;
	if (tcb->state == TCP_STATE_SYN_SENT)
		segment_arrives_syn_sent(tcb, burst, seg);
	else
		segment_arrives_other_states(tcb, burst, seg);
}

void
tcp_segments_arrive(struct tcp *tcp, struct burst *burst)
{
	struct segment *seg = burst->arrived;
	const struct segment *end = seg + burst->arrived_count;

	for (unsigned int ahead = 0; ahead < PREFETCH_TCB_AHEAD; ahead++)
		prefetch_tcb(seg + ahead, end);
	memset(tcp->flow_changed, 0, sizeof(tcp->flow_changed));
	for (unsigned int ahead = 0; ahead < PREFETCH_WORK_AHEAD; ahead++)
		prefetch_work(tcp, seg + ahead, end);
	for (; seg < end; seg += seg->run) {
		prefetch_tcb(seg + PREFETCH_TCB_AHEAD, end);
		prefetch_work(tcp, seg + PREFETCH_WORK_AHEAD, end);
		prefetch_text(tcp, seg + PREFETCH_TEXT_AHEAD, end);
		segment_arrives(tcp, burst, seg);
		/* Every packet has the fate of the segment that it was made part of. */
		stats_count_fates(tcp->stats, seg->fate, seg->run);
		if (seg->mbuf != NULL)
			burst_spend(burst, seg->mbuf);
		seg->mbuf = NULL;
	}
	cookie_lanes_finish(tcp);
	isn_lanes_finish(tcp);
	burst->arrived_count = 0;
}
