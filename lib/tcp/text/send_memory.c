/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who waits for send memory is a flag of the TCB and not a list: it is rare, and a TCB has no room for
 * two links. Turns look at some TCBs each, going round, until nobody waits any more.
 */
#include "tcp/text/send_memory.h"

#include <estab/event.h>

#include "tcp/tcb.h"
#include "tcp/tcp.h"

enum { LOOKS = 64 }; /* TCBs in a turn */

bool
send_memory_is_exhausted(const struct tcp *tcp)
{
	return tcp->send_memory.pinned / 2 > tcp->send_memory_max;
}

bool
send_memory_has_no_work(const struct tcb *tcb)
{
	return !tcb_is_at_work(tcb) && works_are_out(&tcb->tcp->works);
}

void
send_memory_wait(struct tcb *tcb)
{
	if (tcb->work->send.bytes > 0 || (tcb->flags & TCB_SEND_WAITING) != 0 ||
			(!send_memory_is_exhausted(tcb->tcp) && !send_memory_has_no_work(tcb)))
		return;
	tcb->tcp->shed.wanted = true;
	tcb->flags |= TCB_SEND_WAITING;
	tcb->tcp->send_waiting++;
}

void
send_memory_forget(struct tcb *tcb)
{
	if ((tcb->flags & TCB_SEND_WAITING) == 0)
		return;
	tcb->flags &= ~(uint32_t)TCB_SEND_WAITING;
	tcb->tcp->send_waiting--;
}

bool
send_memory_may_tell(const struct tcp *tcp)
{
	return tcp->send_waiting > 0 && !send_memory_is_exhausted(tcp) &&
			!works_are_out(&tcp->works);
}

static void
tell(struct tcb *tcb)
{
	if ((tcb->flags & TCB_SEND_WAITING) == 0)
		return;
	send_memory_forget(tcb);
	tcb->flags &= ~(uint32_t)TCB_SEND_BLOCKED;
	if (tcb_may_send(tcb))
		tcb_tell(tcb, ESTAB_EVENT_WRITABLE);
}

void
send_memory_tell(struct tcp *tcp)
{
	for (unsigned int i = 0; i < LOOKS && send_memory_may_tell(tcp); i++) {
		struct tcb *tcb = tcp_tcb_at(tcp, tcp->send_wait_at);

		if (tcb != NULL)
			tell(tcb);
		tcp->send_wait_at = (tcp->send_wait_at + 1) % tcp->tcbs.n_touched;
	}
}
