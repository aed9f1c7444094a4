/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP errors from a router on the way, about segments of the stack that a test names in the
 * notation, whether they were ever sent or not.
 */
#ifndef TEST_RFC_QUOTE_H
#define TEST_RFC_QUOTE_H

#include "raw.h"

/* The segment as the stack would send it to this peer; numbers are relative, as in expect. */
void quote_build(const struct fixture *t, struct raw *quoted, const char *notation);

/* An error of that type and code about the segment arrives; rest is the word after the checksum. */
void quote_arrive(struct fixture *t, uint8_t type, uint8_t code, uint32_t rest,
		const char *notation);

/* Fragmentation Needed (RFC 1191 4) or Packet Too Big (RFC 4443 3.2), by family. */
void quote_too_big(struct fixture *t, uint16_t mtu, const char *notation);

#endif
