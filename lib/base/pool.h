/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pool of objects of one size: memory is taken once, when the pool is made, and an object is
 * had and given back in a few instructions. The object given back last is handed out first,
 * because it is still in the cache. Belongs to one lcore; an empty pool is an answer, not an error.
 */
#ifndef ESTAB_BASE_POOL_H
#define ESTAB_BASE_POOL_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

struct pool_link; /* what a free object holds in its first word */

struct pool {
	uint8_t *objects;            /* n_objects of them, `stride` bytes apart */
	struct pool_link *free_list; /* objects given back, the last one first */
	uint64_t *lent;              /* bit per object that is out; NULL when built with NDEBUG */
	size_t size;                 /* bytes of an object that its owner may use */
	size_t stride;               /* size rounded up to the alignment */
	uint32_t n_objects;
	uint32_t n_touched; /* objects that were ever out; the rest is as allocated */
	uint32_t n_used;    /* objects that are out now */
};

/*
 * Make a pool of `n` objects of `size` bytes on NUMA socket `socket_id` (or SOCKET_ID_ANY).
 * `align` is a power of two, or 0 for a cache line. DPDK may show `name` where it accounts for its
 * heap. A pool of no objects is one that is always empty.
 * @return
 *   - 0
 *   - -ENOMEM: the heap of that socket has no such piece; `pool` needs no pool_fini()
 */
int pool_init(struct pool *pool, const char *name, uint32_t n, size_t size, size_t align,
		int socket_id);

/* Give the memory back to DPDK, also under objects that are still out. */
void pool_fini(struct pool *pool);

/*
 * The object is the caller's until pool_put(). It is all zero the first time it is out; later its
 * first word is undefined and the rest as it was given back.
 * @return
 *   - NULL when all are out
 */
void *pool_get(struct pool *pool);

void pool_put(struct pool *pool, void *object);

static inline uint32_t
pool_used_count(const struct pool *pool)
{
	return pool->n_used;
}

static inline uint32_t
pool_free_count(const struct pool *pool)
{
	return pool->n_objects - pool->n_used;
}

/* The object's number, 0 .. n - 1; stays the same for the life of the pool. */
static inline uint32_t
pool_index(const struct pool *pool, const void *object)
{
	const size_t offset = (uintptr_t)object - (uintptr_t)pool->objects;

	assert(offset % pool->stride == 0);
	assert(offset / pool->stride < pool->n_objects);
	return (uint32_t)(offset / pool->stride);
}

static inline void *
pool_at(const struct pool *pool, uint32_t index)
{
	assert(index < pool->n_objects);
	return pool->objects + index * pool->stride;
}

#endif
