/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which entries of a fixed array are free: a stack of their numbers, last given back first taken,
 * so that a small load stays within a few cache lines.
 */
#ifndef APP_COMMON_SLOTS_H
#define APP_COMMON_SLOTS_H

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

struct slots {
	uint32_t *free;
	uint32_t free_count;
	uint32_t count;
};

#define SLOT_NONE UINT32_MAX

static inline int
slots_init(struct slots *slots, uint32_t count)
{
	slots->free = calloc(count, sizeof(*slots->free));
	if (slots->free == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		slots->free[i] = count - 1 - i;
	slots->count = slots->free_count = count;
	return 0;
}

static inline void
slots_fini(struct slots *slots)
{
	free(slots->free);
	slots->free = NULL;
}

/* The number of a free entry, or SLOT_NONE. */
static inline uint32_t
slots_take(struct slots *slots)
{
	return slots->free_count > 0 ? slots->free[--slots->free_count] : SLOT_NONE;
}

static inline void
slots_give(struct slots *slots, uint32_t slot)
{
	assert(slot < slots->count && slots->free_count < slots->count);
	slots->free[slots->free_count++] = slot;
}

static inline uint32_t
slots_used(const struct slots *slots)
{
	return slots->count - slots->free_count;
}

#endif
