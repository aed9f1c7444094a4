/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The latencies that a client counts, by name: connect, response and transaction. README.md in this
 * folder says what each of them runs from and to, and which workload has which.
 */
#ifndef APP_BENCH_LATENCIES_H
#define APP_BENCH_LATENCIES_H

#include <stdbool.h>
#include <stdint.h>

#include "histogram.h"

struct client_tally;
struct bench;
struct party;

/* X(name) */
#define LATENCIES(X)                                                                               \
	X(connect)                                                                                 \
	X(response)                                                                                \
	X(transaction)

enum latency {
#define LATENCY_ENUM(name) LATENCY_##name,
	LATENCIES(LATENCY_ENUM)
#undef LATENCY_ENUM
			LATENCY_COUNT
};

struct latencies {
	struct histogram of[LATENCY_COUNT]; /* nanoseconds */
};

/* "connect" */
const char *latency_name(enum latency latency);

const struct histogram *latency_in(const struct client_tally *tally, enum latency latency);

/* Whether the workload counts it. */
bool latency_is_of(enum latency latency, uint32_t workload);

/* The one that tells most of the workload; LATENCY_COUNT where it has none. */
enum latency latency_main(uint32_t workload);

/* A client's as of now, for whoever asks through the party's mailbox. On the party's own lcore. */
void latencies_note(struct party *party);

/* The sum of what all clients have noted. */
void latencies_add_up(const struct bench *bench, struct latencies *sum);

void latencies_copy(struct latencies *copy, const struct latencies *latencies);

/* What came between two moments. */
void latencies_since(struct latencies *since, const struct latencies *now,
		const struct latencies *before);

#endif
