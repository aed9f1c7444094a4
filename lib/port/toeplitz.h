/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Toeplitz hash of a 4-tuple, as NICs have it for RSS. It is linear, so that the hash of a tuple
 * is the sum of what its bytes make each by itself: one table per byte, filled by rte_softrss_be.
 */
#ifndef LIB_PORT_TOEPLITZ_H
#define LIB_PORT_TOEPLITZ_H

#include <stdint.h>

#include "path.h"

enum toeplitz_limits {
	TOEPLITZ_BYTES_MAX = 36, /* two IPv6 addresses and two ports */
	TOEPLITZ_KEY_MIN = TOEPLITZ_BYTES_MAX + 4,
};

struct toeplitz {
	uint32_t of_byte[TOEPLITZ_BYTES_MAX][256]; /* by place in the tuple, and value */
};

/* From a key of TOEPLITZ_KEY_MIN bytes at least; of a longer one no more is used. */
void toeplitz_init(struct toeplitz *toeplitz, const uint8_t *key);

/* Of a segment that arrives: its source, which is path->remote, comes first. */
uint32_t toeplitz_of_path(const struct toeplitz *toeplitz, const struct path *path);

#endif
