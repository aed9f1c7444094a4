/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who may have a struct recovery (limits.recoveries). A peer that answers and answers, and never closes
 * its gap, would keep its place for ever: so where none is left, who has had his for longest gives it
 * up, if that is a second or more. He loses no text: the retransmission timer repairs, and when all that
 * is in flight now is acknowledged he may have a place again.
 */
#ifndef LIB_TCP_RECOVERY_PLACES_H
#define LIB_TCP_RECOVERY_PLACES_H

struct recovery;
struct tcb;

/* A place for the connection, which has none; the scoreboard is not yet made. NULL: all are taken. */
struct recovery *place_take(struct tcb *tcb);

/* The connection's place is free for others. */
void place_give_back(struct tcb *tcb);

#endif
