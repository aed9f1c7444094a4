/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A cache line that is going to be written. Memory that another lcore wrote last, as a mempool hands
 * it out behind a ring of packets, is thus fetched once, for itself, and not first to read and then
 * to write. DPDK's own rte_prefetch0_write is experimental in 22.11.
 */
#ifndef LIB_BASE_PREFETCH_H
#define LIB_BASE_PREFETCH_H

static inline void
prefetch_for_write(const void *line)
{
#if defined(__x86_64__)
	/* The compiler's own says so only for processors known to have it; on others it does nothing. */
	__asm__ volatile("prefetchw %0" : : "m"(*(const char *)line));
#else
	__builtin_prefetch(line, 1);
#endif
}

#endif
