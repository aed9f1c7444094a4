/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * For targets that run a stack: EAL and the mempool, once in a process. fuzz_pool.c is their fuzz_start.
 */
#ifndef TEST_FUZZ_FUZZ_POOL_H
#define TEST_FUZZ_FUZZ_POOL_H

struct rte_mempool;

extern struct rte_mempool *fuzz_pool;

#endif
