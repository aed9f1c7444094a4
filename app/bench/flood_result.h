/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a flood came to: packets and answers within the time, connections beside it, and the balance of
 * the wire, in which every packet that one end sent was received by the other.
 */
#ifndef APP_BENCH_FLOOD_RESULT_H
#define APP_BENCH_FLOOD_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "flood.h"

struct bench;

/* One way over the wire, from the beginning to the end of the drain. */
struct flood_way {
	uint64_t flood, client; /* packets of either */
	uint64_t server;        /* and as the server's stack counts them; only with --loopback */
	int64_t missing;        /* sent and not received; always 0 where the server is not ours */
};

struct flood_result {
	double seconds;
	struct flood_count in_time;
	uint64_t answers_in_time;
	uint64_t attempts;  /* connections that were opened */
	uint64_t succeeded; /* of these, established */
	double success_ratio;
	struct flood_way to_server, from_server;
};

void flood_result_make(struct flood_result *result, const struct bench *bench);

/*
 * Whether the flood ran, at least 999 in 1000 connections beside it were established, every packet has
 * a fate and nothing leaked.
 */
bool flood_result_is_clean(const struct bench *bench);

#endif
