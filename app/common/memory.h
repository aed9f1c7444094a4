/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How much of DPDK's memory is left, so that pools are sized to what is there: `--no-huge` gives
 * 64 MB unless -m says otherwise, and it does not grow.
 */
#ifndef APP_COMMON_MEMORY_H
#define APP_COMMON_MEMORY_H

#include <stdint.h>

struct rte_mempool;

/* Bytes that may still be allocated; UINT64_MAX where the heap grows by taking more hugepages. */
uint64_t memory_left(void);

/* Bytes of heap that one mbuf with this data room takes, mempool overhead included. */
uint64_t memory_of_mbuf(uint16_t data_room);

/* What each of so many stacks may pin of a pool that is theirs alone: a quarter of it all together. */
uint64_t memory_of_text(const struct rte_mempool *pool, uint32_t stacks);

/*
 * A pool of mbufs of this lcore's own socket. Complains with the mend when it cannot be had.
 *
 * @param option  the option that would make it smaller
 */
struct rte_mempool *memory_mbuf_pool(const char *name, uint32_t mbufs, uint32_t cache,
		uint16_t data_room, int socket, const char *option);

#endif
