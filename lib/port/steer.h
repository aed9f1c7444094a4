/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whom a received packet concerns, where several stacks share a device. Only as much of the headers
 * is read as that takes: what is malformed stays where it is, and finds its name in the stack there.
 */
#ifndef LIB_PORT_STEER_H
#define LIB_PORT_STEER_H

#include "path.h"

struct rte_mbuf;

enum steer {
	STEER_HERE,   /* any stack: ping, fragments, what is dropped anyway */
	STEER_TCP,    /* a segment: the stack that its 4-tuple belongs to */
	STEER_QUOTED, /* an ICMP error: the stack of the segment of ours that it quotes */
	STEER_ALL,    /* ARP, neighbour discovery: every stack has a cache of its own */
};

/* Fills the 4-tuple of *path where the answer is STEER_TCP or STEER_QUOTED, and zeroes the rest. */
enum steer steer_read(const struct rte_mbuf *packet, struct path *path);

#endif
