/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The usual packet, read in one piece, by words rather than fields. Inline, for it is the whole of a
 * loop's body.
 */
#ifndef LIB_NET_USUAL_PARSE_H
#define LIB_NET_USUAL_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include <netinet/in.h>

#include "net/packet.h"
#include "net/tcp_options.h"
#include "net/usual.h"

/* What is fixed in the headers before the addresses, lengths and numbers of identification apart. */
static inline bool
usual_forms_are_right(const struct usual *usual, const struct usual_headers *h)
{
	const uint8_t *bytes = (const uint8_t *)h;
	uint64_t differ = 0;

	for (unsigned int i = 0; i < RTE_DIM(usual->forms); i++)
		differ |= (usual_load_64(bytes + i * sizeof(uint64_t)) ^ usual->forms[i]) &
				usual->form_masks[i];
	return differ == 0;
}

static inline bool
usual_address_is_among(const rte_be32_t *addresses, unsigned int count, rte_be32_t address)
{
	for (unsigned int i = 0; i < count; i++)
		if (addresses[i] == address)
			return true;
	return false;
}

/* Never the network's own address, nor its broadcast address. */
static inline bool
usual_address_is_in_range(const struct usual *usual, rte_be32_t address)
{
	for (unsigned int i = 0; i < usual->range_count; i++) {
		const struct usual_range *range = &usual->ranges[i];

		if ((address & range->mask) == range->prefix)
			return address != range->prefix &&
					address != (range->prefix | ~range->mask);
	}
	return false;
}

/* To one of our addresses, from one that may be a peer's. */
static inline bool
usual_addresses_are_right(const struct usual *usual, const struct rte_ipv4_hdr *ipv4)
{
	const uint32_t first = *(const uint8_t *)&ipv4->src_addr;
	const rte_be32_t remote = ipv4->src_addr;

	if (first - 1 >= 223 || first == 127 || remote == usual->barred[0] ||
			remote == usual->barred[1])
		return false;
	if (unlikely(usual->barred_count > 2) &&
			(usual_address_is_among(usual->barred, usual->barred_count, remote) ||
					usual_address_is_in_range(usual, remote)))
		return false;
	return likely(ipv4->dst_addr == usual->locals[0]) ||
			usual_address_is_among(usual->locals, usual->local_count, ipv4->dst_addr) ||
			usual_address_is_in_range(usual, ipv4->dst_addr);
}

/*
 * The lengths that IP and TCP tell. What is behind an IP packet, the padding of a short frame, is cut
 * off here where there is one mbuf; a chain has all headers in its first, and nothing behind.
 */
static inline bool
usual_lengths_are_right(const struct rte_mbuf *mbuf, uint32_t total, uint32_t header)
{
	const uint32_t ether = sizeof(struct rte_ether_hdr), ipv4 = sizeof(struct rte_ipv4_hdr);

	if (header < sizeof(struct rte_tcp_hdr) || ipv4 + header > total)
		return false;
	if (likely(mbuf->nb_segs == 1))
		return ether + total <= mbuf->data_len;
	return ether + total == mbuf->pkt_len && ether + ipv4 + header <= mbuf->data_len;
}

/* The checksums that the port was not asked to check. */
static inline bool
usual_sums_are_right(const struct net *net, const struct rte_mbuf *mbuf,
		const struct usual_headers *h, uint32_t length)
{
	return likely(net->usual.rx_sums == 0) || usual_add_up(net, mbuf, h, length);
}

/* An IPv4 address among the other words of a path, which are zero. */
static inline void
usual_fill_address(union ip_address *ip, rte_be32_t address)
{
	ip->halves[0] = rte_cpu_to_le_64(rte_le_to_cpu_32(address));
	ip->halves[1] = 0;
}

/* What is the same in every received path, from the family on. */
enum { USUAL_PATH_FIXED = offsetof(struct path, next_hop) - offsetof(struct path, family) };

static inline void
usual_fill_path(const struct usual *usual, const struct usual_headers *h, struct path *path)
{
	usual_fill_address(&path->local, h->ipv4.dst_addr);
	usual_fill_address(&path->remote, h->ipv4.src_addr);
	path->local_port = h->tcp.dst_port;
	path->remote_port = h->tcp.src_port;
	memcpy(&path->family, &usual->path.family, USUAL_PATH_FIXED);
	path->next_hop = h->ether.src_addr;
}

static inline void
usual_fill_numbers(const struct usual_headers *h, uint32_t text_len, struct segment *seg)
{
	const uint64_t numbers = rte_be_to_cpu_64(usual_load_64(&h->tcp.sent_seq));
	const uint64_t rest = rte_be_to_cpu_64(usual_load_64(&h->tcp.data_off));
	const uint32_t flags = (uint8_t)(rest >> 48);

	seg->ack = (uint32_t)numbers;
	seg->seq = (uint32_t)(numbers >> 32);
	seg->len = text_len + (flags >> 1 & 1) + (flags & 1); /* SYN, FIN */
	seg->text_len = (uint16_t)text_len;
	seg->wnd = (uint16_t)(rest >> 32);
	seg->up = (uint16_t)rest;
	seg->flags = (uint8_t)flags;
	seg->ip_tos = h->ipv4.type_of_service;
	seg->fate = FATE_DELIVERED;
}

/* TSval and TSecr. */
static inline void
usual_take_times(const uint8_t *bytes, struct tcp_options *options)
{
	const uint64_t times = rte_be_to_cpu_64(usual_load_64(bytes));

	options->ts_ecr = (uint32_t)times;
	options->ts_val = (uint32_t)(times >> 32);
}

/* The SYN of Linux; only the values vary. */
static inline bool
usual_take_syn_options(const uint8_t *bytes, struct tcp_options *options)
{
	const uint64_t head = rte_be_to_cpu_64(usual_load_64(bytes));
	const uint32_t tail = rte_be_to_cpu_32(usual_load_32(bytes + 16));

	if ((head & ~TCP_OPTIONS_SYN_MSS) != TCP_OPTIONS_SYN_HEAD ||
			(tail & ~UINT32_C(0xff)) != TCP_OPTIONS_SYN_TAIL)
		return false;
	options->seen = TCP_OPTIONS_SYN_SEEN;
	options->sack_count = 0;
	options->mss = (uint16_t)(head >> 32);
	options->window_scale = (uint8_t)tail;
	if (unlikely(options->window_scale > TCP_OPTIONS_WINDOW_SCALE_MAX))
		options->window_scale = TCP_OPTIONS_WINDOW_SCALE_MAX;
	usual_take_times(bytes + 8, options);
	return true;
}

/* RFC 7323 appendix A has the timestamps alone, behind two NOPs; a SYN has more. */
static inline bool
usual_take_options(const struct usual_headers *h, uint32_t length, struct tcp_options *options)
{
	const uint8_t *bytes = (const uint8_t *)(h + 1);

	if (likely(length == TCP_OPTIONS_TIMESTAMPS_LENGTH &&
			    usual_load_32(bytes) == TCP_OPTIONS_TIMESTAMPS_HEAD)) {
		options->seen = TCP_OPTION_TIMESTAMPS;
		options->sack_count = 0;
		usual_take_times(bytes + 4, options);
		return true;
	}
	if (length == TCP_OPTIONS_SYN_LENGTH && usual_take_syn_options(bytes, options))
		return true;
	return tcp_options_parse(bytes, length, options);
}

/* The segment takes the mbuf over, trimmed to its text. */
static inline void
usual_cut_headers(struct rte_mbuf *mbuf, uint32_t headers, struct segment *seg)
{
	if (unlikely(mbuf->nb_segs != 1)) {
		seg->mbuf = packet_cut_headers(mbuf, (uint16_t)headers);
		return;
	}
	seg->mbuf = mbuf;
	mbuf->data_off = (uint16_t)(mbuf->data_off + headers);
	mbuf->data_len = seg->text_len;
	mbuf->pkt_len = seg->text_len;
}

/*
 * Read a whole, untagged, right IPv4 packet with a TCP segment from a possible peer to one of our
 * addresses, as ethernet_parse, ipv4_parse and tcp_header_parse would.
 *
 * @return true with the segment filled in, which has taken the mbuf over; false where anything is
 *   out of the ordinary: nothing but the segment's place has been touched, and the long way decides
 */
static inline bool
usual_parse(const struct net *net, struct rte_mbuf *mbuf, struct segment *seg)
{
	const struct usual_headers *h = rte_pktmbuf_mtod(mbuf, const struct usual_headers *);
	const struct usual *usual = &net->usual;
	uint32_t total, header;

	if (mbuf->data_len < sizeof(*h) ||
			(mbuf->ol_flags & usual->rx_flags_mask) != usual->rx_flags ||
			!usual_forms_are_right(usual, h) ||
			!usual_addresses_are_right(usual, &h->ipv4))
		return false;
	total = rte_be_to_cpu_16(h->ipv4.total_length);
	header = (h->tcp.data_off & 0xf0u) / 4;
	if (!usual_lengths_are_right(mbuf, total, header) || h->tcp.src_port == 0 ||
			h->tcp.dst_port == 0)
		return false;
	usual_fill_path(usual, h, &seg->path);
	total -= (uint32_t)sizeof(h->ipv4);
	if (!usual_sums_are_right(net, mbuf, h, total) ||
			!usual_take_options(h, header - (uint32_t)sizeof(h->tcp), &seg->options))
		return false;
	usual_fill_numbers(h, total - header, seg);
	usual_cut_headers(mbuf, (uint32_t)(sizeof(h->ether) + sizeof(h->ipv4)) + header, seg);
	return true;
}

#endif
