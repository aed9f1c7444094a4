/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The frames of a flood, without a word of state: frame number i is a template with source address,
 * ports and numbers that follow from i and the seed, and with right checksums, which are the
 * template's and a few words more.
 */
#ifndef APP_BENCH_FLOOD_FRAME_H
#define APP_BENCH_FLOOD_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/address.h>
#include <estab/stack.h>

enum flood_frame_limits {
	FLOOD_FRAME_MAX = 96,    /* Ethernet, IPv6, TCP with what a SYN offers; a multiple of 16 */
	FLOOD_RESERVED_MAX = 24, /* addresses that no frame may come from */
	FLOOD_HOST_BITS_MIN = 8,
};

/* X(name, flags in the word of design.md): what a flood is made of */
#define FLOOD_KINDS(X)                                                                             \
	X(SYN, "syn")                                                                              \
	X(ACK, "ack")                                                                              \
	X(RST, "rst")                                                                              \
	X(FIN, "fin") /* with ACK, as every FIN */                                                 \
	X(SYN_ACK, "syn-ack")

enum flood_kind {
	FLOOD_NONE, /* not given */
#define FLOOD_ENUM(name, word) FLOOD_##name,
	FLOOD_KINDS(FLOOD_ENUM)
#undef FLOOD_ENUM
			FLOOD_KIND_COUNT
};

/* An address as a number of 128 bits, or of 32 where it is IPv4. */
struct flood_address {
	uint64_t high, low;
};

struct flood_frames {
	uint64_t seed;
	uint64_t next; /* number of the next frame */
	struct flood_address prefix, host_mask;
	uint16_t port_first, port_count; /* of the server */
	bool ipv6, acks;                 /* the kind carries an ACK number */
	uint16_t length;
	uint16_t tcp_at;      /* offset of the TCP header */
	uint32_t address_sum; /* of the IPv4 header without its source */
	uint32_t tcp_sum;     /* of segment and pseudo-header, without what differs */
	unsigned int reserved_count;
	struct flood_address reserved[FLOOD_RESERVED_MAX];
	_Alignas(16) uint8_t template[FLOOD_FRAME_MAX];
};

/*
 * @param from    where frames come from: at least FLOOD_HOST_BITS_MIN bits of it are free
 * @param server  of the same family; its ports from the first on are asked in no order
 */
void flood_frames_init(struct flood_frames *frames, enum flood_kind kind,
		const struct estab_local_address *from, const struct estab_endpoint *server,
		uint32_t ports, uint64_t seed);

/* No frame comes from this address. */
void flood_frames_reserve(struct flood_frames *frames, const struct estab_address *address);

/* Between whom frames pass on the link. */
void flood_frames_set_macs(struct flood_frames *frames, const uint8_t to[6], const uint8_t from[6]);

/* Write the next frame: frames->length bytes, of FLOOD_FRAME_MAX that may be written to. */
void flood_frames_write(struct flood_frames *frames, uint8_t *frame);

/* Whether a flood comes from this address. */
bool flood_frames_has_source(const struct flood_frames *frames, struct flood_address address);

struct flood_address flood_address_of(const struct estab_address *address);

#endif
