/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP packets on packetdrill's side, Ethernet frames on the stack's. There is one neighbour, which
 * has every address that the stack asks for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "adapter.h"
#include "frame.h"
#include "order.h"

enum {
	BURST = 64,
	WAIT_S = 200, /* for a packet; who asks longer asks in vain */
};

#define WAIT_NS (WAIT_S * UINT64_C(1000000000))

static const uint8_t neighbour_mac[6] = { 0x02, 0, 0, 0, 0, 0x64 };

/* What does not fit one mbuf goes on in the next, as from a device that coalesces. */
static struct rte_mbuf *
chain_of(struct rte_mempool *pool, const uint8_t *frame, size_t size)
{
	struct rte_mbuf *head = rte_pktmbuf_alloc(pool), *mbuf = head;
	size_t n;

	for (; mbuf != NULL; frame += n, size -= n) {
		n = RTE_MIN(size, (size_t)rte_pktmbuf_tailroom(mbuf));
		memcpy(rte_pktmbuf_append(mbuf, (uint16_t)n), frame, n);
		if (mbuf != head && rte_pktmbuf_chain(head, mbuf) != 0)
			break;
		if (n == size)
			return head;
		mbuf = rte_pktmbuf_alloc(pool);
	}
	rte_pktmbuf_free(head);
	return NULL;
}

static bool
frame_to_stack(struct adapter *adapter, const uint8_t *frame, size_t size)
{
	struct rte_mbuf *mbuf = chain_of(adapter->pool, frame, size);

	if (mbuf != NULL)
		estab_stack_receive_burst(adapter->stack, &mbuf, 1, adapter->now_ns);
	return mbuf != NULL;
}

static void
keep_packet(struct adapter *adapter, const uint8_t *ip, size_t size)
{
	struct packet_out *out = &adapter->out[adapter->out_put % ADAPTER_PACKETS];

	if (adapter->out_put - adapter->out_taken == ADAPTER_PACKETS)
		return;
	out->bytes = malloc(size);
	if (out->bytes == NULL)
		return;
	memcpy(out->bytes, ip, size);
	out->size = size;
	out->at_ns = adapter->now_ns;
	if (adapter->profile.any_order)
		order_normalize(out->bytes, out->size, adapter->profile.order);
	adapter->out_put++;
}

/* @return whether the stack was given an answer, and so needs a turn */
static bool
take_frame(struct adapter *adapter, struct rte_mbuf *mbuf)
{
	uint8_t frame[ADAPTER_FRAME_MAX], answer[FRAME_MAX];
	const uint32_t size = rte_pktmbuf_pkt_len(mbuf);
	const uint8_t *bytes;

	if (size > sizeof(frame) || size < FRAME_ETHERNET)
		return false;
	bytes = rte_pktmbuf_read(mbuf, 0, size, frame);
	switch (frame_classify(bytes, size)) {
	case FRAME_NEIGHBOUR_QUESTION:
		return frame_to_stack(adapter, answer,
				frame_answer_neighbour(bytes, size, neighbour_mac, answer));
	case FRAME_TCP_SEGMENT:
		keep_packet(adapter, bytes + FRAME_ETHERNET, size - FRAME_ETHERNET);
		return false;
	case FRAME_OTHER:
		break;
	}
	return false;
}

bool
wire_transmit(struct adapter *adapter)
{
	struct rte_mbuf *mbufs[BURST];
	const uint16_t n =
			estab_stack_transmit_burst(adapter->stack, mbufs, BURST, adapter->now_ns);
	bool more = n == BURST;

	for (uint16_t i = 0; i < n; i++) {
		more |= take_frame(adapter, mbufs[i]);
		rte_pktmbuf_free(mbufs[i]);
	}
	return more || estab_stack_deadline(adapter->stack) <= adapter->now_ns;
}

int
adapter_netdev_send(void *userdata, const void *packet, size_t size)
{
	struct adapter *adapter = userdata;
	const bool is_ipv6 = size > 0 && *(const uint8_t *)packet >> 4 == 6;
	uint8_t frame[FRAME_ETHERNET + UINT16_MAX];
	bool taken;

	if (size + FRAME_ETHERNET > sizeof(frame))
		return -1;
	memcpy(frame, adapter->profile.mac, 6);
	memcpy(frame + 6, neighbour_mac, 6);
	memcpy(frame + 12, is_ipv6 ? (uint8_t[]){ 0x86, 0xdd } : (uint8_t[]){ 0x08, 0x00 }, 2);
	memcpy(frame + FRAME_ETHERNET, packet, size);
	adapter_lock(adapter);
	taken = frame_to_stack(adapter, frame, size + FRAME_ETHERNET);
	clock_turn(adapter);
	adapter_unlock(adapter);
	return taken ? 0 : -1;
}

/* Time passes until a packet leaves. */
static bool
await_packet(struct adapter *adapter)
{
	const uint64_t limit = adapter->now_ns + WAIT_NS;

	while (adapter->out_put == adapter->out_taken) {
		const uint64_t deadline = clock_deadline(adapter);

		if (deadline > limit)
			return false;
		clock_advance(adapter, deadline);
	}
	return true;
}

int
adapter_netdev_receive(void *userdata, void *packet, size_t *size, long long *time_us)
{
	struct adapter *adapter = userdata;
	struct packet_out *out;

	adapter_lock(adapter);
	if (!await_packet(adapter)) {
		*size = 0;
	} else {
		out = &adapter->out[adapter->out_taken++ % ADAPTER_PACKETS];
		*size = RTE_MIN(*size, out->size);
		memcpy(packet, out->bytes, *size);
		*time_us = (long long)(out->at_ns / 1000);
		free(out->bytes);
	}
	adapter_unlock(adapter);
	return 0;
}

/* packetdrill does not look at what is left when a script ends. */
void
wire_report_left(struct adapter *adapter)
{
	const uint32_t left = adapter->out_put - adapter->out_taken;

	if (left > 0)
		fprintf(stderr, "estab: %u packets left the stack that the script did not expect\n",
				(unsigned int)left);
	while (adapter->out_taken != adapter->out_put)
		free(adapter->out[adapter->out_taken++ % ADAPTER_PACKETS].bytes);
}
