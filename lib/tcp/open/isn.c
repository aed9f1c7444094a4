/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keyed hashes of the 4-tuple, and for sequence numbers a clock on top.
 */
#include "tcp/open/isn.h"

#include <stdbool.h>

enum { TUPLE_LEN_IPV4 = 13, TUPLE_LEN_IPV6 = 37 }; /* addresses, ports, family */

/* The tuple as bytes: addresses, ports, family; then the length. */
unsigned int
path_message(const struct path *path, uint64_t blocks[PATH_BLOCKS_MAX])
{
	const bool ipv4 = path->family == ESTAB_FAMILY_IPV4;
	const uint64_t length = ipv4 ? TUPLE_LEN_IPV4 : TUPLE_LEN_IPV6;
	unsigned int n = 0;

	if (ipv4) {
		blocks[n++] = path->local.words[0] | (uint64_t)path->remote.words[0] << 32;
	} else {
		blocks[n++] = path->local.halves[0];
		blocks[n++] = path->local.halves[1];
		blocks[n++] = path->remote.halves[0];
		blocks[n++] = path->remote.halves[1];
	}
	blocks[n++] = path->local_port | (uint64_t)path->remote_port << 16 |
			(uint64_t)path->family << 32 | length << 56;
	return n;
}

/* Both numbers are halves of the one hash. */
static uint64_t
path_hash(const struct siphash_key *key, const struct path *path)
{
	uint64_t blocks[PATH_BLOCKS_MAX];
	const unsigned int n = path_message(path, blocks);

	return siphash_2_4_blocks(key, blocks, n);
}

uint32_t
isn_choose(const struct siphash_key *key, const struct path *path, uint64_t now_ns,
		uint32_t *ts_offset)
{
	const uint64_t hash = path_hash(key, path);

	*ts_offset = (uint32_t)hash;
	return (uint32_t)(now_ns / ISN_CLOCK_NS) + (uint32_t)(hash >> 32);
}

uint32_t
timestamp_offset_choose(const struct siphash_key *key, const struct path *path)
{
	return (uint32_t)path_hash(key, path);
}
