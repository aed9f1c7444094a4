/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets of text for the tests of this room: chains of mbufs cut as a test wants them, each mbuf
 * a piece of malloc of its own, filled with bytes that tell their stream and their place in it.
 */
#ifndef TEST_UNIT_TCP_TEXT_H
#define TEST_UNIT_TCP_TEXT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_mbuf.h>

#include "malloc_mempool.h"
#include "pattern.h"

enum { TEXT_MBUF_BYTES = 512 }; /* an mbuf takes so much, its headroom aside */

static inline struct rte_mempool *
text_pool_create(const char *name, uint32_t n)
{
	return malloc_mempool_create(name, n, RTE_PKTMBUF_HEADROOM + TEXT_MBUF_BYTES);
}

/*
 * One mbuf with bytes [at, at + length) of stream `key`, with no room behind them, so that no other
 * text is copied there; NULL where the pool is empty.
 */
static inline struct rte_mbuf *
text_mbuf(struct rte_mempool *pool, uint64_t key, uint64_t at, uint16_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);

	if (mbuf == NULL)
		return NULL;
	mbuf->data_off = (uint16_t)(mbuf->buf_len - length);
	pattern_fill(key, at, (uint8_t *)rte_pktmbuf_append(mbuf, length), length);
	return mbuf;
}

/* A packet of `length` bytes in pieces of `piece` each, the last one shorter. */
static inline struct rte_mbuf *
text_packet(struct rte_mempool *pool, uint64_t key, uint64_t at, uint32_t length, uint16_t piece)
{
	struct rte_mbuf *packet =
			text_mbuf(pool, key, at, (uint16_t)(length < piece ? length : piece));
	struct rte_mbuf *last = packet;
	uint32_t done = rte_pktmbuf_data_len(packet);

	while (done < length) {
		const uint16_t n = (uint16_t)(length - done < piece ? length - done : piece);

		last->next = text_mbuf(pool, key, at + done, n);
		last = last->next;
		packet->nb_segs++;
		packet->pkt_len += n;
		done += n;
	}
	return packet;
}

/* Copy what the mbufs hold, from offset on and up to `room` bytes; returns how much. */
static inline uint32_t
text_copy(const struct rte_mbuf *mbuf, uint32_t offset, uint8_t *bytes, uint32_t room)
{
	uint32_t done = 0;

	for (; mbuf != NULL && done < room; mbuf = mbuf->next) {
		uint32_t n;

		if (offset >= mbuf->data_len) {
			offset -= mbuf->data_len;
			continue;
		}
		n = mbuf->data_len - offset < room - done ? mbuf->data_len - offset : room - done;
		memcpy(bytes + done, rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, offset), n);
		done += n;
		offset = 0;
	}
	return done;
}

#endif
