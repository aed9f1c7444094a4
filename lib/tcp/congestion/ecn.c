/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 3168 6.1, as a receiver (CE in, ECE out until CWR) and as a sender (ECE in, one reduction for a
 * window of data, CWR out).
 */
#include "tcp/congestion/ecn.h"

#include <rte_common.h>

#include "tcp/ack.h"
#include "tcp/congestion/congestion.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

enum {
	ASKS = TCP_FLAG_ECE | TCP_FLAG_CWR, /* 6.1.1: an ECN-setup SYN */
	ECN_SYNS_MAX = 2, /* SYNs that ask: then something on the way may drop them (6.1.1.1) */
};

uint8_t
ecn_agree(const struct tcp *tcp, const struct segment *syn)
{
	return tcp->config.ecn != ESTAB_ECN_OFF && (syn->flags & ASKS) == ASKS ? HANDSHAKE_ECN : 0;
}

/* 6.1.1: an ECN-setup SYN-ACK has ECE alone; both flags are a peer that sends back what it got. */
uint8_t
ecn_answered(const struct tcb *tcb, const struct segment *seg)
{
	if ((tcb->ecn & ECN_GAVE_UP) != 0)
		return 0;
	if ((seg->flags & TCP_FLAG_ACK) == 0)
		return ecn_agree(tcb->tcp, seg);
	return tcb->tcp->config.ecn == ESTAB_ECN_ASK && (seg->flags & ASKS) == TCP_FLAG_ECE
			? HANDSHAKE_ECN
			: 0;
}

uint8_t
ecn_syn_flags(struct tcb *tcb)
{
	if (tcb->state == TCP_STATE_SYN_RECEIVED)
		return (tcb->ecn & ECN_AGREED) != 0 ? TCP_FLAG_ECE : 0;
	if (tcb->tcp->config.ecn != ESTAB_ECN_ASK)
		return 0;
	if (tcb->work->retransmissions < ECN_SYNS_MAX)
		return ASKS;
	tcb->ecn |= ECN_GAVE_UP;
	return 0;
}

void
ecn_echo(const struct tcb *tcb, struct outgoing *out)
{
	if ((tcb->ecn & ECN_ECHO) != 0)
		out->flags |= TCP_FLAG_ECE;
}

/* 6.1.5, 6.1.6: neither what is sent again nor a window probe may be marked. */
void
ecn_on_send(struct tcb *tcb, struct outgoing *out, bool is_new)
{
	if ((tcb->ecn & ECN_AGREED) == 0 || !is_new || tcb->snd_wnd == 0)
		return;
	out->ecn = ECN_ECT_0;
	if ((tcb->ecn & ECN_REDUCED) != 0) {
		tcb->ecn &= (uint8_t)~ECN_REDUCED;
		out->flags |= TCP_FLAG_CWR;
	}
}

/* The ACK of ecn_recover itself may have left before the peer saw our CWR: only one beyond counts. */
void
ecn_on_ack(struct tcb *tcb, const struct segment *seg)
{
	if ((tcb->ecn & ECN_AGREED) == 0)
		return;
	congestion_on_echo(tcb, seg->ack - tcb->snd_una, (seg->flags & TCP_FLAG_ECE) != 0);
	if ((tcb->ecn & ECN_EPISODE) != 0 && seq_gt(seg->ack, tcb->work->ecn_recover))
		tcb->ecn &= (uint8_t) ~(ECN_EPISODE | ECN_HOLD);
	if ((seg->flags & TCP_FLAG_ECE) == 0 || (tcb->ecn & ECN_EPISODE) != 0 ||
			tcb_flight_size(tcb) == 0)
		return;
	tcb->tcp->stats->ecn_reductions++;
	congestion_on_ecn(tcb);
	tcb->ecn |= ECN_HOLD;
}

/* 6.1.3; the first mark is told at once. A packet may carry both: CWR is of what was before it. */
static void
echo_until_cwr(struct tcb *tcb, const struct segment *seg, bool marked)
{
	if ((seg->flags & TCP_FLAG_CWR) != 0)
		tcb->ecn &= (uint8_t)~ECN_ECHO;
	if (!marked)
		return;
	if ((tcb->ecn & ECN_ECHO) == 0)
		ack_now(tcb);
	tcb->ecn |= ECN_ECHO;
}

/*
 * RFC 8257 3.2: ECE says of each segment whether it was marked. Where that changes, what is not yet
 * acknowledged gets an ACK of its own that says how it was before; of several changes in one burst
 * the last counts.
 */
static void
echo_each(struct tcb *tcb, bool marked)
{
	if (marked == ((tcb->ecn & ECN_ECHO) != 0))
		return;
	tcb->ecn ^= ECN_ECHO;
	if (tcb->rcv_nxt != tcb->work->last_ack_sent) {
		tcb->ecn |= ECN_CHANGED;
		tcb->work->ecn_changed = tcb->rcv_nxt;
		ack_now(tcb);
	}
}

void
ecn_on_text(struct tcb *tcb, const struct segment *seg)
{
	const bool marked = (seg->ip_tos & ECN_CE) == ECN_CE;

	if ((tcb->ecn & ECN_AGREED) == 0 || seg->text_len == 0)
		return;
	tcb->tcp->stats->ecn_marks_received += marked ? seg->run : 0;
	if (congestion_echoes_each(tcb))
		echo_each(tcb, marked);
	else
		echo_until_cwr(tcb, seg, marked);
}

void
ecn_put_change(struct tcb *tcb, struct outgoing *out)
{
	const uint32_t since = tcb->rcv_nxt - tcb->work->ecn_changed;

	out->ack = tcb->work->ecn_changed;
	out->wnd = (uint16_t)RTE_MIN(out->wnd + (since >> tcb->rcv_wscale), (uint32_t)UINT16_MAX);
	out->flags ^= TCP_FLAG_ECE;
	tcb->ecn &= (uint8_t)~ECN_CHANGED;
}

void
ecn_on_reduction(struct tcb *tcb)
{
	if ((tcb->ecn & ECN_AGREED) == 0)
		return;
	tcb->ecn |= ECN_REDUCED | ECN_EPISODE;
	tcb->work->ecn_recover = tcb->snd_nxt;
}

bool
ecn_holds(const struct tcb *tcb)
{
	return (tcb->ecn & ECN_HOLD) != 0;
}
