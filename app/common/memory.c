/* SPDX-License-Identifier: BSD-3-Clause */
#include "memory.h"

#include <inttypes.h>
#include <stddef.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "complain.h"

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
	return rte_mempool_calc_obj_size((uint32_t)sizeof(struct rte_mbuf) + data_room, 0, &size) + 8;
}

struct rte_mempool *
memory_mbuf_pool(const char *name, uint32_t mbufs, uint32_t cache, uint16_t data_room, int socket,
	const char *option)
{
	struct rte_mempool *pool;

	pool = rte_pktmbuf_pool_create(name, mbufs, cache, 0, data_room, socket);
	if (pool == NULL)
		complain(EXIT_ENVIRONMENT,
			"no memory for %" PRIu32 " mbufs (%" PRIu64 " MB; %s): lower --%s, or give EAL more with -m",
			mbufs, mbufs * memory_of_mbuf(data_room) >> 20, rte_strerror(rte_errno), option);
	return pool;
}
