/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keyed hashes of the 4-tuple, and for sequence numbers a clock on top.
 */
#include "tcp/open/isn.h"

#include "flow/flow_table.h"

uint32_t
isn_choose(const struct siphash_key *key, const struct path *path, uint64_t now_ns)
{
	uint64_t blocks[PATH_BLOCKS_MAX];
	const unsigned int n = path_message(path, blocks, 1);

	return isn_at(siphash_2_4_blocks(key, blocks, n), now_ns);
}

uint32_t
timestamp_offset_choose(const struct siphash_key *flow_key, const struct path *path)
{
	return timestamp_offset_of(flow_hash_whole(flow_key, path));
}
