/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * More lcores than cores: everything works, only slower, if nobody spins while others have work to
 * do.
 */
#ifndef APP_COMMON_CORES_H
#define APP_COMMON_CORES_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_pause.h>

/* Whether these lcores have fewer cores than they are. */
bool cores_are_shared(const uint16_t *lcores, uint16_t count);

/* After a turn, and while waiting for another lcore. */
static inline void
cores_yield(bool shared)
{
	if (shared)
		sched_yield();
	else
		rte_pause();
}

#endif
