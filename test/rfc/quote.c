/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The quoted segment is built anew, so that a test can also quote what was never sent.
 */
#include "quote.h"

#include <string.h>

#include "fixture_internal.h"

enum {
	ROUTER_HOST = 254,
	UNREACHABLE = 3, /* ICMP */
	FRAGMENTATION_NEEDED = 4,
	PACKET_TOO_BIG = 2, /* ICMPv6 */
};

static void
swap(uint8_t *a, uint8_t *b, size_t n)
{
	uint8_t kept[16];

	memcpy(kept, a, n);
	memcpy(a, b, n);
	memcpy(b, kept, n);
}

void
quote_build(const struct fixture *t, struct raw *quoted, const char *notation)
{
	struct packet_pattern pattern;
	struct frame_ends ends;

	assert_null(packet_parse(notation, &pattern));
	pattern.packet.seq += t->peer->stack_iss;
	pattern.packet.ack += t->peer->iss;
	fixture_ends(t, t->peer, &ends);
	swap(ends.source, ends.target, sizeof(ends.source));
	swap(ends.source_mac, ends.target_mac, sizeof(ends.source_mac));
	ends.source_port = t->peer->stack_port;
	ends.target_port = t->peer->port;
	raw_build(t, quoted, notation); /* for its family and offsets */
	quoted->size = frame_build(&ends, &pattern.packet, quoted->bytes);
}

/* The last byte of the source address: of a router, not of the peer. */
static void
come_from_router(struct raw *error)
{
	uint8_t *ip = raw_ip(error);

	ip[error->family == ESTAB_FAMILY_IPV4 ? 15 : 23] = ROUTER_HOST;
	raw_seal(error);
}

void
quote_arrive(struct fixture *t, uint8_t type, uint8_t code, uint32_t rest, const char *notation)
{
	struct raw quoted, error;

	quote_build(t, &quoted, notation);
	raw_icmp(t, &error, type, code, rest, &quoted);
	come_from_router(&error);
	raw_arrive(t, &error);
}

void
quote_too_big(struct fixture *t, uint16_t mtu, const char *notation)
{
	if (t->family == ESTAB_FAMILY_IPV4)
		quote_arrive(t, UNREACHABLE, FRAGMENTATION_NEEDED, mtu, notation);
	else
		quote_arrive(t, PACKET_TOO_BIG, 0, mtu, notation);
}
