/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tick i = 5 k + j is the share 1 - 2^-k + j / 5 * 2^-(k + 1). The walk goes on until the bucket of the greatest
 * value is reached, and ends with that value and the share 1.
 */
#include "percentiles.h"

#include <inttypes.h>
#include <math.h>

enum { TICKS_PER_HALF = 5 };

#define NS_PER_MS 1e6

static double
share_of(unsigned int tick)
{
	const int halves = (int)(tick / TICKS_PER_HALF);

	return 1 - ldexp(1, -halves) +
			ldexp((double)(tick % TICKS_PER_HALF) / TICKS_PER_HALF, -halves - 1);
}

void
percentile_walk_begin(struct percentile_walk *walk, const struct histogram *histogram)
{
	*walk = (struct percentile_walk){ .histogram = histogram, .at_end = histogram->count == 0 };
	histogram_next(histogram, &walk->at);
}

/* The first bucket with which that share of all values is reached. */
static void
go_to(struct percentile_walk *walk, double share)
{
	const double wanted = share * (double)walk->histogram->count;

	while ((double)walk->at.total < wanted && histogram_next(walk->histogram, &walk->at))
		;
}

bool
percentile_walk_next(struct percentile_walk *walk, struct percentile *percentile)
{
	if (walk->at_end)
		return false;
	if (walk->at.total == walk->histogram->count && walk->tick > 0) {
		*percentile = (struct percentile){ 1, walk->histogram->max, walk->at.total };
		walk->at_end = true;
		return true;
	}
	percentile->share = share_of(walk->tick++);
	go_to(walk, percentile->share);
	percentile->value = walk->at.last;
	percentile->total = walk->at.total;
	return true;
}

/* A bucket's values stand for its middle. */
static double
mean_of(const struct histogram *histogram)
{
	struct histogram_bucket at = { 0 };
	double sum = 0;

	while (histogram_next(histogram, &at))
		sum += (double)at.count * ((double)at.first + (double)at.last) / 2;
	return histogram->count > 0 ? sum / (double)histogram->count : 0;
}

static double
deviation_of(const struct histogram *histogram, double mean)
{
	struct histogram_bucket at = { 0 };
	double sum = 0;

	while (histogram_next(histogram, &at)) {
		const double off = ((double)at.first + (double)at.last) / 2 - mean;

		sum += (double)at.count * off * off;
	}
	return histogram->count > 0 ? sqrt(sum / (double)histogram->count) : 0;
}

void
percentiles_write(const struct histogram *histogram, FILE *out)
{
	const double mean = mean_of(histogram);
	struct percentile_walk walk;
	struct percentile at;

	fprintf(out, "%12s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
			"1/(1-Percentile)");
	percentile_walk_begin(&walk, histogram);
	while (percentile_walk_next(&walk, &at)) {
		fprintf(out, "%12.6f %2.12f %10" PRIu64, (double)at.value / NS_PER_MS, at.share,
				at.total);
		if (at.share < 1)
			fprintf(out, " %14.2f", 1 / (1 - at.share));
		fputc('\n', out);
	}
	fprintf(out, "#[Mean    = %12.6f, StdDeviation   = %12.6f]\n", mean / NS_PER_MS,
			deviation_of(histogram, mean) / NS_PER_MS);
	fprintf(out, "#[Max     = %12.6f, Total count    = %12" PRIu64 "]\n",
			(double)histogram->max / NS_PER_MS, histogram->count);
	fprintf(out, "#[Buckets = %12u, SubBuckets     = %12u]\n",
			(unsigned int)HISTOGRAM_BUCKETS / HISTOGRAM_STEPS,
			(unsigned int)HISTOGRAM_STEPS);
}
