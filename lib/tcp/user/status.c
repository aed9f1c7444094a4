/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.6 STATUS, and the events that tell an application to look.
 */
#include <string.h>

#include <rte_byteorder.h>

#include <estab/conn.h>
#include <estab/event.h>

#include "tcp/congestion/ecn.h"
#include "tcp/event.h"
#include "tcp/congestion/pacing.h"
#include "tcp/recovery/recovery.h"
#include "tcp/text/segment_size.h"
#include "tcp/tcb.h"
#include "tcp/tcb_list.h"

/* How far the repair of a loss is. */
static void
tell_recovery(const struct tcb *tcb, struct estab_conn_info *info)
{
	static const char *const phases[] = {
		[RECOVERY_NONE] = "disorder",
		[RECOVERY_FAST] = "fast",
		[RECOVERY_LOSS] = "timeout",
	};
	const struct recovery *recovery = tcb->work->recovery;

	info->reordering = tcb->reordering_octets;
	info->recovery = "none";
	if (recovery == NULL)
		return;
	info->sacked = recovery->board.sacked;
	info->lost = recovery->board.lost;
	info->resent = recovery->board.resent;
	if (recovery->phase != RECOVERY_NONE || !scoreboard_is_plain(&recovery->board))
		info->recovery = phases[recovery->phase];
}

/* The MSS of our SYN: what we take in a segment, and the options that all have. */
static uint16_t
announced(const struct tcb *tcb)
{
	const bool stamped = (tcb->flags & TCB_TIMESTAMPS) != 0;

	return (uint16_t)(tcb->rcv_mss + (stamped ? TCP_TIMESTAMPS_LENGTH : 0));
}

void
estab_conn_status(const struct estab_conn *conn, struct estab_conn_info *info)
{
	const struct tcb *tcb = (const struct tcb *)conn;
	const struct path *path = &tcb->path;

	*info = (struct estab_conn_info){
		.state = tcp_state_text((enum tcp_state)tcb->state),
		.local.port = rte_be_to_cpu_16(path->local_port),
		.remote.port = rte_be_to_cpu_16(path->remote_port),
		.snd_una = tcb->snd_una,
		.snd_nxt = tcb->snd_nxt,
		.snd_wnd = tcb->snd_wnd,
		.rcv_nxt = tcb->rcv_nxt,
		.rcv_wnd = tcb->rcv_wnd,
		.cwnd = tcb->cwnd,
		.ssthresh = tcb->ssthresh,
		.congestion = congestion_name(tcb),
		.rtt_us = rto_srtt_us(&tcb->rtt),
		.rttvar_us = rto_rttvar_us(&tcb->rtt),
		.rto_us = tcb->rtt.rto_us,
		.send_queued = tcb->work->send.bytes,
		.receive_queued = tcb->work->receive.bytes,
		.receive_buffer = tcb->rcv_buffer,
		.mss = tcb->snd_mss,
		.mss_announced = announced(tcb),
		.snd_wscale = tcb->snd_wscale,
		.rcv_wscale = tcb->rcv_wscale,
		.timestamps = (tcb->flags & TCB_TIMESTAMPS) != 0,
		.sack = (tcb->flags & TCB_SACK) != 0,
		.ecn = (tcb->ecn & ECN_AGREED) != 0,
		.window_scale = (tcb->flags & TCB_WINDOW_SCALE) != 0,
		.retransmissions = tcb->work->retransmissions,
	};
	if (tcb->work->pacing != NULL)
		info->pacing_rate = tcb->work->pacing->rate;
	if (congestion_model(tcb) != NULL)
		congestion_model(tcb)->tell(tcb, info);
	tell_recovery(tcb, info);
	path_address_export(&path->local, path->family, &info->local.address);
	path_address_export(&path->remote, path->family, &info->remote.address);
}

uint16_t
tcp_event_burst(struct tcp *tcp, struct estab_event *events, uint16_t n)
{
	uint16_t count = 0;
	struct tcb *tcb;

	while (count < n && (tcb = tcb_list_first(tcp, &tcp->event_list)) != NULL) {
		tcb_list_remove_first(&tcp->event_list, TCB_LINK_EVENT, tcb);
		tcb->flags &= ~(uint32_t)TCB_ON_EVENT_LIST;
		events[count++] = (struct estab_event){
			.conn = (struct estab_conn *)tcb,
			.user = tcb->user,
			.what = tcb->events,
		};
		tcb->events = 0;
	}
	return count;
}
