/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The visits of a turn: every TCB with marks once, in the order in which they were marked, and what
 * becomes of those that are over when their last segment is built.
 */
#include "tcp/output.h"

#include "tcp/ack.h"
#include "tcp/congestion/congestion.h"
#include "tcp/predicted.h"
#include "tcp/recovery/recovery.h"
#include "tcp/tcb.h"
#include "tcp/tcb_list.h"
#include "tcp/time_wait.h"

/*
 * A call of the user has marked it at rest: it needs what it works with, but for a RST. Where there is
 * none it waits until others rest. Returns false where it does.
 */
static bool
set_to_work(struct tcb *tcb)
{
	if ((tcb->marks & MARK_RST) != 0 || tcb_work(tcb))
		return true;
	tcb->flags |= TCB_WAITS_FOR_WORK;
	tcb_list_append(&tcb->tcp->waiting_list, TCB_LINK_OUTPUT, tcb);
	return false;
}

/* As many as there is something to work with for. */
static void
end_waiting(struct tcp *tcp)
{
	struct tcb *tcb;

	while ((tcb = tcb_list_first(tcp, &tcp->waiting_list)) != NULL && work_take(tcb))
		;
}

/* A record is to stand for it. */
static bool
leaves_a_record(const struct tcb *tcb)
{
	return tcb->state == TCP_STATE_TIME_WAIT && tcb_is_alive(tcb);
}

/* It is over, and goes when its last segment is built. */
static void
finish(struct tcp *tcp, struct tcb *tcb)
{
	tcb_list_append(&tcp->finished_list, TCB_LINK_OUTPUT, tcb);
	if (leaves_a_record(tcb))
		tcp->time_waits_coming++;
}

/* Visit one TCB; false when the burst is full. */
static bool
output_connection(struct tcb *tcb, struct burst *burst)
{
	struct tcp *tcp = tcb->tcp;

	tcb_list_remove_first(&tcp->output_list, TCB_LINK_OUTPUT, tcb);
	if (unlikely(!tcb_is_at_work(tcb)) && !set_to_work(tcb))
		return true;
	if (likely(tcb_is_at_work(tcb))) {
		work_stir(&tcp->works, tcb->work);
		recovery_on_output(tcb);
	}
	if (!predicted_output(tcb, burst) && !output_marks(tcb, burst)) {
		tcb_list_append(&tcp->output_list, TCB_LINK_OUTPUT,
				tcb); /* others first next time */
		return false;
	}
	if ((tcb->marks & MARK_ACK_LATER) != 0)
		ack_later(tcb);
	if (congestion_model(tcb) != NULL && tcb_is_synchronized(tcb) && tcb_is_alive(tcb))
		congestion_model(tcb)->on_output(tcb, output_unsent(tcb));
	tcb->marks = 0;
	tcb->flags &= ~(uint32_t)TCB_ON_OUTPUT_LIST;
	tcb_check(tcb);
	if (tcb->state == TCP_STATE_TIME_WAIT || tcb->state == TCP_STATE_CLOSED)
		finish(tcp, tcb);
	return true;
}

bool
tcp_output_is_due(const struct tcp *tcp)
{
	return !tcb_list_is_empty(&tcp->output_list) ||
			(!tcb_list_is_empty(&tcp->waiting_list) && !works_are_out(&tcp->works));
}

void
tcp_output(struct tcp *tcp, struct burst *burst)
{
	struct tcb *tcb, *next;

	end_waiting(tcp);
	for (tcb = tcb_list_first(tcp, &tcp->output_list); tcb != NULL; tcb = next) {
		next = tcb_list_next(tcb, TCB_LINK_OUTPUT);
		if (!output_connection(tcb, burst))
			return;
	}
}

void
tcp_output_built(struct tcp *tcp)
{
	struct tcb *tcb;

	time_waits_make_room(tcp, tcp->time_waits_coming);
	tcp->time_waits_coming = 0;
	while ((tcb = tcb_list_first(tcp, &tcp->finished_list)) != NULL) {
		tcb_list_remove_first(&tcp->finished_list, TCB_LINK_OUTPUT, tcb);
		if (leaves_a_record(tcb))
			time_wait_begin(tcb);
		else
			tcb_release(tcb);
	}
	works_settle(tcp);
}
