/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * EAL and mbufs that are pieces of malloc. A complaint of the fixture aborts, as the engine wants it.
 */
#include "fuzz_pool.h"

#include <stdlib.h>

#include <rte_mbuf.h>

#include "eal.h"
#include "fuzz.h"
#include "malloc_mempool.h"

enum { MBUFS = 512 };

struct rte_mempool *fuzz_pool;

static void
stop(void)
{
	malloc_mempool_destroy(fuzz_pool);
	eal_stop(NULL);
}

int
fuzz_start(void)
{
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	if (eal_start(NULL) != 0)
		return -1;
	fuzz_pool = malloc_mempool_create("fuzz", MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	return fuzz_pool != NULL ? atexit(stop) : -1;
}
