/* SPDX-License-Identifier: BSD-3-Clause */
#include "turns.h"

#include <estab/stack.h>

#include "bench.h"

void
turns_take(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->party_count; i++)
		party_turn(&bench->parties[i], &bench->clock);
	for (unsigned int i = 0; i < bench->lcore_count; i++)
		desk_serve(&bench->lcores[i].desk);
}

uint64_t
turns_open_in(const struct party *party)
{
	struct estab_stats stats;

	estab_stack_stats(party->stack, &stats);
	return stats.connections_open;
}

bool
turns_are_over(const struct bench *bench)
{
	uint64_t open = 0;

	for (unsigned int i = 0; i < bench->party_count; i++)
		open += turns_open_in(&bench->parties[i]);
	return open == 0 && loopback_is_empty(bench);
}

void
turns_settle(struct bench *bench)
{
	const uint64_t deadline_ns = clock_now(&bench->clock) + bench->options->drain_timeout_ns;

	while (!turns_are_over(bench) && clock_now(&bench->clock) < deadline_ns)
		turns_take(bench);
}

static uint32_t
drain_turn(struct bench *bench, uint64_t now_ns)
{
	uint32_t open = 0;

	for (unsigned int i = 0; i < bench->party_count; i++)
		open += estab_stack_drain(bench->parties[i].stack, now_ns);
	return open;
}

/*
 * Until every connection and every packet has come home. The last of a stack without a queue lie in a
 * ring when it is done.
 */
void
turns_drain(struct bench *bench)
{
	const uint64_t deadline_ns = clock_now(&bench->clock) + bench->options->drain_timeout_ns;
	uint64_t now_ns;
	uint32_t open;

	do {
		now_ns = clock_now(&bench->clock);
		open = drain_turn(bench, now_ns);
	} while ((open > 0 || !loopback_is_empty(bench)) && now_ns < deadline_ns);
	if (!bench->options->loopback)
		drain_turn(bench, now_ns);
}

void
turns_count(struct bench *bench, size_t where)
{
	for (unsigned int i = 0; i < bench->party_count; i++) {
		struct party *party = &bench->parties[i];
		void *numbers = (char *)party + where;

		party_count(party, &bench->clock, numbers);
	}
}
