/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The order and padding of TCP options, in which systems differ and which packetdrill compares
 * exactly. To see what a stack does apart from that, its options are laid out anew in the order
 * that the scripts know; their contents stay.
 */
#ifndef TEST_PACKETDRILL_ORDER_H
#define TEST_PACKETDRILL_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum option_order {
	OPTION_ORDER_LINUX,
	OPTION_ORDER_FREEBSD,
};

/* An IPv4 or IPv6 packet with a TCP segment; any other is left alone. */
void order_normalize(uint8_t *packet, size_t size, enum option_order order);

#endif
