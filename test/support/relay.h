/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One way of the relay: a socket to take frames from, a wire with a rate and a queue, a line of
 * frames that are on their way, and a socket to give them to.
 */
#ifndef TEST_SUPPORT_RELAY_H
#define TEST_SUPPORT_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum relay_limits {
	FRAME_MAX = 2048,    /* bytes; longer ones are counted, not carried */
	LINE_FRAMES = 65536, /* on their way at once; a power of two */
	TAKEN_AT_ONCE = 64,
};

#define NS_PER_SECOND UINT64_C(1000000000)
#define CHANCE_ONE    ((double)(UINT64_C(1) << 32)) /* a chance of 1 among 32-bit numbers */

struct relay_options {
	uint64_t loss[2]; /* forward and back, of CHANCE_ONE */
	uint64_t reorder; /* of CHANCE_ONE */
	uint64_t delay_ns;
	uint64_t rate_mbit; /* 0: without limit */
	uint64_t queue;     /* frames */
	uint64_t seed;
	uint64_t duration_s;
	const char *interfaces[2];
};

struct frame {
	uint64_t due_ns;
	uint32_t size;
	uint8_t bytes[FRAME_MAX];
};

struct way {
	const struct relay_options *options;
	uint64_t loss;         /* of CHANCE_ONE */
	uint64_t state;        /* of the generator */
	int from, to;          /* packet sockets */
	uint64_t wire_free_ns; /* when the wire will have sent all that waits */
	struct frame *line;    /* LINE_FRAMES of them, a ring */
	uint64_t head, tail;
	struct { /* printed by way_print */
		uint64_t taken, given, lost, overtaking, queue_full, too_long, refused;
	} count;
};

/* Both ways between the two interfaces. Complains. @return 0 or a negative errno */
int ways_open(struct way ways[2], const struct relay_options *options);

/* Take what has arrived, a bounded number of frames: lose it, or send it on its way. */
void way_take(struct way *way, uint64_t now_ns);

/* Give what is due. */
void way_give(struct way *way, uint64_t now_ns);

/* When the next frame is due; UINT64_MAX: none is on its way. */
uint64_t way_next(const struct way *way);

/* "forward: taken N, given N, lost N, ..." */
void way_print(const struct way *way, const char *name, FILE *out);

#endif
