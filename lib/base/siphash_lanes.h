/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SipHash-2-4 of a burst of messages of one length, several at a time in the lanes of vector
 * registers where the processor has them. The hashes are those of siphash.h, whichever is chosen.
 *
 * A message is given as its blocks, the last one with the length in its top byte; block b of message
 * i stands at blocks[b][i], so that neighbours load into neighbouring lanes.
 */
#ifndef ESTAB_BASE_SIPHASH_LANES_H
#define ESTAB_BASE_SIPHASH_LANES_H

#include <stdint.h>

#include "base/siphash.h"

enum siphash_lanes_limits {
	SIPHASH_MESSAGES_MAX = 64, /* at once */
	SIPHASH_BLOCKS_MAX = 5,    /* of a message: two IPv6 addresses, ports and length */
	SIPHASH_LANES_STEP =
			8, /* messages hashed together; what lies beyond `n` is hashed as well */
};

struct siphash_messages {
	uint64_t blocks[SIPHASH_BLOCKS_MAX][SIPHASH_MESSAGES_MAX] __attribute__((aligned(64)));
	uint64_t hashes[SIPHASH_MESSAGES_MAX] __attribute__((aligned(64)));
};

/* Hash the first n messages, each of so many blocks. */
typedef void (*siphash_lanes_fn)(const struct siphash_key *key, struct siphash_messages *messages,
		unsigned int blocks, unsigned int n);

void siphash_lanes_plain(const struct siphash_key *key, struct siphash_messages *messages,
		unsigned int blocks, unsigned int n);

/* The fastest that this processor has. No vector is wider than 256 bits. */
siphash_lanes_fn siphash_lanes_choose(void);

/* Number i of those that this processor has, the plain one first; NULL: no more. For tests. */
siphash_lanes_fn siphash_lanes_at(unsigned int i);

#endif
