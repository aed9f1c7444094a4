/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.7.4 in SYN-RECEIVED, where nothing is out of the ordinary: the ACK of our SYN-ACK, perhaps
 * with the first text. What follows it is as input.c has it: the fifth check, then the seventh.
 */
#include "tcp/predicted.h"

#include <rte_common.h>

#include "base/straight.h"
#include "tcp/input.h"
#include "tcp/open/handshake.h"
#include "tcp/predicted_plain.h"

/* Begun by a passive OPEN, and nothing came with the SYN or has come since. */
static inline bool
handshake_is_plain(const struct tcb *tcb)
{
	return (tcb->flags & (TCB_PASSIVE | PREDICTED_NO_FLAGS)) == TCB_PASSIVE &&
			tcb->marks == 0 && tcb->work->retransmissions == 0 &&
			predicted_is_plain(tcb);
}

/* It acknowledges the SYN-ACK, and its text has room. */
static inline bool
content_is_predicted(const struct tcb *tcb, const struct segment *seg)
{
	return seg->ack == tcb->snd_nxt && tcb_flight_size(tcb) == 1 &&
			(seg->text_len == 0 ||
					(seg->text_len <= tcb->rcv_wnd &&
							!receive_memory_is_short(tcb->tcp)));
}

/* Its window is the first that is scaled. */
static inline void
take_window(struct tcb *tcb, const struct segment *seg)
{
	tcb->snd_wnd = (uint32_t)seg->wnd << tcb->snd_wscale;
	tcb->snd_wnd_max = RTE_MAX(tcb->snd_wnd_max, tcb->snd_wnd);
	tcb->work->snd_wl1 = seg->seq;
	tcb->work->snd_wl2 = seg->ack;
}

STRAIGHT bool
predicted_opens(struct tcb *tcb, struct segment *seg)
{
	if (!handshake_is_plain(tcb) || !predicted_header(tcb, seg, TCP_FLAG_ACK) ||
			!content_is_predicted(tcb, seg) || !predicted_hop(tcb, seg))
		return false;
	tcb->rcv_tos = seg->ip_tos;
	acknowledgment_of_syn_ack(tcb, seg);
	take_window(tcb, seg);
	handshake_complete(tcb);
	predicted_take_timestamp(tcb, seg);
	if (seg->text_len > 0)
		predicted_take_text(tcb, seg);
	return true;
}
