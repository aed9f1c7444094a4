/* SPDX-License-Identifier: BSD-3-Clause */
/* Instructions and cache misses of what is measured, where kernel and machine count them. */
#ifndef APP_BENCH_ENGINE_COUNTERS_H
#define APP_BENCH_ENGINE_COUNTERS_H

#include <stdint.h>

enum engine_counter {
	ENGINE_COUNTER_INSTRUCTIONS,
	ENGINE_COUNTER_CACHE_MISSES,
	ENGINE_COUNTER_COUNT
};

struct engine_counters {
	int fds[ENGINE_COUNTER_COUNT];
	const char *missing; /* why nothing is counted; NULL: it is */
};

extern const char *const engine_counter_names[ENGINE_COUNTER_COUNT];

/* Afterwards they are stopped, or `missing` says why there are none. */
void engine_counters_open(struct engine_counters *counters);
void engine_counters_close(struct engine_counters *counters);

/* Count on, and stop: only what lies between is counted, the kernel left out. */
void engine_counters_start(const struct engine_counters *counters);
void engine_counters_stop(const struct engine_counters *counters);

/* What was counted since they were opened. */
void engine_counters_read(const struct engine_counters *counters,
		uint64_t counts[ENGINE_COUNTER_COUNT]);

#endif
