/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text that the user holds back until there is more (RFC 9293 3.9.1.2, MAY-15, MAY-16): a cork for all
 * that is written, or a SEND without PUSH. What is held is less than a segment, and not for long.
 */
#ifndef LIB_TCP_TEXT_CORK_H
#define LIB_TCP_TEXT_CORK_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp/user/custom.h"
#include "tcp/tcb.h"

/* True where the user holds that much text back. The FIN and urgent text wait for nothing. */
static inline bool
cork_holds(const struct tcb *tcb, uint32_t unsent)
{
	return (tcb->flags & (TCB_CORKED | TCB_MORE)) != 0 && unsent < tcb->snd_mss &&
			(tcb->flags & (TCB_FIN_QUEUED | TCB_CORK_OVER)) == 0 &&
			(tcb->work->custom == NULL || !tcb->work->custom->urgent_to_send);
}

/* True where the last text is to be pushed: CLOSE pushes too. */
static inline bool
cork_is_pushed(const struct tcb *tcb)
{
	return (tcb->flags & TCB_UNPUSHED) == 0 || (tcb->flags & TCB_FIN_QUEUED) != 0;
}

/* The user has written, with PUSH. */
static inline void
cork_push(struct tcb *tcb)
{
	tcb->flags &= ~(uint32_t)(TCB_MORE | TCB_UNPUSHED);
}

/* Output has been here: text that is still unsent may be held, and no longer than cork_ns. */
void cork_on_output(struct tcb *tcb, uint32_t unsent, bool sent);

/* What waits goes now. */
void cork_release(struct tcb *tcb);

/* It has waited for long enough. */
void cork_timeout(struct tcb *tcb);

#endif
