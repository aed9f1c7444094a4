/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The hash table of a stack, and how a path becomes a hash.
 *
 * The hash is SipHash-2-4 of the bytes of the 4-tuple, so that nobody without the secret can aim
 * at one bucket (flow_bucket.h). The key is the 4-tuple in what an entry points to, which is
 * about to be used anyway. An entry that finds its bucket full goes to one of the next, and each
 * bucket counts those that have passed it: a look-up goes on just as far, and nothing ever moves.
 * There are more places than entries, so an insertion below the limit succeeds whatever the hashes.
 * The upper bits of a hash choose its bucket, the lower ones are in the tag.
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

#include "flow/flow_bucket.h"

enum flow_limits {
	NAME_MAX_LEN = RTE_MEMZONE_NAMESIZE - 1,
	STACK_NAME_MAX_LEN = NAME_MAX_LEN - 5, /* the rest is for "_flow" */
	ENTRIES_MAX = 1 << 28,
	BUCKET_FILL = 5, /* entries per bucket, on average, of a full table */
	IPV4_BLOCKS = 2, /* of a SipHash message */
	IPV6_BLOCKS = 5,
	IPV4_TUPLE_LEN = 12, /* bytes that differ between paths */
	IPV6_TUPLE_LEN = 36,
};

_Static_assert(offsetof(struct path, remote) == offsetof(struct path, local) + 16 &&
				offsetof(struct path, local_port) ==
						offsetof(struct path, local) + 32 &&
				offsetof(struct path, remote_port) ==
						offsetof(struct path, local) + 34,
		"the tuple is one piece of memory");

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

uint64_t
flow_table_size(uint32_t entries_max)
{
	return (entries_max / BUCKET_FILL + UINT64_C(1)) * sizeof(struct flow_bucket);
}

int
flow_table_init(struct flow_table *table, const char *stack_name, uint32_t entries_max,
		const struct flow_layout *layout, const struct siphash_key *key, int socket_id)
{
	const uint64_t size = flow_table_size(entries_max);
	char name[NAME_MAX_LEN + 1];

	*table = (struct flow_table){
		.layout = *layout,
		.key = *key,
		.hash_lanes = siphash_lanes_choose(),
		.entries_max = entries_max,
		.count = (uint32_t)(size / sizeof(struct flow_bucket)),
	};
	if (entries_max > ENTRIES_MAX)
		return -ENOMEM;
	table_name_format(name, stack_name);
	rte_errno = 0;
	table->memory = rte_memzone_reserve_aligned(name, size, socket_id, 0,
			sizeof(struct flow_bucket));
	if (table->memory == NULL)
		return rte_errno == EEXIST ? -EEXIST : -ENOMEM;
	table->buckets = table->memory->addr;
	memset(table->buckets, 0, size);
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
	return &table->buckets[(uint64_t)hash * table->count >> 32];
}

static inline struct flow_bucket *
next_of(const struct flow_table *table, const struct flow_bucket *bucket)
{
	const uint32_t next = (uint32_t)(bucket - table->buckets) + 1;

	return &table->buckets[next == table->count ? 0 : next];
}

static inline uint16_t
tag_of(const struct path *path, uint32_t hash)
{
	return flow_bucket_tag(hash, !path_is_ipv4(path));
}

/* Where the 4-tuple of what is pointed to begins. */
static inline const uint8_t *
tuple_at(const struct flow_table *table, uintptr_t flow)
{
	return (const uint8_t *)flow_target(flow) + table->layout.tuple_at[flow_kind(flow)];
}

/* What differs between two tuples in eight bytes of them. */
static inline uint64_t
tuple_differs(const uint8_t *a, const uint8_t *b, size_t at)
{
	uint64_t word_a, word_b;

	memcpy(&word_a, a + at, sizeof(word_a));
	memcpy(&word_b, b + at, sizeof(word_b));
	return word_a ^ word_b;
}

static inline bool
tuple_is(const uint8_t *tuple, const struct path *path)
{
	const uint8_t *other = path->local.bytes;
	uint32_t ports;

	memcpy(&ports, tuple + 32, sizeof(ports));
	return (tuple_differs(tuple, other, 0) | tuple_differs(tuple, other, 8) |
			       tuple_differs(tuple, other, 16) | tuple_differs(tuple, other, 24) |
			       (ports ^ path_ports(path))) == 0;
}

/* An entry's place. */
struct place {
	struct flow_bucket *bucket; /* NULL: there is none */
	unsigned int slot;
};

/* The path's entry in one bucket. */
static inline bool
bucket_find(const struct flow_table *table, const struct path *path, uint16_t tag,
		struct place *place)
{
	uint32_t found = flow_bucket_match(place->bucket, tag);

	for (; found != 0; found &= found - 1) {
		place->slot = flow_bucket_first(found);
		if (likely(tuple_is(tuple_at(table, flow_bucket_get(place->bucket, place->slot)),
				    path)))
			return true;
	}
	return false;
}

static inline struct place
entry_find(const struct flow_table *table, const struct path *path, uint32_t hash)
{
	const uint16_t tag = tag_of(path, hash);
	struct flow_bucket *const home = home_of(table, hash);
	struct place place = { .bucket = home };

	do {
		if (bucket_find(table, path, tag, &place))
			return place;
		if (likely(place.bucket->passed == 0))
			break;
		place.bucket = next_of(table, place.bucket);
	} while (place.bucket != home); /* each may once have been full, of a few */
	return (struct place){ .bucket = NULL };
}

/* Segments of one family that are looked up together. */
struct batch {
	uint32_t count;
	unsigned int blocks;
	struct segment *segments[SIPHASH_MESSAGES_MAX];
	const struct flow_bucket *homes[SIPHASH_MESSAGES_MAX];
	struct siphash_messages messages;
};

/* What is touched first of a TCB, or all of a record. */
static inline void
prefetch_target(const struct flow_table *table, uintptr_t flow)
{
	const uint8_t *tuple = tuple_at(table, flow);

	rte_prefetch0(flow_target(flow));
	rte_prefetch0(tuple);
	rte_prefetch0(tuple + IPV6_TUPLE_LEN - 1); /* it may lie in two lines */
}

/* The first entry of the home bucket that may be it, its tuple yet unseen; 0 where there is none. */
static inline uintptr_t
guess(const struct flow_bucket *home, const struct segment *segment)
{
	const uint32_t found = flow_bucket_match(home, tag_of(&segment->path, segment->hash));

	return found == 0 ? FLOW_NONE : flow_bucket_get(home, flow_bucket_first(found));
}

static void
batch_hash(const struct flow_table *table, struct batch *batch)
{
	table->hash_lanes(&table->key, &batch->messages, batch->blocks, batch->count);
	for (uint32_t i = 0; i < batch->count; i++) {
		const uint64_t hash = batch->messages.hashes[i];

		batch->segments[i]->hash = (uint32_t)hash;
		batch->segments[i]->ts_offset = (uint32_t)(hash >> 32);
		batch->homes[i] = home_of(table, (uint32_t)hash);
		rte_prefetch0(batch->homes[i]);
	}
}

/* What stands for the segment's connection, if the guess is right or nothing else can be. */
static inline uintptr_t
settle(const struct flow_table *table, const struct flow_bucket *home,
		const struct segment *segment, uintptr_t guessed)
{
	if (guessed != FLOW_NONE) {
		if (likely(tuple_is(tuple_at(table, guessed), &segment->path)))
			return guessed;
	} else if (likely(home->passed == 0)) {
		return FLOW_NONE;
	}
	return flow_find(table, &segment->path, segment->hash);
}

/* Three passes, so that the lines that one asks for are there in the next. */
static void
batch_lookup(const struct flow_table *table, struct batch *batch)
{
	uintptr_t guesses[SIPHASH_MESSAGES_MAX];

	batch_hash(table, batch);
	for (uint32_t i = 0; i < batch->count; i++) {
		guesses[i] = guess(batch->homes[i], batch->segments[i]);
		if (guesses[i] != FLOW_NONE)
			prefetch_target(table, guesses[i]);
	}
	for (uint32_t i = 0; i < batch->count; i++)
		batch->segments[i]->flow =
				settle(table, batch->homes[i], batch->segments[i], guesses[i]);
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

uint64_t
flow_hash_whole(const struct siphash_key *key, const struct path *path)
{
	uint64_t blocks[IPV6_BLOCKS];
	const unsigned int n = write_message(path, blocks, 1);

	return siphash_2_4_blocks(key, blocks, n);
}

uint32_t
flow_hash(const struct flow_table *table, const struct path *path)
{
	return (uint32_t)flow_hash_whole(&table->key, path);
}

void
flow_hash_burst(const struct flow_table *table, const struct path *paths, unsigned int n,
		uint32_t *hashes)
{
	struct siphash_messages messages;
	unsigned int blocks = 0;

	assert(n <= SIPHASH_MESSAGES_MAX);
	for (unsigned int i = 0; i < n; i++)
		blocks = write_message(&paths[i], &messages.blocks[0][i], SIPHASH_MESSAGES_MAX);
	table->hash_lanes(&table->key, &messages, blocks, n);
	for (unsigned int i = 0; i < n; i++) {
		hashes[i] = (uint32_t)messages.hashes[i];
		rte_prefetch0(home_of(table, hashes[i]));
	}
}

uintptr_t
flow_find(const struct flow_table *table, const struct path *path, uint32_t hash)
{
	const struct place place = entry_find(table, path, hash);

	return place.bucket == NULL ? FLOW_NONE : flow_bucket_get(place.bucket, place.slot);
}

/* A free place in the home bucket, or as near behind it as there is one. */
static inline struct place
take_place(struct flow_table *table, uint32_t hash)
{
	struct flow_bucket *bucket = home_of(table, hash);
	uint32_t free;

	while ((free = flow_bucket_match(bucket, 0)) == 0) {
		bucket->passed++;
		bucket = next_of(table, bucket);
	}
	return (struct place){ .bucket = bucket, .slot = flow_bucket_first(free) };
}

int
flow_insert(struct flow_table *table, const struct path *path, uint32_t hash, uintptr_t flow)
{
	struct place place;

	assert(flow_kind(flow) != FLOW_NONE && flow_find(table, path, hash) == FLOW_NONE);
	if (table->entries == table->entries_max)
		return -ENOSPC;
	table->entries++;
	place = take_place(table, hash);
	flow_bucket_set(place.bucket, place.slot, tag_of(path, hash), flow);
	return 0;
}

/* The place of an entry that is there: what it points to need not be looked at. */
static inline struct place
place_of(const struct flow_table *table, uint16_t tag, uint32_t hash, uintptr_t flow)
{
	struct flow_bucket *const home = home_of(table, hash);
	struct place place = { .bucket = home };

	do {
		uint32_t found = flow_bucket_match(place.bucket, tag);

		for (; found != 0; found &= found - 1) {
			place.slot = flow_bucket_first(found);
			if (likely(flow_bucket_get(place.bucket, place.slot) == flow))
				return place;
		}
		place.bucket = next_of(table, place.bucket);
	} while (place.bucket != home);
	return (struct place){ .bucket = NULL };
}

void
flow_replace(struct flow_table *table, const struct path *path, uint32_t hash, uintptr_t from,
		uintptr_t to)
{
	const uint16_t tag = tag_of(path, hash);
	const struct place place = place_of(table, tag, hash, from);

	assert(place.bucket != NULL && flow_kind(to) != FLOW_NONE);
	if (likely(place.bucket != NULL))
		flow_bucket_set(place.bucket, place.slot, tag, to);
}

void
flow_remove(struct flow_table *table, const struct path *path, uint32_t hash)
{
	const struct place place = entry_find(table, path, hash);

	assert(place.bucket != NULL);
	if (place.bucket == NULL)
		return;
	flow_bucket_clear(place.bucket, place.slot);
	table->entries--;
	for (struct flow_bucket *before = home_of(table, hash); before != place.bucket;
			before = next_of(table, before))
		before->passed--;
}
