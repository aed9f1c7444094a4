/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Where a connection's numbers begin: the initial sequence number (RFC 9293 3.4.1, RFC 6528 3) and
 * the offset of its timestamp clock (RFC 7323 5.4, 7.1). Both run on from one incarnation of a
 * 4-tuple to the next, and tell nothing to who does not have the key. The two are halves of one
 * hash: neither tells anything of the other.
 */
#ifndef LIB_TCP_OPEN_ISN_H
#define LIB_TCP_OPEN_ISN_H

#include <stdint.h>

#include "base/siphash.h"
#include "path.h"

enum { ISN_CLOCK_NS = 4000 }; /* MUST-8: one number per 4 microseconds */

enum { PATH_BLOCKS_IPV4 = 2, PATH_BLOCKS_MAX = 5 };

/* What is hashed of a path, as blocks of SipHash. @return how many */
unsigned int path_message(const struct path *path, uint64_t blocks[PATH_BLOCKS_MAX]);

/*
 * ISN = M + F(localip, localport, remoteip, remoteport, secretkey), and what timestamp_offset_choose
 * would say, which comes with it.
 */
uint32_t isn_choose(const struct siphash_key *key, const struct path *path, uint64_t now_ns,
		uint32_t *ts_offset);

/* Under the same key: what is added to the clock of all connections to give TSval on this path. */
uint32_t timestamp_offset_choose(const struct siphash_key *key, const struct path *path);

#endif
