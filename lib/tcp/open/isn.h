/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a connection's numbers begin: the initial sequence number (RFC 9293 3.4.1, RFC 6528 3) and
 * the offset of its timestamp clock (RFC 7323 5.4, 7.1). Both run on from one incarnation of a
 * 4-tuple to the next, and tell nothing to who does not have the key. They are of different hashes:
 * neither tells anything of the other. The offset's is that of the flow table, which has been made for
 * every segment that arrives, so that it costs nothing: it is the half that the table has no use for.
 */
#ifndef LIB_TCP_OPEN_ISN_H
#define LIB_TCP_OPEN_ISN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/siphash.h"
#include "path.h"

enum { ISN_CLOCK_NS = 4000 }; /* MUST-8: one number per 4 microseconds */

enum { PATH_BLOCKS_IPV4 = 2, PATH_BLOCKS_MAX = 5 };

enum { PATH_LEN_IPV4 = 13, PATH_LEN_IPV6 = 37 }; /* bytes: addresses, ports, family */

/*
 * What is hashed of a path for a sequence number, as blocks of SipHash: addresses, ports, family; then
 * the length. Block b is at blocks[b * stride]. @return how many
 */
static inline unsigned int
path_message(const struct path *path, uint64_t *blocks, size_t stride)
{
	const bool ipv4 = path->family == ESTAB_FAMILY_IPV4;
	const uint64_t length = ipv4 ? PATH_LEN_IPV4 : PATH_LEN_IPV6;
	unsigned int n = 0;

	if (ipv4) {
		blocks[stride * n++] = path->local.words[0] | (uint64_t)path->remote.words[0] << 32;
	} else {
		blocks[stride * n++] = path->local.halves[0];
		blocks[stride * n++] = path->local.halves[1];
		blocks[stride * n++] = path->remote.halves[0];
		blocks[stride * n++] = path->remote.halves[1];
	}
	blocks[stride * n++] = path->local_port | (uint64_t)path->remote_port << 16 |
			(uint64_t)path->family << 32 | length << 56;
	return n;
}

/* M + F, where F is a part of that hash. */
static inline uint32_t
isn_at(uint64_t hash, uint64_t now_ns)
{
	return (uint32_t)(now_ns / ISN_CLOCK_NS) + (uint32_t)(hash >> 32);
}

/* ISN = M + F(localip, localport, remoteip, remoteport, secretkey). */
uint32_t isn_choose(const struct siphash_key *key, const struct path *path, uint64_t now_ns);

/*
 * What is added to the clock of all connections to give TSval on this path, under the flow table's
 * key. Of a segment that has arrived it is known: struct segment.
 */
uint32_t timestamp_offset_choose(const struct siphash_key *flow_key, const struct path *path);

/* The same of flow_hash_whole, where that is known. */
static inline uint32_t
timestamp_offset_of(uint64_t flow_hash)
{
	return (uint32_t)(flow_hash >> 32);
}

#endif
