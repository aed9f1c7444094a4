/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a segment will need, asked for a few segments before its turn: the TCB, what it works with, and
 * the text that may be acknowledged. Nothing is read that those before it could have taken away.
 */
#ifndef LIB_TCP_INPUT_PREFETCH_H
#define LIB_TCP_INPUT_PREFETCH_H

#include <stddef.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "tcp/tcb.h"
#include "tcp/work.h"

/* How many segments ahead is asked for what they need. */
enum { PREFETCH_TCB_AHEAD = 10, PREFETCH_WORK_AHEAD = 6, PREFETCH_TEXT_AHEAD = 3 };

_Static_assert((int)PREFETCH_TCB_AHEAD <= (int)BURST_AHEAD_MAX, "it looks no further");

/* The rest of the TCB: flow_lookup has asked for its first lines, and all at once would be too much there. */
static inline void
prefetch_tcb(const struct segment *seg, const struct segment *end)
{
	const uint8_t *tcb;

	if (seg >= end || flow_kind(seg->flow) != FLOW_TCB)
		return;
	tcb = flow_target(seg->flow);
	for (size_t at = (size_t)2 * RTE_CACHE_LINE_SIZE; at < sizeof(struct tcb);
			at += RTE_CACHE_LINE_SIZE)
		rte_prefetch0(tcb + at);
}

/* What the connection works with, unless it is at rest: all that is touched of it, in any order. */
static inline void
prefetch_work(const struct tcp *tcp, const struct segment *seg, const struct segment *end)
{
	const uint8_t *work;

	if (seg >= end || flow_kind(seg->flow) != FLOW_TCB || tcp_flow_has_changed(tcp, seg->hash))
		return;
	work = (const uint8_t *)((const struct tcb *)flow_target(seg->flow))->work;
	for (size_t at = 0; at < sizeof(struct work); at += RTE_CACHE_LINE_SIZE)
		rte_prefetch0(work + at);
}

/* The text that the segment may acknowledge, and so free. */
static inline void
prefetch_text(const struct tcp *tcp, const struct segment *seg, const struct segment *end)
{
	const struct tcb *tcb;

	if (seg >= end || flow_kind(seg->flow) != FLOW_TCB || tcp_flow_has_changed(tcp, seg->hash))
		return; /* changed: it may be gone */
	tcb = flow_target(seg->flow);
	if (tcb->work->send.head != NULL) {
		rte_mbuf_prefetch_part1(tcb->work->send.head);
		rte_mbuf_prefetch_part2(tcb->work->send.head);
	}
}

#endif
