/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The two rte_hash tables of a stack, and how a path becomes a key and a hash.
 *
 * The hash is SipHash-2-4 of the bytes of the 4-tuple, so that nobody without the secret can aim
 * at one bucket. Each table has room for all entries, because all may be of one family: one entry
 * of both together costs 140 to 200 bytes. The tables are made without any of rte_hash's locking
 * flags and with extendable buckets: n entries never need more than n / 8 extension buckets, which
 * is what rte_hash has, so an insertion below the limit succeeds whatever the hashes are.
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
#include <rte_hash.h>
#include <rte_prefetch.h>

enum flow_limits {
	/* rte_hash names its rings "RG_HT_EXT_<name>" in 31 characters, and cuts what is longer. */
	NAME_MAX_LEN = 21,
	STACK_NAME_MAX_LEN = NAME_MAX_LEN - 6, /* the rest is for "_flow4" */
	ENTRIES_MIN = 8,                       /* rte_hash refuses less: one bucket */
	ENTRIES_MAX = 1 << 25,                 /* rte_hash counts bytes of keys in 32 bits */
	IPV4_TUPLE_LEN = 12,                   /* bytes that differ between paths */
	IPV6_TUPLE_LEN = 36,
};

/* Key lengths are multiples of 16: rte_hash compares those with vector instructions. */
struct ipv4_key {
	uint64_t addresses; /* local, remote */
	uint32_t ports;     /* local, remote */
	uint32_t zero;
};

struct ipv6_key {
	uint64_t addresses[4]; /* local, remote */
	uint32_t ports;        /* local, remote */
	uint32_t zero[3];
};

_Static_assert(sizeof(struct ipv4_key) == 16, "compared as one vector");
_Static_assert(sizeof(struct ipv6_key) == 48, "compared as three vectors");
_Static_assert(offsetof(struct path, remote_port) == offsetof(struct path, local_port) + 2,
		"both ports are one word of a key");

union flow_key {
	struct ipv4_key ipv4;
	struct ipv6_key ipv6;
};

static inline uint32_t
path_ports(const struct path *path)
{
	uint32_t ports;

	memcpy(&ports, &path->local_port, sizeof(ports));
	return ports;
}

/* The last block of a SipHash: what is left of the message, and its length in the top byte. */
static inline uint64_t
siphash_tail(uint32_t ports, uint64_t len)
{
	return rte_le_to_cpu_32(ports) | len << 56;
}

static inline void
ipv4_key_init(struct ipv4_key *key, const struct path *path)
{
	const uint32_t addresses[2] = { path->local.words[0], path->remote.words[0] };

	memcpy(&key->addresses, addresses, sizeof(key->addresses));
	key->ports = path_ports(path);
	key->zero = 0;
}

static inline uint32_t
ipv4_key_hash(const struct ipv4_key *key, const struct siphash_key *secret)
{
	struct siphash_state s;

	siphash_start(&s, secret);
	siphash_compress(&s, rte_le_to_cpu_64(key->addresses));
	siphash_compress(&s, siphash_tail(key->ports, IPV4_TUPLE_LEN));
	return (uint32_t)siphash_finish(&s);
}

static inline void
ipv6_key_init(struct ipv6_key *key, const struct path *path)
{
	memcpy(key->addresses, &path->local, sizeof(path->local));
	memcpy(key->addresses + 2, &path->remote, sizeof(path->remote));
	key->ports = path_ports(path);
	memset(key->zero, 0, sizeof(key->zero));
}

static inline uint32_t
ipv6_key_hash(const struct ipv6_key *key, const struct siphash_key *secret)
{
	struct siphash_state s;

	siphash_start(&s, secret);
	for (unsigned int i = 0; i < RTE_DIM(key->addresses); i++)
		siphash_compress(&s, rte_le_to_cpu_64(key->addresses[i]));
	siphash_compress(&s, siphash_tail(key->ports, IPV6_TUPLE_LEN));
	return (uint32_t)siphash_finish(&s);
}

static inline bool
path_is_ipv4(const struct path *path)
{
	assert(path->family == ESTAB_FAMILY_IPV4 || path->family == ESTAB_FAMILY_IPV6);
	return path->family == ESTAB_FAMILY_IPV4;
}

static inline void
flow_key_init(union flow_key *key, const struct path *path)
{
	if (path_is_ipv4(path))
		ipv4_key_init(&key->ipv4, path);
	else
		ipv6_key_init(&key->ipv6, path);
}

static inline uint32_t
flow_key_hash(const union flow_key *key, bool is_ipv4, const struct siphash_key *secret)
{
	return is_ipv4 ? ipv4_key_hash(&key->ipv4, secret) : ipv6_key_hash(&key->ipv6, secret);
}

static inline struct rte_hash *
table_of(const struct flow_table *table, const struct path *path)
{
	return path_is_ipv4(path) ? table->ipv4 : table->ipv6;
}

/*
 * The stack's name where it is short enough. Else its beginning and a hash of the whole: two long
 * names that differ only at the end stay different.
 */
static void
table_name_format(char *name, const char *stack_name, char family)
{
	const struct siphash_key no_secret = { 0, 0 };

	if (strlen(stack_name) <= STACK_NAME_MAX_LEN)
		snprintf(name, NAME_MAX_LEN + 1, "%s_flow%c", stack_name, family);
	else
		snprintf(name, NAME_MAX_LEN + 1, "%.6s_%08" PRIx32 "_flow%c", stack_name,
				(uint32_t)siphash_2_4(&no_secret, stack_name, strlen(stack_name)),
				family);
}

/*
 * rte_hash makes as many places as the next power of two, and an insertion into the last of them
 * searches and moves much. One entry more doubles the places and nothing else.
 */
static uint32_t
table_entries(uint32_t entries)
{
	const uint32_t places = rte_align32pow2(RTE_MAX(entries, (uint32_t)ENTRIES_MIN));

	if (entries > places / 8 * 7)
		return places + 1;
	return RTE_MAX(entries, (uint32_t)ENTRIES_MIN);
}

static struct rte_hash *
table_create(const char *stack_name, char family, uint32_t key_len, uint32_t entries, int socket_id)
{
	char name[NAME_MAX_LEN + 1];
	const struct rte_hash_parameters parameters = {
		.name = name,
		.entries = table_entries(entries),
		.key_len = key_len,
		.socket_id = socket_id,
		.extra_flag = RTE_HASH_EXTRA_FLAGS_EXT_TABLE,
	};

	table_name_format(name, stack_name, family);
	return rte_hash_create(&parameters);
}

int
flow_table_init(struct flow_table *table, const char *name, uint32_t entries_max,
		const struct siphash_key *key, int socket_id)
{
	*table = (struct flow_table){
		.key = *key,
		.hash_lanes = siphash_lanes_choose(),
		.entries_max = entries_max,
	};
	if (entries_max > ENTRIES_MAX)
		return -ENOMEM;

	rte_errno = 0; /* rte_hash_create does not always set it */
	table->ipv4 = table_create(name, '4', sizeof(struct ipv4_key), entries_max, socket_id);
	if (table->ipv4 != NULL)
		table->ipv6 = table_create(name, '6', sizeof(struct ipv6_key), entries_max,
				socket_id);
	if (table->ipv6 == NULL) {
		const int error = rte_errno == EEXIST ? -EEXIST : -ENOMEM;

		flow_table_fini(table);
		return error;
	}
	return 0;
}

void
flow_table_fini(struct flow_table *table)
{
	rte_hash_free(table->ipv4);
	rte_hash_free(table->ipv6);
	table->ipv4 = NULL;
	table->ipv6 = NULL;
	table->entries = 0;
}

/* Segments of one family that are looked up together. */
struct batch {
	struct rte_hash *table;
	uint32_t count;
	union flow_key keys[RTE_HASH_LOOKUP_BULK_MAX];
	const void *key_pointers[RTE_HASH_LOOKUP_BULK_MAX];
	hash_sig_t hashes[RTE_HASH_LOOKUP_BULK_MAX];
	struct segment *segments[RTE_HASH_LOOKUP_BULK_MAX];
	struct siphash_messages messages;
};

_Static_assert((int)SIPHASH_MESSAGES_MAX >= (int)RTE_HASH_LOOKUP_BULK_MAX, "hashed at once");

static void
batch_init(struct batch *batch, struct rte_hash *table)
{
	batch->table = table;
	batch->count = 0;
}

/* The keys as ipv4_key_hash and ipv6_key_hash see them. */
static unsigned int
batch_write_messages(struct batch *batch, bool is_ipv4)
{
	uint64_t(*blocks)[SIPHASH_MESSAGES_MAX] = batch->messages.blocks;

	for (uint32_t i = 0; i < batch->count; i++) {
		const union flow_key *key = &batch->keys[i];

		if (is_ipv4) {
			blocks[0][i] = rte_le_to_cpu_64(key->ipv4.addresses);
			blocks[1][i] = siphash_tail(key->ipv4.ports, IPV4_TUPLE_LEN);
			continue;
		}
		for (unsigned int b = 0; b < RTE_DIM(key->ipv6.addresses); b++)
			blocks[b][i] = rte_le_to_cpu_64(key->ipv6.addresses[b]);
		blocks[RTE_DIM(key->ipv6.addresses)][i] =
				siphash_tail(key->ipv6.ports, IPV6_TUPLE_LEN);
	}
	return is_ipv4 ? 2 : RTE_DIM(batch->keys[0].ipv6.addresses) + 1;
}

static void
batch_hash(const struct flow_table *table, struct batch *batch)
{
	const bool is_ipv4 = batch->table == table->ipv4;
	const unsigned int blocks = batch_write_messages(batch, is_ipv4);

	table->hash_lanes(&table->key, &batch->messages, blocks, batch->count);
	for (uint32_t i = 0; i < batch->count; i++) {
		batch->hashes[i] = (uint32_t)batch->messages.hashes[i];
		batch->segments[i]->hash = batch->hashes[i];
	}
}

/* What is touched first of a TCB, or all of a record. */
static inline void
prefetch_target(uintptr_t flow)
{
	const uint8_t *target = flow_target(flow);

	rte_prefetch0(target);
	rte_prefetch0(target + RTE_CACHE_LINE_SIZE);
}

static void
batch_lookup(const struct flow_table *table, struct batch *batch)
{
	void *found[RTE_HASH_LOOKUP_BULK_MAX];
	uint64_t hits = 0;

	if (batch->count == 0)
		return;
	batch_hash(table, batch);
	rte_hash_lookup_with_hash_bulk_data(batch->table, batch->key_pointers, batch->hashes,
			batch->count, &hits, found);
	for (uint32_t i = 0; i < batch->count; i++) {
		if ((hits >> i & 1) == 0)
			continue;
		batch->segments[i]->flow = (uintptr_t)found[i];
		prefetch_target((uintptr_t)found[i]);
	}
	batch->count = 0;
}

static inline void
batch_add(const struct flow_table *table, struct batch *batch, struct segment *segment)
{
	union flow_key *key = &batch->keys[batch->count];

	flow_key_init(key, &segment->path);
	segment->flow = FLOW_NONE;
	batch->key_pointers[batch->count] = key;
	batch->segments[batch->count] = segment;
	if (++batch->count == RTE_HASH_LOOKUP_BULK_MAX)
		batch_lookup(table, batch);
}

void
flow_lookup(struct flow_table *table, struct burst *burst)
{
	struct batch ipv4, ipv6;

	batch_init(&ipv4, table->ipv4);
	batch_init(&ipv6, table->ipv6);
	for (uint16_t i = 0; i < burst->arrived_count; i++) {
		struct segment *segment = &burst->arrived[i];

		batch_add(table, path_is_ipv4(&segment->path) ? &ipv4 : &ipv6, segment);
	}
	batch_lookup(table, &ipv4);
	batch_lookup(table, &ipv6);
}

uint32_t
flow_hash(const struct flow_table *table, const struct path *path)
{
	union flow_key key;

	flow_key_init(&key, path);
	return flow_key_hash(&key, path_is_ipv4(path), &table->key);
}

uintptr_t
flow_find(const struct flow_table *table, const struct path *path, uint32_t hash)
{
	union flow_key key;
	void *found;

	flow_key_init(&key, path);
	if (rte_hash_lookup_with_hash_data(table_of(table, path), &key, hash, &found) < 0)
		return FLOW_NONE;
	return (uintptr_t)found;
}

int
flow_set(struct flow_table *table, const struct path *path, uint32_t hash, uintptr_t flow)
{
	struct rte_hash *family_table = table_of(table, path);
	const int32_t before = rte_hash_count(family_table);
	union flow_key key;

	assert(flow_kind(flow) != FLOW_NONE);
	if (table->entries == table->entries_max && flow_find(table, path, hash) == FLOW_NONE)
		return -ENOSPC;
	flow_key_init(&key, path);
	if (rte_hash_add_key_with_hash_data(family_table, &key, hash, (void *)flow) < 0)
		return -ENOSPC;
	table->entries += (uint32_t)(rte_hash_count(family_table) - before);
	return 0;
}

void
flow_remove(struct flow_table *table, const struct path *path, uint32_t hash)
{
	union flow_key key;
	int32_t position;

	flow_key_init(&key, path);
	position = rte_hash_del_key_with_hash(table_of(table, path), &key, hash);
	assert(position >= 0);
	if (position >= 0)
		table->entries--;
}
