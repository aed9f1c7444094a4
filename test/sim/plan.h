/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Drawing lots, for the plan of a simulation.
 */
#ifndef TEST_SIM_PLAN_H
#define TEST_SIM_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "pattern.h"

#define MS UINT64_C(1000000)
#define S  UINT64_C(1000000000)

static inline uint64_t
one_of(struct random *random, const uint64_t *values, size_t n)
{
	return values[random_below(random, n)];
}

/* One of the values, each as likely as the others. */
#define ONE_OF(random, ...)                                                                        \
	one_of(random, (const uint64_t[]){ __VA_ARGS__ },                                          \
			sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

#endif
