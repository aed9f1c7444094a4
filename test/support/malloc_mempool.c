/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The mempool ops "estab_malloc". DPDK gives each pool a memory zone and asks the ops to cut it
 * into objects; these ops leave the zone alone and take each object from malloc instead.
 */
#include "malloc_mempool.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>
#include <rte_memory.h>
#include <rte_mempool.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif

#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

enum {
	ZONE_SIZE = 64,    /* of the memory zone that nobody uses */
	SPENT_BYTE = 0xdb, /* what a late reader sees */
};

struct malloc_pool {
	uint32_t fail_after; /* so many allocations succeed, */
	uint32_t fail_count; /* then so many fail */
	bool watching;       /* DPDK has initialised every mbuf: from now on poison */
	uint32_t n_free;
	uint32_t n_objects;
	void **free;    /* the one given back last is had first */
	void **objects; /* what malloc returned, to be freed */
};

static int
malloc_pool_alloc(struct rte_mempool *mp)
{
	struct malloc_pool *pool = calloc(1, sizeof(*pool));

	if (pool == NULL)
		return -ENOMEM;
	pool->free = calloc(mp->size, sizeof(*pool->free));
	pool->objects = calloc(mp->size, sizeof(*pool->objects));
	mp->pool_data = pool;
	return pool->free != NULL && pool->objects != NULL ? 0 : -ENOMEM;
}

static void
malloc_pool_free(struct rte_mempool *mp)
{
	struct malloc_pool *pool = mp->pool_data;

	for (uint32_t i = 0; i < pool->n_objects; i++)
		free(pool->objects[i]);
	free(pool->objects);
	free(pool->free);
	free(pool);
}

static int
malloc_pool_enqueue(struct rte_mempool *mp, void *const *objects, unsigned int n)
{
	struct malloc_pool *pool = mp->pool_data;

	if (pool->n_free + n > mp->size)
		return -ENOBUFS;
	for (unsigned int i = 0; i < n; i++) {
		pool->free[pool->n_free++] = objects[i];
		if (!pool->watching)
			continue;
		memset((uint8_t *)objects[i] + sizeof(struct rte_mbuf), SPENT_BYTE,
				mp->elt_size - sizeof(struct rte_mbuf));
		ASAN_POISON_MEMORY_REGION(objects[i], mp->elt_size);
	}
	return 0;
}

static bool
fails_by_order(struct malloc_pool *pool)
{
	if (pool->fail_count == 0)
		return false;
	if (pool->fail_after > 0) {
		pool->fail_after--;
		return false;
	}
	pool->fail_count--;
	return true;
}

static int
malloc_pool_dequeue(struct rte_mempool *mp, void **objects, unsigned int n)
{
	struct malloc_pool *pool = mp->pool_data;

	if (n > pool->n_free || fails_by_order(pool))
		return -ENOBUFS;
	for (unsigned int i = 0; i < n; i++) {
		objects[i] = pool->free[--pool->n_free];
		ASAN_UNPOISON_MEMORY_REGION(objects[i], mp->elt_size);
	}
	return 0;
}

static unsigned int
malloc_pool_get_count(const struct rte_mempool *mp)
{
	const struct malloc_pool *pool = mp->pool_data;

	return pool->n_free;
}

static ssize_t
malloc_pool_calc_mem_size(const struct rte_mempool *mp, uint32_t n, uint32_t pg_shift,
		size_t *min_chunk_size, size_t *align)
{
	(void)mp;
	(void)n;
	(void)pg_shift;
	*min_chunk_size = ZONE_SIZE;
	*align = RTE_CACHE_LINE_SIZE;
	return ZONE_SIZE;
}

/*
 * The piece ends exactly where the object does; the object begins at a cache line, as in any pool.
 */
static void *
malloc_object(struct malloc_pool *pool, const struct rte_mempool *mp)
{
	void *piece;

	if (posix_memalign(&piece, RTE_CACHE_LINE_SIZE, mp->header_size + mp->elt_size) != 0)
		return NULL;
	memset(piece, 0, mp->header_size + mp->elt_size);
	pool->objects[pool->n_objects++] = piece;
	return (uint8_t *)piece + mp->header_size;
}

static int
malloc_pool_populate(struct rte_mempool *mp, unsigned int n, void *vaddr, rte_iova_t iova,
		size_t len, rte_mempool_populate_obj_cb_t *add, void *add_arg)
{
	unsigned int i;

	(void)vaddr;
	(void)iova;
	(void)len;
	for (i = 0; i < n; i++) {
		void *object = malloc_object(mp->pool_data, mp);

		if (object == NULL)
			break;
		add(mp, add_arg, object, (rte_iova_t)(uintptr_t)object);
		malloc_pool_enqueue(mp, &object, 1);
	}
	return (int)i;
}

static const struct rte_mempool_ops malloc_pool_ops = {
	.name = "estab_malloc",
	.alloc = malloc_pool_alloc,
	.free = malloc_pool_free,
	.enqueue = malloc_pool_enqueue,
	.dequeue = malloc_pool_dequeue,
	.get_count = malloc_pool_get_count,
	.calc_mem_size = malloc_pool_calc_mem_size,
	.populate = malloc_pool_populate,
};

RTE_MEMPOOL_REGISTER_OPS(malloc_pool_ops);

static void
poison_all(struct malloc_pool *pool, size_t size)
{
	pool->watching = true;
	for (uint32_t i = 0; i < pool->n_free; i++)
		ASAN_POISON_MEMORY_REGION(pool->free[i], size);
}

struct rte_mempool *
malloc_mempool_create(const char *name, uint32_t n, uint16_t data_room)
{
	struct rte_mempool *mp = rte_pktmbuf_pool_create_by_ops(name, n, 0, 0, data_room,
			SOCKET_ID_ANY, malloc_pool_ops.name);

	if (mp != NULL)
		poison_all(mp->pool_data, mp->elt_size);
	return mp;
}

void
malloc_mempool_fail(struct rte_mempool *mp, uint32_t after, uint32_t count)
{
	struct malloc_pool *pool = mp->pool_data;

	pool->fail_after = after;
	pool->fail_count = count;
}

void
malloc_mempool_destroy(struct rte_mempool *pool)
{
	rte_mempool_free(pool);
}
