/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The clock that the applications bring to their stacks: nanoseconds since clock_init, from the
 * TSC. All lcores read the same clock; DPDK's machines keep their TSCs in step.
 */
#ifndef APP_COMMON_CLOCK_H
#define APP_COMMON_CLOCK_H

#include <stdint.h>

#include <rte_cycles.h>

#define NS_PER_SECOND UINT64_C(1000000000)

struct clock {
	uint64_t tsc_start;
	uint64_t ns_per_cycle; /* fixed point, 32 bits behind the point */
};

static inline void
clock_init(struct clock *clock)
{
	clock->tsc_start = rte_rdtsc();
	clock->ns_per_cycle = (NS_PER_SECOND << 32) / rte_get_tsc_hz();
}

/* The time at which the TSC showed this. */
static inline uint64_t
clock_at(const struct clock *clock, uint64_t tsc)
{
	return (uint64_t)((unsigned __int128)(tsc - clock->tsc_start) * clock->ns_per_cycle >> 32);
}

static inline uint64_t
clock_now(const struct clock *clock)
{
	return clock_at(clock, rte_rdtsc());
}

#endif
