/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every party counts for itself. Whoever wants to know adds up: while the lcores run what they have
 * answered through their mailboxes, and in the end all there is.
 */
#include "bench.h"

#include <string.h>

#include <rte_common.h>

void
bench_add_up(const struct bench *bench, enum bench_end end, size_t where, struct party_numbers *sum)
{
	memset(sum, 0, sizeof(*sum));
	for (uint16_t i = 0; i < bench->ends[end].map.count; i++) {
		const char *party = (const char *)&bench->ends[end].parties[i];

		party_numbers_add(sum, (const struct party_numbers *)(const void *)(party + where));
	}
}

static void
sum_up_clients(struct bench *bench)
{
	const bool stands = bench_workload_stands(bench->options->workload);

	for (uint16_t i = 0; i < bench->ends[END_CLIENT].map.count; i++) {
		const struct party *party = &bench->ends[END_CLIENT].parties[i];

		client_tally_add(&bench->client, &bench->clients[i].tally);
		flood_tally_add(&bench->flood, &bench->floods[i].tally);
		bench->done_in_time += stands ? party->at_end.open : party->at_end.done;
		bench->overdue += party->overdue;
		bench->done_before += party->done_before;
	}
	bench_add_up(bench, END_CLIENT, offsetof(struct party, at_begin), &bench->at_begin);
	bench_add_up(bench, END_CLIENT, offsetof(struct party, at_end), &bench->at_end);
}

/* Of an earlier measurement. */
static void
forget_sums(struct bench *bench)
{
	memset(&bench->client, 0, sizeof(bench->client));
	memset(&bench->endpoint, 0, sizeof(bench->endpoint));
	memset(&bench->flood, 0, sizeof(bench->flood));
	memset(bench->cycles_busy, 0, sizeof(bench->cycles_busy));
	memset(bench->cycles, 0, sizeof(bench->cycles));
	bench->done_in_time = bench->overdue = bench->done_before = 0;
	bench->tcbs_leaked = 0;
}

void
bench_sum_up(struct bench *bench)
{
	forget_sums(bench);
	sum_up_clients(bench);
	for (uint16_t i = 0; i < bench->ends[END_SERVER].map.count; i++)
		endpoint_tally_add(&bench->endpoint, &bench->endpoints[i].tally);
	for (unsigned int end = 0; end < bench->end_count; end++) {
		bench_add_up(bench, end, offsetof(struct party, first), &bench->first[end]);
		bench_add_up(bench, end, offsetof(struct party, last), &bench->last[end]);
		for (uint16_t i = 0; i < bench->ends[end].map.count; i++) {
			const struct party *party = &bench->ends[end].parties[i];

			bench->cycles_busy[end] += party->cycles_busy;
			bench->cycles[end] += party->cycles_end - party->cycles_begin;
		}
		bench->tcbs_leaked += (int64_t)bench->last[end].stats.connections_open;
	}
}
