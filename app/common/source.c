/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Mbufs with external buffers. All share the bytes, not the reference count: a count that two lcores
 * change for each packet would be the slowest thing of all, so the mbufs take turns with many.
 */
#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_memzone.h>

#include "eal.h"

enum {
	SHARES = 64,       /* reference counts, a cache line each; a power of two */
	HEADS_CACHE = 32,  /* kept at hand by an lcore */
	HEADS_SLACK = 256, /* more, for what caches of lcores hold back */
};

/* The zone: reference counts, then as much of the pattern as a piece at any place of it needs. */
static char *
text_of(const struct source *source)
{
	return (char *)source->zone->addr + (size_t)SHARES * RTE_CACHE_LINE_SIZE;
}

/* The source's own reference is never given back, so nobody ever frees what is not theirs. */
static void
never_free(void *address, void *opaque)
{
	(void)address;
	(void)opaque;
}

static struct rte_mbuf_ext_shared_info *
share_at(const struct source *source, uint32_t index)
{
	return (void *)((char *)source->zone->addr + (size_t)index * RTE_CACHE_LINE_SIZE);
}

static int
reserve(struct source *source, const char *name, int socket)
{
	const size_t size = SHARES * RTE_CACHE_LINE_SIZE + source->period + SOURCE_PIECE_MAX;
	const unsigned int flags = rte_eal_iova_mode() == RTE_IOVA_VA ? 0 : RTE_MEMZONE_IOVA_CONTIG;

	eal_hush(true);
	source->zone = rte_memzone_reserve(name, size, socket, flags);
	eal_hush(false);
	return source->zone != NULL ? 0 : -rte_errno;
}

static void
fill(struct source *source, const void *pattern)
{
	const uint32_t size = source->period + SOURCE_PIECE_MAX;

	for (uint32_t at = 0; at < size; at += source->period)
		memcpy(text_of(source) + at, pattern, RTE_MIN(source->period, size - at));
	for (uint32_t i = 0; i < SHARES; i++) {
		struct rte_mbuf_ext_shared_info *share = share_at(source, i);

		share->free_cb = never_free;
		share->fcb_opaque = NULL;
		rte_mbuf_ext_refcnt_set(share, 1);
	}
}

int
source_init(struct source *source, const char *name, const void *pattern, uint32_t period,
		uint32_t mbufs, int socket)
{
	int ret;

	*source = (struct source){ .period = period };
	ret = reserve(source, name, socket);
	if (ret != 0)
		return ret;
	fill(source, pattern);
	eal_hush(true);
	source->heads = rte_pktmbuf_pool_create(name, mbufs + HEADS_SLACK, HEADS_CACHE, 0, 0,
			socket);
	eal_hush(false);
	return source->heads != NULL ? 0 : -rte_errno;
}

uint32_t
source_fini(struct source *source)
{
	uint32_t missing = 0;

	if (source->heads != NULL)
		missing = rte_mempool_in_use_count(source->heads);
	rte_mempool_free(source->heads);
	rte_memzone_free(source->zone);
	*source = (struct source){ 0 };
	return missing;
}

static rte_iova_t
iova_of(const struct source *source, const char *text)
{
	return source->zone->iova + (rte_iova_t)(text - (const char *)source->zone->addr);
}

/* Let an empty mbuf hold `length` bytes of the pattern, from that offset in it on. */
static void
point(struct source *source, struct rte_mbuf *mbuf, uint32_t offset, uint32_t length)
{
	struct rte_mbuf_ext_shared_info *share = share_at(source, source->next_share);
	char *text = text_of(source) + offset;

	source->next_share = (source->next_share + 1) % SHARES;
	rte_mbuf_ext_refcnt_update(share, 1);
	rte_pktmbuf_attach_extbuf(mbuf, text, iova_of(source, text), (uint16_t)length, share);
	mbuf->data_len = (uint16_t)length;
	mbuf->pkt_len = length;
}

struct rte_mbuf *
source_take(struct source *source, uint64_t offset, uint32_t length)
{
	struct rte_mbuf *packet = NULL, *last = NULL;

	for (uint32_t done = 0; done < length;) {
		const uint32_t here = RTE_MIN(length - done, (uint32_t)SOURCE_PIECE_MAX);
		struct rte_mbuf *mbuf = rte_pktmbuf_alloc(source->heads);

		if (mbuf == NULL) {
			rte_pktmbuf_free(packet);
			return NULL;
		}
		point(source, mbuf, (uint32_t)((offset + done) % source->period), here);
		if (packet == NULL) {
			packet = mbuf;
		} else {
			last->next = mbuf;
			packet->nb_segs++;
			packet->pkt_len += here;
		}
		last = mbuf;
		done += here;
	}
	return packet;
}
