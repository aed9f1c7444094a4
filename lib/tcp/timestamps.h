/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Timestamps (RFC 7323): protection against wrapped sequence numbers, and what is echoed.
 */
#ifndef LIB_TCP_TIMESTAMPS_H
#define LIB_TCP_TIMESTAMPS_H

#include <stdbool.h>

#include "burst.h"
#include "tcp/tcb.h"

/* RFC 7323 5.3 R1, and 3.2 for a segment without the option; false: the segment has its fate. */
bool timestamps_check(struct tcb *tcb, struct segment *seg);

/* RFC 7323 4.3 (2): remember TSval of the segment that will be acknowledged. */
void timestamps_take(struct tcb *tcb, const struct segment *seg);

/* Put the option on a segment, where it was negotiated; TSecr is zero without an ACK (3.2). */
static inline void
timestamps_put(const struct tcb *tcb, struct outgoing *out)
{
	if ((tcb->flags & TCB_TIMESTAMPS) == 0)
		return;
	out->options.seen |= TCP_OPTION_TIMESTAMPS;
	out->options.ts_val = tcp_ts_val(tcb->tcp, tcb->ts_offset);
	out->options.ts_ecr = (out->flags & TCP_FLAG_ACK) != 0 ? tcb->ts_recent : 0;
}

#endif
