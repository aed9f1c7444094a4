/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.5: from two SYNs to a connection. Options count only where both SYNs carried them.
 */
#include "tcp/open/handshake.h"

#include <rte_common.h>

#include <estab/event.h>

#include "base/straight.h"
#include "tcp/ack.h"
#include "tcp/congestion/congestion.h"
#include "tcp/congestion/ecn.h"
#include "tcp/open/isn.h"
#include "tcp/keepalive.h"
#include "tcp/open/listener.h"
#include "tcp/text/segment_size.h"
#include "tcp/tcb.h"
#include "tcp/user/user.h"
#include "tcp/window.h"

enum { RTO_AFTER_LOST_SYN_US = 3000000 }; /* RFC 6298 5.7 */

uint8_t
handshake_offer(const struct tcp *tcp)
{
	uint8_t options = 0;

	options |= tcp->config.no_timestamps ? 0 : TCP_OPTION_TIMESTAMPS;
	options |= tcp->config.no_window_scale ? 0 : TCP_OPTION_WINDOW_SCALE;
	options |= tcp->config.no_sack ? 0 : TCP_OPTION_SACK_PERMITTED;
	return options;
}

uint8_t
handshake_agree(const struct tcp *tcp, const struct tcp_options *offered)
{
	return offered->seen & handshake_offer(tcp);
}

uint16_t
handshake_peer_mss(const struct segment *seg)
{
	return (seg->options.seen & TCP_OPTION_MSS) != 0 ? seg->options.mss : 0;
}

void
handshake_apply(struct tcb *tcb, uint8_t options, uint8_t snd_wscale, uint16_t peer_mss)
{
	struct tcp *tcp = tcb->tcp;
	const struct tcp_options offered = {
		.seen = peer_mss != 0 ? TCP_OPTION_MSS : 0,
		.mss = peer_mss,
	};

	tcb->flags &= ~(uint32_t)(TCB_TIMESTAMPS | TCB_WINDOW_SCALE | TCB_SACK);
	tcb->snd_wscale = tcb->rcv_wscale = 0;
	tcb->rcv_mss = mss_announced(tcp, tcb->path.family, tcb->work->mss_asked);
	tcb->snd_mss = mss_effective(tcb->path.family, &offered, tcb->rcv_mss);
	if ((options & TCP_OPTION_TIMESTAMPS) != 0) {
		tcb->flags |= TCB_TIMESTAMPS;
		tcb->snd_mss = (uint16_t)(tcb->snd_mss - TCP_TIMESTAMPS_LENGTH);
		tcb->rcv_mss = (uint16_t)(tcb->rcv_mss - TCP_TIMESTAMPS_LENGTH);
	}
	if ((options & TCP_OPTION_WINDOW_SCALE) != 0) {
		tcb->flags |= TCB_WINDOW_SCALE;
		tcb->snd_wscale = snd_wscale;
		tcb->rcv_wscale = tcp->rcv_wscale;
	}
	if ((options & TCP_OPTION_SACK_PERMITTED) != 0)
		tcb->flags |= TCB_SACK;
	if ((options & HANDSHAKE_ECN) != 0)
		tcb->ecn |= ECN_AGREED;
}

/* The sequence variables as a SYN and our SYN-ACK have set them. */
static void
set_sequence(struct tcb *tcb, const struct handshake *handshake)
{
	tcb->work->iss = handshake->iss;
	tcb->snd_una = handshake->iss;
	tcb->snd_nxt = handshake->iss + 1;
	tcb->work->snd_cursor = tcb->snd_nxt;
	tcb->snd_wnd = handshake->snd_wnd;
	tcb->snd_wnd_max = handshake->snd_wnd;
	tcb->work->snd_wl1 = handshake->irs;
	tcb->work->snd_wl2 = handshake->iss;
	tcb->work->recover = tcb->work->pushed = handshake->iss;
	tcb->work->irs = handshake->irs;
	tcb->rcv_nxt = handshake->irs + 1;
	tcb->work->last_ack_sent = tcb->rcv_nxt;
	tcb->rcv_wnd = window_accepted_initially(tcb->tcp);
}

void
handshake_be_patient(struct tcb *tcb)
{
	rto_init(&tcb->rtt, RTE_MAX(tcb->rtt.rto_us, (uint32_t)RTO_AFTER_LOST_SYN_US));
}

STRAIGHT struct tcb *
handshake_create_tcb(struct tcp *tcp, const struct path *path, uint32_t hash,
		const struct handshake *handshake)
{
	struct tcb *tcb = tcb_create(tcp, path, hash, handshake->instead);

	if (tcb == NULL)
		return NULL;
	tcb_enter(tcb, TCP_STATE_SYN_RECEIVED);
	tcb->flags |= TCB_PASSIVE;
	tcb->listener = handshake->listener;
	tcb->work->mss_asked = handshake->listener->mss;
	set_sequence(tcb, handshake);
	handshake_apply(tcb, handshake->options, handshake->snd_wscale, handshake->mss);
	tcb->ts_recent = handshake->ts_recent;
	tcb->ts_recent_ks = tcp_now_ks(tcp);
	tcb->ts_offset = handshake->ts_offset;
	rto_init(&tcb->rtt, (uint32_t)(tcp->config.rto_initial_ns / 1000));
	if (handshake->sent_again) {
		tcb->flags |= TCB_SYN_LOST;
		handshake_be_patient(tcb);
	}
	if (handshake->sent_ns != 0) {
		tcb->flags |= TCB_RTT_TIMING;
		tcb->work->rtt_seq = tcb->snd_nxt;
		tcb->work->rtt_start_us = (uint32_t)(handshake->sent_ns / 1000);
	}
	return tcb;
}

/*
 * Simultaneous open, the peer's SYN and its SYN-ACK in one burst: it has our SYN, so what is still
 * owed for its own is an ACK.
 */
static void
forget_syn_ack(struct tcb *tcb)
{
	if ((tcb->marks & MARK_SYN) == 0)
		return;
	tcb->marks &= (uint8_t)~MARK_SYN;
	ack_now(tcb);
}

void
handshake_complete(struct tcb *tcb)
{
	struct estab_stats *stats = tcb->tcp->stats;

	tcb_enter(tcb, TCP_STATE_ESTABLISHED);
	tcb->flags |= TCB_REACHED_ESTABLISHED;
	congestion_init(tcb);
	tcb->quick_acks = tcb->tcp->config.quick_acks;
	tcb_cancel(tcb, TIMER_RETRANSMIT);
	tcb->work->retransmissions = 0;
	forget_syn_ack(tcb);
	if ((tcb->flags & TCB_PASSIVE) != 0) {
		stats->connections_passive++;
		listener_queue(tcb->listener, tcb);
	} else {
		stats->connections_active++;
		tcb_tell(tcb, ESTAB_EVENT_CONNECTED | ESTAB_EVENT_WRITABLE);
	}
	tcb_mark(tcb, MARK_TEXT);
	keepalive_arm(tcb);
	if ((tcb->flags & TCB_FIN_QUEUED) != 0)
		user_enter_closing_state(tcb);
}
