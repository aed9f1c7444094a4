/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Several measurements, each at a rate of its own: a ramp, or the search for the highest rate at which
 * nothing is lost, in the manner of RFC 2544 26.1 and RFC 3511 5.3. Lost is a connection that failed or
 * that could not be opened when it was due, and a segment that had to be sent again.
 */
#ifndef APP_BENCH_STEPS_H
#define APP_BENCH_STEPS_H

#include <stdbool.h>
#include <stdint.h>

struct bench;
struct bench_options;
struct report;

enum {
	STEPS_MAX = 100,
	STEP_LATENCIES = 4, /* median, 99th, 99.9th percentile, greatest */
	SEARCH_RATE = 1000, /* where it begins */
	SEARCH_PARTS = 100, /* what is found is below what was too much by one of these, or less */
};

struct ramp {
	uint32_t from, to; /* connections a second */
	uint32_t count;    /* steps; 0: no ramp */
};

/* One measurement of several. */
struct step {
	uint32_t rate;    /* planned */
	uint64_t planned; /* connections that were opened by the plan */
	double connections_per_second;
	uint64_t errors;
	uint64_t overdue; /* in more than a hundredth of a second */
	uint64_t retransmitted;
	bool kept;                           /* what was lost is within what --loss allows */
	uint64_t latency_ns[STEP_LATENCIES]; /* transaction, or connect */
};

/* What is known of the rates so far. */
struct search {
	uint32_t begin;
	uint32_t kept; /* the highest that was; 0: none yet */
	uint32_t lost; /* the lowest that was not; 0: none yet */
};

/* The next rate to try; 0: it is over, and the highest is known. */
uint32_t search_next(const struct search *search);

void search_note(struct search *search, uint32_t rate, bool kept);

/* The k-th rate of a ramp, from 0 on. */
uint32_t ramp_rate(const struct ramp *ramp, uint32_t k);

/* Connections and segments that were lost in it, and whether so many may be. */
uint64_t step_lost(const struct step *step);
bool step_is_kept(const struct step *step, uint32_t loss_ppm);

bool steps_are_wanted(const struct bench_options *options);

/* All steps; the last one goes to the report. */
void steps_run(struct bench *bench, struct report *report);

#endif
