/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An early, smaller copy of the long way through the headers (ethernet.c, ipv4.c, tcp_header.c),
 * for the packets that nearly all are, in and out: every check stands here again, and whatever does
 * not pass goes the long way to find its name. test/unit/net/usual_test.c compares the two.
 */
#include "net/usual.h"

#include <netinet/in.h>

#include <rte_ip.h>
#include <rte_tcp.h>

#include "net/checksum.h"
#include "net/packet.h"
#include "net/tcp_options.h"

struct usual_headers {
	struct rte_ether_hdr ether;
	struct rte_ipv4_hdr ipv4;
	struct rte_tcp_hdr tcp;
};

_Static_assert(sizeof(struct usual_headers) == 14 + 20 + 20, "as they lie in a packet");

/* What is fixed in the headers before the lengths and addresses. */
static inline bool
forms_are_usual(const struct net *net, const struct rte_mbuf *mbuf, const struct usual_headers *h)
{
	return net->vlan_be == 0 && (mbuf->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) == 0 &&
			rte_is_same_ether_addr(&h->ether.dst_addr, &net->mac) &&
			h->ether.ether_type == RTE_BE16(RTE_ETHER_TYPE_IPV4) &&
			h->ipv4.version_ihl == RTE_IPV4_VHL_DEF &&
			(h->ipv4.fragment_offset & RTE_BE16((uint16_t)~RTE_IPV4_HDR_DF_FLAG)) ==
			0 &&
			h->ipv4.next_proto_id == IPPROTO_TCP;
}

/* To one of our addresses, from one that may be a peer's. */
static inline bool
addresses_are_usual(const struct net *net, const struct rte_ipv4_hdr *ipv4)
{
	const uint32_t remote = rte_be_to_cpu_32(ipv4->src_addr);
	const uint32_t first = remote >> 24;
	bool to_us = false;

	if (first == 0 || first == 127 || first >= 224)
		return false;
	for (uint16_t i = 0; i < net->address_count; i++) {
		const struct net_address *address = &net->addresses[i];
		const uint32_t ours = rte_be_to_cpu_32(address->ip.words[0]);

		if (address->family != ESTAB_FAMILY_IPV4)
			continue;
		if (remote == ours || remote == (ours | UINT32_MAX >> address->prefix_length % 32))
			return false; /* or a broadcast address, or it only looks like one */
		to_us = to_us || address->ip.words[0] == ipv4->dst_addr;
	}
	return to_us;
}

/* A port that was granted the check says GOOD; what else it says is read the long way. */
static inline bool
ipv4_checksum_is_right(const struct net *net, const struct rte_mbuf *mbuf,
		const struct rte_ipv4_hdr *ipv4)
{
	if ((net->offloads & ESTAB_PORT_RX_IPV4_CHECKSUM) != 0)
		return (mbuf->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) ==
				RTE_MBUF_F_RX_IP_CKSUM_GOOD;
	return rte_raw_cksum(ipv4, sizeof(*ipv4)) == CHECKSUM_RIGHT;
}

/*
 * The lengths that IP and TCP tell. What is behind an IP packet, the padding of a short frame, is cut
 * off here where there is one mbuf; a chain has all headers in its first, and nothing behind.
 */
static inline bool
lengths_are_usual(const struct rte_mbuf *mbuf, const struct usual_headers *h, uint16_t total,
		uint16_t header)
{
	if (header < sizeof(h->tcp) || sizeof(h->ipv4) + header > total)
		return false;
	if (likely(mbuf->nb_segs == 1))
		return sizeof(h->ether) + total <= mbuf->data_len;
	return sizeof(h->ether) + total == mbuf->pkt_len &&
			sizeof(h->ether) + sizeof(h->ipv4) + header <= mbuf->data_len;
}

static inline bool
tcp_checksum_is_right(const struct net *net, const struct rte_mbuf *mbuf,
		const struct usual_headers *h, uint16_t length, const struct path *path)
{
	uint16_t sum;

	if ((net->offloads & ESTAB_PORT_RX_TCP_CHECKSUM) != 0)
		return (mbuf->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) ==
				RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	sum = mbuf->nb_segs == 1 ? checksum_text(net->sum_lanes, &h->tcp, length)
				 : checksum_chain_text(net->sum_lanes, mbuf,
						   offsetof(struct usual_headers, tcp), length);
	return checksum_add(sum, checksum_pseudo_header(path, IPPROTO_TCP, length)) ==
			CHECKSUM_RIGHT;
}

static inline void
fill_path(const struct net *net, const struct usual_headers *h, struct path *path)
{
	*path = (struct path){
		.local.words[0] = h->ipv4.dst_addr,
		.remote.words[0] = h->ipv4.src_addr,
		.local_port = h->tcp.dst_port,
		.remote_port = h->tcp.src_port,
		.family = ESTAB_FAMILY_IPV4,
		.hop_limit = net->hop_limit,
		.mac_known = true,
		.next_hop = h->ether.src_addr,
	};
}

static inline void
fill_numbers(const struct usual_headers *h, uint16_t text_len, struct segment *seg)
{
	seg->flow = 0;
	seg->hash = 0;
	seg->seq = rte_be_to_cpu_32(h->tcp.sent_seq);
	seg->ack = rte_be_to_cpu_32(h->tcp.recv_ack);
	seg->flags = h->tcp.tcp_flags;
	seg->len = text_len + (seg->flags & TCP_FLAG_SYN ? 1u : 0) +
			(seg->flags & TCP_FLAG_FIN ? 1u : 0);
	seg->text_len = text_len;
	seg->wnd = rte_be_to_cpu_16(h->tcp.rx_win);
	seg->up = rte_be_to_cpu_16(h->tcp.tcp_urp);
	seg->ip_tos = h->ipv4.type_of_service;
	seg->fate = FATE_DELIVERED;
}

bool
usual_parse(const struct net *net, struct rte_mbuf *mbuf, struct segment *seg)
{
	const struct usual_headers *h = rte_pktmbuf_mtod(mbuf, const struct usual_headers *);
	uint16_t total, header;

	if (mbuf->data_len < sizeof(*h) || !forms_are_usual(net, mbuf, h) ||
			!addresses_are_usual(net, &h->ipv4))
		return false;
	total = rte_be_to_cpu_16(h->ipv4.total_length);
	header = (uint16_t)((h->tcp.data_off >> 4) * 4);
	if (!lengths_are_usual(mbuf, h, total, header) || h->tcp.src_port == 0 ||
			h->tcp.dst_port == 0 || !ipv4_checksum_is_right(net, mbuf, &h->ipv4))
		return false;
	fill_path(net, h, &seg->path);
	if (!tcp_checksum_is_right(net, mbuf, h, (uint16_t)(total - sizeof(h->ipv4)), &seg->path))
		return false;
	if (!tcp_options_parse((const uint8_t *)(&h->tcp + 1), header - (uint32_t)sizeof(h->tcp),
			    &seg->options))
		return false;
	fill_numbers(h, (uint16_t)(total - sizeof(h->ipv4) - header), seg);
	header = (uint16_t)(sizeof(h->ether) + sizeof(h->ipv4) + header);
	if (unlikely(mbuf->nb_segs != 1)) {
		seg->mbuf = packet_cut_headers(mbuf, header);
		return true;
	}
	seg->mbuf = mbuf;
	mbuf->data_off = (uint16_t)(mbuf->data_off + header);
	mbuf->data_len = seg->text_len;
	mbuf->pkt_len = seg->text_len;
	return true;
}

/* As tcp_options_write, for what a connection with timestamps carries on every segment. */
static inline uint16_t
write_timestamps(uint8_t *bytes, const struct tcp_options *options)
{
	const rte_be32_t words[] = { RTE_BE32(UINT32_C(0x0101080a)),
		rte_cpu_to_be_32(options->ts_val), rte_cpu_to_be_32(options->ts_ecr) };

	memcpy(bytes, words, sizeof(words));
	return sizeof(words);
}

static inline uint16_t
write_options(const struct net *net, uint8_t *bytes, const struct tcp_options *options)
{
	if (likely(options->seen == TCP_OPTION_TIMESTAMPS))
		return write_timestamps(bytes, options);
	if (options->seen == 0)
		return 0;
	return (uint16_t)tcp_options_write(bytes, options, net->option_order);
}

uint16_t
usual_write(const struct net *net, void *bytes, const struct outgoing *out)
{
	struct usual_headers *h = bytes;
	const struct path *path = out->path;
	const uint16_t header = (uint16_t)(sizeof(h->tcp) +
			write_options(net, (uint8_t *)(h + 1), &out->options));

	h->ether = (struct rte_ether_hdr){
		.dst_addr = path->next_hop,
		.src_addr = net->mac,
		.ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4),
	};
	h->ipv4 = (struct rte_ipv4_hdr){
		.version_ihl = RTE_IPV4_VHL_DEF,
		.type_of_service = path->tos | out->ecn,
		.total_length = rte_cpu_to_be_16(
				(uint16_t)(sizeof(h->ipv4) + header + out->text_len)),
		.fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG),
		.time_to_live = path->hop_limit,
		.next_proto_id = IPPROTO_TCP,
		.src_addr = path->local.words[0],
		.dst_addr = path->remote.words[0],
	};
	h->tcp = (struct rte_tcp_hdr){
		.src_port = path->local_port,
		.dst_port = path->remote_port,
		.sent_seq = rte_cpu_to_be_32(out->seq),
		.recv_ack = rte_cpu_to_be_32(out->ack),
		.data_off = (uint8_t)(header / 4 << 4),
		.tcp_flags = out->flags,
		.rx_win = rte_cpu_to_be_16(out->wnd),
		.tcp_urp = rte_cpu_to_be_16(out->up),
	};
	return header;
}
