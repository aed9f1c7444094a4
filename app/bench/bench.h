/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole of estab-bench: one end or two, at each a device and a party for every lcore that works
 * there, what joins the ends, and the result. Set up, warmed up, measured, finished, drained, reported:
 * each is a function here.
 */
#ifndef APP_BENCH_BENCH_H
#define APP_BENCH_BENCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench_options.h"
#include "capture.h"
#include "client.h"
#include "clock.h"
#include "desk.h"
#include "endpoint.h"
#include "flood.h"
#include "latencies.h"
#include "parse.h"
#include "party.h"
#include "prompt.h"
#include "spread.h"
#include "steps.h"
#include "telemetry.h"

struct rte_ring;
struct report;

enum bench_end {
	END_CLIENT,
	END_SERVER, /* with --loopback only */
	ENDS_MAX,
};

enum bench_limits {
	BENCH_LCORES_MAX = PARSE_QUEUES_MAX,
	LOOPBACK_PAIRS_MAX = 16, /* queues of net_ring */
};

/* A device and the parties at it, each of which has a stack and a share of the work. */
struct end {
	const char *name;
	struct device device;
	struct spread spread;
	struct queue_map map; /* an entry for each party */
	uint16_t sharers;     /* stacks that have one pool: what one receives, another may free */
	struct party *parties;
};

/* What an lcore runs in turn. */
struct bench_lcore {
	struct bench *bench;
	unsigned int id;
	struct desk desk; /* telemetry asks here */
	unsigned int party_count;
	struct party *parties[BENCH_LCORES_MAX];
};

struct bench {
	const struct bench_options *options;
	struct clock clock;
	struct server_list servers;
	unsigned int end_count;
	struct end ends[ENDS_MAX];
	uint32_t connections; /* at once, of all clients */
	unsigned int party_count;
	struct party *parties;      /* of all ends, the clients first */
	struct client *clients;     /* as many as the client's end has parties */
	struct flood *floods;       /* with that workload, one beside each client */
	struct endpoint *endpoints; /* as many as the server's end has parties */

	/* Loopback: ring [i][q] is queue q of what end i receives. */
	struct rte_ring *rings[ENDS_MAX][LOOPBACK_PAIRS_MAX];
	unsigned int lcore_count;
	struct bench_lcore lcores[BENCH_LCORES_MAX];
	bool cores_are_shared;
	struct telemetry_source telemetry;
	atomic_uint begun; /* parties that count, since the last measurement began */
	struct prompt_program prompt;
	struct capture capture; /* of the client's end */
	atomic_bool started;    /* with --interactive, by a command */
	atomic_uint at_work; /* clients that have something open, or time to open it; at 0 all is over */

	/* The result: sums over all parties of an end. */
	struct client_tally client;
	struct endpoint_tally endpoint;
	struct flood_tally flood;
	uint64_t begin_ns, end_ns; /* of the measurement */
	uint64_t done_in_time;     /* connections that ended within it, or stood */
	uint64_t overdue;          /* planned within it, and never opened */
	uint64_t done_before;      /* connections, while it was warming up */
	uint32_t step_count;       /* of a ramp or a search */
	uint32_t rate_found;       /* of a search: the highest that was kept */
	struct step steps[STEPS_MAX];
	struct party_numbers now[ENDS_MAX];   /* when they were last asked for */
	struct latencies latencies;           /* then */
	struct party_numbers first[ENDS_MAX]; /* before it, when nothing was on its way */
	struct party_numbers at_begin;        /* the clients', when it began */
	struct party_numbers at_end;          /* the clients', when their time was over */
	struct party_numbers last[ENDS_MAX];  /* after the drain */
	uint64_t cycles_busy[ENDS_MAX], cycles[ENDS_MAX];
	int64_t mbufs_leaked;
	int64_t mbufs_kept; /* by drivers that never give back what is in their rings */
	int64_t tcbs_leaked;
};

/* Devices, pools, stacks, roles. @return -1 to go on, else the exit code; complains */
int bench_create(struct bench *bench, const struct bench_options *options);

/*
 * Which lcores work at which end, how many parties there are, and what each has of the work. The
 * client's device is known by then, unless it is to be made of rings.
 *
 * @return -1 to go on, else the exit code
 */
int bench_allot(struct bench *bench);

/* The k-th of n shares of an amount: they differ by one at most. */
uint32_t bench_share(uint32_t amount, unsigned int k, unsigned int n);

/* Add up what all parties at an end have had at one moment: `where` is the offset of a struct party_numbers in struct party. */
void bench_add_up(const struct bench *bench, enum bench_end end, size_t where,
		struct party_numbers *sum);

/* The sums of the result, when no lcore runs any more. */
void bench_sum_up(struct bench *bench);

/* Rings and the two devices made of them. @return -1 to go on, else the exit code */
int loopback_create(struct bench *bench);

/* Free the packets that are still in the rings: they were on the wire when the time ended. */
void loopback_flush(struct bench *bench);

/* Whether no packet is on its way between the ends. */
bool loopback_is_empty(const struct bench *bench);

void loopback_destroy(struct bench *bench);

/* A connection of each client to each server, so that next hops are known. @return -1 to go on, else the exit code */
int bench_warm_up(struct bench *bench);

/*
 * Where connections stand while it is measured: open them all, before the clock starts.
 *
 * @return -1 to go on, else the exit code
 */
int bench_open_standing(struct bench *bench);

/* Answer what telemetry asks, from now on until telemetry_end; while connections are drained nobody answers. */
void bench_telemetry_begin(struct bench *bench, int argc, char **argv);

/*
 * Warm up, measure, and finish what is open. A line per second goes to the report, where there is one.
 * The stacks are left as they are.
 */
void bench_measure(struct bench *bench, struct report *report);

/*
 * Carry out commands, from now on until prompt_end; what telemetry tells is told there too.
 *
 * @return -1 to go on, else the exit code
 */
int bench_prompt_begin(struct bench *bench);

/* With --interactive: until it is said. @return -1 to go on, else the exit code */
int bench_wait_for_start(struct bench *bench);

/* Measure, in steps where that is asked for, and drain. */
void bench_run(struct bench *bench, struct report *report);

/* Free stacks and devices; what is then missing in the pools has leaked. */
void bench_destroy(struct bench *bench);

/* Free what the report has told of. */
void bench_forget(struct bench *bench);

/*
 * Packets that an end of --loopback could not send: its wire has room for all that --connections
 * can have on it, so there should be none. 0 without --loopback, where a device may be the slower.
 */
uint64_t bench_packets_lost(const struct bench *bench);

/* The exit code, when all is over; complains of what was asked for and not reached. */
int bench_judge(const struct bench *bench);

/* Whether nothing was lost that should not have been. */
bool bench_is_clean(const struct bench *bench);

#endif
