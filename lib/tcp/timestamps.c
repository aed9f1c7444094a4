/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 7323 PAWS. Timestamps compare serially, as sequence numbers do.
 */
#include "tcp/timestamps.h"

#include "tcp/ack.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

/* RFC 7323 5.5: after so much silence it is void. They are 24 days; after 24.8 a clock of 1 ms wraps. */
enum { TS_RECENT_LIFE_KS = 24 * 86400 / 1024 };

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
			(uint16_t)(tcp_now_ks(tcb->tcp) - tcb->ts_recent_ks) > TS_RECENT_LIFE_KS)
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
			seq_gt(seg->seq, tcb->work->last_ack_sent))
		return;
	tcb->ts_recent = seg->options.ts_val;
	tcb->ts_recent_ks = tcp_now_ks(tcb->tcp);
}
