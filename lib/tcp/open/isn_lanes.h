/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The initial sequence numbers of a burst's records are hashed together: a record and its SYN-ACK are
 * written first, and get their number when all SYNs of the burst have been seen, or before a segment
 * asks for it.
 */
#ifndef LIB_TCP_OPEN_ISN_LANES_H
#define LIB_TCP_OPEN_ISN_LANES_H

#include <stdint.h>

#include "base/siphash_lanes.h"
#include "burst.h"

struct syn_record;
struct tcp;

/* Records that wait for their numbers; zeroed at the beginning. */
struct isn_lanes {
	unsigned int count;
	struct syn_record *records[SIPHASH_MESSAGES_MAX];
	struct outgoing *answers[SIPHASH_MESSAGES_MAX]; /* NULL: the burst had no room for one */
	struct siphash_messages paths;
};

/* Give a record over IPv4, and its SYN-ACK, what isn_choose says. */
void isn_lanes_put(struct tcp *tcp, struct syn_record *record, struct outgoing *answer);

/* The numbers that are still owed: at the end of the burst, and before a record is looked at. */
void isn_lanes_finish(struct tcp *tcp);

#endif
