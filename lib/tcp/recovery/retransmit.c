/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 6675 5 (C), NextSeg rule (1). Where in the send queue the last retransmission ended is kept:
 * holes are filled from left to right, so the queue is not walked from its head for each.
 */
#include "tcp/recovery/retransmit.h"

#include <rte_common.h>
#include <rte_mbuf.h>

#include "tcp/check_window.h"
#include "tcp/output.h"
#include "tcp/congestion/pacing.h"
#include "tcp/recovery/recovery.h"
#include "tcp/text/segment_size.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

/* Where the text in the send queue ends, and a FIN has its number. */
static uint32_t
text_end(const struct tcb *tcb)
{
	return tcb->snd_una + tcb->work->send.bytes;
}

/* Let text_at be the mbuf that holds the octet seq. */
static void
seek(struct tcb *tcb, uint32_t seq)
{
	struct recovery *recovery = tcb->work->recovery;

	if (recovery->text_at == NULL || seq_lt(seq, recovery->text_seq)) {
		recovery->text_at = tcb->work->send.head;
		recovery->text_seq = tcb->snd_una;
	}
	while (seq - recovery->text_seq >= recovery->text_at->data_len) {
		recovery->text_seq += recovery->text_at->data_len;
		recovery->text_at = recovery->text_at->next;
	}
}

/* [left, right) again, in one segment; false: the burst is full. */
static bool
send_again(struct tcb *tcb, struct burst *burst, uint32_t left, uint32_t right)
{
	const uint32_t end = seq_min(right, text_end(tcb));
	const uint32_t text_len = end - left; /* none where it is the FIN alone */
	struct outgoing *out =
			output_begin_segment(tcb, burst, left, end != right ? TCP_FLAG_FIN : 0);

	if (out == NULL)
		return false;
	if (text_len > 0) {
		seek(tcb, left);
		out->text = tcb->work->recovery->text_at;
		out->text_offset = left - tcb->work->recovery->text_seq;
		out->text_len = text_len;
		if (end == text_end(tcb))
			out->flags |= TCP_FLAG_PSH; /* MUST-61 */
	}
	output_book_segment(tcb, left, text_len, right - left);
	if (left == tcb->snd_una)
		tcb_arm(tcb, TIMER_RETRANSMIT, tcb_rto_ns(tcb));
	return true;
}

/* Where a segment that begins at left and may extend to right ends. */
static uint32_t
segment_end(const struct tcb *tcb, uint32_t left, uint32_t right)
{
	const uint32_t size = segment_size(tcb);

	if (seq_min(right, text_end(tcb)) - left > size)
		right = left + size;
	return seq_min(right, tcb->snd_una + tcb->snd_wnd); /* SHLD-16 */
}

/* cwnd has room for so many octets of text. A FIN has a number, and burdens no network. */
static bool
window_has_room(const struct tcb *tcb, uint32_t text_len)
{
	const struct scoreboard *board = &tcb->work->recovery->board;
	const uint32_t pipe = recovery_pipe(tcb);
	const uint32_t fin = (tcb->flags & TCB_FIN_SENT) != 0 ? scoreboard_pipe_of_last(board) : 0;

	return text_len == 0 || pipe - RTE_MIN(fin, pipe) + text_len <= tcb->cwnd;
}

bool
retransmit_lost(struct tcb *tcb, struct burst *burst)
{
	uint32_t left, right, text_len;

	while (scoreboard_next_lost(&tcb->work->recovery->board, &left, &right)) {
		right = segment_end(tcb, left, right);
		if (seq_leq(right, left))
			break;
		text_len = seq_min(right, text_end(tcb)) - left;
		if (!window_has_room(tcb, text_len))
			break;
		if (pacing_room(tcb) == 0) {
			pacing_wait(tcb);
			break;
		}
		check_window(tcb, text_len, SENDING_TEXT);
		if (!send_again(tcb, burst, left, right))
			return false;
	}
	return true;
}

bool
retransmit_tail(struct tcb *tcb, struct burst *burst)
{
	const uint32_t size = segment_size(tcb), end = seq_min(tcb->snd_nxt, text_end(tcb));
	const uint32_t text = end - scoreboard_last_left(&tcb->work->recovery->board);
	const uint32_t len = text > 0 && text % size == 0 ? size : text % size;

	check_window(tcb, len, SENDING_TAIL_PROBE);
	return send_again(tcb, burst, end - len, tcb->snd_nxt);
}

/*
 * The timer has expired, its segment had to wait for the port, and meanwhile the peer has closed its
 * window, or opened it for what was to be a probe.
 */
void
retransmit_keep_timer(struct tcb *tcb)
{
	if (tcb->work->deadlines[TIMER_RETRANSMIT] == 0 && tcb_flight_size(tcb) > 0)
		tcb_arm(tcb, TIMER_RETRANSMIT, tcb_rto_ns(tcb));
}
