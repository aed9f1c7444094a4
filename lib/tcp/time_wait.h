/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TIME-WAIT (RFC 9293 3.6, MUST-13): a small record answers for the connection during 2 MSL.
 */
#ifndef LIB_TCP_TIME_WAIT_H
#define LIB_TCP_TIME_WAIT_H

#include <stdbool.h>

#include "burst.h"

struct tcb;
struct tcp;
struct time_wait;

/* "Enter the TIME-WAIT state", and "turn off the other timers" (3.10.7.4, eighth check). */
void time_wait_enter(struct tcb *tcb);

/* So many records will be wanted: as many of the oldest go as it takes. */
void time_waits_make_room(struct tcp *tcp, uint32_t wanted);

/* Leave a record in the TCB's place; the TCB itself is released. */
void time_wait_begin(struct tcb *tcb);

/*
 * 3.10.7.4 in TIME-WAIT.
 *
 * @return true where the segment is a SYN that may take the connection over (MAY-2, RFC 6191): the
 *   record is gone, and the segment is to be processed as if it had found no connection
 */
bool segment_arrives_time_wait(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct time_wait *record);

/* Let the records go whose 2 MSL are over. */
void time_waits_expire(struct tcp *tcp);

/* When time_waits_expire is needed next, in ticks; UINT64_MAX: never. */
uint64_t time_waits_next(const struct tcp *tcp);

#endif
