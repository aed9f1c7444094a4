/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Holding text back: when it begins, when it is over (RFC 9293 3.9.1.2). MUST-60 forbids a TCP without
 * PUSH to buffer for ever; a cork that is forgotten must not either, so a timer runs while text is held.
 */
#include "tcp/text/cork.h"

#include <estab/conn.h>

/* Text that output has not yet been past. */
static bool
text_waits(const struct tcb *tcb)
{
	const uint32_t sent = tcb_is_synchronized(tcb) ? tcb->work->snd_cursor - tcb->snd_una : 0;

	return tcb_may_send(tcb) && tcb->work->send.bytes > sent;
}

void
cork_on_output(struct tcb *tcb, uint32_t unsent, bool sent)
{
	if (unsent == 0)
		tcb->flags &= ~(uint32_t)TCB_CORK_OVER;
	if (unsent == 0 || !cork_holds(tcb, unsent))
		tcb_cancel(tcb, TIMER_CORK);
	else if (sent || tcb->work->deadlines[TIMER_CORK] == 0)
		tcb_arm(tcb, TIMER_CORK, tcb->tcp->config.cork_ns);
}

void
cork_release(struct tcb *tcb)
{
	if (!text_waits(tcb))
		return;
	tcb->flags |= TCB_CORK_OVER;
	tcb_mark(tcb, MARK_TEXT);
}

void
cork_timeout(struct tcb *tcb)
{
	tcb->flags &= ~(uint32_t)TCB_UNPUSHED;
	cork_release(tcb);
}

void
estab_conn_set_cork(struct estab_conn *conn, bool cork)
{
	struct tcb *tcb = (struct tcb *)conn;

	if (cork) {
		tcb->flags |= TCB_CORKED;
		return;
	}
	tcb->flags &= ~(uint32_t)TCB_CORKED;
	cork_push(tcb);
	if (text_waits(tcb))
		tcb_mark(tcb, MARK_TEXT);
}

ssize_t
estab_conn_write_more(struct estab_conn *conn, const void *data, size_t size)
{
	struct tcb *tcb = (struct tcb *)conn;
	const ssize_t done = estab_conn_write(conn, data, size);

	if (done > 0)
		tcb->flags |= TCB_MORE | TCB_UNPUSHED;
	return done;
}
