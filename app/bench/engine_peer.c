/* SPDX-License-Identifier: BSD-3-Clause */
#include "engine_peer.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ip.h>
#include <rte_tcp.h>

enum peer_address {
	STACK_ADDRESS = RTE_IPV4(198U, 18, 0, 1), /* RFC 2544: 198.18.0.0/15 is for benchmarks */
	PEER_PORT_FIRST = 1024,
	WINDOW = 65535,
	OPTION_TIMESTAMPS = 8,
};

const struct rte_ether_addr peer_stack_mac = { { 0x02, 0, 0, 0, 0, 1 } };
const struct rte_ether_addr peer_mac = { { 0x02, 0, 0, 0, 0, 2 } };

/* MSS 1460, SACK-permitted, timestamps, NOP, window scale 7: what Linux offers. */
static const uint8_t syn_options[20] = { 2, 4, 0x05, 0xb4, 4, 2, OPTION_TIMESTAMPS, 10, 0, 0, 0, 0,
	0, 0, 0, 0, 1, 3, 3, 7 };
static const uint8_t other_options[12] = { 1, 1, OPTION_TIMESTAMPS, 10 };

struct headers {
	struct rte_ether_hdr ether;
	struct rte_ipv4_hdr ipv4;
	struct rte_tcp_hdr tcp;
	uint8_t options[20];
};

_Static_assert(offsetof(struct headers, options) == 14 + 20 + 20, "as they lie in a packet");

struct rte_mbuf *
peer_mbuf(struct peer *peer)
{
	struct rte_mbuf *mbuf;

	if (peer->spare_count == 0)
		return rte_pktmbuf_alloc(peer->pool);
	mbuf = peer->spare[--peer->spare_count];
	rte_pktmbuf_reset(mbuf);
	return mbuf;
}

void
peer_keep(struct peer *peer, struct rte_mbuf *mbuf)
{
	if (peer->spare_count < PEER_SPARE_MAX && mbuf->nb_segs == 1 && RTE_MBUF_DIRECT(mbuf) &&
			rte_mbuf_refcnt_read(mbuf) == 1)
		peer->spare[peer->spare_count++] = mbuf;
	else
		rte_pktmbuf_free(mbuf);
}

void
peer_free_spare(struct peer *peer)
{
	rte_pktmbuf_free_bulk(peer->spare, peer->spare_count);
	peer->spare_count = 0;
}

static uint16_t
write_options(const struct peer *peer, uint8_t *options, const struct said *said)
{
	const bool syn = (said->flags & RTE_TCP_SYN_FLAG) != 0;
	const rte_be32_t times[2] = { rte_cpu_to_be_32(peer->ts_val),
		rte_cpu_to_be_32(said->ts_ecr) };

	if (syn) {
		memcpy(options, syn_options, sizeof(syn_options));
		memcpy(options + 8, times, sizeof(times));
		return sizeof(syn_options);
	}
	memcpy(options, other_options, 4);
	memcpy(options + 4, times, sizeof(times));
	return sizeof(other_options);
}

static void
write_tcp(struct rte_tcp_hdr *tcp, const struct said *said, uint16_t options)
{
	*tcp = (struct rte_tcp_hdr){
		.src_port = rte_cpu_to_be_16((uint16_t)(PEER_PORT_FIRST + said->peer % PEER_PORTS)),
		.dst_port = rte_cpu_to_be_16(PEER_PORT),
		.sent_seq = rte_cpu_to_be_32(said->seq),
		.recv_ack = rte_cpu_to_be_32(said->ack),
		.data_off = (uint8_t)((sizeof(*tcp) + options) / 4 << 4),
		.tcp_flags = said->flags,
		.rx_win = rte_cpu_to_be_16(WINDOW),
	};
}

/* Either the sums themselves, or the word of a NIC that has checked them. */
static void
vouch(const struct peer *peer, struct rte_mbuf *mbuf, struct headers *headers)
{
	mbuf->ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	if (!peer->software_checksums)
		return;
	headers->ipv4.hdr_checksum = rte_ipv4_cksum(&headers->ipv4);
	headers->tcp.cksum = rte_ipv4_udptcp_cksum(&headers->ipv4, &headers->tcp);
}

void
peer_write(const struct peer *peer, struct rte_mbuf *mbuf, const struct said *said)
{
	struct headers *headers = rte_pktmbuf_mtod(mbuf, struct headers *);
	const uint16_t options = write_options(peer, headers->options, said);
	const uint16_t length = (uint16_t)(sizeof(headers->ipv4) + sizeof(headers->tcp) + options +
			said->text_len);

	headers->ether.dst_addr = peer_stack_mac;
	headers->ether.src_addr = peer_mac;
	headers->ether.ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	headers->ipv4 = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.total_length = rte_cpu_to_be_16(length),
		.fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = 64,
		.next_proto_id = IPPROTO_TCP,
		.src_addr = rte_cpu_to_be_32(peer->address + said->peer / PEER_PORTS),
		.dst_addr = RTE_BE32(STACK_ADDRESS),
	};
	write_tcp(&headers->tcp, said, options);
	mbuf->data_len = (uint16_t)(sizeof(headers->ether) + length);
	mbuf->pkt_len = mbuf->data_len;
	vouch(peer, mbuf, headers);
}

static uint32_t
read_32(const uint8_t *bytes)
{
	rte_be32_t word;

	memcpy(&word, bytes, sizeof(word));
	return rte_be_to_cpu_32(word);
}

/* TSval of our own stack's options, which are well formed; 0 where there is none. */
static uint32_t
read_ts_val(const uint8_t *options, uint32_t length)
{
	for (uint32_t at = 0; at + 10 <= length;) {
		if (options[at] == OPTION_TIMESTAMPS)
			return read_32(options + at + 2);
		at += options[at] <= 1 ? 1 : options[at + 1];
	}
	return 0;
}

bool
peer_read(const struct peer *peer, struct rte_mbuf *mbuf, struct heard *heard)
{
	const struct headers *headers = rte_pktmbuf_mtod(mbuf, const struct headers *);
	const uint32_t header = 4u * (headers->tcp.data_off >> 4);

	if (headers->ether.ether_type != RTE_BE16(RTE_ETHER_TYPE_IPV4) ||
			headers->ipv4.next_proto_id != IPPROTO_TCP)
		return false;
	heard->peer = (rte_be_to_cpu_32(headers->ipv4.dst_addr) - peer->address) * PEER_PORTS +
			rte_be_to_cpu_16(headers->tcp.dst_port) - PEER_PORT_FIRST;
	heard->seq = rte_be_to_cpu_32(headers->tcp.sent_seq);
	heard->ack = rte_be_to_cpu_32(headers->tcp.recv_ack);
	heard->flags = headers->tcp.tcp_flags;
	heard->text_len = (uint16_t)(rte_be_to_cpu_16(headers->ipv4.total_length) -
			sizeof(headers->ipv4) - header);
	heard->text_at = (uint16_t)(offsetof(struct headers, tcp) + header);
	heard->ts_val = read_ts_val(headers->options, header - (uint32_t)sizeof(headers->tcp));
	return true;
}
