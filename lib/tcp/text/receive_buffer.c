/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Receive buffers: right-sizing per connection, shortage per stack.
 *
 * Windows are opened no further than lets a connection pin as much as is then left to all: who does not
 * read has half of the memory at most, n of them leave one part in n + 1. What was promised before
 * stands (SHLD-14), so more may come, and then there is a shortage.
 *
 * In a shortage three things happen, one after the other: at 7/8 of the stack's memory windows stop
 * growing and out-of-order text, the oldest first, is given up (RFC 2018 8 allows it); at 8/8 text is
 * refused though it was promised a place, but for RECEIVE_SEGMENTS_MIN segments of each connection. So
 * none whose user reads stands still because of others, until all of them together have taken the
 * limit twice: then nothing is taken, for without mbufs no packet arrives at all.
 */
#include "tcp/text/receive_buffer.h"

#include <rte_common.h>

#include "tcp/text/reassembly.h"
#include "tcp/tcb.h"

/* Both queues of a connection, in octets of whole mbufs. */
static uint64_t
connection_pins(const struct tcb *tcb)
{
	return (uint64_t)tcb->work->receive.pinned +
			(tcb->work->reassembly != NULL ? reassembly_pinned(tcb->work->reassembly)
						       : 0);
}

static bool
memory_is_used_up(const struct tcp *tcp)
{
	return tcp->receive_memory.pinned > tcp->receive_memory_max;
}

/* The part of a connection in what is left when memory is used up. */
static bool
reserve_admits(const struct tcb *tcb, const struct segment *seg)
{
	const uint32_t text = tcb->work->receive.bytes + seg->text_len;

	return tcb->tcp->receive_memory.pinned <= 2 * tcb->tcp->receive_memory_max &&
			(tcb->work->receive.bytes == 0 ||
					text <= (uint32_t)RECEIVE_SEGMENTS_MIN * tcb->rcv_mss);
}

/* Octets of memory that are left to all. */
static uint64_t
memory_left(const struct tcp *tcp)
{
	const uint64_t pinned = tcp->receive_memory.pinned, max = tcp->receive_memory_max;

	return pinned < max ? max - pinned : 0;
}

/*
 * How far the window may reach so that the connection pins no more than is then left to all: half of the
 * rest. What lies beyond a gap is within the window, and pinned already.
 */
static uint64_t
share_of_memory(const struct tcb *tcb)
{
	const struct reassembly *reassembly = tcb->work->reassembly;
	const uint64_t left = memory_left(tcb->tcp), mine = connection_pins(tcb);
	const uint64_t more = left > mine ? (left - mine) / 2 / SHARE_PINS_PER_OCTET : 0;

	return more + (reassembly != NULL ? reassembly_octets(reassembly) : 0);
}

/* Room below a limit of octets of text in order. */
static uint32_t
room_below(const struct tcb *tcb, uint32_t limit)
{
	const uint32_t held = tcb->work->receive.bytes;

	return held < limit ? limit - held : 0;
}

/*
 * What each connection has room for whatever others hold: two segments, and a step of its window beyond
 * what of them is not yet read, or nothing could be announced.
 */
static uint32_t
least_room(const struct tcb *tcb)
{
	const uint32_t segments = (uint32_t)RECEIVE_SEGMENTS_MIN * tcb->rcv_mss;

	return RTE_MIN(tcb->rcv_buffer,
			segments + (tcb->rcv_wscale > 0 ? UINT32_C(1) << tcb->rcv_wscale : 0));
}

struct receive_room
receive_buffer_share(const struct tcb *tcb)
{
	const uint32_t size = tcb->rcv_buffer;
	const uint32_t least = least_room(tcb);
	struct receive_room room;
	uint64_t share;

	room.alone = room_below(tcb, size);
	if (connection_pins(tcb) > (uint64_t)size * RECEIVE_PINS_PER_OCTET)
		room.alone = 0;
	share = receive_memory_is_short(tcb->tcp) ? 0 : share_of_memory(tcb);
	room.alone = RTE_MAX(room.alone, room_below(tcb, least));
	room.octets = RTE_MAX((uint32_t)RTE_MIN(share, (uint64_t)room.alone),
			room_below(tcb, least));
	return room;
}

bool
receive_buffer_admits(struct tcb *tcb, struct segment *seg)
{
	struct tcp *tcp = tcb->tcp;
	const bool in_order = seg->seq == tcb->rcv_nxt;

	if (receive_memory_is_short(tcp))
		receive_memory_shed(tcp);
	if (in_order ? !memory_is_used_up(tcp) || reserve_admits(tcb, seg)
		     : !receive_memory_is_short(tcp) &&
							connection_pins(tcb) <=
									(uint64_t)tcb->rcv_buffer *
											RECEIVE_PINS_PER_OCTET)
		return true;
	seg->fate = ESTAB_DROP_TCP_MEMORY_FULL;
	return false;
}

void
receive_memory_shed(struct tcp *tcp)
{
	struct reassembly *oldest = TAILQ_FIRST(&tcp->reassembly_list);

	if (oldest == NULL)
		return;
	tcp->stats->out_of_order_shed += oldest->segments;
	reassembly_destroy(oldest->tcb);
}

void
receive_buffer_read(struct tcb *tcb, uint32_t octets)
{
	const uint32_t now_us = tcp_now_us(tcb->tcp);
	const uint32_t round_trip_us = rto_srtt_us(&tcb->rtt);
	const uint64_t max = tcb->tcp->config.receive_buffer_max_bytes;
	uint64_t wanted;

	if (tcb->rcv_buffer >= max || round_trip_us == 0)
		return;
	tcb->read_in_round += octets;
	if (now_us - tcb->read_round_us < round_trip_us)
		return;
	wanted = RTE_MIN(2 * (uint64_t)tcb->read_in_round, max);
	if (wanted > tcb->rcv_buffer && !receive_memory_is_short(tcb->tcp)) {
		tcb->rcv_buffer = (uint32_t)wanted;
		tcb->tcp->stats->receive_buffers_grown++;
	}
	tcb->read_in_round = 0;
	tcb->read_round_us = now_us;
}
