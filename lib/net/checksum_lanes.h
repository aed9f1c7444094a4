/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sum of long text (checksum.h) in the widest vectors that the processor has: where the port adds
 * up nothing, this is most of what bulk transfer costs. The sums are those of checksum_bytes,
 * whichever function is chosen.
 */
#ifndef LIB_NET_CHECKSUM_LANES_H
#define LIB_NET_CHECKSUM_LANES_H

#include <stdint.h>

/* The sum of `length` bytes, at most UINT16_MAX. */
typedef uint16_t (*checksum_lanes_fn)(const void *data, uint32_t length);

/* The fastest that this processor has. No vector is wider than 256 bits. */
checksum_lanes_fn checksum_lanes_choose(void);

/* Number i of those that this processor has, the plain one first; NULL: no more. For tests. */
checksum_lanes_fn checksum_lanes_at(unsigned int i);

#endif
