/* SPDX-License-Identifier: BSD-3-Clause */
/* What --workload hold has to say: a line per second, and the result as text and as JSON. */
#ifndef APP_BENCH_HOLD_REPORT_H
#define APP_BENCH_HOLD_REPORT_H

#include <stdint.h>

#include <estab/stats.h>

#include "histogram.h"
#include "live_line.h"
#include "series.h"

struct bench_options;
struct hold;

struct hold_report {
	const struct bench_options *options;
	struct series series;
	struct live_line line;
	struct histogram response_before, response_ns; /* until the last line, and in it */
	struct estab_stats stats_before;
	uint64_t last_ns;
	uint64_t last_open, last_echoes, last_closed, last_faults;
};

void hold_report_begin(struct hold_report *report, const struct hold *hold);

/* A line, if a second has gone by since the last one. */
void hold_report_tick(struct hold_report *report, const struct hold *hold, uint64_t now_ns);

/* The table, and what is written to files. */
void hold_report_end(struct hold_report *report, const struct hold *hold, int argc, char **argv);

#endif
