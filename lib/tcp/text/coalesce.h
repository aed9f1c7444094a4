/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Receive coalescing: a train of segments that arrived in one burst is processed as one, with one
 * append and one decision to acknowledge. MUST-58 and MUST-59 ask for one ACK of a burst in any case:
 * n segments together owe one at once where n is at least 2, and a delayed one where it is 1.
 */
#ifndef LIB_TCP_TEXT_COALESCE_H
#define LIB_TCP_TEXT_COALESCE_H

#include "burst.h"

struct tcb;

/*
 * Append the text of the segments that follow the first in the burst, as long as each is of the
 * same connection, next in order, and says nothing else that the one before has not said. seg->run
 * then counts them; their mbufs are in the first one's chain.
 */
void coalesce_run(const struct tcb *tcb, struct burst *burst, struct segment *first);

#endif
