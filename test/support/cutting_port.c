/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The offloads by the words of rte_mbuf_core.h: the checksum field holds the pseudo-header's sum, with
 * TSO without the length; of the flags FIN and PSH go to the last segment.
 */
#include "cutting_port.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>

enum { FRAME_ROOM = 70000 };

/* Big-endian words, an odd byte padded; 64 KB of them do not overflow. */
static uint32_t
add_words(const uint8_t *bytes, uint32_t length, uint32_t sum)
{
	for (uint32_t i = 0; i < length; i++)
		sum += (uint32_t)bytes[i] << (i % 2 == 0 ? 8 : 0);
	return sum;
}

static rte_be16_t
complement(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return rte_cpu_to_be_16((uint16_t)~sum);
}

/* The headers of a frame, and what its mbuf says of them. */
struct headers {
	uint32_t l3, l4, text; /* offsets */
	bool ipv4;
	bool cut;
};

static void
set_ip_length(uint8_t *frame, const struct headers *at, uint32_t length)
{
	if (at->ipv4) {
		struct rte_ipv4_hdr *ip = (void *)(frame + at->l3);

		ip->total_length = rte_cpu_to_be_16((uint16_t)(length - at->l3));
		ip->hdr_checksum = 0;
		ip->hdr_checksum = complement(add_words((void *)ip, at->l4 - at->l3, 0));
	} else {
		struct rte_ipv6_hdr *ip = (void *)(frame + at->l3);

		ip->payload_len = rte_cpu_to_be_16((uint16_t)(length - at->l4));
	}
}

/* Nothing where the port is asked to fill it in, else right for the packet as it is, also to be cut. */
static void
check_ip_checksum(const uint8_t *frame, const struct headers *at, bool asked)
{
	const struct rte_ipv4_hdr *ip = (const void *)(frame + at->l3);

	if (asked)
		assert_int_equal(ip->hdr_checksum, 0);
	else
		assert_int_equal(complement(add_words((const void *)ip, at->l4 - at->l3, 0)), 0);
}

/* The field holds what the hardware is not to add itself. */
static void
fill_tcp_checksum(uint8_t *frame, const struct headers *at, uint32_t length)
{
	struct rte_tcp_hdr *tcp = (void *)(frame + at->l4);
	const uint32_t segment_len = length - at->l4;

	/* A port that cuts adds the length, which the whole packet's sum could not hold. */
	tcp->cksum = complement(add_words((void *)tcp, segment_len, at->cut ? segment_len : 0));
}

static void
send_one(struct cutting_port *port, const uint8_t *frame, uint32_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(port->pool);

	assert_non_null(mbuf);
	assert_true(rte_pktmbuf_tailroom(mbuf) >= length);
	memcpy(rte_pktmbuf_append(mbuf, (uint16_t)length), frame, length);
	assert_int_equal(port->inner.tx_burst(port->inner.context, &mbuf, 1), 1);
}

/* One segment of a frame that is cut, or the whole of one that is not. */
static void
send_segment(struct cutting_port *port, const uint8_t *frame, const struct headers *at,
		uint32_t offset, uint32_t text, bool last)
{
	uint8_t segment[FRAME_ROOM];
	struct rte_tcp_hdr *tcp = (void *)(segment + at->l4);

	memcpy(segment, frame, at->text);
	memcpy(segment + at->text, frame + at->text + offset, text);
	tcp->sent_seq = rte_cpu_to_be_32(rte_be_to_cpu_32(tcp->sent_seq) + offset);
	if (!last)
		tcp->tcp_flags &= (uint8_t) ~(RTE_TCP_FIN_FLAG | RTE_TCP_PSH_FLAG);
	set_ip_length(segment, at, at->text + text);
	fill_tcp_checksum(segment, at, at->text + text);
	send_one(port, segment, at->text + text);
}

static void
cut(struct cutting_port *port, const struct rte_mbuf *packet, const uint8_t *frame,
		const struct headers *at)
{
	const uint32_t length = packet->pkt_len - at->text;
	uint32_t segments = 0;

	assert_in_range(packet->tso_segsz, 1, length - 1);
	for (uint32_t offset = 0; offset < length; offset += packet->tso_segsz, segments++) {
		const uint32_t left = length - offset;

		send_segment(port, frame, at, offset, RTE_MIN(left, (uint32_t)packet->tso_segsz),
				left <= packet->tso_segsz);
	}
	port->packets_cut++;
	port->segments_max = RTE_MAX(port->segments_max, segments);
}

static void
transmit(struct cutting_port *port, struct rte_mbuf *packet)
{
	const struct headers at = {
		.l3 = packet->l2_len,
		.l4 = (uint32_t)packet->l2_len + packet->l3_len,
		.text = (uint32_t)packet->l2_len + packet->l3_len + packet->l4_len,
		.ipv4 = (packet->ol_flags & RTE_MBUF_F_TX_IPV4) != 0,
		.cut = (packet->ol_flags & RTE_MBUF_F_TX_TCP_SEG) != 0,
	};
	uint8_t copy[FRAME_ROOM];
	const uint8_t *frame = rte_pktmbuf_read(packet, 0, packet->pkt_len, copy);

	assert_non_null(frame);
	rte_mbuf_sanity_check(packet, 1);
	port->packets++;
	port->pieces_max = RTE_MAX(port->pieces_max, (uint32_t)packet->nb_segs);
	if (at.ipv4)
		check_ip_checksum(frame, &at, (packet->ol_flags & RTE_MBUF_F_TX_IP_CKSUM) != 0);
	if ((packet->ol_flags & RTE_MBUF_F_TX_TCP_CKSUM) == 0)
		send_one(port, frame, packet->pkt_len); /* ARP, ND */
	else if (at.cut)
		cut(port, packet, frame, &at);
	else
		send_segment(port, frame, &at, 0, packet->pkt_len - at.text, true);
	rte_pktmbuf_free(packet);
}

static uint16_t
cutting_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct cutting_port *port = context;

	return port->inner.rx_burst(port->inner.context, packets, n);
}

static uint16_t
cutting_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++)
		transmit(context, packets[i]);
	return n;
}

void
cutting_port_init(struct cutting_port *port, const struct estab_port *inner,
		struct rte_mempool *pool)
{
	*port = (struct cutting_port){
		.port = { .context = port,
				.rx_burst = cutting_rx_burst,
				.tx_burst = cutting_tx_burst,
				.offloads = ESTAB_PORT_TX_IPV4_CHECKSUM |
						ESTAB_PORT_TX_TCP_CHECKSUM |
						ESTAB_PORT_TX_MULTI_SEGMENT |
						ESTAB_PORT_TX_TCP_SEGMENTATION },
		.inner = *inner,
		.pool = pool,
	};
}
