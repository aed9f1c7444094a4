/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames taken apart and put together by hand.
 */
#include "raw.h"

#include <string.h>

#include "fixture_internal.h"

enum {
	IP = FRAME_ETHERNET, /* where the IP header begins */
	PROTOCOL_ICMP = 1,
	PROTOCOL_TCP = 6,
	PROTOCOL_ICMPV6 = 58,
	QUOTE_MAX = 64,
};

static bool
is_ipv4(const struct raw *raw)
{
	return raw->family == ESTAB_FAMILY_IPV4;
}

uint8_t *
raw_ip(struct raw *raw)
{
	return raw->bytes + IP;
}

uint8_t *
raw_tcp(struct raw *raw)
{
	return raw->bytes + raw->l4;
}

size_t
raw_tcp_header(const struct raw *raw)
{
	return (size_t)(raw->bytes[raw->l4 + 12] >> 4) * 4;
}

uint8_t
raw_tos(const struct raw *raw)
{
	const uint8_t *ip = raw->bytes + IP;

	return is_ipv4(raw) ? ip[1] : (uint8_t)(ip[0] << 4 | ip[1] >> 4);
}

uint8_t
raw_hop_limit(const struct raw *raw)
{
	return raw->bytes[IP + (is_ipv4(raw) ? 8 : 7)];
}

static void
put_16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* One's complement sum, folded: 0xffff over what carries its own right checksum. */
static uint16_t
sum_of(uint32_t sum, const uint8_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)sum;
}

static size_t
l4_size(const struct raw *raw)
{
	return raw->size - raw->l4;
}

/* Of the transport header and what follows, with the pseudo-header where there is one. */
static uint16_t
transport_sum(const struct raw *raw)
{
	const uint8_t *addresses = raw->bytes + IP + (is_ipv4(raw) ? 12 : 8);
	uint32_t sum = 0;

	if (raw->protocol != PROTOCOL_ICMP)
		sum = sum_of(raw->protocol + (uint32_t)l4_size(raw), addresses,
				is_ipv4(raw) ? 8 : 32);
	return sum_of(sum, raw->bytes + raw->l4, l4_size(raw));
}

static size_t
checksum_offset(const struct raw *raw)
{
	return raw->l4 + (raw->protocol == PROTOCOL_TCP ? 16 : 2);
}

void
raw_seal(struct raw *raw)
{
	uint8_t *ip = raw_ip(raw);

	if (is_ipv4(raw)) {
		ip[0] = (uint8_t)(0x40 | (raw->l4 - IP) / 4);
		put_16(ip + 2, (uint32_t)(raw->size - IP));
		put_16(ip + 10, 0);
		put_16(ip + 10, (uint16_t)~sum_of(0, ip, raw->l4 - IP));
	} else {
		put_16(ip + 4, (uint32_t)(raw->size - IP - FRAME_IPV6));
	}
	put_16(raw->bytes + checksum_offset(raw), 0);
	put_16(raw->bytes + checksum_offset(raw), (uint16_t)~transport_sum(raw));
}

bool
raw_sums_are_right(const struct raw *raw)
{
	return transport_sum(raw) == UINT16_MAX &&
			(!is_ipv4(raw) || sum_of(0, raw->bytes + IP, raw->l4 - IP) == UINT16_MAX);
}

static void
set_up(struct raw *raw, uint8_t family, uint8_t protocol)
{
	raw->family = family;
	raw->protocol = protocol;
	raw->l4 = IP + (family == ESTAB_FAMILY_IPV4 ? FRAME_IPV4 : FRAME_IPV6);
}

void
raw_build(const struct fixture *t, struct raw *raw, const char *notation)
{
	struct packet_pattern pattern;
	struct frame_ends ends;

	assert_null(packet_parse(notation, &pattern));
	pattern_fill(PEER_TEXT_KEY, pattern.packet.seq, pattern.packet.text,
			pattern.packet.text_len);
	pattern.packet.seq += t->peer->iss;
	pattern.packet.ack += pattern.has_ack ? t->peer->stack_iss : 0;
	pattern.packet.win = pattern.has_win ? pattern.packet.win : UINT16_MAX;
	fixture_ends(t, t->peer, &ends);
	set_up(raw, t->family, PROTOCOL_TCP);
	raw->size = frame_build(&ends, &pattern.packet, raw->bytes);
}

/* Make room of n octets. */
static void
insert(struct raw *raw, size_t at, const uint8_t *octets, size_t n)
{
	assert_true(raw->size + n <= FRAME_MAX);
	memmove(raw->bytes + at + n, raw->bytes + at, raw->size - at);
	memcpy(raw->bytes + at, octets, n);
	raw->size += n;
}

void
raw_set_options(struct raw *raw, const uint8_t *options, size_t n)
{
	assert_int_equal(raw_tcp_header(raw), FRAME_TCP);
	insert(raw, raw->l4 + FRAME_TCP, options, n);
	raw_tcp(raw)[12] = (uint8_t)((FRAME_TCP + n) / 4 << 4);
	raw_seal(raw);
}

void
raw_insert_after_ip(struct raw *raw, uint8_t kind, const uint8_t *octets, size_t n)
{
	if (!is_ipv4(raw))
		raw_ip(raw)[6] = kind;
	insert(raw, raw->l4, octets, n);
	raw->l4 += n;
	raw_seal(raw);
}

void
raw_icmp(const struct fixture *t, struct raw *raw, uint8_t type, uint8_t code, uint32_t rest,
		const struct raw *quoted)
{
	const bool ipv4 = t->family == ESTAB_FAMILY_IPV4;
	const size_t n = quoted->size - IP < QUOTE_MAX ? quoted->size - IP : QUOTE_MAX;
	uint8_t *icmp;

	raw_build(t, raw, ". 0:0(0) ack 0"); /* for its Ethernet and IP headers */
	set_up(raw, t->family, ipv4 ? PROTOCOL_ICMP : PROTOCOL_ICMPV6);
	raw_ip(raw)[ipv4 ? 9 : 6] = raw->protocol;
	icmp = raw->bytes + raw->l4;
	icmp[0] = type;
	icmp[1] = code;
	put_16(icmp + 4, rest >> 16);
	put_16(icmp + 6, rest & UINT16_MAX);
	memcpy(icmp + 8, quoted->bytes + IP, n);
	raw->size = raw->l4 + 8 + n;
	raw_seal(raw);
}

void
raw_arrive(struct fixture *t, const struct raw *raw)
{
	start(t);
	assert_int_equal(memory_port_put(&t->port, t->pool, raw->bytes, raw->size), 0);
	turn(t);
}

bool
raw_take(struct fixture *t, struct raw *raw)
{
	estab_stack_poll(t->stack, t->now_ns);
	set_up(raw, t->family, PROTOCOL_TCP);
	while ((raw->size = memory_port_take(&t->port, raw->bytes, sizeof(raw->bytes))) > 0) {
		if (frame_classify(raw->bytes, raw->size) == FRAME_TCP_SEGMENT)
			return true;
	}
	return false;
}
