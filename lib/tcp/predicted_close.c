/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.7.4 in FIN-WAIT-1 and FIN-WAIT-2, where nothing is out of the ordinary: the ACK of all that
 * we have sent, our FIN included, the peer's FIN, or both in one. Nothing is left to be sent but its ACK.
 */
#include "tcp/predicted.h"

#include <rte_common.h>

#include "base/straight.h"
#include "tcp/input.h"
#include "tcp/predicted_plain.h"
#include "tcp/time_wait.h"
#include "tcp/window.h"

/* Our FIN is out, and nothing was sent twice. The round trip is known: see acknowledgment_last. */
static inline bool
closing_is_plain(const struct tcb *tcb)
{
	const struct work *work = tcb->work;

	return (tcb->flags & (TCB_FIN_SENT | PREDICTED_NO_FLAGS)) == TCB_FIN_SENT &&
			predicted_is_plain(tcb) && work->sent_more == NULL &&
			(work->retransmissions | work->probes) == 0 && rto_has_sample(&tcb->rtt);
}

/* No text; it acknowledges all, and something new unless it brings the FIN. */
static inline bool
content_is_predicted(const struct tcb *tcb, const struct segment *seg, uint8_t fin)
{
	return seg->text_len == 0 && seg->ack == tcb->snd_nxt &&
			(fin != 0 ? tcb->rcv_wnd > 0 : seg->ack != tcb->snd_una);
}

/* Eighth check: the peer has nothing more to say. Figure 5, note 3: from FIN-WAIT-1, too. */
static inline void
take_fin(struct tcb *tcb)
{
	tcb->flags |= TCB_FIN_RECEIVED;
	tcb->rcv_nxt++;
	tcb->rcv_wnd -= RTE_MIN(tcb->rcv_wnd, 1U);
	tcb_mark(tcb, MARK_ACK);
	tcb_tell(tcb, ESTAB_EVENT_READABLE);
	time_wait_enter(tcb);
}

STRAIGHT bool
predicted_closes(struct tcb *tcb, struct burst *burst, const struct segment *seg)
{
	const uint8_t fin = seg->flags & TCP_FLAG_FIN;

	if (!closing_is_plain(tcb) || !predicted_header(tcb, seg, TCP_FLAG_ACK | fin) ||
			!content_is_predicted(tcb, seg, fin) || !predicted_hop(tcb, seg))
		return false;
	tcb->rcv_tos = seg->ip_tos;
	if (seg->ack != tcb->snd_una)
		acknowledgment_last(tcb, burst, seg->ack);
	predicted_take_timestamp(tcb, seg);
	window_update(tcb, seg);
	if (fin != 0)
		take_fin(tcb);
	else
		fin_wait_2_enter(tcb);
	return true;
}
