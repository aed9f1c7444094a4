/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Header prediction: the segments that nearly all are on a connection that loses nothing, in and out,
 * the short way. Each does what the long way does (input.c, acknowledgment.c, output.c), which takes
 * whatever is not as predicted. `sim_swarm --compare` runs worlds both ways, frame by frame.
 */
#ifndef LIB_TCP_PREDICTED_H
#define LIB_TCP_PREDICTED_H

#include <stdbool.h>

#include "burst.h"

struct tcb;

/*
 * What its state lets expect: in ESTABLISHED the next text in order, an acknowledgment of something new,
 * or both, and nothing else; and what begins or ends a connection, below.
 *
 * @return false where the segment has to go the long way: nothing was done
 */
bool predicted_arrives(struct tcb *tcb, struct burst *burst, struct segment *seg);

/* SYN-RECEIVED: the ACK of our SYN-ACK, perhaps with text. */
bool predicted_opens(struct tcb *tcb, struct segment *seg);

/* FIN-WAIT-1, FIN-WAIT-2: the ACK of our FIN, the peer's FIN, or both. */
bool predicted_closes(struct tcb *tcb, struct burst *burst, const struct segment *seg);

/*
 * All the text that there is, and all of it in one segment, perhaps with the FIN; or an ACK alone;
 * nothing in flight.
 *
 * @return false where the TCB has to be visited the long way: nothing was done
 */
bool predicted_output(struct tcb *tcb, struct burst *burst);

#endif
