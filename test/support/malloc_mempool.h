/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pool of mbufs that a sanitizer can look into: every mbuf is a piece of malloc of exactly its
 * size, so that an overrun meets a red zone, and an mbuf that was given back is poisoned until it
 * is had again. Without a sanitizer what was given back is overwritten, so that a late reader at
 * least reads nonsense.
 */
#ifndef TEST_SUPPORT_MALLOC_MEMPOOL_H
#define TEST_SUPPORT_MALLOC_MEMPOOL_H

#include <stdint.h>

struct rte_mempool;

/* A pool of n mbufs with data_room bytes each, headroom included; NULL with rte_errno set. */
struct rte_mempool *malloc_mempool_create(const char *name, uint32_t n, uint16_t data_room);

/* Let so many allocations (bulks count once) succeed and the next `count` fail; 0, 0: none fails. */
void malloc_mempool_fail(struct rte_mempool *pool, uint32_t after, uint32_t count);

void malloc_mempool_destroy(struct rte_mempool *pool);

#endif
