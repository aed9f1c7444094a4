/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The life of a TCB: taken from the pool, found by packets, held by the application, given back
 * when neither is true any more. What a connection means at each moment is in input, user and
 * timeout; here it only comes and goes.
 */
#include "tcp/tcb.h"
#include "tcp/tcb_list.h"

#include <assert.h>
#include <string.h>

#include <rte_common.h>

#include <estab/event.h>

#include "tcp/user/custom.h"
#include "tcp/congestion/ecn.h"
#include "tcp/recovery/flight.h"
#include "tcp/congestion/pacing.h"
#include "tcp/text/reassembly.h"
#include "tcp/recovery/recovery.h"
#include "tcp/text/send_memory.h"

/* A blank TCB, at work; NULL: one or the other is at its limit. */
static struct tcb *
take_working(struct tcp *tcp)
{
	struct tcb *tcb = pool_get(&tcp->tcbs);

	if (tcb == NULL)
		return NULL;
	*tcb = tcp->blank; /* cheaper than to clear it, which compilers do in a loop */
	if (work_take(tcb))
		return tcb;
	pool_put(&tcp->tcbs, tcb);
	return NULL;
}

/* The way back of one that came to nothing, or whose queues are empty. */
static void
give_back(struct tcp *tcp, struct tcb *tcb)
{
	if (tcb_is_at_work(tcb))
		work_end(tcb);
	pool_put(&tcp->tcbs, tcb);
}

struct tcb *
tcb_create(struct tcp *tcp, const struct path *path, uint32_t hash, uintptr_t instead)
{
	struct tcb *tcb = take_working(tcp);

	if (tcb == NULL) {
		tcp->shed.wanted = true;
		return NULL;
	}
	tcb->path = *path;
	tcb->hash = hash;
	tcb->read_round_us = tcp_now_us(tcp);
	if (instead != FLOW_NONE) {
		flow_replace(tcp->flows, path, hash, instead, flow_make(FLOW_TCB, tcb));
	} else if (flow_insert(tcp->flows, path, hash, flow_make(FLOW_TCB, tcb)) != 0) {
		give_back(tcp, tcb);
		return NULL;
	}
	tcb->flags = TCB_IN_USE | TCB_IN_FLOW_TABLE;
	tcp_note_flow_change(tcp, hash);
	return tcb;
}

void
tcb_leave_flow_table(struct tcb *tcb)
{
	if ((tcb->flags & TCB_IN_FLOW_TABLE) == 0)
		return;
	tcb->flags &= ~(uint32_t)TCB_IN_FLOW_TABLE;
	flow_remove(tcb->tcp->flows, &tcb->path, tcb->hash);
	tcp_note_flow_change(tcb->tcp, tcb->hash);
}

/* Free what the connection keeps beside the TCB itself. */
static void
tcb_clear_queues(struct tcb *tcb)
{
	text_queue_clear(&tcb->work->send);
	tcb->work->send_at = NULL;
	recovery_forget(tcb);
	flight_forget(tcb);
	pacing_end(tcb);
	if (tcb->work->reassembly != NULL)
		reassembly_destroy(tcb);
}

/* Nothing is due or owed any more; what the user has not yet received stays. */
static void
end_work(struct tcb *tcb)
{
	if (!tcb_is_at_work(tcb))
		return;
	work_stop(tcb);
	tcb->work->dupacks_owed = 0;
	tcb_clear_queues(tcb);
	work_stir(&tcb->tcp->works, tcb->work);
}

void
tcb_release(struct tcb *tcb)
{
	struct tcp *tcp = tcb->tcp;

	if ((tcb->flags & (TCB_IN_FLOW_TABLE | TCB_HELD | TCB_IN_ACCEPT_QUEUE)) != 0 ||
			(tcb->marks & MARK_RST) != 0)
		return;
	if ((tcb->flags & TCB_ON_OUTPUT_LIST) != 0)
		tcb_list_remove((tcb->flags & TCB_WAITS_FOR_WORK) != 0 ? &tcp->waiting_list
								       : &tcp->output_list,
				TCB_LINK_OUTPUT, tcb);
	if ((tcb->flags & TCB_ON_EVENT_LIST) != 0)
		tcb_list_remove(&tcp->event_list, TCB_LINK_EVENT, tcb);
	if (tcb_is_at_work(tcb)) {
		end_work(tcb);
		text_queue_clear(&tcb->work->receive);
		custom_destroy(tcb);
	}
	send_memory_forget(tcb);
	tcb->flags = 0;
	give_back(tcp, tcb);
}

void
tcb_close(struct tcb *tcb, int error)
{
	if (error != 0)
		tcb->error = (uint8_t)-error;
	tcb_enter(tcb, TCP_STATE_CLOSED);
	tcb_leave_flow_table(tcb);
	tcb->marks &= MARK_RST;
	tcb->ecn &= (uint8_t)~ECN_CHANGED;
	end_work(tcb);
	tcb_tell(tcb, ESTAB_EVENT_CLOSED);
	tcb_release(tcb);
}

void
tcb_mark(struct tcb *tcb, enum tcb_mark mark)
{
	tcb->marks |= (uint8_t)mark;
	if ((tcb->flags & TCB_ON_OUTPUT_LIST) == 0) {
		tcb->flags |= TCB_ON_OUTPUT_LIST;
		tcb_list_append(&tcb->tcp->output_list, TCB_LINK_OUTPUT, tcb);
	}
}

void
tcb_tell(struct tcb *tcb, uint32_t what)
{
	if ((tcb->flags & (TCB_HELD | TCB_IN_ACCEPT_QUEUE)) == 0)
		return;
	tcb->events |= (uint8_t)what;
	if ((tcb->flags & TCB_HELD) != 0 && (tcb->flags & TCB_ON_EVENT_LIST) == 0) {
		tcb->flags |= TCB_ON_EVENT_LIST;
		tcb_list_append(&tcb->tcp->event_list, TCB_LINK_EVENT, tcb);
	}
}

void
tcb_arm_ticks(struct tcb *tcb, enum tcb_timer timer, uint64_t ticks)
{
	struct tcp *tcp = tcb->tcp;
	const uint64_t expires = tcp->now_tick + RTE_MAX(ticks, UINT64_C(1));

	assert(tcb_is_alive(tcb) && tcb_is_at_work(tcb));
	tcb->work->deadlines[timer] = (uint32_t)expires;
	if (tcb->work->deadlines[timer] == 0)
		tcb->work->deadlines[timer] =
				1; /* 0 means not armed: one tick late, once in 5 days */
	if (!timer_node_is_armed(&tcb->work->timer) || tcb->work->timer.expires > expires)
		timer_wheel_arm(&tcp->wheel, &tcb->work->timer, expires);
}

void
tcb_arm(struct tcb *tcb, enum tcb_timer timer, uint64_t delay_ns)
{
	tcb_arm_ticks(tcb, timer, (delay_ns + TCP_TICK_NS - 1) / TCP_TICK_NS);
}
