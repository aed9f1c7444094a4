/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole of estab-bench: one or two parties, what joins them, the lcores that run them, and the
 * result. Set up, warmed up, measured, finished, drained, reported: each is a function here.
 */
#ifndef APP_BENCH_BENCH_H
#define APP_BENCH_BENCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "bench_options.h"
#include "client.h"
#include "clock.h"
#include "endpoint.h"
#include "flood.h"
#include "party.h"

struct rte_ring;
struct report;

enum bench_party {
	PARTY_CLIENT,
	PARTY_SERVER, /* with --loopback only */
	PARTIES_MAX,
};

/* What an lcore runs in turn. */
struct bench_lcore {
	struct bench *bench;
	unsigned int id;
	unsigned int party_count;
	struct party *parties[PARTIES_MAX];
};

struct bench {
	const struct bench_options *options;
	struct clock clock;
	unsigned int party_count;
	struct party parties[PARTIES_MAX];
	struct client client;
	struct endpoint endpoint;
	struct flood flood;                  /* with that workload, beside the client */
	struct rte_ring *rings[PARTIES_MAX]; /* loopback: ring i is received by party i */
	unsigned int lcore_count;
	struct bench_lcore lcores[PARTIES_MAX];
	atomic_bool over; /* nothing is open any more, or the time to finish is: every lcore ends */

	/* The result, besides what the roles have counted. */
	uint64_t begin_ns, end_ns;               /* of the measurement */
	uint64_t done_in_time;                   /* connections that ended within it, or stood */
	uint64_t overdue;                        /* planned within it, and never opened */
	struct party_numbers first[PARTIES_MAX]; /* before it, when nothing was on its way */
	struct party_numbers at_begin;           /* the client's, when it began */
	struct party_numbers at_end;             /* the client's, when its time was over */
	struct party_numbers last[PARTIES_MAX];  /* after the drain */
	int64_t mbufs_leaked;
	int64_t mbufs_kept; /* by drivers that never give back what is in their rings */
	int64_t tcbs_leaked;
};

/* Devices, pools, stacks, roles. @return -1 to go on, else the exit code; complains */
int bench_create(struct bench *bench, const struct bench_options *options);

/* Rings and the two devices made of them. @return -1 to go on, else the exit code */
int loopback_create(struct bench *bench);

/* Free the packets that are still in the rings: they were on the wire when the time ended. */
void loopback_flush(struct bench *bench);

void loopback_destroy(struct bench *bench);

/* One connection, so that next hops are known. @return -1 to go on, else the exit code */
int bench_warm_up(struct bench *bench);

/*
 * Where connections stand while it is measured: open them all, before the clock starts.
 *
 * @return -1 to go on, else the exit code
 */
int bench_open_standing(struct bench *bench);

/* Measure, finish what is open, drain. A line per second goes to the report. */
void bench_run(struct bench *bench, struct report *report);

/* Free stacks and devices; what is then missing in the pools has leaked. */
void bench_destroy(struct bench *bench);

/*
 * Packets that an end of --loopback could not send: its wire has room for all that --connections
 * can have on it, so there should be none. 0 without --loopback, where a device may be the slower.
 */
uint64_t bench_packets_lost(const struct bench *bench);

/* Whether nothing was lost that should not have been. */
bool bench_is_clean(const struct bench *bench);

#endif
