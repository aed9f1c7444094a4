/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text that lies in more mbufs than a port takes in one packet (a user may send octets one by one) is
 * copied into as few as can be. The segment could end earlier instead; but whether a segment is full
 * decides whether it may leave (Nagle, silly windows), what is sent again has other limits than what
 * is new, and a packet more costs both hosts more than a copy of text that is in short pieces anyway.
 */
#ifndef LIB_NET_GATHER_H
#define LIB_NET_GATHER_H

#include <stdbool.h>

#include "burst.h"

/*
 * Append a copy of the text to a packet that has its headers, in mbufs of the pool.
 *
 * @return false where the pool is empty: the packet is incomplete
 */
bool gather_text(struct rte_mempool *pool, struct rte_mbuf *packet, const struct outgoing *out);

#endif
