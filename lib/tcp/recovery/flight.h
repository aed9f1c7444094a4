/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When what is in flight was sent: for most connections, who send and then wait, one mark in the TCB.
 * One with several runs in flight takes a block of marks from a pool (limits.recoveries has one for
 * each that may have to repair), and gives it back when the runs are acknowledged. Where the pool is
 * empty, the one mark stands for all of them: an interval in place of a time.
 */
#ifndef LIB_TCP_RECOVERY_FLIGHT_H
#define LIB_TCP_RECOVERY_FLIGHT_H

#include <stdint.h>

#include "tcp/tcb.h"

struct scoreboard;

/* Something new is sent, up to `end`; SND.NXT is still where it begins. */
void flight_sent(struct tcb *tcb, uint32_t end, uint32_t now_us);

/*
 * When the last octet before `ack`, which is in flight, was sent: the mark that it is under. Of the
 * first time; what was sent again is on a scoreboard. @return NULL: not known
 */
const struct send_mark *flight_mark_of(const struct tcb *tcb, uint32_t ack);

/* Let marks go that SND.UNA is past. */
void flight_trim(struct tcb *tcb);

/* Give the block back. */
void flight_forget(struct tcb *tcb);

/* Enter all that is in flight on a new scoreboard. */
void flight_fill_board(const struct tcb *tcb, struct scoreboard *board);

/* SND.UNA has moved on: a mark in the TCB that it is past says nothing any more, by itself. */
static inline void
flight_acknowledged(struct tcb *tcb)
{
	if (tcb->work->sent_more != NULL)
		flight_trim(tcb);
}

#endif
