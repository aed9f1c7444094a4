/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Was a recovery needless? What was sent again had only been late where each retransmission arrived
 * as a duplicate (RFC 3708), or where the ACK of the gap carries a timestamp from before the first of
 * them (Eifel, RFC 3522). The caller then takes the reduction back (RFC 4015).
 *
 * Where the peer tells of a duplicate that we did not send, the network makes copies, or the peer is
 * not honest: its duplicates then prove nothing. What was sent again is known by its bounds.
 */
#ifndef LIB_TCP_RECOVERY_UNDO_H
#define LIB_TCP_RECOVERY_UNDO_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"

struct tcb;

struct undo {
	uint32_t start;  /* SND.UNA when the recovery began */
	uint32_t until;  /* once it is over: after this is acknowledged no duplicate is awaited */
	uint32_t left;   /* what was sent again lies from here ... */
	uint32_t right;  /* ... to the number before this; as left: nothing was */
	uint32_t resent; /* octets, each time that they were sent again */
	uint32_t untold; /* those of them that have not been reported as duplicates */
	uint32_t ts;     /* TSval of the first retransmission */
	bool possible;   /* a reduction was made and not taken back */
	bool copies;     /* duplicates prove nothing: some were not ours */
};

/* A recovery begins. */
void undo_begin(struct tcb *tcb);

/* [left, right) was sent again. */
void undo_on_resent(struct tcb *tcb, uint32_t left, uint32_t right);

/* The peer reported these octets as a duplicate. */
void undo_on_duplicate(struct tcb *tcb, const struct sack_block *came_twice);

/* The recovery is over, or was, for nothing. */
bool undo_is_due(const struct tcb *tcb, const struct segment *seg, uint32_t acked);

/* Duplicates may yet show that it was. */
bool undo_is_awaited(const struct tcb *tcb);

#endif
