/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Numbers in an order that no cache foresees: each of 0 to count - 1 once in a pass, and far from the one
 * before, as in a table that has filled at random.
 */
#ifndef APP_BENCH_ORDER_H
#define APP_BENCH_ORDER_H

#include <stdint.h>

#include <rte_common.h>

/* @param order  where the pass is: any number at first, and then what this made of it */
static inline uint32_t
order_next(uint32_t *order, uint32_t count)
{
	const uint32_t mask = rte_align32pow2(count) - 1;
	uint32_t number;

	do {
		*order = *order * 1664525 + 1013904223; /* all of 0..mask, in turn */
		number = *order & mask;
	} while (number >= count);
	return number;
}

#endif
