/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a segment's 4-tuple to what stands for its connection: a TCB, a SYN record or a TIME-WAIT
 * record. One rte_hash per address family, no lock, keyed hash (SipHash of the tuple), looked up in
 * bulk. The table knows the three kinds by a tag in the pointer and nothing else of them.
 */
#ifndef LIB_FLOW_FLOW_TABLE_H
#define LIB_FLOW_FLOW_TABLE_H

#include <stdint.h>

#include "base/siphash.h"
#include "base/siphash_lanes.h"
#include "burst.h"
#include "path.h"

struct rte_hash;

enum flow_kind {
	FLOW_NONE = 0, /* nothing found */
	FLOW_TCB = 1,
	FLOW_SYN_RECORD = 2,
	FLOW_TIME_WAIT = 3,
};

enum { FLOW_KIND_MASK = 3 }; /* what is pointed to is aligned to at least 4 */

static inline uintptr_t
flow_make(enum flow_kind kind, const void *target)
{
	assert(((uintptr_t)target & FLOW_KIND_MASK) == 0);
	return (uintptr_t)target | kind;
}

static inline enum flow_kind
flow_kind(uintptr_t flow)
{
	return (enum flow_kind)(flow & FLOW_KIND_MASK);
}

static inline void *
flow_target(uintptr_t flow)
{
	return (void *)(flow & ~(uintptr_t)FLOW_KIND_MASK);
}

struct flow_table {
	struct rte_hash *ipv4;
	struct rte_hash *ipv6;
	struct siphash_key key;
	siphash_lanes_fn hash_lanes;
	uint32_t entries;     /* in both */
	uint32_t entries_max; /* of both together */
};

/* @return 0, -ENOMEM, or -EEXIST where the name is taken */
int flow_table_init(struct flow_table *table, const char *name, uint32_t entries_max,
		const struct siphash_key *key, int socket_id);
void flow_table_fini(struct flow_table *table);

/* Fill hash and flow of every arrived segment, in bulk, and prefetch what was found. */
void flow_lookup(struct flow_table *table, struct burst *burst);

/* The keyed hash of a path's 4-tuple. */
uint32_t flow_hash(const struct flow_table *table, const struct path *path);

/* One look-up; FLOW_NONE (0) when absent. */
uintptr_t flow_find(const struct flow_table *table, const struct path *path, uint32_t hash);

/* Insert, or replace what stands for the path already. @return 0 or -ENOSPC */
int flow_set(struct flow_table *table, const struct path *path, uint32_t hash, uintptr_t flow);

/* Remove; asserts that it was there. */
void flow_remove(struct flow_table *table, const struct path *path, uint32_t hash);

#endif
