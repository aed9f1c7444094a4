/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many short mbufs of text -> few full ones.
 */
#include "net/gather.h"

#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>

/* A place in a send queue. */
struct place {
	const struct rte_mbuf *piece;
	uint32_t offset;
};

/* Copy so many octets, which are there, and move on behind them. */
static void
copy_from(struct place *from, uint8_t *to, uint32_t length)
{
	while (length > 0) {
		uint32_t here;

		if (from->offset >= from->piece->data_len) {
			from->offset -= from->piece->data_len;
			from->piece = from->piece->next;
			continue;
		}
		here = RTE_MIN(from->piece->data_len - from->offset, length);
		memcpy(to, rte_pktmbuf_mtod_offset(from->piece, const void *, from->offset), here);
		to += here;
		length -= here;
		from->offset += here;
	}
}

bool
gather_text(struct rte_mempool *pool, struct rte_mbuf *packet, const struct outgoing *out)
{
	struct place from = { out->text, out->text_offset };
	struct rte_mbuf *last = packet;
	uint32_t left = out->text_len;

	for (;;) {
		const uint32_t here = RTE_MIN(left, (uint32_t)rte_pktmbuf_tailroom(last));

		copy_from(&from, rte_pktmbuf_mtod_offset(last, uint8_t *, last->data_len), here);
		last->data_len = (uint16_t)(last->data_len + here);
		packet->pkt_len += here;
		left -= here;
		if (left == 0)
			return true;
		last->next = rte_pktmbuf_alloc(pool);
		if (last->next == NULL)
			return false;
		last = last->next;
		packet->nb_segs++;
	}
}
