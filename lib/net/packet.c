/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Cutting a chain of mbufs at either end; rte_pktmbuf_trim and rte_pktmbuf_adj reach into one of them
 * only.
 */
#include "net/packet.h"

void
packet_trim(struct packet *packet, uint32_t length)
{
	struct rte_mbuf *head = packet->mbuf, *mbuf = head;
	uint32_t rest = packet->offset + length;
	uint16_t count = 1;

	packet->length = length;
	if (likely(head->pkt_len == rest))
		return;
	assert(head->pkt_len > rest);
	head->pkt_len = rest;
	while (rest > mbuf->data_len) {
		rest -= mbuf->data_len;
		mbuf = mbuf->next;
		count++;
	}
	mbuf->data_len = (uint16_t)rest;
	rte_pktmbuf_free(mbuf->next);
	mbuf->next = NULL;
	head->nb_segs = count;
}

struct rte_mbuf *
packet_cut_headers(struct rte_mbuf *mbuf, uint16_t headers)
{
	struct rte_mbuf *text = mbuf->next;

	rte_pktmbuf_adj(mbuf, headers);
	if (likely(mbuf->data_len > 0 || text == NULL))
		return mbuf;
	text->pkt_len = mbuf->pkt_len;
	text->nb_segs = (uint16_t)(mbuf->nb_segs - 1);
	mbuf->next = NULL;
	mbuf->nb_segs = 1;
	rte_pktmbuf_free_seg(mbuf);
	return text;
}
