/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP errors (RFC 792, RFC 4443) about a frame, from a router that nobody knows. Written from the
 * RFCs, sharing nothing with the library.
 */
#include <string.h>

#include <rte_common.h>

#include "hostile.h"
#include "plan.h"
#include "wire.h"

enum {
	IPV4 = 0x0800,
	IPV6 = 0x86dd,
	PROTOCOL_ICMP = 1,
	PROTOCOL_ICMPV6 = 58,
	ICMP_HEADER = 8,
	IPV4_QUOTE = FRAME_IPV4 + 8,  /* RFC 792: the header and 64 bits */
	IPV6_QUOTE = FRAME_IPV6 + 20, /* RFC 4443: as much as fits; so much is enough */
};

struct error {
	uint8_t type, code;
	uint32_t rest; /* the four bytes after the checksum */
};

static void
put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t
sum(uint32_t sum, const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sum += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
	return sum;
}

static uint16_t
finish(uint32_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return (uint16_t)~sum;
}

static size_t
put_error(const struct error *error, const uint8_t *quote, size_t quote_size, uint8_t *at)
{
	at[0] = error->type;
	at[1] = error->code;
	put16(at + 2, 0);
	put16(at + 4, error->rest >> 16);
	put16(at + 6, error->rest);
	memcpy(at + ICMP_HEADER, quote, quote_size);
	return ICMP_HEADER + quote_size;
}

static size_t
build_ipv4(const struct error *error, const uint8_t *packet, uint8_t *ip)
{
	uint8_t *icmp = ip + FRAME_IPV4;
	const size_t size = put_error(error, packet, IPV4_QUOTE, icmp);

	put16(icmp + 2, finish(sum(0, icmp, size)));
	memset(ip, 0, FRAME_IPV4);
	ip[0] = 0x45;
	put16(ip + 2, (uint32_t)(FRAME_IPV4 + size));
	ip[8] = 64;
	ip[9] = PROTOCOL_ICMP;
	memcpy(ip + 12, (uint8_t[]){ 198, 51, 100, 1 }, 4);
	memcpy(ip + 16, packet + 12, 4);
	put16(ip + 10, finish(sum(0, ip, FRAME_IPV4)));
	return FRAME_IPV4 + size;
}

static size_t
build_ipv6(const struct error *error, const uint8_t *packet, uint8_t *ip)
{
	uint8_t *icmp = ip + FRAME_IPV6;
	const size_t size = put_error(error, packet, IPV6_QUOTE, icmp);

	memset(ip, 0, FRAME_IPV6);
	ip[0] = 0x60;
	put16(ip + 4, (uint32_t)size);
	ip[6] = PROTOCOL_ICMPV6;
	ip[7] = 64;
	memcpy(ip + 8, (uint8_t[]){ 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 },
			16);
	memcpy(ip + 24, packet + 8, 16);
	put16(icmp + 2, finish(sum(sum(PROTOCOL_ICMPV6 + (uint32_t)size, ip + 8, 32), icmp, size)));
	return FRAME_IPV6 + size;
}

static size_t
build(const struct error *error, const uint8_t *quoted, unsigned int end, uint8_t *frame)
{
	const bool is_ipv4 = quoted[12] == IPV4 >> 8;

	memset(frame, 0, FRAME_ETHERNET);
	wire_mac(end, frame);
	memcpy(frame + 6, (uint8_t[]){ 2, 0, 0, 0, 2, 1 }, 6);
	put16(frame + 12, is_ipv4 ? IPV4 : IPV6);
	return FRAME_ETHERNET +
			(is_ipv4 ? build_ipv4 : build_ipv6)(error, quoted + FRAME_ETHERNET,
					frame + FRAME_ETHERNET);
}

/* Everything that can be said about a packet, "too big" more often than the rest. */
size_t
icmp_build(struct random *r, const uint8_t *quoted, size_t quoted_size, unsigned int end,
		uint8_t frame[FRAME_MAX])
{
	const bool is_ipv4 = quoted[12] == IPV4 >> 8;
	const bool too_big = random_chance(r, 400000);
	struct error error;

	(void)quoted_size;
	error.rest = (uint32_t)ONE_OF(r, 0, 20, 68, 576, 1280, 1400, 1500, 9000, UINT16_MAX);
	if (is_ipv4) {
		error.type = (uint8_t)(too_big ? 3 : ONE_OF(r, 3, 4, 5, 11, 12));
		error.code = (uint8_t)(too_big ? 4 : random_below(r, 16));
	} else {
		error.type = (uint8_t)(too_big ? 2 : ONE_OF(r, 1, 3, 4, 100));
		error.code = (uint8_t)(too_big ? 0 : random_below(r, 8));
	}
	return build(&error, quoted, end, frame);
}

size_t
icmp_build_too_big(const uint8_t *quoted, size_t quoted_size, unsigned int end, uint16_t mtu,
		uint8_t frame[FRAME_MAX])
{
	const uint32_t type = (uint32_t)(quoted[12] << 8 | quoted[13]);
	const struct error error = { .type = type == IPV4 ? 3 : 2,
		.code = type == IPV4 ? 4 : 0,
		.rest = mtu };

	if ((type != IPV4 && type != IPV6) || quoted_size < FRAME_ETHERNET + IPV6_QUOTE)
		return 0;
	return build(&error, quoted, end, frame);
}
