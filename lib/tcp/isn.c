/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keyed hashes of the 4-tuple, and for sequence numbers a clock on top.
 */
#include "tcp/isn.h"

#include <rte_common.h>

enum purpose {
	PURPOSE_ISN = 1,
	PURPOSE_TIMESTAMP_OFFSET = 2,
};

static uint32_t
path_hash(const struct siphash_key *key, const struct path *path, enum purpose purpose)
{
	const uint64_t words[] = {
		path->local.halves[0],
		path->local.halves[1],
		path->remote.halves[0],
		path->remote.halves[1],
		path->local_port | (uint64_t)path->remote_port << 16 |
				(uint64_t)path->family << 32 | (uint64_t)purpose << 40,
	};

	return (uint32_t)siphash_2_4_words(key, words, RTE_DIM(words));
}

uint32_t
isn_choose(const struct siphash_key *key, const struct path *path, uint64_t now_ns)
{
	return (uint32_t)(now_ns / ISN_CLOCK_NS) + path_hash(key, path, PURPOSE_ISN);
}

uint32_t
timestamp_offset_choose(const struct siphash_key *key, const struct path *path)
{
	return path_hash(key, path, PURPOSE_TIMESTAMP_OFFSET);
}
