/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What both programs tell of themselves through DPDK's telemetry socket, under /estab/: counters,
 * drops, lcores, listeners, connections, histograms and what is in force. Telemetry has threads of its own;
 * whatever belongs to an lcore is read by that lcore, which is asked at its desk.
 */
#ifndef APP_COMMON_TELEMETRY_H
#define APP_COMMON_TELEMETRY_H

#include <stdint.h>

#include "desk.h"

struct capture;
struct estab_conn;
struct estab_interface;
struct estab_stack;
struct histogram;
struct teller;

enum telemetry_limits {
	TELEMETRY_STACKS_MAX = 256,  /* on as many lcores as DPDK has by default, at both ends */
	TELEMETRY_COUNTERS_MAX = 16, /* of the program itself */
};

/* A stack, and where to ask for it. */
struct telemetry_stack {
	struct desk *desk; /* of its lcore */
	unsigned int lcore;
	struct estab_stack *stack; /* to be changed by its lcore only */
	void *owner;               /* whatever the program has to its stack */
	uint32_t slots;            /* room for connections of which the program knows */
};

/*
 * What a program tells, beside what every stack can say. Must live until telemetry_end, and so must
 * all that it points to. An owner is given to functions that run on its stack's own lcore.
 */
struct telemetry_source {
	unsigned int stack_count;
	struct telemetry_stack stacks[TELEMETRY_STACKS_MAX];

	unsigned int counter_count;
	const char *(*counter_name)(unsigned int number);
	uint64_t (*counter)(const void *owner, unsigned int number);

	/* The connection in this slot, or NULL. */
	const struct estab_conn *(*conn)(const void *owner, uint32_t slot);

	/* The histogram of this name, in nanoseconds, or NULL; the function NULL: there are none. */
	const struct histogram *(*histogram)(const void *owner, const char *name);

	const char *service; /* NULL: listeners are not told */
	const uint16_t *ports;
	unsigned int port_count;
	uint32_t backlog;
	const struct estab_interface *interface;

	struct capture *capture;

	/* Tell, after all the others of /estab/config, what is in force. No secrets. */
	void (*config)(const void *program, struct teller *teller);
	const void *program;
	int argument_count;
	char *const *arguments; /* the command line */
};

/* Begin to answer; does nothing with --no-telemetry. */
void telemetry_begin(const struct telemetry_source *source);

/* Every question from now on is answered by null; returns when nobody looks at the source any more. */
void telemetry_end(void);

#endif
