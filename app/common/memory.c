/* SPDX-License-Identifier: BSD-3-Clause */
#include "memory.h"

#include <inttypes.h>
#include <stddef.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>

#include "complain.h"
#include "eal.h"

uint64_t
memory_left(void)
{
	struct rte_malloc_socket_stats stats;
	uint64_t left = 0;

	if (rte_eal_has_hugepages())
		return UINT64_MAX;
	for (unsigned int i = 0; i < rte_socket_count(); i++) {
		if (rte_malloc_get_socket_stats(rte_socket_id_by_idx(i), &stats) == 0)
			left += stats.heap_freesz_bytes;
	}
	return left;
}

uint64_t
memory_of_mbuf(uint16_t data_room)
{
	struct rte_mempool_objsz size;

	/* 8 bytes more: its place in the pool's ring. */
	return rte_mempool_calc_obj_size((uint32_t)sizeof(struct rte_mbuf) + data_room, 0, &size) +
			8;
}

/* An mbuf as rte_pktmbuf_init leaves it, with the address that a device sees: ours, in VA mode. */
static void
init_mbuf(struct rte_mempool *pool, void *argument, void *object, unsigned int index)
{
	struct rte_mbuf *mbuf = object;

	rte_pktmbuf_init(pool, argument, object, index);
	rte_mbuf_iova_set(mbuf, (rte_iova_t)(uintptr_t)mbuf->buf_addr);
}

/*
 * Without hugepages a page holds 4 KB, and a pool as DPDK makes it puts no object across two pages:
 * one mbuf takes a page, nearly twice what it needs. Where devices see our own addresses that care
 * is needless.
 */
static struct rte_mempool *
create_dense(const char *name, uint32_t mbufs, uint32_t cache, uint16_t data_room, int socket)
{
	struct rte_pktmbuf_pool_private private = { .mbuf_data_room_size = data_room };
	struct rte_mempool *pool;

	pool = rte_mempool_create_empty(name, mbufs,
			(unsigned int)sizeof(struct rte_mbuf) + data_room, cache, sizeof(private),
			socket, RTE_MEMPOOL_F_NO_IOVA_CONTIG);
	if (pool == NULL)
		return NULL;
	rte_pktmbuf_pool_init(pool, &private);
	if (rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), NULL) != 0 ||
			rte_mempool_populate_default(pool) < 0) {
		rte_mempool_free(pool);
		return NULL;
	}
	rte_mempool_obj_iter(pool, init_mbuf, NULL);
	return pool;
}

uint64_t
memory_of_text(const struct rte_mempool *pool, uint32_t stacks)
{
	return (uint64_t)pool->size * pool->elt_size / 4 / stacks;
}

struct rte_mempool *
memory_mbuf_pool(const char *name, uint32_t mbufs, uint32_t cache, uint16_t data_room, int socket,
		const char *option)
{
	struct rte_mempool *pool;

	eal_hush(true);
	if (!rte_eal_has_hugepages() && rte_eal_iova_mode() == RTE_IOVA_VA)
		pool = create_dense(name, mbufs, cache, data_room, socket);
	else
		pool = rte_pktmbuf_pool_create(name, mbufs, cache, 0, data_room, socket);
	eal_hush(false);
	if (pool == NULL)
		complain(EXIT_ENVIRONMENT,
				"no memory for %" PRIu32 " mbufs (%" PRIu64
				" MB; %s): lower --%s, or give EAL more with -m",
				mbufs, mbufs * memory_of_mbuf(data_room) >> 20,
				rte_strerror(rte_errno), option);
	return pool;
}
