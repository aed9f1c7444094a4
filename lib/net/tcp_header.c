/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The TCP header in and out. What is wrong in the header itself dies here under a name; what is
 * wrong with its numbers is the tcp room's.
 */
#include <netinet/in.h>

#include "net/checksum.h"
#include "net/tcp_header.h"
#include "net/tcp_options.h"

/* What the port says counts only where the offload was granted; NONE means intact all the same. */
static bool
checksum_is_right(const struct net *net, const struct packet *packet)
{
	uint16_t sum;

	if (net->offloads & ESTAB_PORT_RX_TCP_CHECKSUM) {
		switch (packet->mbuf->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) {
		case RTE_MBUF_F_RX_L4_CKSUM_GOOD:
		case RTE_MBUF_F_RX_L4_CKSUM_NONE:
			return true;
		case RTE_MBUF_F_RX_L4_CKSUM_BAD:
			return false;
		}
	}
	sum = checksum_chain_text(net->sum_lanes, packet->mbuf, packet->offset, packet->length);
	return checksum_add(sum,
			       checksum_pseudo_header(&packet->path, IPPROTO_TCP,
					       packet->length)) == CHECKSUM_RIGHT;
}

/* Length, then checksum, and only then anything else. */
static unsigned int
check_header(const struct net *net, struct packet *packet, uint32_t *header_length)
{
	const struct rte_tcp_hdr *tcp;
	unsigned int next;

	if (packet->to_group)
		return ESTAB_DROP_TCP_MULTICAST;
	if (packet->length < sizeof(*tcp))
		return ESTAB_DROP_TCP_HEADER;
	next = packet_need(packet, packet->offset + (uint32_t)sizeof(*tcp), ESTAB_DROP_TCP_HEADER);
	if (next != GO_ON)
		return next;
	*header_length = 4 * (uint32_t)(packet_header(packet, struct rte_tcp_hdr)->data_off >> 4);
	if (*header_length < sizeof(*tcp) || *header_length > packet->length)
		return ESTAB_DROP_TCP_HEADER;
	next = packet_need(packet, packet->offset + *header_length, ESTAB_DROP_TCP_HEADER);
	if (next != GO_ON)
		return next;
	if (!checksum_is_right(net, packet))
		return ESTAB_DROP_TCP_CHECKSUM;
	tcp = packet_header(packet, struct rte_tcp_hdr);
	if (tcp->src_port == 0 || tcp->dst_port == 0)
		return ESTAB_DROP_TCP_PORT_ZERO;
	return GO_ON;
}

static void
read_fields(const struct net *net, const struct packet *packet, const struct rte_tcp_hdr *tcp,
		uint16_t text_len, struct segment *seg)
{
	seg->seq = rte_be_to_cpu_32(tcp->sent_seq);
	seg->ack = rte_be_to_cpu_32(tcp->recv_ack);
	seg->flags = tcp->tcp_flags;
	seg->len = text_len + (seg->flags & TCP_FLAG_SYN ? 1u : 0) +
			(seg->flags & TCP_FLAG_FIN ? 1u : 0);
	seg->text_len = text_len;
	seg->wnd = rte_be_to_cpu_16(tcp->rx_win);
	seg->up = rte_be_to_cpu_16(tcp->tcp_urp);
	seg->ip_tos = packet->tos;
	seg->fate = FATE_DELIVERED;
	seg->path = packet->path;
	seg->path.local_port = tcp->dst_port;
	seg->path.remote_port = tcp->src_port;
	seg->path.hop_limit = net->hop_limit;
	seg->path.tos = 0;
}

unsigned int
tcp_header_parse(const struct net *net, struct packet *packet, struct segment *seg)
{
	const struct rte_tcp_hdr *tcp;
	uint32_t header_length;
	unsigned int next = check_header(net, packet, &header_length);

	if (next != GO_ON)
		return next;
	tcp = packet_header(packet, struct rte_tcp_hdr);
	if (!tcp_options_parse((const uint8_t *)(tcp + 1), header_length - (uint32_t)sizeof(*tcp),
			    &seg->options))
		return ESTAB_DROP_TCP_OPTIONS;
	read_fields(net, packet, tcp, (uint16_t)(packet->length - header_length), seg);
	seg->mbuf = packet_cut_headers(packet->mbuf, (uint16_t)(packet->offset + header_length));
	packet->mbuf = NULL;
	return GO_ON;
}

uint32_t
tcp_header_write(void *bytes, const struct outgoing *out, enum estab_option_order order)
{
	struct rte_tcp_hdr *tcp = bytes;
	const uint32_t length = (uint32_t)sizeof(*tcp) +
			tcp_options_write((uint8_t *)(tcp + 1), &out->options, order);

	*tcp = (struct rte_tcp_hdr){
		.src_port = out->path->local_port,
		.dst_port = out->path->remote_port,
		.sent_seq = rte_cpu_to_be_32(out->seq),
		.recv_ack = rte_cpu_to_be_32(out->ack),
		.data_off = (uint8_t)(length / 4 << 4),
		.tcp_flags = out->flags,
		.rx_win = rte_cpu_to_be_16(out->wnd),
		.tcp_urp = rte_cpu_to_be_16(out->up),
	};
	return length;
}
