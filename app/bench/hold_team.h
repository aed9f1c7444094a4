/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * --workload hold on all lcores: each has a hold of its own, with its share of the connections, of the
 * rate and of the peers' addresses, and nothing else. They begin each phase together, so that all
 * connections stand at once; the first of them asks the others for their numbers, once a second.
 */
#ifndef APP_BENCH_HOLD_TEAM_H
#define APP_BENCH_HOLD_TEAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "hold.h"

struct bench_options;
struct hold_report;

struct hold_team {
	const struct bench_options *options;
	struct hold_report *report;
	struct clock clock;
	bool cores_are_shared;
	bool asked; /* for numbers that are not all there */
	uint64_t line_ns;
	uint64_t rss_before, rss_standing;
	atomic_uint arrived[HOLD_PHASE_COUNT]; /* that are through with it */
	struct hold total;                     /* of all, as if they were one */
	unsigned int count;
	struct hold holds[];
};

/* Everything. @return the exit code */
int hold_team_main(const struct bench_options *options, int argc, char **argv);

/* Of a hold, once a turn: answers for it who asks, and has the first look after the line. */
void hold_team_turn(struct hold *hold, uint64_t now_ns);

/* Go on until all are through with the phase. */
void hold_team_meet(struct hold *hold, enum hold_phase phase);

#endif
