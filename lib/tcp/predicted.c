/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.7.4 and 3.7 where nothing is out of the ordinary (Van Jacobson's header prediction).
 * All that could be is asked for first; what follows are the effects, in the order of the long way.
 */
#include "tcp/predicted.h"

#include <rte_common.h>

#include "base/straight.h"
#include "tcp/check_window.h"
#include "tcp/congestion/congestion.h"
#include "tcp/recovery/flight.h"
#include "tcp/input.h"
#include "tcp/output.h"
#include "tcp/predicted_plain.h"
#include "tcp/recovery/tail_probe.h"

/* What makes a connection out of the ordinary for what is sent. */
enum {
	FLAGS_SENDING = TCB_CORKED | TCB_MORE | TCB_UNPUSHED | TCB_CORK_OVER | TCB_WENT_BACK,
	MARKS_SENDING = MARK_ACK | MARK_TEXT | MARK_ACK_LATER,
};

/* The window is open, and as before. */
static inline bool
window_is_predicted(const struct tcb *tcb, const struct segment *seg)
{
	return tcb->snd_wnd != 0 && (uint32_t)seg->wnd << tcb->snd_wscale == tcb->snd_wnd;
}

/* It brings something new, and what it acknowledges was sent. */
static inline bool
content_is_predicted(const struct tcb *tcb, const struct segment *seg)
{
	const uint32_t acked = seg->ack - tcb->snd_una;

	if (acked > tcb_flight_size(tcb) || seg->text_len > tcb->rcv_wnd)
		return false;
	if (seg->text_len == 0)
		return acked > 0;
	return (tcb->flags & (TCB_HELD | TCB_IN_ACCEPT_QUEUE)) != 0 &&
			!receive_memory_is_short(tcb->tcp);
}

static inline bool
arrival_is_predicted(const struct tcb *tcb, const struct segment *seg)
{
	return (tcb->flags & PREDICTED_NO_FLAGS) == 0 && predicted_is_plain(tcb) &&
			predicted_header(tcb, seg, TCP_FLAG_ACK) && window_is_predicted(tcb, seg) &&
			content_is_predicted(tcb, seg) && tcb->work->snd_cursor == tcb->snd_nxt &&
			(tcb->work->retransmissions | tcb->work->probes) == 0 &&
			predicted_hop(tcb, seg);
}

/* SND.WL1 and SND.WL2: the window itself is as it was. */
static inline void
take_window(struct tcb *tcb, const struct segment *seg)
{
	struct work *work = tcb->work;

	if (seq_lt(work->snd_wl1, seg->seq) ||
			(work->snd_wl1 == seg->seq && seq_leq(work->snd_wl2, seg->ack))) {
		work->snd_wl1 = seg->seq;
		work->snd_wl2 = seg->ack;
	}
}

/* ESTABLISHED: the next text in order, an acknowledgment of something new, or both, and nothing else. */
static __rte_noinline STRAIGHT bool
goes_on(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	if (!arrival_is_predicted(tcb, seg))
		return false;
	tcb->rcv_tos = seg->ip_tos;
	if (seg->ack != tcb->snd_una)
		acknowledgment_predicted(tcb, burst, seg);
	predicted_take_timestamp(tcb, seg);
	take_window(tcb, seg);
	if (seg->text_len > 0)
		predicted_take_text(tcb, seg);
	return true;
}

bool
predicted_arrives(struct tcb *tcb, struct burst *burst, struct segment *seg)
{
	switch (tcb->state) {
	case TCP_STATE_SYN_RECEIVED:
		return predicted_opens(tcb, seg);
	case TCP_STATE_ESTABLISHED:
		return goes_on(tcb, burst, seg);
	case TCP_STATE_FIN_WAIT_1:
	case TCP_STATE_FIN_WAIT_2:
		return predicted_closes(tcb, burst, seg);
	default:
		return false;
	}
}

/* All there is to send fits into one segment, also where cwnd falls to that (congestion_resume). */
static inline bool
text_is_predicted(const struct tcb *tcb, uint32_t with_fin)
{
	const uint32_t len = tcb->work->send.bytes + with_fin;

	return len <= tcb->snd_mss && len <= tcb->snd_wnd && len <= tcb->cwnd;
}

static inline bool
output_is_predicted(const struct tcb *tcb, const struct burst *burst)
{
	const uint32_t fin = tcb->flags & (TCB_FIN_QUEUED | TCB_FIN_SENT);

	if (!tcb_is_synchronized(tcb) || (tcb->flags & FLAGS_SENDING) != 0 ||
			!predicted_is_plain(tcb) || (tcb->marks & ~MARKS_SENDING) != 0 ||
			tcb->work->dupacks_owed != 0 || tcb->snd_una != tcb->snd_nxt ||
			tcb->work->snd_cursor != tcb->snd_nxt || burst->out_count == BURST_OUT_MAX)
		return false;
	if (tcb->work->send.bytes == 0)
		return fin != TCB_FIN_QUEUED;
	return text_is_predicted(tcb, fin == TCB_FIN_QUEUED ? 1 : 0);
}

/* The segment is in the network: timed, marked, and a timer runs. */
static inline void
book(struct tcb *tcb, uint32_t text_len, uint32_t len)
{
	const uint32_t end = tcb->snd_nxt + len;

	flight_sent(tcb, end, tcp_now_us(tcb->tcp));
	if ((tcb->flags & TCB_RTT_TIMING) == 0) {
		tcb->flags |= TCB_RTT_TIMING;
		tcb->work->rtt_seq = end;
		tcb->work->rtt_start_us = tcp_now_us(tcb->tcp);
	}
	tcb->tcp->stats->text_bytes_sent += text_len;
	tcb->snd_nxt = tcb->work->snd_cursor = end;
	tcb_arm(tcb, TIMER_RETRANSMIT, tcb_rto_ns(tcb));
}

/* The whole send queue, pushed; the cursor is at its end. */
static inline void
send_all(struct tcb *tcb, struct burst *burst)
{
	const uint32_t text_len = tcb->work->send.bytes;
	const bool fin = (tcb->flags & TCB_FIN_QUEUED) != 0;
	struct outgoing *out;

	congestion_resume(tcb);
	check_window(tcb, text_len, SENDING_TEXT);
	out = output_begin_segment(tcb, burst, tcb->snd_nxt, TCP_FLAG_PSH);
	congestion_on_sent(tcb);
	out->text = tcb->work->send.head;
	out->text_len = text_len;
	tcb->work->send_at = tcb->work->send.tail;
	tcb->work->send_at_offset = tcb->work->send.tail->data_len;
	tcb->work->pushed = out->seq + text_len;
	if (fin) {
		out->flags |= TCP_FLAG_FIN;
		tcb->flags |= TCB_FIN_SENT;
	}
	book(tcb, text_len, text_len + (fin ? 1 : 0));
	tail_probe_arm(tcb);
}

STRAIGHT bool
predicted_output(struct tcb *tcb, struct burst *burst)
{
	if (!output_is_predicted(tcb, burst))
		return false;
	tcb_cancel(tcb, TIMER_CORK);
	if (tcb->work->send.bytes > 0)
		send_all(tcb, burst);
	else if ((tcb->marks & MARK_ACK) != 0)
		output_begin_segment(tcb, burst, tcb->snd_nxt, 0);
	return true;
}
