/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ledger of cycles: one stack alone on an lcore, with bursts that lie in memory. The peer of
 * every connection is made here too, but outside of what is measured:
 *
 *	offer     the peer's next packets are written              not measured
 *	receive   estab_stack_receive                              measured
 *	calls     accept, events, receive, send, close             measured
 *	transmit  estab_stack_transmit                             measured
 *	answer    the peer reads what was sent to it               not measured
 *
 * A kind of traffic is a struct engine_kind; engine_run.c turns it round.
 */
#ifndef APP_BENCH_ENGINE_H
#define APP_BENCH_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_debug.h>

#include <estab/event.h>
#include <estab/listen.h>
#include <estab/stack.h>
#include <estab/stats.h>
#include <estab/watch.h>

#include "engine_counters.h"
#include "engine_peer.h"
#include "packet_queue.h"

struct bench_options;
struct engine;

enum engine_limits {
	ENGINE_ROUNDS_MAX = 201, /* of one measurement */
	ENGINE_TEXT = 64,        /* bytes of a request and of its response */
	ENGINE_FLIGHT = 256,     /* connections open at once, where they come and go */
	ENGINE_SEGMENT = 1448,   /* bytes of text in a segment of bulk: Ethernet, with timestamps */
	ENGINE_STREAMS = 4,      /* connections that carry bulk */
};

struct engine_kind {
	const char *name;
	const char *what;        /* one line for people */
	uint32_t connections;    /* standing; 0: none, or as many as --engine-connections says */
	bool standing;           /* as many as --engine-connections says, each in turn */
	bool large;              /* packets as large as the MTU */
	bool cookies;            /* every SYN is answered by a cookie */
	uint32_t time_waits;     /* limit of TIME-WAIT records; 0: the library's */
	double packets_per_unit; /* received for one connection; 0: nothing but packets counts */
	bool (*begin)(struct engine *engine); /* what must stand before; may be NULL */
	bool (*offer)(struct engine *engine); /* @return whether the turn is to be measured */
	void (*calls)(struct engine *engine); /* what the application does; may be NULL */
	void (*answer)(struct engine *engine, struct rte_mbuf *packet, const struct heard *heard);
};

/* What a round has cost. */
struct engine_round {
	uint64_t received, sent; /* packets of measured turns */
	uint64_t cycles;
	uint64_t by_stage[ESTAB_STAGE_COUNT]; /* of a watched round; OUTSIDE: the calls */
	uint64_t counts[ENGINE_COUNTER_COUNT];
};

/* The clock of a round: runs while a turn is measured. */
struct engine_span {
	struct engine_round *round;
	uint64_t begun;     /* TSC */
	uint64_t last;      /* TSC when the stage began */
	uint64_t mark_cost; /* cycles that one look at the clock adds to a stage */
	enum estab_stage stage;
	bool running;
};

struct engine {
	char name[16]; /* of its pool and its stack */
	const struct bench_options *options;
	const struct engine_kind *kind;
	uint32_t connections; /* standing */
	uint16_t burst;
	struct rte_mempool *pool;
	struct estab_stack *stack;
	struct estab_listener *listener;
	struct packet_queue to, from; /* the stack, the stack's point of view: receives, sends */
	struct packet_queue pending;  /* answers of the peer that will be offered */
	struct peer peer;
	struct engine_span span;
	struct engine_counters counters;
	uint64_t now_ns; /* the stack's clock: follows the packets, not the machine */
	uint64_t ns_per_turn;
	uint64_t offered, heard; /* packets, ever */

	/* What kinds keep. */
	uint32_t open; /* connections that have begun and not ended */
	uint32_t phase;
	uint64_t done; /* connections that ran their whole course */
	uint32_t conn_count, closing_count;
	struct estab_conn *conns[2 * ESTAB_BURST_MAX];
	struct estab_conn *closing[2 * ESTAB_BURST_MAX];
};

/* What became of one kind. */
struct engine_result {
	const struct engine_kind *kind;
	unsigned int lcore;
	uint32_t connections;
	const char *skipped; /* why there is no figure; NULL: there is one */
	uint32_t round_count;
	struct engine_round plain[ENGINE_ROUNDS_MAX];   /* clock read twice per turn */
	struct engine_round watched[ENGINE_ROUNDS_MAX]; /* clock read at every stage */
	struct engine_round counted;                    /* with performance counters */
	struct estab_stats stats;
	uint64_t offered, heard; /* by the wire */
	int64_t mbufs_leaked;
	const char *counters_missing; /* NULL: counted is valid */
	bool clean;
};

extern const struct engine_kind engine_kinds[];
extern const unsigned int engine_kind_count;

/*
 * Measure one kind on every lcore of EAL's, all beside one another, each with an engine of its own.
 *
 * @param results  one for each lcore; where memory is missing, with ->skipped
 * @return how many were measured
 */
unsigned int engine_run(struct engine_result *results, const struct bench_options *options,
		const struct engine_kind *kind, uint32_t connections);

/* Everything that was asked for. @return the exit code */
int engine_main(const struct bench_options *options, int argc, char **argv);

/* One turn outside of every round: for what must stand before. */
void engine_turn_unmeasured(struct engine *engine);

/* Put a packet of the peer on the wire; it is counted as offered. */
static inline void
engine_offer(struct engine *engine, struct rte_mbuf *packet)
{
	engine->offered++;
	if (!packet_queue_put(&engine->to, packet))
		rte_panic("engine: the wire is full\n");
}

#endif
