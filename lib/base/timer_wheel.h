/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hierarchical timer wheel: nodes that carry an expiry go in, nodes that have expired come out,
 * in order of tick and, within one tick, in the order they were armed. What a tick means is the
 * owner's business; the wheel reads no clock and calls nobody.
 *
 * Level 0 has a slot for each of the 64 ticks that share all but their last six bits with `now`;
 * a slot of level L stands for 64^L ticks. A node lies on the level of the highest bit in which
 * its expiry differs from `now`. Eleven levels cover all 64 bits, so there is no horizon.
 */
#ifndef ESTAB_BASE_TIMER_WHEEL_H
#define ESTAB_BASE_TIMER_WHEEL_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum timer_wheel_limits {
	TIMER_LEVEL_BITS = 6, /* one 64-bit word says which slots of a level are in use */
	TIMER_LEVEL_SLOTS = 1 << TIMER_LEVEL_BITS,
	TIMER_LEVELS = 11, /* 11 * 6 bits >= 64 bits */
	TIMER_SLOTS = TIMER_LEVELS * TIMER_LEVEL_SLOTS,
};

/* Lives inside what it times; all zero is a node that is not armed. */
struct timer_node {
	TAILQ_ENTRY(timer_node) link; /* neighbours in the slot; tqe_prev is NULL when not armed */
	uint64_t expires;             /* the tick it was last armed for */
};

_Static_assert(sizeof(struct timer_node) <= 24, "a timer costs a connection 24 bytes");

TAILQ_HEAD(timer_slot, timer_node);

/* Not to be moved or copied while nodes are armed: they point into it. */
struct timer_wheel {
	uint64_t now;                         /* all that was due before this tick has left */
	uint64_t levels_used;                 /* bit L: level L has an occupied slot */
	uint64_t slots_used[TIMER_LEVELS];    /* bit S of word L: slot S of level L has nodes */
	struct timer_slot slots[TIMER_SLOTS]; /* level 0 first */
};

void timer_wheel_init(struct timer_wheel *wheel, uint64_t now);

/* Arm or move `node` to leave at tick `expires`; with the next advance if that is past. */
void timer_wheel_arm(struct timer_wheel *wheel, struct timer_node *node, uint64_t expires);

/* Disarm `node`; nothing happens when it is not armed. */
void timer_wheel_cancel(struct timer_wheel *wheel, struct timer_node *node);

/*
 * Move the wheel to tick `now` and hand out the nodes that are due, disarmed, at most `max`.
 * @return
 *   - their number; when it is `max`, there may be more, which the next call hands out even if
 *     its `now` is the same. A `now` that lies behind an earlier one moves nothing.
 */
unsigned int timer_wheel_advance(struct timer_wheel *wheel, uint64_t now,
		struct timer_node **expired, unsigned int max);

/*
 * When to call timer_wheel_advance() next.
 * @return
 *   - a tick that is not after the first expiry, unless that was past when it was armed. It may
 *     be before, and then advancing to it hands out nothing but makes the next answer closer.
 *   - UINT64_MAX when no node is armed.
 */
uint64_t timer_wheel_next(const struct timer_wheel *wheel);

static inline bool
timer_node_is_armed(const struct timer_node *node)
{
	return node->link.tqe_prev != NULL;
}

#endif
