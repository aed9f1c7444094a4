/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Bulk transfers from one stack, or two, to another over one wire, in virtual time: who sends how
 * much, and how long it took. For tables of goodput and for fairness.
 */
#ifndef TEST_SIM_BULK_H
#define TEST_SIM_BULK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <estab/stack.h>

#include "wire.h"

enum { BULK_FLOWS = 8 };

/* One transfer: asked for by the caller, then filled with what came of it. */
struct bulk_flow {
	uint64_t bytes;    /* to be sent; UINT64_MAX: without end */
	uint64_t begin_ns; /* when it connects */
	uint64_t received; /* bytes that arrived and were right */
	uint64_t end_ns;   /* of the last of them */
	bool by_other;     /* from the other sender's stack */
};

struct bulk {
	uint64_t seed;
	struct wire_config wire;
	struct estab_tcp_config tcp; /* of both sides */
	enum estab_congestion other; /* of the other sender, where a flow is by it */
	uint64_t limit_ns;           /* when all transfers end, finished or not */
	unsigned int flow_count;
	struct bulk_flow flows[BULK_FLOWS];
	uint64_t queue_ns; /* what came of it: how long frames waited for the bottleneck, the mean */
};

/* EAL and the mempools, once in a program. @return 0 or -1 */
int bulk_start(void);
void bulk_stop(void);

/* Run the transfers, then close. @return NULL, or what is wrong: a wrong byte, something that is left */
const char *bulk_run(struct bulk *bulk);

#endif
