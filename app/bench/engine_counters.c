/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine_counters.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *const engine_counter_names[ENGINE_COUNTER_COUNT] = {
	[ENGINE_COUNTER_INSTRUCTIONS] = "instructions",
	[ENGINE_COUNTER_CACHE_MISSES] = "cache_misses",
};

static const uint64_t events[ENGINE_COUNTER_COUNT] = {
	[ENGINE_COUNTER_INSTRUCTIONS] = PERF_COUNT_HW_INSTRUCTIONS,
	[ENGINE_COUNTER_CACHE_MISSES] = PERF_COUNT_HW_CACHE_MISSES,
};

/* A member of the group that the first one leads; a member follows its leader's start and stop. */
static int
open_event(uint64_t event, int leader)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE,
		.size = sizeof(attr),
		.config = event,
		.disabled = leader < 0,
		.exclude_kernel = 1,
		.exclude_hv = 1,
	};

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, leader, 0);
}

static const char *
explain(int error)
{
	switch (error) {
	case ENOENT:
	case ENODEV:
	case EOPNOTSUPP:
		return "this machine has no such counters (a virtual machine often has none)";
	case EACCES:
	case EPERM:
		return "the kernel forbids it: see /proc/sys/kernel/perf_event_paranoid";
	case ENOSYS:
		return "this kernel has no perf_event_open";
	default:
		return "perf_event_open failed";
	}
}

void
engine_counters_open(struct engine_counters *counters)
{
	counters->missing = NULL;
	for (unsigned int i = 0; i < ENGINE_COUNTER_COUNT; i++)
		counters->fds[i] = -1;
	for (unsigned int i = 0; i < ENGINE_COUNTER_COUNT; i++) {
		counters->fds[i] = open_event(events[i], counters->fds[0]);
		if (counters->fds[i] < 0) {
			counters->missing = explain(errno);
			engine_counters_close(counters);
			return;
		}
	}
}

void
engine_counters_close(struct engine_counters *counters)
{
	for (unsigned int i = 0; i < ENGINE_COUNTER_COUNT; i++) {
		if (counters->fds[i] >= 0)
			close(counters->fds[i]);
		counters->fds[i] = -1;
	}
}

void
engine_counters_start(const struct engine_counters *counters)
{
	ioctl(counters->fds[0], PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
}

void
engine_counters_stop(const struct engine_counters *counters)
{
	ioctl(counters->fds[0], PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
}

void
engine_counters_read(const struct engine_counters *counters, uint64_t counts[ENGINE_COUNTER_COUNT])
{
	for (unsigned int i = 0; i < ENGINE_COUNTER_COUNT; i++) {
		if (read(counters->fds[i], &counts[i], sizeof(counts[i])) !=
				(ssize_t)sizeof(counts[i]))
			counts[i] = 0;
	}
}
