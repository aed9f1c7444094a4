/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The pool of pool.h. Making it touches no object: those never handed out yet are known by a high
 * water mark, and only those given back are linked. Builds with asserts keep a bit per object to
 * catch a foreign pointer and a second put; builds with AddressSanitizer see each use of an object
 * that is not out, and each use beyond its size.
 */
#include "pool.h"

#include <errno.h>
#include <stdbool.h>

#include <rte_common.h>
#include <rte_malloc.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_POISONS
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define POOL_POISONS
#endif

#ifdef POOL_POISONS
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#endif

struct pool_link {
	struct pool_link *next;
};

#ifdef NDEBUG
static const bool pool_tracks = false;
#else
static const bool pool_tracks = true;
#endif

/* Note that an object goes out or comes back, and that it was the other way round before. */
static void
track(const struct pool *pool, const void *object, bool out)
{
	if (!pool_tracks)
		return;

	const uint32_t index = pool_index(pool, object);
	uint64_t *word = &pool->lent[index / 64];
	const uint64_t bit = UINT64_C(1) << index % 64;

	assert(((*word & bit) != 0) != out);
	*word = out ? *word | bit : *word & ~bit;
}

static int
allocate(struct pool *pool, const char *name, size_t align, int socket_id)
{
	const uint32_t words = pool->n_objects / 64 + 1;
	size_t bytes;

	if (pool->n_objects == 0)
		return 0;
	if (__builtin_mul_overflow(pool->stride, pool->n_objects, &bytes))
		return -ENOMEM;
	pool->objects = rte_zmalloc_socket(name, bytes, (unsigned int)align, socket_id);
	if (pool->objects == NULL)
		return -ENOMEM;
	if (pool_tracks) {
		pool->lent = rte_zmalloc_socket(name, words * sizeof(*pool->lent), 0, socket_id);
		if (pool->lent == NULL) {
			rte_free(pool->objects);
			return -ENOMEM;
		}
	}
	ASAN_POISON_MEMORY_REGION(pool->objects, bytes);
	return 0;
}

int
pool_init(struct pool *pool, const char *name, uint32_t n, size_t size, size_t align, int socket_id)
{
	int rc;

	if (align == 0)
		align = RTE_CACHE_LINE_SIZE;
	assert(size > 0);
	assert(align <= UINT32_MAX && rte_is_power_of_2((uint32_t)align));

	*pool = (struct pool){ .size = size, .n_objects = n };
	align = RTE_MAX(align, sizeof(struct pool_link));
	pool->stride = RTE_ALIGN_CEIL(RTE_MAX(size, sizeof(struct pool_link)), align);
	rc = allocate(pool, name, align, socket_id);
	if (rc != 0)
		*pool = (struct pool){ 0 };
	return rc;
}

void
pool_fini(struct pool *pool)
{
	ASAN_UNPOISON_MEMORY_REGION(pool->objects, pool->stride * pool->n_objects);
	rte_free(pool->objects);
	rte_free(pool->lent);
	*pool = (struct pool){ 0 };
}

void *
pool_get(struct pool *pool)
{
	struct pool_link *object = pool->free_list;

	if (object != NULL) {
		ASAN_UNPOISON_MEMORY_REGION(object, RTE_MAX(pool->size, sizeof(*object)));
		pool->free_list = object->next;
	} else if (pool->n_touched < pool->n_objects) {
		object = pool_at(pool, pool->n_touched++);
		ASAN_UNPOISON_MEMORY_REGION(object, pool->size);
	} else {
		return NULL;
	}
	track(pool, object, true);
	pool->n_used++;
	return object;
}

void
pool_put(struct pool *pool, void *object)
{
	struct pool_link *link = object;

	track(pool, object, false);
	assert(pool->n_used > 0);
	ASAN_UNPOISON_MEMORY_REGION(link, sizeof(*link));
	link->next = pool->free_list;
	ASAN_POISON_MEMORY_REGION(object, pool->stride);
	pool->free_list = link;
	pool->n_used--;
}
