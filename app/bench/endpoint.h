/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The built-in server of --loopback: listens on several ports, so that there are 4-tuples enough,
 * and does what the workload needs at the other end: reads a request, writes a response, and closes
 * first or second as --close says; or takes and gives text until the client ends it.
 */
#ifndef APP_BENCH_ENDPOINT_H
#define APP_BENCH_ENDPOINT_H

#include <stdbool.h>
#include <stdint.h>

#include "bench_options.h"
#include "later.h"
#include "pump.h"
#include "slots.h"

struct estab_conn;
struct estab_listener;
struct estab_stack;
struct party;
struct party_numbers;

enum endpoint_limits {
	ENDPOINT_PORT_FIRST = 5001,
	ENDPOINT_PORTS_MAX = 64,
};

/* X(name): how a connection can fail. */
#define ENDPOINT_ERRORS(X)                                                                         \
	X(server_reset)                                                                            \
	X(server_timed_out)                                                                        \
	X(server_closed_early) /* end of file before the whole request */                          \
	X(server_no_mbuf)

enum endpoint_error {
#define ENDPOINT_ERROR_ENUM(name) ENDPOINT_ERROR_##name,
	ENDPOINT_ERRORS(ENDPOINT_ERROR_ENUM)
#undef ENDPOINT_ERROR_ENUM
			ENDPOINT_ERROR_COUNT
};

/* One accepted connection. */
struct exchange {
	struct estab_conn *conn;
	uint32_t request_left;
	uint32_t response_left;
	bool closes_later;
};

/* What is counted from the beginning of a measurement; that of several servers adds up. */
struct endpoint_tally {
	uint64_t done;
	uint64_t errors[ENDPOINT_ERROR_COUNT];
};

struct endpoint {
	const struct bench_options *options;
	struct estab_stack *stack;
	struct estab_listener *listeners[ENDPOINT_PORTS_MAX];
	struct endpoint_tally tally;
	uint64_t sent; /* bytes of streams, handed over */
	struct slots slots;
	struct later closing;       /* with --closes textbook */
	struct exchange *exchanges; /* as many as the stack may have connections */
	struct pump pump;           /* of a stream that the client receives */
};

/* name: unique in the process. @return 0 or a negative errno */
int endpoint_init(struct endpoint *endpoint, const char *name, const struct bench_options *options,
		uint32_t connections);

/* @return mbufs of the payload that have not come home */
uint32_t endpoint_fini(struct endpoint *endpoint);

/* Listen on all ports of the stack. @return 0 or a negative errno */
int endpoint_listen(struct endpoint *endpoint, struct estab_stack *stack);

/* Forget what was counted. */
void endpoint_begin(struct endpoint *endpoint);

uint64_t endpoint_error_sum(const struct endpoint_tally *tally);

void endpoint_tally_add(struct endpoint_tally *sum, const struct endpoint_tally *tally);

const char *endpoint_error_name(enum endpoint_error error);

/* The party's work and count. */
bool endpoint_work(struct party *party, uint64_t now_ns);
void endpoint_count(const struct party *party, struct party_numbers *numbers);

#endif
