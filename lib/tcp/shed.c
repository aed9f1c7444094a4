/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The low-water mark of the mempool, and what is given up below it.
 */
#include "tcp/shed.h"

#include <errno.h>

#include <rte_lcore.h>
#include <rte_mempool.h>

#include "tcp/tcb.h"
#include "tcp/tcp.h"
#include "tcp/text/receive_buffer.h"
#include "tcp/text/send_memory.h"

enum {
	LOOKS = 32,        /* TCBs in a turn */
	REST_TICKS = 1000, /* after all have been looked at in vain */
	REASSEMBLIES = 4,  /* given up in a turn */
	FLOOR_PARTS = 4,   /* text may pin a quarter of the reserve however short mbufs are */
	CALM_PARTS = 4,    /* mbufs are no longer short with a quarter more than the reserve */
};

/* What this lcore can still have: without what lies in the caches of others. */
static uint32_t
mbufs_left(struct rte_mempool *pool)
{
	const struct rte_mempool_cache *cache = rte_mempool_default_cache(pool, rte_lcore_id());

	return rte_mempool_get_ops(pool->ops_index)->get_count(pool) +
			(cache != NULL ? cache->len : 0);
}

/* Text may pin what it pins now, and no more. */
static uint64_t
tightened(const struct shed *shed, uint64_t pinned, uint64_t configured, uint32_t mbuf_bytes)
{
	const uint64_t floor = (uint64_t)(shed->reserve / FLOOR_PARTS) * mbuf_bytes;

	return RTE_MIN(configured, RTE_MAX(pinned, floor));
}

static void
tighten(struct tcp *tcp)
{
	const uint32_t mbuf_bytes = tcp->mbuf_pool->elt_size;

	if (!tcp->shed.low)
		tcp->stats->mbuf_shortages++;
	tcp->shed.low = true;
	tcp->receive_memory_max = tightened(&tcp->shed, tcp->receive_memory.pinned,
			tcp->shed.receive_max, mbuf_bytes);
	tcp->send_memory_max = tightened(&tcp->shed, tcp->send_memory.pinned, tcp->shed.send_max,
			mbuf_bytes);
}

/* All is as configured again. */
static void
relent(struct tcp *tcp)
{
	tcp->shed.low = tcp->shed.refuses = false;
	tcp->receive_memory_max = tcp->shed.receive_max;
	tcp->send_memory_max = tcp->shed.send_max;
}

/* @return true where there was some */
static bool
give_up_out_of_order(struct tcp *tcp)
{
	if (TAILQ_EMPTY(&tcp->reassembly_list))
		return false;
	for (unsigned int i = 0; i < REASSEMBLIES; i++)
		receive_memory_shed(tcp);
	return true;
}

/* Timeouts in a row in which the peer has taken nothing. */
static unsigned int
stalled_timeouts(const struct tcb *tcb)
{
	if (!tcb_is_synchronized(tcb) || !tcb_is_alive(tcb))
		return 0;
	return RTE_MAX(tcb->work->probes, tcb->work->retransmissions);
}

static void
give_up_connection(struct tcb *tcb)
{
	tcb->tcp->stats->connections_shed++;
	tcb_mark(tcb, MARK_RST);
	tcb_close(tcb, -ENOBUFS);
}

/* The one among the next TCBs that stalls longest; NULL: none does. */
static struct tcb *
find_stalled(struct tcp *tcp, uint32_t looks)
{
	unsigned int longest = SHED_STALLED_TIMEOUTS - 1;
	struct tcb *found = NULL;

	for (uint32_t i = 0; i < looks; i++) {
		struct tcb *tcb = tcp_tcb_at(tcp, tcp->shed.at);

		tcp->shed.at = (tcp->shed.at + 1) % tcp->tcbs.n_touched;
		if (tcb == NULL || stalled_timeouts(tcb) <= longest)
			continue;
		longest = stalled_timeouts(tcb);
		found = tcb;
	}
	return found;
}

/* Give up one that stalls. @return false once all have been looked at, and none does */
static bool
give_up_stalled(struct tcp *tcp)
{
	const uint32_t looks = RTE_MIN((uint32_t)LOOKS, tcp->tcbs.n_touched);
	struct shed *shed = &tcp->shed;
	struct tcb *stalled;

	if (shed->search_tick > tcp->now_tick)
		return false;
	stalled = find_stalled(tcp, looks);
	if (stalled != NULL)
		give_up_connection(stalled);
	shed->fruitless = stalled != NULL ? 0 : shed->fruitless + looks;
	if (shed->fruitless < tcp->tcbs.n_touched || stalled != NULL)
		return true;
	shed->fruitless = 0;
	shed->search_tick = tcp->now_tick + REST_TICKS;
	return false;
}

static void
relieve(struct tcp *tcp)
{
	tighten(tcp);
	tcp->shed.refuses = !give_up_out_of_order(tcp) && !give_up_stalled(tcp);
}

/* For who was refused one who stalls goes; for those who wait for memory as many as it takes. */
static void
make_place(struct tcp *tcp)
{
	const bool searching = give_up_stalled(tcp) && tcp->shed.fruitless > 0;

	tcp->shed.wanted = searching || (tcp->send_waiting > 0 && !send_memory_may_tell(tcp));
}

void
shed_turn(struct tcp *tcp)
{
	struct shed *shed = &tcp->shed;
	uint32_t left;

	if (likely(shed->tick == tcp->now_tick))
		return;
	shed->tick = tcp->now_tick;
	left = mbufs_left(tcp->mbuf_pool);
	if (unlikely(left < shed->reserve))
		relieve(tcp);
	else if (unlikely(shed->wanted))
		make_place(tcp);
	if (unlikely(shed->low) && left >= shed->reserve + shed->reserve / CALM_PARTS)
		relent(tcp);
}

uint64_t
shed_next(const struct tcp *tcp)
{
	const struct shed *shed = &tcp->shed;

	return shed->low || shed->wanted ? RTE_MAX(shed->tick + 1, shed->search_tick) : UINT64_MAX;
}
