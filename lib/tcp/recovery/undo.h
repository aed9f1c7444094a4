/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Was a recovery needless? What was sent again had only been late where each retransmission arrived
 * as a duplicate (RFC 3708), or where the ACK of the gap carries a timestamp from before the first of
 * them (Eifel, RFC 3522). The caller then takes the reduction back (RFC 4015).
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
	uint32_t resent; /* octets sent again that have not been reported as duplicates */
	uint32_t ts;     /* TSval of the first retransmission */
	bool possible;   /* a reduction was made and not taken back */
	bool any;        /* something was sent again */
};

/* A recovery begins. */
void undo_begin(struct tcb *tcb);

/* So many octets were sent again. */
void undo_on_resent(struct tcb *tcb, uint32_t octets);

/* The peer reported these octets as a duplicate. */
void undo_on_duplicate(struct tcb *tcb, const struct sack_block *came_twice);

/* The recovery is over, or was, for nothing. */
bool undo_is_due(const struct tcb *tcb, const struct segment *seg, uint32_t acked);

/* Duplicates may yet show that it was. */
bool undo_is_awaited(const struct tcb *tcb);

#endif
