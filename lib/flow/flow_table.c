/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hash table of a stack, and how a path becomes a hash.
 *
 * The hash is SipHash-2-4 of the bytes of the 4-tuple, so that nobody without the secret can aim
 * at one bucket. A bucket is a cache line of seven entries; an entry is a pointer, its kind and its
 * family, and 16 bits of the hash above it. The key is the 4-tuple in what is pointed to, which is
 * about to be used anyway. An entry that finds its bucket full goes to one of the next, and each
 * bucket counts those that have passed it: a look-up goes on just as far, and nothing ever moves.
 * There are more places than entries, so an insertion below the limit succeeds whatever the hashes.
 */
#include "flow/flow_table.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_memzone.h>
#include <rte_prefetch.h>

enum flow_limits {
	NAME_MAX_LEN = RTE_MEMZONE_NAMESIZE - 1,
	STACK_NAME_MAX_LEN = NAME_MAX_LEN - 5, /* the rest is for "_flow" */
	ENTRIES_MAX = 1 << 28,
	BUCKET_SLOTS = 7,
	BUCKET_FILL = 5, /* entries per bucket, on average, of a full table at the most */
	IPV4_BLOCKS = 2, /* of a SipHash message */
	IPV6_BLOCKS = 5,
	IPV4_TUPLE_LEN = 12, /* bytes that differ between paths */
	IPV6_TUPLE_LEN = 36,
};

struct flow_bucket {
	uint64_t entries[BUCKET_SLOTS]; /* 0: free */
	uint64_t passed;                /* entries that lie further on because this was full */
} __rte_cache_aligned;

_Static_assert(sizeof(struct flow_bucket) == 64, "one look, one cache line");
_Static_assert(offsetof(struct path, remote) == offsetof(struct path, local) + 16 &&
				offsetof(struct path, local_port) ==
						offsetof(struct path, local) + 32 &&
				offsetof(struct path, remote_port) ==
						offsetof(struct path, local) + 34,
		"the tuple is one piece of memory");

/*
 * An entry: kind, family, the rest of the pointer, and the upper half of the hash. Where pointers
 * may have more than 48 bits (x86-64, arm64), the kernel gives such only to who asks for them.
 */
#define ENTRY_IPV6      UINT64_C(4)
#define ENTRY_TAG_SHIFT 48
#define ENTRY_TAG       (UINT64_C(0xffff) << ENTRY_TAG_SHIFT)

static inline uint32_t
path_ports(const struct path *path)
{
	uint32_t ports;

	memcpy(&ports, &path->local_port, sizeof(ports));
	return ports;
}

static inline bool
path_is_ipv4(const struct path *path)
{
	assert(path->family == ESTAB_FAMILY_IPV4 || path->family == ESTAB_FAMILY_IPV6);
	return path->family == ESTAB_FAMILY_IPV4;
}

/* The last block of a SipHash: what is left of the message, and its length in the top byte. */
static inline uint64_t
siphash_tail(uint32_t ports, uint64_t len)
{
	return rte_le_to_cpu_32(ports) | len << 56;
}

static inline uint64_t
ipv4_addresses_block(const struct path *path)
{
	const uint32_t addresses[2] = { path->local.words[0], path->remote.words[0] };
	uint64_t block;

	memcpy(&block, addresses, sizeof(block));
	return rte_le_to_cpu_64(block);
}

/* @return how many blocks the tuple is, of which blocks[i * stride] is the i-th */
static inline unsigned int
write_message(const struct path *path, uint64_t *blocks, size_t stride)
{
	if (path_is_ipv4(path)) {
		blocks[0] = ipv4_addresses_block(path);
		blocks[stride] = siphash_tail(path_ports(path), IPV4_TUPLE_LEN);
		return IPV4_BLOCKS;
	}
	blocks[0] = rte_le_to_cpu_64(path->local.halves[0]);
	blocks[stride] = rte_le_to_cpu_64(path->local.halves[1]);
	blocks[2 * stride] = rte_le_to_cpu_64(path->remote.halves[0]);
	blocks[3 * stride] = rte_le_to_cpu_64(path->remote.halves[1]);
	blocks[4 * stride] = siphash_tail(path_ports(path), IPV6_TUPLE_LEN);
	return IPV6_BLOCKS;
}

/*
 * The stack's name where it is short enough. Else its beginning and a hash of the whole: two long
 * names that differ only at the end stay different.
 */
static void
table_name_format(char *name, const char *stack_name)
{
	const struct siphash_key no_secret = { 0, 0 };

	if (strlen(stack_name) <= STACK_NAME_MAX_LEN)
		snprintf(name, NAME_MAX_LEN + 1, "%s_flow", stack_name);
	else
		snprintf(name, NAME_MAX_LEN + 1, "%.16s_%08" PRIx32 "_flow", stack_name,
				(uint32_t)siphash_2_4(&no_secret, stack_name, strlen(stack_name)));
}

int
flow_table_init(struct flow_table *table, const char *stack_name, uint32_t entries_max,
		const struct flow_layout *layout, const struct siphash_key *key, int socket_id)
{
	const uint32_t buckets = rte_align32pow2(entries_max / BUCKET_FILL + 1);
	char name[NAME_MAX_LEN + 1];

	*table = (struct flow_table){
		.layout = *layout,
		.key = *key,
		.hash_lanes = siphash_lanes_choose(),
		.entries_max = entries_max,
		.mask = buckets - 1,
	};
	if (entries_max > ENTRIES_MAX)
		return -ENOMEM;
	table_name_format(name, stack_name);
	rte_errno = 0;
	table->memory = rte_memzone_reserve_aligned(name, buckets * sizeof(struct flow_bucket),
			socket_id, 0, sizeof(struct flow_bucket));
	if (table->memory == NULL)
		return rte_errno == EEXIST ? -EEXIST : -ENOMEM;
	table->buckets = table->memory->addr;
	memset(table->buckets, 0, buckets * sizeof(struct flow_bucket));
	return 0;
}

void
flow_table_fini(struct flow_table *table)
{
	rte_memzone_free(table->memory);
	table->memory = NULL;
	table->buckets = NULL;
	table->entries = 0;
}

static inline struct flow_bucket *
home_of(const struct flow_table *table, uint32_t hash)
{
	return &table->buckets[hash & table->mask];
}

static inline struct flow_bucket *
next_of(const struct flow_table *table, const struct flow_bucket *bucket)
{
	return &table->buckets[(uint32_t)(bucket - table->buckets + 1) & table->mask];
}

/* What the entry of a path has in common with no other, nearly. */
static inline uint64_t
entry_tag(const struct path *path, uint32_t hash)
{
	return (uint64_t)(hash >> 16) << ENTRY_TAG_SHIFT | (path_is_ipv4(path) ? 0 : ENTRY_IPV6);
}

static inline uintptr_t
entry_flow(uint64_t entry)
{
	return (uintptr_t)(entry & ~(ENTRY_TAG | ENTRY_IPV6));
}

static inline bool
entry_may_be(uint64_t entry, uint64_t tag)
{
	return ((entry ^ tag) & (ENTRY_TAG | ENTRY_IPV6)) == 0 && entry != 0;
}

/* Where the 4-tuple of what is pointed to begins. */
static inline const uint8_t *
entry_tuple(const struct flow_table *table, uint64_t entry)
{
	const uintptr_t flow = entry_flow(entry);

	return (const uint8_t *)flow_target(flow) + table->layout.tuple_at[flow_kind(flow)];
}

static inline bool
tuple_is(const uint8_t *tuple, const struct path *path)
{
	uint64_t a[4], b[4];
	uint32_t ports;

	memcpy(a, tuple, sizeof(a));
	memcpy(b, &path->local, sizeof(b));
	memcpy(&ports, tuple + sizeof(a), sizeof(ports));
	return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3]) |
			       (ports ^ path_ports(path))) == 0;
}

/* @return the place of the path's entry in its bucket, or NULL */
static inline uint64_t *
entry_find(const struct flow_table *table, const struct path *path, uint32_t hash,
		struct flow_bucket **found_in)
{
	const uint64_t tag = entry_tag(path, hash);
	struct flow_bucket *const home = home_of(table, hash);
	struct flow_bucket *bucket = home;

	do {
		for (unsigned int i = 0; i < BUCKET_SLOTS; i++) {
			uint64_t *entry = &bucket->entries[i];

			if (!entry_may_be(*entry, tag) ||
					!tuple_is(entry_tuple(table, *entry), path))
				continue;
			*found_in = bucket;
			return entry;
		}
		if (bucket->passed == 0)
			return NULL;
		bucket = next_of(table, bucket);
	} while (bucket != home); /* each may once have been full, of a few */
	return NULL;
}

/* Segments of one family that are looked up together. */
struct batch {
	uint32_t count;
	unsigned int blocks;
	struct segment *segments[SIPHASH_MESSAGES_MAX];
	struct siphash_messages messages;
};

/* What is touched first of a TCB, or all of a record. */
static inline void
prefetch_target(const struct flow_table *table, uint64_t entry)
{
	const uint8_t *target = flow_target(entry_flow(entry));

	rte_prefetch0(entry_tuple(table, entry));
	rte_prefetch0(target);
	rte_prefetch0(target + RTE_CACHE_LINE_SIZE);
}

/* The first entry of the home bucket that may be it, its tuple yet unseen; 0 where there is none. */
static inline uint64_t
guess(const struct flow_table *table, const struct segment *segment)
{
	const struct flow_bucket *bucket = home_of(table, segment->hash);
	const uint64_t tag = entry_tag(&segment->path, segment->hash);

	for (unsigned int i = 0; i < BUCKET_SLOTS; i++)
		if (entry_may_be(bucket->entries[i], tag))
			return bucket->entries[i];
	return 0;
}

static void
batch_hash(const struct flow_table *table, struct batch *batch)
{
	table->hash_lanes(&table->key, &batch->messages, batch->blocks, batch->count);
	for (uint32_t i = 0; i < batch->count; i++) {
		const uint32_t hash = (uint32_t)batch->messages.hashes[i];

		batch->segments[i]->hash = hash;
		rte_prefetch0(home_of(table, hash));
	}
}

/* Three passes, so that the lines that one asks for are there in the next. */
static void
batch_lookup(const struct flow_table *table, struct batch *batch)
{
	uint64_t guesses[SIPHASH_MESSAGES_MAX];

	batch_hash(table, batch);
	for (uint32_t i = 0; i < batch->count; i++) {
		guesses[i] = guess(table, batch->segments[i]);
		if (guesses[i] != 0)
			prefetch_target(table, guesses[i]);
	}
	for (uint32_t i = 0; i < batch->count; i++) {
		struct segment *segment = batch->segments[i];

		if (guesses[i] != 0 && tuple_is(entry_tuple(table, guesses[i]), &segment->path))
			segment->flow = entry_flow(guesses[i]);
		else if (guesses[i] == 0 && home_of(table, segment->hash)->passed == 0)
			segment->flow = FLOW_NONE;
		else
			segment->flow = flow_find(table, &segment->path, segment->hash);
	}
	batch->count = 0;
}

static inline void
batch_add(const struct flow_table *table, struct batch *batch, struct segment *segment)
{
	batch->blocks = write_message(&segment->path, &batch->messages.blocks[0][batch->count],
			SIPHASH_MESSAGES_MAX);
	batch->segments[batch->count] = segment;
	if (++batch->count == SIPHASH_MESSAGES_MAX)
		batch_lookup(table, batch);
}

void
flow_lookup(struct flow_table *table, struct burst *burst)
{
	struct batch ipv4, ipv6;

	ipv4.count = ipv6.count = 0;
	for (uint16_t i = 0; i < burst->arrived_count; i++) {
		struct segment *segment = &burst->arrived[i];

		batch_add(table, path_is_ipv4(&segment->path) ? &ipv4 : &ipv6, segment);
	}
	if (ipv4.count > 0)
		batch_lookup(table, &ipv4);
	if (ipv6.count > 0)
		batch_lookup(table, &ipv6);
}

uint32_t
flow_hash(const struct flow_table *table, const struct path *path)
{
	uint64_t blocks[IPV6_BLOCKS];

	return (uint32_t)siphash_2_4_blocks(&table->key, blocks, write_message(path, blocks, 1));
}

uintptr_t
flow_find(const struct flow_table *table, const struct path *path, uint32_t hash)
{
	struct flow_bucket *bucket;
	const uint64_t *entry = entry_find(table, path, hash, &bucket);

	return entry == NULL ? FLOW_NONE : entry_flow(*entry);
}

/* A free place in the home bucket, or as near behind it as there is one. */
static uint64_t *
take_place(struct flow_table *table, uint32_t hash)
{
	struct flow_bucket *bucket = home_of(table, hash);

	for (;; bucket = next_of(table, bucket)) {
		for (unsigned int i = 0; i < BUCKET_SLOTS; i++)
			if (bucket->entries[i] == 0)
				return &bucket->entries[i];
		bucket->passed++;
	}
}

int
flow_set(struct flow_table *table, const struct path *path, uint32_t hash, uintptr_t flow)
{
	struct flow_bucket *bucket;
	uint64_t *entry = entry_find(table, path, hash, &bucket);

	assert(flow_kind(flow) != FLOW_NONE);
	assert((flow & (ENTRY_TAG | ENTRY_IPV6)) == 0);
	if (entry == NULL) {
		if (table->entries == table->entries_max)
			return -ENOSPC;
		table->entries++;
		entry = take_place(table, hash);
	}
	*entry = entry_tag(path, hash) | flow;
	return 0;
}

void
flow_remove(struct flow_table *table, const struct path *path, uint32_t hash)
{
	struct flow_bucket *bucket = NULL;
	uint64_t *entry = entry_find(table, path, hash, &bucket);

	assert(entry != NULL);
	if (entry == NULL)
		return;
	*entry = 0;
	table->entries--;
	for (struct flow_bucket *before = home_of(table, hash); before != bucket;
			before = next_of(table, before))
		before->passed--;
}
