/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When to acknowledge (RFC 9293 3.8.6.3): decided here, sent by output.
 */
#ifndef LIB_TCP_ACK_H
#define LIB_TCP_ACK_H

#include "burst.h"
#include "tcp/tcb.h"

/*
 * Text of so many segments arrived in order, and RCV.NXT is behind it: every second segment at once,
 * or what holds as much as two; a single one within the delay.
 */
void ack_text(struct tcb *tcb, uint16_t segments);

/* At the end of the turn: where no segment has carried the ACK of that single one, it is timed. */
void ack_later(struct tcb *tcb);

/* Text arrived out of order, or again: an ACK for this very segment (RFC 5681 4.2). */
void ack_duplicate(struct tcb *tcb);

/* Text in [left, right) came once more: said in the next ACK, which leaves at once (RFC 2883 4). */
void ack_twice(struct tcb *tcb, uint32_t left, uint32_t right);

/* FIN, a filled gap, a window probe: at once. */
void ack_now(struct tcb *tcb);

/*
 * An unacceptable segment, or one that RFC 5961 challenges. Segments without text are answered at
 * most once in 500 ms per connection, so that two ends that disagree do not talk for ever.
 */
void ack_challenge(struct tcb *tcb, const struct segment *seg);

/* An ACK with RCV.NXT has left: nothing is owed. */
static inline void
ack_sent(struct tcb *tcb)
{
	tcb->work->last_ack_sent = tcb->rcv_nxt;
	tcb->flags &= ~(uint32_t)TCB_ACK_DELAYED;
	tcb->marks &= (uint8_t)~MARK_ACK;
	tcb_cancel(tcb, TIMER_DELAYED_ACK);
}

#endif
