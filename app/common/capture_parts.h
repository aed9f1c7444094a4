/* SPDX-License-Identifier: BSD-3-Clause */
/* What the files of the capture share: see capture.h. */
#ifndef APP_COMMON_CAPTURE_PARTS_H
#define APP_COMMON_CAPTURE_PARTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pcap/pcap.h>

#include <rte_mbuf.h>

#include "capture.h"
#include "capture_file.h"
#include "clock.h"
#include "port_layer.h"

struct rte_ring;

enum capture_parts_limits {
	CAPTURE_HEADS_MAX = 32, /* copies that the writer takes out of a ring at a time */
};

/* How far a run is. The prompt begins it, lcores and the writer work in it, the writer closes it. */
enum capture_phase {
	CAPTURE_OPEN, /* the file is there; nothing is captured yet */
	CAPTURE_ON,
	CAPTURE_ENDING, /* what is in the rings is still written */
	CAPTURE_CLOSED,
};

/* One capture. What lcores read of it never changes, and it lives until capture_destroy. */
struct capture_run {
	struct capture_run *before;
	struct clock clock;
	uint64_t begun_ns; /* since 1970, when the clock was at 0 */
	uint32_t snaplen;
	bool filters;
	struct bpf_program filter;
	atomic_uint phase;            /* enum capture_phase */
	atomic_uint_fast64_t dropped; /* by lcores */
	_Atomic(const char *) ended;  /* why; NULL: it has not */

	/* Of the writer. */
	struct capture_file file;
	uint64_t count_max; /* packets */
	uint64_t size_max;  /* bytes */
	atomic_uint_fast64_t packets, bytes;
	bool full;
	char *path;
	char *filter_text; /* NULL: none */
};

/* What is known of a copy, in the private part of its first mbuf. */
struct capture_note {
	const struct capture_run *run;
	uint64_t time_ns; /* since 1970 */
	uint32_t length;  /* of the packet */
};

/* A queue. The first part is of its lcore, the second of the writer. */
struct capture_lane {
	struct port_layer layer;
	struct capture *capture;
	struct rte_ring *ring; /* NULL until the first capture */
	struct capture_lane *next;
	uint16_t device, queue;

	uint16_t head, head_count;
	struct rte_mbuf *heads[CAPTURE_HEADS_MAX];
};

/* Open the file. waits: for somebody to read a pipe. @return NULL: why says why not */
struct capture_run *capture_run_open(const struct capture_options *options, const char *path,
		const char *filter, bool waits, char *why, size_t size);

/* @return the lane, or NULL: no memory */
struct capture_lane *capture_lane_create(struct capture *capture, uint16_t device, uint16_t queue);

/* Have it cover the port. */
void capture_lane_put(struct capture_lane *lane, struct estab_port *port);

/* @return 0 or -ENOMEM */
int capture_lane_reserve(struct capture_lane *lane);

void capture_lane_destroy(struct capture_lane *lane);

/* The copy that is the oldest of all in the lanes, where it is older than that; NULL: there is none. */
struct rte_mbuf *capture_order_next(struct capture *capture, uint64_t before_ns);

static inline struct capture_note *
capture_note_of(struct rte_mbuf *copy)
{
	return rte_mbuf_to_priv(copy);
}

#endif
