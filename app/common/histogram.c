/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Buckets of histogram.h: the first HISTOGRAM_STEPS hold one value each; from there on each power
 * of two is cut into HISTOGRAM_STEPS buckets of equal width.
 */
#include "histogram.h"

#include <string.h>

#include <rte_common.h>

const struct histogram_share histogram_shares[HISTOGRAM_SHARES] = {
	{ "p50", "p50", 500000 },
	{ "p75", "p75", 750000 },
	{ "p90", "p90", 900000 },
	{ "p99", "p99", 990000 },
	{ "p999", "p99.9", 999000 },
	{ "p9999", "p99.99", 999900 },
};

static unsigned int
bucket_of(uint64_t value)
{
	const unsigned int magnitude = 63 - (unsigned int)__builtin_clzll(value | 1);
	const unsigned int shift = magnitude < HISTOGRAM_PRECISION_BITS
			? 0
			: magnitude - HISTOGRAM_PRECISION_BITS;

	if (magnitude < HISTOGRAM_PRECISION_BITS)
		return (unsigned int)value;
	return (shift + 1) * HISTOGRAM_STEPS + (unsigned int)(value >> shift) - HISTOGRAM_STEPS;
}

/* The greatest value that falls into the bucket. */
static uint64_t
bucket_end(unsigned int bucket)
{
	const unsigned int shift = bucket < HISTOGRAM_STEPS ? 0 : bucket / HISTOGRAM_STEPS - 1;
	const uint64_t top = bucket < HISTOGRAM_STEPS ? bucket
						      : HISTOGRAM_STEPS + bucket % HISTOGRAM_STEPS;

	return (top << shift) + ((UINT64_C(1) << shift) - 1);
}

void
histogram_init(struct histogram *histogram)
{
	memset(histogram, 0, sizeof(*histogram));
}

void
histogram_record(struct histogram *histogram, uint64_t value)
{
	histogram->buckets[bucket_of(value)]++;
	histogram->count++;
	histogram->max = RTE_MAX(histogram->max, value);
}

void
histogram_add(struct histogram *sum, const struct histogram *histogram)
{
	for (unsigned int bucket = 0; bucket <= bucket_of(histogram->max); bucket++)
		sum->buckets[bucket] += histogram->buckets[bucket];
	sum->count += histogram->count;
	sum->max = RTE_MAX(sum->max, histogram->max);
}

void
histogram_copy(struct histogram *copy, const struct histogram *histogram)
{
	const unsigned int used = bucket_of(RTE_MAX(copy->max, histogram->max)) + 1;

	memcpy(copy->buckets, histogram->buckets, used * sizeof(copy->buckets[0]));
	copy->count = histogram->count;
	copy->max = histogram->max;
}

void
histogram_since(struct histogram *since, const struct histogram *now,
		const struct histogram *before)
{
	histogram_init(since);
	since->count = now->count - before->count;
	for (unsigned int bucket = 0; bucket <= bucket_of(now->max); bucket++) {
		since->buckets[bucket] = now->buckets[bucket] - before->buckets[bucket];
		if (since->buckets[bucket] > 0)
			since->max = RTE_MIN(bucket_end(bucket), now->max);
	}
}

uint64_t
histogram_quantile(const struct histogram *histogram, unsigned int per_million)
{
	const uint64_t wanted =
			(uint64_t)(((unsigned __int128)histogram->count * per_million + 999999) /
					1000000);
	uint64_t seen = 0;

	if (histogram->count == 0)
		return 0;
	for (unsigned int bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
		seen += histogram->buckets[bucket];
		if (seen >= wanted && seen > 0)
			return RTE_MIN(bucket_end(bucket), histogram->max);
	}
	return histogram->max;
}

bool
histogram_next(const struct histogram *histogram, struct histogram_bucket *at)
{
	unsigned int bucket = at->next;

	while (bucket < HISTOGRAM_BUCKETS && histogram->buckets[bucket] == 0)
		bucket++;
	if (bucket == HISTOGRAM_BUCKETS)
		return false;
	at->next = bucket + 1;
	at->first = bucket > 0 ? bucket_end(bucket - 1) + 1 : 0;
	at->last = RTE_MIN(bucket_end(bucket), histogram->max);
	at->count = histogram->buckets[bucket];
	at->total += at->count;
	return true;
}
