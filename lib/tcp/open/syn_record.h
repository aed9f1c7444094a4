/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Half-open connections of a listener of which a record is kept (SYN-RECEIVED from LISTEN).
 * The SYN-ACK is sent again after 1, 2, 4 ... RTOs; each attempt has a FIFO of its own.
 */
#ifndef LIB_TCP_OPEN_SYN_RECORD_H
#define LIB_TCP_OPEN_SYN_RECORD_H

#include "burst.h"

struct listener;
struct syn_record;
struct tcb;
struct tcp;

/* Keep a record for an acceptable SYN and send the SYN-ACK; NULL where there is no room. */
struct syn_record *syn_record_create(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct listener *listener);

/*
 * 3.10.7.4 in SYN-RECEIVED, up to the fifth check.
 *
 * @return the TCB into which the record has turned, in SYN-RECEIVED, where the segment holds an
 *   acceptable ACK: the segment is to be processed with it; else NULL, the segment has its fate
 */
struct tcb *segment_arrives_syn_record(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct syn_record *record);

/* Send SYN-ACKs again that are due, and give up where they were sent often enough. */
void syn_records_expire(struct tcp *tcp, struct burst *burst);

/* When syn_records_expire is needed next, in nanoseconds; UINT64_MAX: never. */
uint64_t syn_records_next(const struct tcp *tcp);

/* Forget the records of a listener; NULL: all. */
void syn_records_forget(struct tcp *tcp, const struct listener *listener);

#endif
