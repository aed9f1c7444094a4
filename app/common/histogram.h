/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A histogram of latencies in constant memory, in the manner of HdrHistogram: buckets double in
 * width with the value, so that every value is kept with a relative error below 1/128 over the
 * whole range of 64 bits. Recording is a shift and an increment.
 */
#ifndef APP_COMMON_HISTOGRAM_H
#define APP_COMMON_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

enum histogram_limits {
	HISTOGRAM_PRECISION_BITS = 7, /* 128 buckets per power of two: error below 0.8 % */
	HISTOGRAM_STEPS = 1 << HISTOGRAM_PRECISION_BITS,
	HISTOGRAM_BUCKETS = (64 - HISTOGRAM_PRECISION_BITS + 1) * HISTOGRAM_STEPS,
};

struct histogram {
	uint64_t count;
	uint64_t max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_init(struct histogram *histogram);

void histogram_record(struct histogram *histogram, uint64_t value);

/* All that the other holds, too. */
void histogram_add(struct histogram *sum, const struct histogram *histogram);

/* As it is now; what lies beyond the greatest value of both is not touched. */
void histogram_copy(struct histogram *copy, const struct histogram *histogram);

/* What was recorded since it was as `before`. The greatest value is rounded up to its bucket's end. */
void histogram_since(struct histogram *since, const struct histogram *now,
		const struct histogram *before);

/*
 * A value that at least this share of all values does not exceed, rounded up to its bucket's end
 * and never above the greatest value recorded; 0 where nothing was recorded.
 *
 * @param per_million  500000 for the median, 999900 for the 99.99th percentile
 */
uint64_t histogram_quantile(const struct histogram *histogram, unsigned int per_million);

/* A bucket that holds something, and how much there is up to it. All 0: before the first. */
struct histogram_bucket {
	unsigned int next; /* where to look for the next */
	uint64_t first, last;
	uint64_t count;
	uint64_t total;
};

/* Go on to the next. @return false: there is none, and `at` stays */
bool histogram_next(const struct histogram *histogram, struct histogram_bucket *at);

/* The percentiles that are told of every histogram. */
struct histogram_share {
	const char *key;  /* "p999" */
	const char *text; /* "p99.9" */
	unsigned int per_million;
};

enum { HISTOGRAM_SHARES = 6 };

extern const struct histogram_share histogram_shares[HISTOGRAM_SHARES];

#endif
