/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text without end that costs nothing to make: one pattern in memory, and packets that point into it
 * instead of holding a copy. What sends them, TCP or a device, only reads.
 */
#ifndef APP_COMMON_SOURCE_H
#define APP_COMMON_SOURCE_H

#include <stdint.h>

struct rte_mbuf;
struct rte_mempool;
struct rte_memzone;

enum source_limits {
	SOURCE_PIECE_MAX = 32768, /* text of one mbuf */
};

struct source {
	struct rte_mempool *heads; /* mbufs without room of their own */
	const struct rte_memzone *zone;
	uint32_t next_share;
	uint32_t period; /* bytes after which the pattern repeats */
};

/*
 * How many mbufs text of this size needs as one packet. A source needs so many for each packet that
 * is on its way, acknowledgment included.
 */
static inline uint32_t
source_pieces(uint32_t length)
{
	return (length + SOURCE_PIECE_MAX - 1) / SOURCE_PIECE_MAX;
}

/*
 * Make a source of a pattern that repeats after `period` bytes, with so many mbufs.
 *
 * @param name  unique in the process, up to 15 characters
 * @return 0, or a negative errno
 */
int source_init(struct source *source, const char *name, const void *pattern, uint32_t period,
		uint32_t mbufs, int socket);

/* All packets must have come home. @return how many mbufs have not */
uint32_t source_fini(struct source *source);

/*
 * The text that begins `offset` bytes after the pattern's beginning, as a packet of its own.
 *
 * @return NULL where all mbufs are on their way
 */
struct rte_mbuf *source_take(struct source *source, uint64_t offset, uint32_t length);

#endif
