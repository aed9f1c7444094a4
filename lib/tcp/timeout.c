/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every timer of the tcp room:
 *
 *	retransmission  RFC 6298; SYNs too. Gives up after R2 retransmissions (3.8.3)
 *	persist         3.8.6.1: probes a closed window as long as the peer answers; also the override
 *	                timeout of sender's silly-window avoidance (3.8.6.2.1). Shares the slot of the
 *	                retransmission timer: a connection never needs both
 *	recovery        RFC 8985: what may have been overtaken is taken for lost (6.2), or, where all
 *	                is quiet, the tail is probed (7.2)
 *	delayed ACK     3.8.6.3
 *	linger          a connection that the user has closed: FIN-WAIT-2 (not in the RFC; as Linux), and
 *	                the user's own limit
 *	user timeout    3.10.8, where the user has set one
 *	keep-alive      3.8.4, where the user wants it
 *	cork            text that the user holds back: cork.c
 *	pacing          text that is not yet due at the controller's rate: pacing.c
 *	SYN-ACK         of SYN records: syn_record.c
 *	TIME-WAIT       2 MSL: time_wait.c
 *
 * A TCB has one node in the wheel and a deadline for each timer. Deadlines move without touching
 * the wheel; the node, when it comes out, is put back for the next one.
 */
#include "tcp/timeout.h"

#include <assert.h>
#include <errno.h>

#include <rte_common.h>

#include "tcp/ack.h"
#include "tcp/text/cork.h"
#include "tcp/user/custom.h"
#include "tcp/keepalive.h"
#include "tcp/path_mtu.h"
#include "tcp/recovery/recovery.h"
#include "tcp/text/send_memory.h"
#include "tcp/seq.h"
#include "tcp/shed.h"
#include "tcp/open/syn_record.h"
#include "tcp/tcb.h"
#include "tcp/time_wait.h"

enum { EXPIRED_BATCH = 64 };

/* Nothing was heard for R2: the connection is given up (3.8.3, MUST-20). */
static void
give_up(struct tcb *tcb)
{
	struct estab_stats *stats = tcb->tcp->stats;

	stats->connections_timed_out++;
	if ((tcb->flags & TCB_REACHED_ESTABLISHED) == 0)
		stats->connections_failed++;
	tcb_close(tcb, -ETIMEDOUT);
}

/* R1: the next hop may be at fault ("negative advice to IP", 3.8.3), and the user may want to know. */
static void
advise(struct tcb *tcb)
{
	if (tcb->work->retransmissions != custom_r1(tcb))
		return;
	tcb->path.mac_known = false;
	tcb->path.next_hop_suspect = true;
	custom_report(tcb, -ETIMEDOUT); /* SHLD-9 */
}

/*
 * 3.8.6.1, or the override timeout where the window is open, which sends something for the first time.
 * Probing backs off by itself (SHLD-30) and leaves RTO alone: it says nothing of the path.
 */
static void
probe(struct tcb *tcb)
{
	tcb_mark(tcb, MARK_PROBE);
	if (tcb->snd_wnd > 0)
		return;
	recovery_on_closed_window(tcb);
	tcb->flags |= TCB_PROBING;
	if (tcb->work->probes < UINT8_MAX)
		tcb->work->probes++;
	tcb->work->retransmissions++;
	advise(tcb);
}

static void
retransmission_timeout(struct tcb *tcb)
{
	if (tcb->work->retransmissions >= custom_r2(tcb)) {
		give_up(tcb);
		return;
	}
	if (!tcb_is_synchronized(tcb)) {
		tcb->tcp->stats->retransmission_timeouts++;
		tcb->flags |= TCB_SYN_LOST;
		tcb_mark(tcb, MARK_SYN);
	} else if (tcb->snd_wnd == 0 || tcb_flight_size(tcb) == 0) {
		probe(tcb);
		return;
	} else {
		tcb->tcp->stats->retransmission_timeouts++;
		path_mtu_suspect(tcb);
		recovery_on_timeout(tcb);
	}
	tcb->work->retransmissions++;
	rto_back_off(&tcb->rtt, (uint32_t)(tcb->tcp->config.rto_max_ns / 1000));
	advise(tcb);
}

static void
delayed_ack_timeout(struct tcb *tcb)
{
	tcb->tcp->stats->delayed_acks++;
	ack_now(tcb);
}

static void
linger_timeout(struct tcb *tcb)
{
	assert(tcb->state != TCP_STATE_TIME_WAIT);
	tcb->tcp->stats->connections_timed_out++;
	if (tcb->state != TCP_STATE_FIN_WAIT_2)
		tcb_mark(tcb, MARK_RST); /* the user's limit: text may be lost */
	tcb_close(tcb, 0);
}

/* 3.10.8: for any state, the user timeout flushes all queues. */
static void
user_timeout(struct tcb *tcb)
{
	if (tcb_is_synchronized(tcb))
		tcb_mark(tcb, MARK_RST);
	give_up(tcb);
}

/*
 * The whole tick of a deadline. The node never lies beyond a deadline, so the tick for which it was
 * armed says which of the ticks with these low 32 bits is meant, however far the clock has jumped.
 */
static uint64_t
deadline_tick(const struct tcb *tcb, unsigned int timer, uint64_t node_tick)
{
	return node_tick + (uint32_t)(tcb->work->deadlines[timer] - (uint32_t)node_tick);
}

/* Put the node back for the earliest deadline; what is due by now is met again at the next tick. */
static void
rearm(struct tcb *tcb, uint64_t node_tick)
{
	struct tcp *tcp = tcb->tcp;
	uint64_t next = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < TIMER_COUNT; i++)
		if (tcb->work->deadlines[i] != 0)
			next = RTE_MIN(next, deadline_tick(tcb, i, node_tick));
	if (next != UINT64_MAX)
		timer_wheel_arm(&tcp->wheel, &tcb->work->timer, next);
}

/* Take one timer that is due off; TIMER_COUNT: none is. */
static enum tcb_timer
take_due(struct tcb *tcb, uint64_t node_tick)
{
	unsigned int i;

	for (i = 0; i < TIMER_COUNT; i++) {
		if (tcb->work->deadlines[i] != 0 &&
				deadline_tick(tcb, i, node_tick) <= tcb->tcp->now_tick) {
			tcb->work->deadlines[i] = 0;
			return (enum tcb_timer)i;
		}
	}
	return TIMER_COUNT;
}

static void
expire(struct tcb *tcb, enum tcb_timer timer)
{
	switch (timer) {
	case TIMER_RECOVERY:
		recovery_on_timer(tcb);
		return;
	case TIMER_RETRANSMIT:
		retransmission_timeout(tcb);
		return;
	case TIMER_DELAYED_ACK:
		delayed_ack_timeout(tcb);
		return;
	case TIMER_LINGER:
		linger_timeout(tcb);
		return;
	case TIMER_USER:
		user_timeout(tcb);
		return;
	case TIMER_KEEPALIVE:
		keepalive_timeout(tcb);
		return;
	case TIMER_CORK:
		cork_timeout(tcb);
		return;
	case TIMER_PACING:
		tcb_mark(tcb, MARK_TEXT);
		return;
	case TIMER_COUNT:
		return;
	}
}

/*
 * The node of a TCB has come out: one timer that is due has its turn, and the node goes back for the
 * others before it, since a handler may end the connection and then disarms.
 */
static void
node_expired(struct tcp *tcp, struct timer_node *node)
{
	struct work *work = container_of(node, struct work, timer);
	struct tcb *tcb = work->tcb;
	const uint64_t node_tick = node->expires;
	enum tcb_timer timer;

	if (tcb == NULL)
		return; /* its connection is at rest */
	work_stir(&tcp->works, work);
	timer = take_due(tcb, node_tick);
	rearm(tcb, node_tick);
	expire(tcb, timer);
}

void
tcp_timeouts(struct tcp *tcp, struct burst *burst)
{
	struct timer_node *expired[EXPIRED_BATCH];
	unsigned int n, i;

	shed_turn(tcp);
	syn_records_expire(tcp, burst);
	time_waits_expire(tcp);
	do {
		n = timer_wheel_advance(&tcp->wheel, tcp->now_tick, expired, EXPIRED_BATCH);
		for (i = 0; i < n; i++)
			node_expired(tcp, expired[i]);
	} while (n == EXPIRED_BATCH);
	send_memory_tell(tcp);
}

uint64_t
tcp_timeouts_next(const struct tcp *tcp)
{
	if (send_memory_may_tell(tcp))
		return 0;

	const uint64_t wheel = timer_wheel_next(&tcp->wheel);
	const uint64_t waits = time_waits_next(tcp);
	const uint64_t ticks = RTE_MIN(RTE_MIN(wheel, waits), shed_next(tcp));
	const uint64_t records = syn_records_next(tcp);

	return ticks == UINT64_MAX ? records : RTE_MIN(records, ticks * TCP_TICK_NS);
}
