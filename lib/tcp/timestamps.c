/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 7323 PAWS. Timestamps compare serially, as sequence numbers do.
 */
#include "tcp/timestamps.h"

#include "tcp/ack.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

/*
 * RFC 7323 5.5 voids TS.Recent after 24 days of silence. Our ticks wrap after 5 days, so it is void
 * after 2 already: a connection silent for so long is not attacked by its own old segments.
 */
#define TS_RECENT_LIFE_TICKS UINT32_C(1728000000)

bool
timestamps_check(struct tcb *tcb, struct segment *seg)
{
	if ((tcb->flags & TCB_TIMESTAMPS) == 0 || (seg->flags & TCP_FLAG_RST) != 0)
		return true;
	if ((seg->options.seen & TCP_OPTION_TIMESTAMPS) == 0) {
		seg->fate = ESTAB_DROP_TCP_TIMESTAMP_MISSING;
		return false;
	}
	if (!seq_lt(seg->options.ts_val, tcb->ts_recent) ||
			(uint32_t)tcb->tcp->now_tick - tcb->ts_recent_tick > TS_RECENT_LIFE_TICKS)
		return true;
	seg->fate = ESTAB_DROP_TCP_PAWS;
	ack_challenge(tcb, seg);
	return false;
}

void
timestamps_take(struct tcb *tcb, const struct segment *seg)
{
	if ((tcb->flags & TCB_TIMESTAMPS) == 0 ||
			(seg->options.seen & TCP_OPTION_TIMESTAMPS) == 0 ||
			seq_gt(seg->seq, tcb->last_ack_sent))
		return;
	tcb->ts_recent = seg->options.ts_val;
	tcb->ts_recent_tick = (uint32_t)tcb->tcp->now_tick;
}
