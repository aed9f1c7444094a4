/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a stack has taken of memory: its pools know how many of their objects were ever out; tables
 * are touched as a whole when they are made.
 */
#include <estab/memory.h>

#include "stack.h"

/* The bits that builds with asserts keep of each object are no part of it. */
static void
add_pool(struct estab_memory_part *part, const struct pool *pool)
{
	part->reserved += pool->stride * pool->n_objects;
	part->touched += pool->stride * pool->n_touched;
	part->used += pool->stride * pool->n_used;
}

static void
add_table(struct estab_memory_part *part, uint64_t bytes, uint64_t used)
{
	part->reserved += bytes;
	part->touched += bytes;
	part->used += used;
}

static void
add_neighbours(struct estab_memory_part *part, const struct neighbour_table *table)
{
	const uint64_t bytes = table->count * sizeof(*table->entries) +
			(table->bucket_mask + UINT64_C(1)) * sizeof(*table->buckets);

	add_table(part, bytes, bytes);
}

void
estab_stack_memory(const struct estab_stack *stack, struct estab_memory *memory)
{
	const struct tcp *tcp = &stack->tcp;

	*memory = (struct estab_memory){ 0 };
	add_table(&memory->stack, sizeof(*stack), sizeof(*stack));
	add_table(&memory->flow_table, flow_table_size(stack->flows.entries_max),
			stack->flows.entries * sizeof(uintptr_t));
	add_pool(&memory->connections, &tcp->tcbs);
	add_pool(&memory->works, &tcp->works.pool);
	memory->works.used = tcp->works.used * tcp->works.pool.stride; /* others are kept at hand */
	add_pool(&memory->syn_records, &tcp->syn_records);
	add_pool(&memory->time_waits, &tcp->time_waits);
	add_pool(&memory->reassemblies, &tcp->reassemblies);
	add_pool(&memory->recoveries, &tcp->recoveries);
	add_pool(&memory->recoveries, &tcp->send_marks);
	add_pool(&memory->customs, &tcp->customs);
	add_pool(&memory->pacings, &tcp->pacings);
	add_pool(&memory->listeners, &tcp->listeners_pool);
	add_neighbours(&memory->neighbours, &stack->net.neighbours);
}
