/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A simulated wire between two stacks, in virtual time: what one sends the other receives after a
 * delay, unless it is lost; perhaps twice, perhaps late, perhaps with a bit turned over. All its
 * chances come from one seed.
 */
#ifndef TEST_SUPPORT_WIRE_H
#define TEST_SUPPORT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <estab/port.h>

#include "pattern.h"

struct rte_mempool;
struct wire_frame;

enum { WIRE_ENDS = 2 };

/* Chances are so many in a million frames. */
struct wire_config {
	uint64_t delay_ns;  /* of every frame */
	uint64_t jitter_ns; /* up to so much more */
	uint32_t loss;
	uint32_t duplication;
	uint32_t reordering; /* held back by reorder_ns, so that later frames overtake */
	uint64_t reorder_ns;
	uint32_t corruption; /* one bit turned over */
	uint32_t tx_refusal; /* a transmit burst of which not all is taken */
};

/* One side. Its port is to be given to the stack there. */
struct wire_end {
	struct wire *wire;
	struct estab_port port;
	struct rte_mempool *pool; /* of the frames that arrive here */
	uint64_t busy_until_ns;   /* the last regular arrival: jitter alone does not reorder */
	uint32_t arrived_count;
	uint32_t arrived_room;
	struct wire_frame **arrived; /* waiting for rx_burst, oldest first */
};

struct wire {
	struct wire_config config;
	struct random random;
	uint64_t now_ns;
	uint64_t serial;
	struct wire_end ends[WIRE_ENDS];
	uint32_t flying_count;
	uint32_t flying_room;
	struct wire_frame **flying; /* a heap by time of arrival */

	/* What became of the frames. */
	uint64_t sent, lost, duplicated, reordered, corrupted, delivered, no_mbuf;

	/* Sees every frame when it is sent; NULL: nobody does. */
	void (*watch)(void *watcher, unsigned int end, const uint8_t *frame, size_t size,
			const char *fate);
	void *watcher;
};

void wire_init(struct wire *wire, const struct wire_config *config, uint64_t seed,
		struct rte_mempool *const pools[WIRE_ENDS]);
void wire_fini(struct wire *wire);

/* Time goes on: what is due arrives. now_ns may be at most wire_next's. */
void wire_advance(struct wire *wire, uint64_t now_ns);

/* When the next frame arrives; at once while some wait to be received; UINT64_MAX: none flies. */
uint64_t wire_next(const struct wire *wire);

#endif
