/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Trimming a chain of mbufs to a length; rte_pktmbuf_trim reaches only into the last mbuf.
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
