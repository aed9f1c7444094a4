/* SPDX-License-Identifier: BSD-3-Clause */
#include "runtime.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_eal.h>

int
runtime_start(void **state)
{
	char prefix[64], lcores[32],
			*args[] = {
				(char[]){ "estab_app_test" },
				(char[]){ "--no-huge" },
				(char[]){ "--no-pci" },
				(char[]){ "--no-telemetry" },
				(char[]){ "--no-shconf" },
				(char[]){ "-m" },
				(char[]){ "128" },
				(char[]){ "--log-level=error" },
				prefix,
				lcores,
				NULL,
			};

	(void)state;
	snprintf(prefix, sizeof(prefix), "--file-prefix=estab_app_test_%d", (int)getpid());
	snprintf(lcores, sizeof(lcores), "--lcores=0@%d", sched_getcpu());
	return rte_eal_init(RTE_DIM(args) - 1, args) < 0 ? -1 : 0;
}

int
runtime_stop(void **state)
{
	(void)state;
	return rte_eal_cleanup();
}
