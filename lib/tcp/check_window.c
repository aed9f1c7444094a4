/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is in the network is counted here range by range, and not by the sums that output goes by.
 * In all modes, with or without SACK, PRR, F-RTO, BBR, TSO, and after a timeout, that and what now
 * leaves is within cwnd. What RFCs allow beyond it is:
 *
 *	limited transmit  RFC 3042 2: two segments; without SACK each of the first two duplicates takes one
 *	                  segment off, and no more outside of an episode
 *	first of an       RFC 9937 6.2: one segment at least, for which cwnd is set to what is in the
 *	episode           network and a segment more: so not beyond it
 *	probes            one segment, whatever cwnd is
 *
 * A FIN alone leaves whatever cwnd is, and is in no network: it has a number, and is no octet.
 */
#include "tcp/check_window.h"

#ifndef NDEBUG

#include <assert.h>

#include "tcp/recovery/recovery.h"
#include "tcp/tcb.h"

enum { LIMITED_TRANSMIT = 2 };

/* RFC 6675 4 SetPipe (a) and (b), for one range. */
static uint32_t
times_in_network(uint8_t flags)
{
	if ((flags & RANGE_SACKED) != 0)
		return 0;
	return ((flags & RANGE_LOST) == 0 ? 1 : 0) + ((flags & RANGE_RESENT) != 0 ? 1 : 0);
}

static uint32_t
count_on_board(const struct scoreboard *board)
{
	uint32_t octets = 0, left = board->start;

	for (unsigned int i = 0; i < board->count; i++) {
		octets += (board->ranges[i].end - left) * times_in_network(board->ranges[i].flags);
		left = board->ranges[i].end;
	}
	return octets;
}

/* The number of a FIN, as often as it was counted. */
static uint32_t
count_fin(const struct tcb *tcb, const struct scoreboard *board)
{
	if ((tcb->flags & TCB_FIN_SENT) == 0 || board->count == 0)
		return 0;
	return times_in_network(board->ranges[board->count - 1].flags);
}

/* Octets of text in the network. */
static uint32_t
count_in_network(const struct tcb *tcb)
{
	const struct recovery *recovery = tcb->work->recovery;
	uint32_t octets;

	if (recovery == NULL)
		return tcb->work->snd_cursor - tcb->snd_una;
	assert(recovery->phase != RECOVERY_NONE ||
			recovery->counted <= LIMITED_TRANSMIT * (uint32_t)tcb->snd_mss);
	octets = count_on_board(&recovery->board) - count_fin(tcb, &recovery->board);
	return octets > recovery->counted ? octets - recovery->counted : 0;
}

void
check_window(const struct tcb *tcb, uint32_t text_len, enum sending why)
{
	if (text_len == 0)
		return;
	switch (why) {
	case SENDING_TEXT:
		assert(count_in_network(tcb) + text_len <= tcb->cwnd);
		return;
	case SENDING_TAIL_PROBE:
		assert(text_len <= tcb->snd_mss && (tcb->flags & TCB_TAIL_PROBED) == 0 &&
				tcb_flight_size(tcb) <= tcb->snd_wnd);
		return;
	case SENDING_WINDOW_PROBE:
		assert(text_len <= (tcb->snd_wnd == 0 ? 1 : tcb->snd_mss));
		return;
	}
}

#endif
