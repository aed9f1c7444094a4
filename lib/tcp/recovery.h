/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loss recovery: what an ACK, new or duplicate, says about loss (RFC 5681 3.2, RFC 6582).
 */
#ifndef LIB_TCP_RECOVERY_H
#define LIB_TCP_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"

struct tcb;

/* RFC 5681 2: the definition of a duplicate acknowledgment. */
bool recovery_is_duplicate(const struct tcb *tcb, const struct segment *seg);

/* A duplicate ACK arrived: the third in a row is a loss. */
void recovery_on_duplicate(struct tcb *tcb);

/* SND.UNA has moved on by that many octets. */
void recovery_on_ack(struct tcb *tcb, uint32_t acked);

/* The retransmission timer has expired: everything outstanding is sent again as cwnd allows. */
void recovery_on_timeout(struct tcb *tcb);

#endif
