/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What goes when mbufs run short, for a pool without mbufs receives no packet at all: no ACK that would
 * free some, no ping. When fewer than limits.mbufs_reserved are left, in this order:
 *
 *	text beyond gaps   the oldest first; the peer has it still (RFC 2018 8). None is taken any more, and
 *	                   connections keep no more than they have, but for two segments each
 *	stalled peers      who has let seven timeouts in a row pass, with a closed window or in silence, is
 *	                   reset (RFC 6429 3 leaves that to the system), who stalls longest before others
 *	new connections    SYNs are dropped, once nothing is left that could be given up
 *
 * Stalled peers go too where somebody else was refused a TCB, what a connection needs while something is
 * under way, or memory for sending. Work is bounded: the pool is asked once in a tick, and then some TCBs are looked at in each.
 */
#ifndef LIB_TCP_SHED_H
#define LIB_TCP_SHED_H

#include <stdbool.h>
#include <stdint.h>

struct tcp;

enum { SHED_STALLED_TIMEOUTS = 7 };

struct shed {
	uint64_t tick;        /* when the pool was asked last */
	uint64_t search_tick; /* until then nobody who stalls is looked for: none was found */
	uint64_t receive_max; /* the memory for text, as configured: less while mbufs are short */
	uint64_t send_max;
	uint32_t reserve;   /* mbufs below which they are short */
	uint32_t at;        /* the TCB to be looked at next ... */
	uint32_t fruitless; /* ... and how many were not stalled, one after the other */
	bool low;           /* mbufs are short */
	bool wanted;        /* a TCB, what one at work needs, or memory for sending was refused */
	bool refuses;       /* mbufs are short, and nobody stalls: no new connections */
};

/* Ask the pool, once in a tick; give up something where it is low. */
void shed_turn(struct tcp *tcp);

/* The tick of the next turn that is needed even if nothing arrives; UINT64_MAX: none is. */
uint64_t shed_next(const struct tcp *tcp);

#endif
