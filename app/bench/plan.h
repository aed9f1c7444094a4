/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When something is due in an open loop: the k-th at k/rate seconds after the beginning, or after
 * random pauses of that length on average (Poisson, as many who do not know of each other would have
 * it). What is due waits for nobody: whoever comes late takes up what was due, and when that was.
 */
#ifndef APP_BENCH_PLAN_H
#define APP_BENCH_PLAN_H

#include <stdbool.h>
#include <stdint.h>

struct plan {
	uint32_t rate; /* per second; 0: no plan, everything is due at once */
	bool poisson;
	uint64_t begin_ns;
	uint64_t taken;          /* that were due and were taken up */
	double passed_ns;        /* Poisson: when the next is due, since the beginning */
	unsigned short draws[3]; /* Poisson: the state of erand48 */
};

/* What is random follows from the seed. It is no plan before it begins. */
void plan_init(struct plan *plan, bool poisson, uint64_t seed);

/* Begin anew, now. */
void plan_begin(struct plan *plan, uint32_t rate, uint64_t now_ns);

/* When the next is due; without a plan: now. */
uint64_t plan_next_ns(const struct plan *plan, uint64_t now_ns);

/* The next was taken up. */
void plan_take(struct plan *plan);

/* How many are due by now and not taken up; of a Poisson plan their expectation. 0 without a plan. */
uint64_t plan_overdue(const struct plan *plan, uint64_t now_ns);

#endif
