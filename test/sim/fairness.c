/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim_fairness
 *
 * Two endless flows over one bottleneck, the second a second later than the first: once both have
 * settled, each has its share. Jain's index of their goodput, (sum x)^2 / (n sum x^2), is 1 when they
 * are equal and 1/2 when one has all.
 */
#include <inttypes.h>
#include <stdio.h>

#include "bulk.h"

#define MS UINT64_C(1000000)
#define S  UINT64_C(1000000000)

enum { SEEDS = 3, FLOWS = 2 };

static const double fair_enough = 0.9;
static const double full_enough = 0.8; /* of the bottleneck: shares of nothing are no success */
static const double rate_bps = 20e6;

static struct bulk
plan(uint64_t seed, enum estab_congestion controller)
{
	struct random random = { .state = seed };
	struct bulk bulk = {
		.seed = seed,
		.wire = { .delay_ns = 10 * MS,
				.jitter_ns = MS / 10,
				.rate_bps = (uint64_t)rate_bps,
				.queue_bytes = 50000 },
		.tcp = { .receive_buffer_bytes = 1 << 20,
				.send_buffer_bytes = 1 << 20,
				.reassembly_segments = 1024,
				.congestion = controller },
		.limit_ns = 60 * S,
		.flow_count = FLOWS,
	};

	for (unsigned int i = 0; i < FLOWS; i++) {
		bulk.flows[i].bytes = UINT64_MAX;
		bulk.flows[i].begin_ns = i * S + random_below(&random, 100 * MS);
	}
	return bulk;
}

static double
jain(const struct bulk *bulk)
{
	double sum = 0, squares = 0;

	for (unsigned int i = 0; i < FLOWS; i++) {
		const double x = (double)bulk->flows[i].received;

		sum += x;
		squares += x * x;
	}
	return squares > 0 ? sum * sum / (FLOWS * squares) : 0;
}

/* What becomes of two of different kinds is told, not judged: it depends on the queue's length. */
static int
run_mixed(enum estab_congestion first, enum estab_congestion second, uint32_t queue_bytes)
{
	struct bulk bulk = plan(1, first);
	const double megabits = 8 / ((double)bulk.limit_ns / 1e9) / 1e6;
	const char *wrong;

	bulk.wire.queue_bytes = queue_bytes;
	bulk.other = second;
	bulk.flows[1].by_other = true;
	wrong = bulk_run(&bulk);
	printf("queue of %" PRIu32 " bytes: %.2f and %.2f Mbit/s\n", queue_bytes,
			(double)bulk.flows[0].received * megabits,
			(double)bulk.flows[1].received * megabits);
	if (wrong != NULL)
		printf("  %s\n", wrong);
	return wrong != NULL;
}

/* Half a round trip's queue, the one that the others have, and five times of that. */
static int
run_mixed_queues(enum estab_congestion first, enum estab_congestion second)
{
	return run_mixed(first, second, 25000) + run_mixed(first, second, 50000) +
			run_mixed(first, second, 250000);
}

static int
run(uint64_t seed, enum estab_congestion controller)
{
	struct bulk bulk = plan(seed, controller);
	const char *wrong = bulk_run(&bulk);
	const double index = jain(&bulk);
	const double bytes = (double)(bulk.flows[0].received + bulk.flows[1].received);
	const double used = bytes * 8 / ((double)bulk.limit_ns / 1e9) / rate_bps;

	printf("seed %" PRIu64 ": %.2f and %.2f Mbit/s, index %.3f, %.0f %% of the link used\n",
			seed,
			(double)bulk.flows[0].received * 8 / ((double)bulk.limit_ns / 1e9) / 1e6,
			(double)bulk.flows[1].received * 8 / ((double)bulk.limit_ns / 1e9) / 1e6,
			index, used * 100);
	if (wrong != NULL)
		printf("  %s\n", wrong);
	else if (index < fair_enough)
		printf("  unfair: below %.2f\n", fair_enough);
	else if (used < full_enough)
		printf("  the link stays empty: below %.0f %%\n", full_enough * 100);
	return wrong != NULL || index < fair_enough || used < full_enough;
}

int
main(void)
{
	int failed = 0;

	if (bulk_start() != 0)
		return 1;
	printf("CUBIC against CUBIC\n");
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		failed += run(seed, ESTAB_CONGESTION_CUBIC);
	printf("NewReno against NewReno\n");
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		failed += run(seed, ESTAB_CONGESTION_NEWRENO);
	printf("BBR against BBR\n");
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		failed += run(seed, ESTAB_CONGESTION_BBR);
	printf("BBR beside CUBIC\n");
	failed += run_mixed_queues(ESTAB_CONGESTION_BBR, ESTAB_CONGESTION_CUBIC);
	printf("CUBIC beside NewReno\n");
	failed += run_mixed_queues(ESTAB_CONGESTION_CUBIC, ESTAB_CONGESTION_NEWRENO);
	bulk_stop();
	return failed > 0 ? 1 : 0;
}
