/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 1071; RFC 9293 3.1, RFC 8200 8.1 and RFC 4443 2.3 for the pseudo-header.
 */
#include "seal.h"

#include <stdbool.h>

#include "frame.h"

enum { ICMP = 1, TCP = 6 };

/* Words in network byte order; an odd last octet is followed by a zero. */
static uint32_t
sum(uint32_t total, const uint8_t *at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		total += i % 2 == 0 ? (uint32_t)at[i] << 8 : at[i];
	return total;
}

static void
put(uint8_t *at, uint32_t total)
{
	total = (total & 0xffff) + (total >> 16);
	total += total >> 16;
	at[0] = (uint8_t)(~total >> 8);
	at[1] = (uint8_t)~total;
}

void
seal_ipv4(uint8_t *ip)
{
	ip[10] = ip[11] = 0;
	put(ip + 10, sum(0, ip, FRAME_IPV4));
}

void
seal_payload(uint8_t *frame, size_t size)
{
	const uint8_t *ip = frame + FRAME_ETHERNET;
	const bool ipv6 = ip[0] >> 4 == 6;
	const uint8_t protocol = ip[ipv6 ? 6 : 9];
	const size_t header = FRAME_ETHERNET + (ipv6 ? FRAME_IPV6 : FRAME_IPV4);
	uint8_t *at = frame + header + (protocol == TCP ? 16 : 2);
	uint32_t total = 0;

	if (protocol != ICMP)
		total = sum(protocol + (uint32_t)(size - header), ip + (ipv6 ? 8 : 12),
				ipv6 ? 32 : 8);
	at[0] = at[1] = 0;
	put(at, sum(total, frame + header, size - header));
}
