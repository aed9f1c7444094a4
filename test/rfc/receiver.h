/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A peer that receives for a while, seen from the wire: it answers each segment of text at once, as
 * RFC 5681 4.2 and RFC 2018 4 have it, and its answers arrive a round trip after the segment left. Some
 * of the segments the line drops. It knows what no sender can: how much is in the network.
 */
#ifndef TEST_RFC_RECEIVER_H
#define TEST_RFC_RECEIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "fixture.h"

enum { RECEIVER_SEGMENTS = 4096, RECEIVER_BLOCKS = 3 };

/* What one segment is answered with, on its way back. */
struct receiver_answer {
	uint64_t due_ns;
	uint32_t ack;
	uint32_t octets; /* of the segment */
	uint32_t left[RECEIVER_BLOCKS], right[RECEIVER_BLOCKS];
	uint8_t blocks;
};

struct receiver {
	struct fixture *t;
	uint32_t mss;
	uint32_t rtt_ms;
	uint32_t answers_max; /* that arrive in a millisecond; 0: all that are due */
	bool sacks;
	bool (*drops)(uint32_t segment, uint8_t times); /* sent so often before? NULL: none */
	void (*look)(struct receiver *receiver);        /* after each turn; NULL: nobody does */
	uint8_t times[RECEIVER_SEGMENTS];               /* sent */
	bool have[RECEIVER_SEGMENTS];
	uint32_t next;                    /* the first that is missing */
	uint32_t recent[RECEIVER_BLOCKS]; /* that came last beyond it, the latest first */
	struct receiver_answer answers[RECEIVER_SEGMENTS];
	uint32_t first, count; /* of answers: a ring */
	uint32_t sent;         /* segments that have met the line */
	uint32_t in_network;   /* octets that were not dropped and whose answers have not arrived */
	uint32_t in_network_max;
};

/* So many milliseconds pass. */
void receiver_run(struct receiver *receiver, uint32_t ms);

#endif
