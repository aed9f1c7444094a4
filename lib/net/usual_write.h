/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The headers of a usual packet, written in one go, by words rather than fields. Inline, for it is
 * most of a loop's body.
 */
#ifndef LIB_NET_USUAL_WRITE_H
#define LIB_NET_USUAL_WRITE_H

#include <stdbool.h>

#include <netinet/in.h>

#include "net/tcp_options.h"
#include "net/usual.h"

static inline uint32_t
usual_write_times(uint8_t *bytes, const struct tcp_options *options)
{
	const uint32_t head = TCP_OPTIONS_TIMESTAMPS_HEAD;

	usual_store_32(bytes, head);
	usual_store_64(bytes + sizeof(head),
			rte_cpu_to_be_64((uint64_t)options->ts_val << 32 | options->ts_ecr));
	return TCP_OPTIONS_TIMESTAMPS_LENGTH;
}

static inline uint32_t
usual_write_syn_options(uint8_t *bytes, const struct tcp_options *options)
{
	const uint32_t tail = rte_cpu_to_be_32(TCP_OPTIONS_SYN_TAIL | options->window_scale);

	usual_store_64(bytes,
			rte_cpu_to_be_64(TCP_OPTIONS_SYN_HEAD | (uint64_t)options->mss << 32));
	usual_store_64(bytes + 8,
			rte_cpu_to_be_64((uint64_t)options->ts_val << 32 | options->ts_ecr));
	usual_store_32(bytes + 16, tail);
	return TCP_OPTIONS_SYN_LENGTH;
}

/* As tcp_options_write, which is left for what only few segments carry. */
static inline uint32_t
usual_write_options(const struct net *net, uint8_t *bytes, const struct tcp_options *options)
{
	if (likely(options->seen == TCP_OPTION_TIMESTAMPS))
		return usual_write_times(bytes, options);
	if (options->seen == 0)
		return 0;
	if (options->seen == TCP_OPTIONS_SYN_SEEN && net->option_order == ESTAB_OPTION_ORDER_LINUX)
		return usual_write_syn_options(bytes, options);
	return tcp_options_write(bytes, options, net->option_order);
}

/* Ethernet, and IPv4 without its checksum. */
static inline void
usual_write_ipv4(const struct usual *usual, struct usual_headers *h, const struct path *path,
		const struct rte_ether_addr *hop, uint8_t ecn, uint32_t total)
{
	uint8_t *bytes = (uint8_t *)h;

	h->ether.dst_addr = *hop;
	memcpy(&h->ether.src_addr, usual->source_and_type, sizeof(usual->source_and_type));
	usual_store_16(&h->ipv4,
			rte_cpu_to_be_16((uint16_t)(RTE_IPV4_VHL_DEF << 8 | path->tos | ecn)));
	usual_store_64(bytes + offsetof(struct usual_headers, ipv4.total_length),
			rte_cpu_to_be_64((uint64_t)total << 48 |
					(uint64_t)RTE_IPV4_HDR_DF_FLAG << 16 |
					(uint64_t)path->hop_limit << 8 | IPPROTO_TCP));
	h->ipv4.hdr_checksum = 0;
	h->ipv4.src_addr = path->local.words[0];
	h->ipv4.dst_addr = path->remote.words[0];
}

/*
 * Write the headers of an untagged IPv4 packet to that next hop, checksums left zero. Only where
 * net->usual.writes. The length of the text is the segment's, and need not be read again.
 *
 * @return bytes of the TCP header
 */
static inline uint32_t
usual_write(const struct net *net, struct usual_headers *h, const struct outgoing *out,
		const struct rte_ether_addr *hop, uint32_t text_len)
{
	const struct path *path = out->path;
	const uint32_t header = (uint32_t)sizeof(h->tcp) +
			usual_write_options(net, (uint8_t *)(h + 1), &out->options);

	usual_write_ipv4(&net->usual, h, path, hop, out->ecn,
			(uint32_t)sizeof(h->ipv4) + header + text_len);
	usual_store_32(&h->tcp, usual_load_32(&path->local_port)); /* both */
	usual_store_64(&h->tcp.sent_seq, rte_cpu_to_be_64((uint64_t)out->seq << 32 | out->ack));
	usual_store_64(&h->tcp.data_off,
			rte_cpu_to_be_64((uint64_t)header << 58 | (uint64_t)out->flags << 48 |
					(uint64_t)out->wnd << 32 | out->up));
	return header;
}

/*
 * All that an mbuf says of a packet, but for what it says of any direct mbuf that nobody else has and
 * that is no part of a chain.
 */
static inline void
usual_describe(const struct usual *usual, struct rte_mbuf *mbuf, uint32_t header, uint32_t text_len)
{
	const uint32_t before = sizeof(struct rte_ether_hdr) + sizeof(struct rte_ipv4_hdr);

	memcpy((uint8_t *)mbuf + offsetof(struct rte_mbuf, data_off), &usual->rearm,
			sizeof(usual->rearm));
	mbuf->ol_flags = usual->tx_flags;
	mbuf->packet_type = 0;
	mbuf->pkt_len = before + header + text_len;
	mbuf->data_len = (uint16_t)(before + header + text_len);
	mbuf->vlan_tci = 0;
	mbuf->tx_offload = 0;
	if (likely(usual->tx_flags != 0))
		mbuf->tx_offload = rte_mbuf_tx_offload(RTE_ETHER_HDR_LEN,
				sizeof(struct rte_ipv4_hdr), header, 0, 0, 0, 0);
}

/* The sums of headers, read back in the words they were written in: others would wait for those. */
static inline uint64_t
usual_sum_ipv4(const struct usual_headers *h)
{
	return (uint64_t)usual_load_16(&h->ipv4) +
			checksum_halves(usual_load_64(&h->ipv4.total_length)) + h->ipv4.src_addr +
			h->ipv4.dst_addr;
}

static inline uint64_t
usual_sum_tcp(const struct usual_headers *h, uint32_t header)
{
	const uint8_t *options = (const uint8_t *)(h + 1);
	const uint32_t length = header - (uint32_t)sizeof(h->tcp);
	const uint64_t sum = usual_load_32(&h->tcp) +
			checksum_halves(usual_load_64(&h->tcp.sent_seq)) +
			checksum_halves(usual_load_64(&h->tcp.data_off));

	if (likely(length == TCP_OPTIONS_TIMESTAMPS_LENGTH))
		return sum + usual_load_32(options) + checksum_halves(usual_load_64(options + 4));
	return sum + checksum_bytes(options, length);
}

/* The text is added up where it was copied from. */
static inline uint16_t
usual_tcp_checksum(const struct net *net, const struct usual_headers *h, const struct outgoing *out,
		uint32_t header, uint64_t pseudo)
{
	uint64_t sum = pseudo + usual_sum_tcp(h, header);

	if (out->text_len > 0)
		sum += checksum_text(net->sum_lanes,
				rte_pktmbuf_mtod_offset(out->text, const void *, out->text_offset),
				out->text_len);
	return (uint16_t)~checksum_fold(sum);
}

/* Checksums, or the sum that the port begins with. */
static inline void
usual_write_sums(const struct net *net, struct usual_headers *h, const struct outgoing *out,
		const struct path *path, uint32_t header)
{
	const uint64_t pseudo = (uint64_t)path->local.words[0] + path->remote.words[0] +
			usual_sum_pseudo_header(header + out->text_len);

	if ((net->usual.tx_sums & ESTAB_PORT_TX_TCP_CHECKSUM) == 0)
		h->tcp.cksum = checksum_fold(pseudo);
	else
		h->tcp.cksum = usual_tcp_checksum(net, h, out, header, pseudo);
	if ((net->usual.tx_sums & ESTAB_PORT_TX_IPV4_CHECKSUM) != 0)
		h->ipv4.hdr_checksum = (uint16_t)~checksum_fold(usual_sum_ipv4(h));
}

#endif
