/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A simulated wire between a few stacks, in virtual time: what one sends another receives after a
 * delay, unless it is lost; perhaps twice, perhaps late, perhaps damaged. A frame goes to the end
 * whose MAC address it names. All its chances come from one seed.
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

enum { WIRE_ENDS = 4 }; /* at most; the first two are always there */

/* Chances are so many in a million frames. All zero: a perfect wire. */
struct wire_config {
	uint64_t delay_ns;  /* of every frame */
	uint64_t jitter_ns; /* up to so much more */

	uint64_t rate_bps;    /* towards each end; 0: no limit */
	uint32_t queue_bytes; /* may wait for that; what finds no room is dropped at the tail */
	uint32_t mark_bytes;  /* ECN-capable packets that find more waiting get CE; 0: no marks */

	uint32_t loss;
	uint32_t burst_begin; /* Gilbert-Elliott: from the good state to the bad one ... */
	uint32_t burst_end;   /* ... and back ... */
	uint32_t burst_loss;  /* ... and the loss in the bad one */
	uint32_t duplication;
	uint32_t reordering; /* held back by reorder_ns, so that later frames overtake */
	uint64_t reorder_ns;
	uint32_t corruption; /* one bit turned over */
	uint32_t truncation; /* only the beginning arrives */
	uint32_t tx_refusal; /* a transmit burst of which not all is taken */
	uint32_t scatter;    /* received in several mbufs */
	uint16_t mtu;        /* larger IP packets vanish; 0: all pass */
	bool pads;           /* short frames arrive with Ethernet's padding, which is noise here */
};

/* What became of the frames: each that was sent is in one of those that follow it. */
#define WIRE_COUNTERS(X)                                                                           \
	X(sent)                                                                                    \
	X(injected)   /* by the test */                                                            \
	X(duplicated) /* the second of each */                                                     \
	X(delivered)                                                                               \
	X(lost)       /* at random, in bursts too */                                               \
	X(overflowed) /* no room in the queue */                                                   \
	X(too_big)                                                                                 \
	X(cut_off) /* an end was down */                                                           \
	X(astray)  /* sent to nobody's address */                                                  \
	X(no_mbuf) /* lost in the receiver's NIC */

/* Of one end. */
struct wire_end {
	struct wire *wire;
	struct estab_port port;   /* to be given to the stack there */
	struct rte_mempool *pool; /* of the frames that arrive here */
	uint64_t queue_free_ns;   /* when what waits for this end's link will have passed */
	uint64_t last_arrival_ns; /* of a regular frame: jitter alone does not reorder */
	uint64_t sent, delivered;
	uint64_t burst_ns; /* since when in_burst is true */
	bool in_burst;     /* Gilbert-Elliott's bad state */
	bool down;         /* nothing goes in or out */
	uint32_t arrived_count;
	uint32_t arrived_room;
	struct wire_frame **arrived; /* waiting for rx_burst, oldest first */
};

struct wire {
	struct wire_config config;
	struct random random;
	uint64_t now_ns;
	uint64_t serial;
	unsigned int end_count;
	struct wire_end ends[WIRE_ENDS];
	uint32_t flying_count;
	uint32_t flying_room;
	struct wire_frame **flying; /* a heap by time of arrival */

	struct wire_counters {
#define WIRE_COUNTER_FIELD(name) uint64_t name;
		WIRE_COUNTERS(WIRE_COUNTER_FIELD)
#undef WIRE_COUNTER_FIELD
	} count;
	/* Seen by the stack, but not as they were sent. */
	uint64_t reordered, corrupted, truncated, marked;

	/* Sees every frame when it is sent; NULL: nobody does. */
	void (*watch)(void *watcher, unsigned int end, const uint8_t *frame, size_t size,
			const char *fate);
	/* Sees what was too big, and may tell its sender; NULL: a black hole. */
	void (*too_big)(void *watcher, unsigned int end, const uint8_t *frame, size_t size);
	void *watcher;
};

/* A wire with so many ends, each with the pool of the frames that arrive there. */
void wire_init(struct wire *wire, const struct wire_config *config, uint64_t seed,
		struct rte_mempool *const *pools, unsigned int end_count);
void wire_fini(struct wire *wire);

/* The address under which an end is reached. */
void wire_mac(unsigned int end, uint8_t mac[6]);

/* A frame of the test's own arrives at an end, before all that waits there. */
void wire_inject(struct wire *wire, unsigned int to, const void *frame, size_t size);

/* Time goes on: what is due arrives. now_ns may be at most wire_next's. */
void wire_advance(struct wire *wire, uint64_t now_ns);

/* When the next frame arrives; at once while some wait to be received; UINT64_MAX: none flies. */
uint64_t wire_next(const struct wire *wire);

/* What is still under way. */
uint64_t wire_pending(const struct wire *wire);

/* What happens to a frame between its ends (wire_damage.c). */
bool wire_loses(struct wire *wire, struct wire_end *from);
void wire_damage(struct wire *wire, uint8_t *bytes, size_t *size);
void wire_mark_congestion(struct wire *wire, uint8_t *bytes, size_t size);

#endif
