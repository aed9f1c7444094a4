/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters and gauges of a stack, as of now.
 */
#include <estab/stats.h>

#include "stack.h"

void
estab_stack_stats(const struct estab_stack *stack, struct estab_stats *stats)
{
	*stats = stack->stats;
	stats->connections_open = pool_used_count(&stack->tcp.tcbs);
	stats->connections_half_open = pool_used_count(&stack->tcp.syn_records);
	stats->receive_memory = stack->tcp.receive_memory.pinned;
	stats->send_memory = stack->tcp.send_memory.pinned;
	stats->connections_time_wait = pool_used_count(&stack->tcp.time_waits);
	if (stack->port.count != NULL)
		stack->port.count(stack->port.context, stats);
}

uint64_t
estab_stats_drops(const struct estab_stats *stats)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < ESTAB_DROP_COUNT; i++)
		sum += stats->drops[i];
	return sum;
}
