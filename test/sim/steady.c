/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim_steady
 *
 * One flow for half a minute on a link of 100 Mbit/s and a round trip of 20 ms: how much of the link
 * each controller uses, and how long it lets frames wait for it. Of BBR both are asserted: that is
 * what it is for.
 */
#include <inttypes.h>
#include <stdio.h>

#include <rte_common.h>

#include "bulk.h"

#define MS UINT64_C(1000000)
#define S  UINT64_C(1000000000)

static const double rate_bps = 100e6;

struct path {
	const char *name;
	uint32_t loss; /* in frames of a million */
	uint32_t queue_bytes;
	double used_min, queue_max_ms; /* of BBR */
};

/* Against a loss of 1 % in each round trip the draft has the flow slow down by as much until it
 * probes again, after 63 round trips at the latest. */
static const struct path paths[] = {
	{ "long queue", 0, 1 << 20, 0.88, 5 },
	{ "queue of 20 ms", 0, 250000, 0.88, 5 },
	{ "queue of 2.4 ms", 0, 30000, 0.85, 1 },
	{ "0.1 % lost", 1000, 250000, 0.85, 5 },
	{ "1 % lost", 10000, 250000, 0.75, 3 },
};

static const struct {
	const char *name;
	enum estab_congestion congestion;
} controllers[] = {
	{ "NewReno", ESTAB_CONGESTION_NEWRENO },
	{ "CUBIC", ESTAB_CONGESTION_CUBIC },
	{ "BBR", ESTAB_CONGESTION_BBR },
};

static int
run(const struct path *path, enum estab_congestion congestion, const char *name)
{
	struct bulk bulk = {
		.seed = 1,
		.wire = { .delay_ns = 10 * MS,
				.rate_bps = (uint64_t)rate_bps,
				.queue_bytes = path->queue_bytes,
				.loss = path->loss },
		.tcp = { .receive_buffer_bytes = 4 << 20,
				.send_buffer_bytes = 4 << 20,
				.reassembly_segments = 4096,
				.congestion = congestion },
		.limit_ns = 30 * S,
		.flow_count = 1,
		.flows = { { .bytes = UINT64_MAX } },
	};
	const char *wrong = bulk_run(&bulk);
	const double seconds = (double)bulk.limit_ns / 1e9;
	const double used = (double)bulk.flows[0].received * 8 / seconds / rate_bps;
	const double queue_ms = (double)bulk.queue_ns / 1e6;

	printf("%-16s %-8s %5.1f %% of the link, %5.2f ms in the queue\n", path->name, name,
			used * 100, queue_ms);
	if (wrong == NULL && congestion == ESTAB_CONGESTION_BBR && used < path->used_min)
		wrong = "too much of the link is left empty";
	if (wrong == NULL && congestion == ESTAB_CONGESTION_BBR && queue_ms > path->queue_max_ms)
		wrong = "the queue is too long";
	if (wrong != NULL)
		printf("  %s\n", wrong);
	return wrong != NULL;
}

int
main(void)
{
	int failed = 0;

	if (bulk_start() != 0)
		return 1;
	for (unsigned int p = 0; p < RTE_DIM(paths); p++) {
		for (unsigned int c = 0; c < RTE_DIM(controllers); c++)
			failed += run(&paths[p], controllers[c].congestion, controllers[c].name);
	}
	bulk_stop();
	return failed > 0 ? 1 : 0;
}
