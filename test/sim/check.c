/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What must be true of every simulation: the invariants of each TCB after each step; no packet
 * without a fate, on the wire or in a stack; every pool full at the end.
 */
#include <inttypes.h>

#include <rte_mempool.h>

#include <estab/stats.h>

#include "sim.h"
#include "stack.h"
#include "tcp/tcb.h"

/* More than the limit: the last packet, and what rounding the window for its scale adds. */
enum { TEXT_SLACK = 1 << 16 };

static bool
is_lent(const struct pool *pool, uint32_t i)
{
	return pool->lent != NULL && (pool->lent[i / 64] >> i % 64 & 1) != 0;
}

/* What a connection holds is within its limits, whoever its peer is. */
static void
check_limits(const struct sim *sim, const struct tcb *tcb)
{
	const struct estab_tcp_config *config = &tcb->tcp->config;

	if (tcb->work->receive.bytes > tcb->rcv_buffer + TEXT_SLACK)
		sim_fail(sim, "%u bytes wait to be received, %u are allowed",
				tcb->work->receive.bytes, tcb->rcv_buffer);
	if (tcb->rcv_buffer >
			RTE_MAX(config->receive_buffer_bytes, config->receive_buffer_max_bytes))
		sim_fail(sim, "the receive buffer has grown to %u bytes", tcb->rcv_buffer);
	if (tcb->work->send.bytes > config->send_buffer_bytes + TEXT_SLACK)
		sim_fail(sim, "%u bytes wait to be sent, %u are allowed", tcb->work->send.bytes,
				config->send_buffer_bytes);
}

void
check_stacks(const struct sim *sim)
{
	for (unsigned int side = 0; side < sim->side_count; side++) {
		const struct pool *tcbs = &sim->sides[side].stack->tcp.tcbs;

		for (uint32_t i = 0; i < tcbs->n_touched; i++) {
			const struct tcb *tcb = pool_at(tcbs, i);

			if (!is_lent(tcbs, i))
				continue;
			tcb_check(tcb);
			check_limits(sim, tcb);
		}
	}
}

/* Received = delivered + drops, and both sides of a port have counted the same. */
void
check_accounts(const struct sim *sim, unsigned int number)
{
	const struct side *side = &sim->sides[number];
	const uint64_t sent = sim_packets_sent(sim, number) - side->sent_before;
	const uint64_t delivered = sim->wire.ends[number].delivered - side->delivered_before;
	struct estab_stats stats;

	estab_stack_stats(side->stack, &stats);
	if (stats.rx_packets != stats.rx_delivered + estab_stats_drops(&stats))
		sim_fail(sim,
				"side %u: received %" PRIu64 " != delivered %" PRIu64
				" + dropped %" PRIu64,
				number, stats.rx_packets, stats.rx_delivered,
				estab_stats_drops(&stats));
	if (stats.rx_packets != delivered || stats.tx_packets != sent)
		sim_fail(sim,
				"side %u received %" PRIu64 " and sent %" PRIu64
				", the wire delivered %" PRIu64 " and took %" PRIu64,
				number, stats.rx_packets, stats.tx_packets, delivered, sent);
}

/* Every frame that entered the wire has left it in one way. */
static void
check_wire(const struct sim *sim)
{
	const struct wire_counters *count = &sim->wire.count;
	const uint64_t in = count->sent + count->injected + count->duplicated;
	const uint64_t out = count->delivered + count->lost + count->overflowed + count->too_big +
			count->cut_off + count->astray + count->no_mbuf;

	if (in != out + wire_pending(&sim->wire))
		sim_fail(sim,
				"%" PRIu64 " frames entered the wire, %" PRIu64
				" have left it, %" PRIu64 " are in it",
				in, out, wire_pending(&sim->wire));
}

static void
check_pool(const struct sim *sim, unsigned int side, const char *name, const struct pool *pool)
{
	if (pool_used_count(pool) != 0)
		sim_fail(sim, "side %u: %u %s are left", side, pool_used_count(pool), name);
}

void
check_end(const struct sim *sim)
{
	check_wire(sim);
	for (unsigned int side = 0; side < sim->side_count; side++) {
		const struct tcp *tcp = &sim->sides[side].stack->tcp;
		const unsigned int mbufs = rte_mempool_in_use_count(sim->sides[side].pool);

		check_accounts(sim, side);
		check_pool(sim, side, "TCBs", &tcp->tcbs);
		check_pool(sim, side, "SYN records", &tcp->syn_records);
		check_pool(sim, side, "TIME-WAIT records", &tcp->time_waits);
		check_pool(sim, side, "reassemblies", &tcp->reassemblies);
		check_pool(sim, side, "blocks of settings", &tcp->customs);
		if (tcp->works.used != 0)
			sim_fail(sim, "side %u: %u connections are at work", side, tcp->works.used);
		if (mbufs != 0)
			sim_fail(sim, "side %u: %u mbufs are left", side, mbufs);
	}
}
