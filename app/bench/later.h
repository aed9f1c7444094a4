/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Slots whose turn it is in the next turn: what is done there goes out in a packet of its own. Whoever adds
 * one marks it, so that it is there once, and sees by the mark whether it still is the same connection.
 */
#ifndef APP_BENCH_LATER_H
#define APP_BENCH_LATER_H

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

struct later {
	uint32_t count, room;
	uint32_t *slots;
};

/* @return 0 or -ENOMEM */
static inline int
later_init(struct later *later, uint32_t room)
{
	*later = (struct later){ .room = room };
	later->slots = calloc(room, sizeof(*later->slots));
	return later->slots == NULL ? -ENOMEM : 0;
}

static inline void
later_fini(struct later *later)
{
	free(later->slots);
	*later = (struct later){ 0 };
}

static inline void
later_add(struct later *later, uint32_t slot)
{
	assert(later->count < later->room); /* each slot once */
	later->slots[later->count++] = slot;
}

#endif
