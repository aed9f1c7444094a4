/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a wire does to single frames: loses them, alone or in bursts (Gilbert-Elliott), turns bits
 * over, cuts them off, marks them where a queue grows (RFC 3168 5).
 */
#include "wire.h"

#define BURST_NS UINT64_C(5000000000)

enum {
	HEADER = 14, /* Ethernet */
	IPV4_TOS = HEADER + 1,
	IPV4_CHECKSUM = HEADER + 10,
	ECN_MASK = 3,
	ECN_CE = 3,
};

static uint16_t
ether_type(const uint8_t *bytes, size_t size)
{
	return size > HEADER ? (uint16_t)(bytes[12] << 8 | bytes[13]) : 0;
}

/* However few frames there are to see its end: what is sent again once a minute is not lost for hours. */
static bool
burst_goes_on(struct wire *wire, const struct wire_end *from)
{
	return wire->now_ns - from->burst_ns < BURST_NS &&
			!random_chance(&wire->random, wire->config.burst_end);
}

static void
turn_burst(struct wire *wire, struct wire_end *from)
{
	const bool was = from->in_burst;

	from->in_burst = was ? burst_goes_on(wire, from)
			     : random_chance(&wire->random, wire->config.burst_begin);
	if (!was && from->in_burst)
		from->burst_ns = wire->now_ns;
}

bool
wire_loses(struct wire *wire, struct wire_end *from)
{
	const struct wire_config *config = &wire->config;

	if (config->burst_begin > 0)
		turn_burst(wire, from);
	if (from->in_burst && random_chance(&wire->random, config->burst_loss))
		return true;
	return random_chance(&wire->random, config->loss);
}

/*
 * One bit of an IP packet turns over. Not of the Ethernet header, which has a checksum that no NIC
 * lets pass when it is wrong, nor of ARP, which has none at all.
 */
static void
corrupt(struct wire *wire, uint8_t *bytes, size_t size)
{
	wire->corrupted++;
	bytes[HEADER + random_below(&wire->random, size - HEADER)] ^=
			(uint8_t)(1u << random_below(&wire->random, 8));
}

void
wire_damage(struct wire *wire, uint8_t *bytes, size_t *size)
{
	const bool is_arp = ether_type(bytes, *size) == 0x0806;

	if (random_chance(&wire->random, wire->config.corruption) && *size > HEADER && !is_arp)
		corrupt(wire, bytes, *size);
	if (random_chance(&wire->random, wire->config.truncation) && *size > 1) {
		wire->truncated++;
		*size = 1 + random_below(&wire->random, *size - 1);
	}
}

/* RFC 1624 equation 3, for a header of which one octet changes. */
static void
adjust_checksum(uint8_t *checksum, uint8_t before, uint8_t after)
{
	uint32_t sum = (uint16_t) ~(checksum[0] << 8 | checksum[1]);

	sum += (uint16_t)~before + (uint32_t)after;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	checksum[0] = (uint8_t)(~sum >> 8);
	checksum[1] = (uint8_t)~sum;
}

void
wire_mark_congestion(struct wire *wire, uint8_t *bytes, size_t size)
{
	const uint16_t type = ether_type(bytes, size);

	if (size < HEADER + 20)
		return;
	if (type == 0x0800 && (bytes[IPV4_TOS] & ECN_MASK) != 0) {
		const uint8_t before = bytes[IPV4_TOS];

		bytes[IPV4_TOS] |= ECN_CE;
		adjust_checksum(&bytes[IPV4_CHECKSUM], before, bytes[IPV4_TOS]);
		wire->marked++;
	} else if (type == 0x86dd && (bytes[HEADER + 1] >> 4 & ECN_MASK) != 0) {
		bytes[HEADER + 1] |= ECN_CE << 4; /* the traffic class lies across two octets */
		wire->marked++;
	}
}
