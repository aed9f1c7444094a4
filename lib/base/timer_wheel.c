/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The wheel of timer_wheel.h. Three facts carry it, and each function keeps them:
 * a node's slot follows from its expiry and `now` alone, so no node stores it; each occupied slot
 * lies ahead of `now` on its level, save the one of `now` itself on level 0; hence the lowest
 * occupied slot of the lowest occupied level is the earliest, and empty time is skipped by
 * counting zeroes. A node cascades at most once per level on its way down.
 */
#include "timer_wheel.h"

#include <assert.h>

#include <rte_bitops.h>
#include <rte_common.h>

static inline unsigned int
slot_level(unsigned int slot)
{
	return slot / TIMER_LEVEL_SLOTS;
}

/* The slot in which a node lies that expires at `expires`, as long as `now` is what it is. */
static inline unsigned int
slot_of(const struct timer_wheel *wheel, uint64_t expires)
{
	const uint64_t tick = RTE_MAX(expires, wheel->now);
	const unsigned int highest = (unsigned int)rte_fls_u64((tick ^ wheel->now) | 1) - 1;
	const unsigned int level = highest / TIMER_LEVEL_BITS;
	const uint64_t digit = tick >> level * TIMER_LEVEL_BITS;

	return level * TIMER_LEVEL_SLOTS + (unsigned int)(digit % TIMER_LEVEL_SLOTS);
}

/* The first of the ticks that a slot stands for. */
static uint64_t
slot_start(const struct timer_wheel *wheel, unsigned int slot)
{
	const unsigned int shift = slot_level(slot) * TIMER_LEVEL_BITS;
	const uint64_t digit = slot % TIMER_LEVEL_SLOTS;
	const uint64_t above = shift + TIMER_LEVEL_BITS < 64
			? wheel->now >> (shift + TIMER_LEVEL_BITS) << (shift + TIMER_LEVEL_BITS)
			: 0;

	return above | digit << shift;
}

static inline void
slot_mark_used(struct timer_wheel *wheel, unsigned int slot)
{
	wheel->slots_used[slot_level(slot)] |= UINT64_C(1) << slot % TIMER_LEVEL_SLOTS;
	wheel->levels_used |= UINT64_C(1) << slot_level(slot);
}

static inline void
slot_mark_empty(struct timer_wheel *wheel, unsigned int slot)
{
	uint64_t *used = &wheel->slots_used[slot_level(slot)];

	*used &= ~(UINT64_C(1) << slot % TIMER_LEVEL_SLOTS);
	if (*used == 0)
		wheel->levels_used &= ~(UINT64_C(1) << slot_level(slot));
}

static inline void
slot_append(struct timer_wheel *wheel, unsigned int slot, struct timer_node *node)
{
	TAILQ_INSERT_TAIL(&wheel->slots[slot], node, link);
	slot_mark_used(wheel, slot);
}

static inline void
slot_remove(struct timer_wheel *wheel, unsigned int slot, struct timer_node *node)
{
	struct timer_slot *head = &wheel->slots[slot];

	TAILQ_REMOVE(head, node, link);
	node->link.tqe_prev = NULL;
	if (TAILQ_EMPTY(head))
		slot_mark_empty(wheel, slot);
}

/* Spread the nodes of a slot above level 0, which `now` has just reached, over lower levels. */
static void
slot_cascade(struct timer_wheel *wheel, unsigned int slot)
{
	struct timer_slot *head = &wheel->slots[slot];
	struct timer_node *node = TAILQ_FIRST(head);

	assert(slot >= TIMER_LEVEL_SLOTS);
	TAILQ_INIT(head);
	slot_mark_empty(wheel, slot);
	while (node != NULL) {
		struct timer_node *next = TAILQ_NEXT(node, link);

		slot_append(wheel, slot_of(wheel, node->expires), node);
		node = next;
	}
}

/* Take nodes off a slot of level 0, the oldest first. */
static unsigned int
slot_take(struct timer_wheel *wheel, unsigned int slot, struct timer_node **taken, unsigned int max)
{
	struct timer_slot *head = &wheel->slots[slot];
	unsigned int n = 0;

	while (n < max && !TAILQ_EMPTY(head)) {
		struct timer_node *node = TAILQ_FIRST(head);

		assert(node->expires <= wheel->now);
		slot_remove(wheel, slot, node);
		taken[n++] = node;
	}
	return n;
}

/* The earliest occupied slot; there must be one. */
static unsigned int
first_slot(const struct timer_wheel *wheel)
{
	const unsigned int level = rte_bsf64(wheel->levels_used);

	return level * TIMER_LEVEL_SLOTS + rte_bsf64(wheel->slots_used[level]);
}

void
timer_wheel_init(struct timer_wheel *wheel, uint64_t now)
{
	*wheel = (struct timer_wheel){ .now = now };
	for (unsigned int slot = 0; slot < TIMER_SLOTS; slot++)
		TAILQ_INIT(&wheel->slots[slot]);
}

void
timer_wheel_arm(struct timer_wheel *wheel, struct timer_node *node, uint64_t expires)
{
	timer_wheel_cancel(wheel, node);
	node->expires = expires;
	slot_append(wheel, slot_of(wheel, expires), node);
}

void
timer_wheel_cancel(struct timer_wheel *wheel, struct timer_node *node)
{
	if (timer_node_is_armed(node))
		slot_remove(wheel, slot_of(wheel, node->expires), node);
}

unsigned int
timer_wheel_advance(struct timer_wheel *wheel, uint64_t now, struct timer_node **expired,
		unsigned int max)
{
	unsigned int n = 0;

	while (wheel->levels_used != 0) {
		const unsigned int slot = first_slot(wheel);
		const uint64_t start = slot_start(wheel, slot);

		if (start > now)
			break;
		if (n == max)
			return n; /* `now` waits here, so that what is left stays in its slot */
		wheel->now = start;
		if (slot < TIMER_LEVEL_SLOTS)
			n += slot_take(wheel, slot, expired + n, max - n);
		else
			slot_cascade(wheel, slot);
	}
	wheel->now = RTE_MAX(wheel->now, now);
	return n;
}

uint64_t
timer_wheel_next(const struct timer_wheel *wheel)
{
	return wheel->levels_used != 0 ? slot_start(wheel, first_slot(wheel)) : UINT64_MAX;
}
