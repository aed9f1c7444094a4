/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stack at one end of the measurement, the work that is done on it, and what it costs. An lcore
 * runs one party, or several in turn. Its numbers belong to that lcore; others ask through the
 * mailbox.
 */
#ifndef APP_BENCH_PARTY_H
#define APP_BENCH_PARTY_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/stats.h>

#include "bench_options.h"
#include "clock.h"
#include "flood.h"
#include "mailbox.h"
#include "port_layer.h"

struct end;
struct estab_stack;
struct rte_mempool;

enum { PARTY_NAME_MAX = 16 };

/* A port that counts what goes through it, so that a turn that moved packets is known as such. */
struct metered_port {
	struct port_layer layer;
	uint64_t moved; /* packets, both ways */
};

/* What an interval line shows of a party. */
struct party_numbers {
	uint64_t now_ns;
	uint64_t done; /* connections that ran their whole course */
	uint64_t errors;
	uint64_t open;
	uint64_t transactions;      /* of the client: whole responses */
	uint64_t bytes_to_server;   /* of the client, with stream: acknowledged */
	uint64_t bytes_from_server; /* of the client, with stream: read */
	struct flood_count flood;   /* of the client, with flood */
	uint64_t cycles_busy;       /* since the measurement began, of so many in all */
	uint64_t cycles;
	struct estab_stats stats;
};

/* How far the work has come; a server's goes on until the last client is done. */
enum party_phase {
	PARTY_WORKS,
	PARTY_FINISHES, /* its time is over; what is open comes to its end */
	PARTY_IS_DONE,
	PARTY_WARMS_UP, /* it works, and nothing counts yet; of servers too */
};

struct party {
	char name[PARTY_NAME_MAX];
	struct end *end;
	uint16_t number;       /* among those at its end */
	uint16_t stack_number; /* among the stacks at its end's device */
	uint16_t lcore;
	bool has_pool;                /* of its own, or for all at its end */
	struct bench_options options; /* those of the whole, with its share of the work */
	struct rte_mempool *pool;
	struct metered_port port;
	struct estab_stack *stack;
	struct key_change key_change;

	/* Do what the role has to do after a poll. @return whether there was anything */
	bool (*work)(struct party *party, uint64_t now_ns);
	void (*count)(const struct party *party, struct party_numbers *numbers);
	void (*note)(struct party *party); /* what `now` has no room for; NULL: there is nothing */
	void *role;                        /* struct client or struct endpoint */
	struct flood *flood;               /* on the same wire; NULL: none */

	bool worked;           /* in the last turn */
	uint64_t cycles_busy;  /* of turns that moved packets or had work */
	uint64_t cycles_begin; /* TSC when the measurement began, and when it ended */
	uint64_t cycles_end;

	/* Written on its own lcore; but for the phase, of a client. */
	enum party_phase phase;
	uint64_t done_before; /* connections, while it was warming up */
	uint64_t end_ns;      /* when its time was over */
	uint64_t overdue;     /* connections planned until then, and never opened */

	struct mailbox mailbox;
	struct party_numbers now;      /* written when asked through the mailbox */
	struct party_numbers first;    /* before the measurement, when nothing was on its way */
	struct party_numbers at_begin; /* when it began */
	struct party_numbers at_end;   /* of a client: when its time was over */
	struct party_numbers last;     /* after the drain */
};

/* Put the meter before the port. The party must not move in memory afterwards. */
void party_meter(struct party *party, struct estab_port *port);

/* One turn: packets, then the role's work. @return the time it began */
uint64_t party_turn(struct party *party, const struct clock *clock);

/* The party's numbers as of now; on its own lcore. */
void party_count(const struct party *party, const struct clock *clock,
		struct party_numbers *numbers);

/* What an interval line is made of; on its own lcore. */
void party_tell(struct party *party, const struct clock *clock);

/* The time of a sum is the latest. */
void party_numbers_add(struct party_numbers *sum, const struct party_numbers *numbers);

#endif
