/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bucket of the flow table: a cache line of seven entries. An entry is a tag, which is 14 bits of the
 * hash and the family, and a pointer with its kind; the tags lie together, so that all of them are
 * compared at once. The bits are the lower ones, since the upper ones choose the bucket. Where
 * pointers may have more than 48 bits (x86-64, arm64), the kernel gives such only to who asks for them.
 */
#ifndef LIB_FLOW_FLOW_BUCKET_H
#define LIB_FLOW_FLOW_BUCKET_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum { BUCKET_SLOTS = 7 };

struct flow_bucket {
	uint16_t tags[BUCKET_SLOTS + 1]; /* 0: free; the last is none and always 0 */
	uint32_t low[BUCKET_SLOTS];      /* the flow's lower 32 bits ... */
	uint16_t high[BUCKET_SLOTS];     /* ... and the 16 above them */
	uint32_t passed;                 /* entries that lie further on because this was full */
} __rte_cache_aligned;

_Static_assert(sizeof(struct flow_bucket) == 64, "one look, one cache line");

/* The tag of a path: never 0. */
static inline uint16_t
flow_bucket_tag(uint32_t hash, bool ipv6)
{
	return (uint16_t)(0x8000 | (hash & 0x7ffe) | ipv6);
}

/* The slots with that tag: bit 2 i is set for slot i. */
static inline uint32_t
flow_bucket_match_plain(const struct flow_bucket *bucket, uint16_t tag)
{
	uint32_t found = 0;

	for (unsigned int i = 0; i < BUCKET_SLOTS; i++)
		found |= (uint32_t)(bucket->tags[i] == tag) << 2 * i;
	return found;
}

static inline uint32_t
flow_bucket_match(const struct flow_bucket *bucket, uint16_t tag)
{
#if defined(__SSE2__)
	const __m128i tags = _mm_load_si128((const __m128i *)(const void *)bucket->tags);
	const __m128i equal = _mm_cmpeq_epi16(tags, _mm_set1_epi16((short)tag));

	return (uint32_t)_mm_movemask_epi8(equal) & 0x1555;
#else
	return flow_bucket_match_plain(bucket, tag);
#endif
}

/* The first of the slots that match; there must be one. */
static inline unsigned int
flow_bucket_first(uint32_t found)
{
	return (unsigned int)__builtin_ctz(found) / 2;
}

static inline uintptr_t
flow_bucket_get(const struct flow_bucket *bucket, unsigned int slot)
{
	return (uintptr_t)(bucket->low[slot] | (uint64_t)bucket->high[slot] << 32);
}

static inline void
flow_bucket_set(struct flow_bucket *bucket, unsigned int slot, uint16_t tag, uintptr_t flow)
{
	assert((uint64_t)flow >> 48 == 0);
	bucket->tags[slot] = tag;
	bucket->low[slot] = (uint32_t)flow;
	bucket->high[slot] = (uint16_t)((uint64_t)flow >> 32);
}

static inline void
flow_bucket_clear(struct flow_bucket *bucket, unsigned int slot)
{
	bucket->tags[slot] = 0;
}

#endif
