/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet as an Ethernet frame: built, and read with every length, checksum and option checked.
 * Written for the tests from the RFCs, sharing nothing with the library's net room, so that one
 * does not repeat the other's mistakes.
 */
#ifndef TEST_SUPPORT_FRAME_H
#define TEST_SUPPORT_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "packet.h"

enum frame_limits {
	FRAME_MAX = 2048,
	FRAME_ETHERNET = 14, /* header bytes */
	FRAME_IPV4 = 20,
	FRAME_IPV6 = 40,
	FRAME_TCP = 20,
};

/* Who sends and who is meant. Addresses as on the wire; IPv4 uses four bytes, the rest is zero. */
struct frame_ends {
	uint8_t family; /* enum estab_family */
	uint8_t source_mac[6], target_mac[6];
	uint8_t source[16], target[16];
	uint16_t source_port, target_port; /* host byte order */
};

enum frame_kind {
	FRAME_TCP_SEGMENT,
	FRAME_NEIGHBOUR_QUESTION, /* ARP request, or neighbour solicitation */
	FRAME_OTHER,
};

/* Build the frame of a packet; returns its size. */
size_t frame_build(const struct frame_ends *ends, const struct packet *packet,
		uint8_t frame[FRAME_MAX]);

enum frame_kind frame_classify(const uint8_t *frame, size_t size);

/* Read a TCP segment. @return NULL, or what is malformed about it */
const char *frame_parse(const uint8_t *frame, size_t size, struct frame_ends *ends,
		struct packet *packet);

/* Answer an ARP request or neighbour solicitation: the address asked for is at mac. */
size_t frame_answer_neighbour(const uint8_t *question, size_t size, const uint8_t mac[6],
		uint8_t answer[FRAME_MAX]);

#endif
