/* SPDX-License-Identifier: BSD-3-Clause */
/* What --workload hold has to say: a line per second, and the result as text and as JSON. */
#ifndef APP_BENCH_HOLD_REPORT_H
#define APP_BENCH_HOLD_REPORT_H

#include <stdint.h>

#include "histogram.h"
#include "hold.h"
#include "live_line.h"
#include "series.h"

struct bench_options;
struct hold_team;

struct hold_report {
	const struct bench_options *options;
	struct series series;
	struct live_line line;
	struct hold_numbers last;     /* until the last line */
	struct histogram response_ns; /* since then */
	uint64_t begin_ns, last_ns;
};

void hold_report_begin(struct hold_report *report, struct hold_team *team);

/* @param total  with its numbers as of now */
void hold_report_line(struct hold_report *report, const struct hold *total, uint64_t now_ns);

/* The table, and what is written to files. */
void hold_report_end(struct hold_report *report, const struct hold_team *team, int argc,
		char **argv);

#endif
