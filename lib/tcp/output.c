/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segmentation. Order within one visit: RST alone; SYN; what was lost; a probe; new text and FIN;
 * and an ACK of its own only where nothing else has carried it (MUST-58).
 *
 * The text of a segment is borrowed from the send queue, which keeps it until it is acknowledged.
 */
#include "tcp/output.h"

#include <assert.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "tcp/ack.h"
#include "tcp/check_window.h"
#include "tcp/congestion/congestion.h"
#include "tcp/text/cork.h"
#include "tcp/user/custom.h"
#include "tcp/congestion/ecn.h"
#include "tcp/congestion/pacing.h"
#include "tcp/keepalive.h"
#include "tcp/text/push.h"
#include "tcp/text/reassembly.h"
#include "tcp/recovery/recovery.h"
#include "tcp/recovery/retransmit.h"
#include "tcp/text/segment_size.h"
#include "tcp/seq.h"
#include "tcp/recovery/tail_probe.h"
#include "tcp/tcb.h"
#include "tcp/timestamps.h"
#include "tcp/text/tso.h"
#include "tcp/text/urgent.h"
#include "tcp/window.h"

/* Sequence number of the first octet in the send queue. */
static uint32_t
queue_first(const struct tcb *tcb)
{
	return tcb->state <= TCP_STATE_SYN_RECEIVED ? tcb->work->iss + 1 : tcb->snd_una;
}

/* Sequence number after the last octet in the send queue: where the FIN goes. */
static uint32_t
queue_end(const struct tcb *tcb)
{
	return queue_first(tcb) + tcb->work->send.bytes;
}

/* Make send_at point to the octet at snd_cursor. */
static void
seek_cursor(struct tcb *tcb)
{
	uint32_t offset = tcb->work->snd_cursor - queue_first(tcb);
	struct rte_mbuf *mbuf = tcb->work->send.head;

	if (tcb->work->send_at != NULL)
		return;
	while (mbuf != NULL && offset >= mbuf->data_len) {
		offset -= mbuf->data_len;
		mbuf = mbuf->next;
	}
	tcb->work->send_at = mbuf;
	tcb->work->send_at_offset = offset;
}

/* Move send_at past text that is about to leave; at the end of the queue it stays on the tail. */
static void
advance_cursor(struct tcb *tcb, uint32_t bytes)
{
	tcb->work->snd_cursor += bytes;
	bytes += tcb->work->send_at_offset;
	while (bytes >= tcb->work->send_at->data_len && tcb->work->send_at->next != NULL) {
		bytes -= tcb->work->send_at->data_len;
		tcb->work->send_at = tcb->work->send_at->next;
	}
	tcb->work->send_at_offset = bytes;
}

/* RFC 2018 4, RFC 2883 4: what came twice first, and once; then what was received beyond a gap. */
static void
put_sack(struct tcb *tcb, struct outgoing *out)
{
	struct tcp_options *options = &out->options;

	if (tcb->work->dsack.left != tcb->work->dsack.right) {
		options->seen |= TCP_OPTION_SACK;
		options->sack[options->sack_count++] = tcb->work->dsack;
		tcb->work->dsack.right = tcb->work->dsack.left;
	}
	if (tcb->work->reassembly != NULL)
		reassembly_sack(tcb, options, sack_blocks_max(tcb));
}

/* Congestion, what has arrived beyond a gap or twice, urgent text: most segments have nothing of it. */
static inline bool
has_more_to_say(const struct tcb *tcb)
{
	const struct work *work = tcb->work;

	return ((uintptr_t)work->reassembly | (uintptr_t)work->custom | tcb->ecn |
			       (work->dsack.left ^ work->dsack.right)) != 0;
}

static void
say_more(struct tcb *tcb, struct outgoing *out)
{
	if (tcb->ecn != 0)
		ecn_echo(tcb, out);
	if ((tcb->flags & TCB_SACK) != 0)
		put_sack(tcb, out);
	if (tcb->work->custom != NULL)
		urgent_point(tcb, out);
}

struct outgoing *
output_begin_segment(struct tcb *tcb, struct burst *burst, uint32_t seq, uint8_t flags)
{
	struct outgoing *out = burst_outgoing(burst);

	if (out == NULL)
		return NULL;
	out->path = &tcb->path;
	out->seq = seq;
	out->ack = tcb->rcv_nxt;
	out->wnd = window_announce(tcb);
	out->flags = flags | TCP_FLAG_ACK;
	timestamps_put(tcb, out);
	if (unlikely(has_more_to_say(tcb)))
		say_more(tcb, out);
	ack_sent(tcb);
	return out;
}

/*
 * The number of a segment without text: SND.NXT, but never beyond the peer's window. An octet that
 * probes a closed window lies outside of it, and an ACK behind that octet would be thrown away. What a
 * shift has cut off the window is no such edge: the peer goes on to take what it has promised, and if it
 * has taken all of it then it finds a number from before it old (RFC 7323 2.4).
 */
static uint32_t
acceptable_seq(const struct tcb *tcb)
{
	const uint32_t edge = tcb->snd_una + tcb->snd_wnd;
	const uint32_t cut_off = (tcb->flags & TCB_PROBING) != 0 ? 0 : (1U << tcb->snd_wscale) - 1;

	return seq_leq(tcb->snd_nxt, edge + cut_off) ? tcb->snd_nxt : edge;
}

/* RFC 6298 3: time one segment at a time, never one that was sent before (Karn, MUST-18). */
static void
time_segment(struct tcb *tcb, uint32_t end)
{
	if ((tcb->flags & TCB_RTT_TIMING) != 0)
		return;
	tcb->flags |= TCB_RTT_TIMING;
	tcb->work->rtt_seq = end;
	tcb->work->rtt_start_us = tcp_now_us(tcb->tcp);
}

void
output_book_segment(struct tcb *tcb, uint32_t seq, uint32_t text_len, uint32_t len)
{
	struct estab_stats *stats = tcb->tcp->stats;
	const uint32_t end = seq + len;
	const bool again = seq_lt(seq, tcb->snd_nxt);
	const bool alone = tcb->snd_una == tcb->snd_nxt; /* then the timer may be that of a probe */

	recovery_on_sent(tcb, seq, end);
	pacing_on_sent(tcb, text_len);
	if (again) {
		stats->segments_retransmitted++;
		tcb->flags &= ~(uint32_t)TCB_RTT_TIMING;
	} else {
		time_segment(tcb, end);
	}
	if (seq_gt(seq + text_len, tcb->snd_nxt))
		stats->text_bytes_sent += seq + text_len - seq_max(seq, tcb->snd_nxt);
	tcb->snd_nxt = seq_max(tcb->snd_nxt, end);
	if (congestion_model(tcb) != NULL)
		congestion_model(tcb)->on_sent(tcb, seq, end, again);
	if (tcb->work->custom != NULL && tcb->work->custom->user_timeout_ns != 0 &&
			tcb->work->deadlines[TIMER_USER] == 0)
		tcb_arm(tcb, TIMER_USER, tcb->work->custom->user_timeout_ns);
	if (alone || tcb->work->deadlines[TIMER_RETRANSMIT] == 0)
		tcb_arm(tcb, TIMER_RETRANSMIT, tcb_rto_ns(tcb));
}

/* The segment at the cursor: text_len octets, then FIN if asked for. */
static bool
send_at_cursor(struct tcb *tcb, struct burst *burst, uint32_t text_len, bool fin)
{
	const uint32_t seq = tcb->work->snd_cursor;
	struct outgoing *out;

	out = output_begin_segment(tcb, burst, seq, fin ? TCP_FLAG_FIN : 0);
	if (out == NULL)
		return false;
	if (text_len > 0) {
		if (tcb->snd_wnd > 0) /* a probe is no use of cwnd */
			congestion_on_sent(tcb);
		ecn_on_send(tcb, out, seq == tcb->snd_nxt);
		seek_cursor(tcb);
		out->text = tcb->work->send_at;
		out->text_offset = tcb->work->send_at_offset;
		out->text_len = text_len;
		if (text_len > tcb->snd_mss)
			out->cut = tcb->snd_mss; /* tso.h */
		if (cork_is_pushed(tcb))
			push_text(tcb, out, seq + text_len == queue_end(tcb));
		advance_cursor(tcb, text_len);
	}
	if (fin) {
		tcb->flags |= TCB_FIN_SENT;
		tcb->work->snd_cursor++;
	}
	output_book_segment(tcb, seq, text_len, text_len + (fin ? 1 : 0));
	return true;
}

/* True when the FIN is due right after that many octets from the cursor: not once acknowledged. */
static bool
fin_follows(const struct tcb *tcb, uint32_t text_len)
{
	if ((tcb->flags & TCB_FIN_SENT) != 0 && tcb->snd_una == tcb->snd_nxt)
		return false;
	return (tcb->flags & TCB_FIN_QUEUED) != 0 &&
			tcb->work->snd_cursor + text_len == queue_end(tcb);
}

uint32_t
output_unsent(const struct tcb *tcb)
{
	const uint32_t end = queue_end(tcb);

	return seq_gt(end, tcb->work->snd_cursor) ? end - tcb->work->snd_cursor : 0;
}

/* What SND.WND still allows at the cursor. */
static uint32_t
offered_window(const struct tcb *tcb)
{
	const uint32_t used = tcb->work->snd_cursor - tcb->snd_una;

	return tcb->snd_wnd > used ? tcb->snd_wnd - used : 0;
}

/* What SND.WND and cwnd still allow there, and RFC 7661 4.4.2 in one burst. */
static uint32_t
usable_window(const struct tcb *tcb)
{
	const uint32_t pipe = recovery_pipe(tcb);
	const uint32_t allowed = tcb->cwnd > pipe ? tcb->cwnd - pipe : 0;

	return RTE_MIN(RTE_MIN(offered_window(tcb), allowed), validation_burst_room(tcb));
}

/* How much text the next segment, or packet of segments, carries; 0 where it must wait. */
static uint32_t
next_text_len(struct tcb *tcb, uint32_t unsent, uint32_t usable)
{
	const bool again = tcb->work->snd_cursor != tcb->snd_nxt;
	const uint32_t fits = RTE_MIN(unsent, usable);
	const uint32_t len = RTE_MIN(fits, segment_size(tcb));

	if (!again && fits >= 2U * tcb->snd_mss && tso_is_possible(tcb)) {
		seek_cursor(tcb);
		return tso_text_len(tcb, fits);
	}
	return again || window_allows_text(tcb, unsent, usable) ? len : 0;
}

/* A FIN goes where there is room for it; a FIN alone burdens no network and need not wait for cwnd. */
static bool
next_has_fin(const struct tcb *tcb, uint32_t len, uint32_t unsent, uint32_t usable)
{
	const uint32_t room = len == 0 ? offered_window(tcb) : usable;

	return len == unsent && room > len && fin_follows(tcb, len);
}

/* Send text and FIN from the cursor on, as far as the windows allow; false: burst is full. */
static bool
output_text(struct tcb *tcb, struct burst *burst)
{
	const uint16_t first = burst->out_count;
	uint32_t waiting;

	if (tcb->work->snd_cursor == tcb->snd_una && output_unsent(tcb) > 0)
		congestion_resume(tcb); /* nothing is in flight, but for an octet that has probed */
	if (tcb->work->recovery != NULL && tcb->work->recovery->board.pending > 0 &&
			!tcb->work->recovery->frto_new)
		return true; /* what was lost goes first (RFC 6675 4, NextSeg) */
	for (;;) {
		const uint32_t unsent = output_unsent(tcb);
		const uint32_t usable = usable_window(tcb);
		const uint32_t now = RTE_MIN(usable, pacing_room(tcb));
		const uint32_t len = next_text_len(tcb, unsent, now);
		const bool fin = next_has_fin(tcb, len, unsent, usable);

		if (len == 0 && !fin)
			break;
		check_window(tcb, len, SENDING_TEXT);
		if (!send_at_cursor(tcb, burst, len, fin))
			return false;
	}
	if (burst->out_count > first)
		tail_probe_arm(tcb);
	if (cork_is_pushed(tcb))
		push_together(tcb, burst, first);
	waiting = output_unsent(tcb);
	if (waiting > 0 && pacing_room(tcb) == 0)
		pacing_wait(tcb);
	cork_on_output(tcb, waiting, burst->out_count > first);
	/* 3.8.6.1 and 3.8.6.2.1 (4): nothing in flight to clock us, yet something waits. */
	if (tcb->work->deadlines[TIMER_RETRANSMIT] == 0 && tcb->work->deadlines[TIMER_CORK] == 0 &&
			tcb->work->deadlines[TIMER_PACING] == 0 &&
			(waiting > 0 || fin_follows(tcb, 0)))
		tcb_arm(tcb, TIMER_RETRANSMIT, tcb_rto_ns(tcb));
	return true;
}

/* Go back to SND.UNA for one segment, and return to where sending was. */
static bool
output_first_again(struct tcb *tcb, struct burst *burst, uint32_t limit)
{
	const uint32_t cursor = tcb->work->snd_cursor;
	uint32_t len;
	bool fin, sent;

	tcb->work->snd_cursor = tcb->snd_una;
	tcb->work->send_at = NULL;
	len = RTE_MIN(RTE_MIN(output_unsent(tcb), limit), segment_size(tcb));
	fin = fin_follows(tcb, len) && len < limit;
	check_window(tcb, len, SENDING_WINDOW_PROBE);
	sent = (len == 0 && !fin) || send_at_cursor(tcb, burst, len, fin);
	tcb->work->snd_cursor = seq_max(cursor, tcb->work->snd_cursor);
	tcb->work->send_at = NULL;
	return sent;
}

/* 3.8.6.1: one octet, or the FIN, into a closed window; into an open one, what fits. */
static bool
output_probe(struct tcb *tcb, struct burst *burst)
{
	if (tcb->snd_wnd > 0 && tcb_flight_size(tcb) > 0)
		return true; /* it waited until the window was open; retransmit_keep_timer does the rest */
	if (tcb->snd_wnd > 0)
		return output_first_again(tcb, burst, tcb->snd_wnd); /* 3.8.6.2.1 (4) */
	if (!output_first_again(tcb, burst, 1))
		return false;
	tcb->tcp->stats->zero_window_probes++;
	recovery_go_back(tcb); /* the octet is taken only where its ACK says so */
	return true;
}

/* RFC 8985 7.3: new text if there is any and the peer has room, whatever cwnd says; else the tail. */
static bool
output_tail_probe(struct tcb *tcb, struct burst *burst)
{
	const uint32_t offered = offered_window(tcb), unsent = output_unsent(tcb);
	const uint32_t len = RTE_MIN(RTE_MIN(unsent, offered), segment_size(tcb));
	const bool fin = len == unsent && offered > len && fin_follows(tcb, len) &&
			(tcb->flags & TCB_FIN_SENT) == 0;
	const bool again = len == 0 && !fin;

	if (tcb->work->recovery == NULL || !tail_probe_may_go(tcb))
		return true; /* it had to wait, and the peer or a timer has spoken meanwhile */
	check_window(tcb, len, SENDING_TAIL_PROBE);
	if (again ? !retransmit_tail(tcb, burst) : !send_at_cursor(tcb, burst, len, fin))
		return false;
	tail_probe_sent(tcb, again);
	return true;
}

void
output_syn_options(const struct tcp *tcp, struct outgoing *out, uint16_t mss, uint8_t agreed)
{
	out->options.seen = (uint8_t)(TCP_OPTION_MSS | (agreed & ~HANDSHAKE_ECN));
	out->options.mss = mss;
	out->options.window_scale = tcp->rcv_wscale;
}

/* SYN (SYN-SENT) or SYN-ACK (SYN-RECEIVED, by simultaneous open). */
static bool
output_syn(struct tcb *tcb, struct burst *burst)
{
	const struct tcp *tcp = tcb->tcp;
	const bool answer = tcb->state == TCP_STATE_SYN_RECEIVED;
	struct outgoing *out = burst_outgoing(burst);
	uint8_t agreed = 0;

	if (out == NULL)
		return false;
	agreed |= (tcb->flags & TCB_TIMESTAMPS) != 0 ? TCP_OPTION_TIMESTAMPS : 0;
	agreed |= (tcb->flags & TCB_WINDOW_SCALE) != 0 ? TCP_OPTION_WINDOW_SCALE : 0;
	agreed |= (tcb->flags & TCB_SACK) != 0 ? TCP_OPTION_SACK_PERMITTED : 0;
	out->path = &tcb->path;
	out->seq = tcb->work->iss;
	out->ack = answer ? tcb->rcv_nxt : 0;
	out->flags = (uint8_t)(TCP_FLAG_SYN | (answer ? TCP_FLAG_ACK : 0) | ecn_syn_flags(tcb));
	out->wnd = window_initial(tcp);
	output_syn_options(tcp, out, mss_announced(tcp, tcb->path.family, tcb->work->mss_asked),
			agreed);
	out->options.ts_val = tcp_ts_val(tcp, tcb->ts_offset);
	out->options.ts_ecr = answer ? tcb->ts_recent : 0;
	tcp->stats->syn_ack_sent += answer;
	if (answer)
		ack_sent(tcb);
	if (tcb->snd_nxt == tcb->work->iss)
		tcb->work->snd_cursor = tcb->work->iss; /* first time */
	output_book_segment(tcb, tcb->work->iss, 0, 1);
	tcb->work->snd_cursor = tcb->snd_nxt;
	return true;
}

/* RFC 8257 3.2: what arrived before the marks began, or ended, is acknowledged by itself. */
static bool
output_change(struct tcb *tcb, struct burst *burst)
{
	const uint8_t marks = tcb->marks;
	struct outgoing *out = output_begin_segment(tcb, burst, acceptable_seq(tcb), 0);

	if (out == NULL)
		return false;
	ecn_put_change(tcb, out);
	tcb->work->last_ack_sent = out->ack;
	tcb->marks = marks; /* the ACK of what came since is owed as before */
	return true;
}

/* ACKs of their own: one for each out-of-order segment, else one. */
static bool
output_acks(struct tcb *tcb, struct burst *burst, bool carried)
{
	uint8_t owed = tcb->work->dupacks_owed;

	if (owed == 0 && (tcb->marks & MARK_ACK) != 0 && !carried)
		owed = 1;
	for (; owed > 0; owed--) {
		if (output_begin_segment(tcb, burst, acceptable_seq(tcb), 0) == NULL) {
			tcb->work->dupacks_owed = owed;
			return false;
		}
	}
	tcb->work->dupacks_owed = 0;
	return true;
}

/* ABORT (3.10.5): the RST is the last thing; the TCB has nothing else to wait for. */
static bool
output_rst(struct tcb *tcb, struct burst *burst)
{
	struct outgoing *out = burst_outgoing(burst);

	if (out == NULL)
		return false;
	out->path = &tcb->path;
	out->seq = tcb->snd_nxt;
	out->flags = TCP_FLAG_RST;
	if (tcb->tcp->config.rst_with_ack) {
		out->flags |= TCP_FLAG_ACK;
		out->ack = tcb->rcv_nxt;
	}
	timestamps_put(tcb, out);
	tcb->marks = 0;
	return true;
}

bool
output_marks(struct tcb *tcb, struct burst *burst)
{
	const uint8_t marks = tcb->marks;
	uint16_t out_before;

	if ((marks & MARK_RST) != 0)
		return output_rst(tcb, burst);
	if ((tcb->ecn & ECN_CHANGED) != 0 && !output_change(tcb, burst))
		return false;
	out_before = burst->out_count;
	if ((marks & MARK_SYN) != 0 && !output_syn(tcb, burst))
		return false;
	tcb->marks &= (uint8_t)~MARK_SYN;
	if (!tcb_is_synchronized(tcb))
		return output_acks(tcb, burst, burst->out_count > out_before);
	if (tcb->work->recovery != NULL && !tcb->work->recovery->frto_new &&
			!retransmit_lost(tcb, burst))
		return false;
	if ((marks & MARK_TAIL_PROBE) != 0 && !output_tail_probe(tcb, burst))
		return false;
	tcb->marks &= (uint8_t)~MARK_TAIL_PROBE;
	if ((marks & MARK_PROBE) != 0 && !output_probe(tcb, burst))
		return false;
	tcb->marks &= (uint8_t)~MARK_PROBE;
	if (!output_text(tcb, burst))
		return false;
	retransmit_keep_timer(tcb);
	if (tcb->work->recovery != NULL)
		tcb->work->recovery->frto_new = false;
	if ((marks & MARK_KEEPALIVE) != 0 && !keepalive_output(tcb, burst))
		return false;
	tcb->marks &= (uint8_t)~MARK_KEEPALIVE;
	return output_acks(tcb, burst, burst->out_count > out_before);
}
