/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arithmetic of sequence numbers, RFC 9293 3.4: modulo 2^32, each number being less than the
 * 2^31 - 1 that follow it. Two numbers exactly 2^31 apart are each less than the other; no window
 * (RFC 7323 2.3: at most 2^30) lets that pair meet. Timestamps (RFC 7323 5.2) compare the same way.
 */
#ifndef LIB_TCP_SEQ_H
#define LIB_TCP_SEQ_H

#include <stdbool.h>
#include <stdint.h>

static inline bool
seq_lt(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static inline bool
seq_leq(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) <= 0;
}

static inline bool
seq_gt(uint32_t a, uint32_t b)
{
	return seq_lt(b, a);
}

static inline bool
seq_geq(uint32_t a, uint32_t b)
{
	return seq_leq(b, a);
}

/* first <= seq < first + size; never in a window of size 0. */
static inline bool
seq_in_window(uint32_t seq, uint32_t first, uint32_t size)
{
	return seq - first < size;
}

static inline uint32_t
seq_max(uint32_t a, uint32_t b)
{
	return seq_lt(a, b) ? b : a;
}

static inline uint32_t
seq_min(uint32_t a, uint32_t b)
{
	return seq_lt(b, a) ? b : a;
}

#endif
