/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sending again what the scoreboard says was lost, as far as cwnd and the peer's window allow.
 */
#ifndef LIB_TCP_RECOVERY_RETRANSMIT_H
#define LIB_TCP_RECOVERY_RETRANSMIT_H

#include <stdbool.h>

#include "burst.h"

struct tcb;

/* Send again what is to be sent again, lowest numbers first; false: the burst is full. */
bool retransmit_lost(struct tcb *tcb, struct burst *burst);

/* Send the last segment again, though it is not lost (RFC 8985 7.3); false: the burst is full. */
bool retransmit_tail(struct tcb *tcb, struct burst *burst);

/* Something is in flight: a timer runs (RFC 6298 5.1), though none of it could be sent again now. */
void retransmit_keep_timer(struct tcb *tcb);

#endif
