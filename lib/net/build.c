/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segments -> packets: Ethernet, IP and TCP headers into one mbuf, the text behind them as a copy
 * where it is short or in too many pieces, else as clones that share the send queue's bytes. The
 * queue's own mbufs are never changed but for a reference count, and the checksum is the last word
 * written.
 */
#include <netinet/in.h>

#include "base/prefetch.h"
#include "net/checksum.h"
#include "net/ethernet.h"
#include "net/gather.h"
#include "net/ipv4.h"
#include "net/ipv6.h"
#include "net/resolve.h"
#include "net/tcp_header.h"
#include "net/usual_write.h"

enum {
	PREFETCH_AHEAD = 4,   /* packets */
	REFILL_MAX = 32,      /* mbufs taken from the pool at a time */
	COPY_BYTES_MAX = 256, /* text up to this is copied: cheaper than an mbuf more */
	CLONE_PIECES_MAX = 4, /* text in more pieces than this is copied where it fits */
	HEADERS_BYTES_MAX = RTE_ETHER_HDR_LEN + RTE_VLAN_HLEN + sizeof(struct rte_ipv6_hdr) +
			TCP_HEADER_BYTES_MAX,
};

/* Where the headers of a packet under construction begin, and what follows them. */
struct layout {
	uint16_t l2_len;
	uint16_t l3_len;
	uint16_t l4_len; /* header with options */
	uint32_t text_len;
};

/* Headers and short text of a packet soon to be built go there, and it may be cold. */
static inline void
prefetch_spent(const struct burst *burst, unsigned int ahead)
{
	const uint8_t *bytes;

	if (burst->spent_count < ahead)
		return;
	bytes = rte_pktmbuf_mtod(burst->spent[burst->spent_count - ahead], const uint8_t *);
	for (size_t line = 0; line < 3; line++)
		prefetch_for_write(bytes + line * RTE_CACHE_LINE_SIZE);
}

/*
 * Mbufs of the pool for so many packets, as if this burst had spent them: the next ones taken. Where
 * the packets go to another lcore, it has written these mbufs last: they are asked for all at once,
 * and take_mbuf is the first to touch them.
 */
static __rte_noinline void
refill(struct net *net, struct burst *burst, unsigned int wanted)
{
	const unsigned int n = RTE_MIN(wanted, (unsigned int)REFILL_MAX);

	if (n < 2 || rte_mempool_get_bulk(net->mbuf_pool, (void **)burst->spent, n) != 0)
		return;
	for (unsigned int i = 0; i < n; i++) {
		prefetch_for_write(burst->spent[i]);
		prefetch_for_write(&burst->spent[i]->next); /* the other half */
	}
	burst->spent_count = (uint16_t)n;
	for (unsigned int ahead = 1; ahead < PREFETCH_AHEAD; ahead++)
		prefetch_spent(burst, ahead);
}

/* An empty mbuf with room for `length` bytes: of this burst, else of the pool. */
static struct rte_mbuf *
take_mbuf(struct net *net, struct burst *burst, uint32_t length)
{
	struct rte_mbuf *mbuf;

	while (burst->spent_count > 0) {
		mbuf = burst->spent[--burst->spent_count];
		assert(RTE_MBUF_DIRECT(mbuf) && rte_mbuf_refcnt_read(mbuf) == 1);
		rte_pktmbuf_reset(mbuf);
		if (likely(rte_pktmbuf_tailroom(mbuf) >= length))
			return mbuf;
		rte_pktmbuf_free(mbuf);
	}
	mbuf = rte_pktmbuf_alloc(net->mbuf_pool);
	if (mbuf != NULL && rte_pktmbuf_tailroom(mbuf) < length) {
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	return mbuf;
}

/* How the text of a packet gets into it. */
enum text_way {
	TEXT_COPIED,   /* behind the headers */
	TEXT_CLONED,   /* piece by piece */
	TEXT_GATHERED, /* copied, into several mbufs */
};

/* How many mbufs the text lies in, counted up to one more than `most`. */
static unsigned int
count_pieces(const struct outgoing *out, unsigned int most)
{
	const struct rte_mbuf *piece = out->text;
	uint32_t end = out->text_offset + out->text_len;
	unsigned int count = 1;

	for (; piece->data_len < end && count <= most; piece = piece->next) {
		end -= piece->data_len;
		count++;
	}
	return count;
}

/* A packet to be cut has no more pieces than the port takes (tcp/text/tso.h). */
static enum text_way
choose_way(const struct net *net, const struct outgoing *out)
{
	const bool fits = out->text_len + HEADERS_BYTES_MAX + RTE_PKTMBUF_HEADROOM <=
			rte_pktmbuf_data_room_size(net->mbuf_pool);
	unsigned int most = net->pieces_max;

	if (out->text_len <= COPY_BYTES_MAX || !(net->offloads & ESTAB_PORT_TX_MULTI_SEGMENT))
		return TEXT_COPIED;
	if (fits)
		most = RTE_MIN(most, (unsigned int)CLONE_PIECES_MAX);
	else if (out->cut != 0)
		return TEXT_CLONED;
	if (count_pieces(out, most) <= most)
		return TEXT_CLONED;
	return fits ? TEXT_COPIED : TEXT_GATHERED;
}

static void
copy_text(uint8_t *to, const struct outgoing *out)
{
	const struct rte_mbuf *piece = out->text;
	uint32_t offset = out->text_offset, left = out->text_len;

	for (; left > 0; piece = piece->next) {
		uint32_t here;

		if (offset >= piece->data_len) {
			offset -= piece->data_len;
			continue;
		}
		here = RTE_MIN(piece->data_len - offset, left);
		memcpy(to, rte_pktmbuf_mtod_offset(piece, const void *, offset), here);
		to += here;
		left -= here;
		offset = 0;
	}
}

/* Append a clone of `length` bytes of a piece. @return false where the pool is empty */
static bool
append_clone(struct net *net, struct burst *burst, struct rte_mbuf *head, struct rte_mbuf **last,
		struct rte_mbuf *piece, uint32_t offset, uint32_t length)
{
	struct rte_mbuf *clone = take_mbuf(net, burst, 0);

	if (clone == NULL)
		return false;
	lend(&net->loan, clone, piece, offset, length);
	(*last)->next = clone;
	*last = clone;
	head->nb_segs++;
	head->pkt_len += length;
	return true;
}

static bool
clone_text(struct net *net, struct burst *burst, struct rte_mbuf *head, const struct outgoing *out)
{
	struct rte_mbuf *piece = out->text, *last = head;
	uint32_t offset = out->text_offset, left = out->text_len;

	for (; left > 0; piece = piece->next) {
		uint32_t here;

		if (offset >= piece->data_len) {
			offset -= piece->data_len;
			continue;
		}
		here = RTE_MIN(piece->data_len - offset, left);
		if (!append_clone(net, burst, head, &last, piece, offset, here))
			return false;
		left -= here;
		offset = 0;
	}
	return true;
}

/* The port fills the checksums in, from the pseudo-header's sum on. */
static void
request_offloads(const struct net *net, struct rte_mbuf *mbuf, const struct outgoing *out,
		const struct layout *layout)
{
	const bool ipv4 = out->path->family == ESTAB_FAMILY_IPV4;

	mbuf->tx_offload = rte_mbuf_tx_offload(layout->l2_len, layout->l3_len, layout->l4_len, 0, 0,
			0, 0);
	mbuf->ol_flags |= ipv4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
	if (ipv4 && (net->offloads & ESTAB_PORT_TX_IPV4_CHECKSUM))
		mbuf->ol_flags |= RTE_MBUF_F_TX_IP_CKSUM;
	if (net->offloads & ESTAB_PORT_TX_TCP_CHECKSUM)
		mbuf->ol_flags |= RTE_MBUF_F_TX_TCP_CKSUM;
	if (out->cut != 0) {
		mbuf->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;
		mbuf->tso_segsz = out->cut;
	}
}

static void
write_checksums(const struct net *net, struct rte_mbuf *mbuf, const struct outgoing *out,
		const struct layout *layout)
{
	const uint16_t l3 = layout->l2_len, l4 = (uint16_t)(l3 + layout->l3_len);
	const uint32_t length = layout->l4_len + layout->text_len;
	struct rte_tcp_hdr *tcp = rte_pktmbuf_mtod_offset(mbuf, struct rte_tcp_hdr *, l4);
	/* A port that cuts adds each segment's own length. */
	uint16_t sum = checksum_pseudo_header(out->path, IPPROTO_TCP, out->cut != 0 ? 0 : length);

	if (net->offloads & (ESTAB_PORT_TX_IPV4_CHECKSUM | ESTAB_PORT_TX_TCP_CHECKSUM))
		request_offloads(net, mbuf, out, layout);
	if (out->path->family == ESTAB_FAMILY_IPV4 &&
			!(net->offloads & ESTAB_PORT_TX_IPV4_CHECKSUM))
		ipv4_write_checksum(rte_pktmbuf_mtod_offset(mbuf, struct rte_ipv4_hdr *, l3));
	if (net->offloads & ESTAB_PORT_TX_TCP_CHECKSUM)
		tcp->cksum = sum;
	else
		tcp->cksum = (uint16_t)~checksum_add(checksum_chain_text(net->sum_lanes, mbuf, l4,
								     length),
				sum);
}

/* RFC 3168 5: the two bits below the Diffserv field, which is the path's. */
static void
write_ecn(uint8_t *at, const struct outgoing *out)
{
	if (out->path->family == ESTAB_FAMILY_IPV4)
		((struct rte_ipv4_hdr *)at)->type_of_service |= out->ecn;
	else
		((struct rte_ipv6_hdr *)at)->vtc_flow |=
				rte_cpu_to_be_32((uint32_t)out->ecn << RTE_IPV6_HDR_TC_SHIFT);
}

/* Write the headers from the innermost out; the target MAC address is left to the caller. */
static void
write_headers(const struct net *net, uint8_t *at, const struct outgoing *out, struct layout *layout)
{
	static const struct rte_ether_addr unknown;
	const struct path *path = out->path;
	const bool ipv4 = path->family == ESTAB_FAMILY_IPV4;
	uint32_t length;

	layout->l2_len = ethernet_length(net);
	layout->l3_len = ipv4 ? sizeof(struct rte_ipv4_hdr) : sizeof(struct rte_ipv6_hdr);
	ethernet_write(net, at, path->mac_known ? &path->next_hop : &unknown,
			ipv4 ? RTE_ETHER_TYPE_IPV4 : RTE_ETHER_TYPE_IPV6);
	at += layout->l2_len;
	layout->l4_len = (uint16_t)tcp_header_write(at + layout->l3_len, out, net->option_order);
	layout->text_len = out->text_len;
	length = layout->l4_len + layout->text_len;
	assert(length + layout->l3_len <= UINT16_MAX);
	if (ipv4)
		ipv4_write((struct rte_ipv4_hdr *)at, path, IPPROTO_TCP, (uint16_t)length);
	else
		ipv6_write((struct rte_ipv6_hdr *)at, path, IPPROTO_TCP, (uint16_t)length);
	if (out->ecn != 0)
		write_ecn(at, out);
}

/* Untagged IPv4, text short and in one piece. */
static inline bool
is_usual(const struct net *net, const struct outgoing *out)
{
	return net->usual.writes && out->path->family == ESTAB_FAMILY_IPV4 &&
			out->text_len <= COPY_BYTES_MAX &&
			(out->text_len == 0 ||
					out->text_offset + out->text_len <= out->text->data_len);
}

/* To where, of what is usual; NULL where that is not known, or is to be asked for. */
static inline const struct rte_ether_addr *
usual_hop(struct net *net, const struct outgoing *out, uint64_t now_ns)
{
	if (unlikely(!is_usual(net, out)))
		return NULL;
	return likely(out->path->mac_known) ? &out->path->next_hop
					    : resolve_known(net, out->path, now_ns);
}

/* One of this burst's mbufs with room for a usual packet; NULL where the next one is none such. */
static inline struct rte_mbuf *
take_usual_mbuf(struct burst *burst, uint32_t text_len)
{
	const uint32_t count = burst->spent_count;
	struct rte_mbuf *mbuf;

	if (unlikely(count == 0))
		return NULL;
	mbuf = burst->spent[count - 1];
	assert(RTE_MBUF_DIRECT(mbuf) && rte_mbuf_refcnt_read(mbuf) == 1 && mbuf->nb_segs == 1 &&
			mbuf->next == NULL);
	if (unlikely(mbuf->buf_len < RTE_PKTMBUF_HEADROOM + HEADERS_BYTES_MAX + text_len))
		return NULL;
	burst->spent_count = (uint16_t)(count - 1);
	return mbuf;
}

/* The same packet as build_packet makes, in fewer steps. */
static inline void
build_usual(struct net *net, struct rte_mbuf *mbuf, const struct outgoing *out,
		const struct rte_ether_addr *hop)
{
	struct usual_headers *h = RTE_PTR_ADD(mbuf->buf_addr, RTE_PKTMBUF_HEADROOM);
	const struct path *path = out->path;
	const uint32_t text_len = out->text_len;
	const uint32_t header = usual_write(net, h, out, hop, text_len);

	if (text_len > 0)
		memcpy((uint8_t *)(h + 1) - sizeof(h->tcp) + header,
				rte_pktmbuf_mtod_offset(out->text, void *, out->text_offset),
				text_len);
	usual_describe(&net->usual, mbuf, header, text_len);
	usual_write_sums(net, h, out, path, header);
}

/* @return the packet, or NULL where there is no mbuf for it */
static struct rte_mbuf *
build_packet(struct net *net, struct burst *burst, const struct outgoing *out)
{
	const enum text_way way = choose_way(net, out);
	const uint32_t copied = way == TEXT_COPIED ? out->text_len : 0;
	struct rte_mbuf *mbuf = take_mbuf(net, burst, HEADERS_BYTES_MAX + copied);
	struct layout layout;
	uint8_t *bytes;
	uint16_t headers;

	prefetch_spent(burst, PREFETCH_AHEAD);
	if (mbuf == NULL)
		return NULL;
	bytes = rte_pktmbuf_mtod(mbuf, uint8_t *);
	write_headers(net, bytes, out, &layout);
	headers = (uint16_t)(layout.l2_len + layout.l3_len + layout.l4_len);
	if (copied > 0)
		copy_text(bytes + headers, out);
	mbuf->data_len = (uint16_t)(headers + copied);
	mbuf->pkt_len = mbuf->data_len;
	if ((way == TEXT_CLONED && !clone_text(net, burst, mbuf, out)) ||
			(way == TEXT_GATHERED && !gather_text(net->mbuf_pool, mbuf, out))) {
		rte_pktmbuf_free(mbuf);
		return NULL;
	}
	write_checksums(net, mbuf, out, &layout);
	return mbuf;
}

/* How many the port makes of it. */
static uint32_t
segments_in(const struct outgoing *out)
{
	return out->cut == 0 ? 1 : (out->text_len + out->cut - 1) / out->cut;
}

/* The packets that are out of the ordinary, and those for which there is no mbuf at hand. */
static __rte_noinline void
send_segment(struct net *net, struct burst *burst, const struct outgoing *out, uint64_t now_ns)
{
	struct rte_mbuf *packet = build_packet(net, burst, out);

	if (unlikely(packet == NULL)) {
		net->stats->tx_dropped_no_mbuf++;
		return;
	}
	net->stats->segments_sent += segments_in(out);
	if (out->flags & TCP_FLAG_RST)
		net->stats->rst_sent++;
	if (likely(out->path->mac_known))
		burst_transmit(burst, net->stats, packet);
	else
		resolve_and_transmit(net, burst, out->path, packet, now_ns);
}

/* What is left is nobody else's and no part of a chain: it goes to the pool as it is, many at a time. */
static inline void
give_back_spent(struct burst *burst)
{
	struct rte_mbuf **spent = burst->spent;
	unsigned int n;

	for (unsigned int i = 0; i < burst->spent_count; i += n) {
		for (n = 1; i + n < burst->spent_count && spent[i + n]->pool == spent[i]->pool; n++)
			;
		rte_mempool_put_bulk(spent[i]->pool, (void **)&spent[i], n);
	}
	burst->spent_count = 0;
}

void
net_build(struct net *net, struct burst *burst, uint64_t now_ns)
{
	const struct outgoing *out = burst->out, *end = out + burst->out_count;
	uint64_t usual = burst->out_count;
	bool cold = false; /* mbufs of this burst are in the cache, those of the pool perhaps not */

	for (; out < end; out++) {
		const struct rte_ether_addr *hop = usual_hop(net, out, now_ns);
		struct rte_mbuf *packet = NULL;

		if (unlikely(burst->spent_count == 0)) {
			refill(net, burst, 2 * (unsigned int)(end - out)); /* headers, text */
			cold = true;
		}
		if (likely(hop != NULL))
			packet = take_usual_mbuf(burst, out->text_len);
		if (unlikely(packet == NULL)) {
			send_segment(net, burst, out, now_ns);
			usual--;
			continue;
		}
		if (unlikely(cold))
			prefetch_spent(burst, PREFETCH_AHEAD);
		build_usual(net, packet, out, hop);
		if (unlikely((out->flags & TCP_FLAG_RST) != 0))
			net->stats->rst_sent++;
		burst_transmit(burst, net->stats, packet);
	}
	net->stats->segments_sent += usual;
	burst->out_count = 0;
	loan_end(&net->loan);
	give_back_spent(burst);
}
