/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ethernet frames of TCP segments: RFC 791, RFC 8200, RFC 9293 3.1 and 3.2, RFC 7323, RFC 2018.
 */
#include "frame.h"

#include <string.h>

#include <estab/address.h>

enum {
	TYPE_IPV4 = 0x0800,
	TYPE_ARP = 0x0806,
	TYPE_IPV6 = 0x86dd,
	PROTOCOL_TCP = 6,
	PROTOCOL_ICMPV6 = 58,
	SOLICITATION = 135, /* RFC 4861 4.3 */
	ADVERTISEMENT = 136,
	HOP_LIMIT = 64,
};

static uint16_t
get16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t
get32(const uint8_t *at)
{
	return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void
put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void
put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* RFC 1071: add 16-bit words; an odd last byte is followed by a zero. */
static uint32_t
sum_bytes(uint32_t sum, const uint8_t *at, size_t size)
{
	for (size_t i = 0; i + 1 < size; i += 2)
		sum += get16(at + i);
	if (size % 2 == 1)
		sum += (uint32_t)at[size - 1] << 8;
	return sum;
}

static uint16_t
sum_finish(uint32_t sum)
{
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t
address_size(uint8_t family)
{
	return family == ESTAB_FAMILY_IPV4 ? 4 : 16;
}

/* With the pseudo-header of either family; 0 over a correct one. */
static uint16_t
checksum(const struct frame_ends *ends, uint8_t protocol, const uint8_t *at, size_t size)
{
	uint32_t sum = protocol + (uint32_t)size;

	sum = sum_bytes(sum, ends->source, address_size(ends->family));
	sum = sum_bytes(sum, ends->target, address_size(ends->family));
	return sum_finish(sum_bytes(sum, at, size));
}

static void
build_ethernet(const struct frame_ends *ends, uint8_t *at)
{
	memcpy(at, ends->target_mac, 6);
	memcpy(at + 6, ends->source_mac, 6);
	put16(at + 12, ends->family == ESTAB_FAMILY_IPV4 ? TYPE_IPV4 : TYPE_IPV6);
}

static size_t
build_ipv4(const struct frame_ends *ends, uint8_t tos, size_t payload, uint8_t *at)
{
	memset(at, 0, FRAME_IPV4);
	at[0] = 0x45;
	at[1] = tos;
	put16(at + 2, (uint32_t)(FRAME_IPV4 + payload));
	put16(at + 6, 0x4000); /* don't fragment */
	at[8] = HOP_LIMIT;
	at[9] = PROTOCOL_TCP;
	memcpy(at + 12, ends->source, 4);
	memcpy(at + 16, ends->target, 4);
	put16(at + 10, sum_finish(sum_bytes(0, at, FRAME_IPV4)));
	return FRAME_IPV4;
}

static size_t
build_ipv6(const struct frame_ends *ends, size_t payload, uint8_t protocol, uint8_t hop_limit,
		uint8_t *at)
{
	put32(at, 0x60000000);
	put16(at + 4, (uint32_t)payload);
	at[6] = protocol;
	at[7] = hop_limit;
	memcpy(at + 8, ends->source, 16);
	memcpy(at + 24, ends->target, 16);
	return FRAME_IPV6;
}

static size_t
build_sack(const struct packet *packet, uint8_t *at)
{
	at[0] = 5;
	at[1] = (uint8_t)(2 + 8 * packet->sack_count);
	for (unsigned int i = 0; i < packet->sack_count; i++) {
		put32(at + 2 + 8 * i, packet->sack[i].left);
		put32(at + 6 + 8 * i, packet->sack[i].right);
	}
	return at[1];
}

/* Option bytes, filled up with end-of-list to a multiple of four. */
static size_t
build_options(const struct packet *packet, uint8_t *at)
{
	size_t n = 0;

	if (packet->options & PACKET_MSS) {
		put16(at + n, 0x0204);
		put16(at + n + 2, packet->mss);
		n += 4;
	}
	if (packet->options & PACKET_WSCALE) {
		put32(at + n, 0x01030300u | packet->wscale); /* a no-operation before it */
		n += 4;
	}
	if (packet->options & PACKET_SACK_OK) {
		put16(at + n, 0x0402);
		n += 2;
	}
	if (packet->options & PACKET_TS) {
		put16(at + n, 0x080a);
		put32(at + n + 2, packet->ts_val);
		put32(at + n + 6, packet->ts_ecr);
		n += 10;
	}
	if (packet->options & PACKET_SACK)
		n += build_sack(packet, at + n);
	if (packet->options & (PACKET_UNKNOWN | PACKET_BROKEN)) {
		at[n] = packet->odd_kind;
		at[n + 1] = packet->options & PACKET_BROKEN ? 0 : 4;
		put16(at + n + 2, 0);
		n += 4;
	}
	while (n % 4 != 0)
		at[n++] = 0;
	return n;
}

static size_t
build_tcp(const struct frame_ends *ends, const struct packet *packet, uint8_t *at)
{
	const size_t header = FRAME_TCP + build_options(packet, at + FRAME_TCP);

	put16(at, ends->source_port);
	put16(at + 2, ends->target_port);
	put32(at + 4, packet->seq);
	put32(at + 8, packet->ack);
	at[12] = (uint8_t)(header / 4 << 4);
	at[13] = packet->flags;
	put16(at + 14, packet->win);
	put16(at + 16, 0);
	put16(at + 18, packet->urg);
	memcpy(at + header, packet->text, packet->text_len);
	put16(at + 16, checksum(ends, PROTOCOL_TCP, at, header + packet->text_len));
	return header + packet->text_len;
}

size_t
frame_build(const struct frame_ends *ends, const struct packet *packet, uint8_t frame[FRAME_MAX])
{
	uint8_t *ip = frame + FRAME_ETHERNET;
	const size_t ip_size = ends->family == ESTAB_FAMILY_IPV4 ? FRAME_IPV4 : FRAME_IPV6;
	const size_t tcp_size = build_tcp(ends, packet, ip + ip_size);

	build_ethernet(ends, frame);
	if (ends->family == ESTAB_FAMILY_IPV4) {
		build_ipv4(ends, packet->tos, tcp_size, ip);
	} else {
		build_ipv6(ends, tcp_size, PROTOCOL_TCP, HOP_LIMIT, ip);
		put16(ip, 0x6000u | (uint32_t)packet->tos << 4);
	}
	return FRAME_ETHERNET + ip_size + tcp_size;
}

enum frame_kind
frame_classify(const uint8_t *frame, size_t size)
{
	const uint8_t *ip = frame + FRAME_ETHERNET;

	if (size < FRAME_ETHERNET + FRAME_IPV4)
		return FRAME_OTHER;
	switch (get16(frame + 12)) {
	case TYPE_ARP:
		return get16(ip + 6) == 1 ? FRAME_NEIGHBOUR_QUESTION : FRAME_OTHER;
	case TYPE_IPV4:
		return ip[9] == PROTOCOL_TCP ? FRAME_TCP_SEGMENT : FRAME_OTHER;
	case TYPE_IPV6:
		if (ip[6] == PROTOCOL_ICMPV6 && size >= FRAME_ETHERNET + FRAME_IPV6 + 24 &&
				ip[FRAME_IPV6] == SOLICITATION)
			return FRAME_NEIGHBOUR_QUESTION;
		return ip[6] == PROTOCOL_TCP ? FRAME_TCP_SEGMENT : FRAME_OTHER;
	default:
		return FRAME_OTHER;
	}
}

static const char *
parse_ipv4(const uint8_t *ip, size_t size, struct frame_ends *ends)
{
	if (size < FRAME_IPV4 || ip[0] != 0x45)
		return "IPv4 version or header length";
	if (get16(ip + 2) != size)
		return "IPv4 total length";
	if (sum_finish(sum_bytes(0, ip, FRAME_IPV4)) != 0)
		return "IPv4 header checksum";
	if (get16(ip + 6) & 0xbfff)
		return "IPv4 fragment or reserved bit";
	if (ip[8] != HOP_LIMIT)
		return "IPv4 time to live";
	ends->family = ESTAB_FAMILY_IPV4;
	memcpy(ends->source, ip + 12, 4);
	memcpy(ends->target, ip + 16, 4);
	return NULL;
}

static const char *
parse_ipv6(const uint8_t *ip, size_t size, struct frame_ends *ends)
{
	if (size < FRAME_IPV6 || ip[0] >> 4 != 6)
		return "IPv6 version";
	if (get16(ip + 4) != size - FRAME_IPV6)
		return "IPv6 payload length";
	if (ip[7] != HOP_LIMIT)
		return "IPv6 hop limit";
	ends->family = ESTAB_FAMILY_IPV6;
	memcpy(ends->source, ip + 8, 16);
	memcpy(ends->target, ip + 24, 16);
	return NULL;
}

static const char *
parse_sack(const uint8_t *at, size_t len, struct packet *packet)
{
	if (len < 10 || (len - 2) % 8 != 0 || len > 34)
		return "length of the SACK option";
	packet->sack_count = (uint8_t)((len - 2) / 8);
	for (unsigned int i = 0; i < packet->sack_count; i++) {
		packet->sack[i].left = get32(at + 2 + 8 * i);
		packet->sack[i].right = get32(at + 6 + 8 * i);
	}
	return NULL;
}

/* What an option of this kind must be long, and its bit; 0: any length. */
static const struct {
	uint8_t len;
	uint8_t bit;
} option_kinds[] = {
	[2] = { 4, PACKET_MSS },
	[3] = { 3, PACKET_WSCALE },
	[4] = { 2, PACKET_SACK_OK },
	[5] = { 0, PACKET_SACK },
	[8] = { 10, PACKET_TS },
};

static const char *
parse_option(const uint8_t *at, size_t len, struct packet *packet)
{
	if (at[0] >= sizeof(option_kinds) / sizeof(*option_kinds) || option_kinds[at[0]].bit == 0)
		return "an option of a kind that nobody asked for";
	if (option_kinds[at[0]].len != 0 && option_kinds[at[0]].len != len)
		return "length of an option";
	if (packet->options & option_kinds[at[0]].bit)
		return "an option given twice";
	packet->options |= option_kinds[at[0]].bit;
	switch (at[0]) {
	case 2:
		packet->mss = get16(at + 2);
		break;
	case 3:
		packet->wscale = at[2];
		break;
	case 5:
		return parse_sack(at, len, packet);
	case 8:
		packet->ts_val = get32(at + 2);
		packet->ts_ecr = get32(at + 6);
		break;
	}
	return NULL;
}

static const char *
parse_options(const uint8_t *at, size_t size, struct packet *packet)
{
	const char *error;

	for (size_t n = 0; n < size && at[n] != 0;) {
		if (at[n] == 1) {
			n++;
			continue;
		}
		if (n + 2 > size || at[n + 1] < 2 || n + at[n + 1] > size)
			return "an option runs past the header";
		error = parse_option(at + n, at[n + 1], packet);
		if (error != NULL)
			return error;
		n += at[n + 1];
	}
	if (!(packet->flags & PACKET_SYN) &&
			packet->options & (PACKET_MSS | PACKET_WSCALE | PACKET_SACK_OK))
		return "an option of SYNs in a segment that is none";
	return NULL;
}

static const char *
parse_tcp(const uint8_t *tcp, size_t size, struct frame_ends *ends, struct packet *packet)
{
	size_t header;

	if (size < FRAME_TCP || tcp[12] >> 4 < 5 || (size_t)(tcp[12] >> 4) * 4 > size)
		return "TCP data offset";
	if (tcp[12] & 0x0f)
		return "reserved bits";
	if (checksum(ends, PROTOCOL_TCP, tcp, size) != 0)
		return "TCP checksum";
	header = (size_t)(tcp[12] >> 4) * 4;
	if (size - header > PACKET_TEXT_MAX)
		return "more text than an MTU holds";
	ends->source_port = get16(tcp);
	ends->target_port = get16(tcp + 2);
	packet->seq = get32(tcp + 4);
	packet->ack = get32(tcp + 8);
	packet->flags = tcp[13];
	packet->win = get16(tcp + 14);
	packet->urg = get16(tcp + 18);
	packet->text_len = (uint32_t)(size - header);
	memcpy(packet->text, tcp + header, packet->text_len);
	return parse_options(tcp + FRAME_TCP, header - FRAME_TCP, packet);
}

const char *
frame_parse(const uint8_t *frame, size_t size, struct frame_ends *ends, struct packet *packet)
{
	const uint8_t *ip = frame + FRAME_ETHERNET;
	const bool is_ipv4 = get16(frame + 12) == TYPE_IPV4;
	const size_t headers = FRAME_ETHERNET + (is_ipv4 ? FRAME_IPV4 : FRAME_IPV6);
	const char *error;

	memset(ends, 0, sizeof(*ends));
	memset(packet, 0, offsetof(struct packet, text));
	memcpy(ends->target_mac, frame, 6);
	memcpy(ends->source_mac, frame + 6, 6);
	packet->tos = (uint8_t)(is_ipv4 ? ip[1] : get16(ip) >> 4);
	error = is_ipv4 ? parse_ipv4(ip, size - FRAME_ETHERNET, ends)
			: parse_ipv6(ip, size - FRAME_ETHERNET, ends);
	return error != NULL ? error : parse_tcp(frame + headers, size - headers, ends, packet);
}

/* RFC 826: the answer goes back the way the question came. */
static size_t
answer_arp(const uint8_t *question, const uint8_t mac[6], uint8_t *answer)
{
	const uint8_t *asked = question + FRAME_ETHERNET;
	uint8_t *arp = answer + FRAME_ETHERNET;

	memcpy(answer, question + 6, 6);
	memcpy(answer + 6, mac, 6);
	put16(answer + 12, TYPE_ARP);
	memcpy(arp, asked, 6);
	put16(arp + 6, 2);
	memcpy(arp + 8, mac, 6);
	memcpy(arp + 14, asked + 24, 4);
	memcpy(arp + 18, asked + 8, 10);
	return FRAME_ETHERNET + 28;
}

/* RFC 4861 4.4: solicited, override, with the target's link-layer address. */
static size_t
answer_solicitation(const uint8_t *question, const uint8_t mac[6], uint8_t *answer)
{
	const uint8_t *ip = question + FRAME_ETHERNET;
	uint8_t *icmp = answer + FRAME_ETHERNET + FRAME_IPV6;
	struct frame_ends ends = { .family = ESTAB_FAMILY_IPV6 };

	memcpy(ends.source_mac, mac, 6);
	memcpy(ends.target_mac, question + 6, 6);
	memcpy(ends.source, ip + FRAME_IPV6 + 8, 16);
	memcpy(ends.target, ip + 8, 16);
	build_ethernet(&ends, answer);
	build_ipv6(&ends, 32, PROTOCOL_ICMPV6, 255, answer + FRAME_ETHERNET);
	memset(icmp, 0, 32);
	icmp[0] = ADVERTISEMENT;
	icmp[4] = 0x60;
	memcpy(icmp + 8, ends.source, 16);
	put16(icmp + 24, 0x0201);
	memcpy(icmp + 26, mac, 6);
	put16(icmp + 2, checksum(&ends, PROTOCOL_ICMPV6, icmp, 32));
	return FRAME_ETHERNET + FRAME_IPV6 + 32;
}

size_t
frame_answer_neighbour(const uint8_t *question, size_t size, const uint8_t mac[6],
		uint8_t answer[FRAME_MAX])
{
	(void)size;
	if (get16(question + 12) == TYPE_ARP)
		return answer_arp(question, mac, answer);
	return answer_solicitation(question, mac, answer);
}
