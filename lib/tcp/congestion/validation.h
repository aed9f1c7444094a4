/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Congestion window validation (RFC 7661, which obsoletes RFC 2861): a cwnd of which less than half has
 * been used of late is of a path as it once was. It is kept, but it does not grow; bursts into it are
 * bounded; a loss is answered by what was used, not by cwnd; and after five minutes it falls.
 *
 * For controllers that go by cwnd. One that models the path asks the path itself.
 */
#ifndef LIB_TCP_CONGESTION_VALIDATION_H
#define LIB_TCP_CONGESTION_VALIDATION_H

#include <stdbool.h>
#include <stdint.h>

#include "tcp/congestion/pipe_ack.h"

struct tcb;

enum validation_flag {
	VALIDATION_VOID_ROUND = 1 << 0, /* something was lost in it: no sample (4.2) */
	VALIDATION_LACKING = 1 << 1,    /* the non-validated phase */
	VALIDATION_LOST = 1 << 2,       /* fast recovery of a loss in that phase */
};

struct validation {
	struct pipe_ack pipe_ack;
	uint32_t validated_s; /* when cwnd was last known to be validated, or was adjusted */
};

/* Established, and nothing is in flight: nothing is known, which counts as validated (4.3). */
void validation_init(struct tcb *tcb);

/*
 * An ACK of so many octets is past the end of this round trip, and begins another: a sample, and with
 * it the phase (4.2, 4.3). May lower cwnd (4.4.3).
 */
void validation_on_round(struct tcb *tcb, uint32_t acked);

/* So many octets were acknowledged: as many may follow, and the next burst. */
void validation_on_ack(struct tcb *tcb, uint32_t acked);

/*
 * Text is about to be sent with nothing in flight: the phase may have changed with time alone. idle:
 * after more than RTO, when what the last ACK let go counts no longer.
 */
void validation_resume(struct tcb *tcb, bool idle);

/*
 * Congestion, before the controller hears of it (4.4.1): in the non-validated phase cwnd is no more
 * than what was used. @return true in that phase
 */
bool validation_on_congestion(struct tcb *tcb);

/* ... and after it, in fast recovery: half of that is left. */
void validation_on_loss(struct tcb *tcb);

/* The retransmission timer has expired: slow start will find out. */
void validation_on_timeout(struct tcb *tcb);

/* All that was lost is repaired, and so many octets were sent again for it (4.4.1). */
void validation_on_recovered(struct tcb *tcb, uint32_t resent);

/* Octets that may leave before the next ACK (4.4.2); UINT32_MAX: the windows alone say so. */
uint32_t validation_burst_room(const struct tcb *tcb);

#endif
