/* SPDX-License-Identifier: BSD-3-Clause */
#include "cores.h"

#include <rte_lcore.h>

bool
cores_are_shared(const uint16_t *lcores, uint16_t count)
{
	rte_cpuset_t all;

	CPU_ZERO(&all);
	for (uint16_t i = 0; i < count; i++) {
		rte_cpuset_t own = rte_lcore_cpuset(lcores[i]);

		RTE_CPU_OR(&all, &all, &own);
	}
	return CPU_COUNT(&all) < count;
}
