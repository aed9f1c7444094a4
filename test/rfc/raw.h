/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A frame as octets, for what the notation has no words for: options byte by byte, IP headers,
 * checksums, ICMP. Sums are computed here, octet by octet, and not by the library.
 */
#ifndef TEST_RFC_RAW_H
#define TEST_RFC_RAW_H

#include "fixture.h"

struct raw {
	uint8_t family; /* enum estab_family */
	size_t size;
	size_t l4; /* where the TCP or ICMP header begins */
	uint8_t protocol;
	uint8_t bytes[FRAME_MAX];
};

/* The segment that the peer would send; its numbers are relative, as in arrive. */
void raw_build(const struct fixture *t, struct raw *raw, const char *notation);

/* Give it these TCP options instead of none; n is a multiple of four. */
void raw_set_options(struct raw *raw, const uint8_t *options, size_t n);

/* Put octets between the IP header and what follows: IPv4 options, or IPv6 extension headers whose
 * first one is of that kind. n is a multiple of four, or of eight. */
void raw_insert_after_ip(struct raw *raw, uint8_t kind, const uint8_t *octets, size_t n);

/* An ICMP or ICMPv6 message from the peer about a segment, of which it quotes the beginning. */
void raw_icmp(const struct fixture *t, struct raw *raw, uint8_t type, uint8_t code, uint32_t rest,
		const struct raw *quoted);

/* Make lengths and checksums right. */
void raw_seal(struct raw *raw);

/* The frame arrives as it is, and the stack has its turn. */
void raw_arrive(struct fixture *t, const struct raw *raw);

/* One turn. @return whether a frame with TCP left; the first one */
bool raw_take(struct fixture *t, struct raw *raw);

/* True where the IP and the TCP checksum are right. */
bool raw_sums_are_right(const struct raw *raw);

uint8_t *raw_ip(struct raw *raw);
uint8_t *raw_tcp(struct raw *raw);

/* Octets of the TCP header, options included. */
size_t raw_tcp_header(const struct raw *raw);

/* Traffic Class or Type of Service, and Hop Limit or Time to Live. */
uint8_t raw_tos(const struct raw *raw);
uint8_t raw_hop_limit(const struct raw *raw);

#endif
