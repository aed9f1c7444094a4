/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is true of every TCB whenever a turn is over (3.3.1, 3.3.2, 3.4), asserted. In builds with
 * asserts each turn looks at some of the TCBs, at all where they are few, and then at the pools too.
 */
#include "tcp/tcb.h"

#ifndef NDEBUG

#include <assert.h>

#include <rte_common.h>

#include "tcp/user/custom.h"
#include "tcp/recovery/recovery.h"
#include "tcp/seq.h"

enum { TCBS_PER_TURN_MAX = 64 };

static bool
has(const struct tcb *tcb, uint32_t flags)
{
	return (tcb->flags & flags) != 0;
}

/* Our FIN went out and came home. */
static bool
fin_is_acknowledged(const struct tcb *tcb)
{
	return has(tcb, TCB_FIN_SENT) && tcb->snd_una == tcb->snd_nxt;
}

/* Figure 5 in terms of what went out and what came in. */
static void
check_state(const struct tcb *tcb)
{
	const enum tcp_state state = tcb->state;
	const bool fin_came = state >= TCP_STATE_CLOSE_WAIT;
	const bool closing = tcb_is_synchronized(tcb) && state != TCP_STATE_ESTABLISHED &&
			state != TCP_STATE_CLOSE_WAIT;

	assert(state < TCP_STATE_COUNT && state != TCP_STATE_LISTEN);
	assert(!has(tcb, TCB_FIN_SENT) || has(tcb, TCB_FIN_QUEUED));
	if (state == TCP_STATE_CLOSED) {
		assert(!has(tcb, TCB_IN_FLOW_TABLE));
		assert(tcb->work->send.head == NULL && tcb->work->reassembly == NULL);
		return;
	}
	assert(has(tcb, TCB_IN_FLOW_TABLE) || state == TCP_STATE_TIME_WAIT);
	assert(has(tcb, TCB_REACHED_ESTABLISHED) == tcb_is_synchronized(tcb));
	assert(has(tcb, TCB_FIN_RECEIVED) == fin_came);
	assert(!closing || has(tcb, TCB_FIN_QUEUED));
	assert(closing || !tcb_is_synchronized(tcb) || !has(tcb, TCB_FIN_QUEUED));
	assert(fin_is_acknowledged(tcb) ==
			(state == TCP_STATE_FIN_WAIT_2 || state == TCP_STATE_TIME_WAIT));
}

/* 3.4: SND.UNA =< SND.NXT, and no further than what there is to send. */
static void
check_send(const struct tcb *tcb)
{
	const uint32_t fin = has(tcb, TCB_FIN_QUEUED) ? 1 : 0;

	assert((tcb->work->send.bytes == 0) == (tcb->work->send.head == NULL));
	assert(tcb->work->send_at == NULL ||
			tcb->work->send_at_offset <= tcb->work->send_at->data_len);
	if (tcb->state == TCP_STATE_CLOSED)
		return;
	if (tcb_is_at_work(tcb)) {
		assert(seq_leq(tcb->snd_una, tcb->work->snd_cursor));
		assert(seq_leq(tcb->work->snd_cursor, tcb->snd_nxt));
	} else {
		assert(tcb->snd_una == tcb->snd_nxt);
	}
	assert(tcb->snd_wnd <= tcb->snd_wnd_max);
	assert(tcb->snd_mss > 0);
	if (tcb_is_synchronized(tcb)) {
		assert(seq_leq(tcb->snd_nxt, tcb->snd_una + tcb->work->send.bytes + fin));
		assert(tcb->cwnd > 0);
		if (tcb->work->recovery != NULL) {
			assert(tcb->work->snd_cursor == tcb->snd_nxt);
			scoreboard_check(&tcb->work->recovery->board, tcb->snd_una, tcb->snd_nxt);
		}
	} else {
		assert(tcb->snd_una == tcb->work->iss);
		assert(seq_leq(tcb->snd_nxt, tcb->work->iss + 1));
	}
}

/* Nothing beyond the window is promised or kept. */
static void
check_receive(const struct tcb *tcb)
{
	assert((tcb->work->receive.bytes == 0) == (tcb->work->receive.head == NULL));
	if (tcb->state == TCP_STATE_CLOSED)
		return;
	assert(tcb->rcv_wnd <= tcb->rcv_buffer);
	assert(tcb->rcv_wscale <= TCP_WSCALE_MAX && tcb->snd_wscale <= TCP_WSCALE_MAX);
	assert(tcb->work->reassembly == NULL || tcb_takes_text(tcb) ||
			tcb->state == TCP_STATE_SYN_RECEIVED); /* the text of a SYN */
	if (tcb->state == TCP_STATE_SYN_RECEIVED)
		assert(seq_gt(tcb->rcv_nxt, tcb->work->irs)); /* later it may be gigabytes beyond */
}

/* Which timer may run when; what is in flight has one. */
static void
check_timers(const struct tcb *tcb)
{
	const bool over = tcb->state == TCP_STATE_CLOSED || tcb->state == TCP_STATE_TIME_WAIT;
	unsigned int i;

	for (i = 0; i < TIMER_COUNT; i++)
		assert(tcb->work->deadlines[i] == 0 ||
				(!over && timer_node_is_armed(&tcb->work->timer)));
	if (over)
		return;
	assert(tcb_flight_size(tcb) == 0 || tcb->work->deadlines[TIMER_RETRANSMIT] != 0 ||
			has(tcb, TCB_ON_OUTPUT_LIST));
	assert(has(tcb, TCB_ACK_DELAYED) == (tcb->work->deadlines[TIMER_DELAYED_ACK] != 0) ||
			has(tcb, TCB_ON_OUTPUT_LIST));
	assert(tcb->work->deadlines[TIMER_LINGER] == 0 ||
			!has(tcb, TCB_HELD | TCB_IN_ACCEPT_QUEUE));
	assert(tcb->work->deadlines[TIMER_PACING] == 0 || tcb->work->pacing != NULL);
	assert(tcb->work->deadlines[TIMER_USER] == 0 || tcb->work->custom->user_timeout_ns != 0);
	assert(tcb->work->deadlines[TIMER_KEEPALIVE] == 0 ||
			tcb->work->custom->keepalive_idle_ns != 0);
}

/* What is owed is on a list; who is told is there to be told. */
static void
check_lists(const struct tcb *tcb)
{
	assert(has(tcb, TCB_IN_USE));
	assert((tcb->marks == 0 && tcb->work->dupacks_owed == 0) || has(tcb, TCB_ON_OUTPUT_LIST));
	assert(!has(tcb, TCB_HELD) || !has(tcb, TCB_IN_ACCEPT_QUEUE));
	assert(!has(tcb, TCB_ON_EVENT_LIST) || has(tcb, TCB_HELD));
	assert(tcb->events == 0 || has(tcb, TCB_HELD | TCB_IN_ACCEPT_QUEUE));
	assert(!has(tcb, TCB_IN_ACCEPT_QUEUE) || tcb->listener != NULL);
}

void
tcb_check(const struct tcb *tcb)
{
	check_state(tcb);
	check_send(tcb);
	check_receive(tcb);
	check_timers(tcb);
	check_lists(tcb);
}

/* Looks also at TCBs that were given back, which the pool poisons: see tcp.c. */
static __attribute__((no_sanitize_address)) bool
is_in_use(const struct tcb *tcb)
{
	return (tcb->flags & TCB_IN_USE) != 0;
}

/* What TCBs hold of the pools. */
struct held {
	uint32_t tcbs, works, reassemblies, recoveries, send_marks, customs, pacings;
};

static void
count_held(const struct work *work, struct held *held)
{
	held->tcbs++;
	held->works += work->tcb != NULL;
	held->reassemblies += work->reassembly != NULL;
	held->recoveries += work->recovery != NULL;
	held->send_marks += work->sent_more != NULL;
	held->customs += work->custom != NULL;
	held->pacings += work->pacing != NULL;
	assert(work->recovery == NULL || work->recovery->tcb == work->tcb);
}

/* What all at rest share was never written to. */
static void
check_rest(const struct works *works)
{
	const uint8_t *bytes = (const uint8_t *)&works->rest;

	for (size_t i = 0; i < sizeof(works->rest); i++)
		assert(bytes[i] == 0);
}

/* Every TCB was visited: what they hold is what the pools miss. */
static void
check_pools(const struct tcp *tcp, const struct held *held)
{
	assert(pool_used_count(&tcp->tcbs) == held->tcbs);
	assert(tcp->works.used == held->works);
	assert(pool_used_count(&tcp->reassemblies) == held->reassemblies);
	assert(pool_used_count(&tcp->recoveries) == held->recoveries);
	assert(pool_used_count(&tcp->send_marks) == held->send_marks);
	assert(pool_used_count(&tcp->customs) == held->customs);
	assert(pool_used_count(&tcp->pacings) == held->pacings);
}

void
tcp_check(struct tcp *tcp)
{
	const uint32_t touched = tcp->tcbs.n_touched;
	const uint32_t n = RTE_MIN(touched, (uint32_t)TCBS_PER_TURN_MAX);
	struct held held = { 0 };
	uint32_t i;

	check_rest(&tcp->works);
	for (i = 0; i < n; i++) {
		const struct tcb *tcb = pool_at(&tcp->tcbs, tcp->check_at++ % touched);

		if (!is_in_use(tcb))
			continue;
		tcb_check(tcb);
		count_held(tcb->work, &held);
	}
	if (n == touched)
		check_pools(tcp, &held);
}

#endif
