/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Checksums of frames that a test has altered (RFC 1071), so that they do not die by these.
 */
#ifndef TEST_HOSTILE_SEAL_H
#define TEST_HOSTILE_SEAL_H

#include <stddef.h>
#include <stdint.h>

/* Of the header of IPv4. */
void seal_ipv4(uint8_t *ip);

/* Of TCP, ICMP or ICMPv6 right behind the header of IP, whose addresses and length it covers. */
void seal_payload(uint8_t *frame, size_t size);

#endif
