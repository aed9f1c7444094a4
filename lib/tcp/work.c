/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections begin to work, and come to rest. A block that is nobody's is as it was when its
 * connection came to rest: what counts is zero. Its node may still be in the wheel, and serves the
 * next connection: it expires early for that, which finds nothing due.
 */
#include "tcp/work.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "tcp/congestion/ecn.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"
#include "tcp/tcb_list.h"

/* Each says that something in the block is to be remembered. */
enum {
	FLAGS_AT_WORK = TCB_ON_OUTPUT_LIST | TCB_RTT_TIMING | TCB_RECOVERY | TCB_PROBING |
			TCB_URGENT | TCB_WENT_BACK | TCB_TAIL_PROBED,
	ECN_AT_WORK = ECN_EPISODE | ECN_CHANGED,
};

int
works_init(struct works *works, uint32_t limit, int socket_id)
{
	works->stirred = &works->rest;
	return pool_init(&works->pool, "works", limit, sizeof(struct work), 64, socket_id);
}

void
works_fini(struct works *works)
{
	pool_fini(&works->pool);
}

/* One that is nobody's. The pool hands each out once only: it is zero then. */
static struct work *
get(struct tcp *tcp)
{
	struct works *works = &tcp->works;
	struct work *work = works->spare;

	if (work != NULL) {
		works->spare = work->spare_next;
	} else {
		work = pool_get(&works->pool);
		if (work == NULL)
			return NULL;
		work->send.budget = &tcp->send_memory;
		work->receive.budget = &tcp->receive_memory;
	}
	works->used++;
	return work;
}

static void
put(struct works *works, struct work *work)
{
	work->tcb = NULL;
	work->spare_next = works->spare;
	works->spare = work;
	works->used--;
}

/* No timer runs. */
static bool
is_timeless(const struct work *work)
{
	uint32_t armed = 0;

	for (unsigned int i = 0; i < TIMER_COUNT; i++)
		armed |= work->deadlines[i];
	return armed == 0;
}

/* Neither text nor timer, nor a block of those that few have. */
static bool
is_empty(const struct work *work)
{
	return work->send.head == NULL && work->receive.head == NULL && work->recovery == NULL &&
			work->reassembly == NULL && work->custom == NULL && work->pacing == NULL &&
			work->sent_more == NULL && is_timeless(work);
}

/* Nothing was lost, comes twice, or is owed. */
static bool
is_untroubled(const struct work *work)
{
	return (work->dupacks_owed | work->probes | work->dupacks | work->retransmissions) == 0 &&
			work->dsack.left == work->dsack.right;
}

/* It has been marked while none was free: now output may visit it. */
static void
end_waiting(struct tcb *tcb)
{
	struct tcp *tcp = tcb->tcp;

	tcb_list_remove(&tcp->waiting_list, TCB_LINK_OUTPUT, tcb);
	tcb->flags &= ~(uint32_t)TCB_WAITS_FOR_WORK;
	tcb_list_append(&tcp->output_list, TCB_LINK_OUTPUT, tcb);
}

bool
work_take(struct tcb *tcb)
{
	struct tcp *tcp = tcb->tcp;
	struct work *work = get(tcp);

	if (work == NULL) {
		tcp->shed.wanted = true;
		return false;
	}
	assert(is_empty(work) && is_untroubled(work) && work->send_at == NULL);
	work->tcb = tcb;
	tcb->work = work;
	work->snd_cursor = work->pushed = tcb->snd_nxt;
	work->last_ack_sent = tcb->rcv_nxt;
	work->recover = tcb->snd_una - 1;
	/* What was left of RCV.NXT brings no window. */
	work->snd_wl1 = tcb->rcv_nxt;
	work->snd_wl2 = tcb->snd_una;
	work->sent.end = work->answered = tcb->snd_una;
	work->in_dsack_round = false;
	congestion_flight_begin(&work->flight, tcb->snd_nxt);
	work_stir(&tcp->works, work);
	if (unlikely((tcb->flags & TCB_WAITS_FOR_WORK) != 0))
		end_waiting(tcb);
	return true;
}

void
work_stop(struct tcb *tcb)
{
	struct work *work = tcb->work;

	memset(work->deadlines, 0,
			sizeof(work->deadlines)); /* the node's expiry finds nothing due */
}

void
work_end(struct tcb *tcb)
{
	struct work *work = tcb->work;

	work->dupacks_owed = work->probes = work->dupacks = work->retransmissions = 0;
	work->dsack.left = work->dsack.right;
	tcb->work = &tcb->tcp->works.rest;
	put(&tcb->tcp->works, work);
}

/* Sent, acknowledged and told is all there was, each way. */
static bool
is_quiet(const struct tcb *tcb, const struct work *work)
{
	return tcb->snd_una == tcb->snd_nxt && work->snd_cursor == tcb->snd_nxt &&
			work->last_ack_sent == tcb->rcv_nxt &&
			tcb->snd_nxt - work->pushed <= 1 && /* the SYN is not pushed */
			seq_gt(tcb->snd_una, work->recover);
}

/* A connection may rest where it may stay for long: open, or over and held by nobody but its user. */
static bool
is_at_rest(const struct tcb *tcb, const struct work *work)
{
	if (!tcb_is_alive(tcb))
		return (tcb->flags & TCB_ON_OUTPUT_LIST) == 0 && is_empty(work);
	return is_quiet(tcb, work) && (tcb->flags & FLAGS_AT_WORK) == 0 &&
			(tcb->ecn & ECN_AT_WORK) == 0 && is_empty(work) && is_untroubled(work) &&
			(tcb->state == TCP_STATE_ESTABLISHED || tcb->state == TCP_STATE_CLOSE_WAIT);
}

void
works_settle(struct tcp *tcp)
{
	struct works *works = &tcp->works;
	struct work *work = works->stirred, *next;

	works->stirred = &works->rest;
	for (; work != &works->rest; work = next) {
		next = work->stirred_next;
		work->stirred_next = NULL;
		if (work->tcb != NULL && is_at_rest(work->tcb, work))
			work_end(work->tcb);
	}
}
