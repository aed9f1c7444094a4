/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef APP_BENCH_POOLS_H
#define APP_BENCH_POOLS_H

#include <stdint.h>

struct bench;
struct end;

/*
 * A pool for each party at this end; one for all where the packets of one may come from the queue of
 * another.
 *
 * @param left  bytes of EAL's memory for all ends
 * @return -1 to go on, else the exit code
 */
int pools_create(struct bench *bench, struct end *end, uint64_t left);

/* When stacks are gone and devices closed: what is then missing is counted. */
void pools_destroy(struct bench *bench);

#endif
