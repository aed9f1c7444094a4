/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A histogram as a curve: percentiles that come closer together towards 100 %, five for every halving of
 * the distance to it, as HdrHistogram's text format has them. That format is written here too.
 */
#ifndef APP_COMMON_PERCENTILES_H
#define APP_COMMON_PERCENTILES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "histogram.h"

/* A point: `total` of all values, at least a `share` of them, do not exceed `value`. */
struct percentile {
	double share; /* below 1, but for the last point, which is the greatest value */
	uint64_t value;
	uint64_t total;
};

struct percentile_walk {
	const struct histogram *histogram;
	struct histogram_bucket at;
	unsigned int tick;
	bool at_end;
};

void percentile_walk_begin(struct percentile_walk *walk, const struct histogram *histogram);

/* @return false: there are no more */
bool percentile_walk_next(struct percentile_walk *walk, struct percentile *percentile);

/*
 * Nanoseconds as the text that HdrHistogram's outputPercentileDistribution makes and its plotter reads,
 * in milliseconds, of which the plotter assumes that it is given. An empty histogram has no points.
 */
void percentiles_write(const struct histogram *histogram, FILE *out);

#endif
