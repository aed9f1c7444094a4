/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Congestion control (RFC 9293 3.8.2): NewReno, RFC 5681 with the recovery of RFC 6582. Events come
 * in, cwnd and ssthresh change; nothing is sent from here.
 */
#ifndef LIB_TCP_CONGESTION_H
#define LIB_TCP_CONGESTION_H

#include <stdint.h>

struct tcb;

/* The connection is established: initial window (RFC 6928) and no threshold yet. */
void congestion_init(struct tcb *tcb);

/* New text was acknowledged, outside of recovery. */
void congestion_on_ack(struct tcb *tcb, uint32_t acked);

/* Fast recovery begins (RFC 6582 3.2 step 2). */
void congestion_on_loss(struct tcb *tcb);

/* One more duplicate ACK: a segment has left the network (RFC 5681 3.2 step 4). */
void congestion_on_duplicate(struct tcb *tcb);

/* In recovery, some but not all of the loss was repaired (RFC 6582 3.2 step 3). */
void congestion_on_partial_ack(struct tcb *tcb, uint32_t acked);

/* Recovery is over. */
void congestion_on_recovered(struct tcb *tcb);

/* The retransmission timer expired, for the first time for this segment (RFC 5681 3.1). */
void congestion_on_timeout(struct tcb *tcb);

#endif
