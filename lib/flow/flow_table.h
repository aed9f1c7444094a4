/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a segment's 4-tuple to what stands for its connection: a TCB, a SYN record or a TIME-WAIT
 * record. One table for both address families, no lock, keyed hash (SipHash of the tuple), looked up
 * in bulk. The table knows the three kinds by a tag in the pointer, where each has its 4-tuple, and
 * nothing else of them: it keeps no key of its own.
 */
#ifndef LIB_FLOW_FLOW_TABLE_H
#define LIB_FLOW_FLOW_TABLE_H

#include <stdint.h>

#include "base/siphash.h"
#include "base/siphash_lanes.h"
#include "burst.h"
#include "path.h"

struct flow_bucket;
struct rte_memzone;

enum flow_kind {
	FLOW_NONE = 0, /* nothing found */
	FLOW_TCB = 1,
	FLOW_SYN_RECORD = 2,
	FLOW_TIME_WAIT = 3,
};

enum { FLOW_KIND_MASK = 3 }; /* what is pointed to is aligned to at least 8 */

static inline uintptr_t
flow_make(enum flow_kind kind, const void *target)
{
	assert(((uintptr_t)target & 7) == 0);
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

/*
 * Where the 4-tuple begins in what each kind points to: both addresses and both ports, as the first
 * members of a struct path. It stays as it is as long as an entry points there.
 */
struct flow_layout {
	uint16_t tuple_at[FLOW_KIND_MASK + 1]; /* by enum flow_kind */
};

struct flow_table {
	struct flow_bucket *buckets;
	uint32_t count; /* of buckets: as many as its entries need, no power of two */
	struct flow_layout layout;
	const struct rte_memzone *memory;
	struct siphash_key key;
	siphash_lanes_fn hash_lanes;
	uint32_t entries;
	uint32_t entries_max;
};

/* @return 0, -ENOMEM, or -EEXIST where the name is taken */
int flow_table_init(struct flow_table *table, const char *stack_name, uint32_t entries_max,
		const struct flow_layout *layout, const struct siphash_key *key, int socket_id);
void flow_table_fini(struct flow_table *table);

/* Bytes of its buckets: 12.8 for each entry that it may have, and 64 at most beside them. */
uint64_t flow_table_size(uint32_t entries_max);

/* Fill hash, ts_offset and flow of every arrived segment, in bulk, and prefetch what was found. */
void flow_lookup(struct flow_table *table, struct burst *burst);

/*
 * The whole keyed hash of a path's 4-tuple. The table is ordered by its lower half; the upper half may
 * be shown, since it tells nothing of the other to who does not have the key.
 */
uint64_t flow_hash_whole(const struct siphash_key *key, const struct path *path);

/* The lower half, by which the table is ordered. */
uint32_t flow_hash(const struct flow_table *table, const struct path *path);

/* The same of up to SIPHASH_MESSAGES_MAX paths together, all of one family; asks for their buckets. */
void flow_hash_burst(const struct flow_table *table, const struct path *paths, unsigned int n,
		uint32_t *hashes);

/* One look-up; FLOW_NONE (0) when absent. */
uintptr_t flow_find(const struct flow_table *table, const struct path *path, uint32_t hash);

/* Let this stand for a path for which nothing stands. @return 0 or -ENOSPC */
int flow_insert(struct flow_table *table, const struct path *path, uint32_t hash, uintptr_t flow);

/* Let another stand for a path in the place of what does. */
void flow_replace(struct flow_table *table, const struct path *path, uint32_t hash, uintptr_t from,
		uintptr_t to);

/* Remove; asserts that it was there, and needs the tuple there. */
void flow_remove(struct flow_table *table, const struct path *path, uint32_t hash);

#endif
