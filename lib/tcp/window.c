/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.8.6. The receive window is a promise: its right edge, once announced, stays.
 */
#include "tcp/window.h"

#include <rte_common.h>

#include "tcp/text/cork.h"
#include "tcp/text/receive_buffer.h"
#include "tcp/text/segment_size.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

uint8_t
window_scale_choose(const struct estab_tcp_config *config)
{
	uint8_t shift = config->window_scale_min;
	const uint32_t most =
			RTE_MAX(config->receive_buffer_bytes, config->receive_buffer_max_bytes);

	while (shift < TCP_WSCALE_MAX && most >> shift > UINT16_MAX)
		shift++;
	return shift;
}

uint16_t
window_initial(const struct tcp *tcp)
{
	return (uint16_t)RTE_MIN(tcp->config.receive_buffer_bytes, (uint32_t)UINT16_MAX);
}

uint32_t
window_accepted_initially(const struct tcp *tcp)
{
	return tcp->config.window_is_room ? tcp->config.receive_buffer_bytes : window_initial(tcp);
}

/* The most that can be announced. */
static inline uint32_t
announceable(const struct tcb *tcb)
{
	return tcb->tcp->config.window_is_room ? UINT32_MAX
					       : (uint32_t)UINT16_MAX << tcb->rcv_wscale;
}

/* Bytes the receive buffer could still take, as far as they can be announced. */
static inline struct receive_room
receive_room(const struct tcb *tcb)
{
	const uint32_t limit = announceable(tcb);
	struct receive_room room;

	if (likely(receive_buffer_is_free(tcb))) {
		room.octets = room.alone = RTE_MIN(tcb->rcv_buffer, limit);
		return room;
	}
	room = receive_buffer_share(tcb);
	return (struct receive_room){ RTE_MIN(room.octets, limit), RTE_MIN(room.alone, limit) };
}

/* How far the right edge may move: 3.8.6.2.2 asks for a worthwhile step, or none at all. */
static uint32_t
worthwhile_growth(const struct tcb *tcb, uint32_t room)
{
	const uint32_t step = RTE_MIN(tcb->rcv_buffer / 2, (uint32_t)tcb->rcv_mss);
	const uint32_t growth = room > tcb->rcv_wnd ? room - tcb->rcv_wnd : 0;

	return growth >= step ? growth : 0;
}

/* The same for an ACK that is sent anyway: any step, where that is the policy and room is not scarce. */
static uint32_t
growth_with_ack(const struct tcb *tcb, uint32_t room)
{
	if (!tcb->tcp->config.window_every_ack)
		return worthwhile_growth(tcb, room);
	if (room < RTE_MIN(tcb->rcv_buffer / 4, (uint32_t)tcb->rcv_mss))
		return 0;
	return room > tcb->rcv_wnd ? room - tcb->rcv_wnd : 0;
}

uint16_t
window_announce(struct tcb *tcb)
{
	const struct receive_room room = receive_room(tcb);
	const uint32_t growth = growth_with_ack(tcb, room.octets);
	const uint32_t window = tcb->rcv_wnd + growth, unit = 1U << tcb->rcv_wscale;
	uint32_t announced = RTE_MIN(window >> tcb->rcv_wscale, (uint32_t)UINT16_MAX);
	uint32_t promise = announced << tcb->rcv_wscale;

	/*
	 * The shift cuts bits off. Rounding up keeps the edge where it was but promises a little more,
	 * which is done only where there is room; otherwise the peer may see the edge move left by
	 * less than one unit of the shift (RFC 7323 2.4), and we go on to accept what was promised.
	 */
	if (promise < tcb->rcv_wnd && announced < UINT16_MAX && promise + unit <= room.octets) {
		announced++;
		promise += unit;
	}
	if (unlikely(room.alone > room.octets) && growth_with_ack(tcb, room.alone) > growth)
		tcb->tcp->stats->receive_windows_shared++;
	tcb->rcv_wnd = RTE_MAX(tcb->rcv_wnd, promise);
	if (tcb->tcp->config.window_is_room)
		tcb->rcv_wnd = RTE_MAX(tcb->rcv_wnd, window);
	return (uint16_t)announced;
}

uint16_t
window_announced(const struct tcb *tcb)
{
	return (uint16_t)RTE_MIN(tcb->rcv_wnd >> tcb->rcv_wscale, (uint32_t)UINT16_MAX);
}

void
window_reopen(struct tcb *tcb)
{
	const uint32_t enough = RTE_MIN(tcb->rcv_buffer / 2, 2U * tcb->rcv_mss);
	uint32_t growth;

	if (tcb->rcv_wnd >= tcb->rcv_mss && tcb->rcv_wnd + enough > tcb->rcv_buffer)
		return; /* not even if all of the buffer were room */
	growth = worthwhile_growth(tcb, receive_room(tcb).octets);
	if (growth > 0 && (tcb->rcv_wnd < tcb->rcv_mss || growth >= enough) && tcb_takes_text(tcb))
		tcb_mark(tcb, MARK_ACK);
}

uint32_t
window_carried(const struct tcb *tcb, const struct segment *seg)
{
	const bool syn = (seg->flags & TCP_FLAG_SYN) != 0 || seg->carried_syn;

	return (uint32_t)seg->wnd << (syn ? 0 : tcb->snd_wscale);
}

/* The window is open again: the timer had backed off as a probe's, and is that of what is sent from now on. */
static void
stop_probing(struct tcb *tcb)
{
	tcb->flags &= ~(uint32_t)TCB_PROBING;
	tcb->work->probes = 0;
	if (tcb->work->deadlines[TIMER_RETRANSMIT] != 0)
		tcb_arm(tcb, TIMER_RETRANSMIT, tcb_rto_ns(tcb));
}

void
window_update(struct tcb *tcb, const struct segment *seg)
{
	const uint32_t was = tcb->snd_wnd;

	if (!seq_lt(tcb->work->snd_wl1, seg->seq) &&
			!(tcb->work->snd_wl1 == seg->seq && seq_leq(tcb->work->snd_wl2, seg->ack)))
		return;
	tcb->snd_wnd = window_carried(tcb, seg);
	tcb->work->snd_wl1 = seg->seq;
	tcb->work->snd_wl2 = seg->ack;
	tcb->snd_wnd_max = RTE_MAX(tcb->snd_wnd_max, tcb->snd_wnd);
	if (tcb->snd_wnd > was)
		tcb_mark(tcb, MARK_TEXT);
	if (tcb->snd_wnd > 0 && (tcb->flags & TCB_PROBING) != 0)
		stop_probing(tcb);
}

/* Each sends a short segment although something is in flight. */
enum { FLAGS_BEFORE_NAGLE = TCB_NO_DELAY | TCB_FIN_QUEUED | TCB_CORK_OVER };

bool
window_allows_text(const struct tcb *tcb, uint32_t unsent, uint32_t usable)
{
	const uint32_t fits = RTE_MIN(unsent, usable);
	const bool idle = tcb->snd_nxt == tcb->snd_una;

	if (fits >= segment_size(tcb))
		return true; /* (1), less what SACK blocks leave no room for */
	if (cork_holds(tcb, unsent))
		return false;
	if (unsent <= usable && (idle || (tcb->flags & FLAGS_BEFORE_NAGLE) != 0))
		return true; /* (2) Nagle; what the user ends with a FIN waits for nothing */
	return idle && fits > 0 && fits >= tcb->snd_wnd_max / 2; /* (3) */
}
