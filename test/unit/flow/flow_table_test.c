/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The flow table against a plain array as its model. Its memory is EAL's, and so it needs EAL.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_byteorder.h>
#include <rte_malloc.h>
#include <rte_memory.h>

#include "eal.h"
#include "flow/flow_bucket.h"
#include "flow/flow_table.h"

enum {
	ENTRIES = 64,
	PATHS = 4 * ENTRIES,
	ROUNDS = 1000000,
};

static const struct siphash_key key = { UINT64_C(0x0123456789abcdef),
	UINT64_C(0xfedcba9876543210) };
static struct flow_table table;
static struct burst burst;

/* What flows point to. Each kind has its tuple at another place. */
static struct target {
	uint8_t bytes[80];
} targets[PATHS] __rte_aligned(8);
static const struct flow_layout layout = {
	.tuple_at = { [FLOW_TCB] = 40, [FLOW_SYN_RECORD] = 8, [FLOW_TIME_WAIT] = 0 },
};

static int
start(void **state)
{
	(void)state;
	return flow_table_init(&table, "test", ENTRIES, &layout, &key, SOCKET_ID_ANY);
}

static int
stop(void **state)
{
	(void)state;
	flow_table_fini(&table);
	return 0;
}

/* Path number n of a family; all are different. */
static struct path
path_number(uint8_t family, uint32_t n)
{
	const uint32_t host = rte_cpu_to_be_32(n / 3);
	struct path path = { .family = family };

	path.local.bytes[0] = 10;
	memcpy(path.remote.bytes + (family == ESTAB_FAMILY_IPV4 ? 0 : 12), &host, sizeof(host));
	path.local_port = rte_cpu_to_be_16(80);
	path.remote_port = rte_cpu_to_be_16((uint16_t)(1000 + n % 3));
	return path;
}

/* Even numbers are of one family, odd ones of the other. */
static struct path
path_mixed(uint32_t n)
{
	return path_number(n % 2 == 0 ? ESTAB_FAMILY_IPV4 : ESTAB_FAMILY_IPV6, n);
}

static uintptr_t
flow_to(uint32_t n)
{
	return flow_make((enum flow_kind)(1 + n % 3), &targets[n]);
}

/* A flow of that kind to target n, which has the path from now on. */
static uintptr_t
point(enum flow_kind kind, uint32_t n, const struct path *path)
{
	memset(&targets[n], 0xee, sizeof(targets[n]));
	memcpy(targets[n].bytes + layout.tuple_at[kind], path,
			offsetof(struct path, remote_port) + sizeof(path->remote_port));
	return flow_make(kind, &targets[n]);
}

/* As flow_to, and the target has the path. */
static uintptr_t
point_to(uint32_t n, const struct path *path)
{
	return point(flow_kind(flow_to(n)), n, path);
}

/* Insert, or replace what stands for the path already. */
static int
put(struct flow_table *into, const struct path *path, uint32_t hash, uintptr_t flow)
{
	const uintptr_t before = flow_find(into, path, hash);

	if (before == FLOW_NONE)
		return flow_insert(into, path, hash, flow);
	flow_replace(into, path, hash, before, flow);
	return 0;
}

static int
set(uint32_t n)
{
	const struct path path = path_mixed(n);

	return put(&table, &path, flow_hash(&table, &path), point_to(n, &path));
}

static uintptr_t
find(uint32_t n)
{
	const struct path path = path_mixed(n);

	return flow_find(&table, &path, flow_hash(&table, &path));
}

static void
unset(uint32_t n)
{
	const struct path path = path_mixed(n);

	flow_remove(&table, &path, flow_hash(&table, &path));
}

static void
pointer_keeps_kind_and_target_apart(void **state)
{
	(void)state;
	for (int kind = FLOW_TCB; kind <= FLOW_TIME_WAIT; kind++) {
		const uintptr_t flow = flow_make((enum flow_kind)kind, &targets[3]);

		assert_int_equal(flow_kind(flow), kind);
		assert_ptr_equal(flow_target(flow), &targets[3]);
	}
}

static void
hash_is_siphash_of_the_tuple_as_the_headers_carry_it(void **state)
{
	uint8_t ipv4_tuple[12], ipv6_tuple[36];
	struct path path = { .family = ESTAB_FAMILY_IPV4 };

	(void)state;
	for (uint8_t i = 0; i < 4; i++) {
		path.local.bytes[i] = (uint8_t)(0x10 + i);
		path.remote.bytes[i] = (uint8_t)(0x20 + i);
	}
	path.local_port = rte_cpu_to_be_16(0x3031);
	path.remote_port = rte_cpu_to_be_16(0x4041);
	memcpy(ipv4_tuple, "\x10\x11\x12\x13\x20\x21\x22\x23\x30\x31\x40\x41", 12);
	assert_int_equal(flow_hash(&table, &path), (uint32_t)siphash_2_4(&key, ipv4_tuple, 12));

	path.family = ESTAB_FAMILY_IPV6;
	for (uint8_t i = 0; i < 16; i++) {
		ipv6_tuple[i] = path.local.bytes[i] = (uint8_t)(0x80 + i);
		ipv6_tuple[16 + i] = path.remote.bytes[i] = (uint8_t)(0xa0 + i);
	}
	memcpy(ipv6_tuple + 32, "\x30\x31\x40\x41", 4);
	assert_int_equal(flow_hash(&table, &path), (uint32_t)siphash_2_4(&key, ipv6_tuple, 36));
}

/* Each bit of the 4-tuple tells connections apart, and nothing else of a path does. */
static void
every_bit_of_the_tuple_and_nothing_else_makes_the_entry(void **state)
{
	static const uint8_t families[] = { ESTAB_FAMILY_IPV4, ESTAB_FAMILY_IPV6 };

	(void)state;
	for (unsigned int f = 0; f < 2; f++) {
		const size_t len = families[f] == ESTAB_FAMILY_IPV4 ? 4 : 16;
		const struct path path = path_number(families[f], 7);
		const uint32_t hash = flow_hash(&table, &path);
		struct path other = path;

		assert_int_equal(put(&table, &path, hash, point_to(7, &path)), 0);
		other.hop_limit = other.tos = 0xff;
		other.mac_known = true;
		memset(&other.next_hop, 0xff, sizeof(other.next_hop));
		assert_int_equal(flow_hash(&table, &other), hash);
		assert_int_equal(flow_find(&table, &other, hash), flow_to(7));

		for (unsigned int bit = 0; bit < 8 * (2 * len + 4); bit++) {
			const uint8_t mask = (uint8_t)(1 << bit % 8);
			const size_t byte = bit / 8;

			other = path;
			if (byte < len)
				other.local.bytes[byte] ^= mask;
			else if (byte < 2 * len)
				other.remote.bytes[byte - len] ^= mask;
			else if (byte < 2 * len + 2)
				other.local_port ^= (rte_be16_t)(mask << 8 * (byte % 2));
			else
				other.remote_port ^= (rte_be16_t)(mask << 8 * (byte % 2));
			/* Under the hash of the first, so that the keys alone decide. */
			assert_int_equal(flow_find(&table, &other, hash), FLOW_NONE);
			assert_int_not_equal(flow_hash(&table, &other), hash);
		}
	}
}

static void
set_again_replaces_and_counts_once(void **state)
{
	const struct path path = path_mixed(4);
	const uint32_t hash = flow_hash(&table, &path);

	(void)state;
	assert_int_equal(put(&table, &path, hash, point(FLOW_SYN_RECORD, 0, &path)), 0);
	assert_int_equal(put(&table, &path, hash, point(FLOW_TCB, 1, &path)), 0);
	assert_int_equal(table.entries, 1);
	assert_int_equal(flow_find(&table, &path, hash), flow_make(FLOW_TCB, &targets[1]));
	flow_remove(&table, &path, hash);
	assert_int_equal(table.entries, 0);
	assert_int_equal(flow_find(&table, &path, hash), FLOW_NONE);
}

static void
full_table_takes_no_more_but_still_replaces(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < ENTRIES; n++)
		assert_int_equal(set(n), 0);
	assert_int_equal(table.entries, ENTRIES);
	assert_int_equal(set(ENTRIES), -ENOSPC);
	assert_int_equal(set(ENTRIES + 1), -ENOSPC);
	assert_int_equal(find(ENTRIES), FLOW_NONE);
	assert_int_equal(set(5), 0);
	assert_int_equal(table.entries, ENTRIES);
	unset(5);
	assert_int_equal(set(ENTRIES), 0);
	assert_int_equal(find(ENTRIES), flow_to(ENTRIES));
}

/* All of one family, and all in the first bucket or the last: the worst that who has the key could do. */
static void
one_family_with_one_hash_fills_the_table_again_and_again(void **state)
{
	static const uint8_t families[] = { ESTAB_FAMILY_IPV4, ESTAB_FAMILY_IPV6 };

	(void)state;
	for (unsigned int round = 0; round < 200; round++) {
		const uint32_t hash = round % 4 < 2 ? 0x00010001 : UINT32_MAX;
		const uint8_t family = families[round % 2];

		for (uint32_t i = 0; i < ENTRIES; i++) {
			const struct path path = path_number(family, i);

			assert_int_equal(put(&table, &path, hash, point_to(i, &path)), 0);
		}
		for (uint32_t i = 0; i < ENTRIES; i++) {
			const uint32_t n = round % 3 == 0 ? ENTRIES - 1 - i : i;
			const struct path path = path_number(family, n);

			assert_int_equal(flow_find(&table, &path, hash), flow_to(n));
			flow_remove(&table, &path, hash);
		}
		assert_int_equal(table.entries, 0);
	}
}

static void
million_rounds_of_coming_and_going_lose_no_slot(void **state)
{
	static uintptr_t model[PATHS];
	unsigned short seed[3] = { 1, 2, 3 };
	uint32_t entries = 0;

	(void)state;
	memset(model, 0, sizeof(model));
	for (uint32_t round = 0; round < ROUNDS; round++) {
		const uint32_t n = (uint32_t)nrand48(seed) % PATHS;

		assert_int_equal(find(n), model[n]);
		if (model[n] != FLOW_NONE) {
			unset(n);
			model[n] = FLOW_NONE;
			entries--;
		} else if (entries < ENTRIES) {
			assert_int_equal(set(n), 0);
			model[n] = flow_to(n);
			entries++;
		} else {
			assert_int_equal(set(n), -ENOSPC);
		}
		assert_int_equal(table.entries, entries);
	}
	/* Every slot of either family is still there. */
	for (uint32_t n = 0; n < PATHS; n++) {
		if (model[n] != FLOW_NONE)
			unset(n);
	}
	for (uint32_t parity = 0; parity < 2; parity++) {
		for (uint32_t i = 0; i < ENTRIES; i++)
			assert_int_equal(set(2 * i + parity), 0);
		assert_int_equal(table.entries, ENTRIES);
		for (uint32_t i = 0; i < ENTRIES; i++)
			unset(2 * i + parity);
	}
}

/* Bursts of every size, each third segment unknown; what the places held before must not show. */
static void
burst_lookup_agrees_with_single_lookup(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < PATHS; n++) {
		if (n % 3 != 0 && table.entries < ENTRIES)
			assert_int_equal(set(n), 0);
	}
	for (uint16_t count = 0; count <= BURST_RX_MAX; count++) {
		burst.arrived_count = count;
		for (uint16_t i = 0; i < BURST_RX_MAX; i++) {
			burst.arrived[i].flow = 1;
			burst.arrived[i].hash = 1;
			burst.arrived[i].path = path_mixed((i * 7u + count) % PATHS);
		}
		flow_lookup(&table, &burst);
		for (uint16_t i = 0; i < count; i++) {
			const struct segment *segment = &burst.arrived[i];

			assert_int_equal(segment->hash, flow_hash(&table, &segment->path));
			assert_int_equal(segment->flow,
					flow_find(&table, &segment->path, segment->hash));
		}
		for (uint16_t i = count; i < BURST_RX_MAX; i++)
			assert_int_equal(burst.arrived[i].flow, 1);
	}
}

static void
burst_of_both_families_finds_every_connection(void **state)
{
	(void)state;
	burst.arrived_count = 0;
	for (uint32_t n = 0; n < ENTRIES; n++) {
		assert_int_equal(set(n), 0);
		burst.arrived[burst.arrived_count++].path = path_mixed(n);
	}
	flow_lookup(&table, &burst);
	for (uint32_t n = 0; n < ENTRIES; n++)
		assert_int_equal(burst.arrived[n].flow, flow_to(n));
}

/* The other family under the same numbers and the same hash is another connection. */
static void
families_with_the_same_numbers_stay_apart(void **state)
{
	struct path ipv4 = path_number(ESTAB_FAMILY_IPV4, 9), ipv6 = ipv4;
	const uint32_t hash = 12345;

	(void)state;
	ipv6.family = ESTAB_FAMILY_IPV6;
	assert_int_equal(put(&table, &ipv4, hash, point(FLOW_TCB, 0, &ipv4)), 0);
	assert_int_equal(flow_find(&table, &ipv6, hash), FLOW_NONE);
	assert_int_equal(put(&table, &ipv6, hash, point(FLOW_TCB, 1, &ipv6)), 0);
	assert_int_equal(table.entries, 2);
	assert_int_equal(flow_find(&table, &ipv4, hash), flow_make(FLOW_TCB, &targets[0]));
	assert_int_equal(flow_find(&table, &ipv6, hash), flow_make(FLOW_TCB, &targets[1]));
}

static uint64_t
bucket_of(const struct flow_table *t, uint32_t hash)
{
	return (uint64_t)hash * t->count >> 32;
}

static bool
share_bucket_and_tag(uint32_t a, uint32_t b)
{
	return bucket_of(&table, a) == bucket_of(&table, b) &&
			flow_bucket_tag(a, false) == flow_bucket_tag(b, false);
}

/* Those that lie beyond a full bucket are found there, in a burst and alone, when others are gone. */
static void
entries_beyond_a_full_bucket_stay_where_they_are(void **state)
{
	const struct path first = path_number(ESTAB_FAMILY_IPV4, 0);
	const uint64_t home = bucket_of(&table, flow_hash(&table, &first));
	uint32_t placed[20], n = 0;

	(void)state;
	for (uint32_t i = 0; n < RTE_DIM(placed);
			i++) { /* all of one bucket: nearly three of them */
		const struct path path = path_number(ESTAB_FAMILY_IPV4, i);
		const uint32_t hash = flow_hash(&table, &path);

		if (bucket_of(&table, hash) != home)
			continue;
		assert_int_equal(put(&table, &path, hash, point(FLOW_TCB, n, &path)), 0);
		placed[n++] = i;
	}
	for (uint32_t gone = 0; gone < n; gone++) {
		const struct path path = path_number(ESTAB_FAMILY_IPV4, placed[gone]);

		flow_remove(&table, &path, flow_hash(&table, &path));
		burst.arrived_count = 0;
		for (uint32_t i = 0; i < n; i++)
			burst.arrived[burst.arrived_count++].path =
					path_number(ESTAB_FAMILY_IPV4, placed[i]);
		flow_lookup(&table, &burst);
		for (uint32_t i = 0; i < n; i++)
			assert_int_equal(burst.arrived[i].flow,
					i <= gone ? FLOW_NONE : flow_make(FLOW_TCB, &targets[i]));
	}
}

/* As many in each bucket, give or take one, where the hashes are far from each other. */
static void
hashes_spread_over_buckets_that_are_no_power_of_two(void **state)
{
	const uint32_t apart = UINT32_MAX / ENTRIES;
	uint32_t taken = 0;

	(void)state;
	assert_int_equal(table.count, 13); /* five entries each */
	for (uint32_t i = 0; i < ENTRIES; i++) {
		const struct path path = path_mixed(i);

		assert_int_equal(put(&table, &path, i * apart, point_to(i, &path)), 0);
	}
	for (uint32_t i = 0; i < table.count; i++) {
		const uint32_t free = flow_bucket_match(&table.buckets[i], 0);
		const uint32_t here = BUCKET_SLOTS - (uint32_t)__builtin_popcount(free);

		assert_in_range(here, ENTRIES / 13, ENTRIES / 13 + 1);
		assert_int_equal(table.buckets[i].passed, 0);
		taken += here;
	}
	assert_int_equal(taken, ENTRIES);
}

/* What the last bucket has no place for goes to the first, and leaves no trace when it goes. */
static void
last_bucket_passes_on_to_the_first(void **state)
{
	struct flow_bucket *const last = &table.buckets[12];

	(void)state;
	for (uint32_t i = 0; i <= BUCKET_SLOTS; i++) {
		const struct path path = path_mixed(i);

		assert_int_equal(put(&table, &path, UINT32_MAX, point_to(i, &path)), 0);
		assert_int_equal(flow_find(&table, &path, UINT32_MAX), flow_to(i));
	}
	assert_int_equal(flow_bucket_match(last, 0), 0);
	assert_int_equal(last->passed, 1);
	assert_true(flow_bucket_get(&table.buckets[0], 0) == flow_to(BUCKET_SLOTS));
	for (uint32_t i = 0; i <= BUCKET_SLOTS; i++) {
		const struct path path = path_mixed(i);

		flow_remove(&table, &path, UINT32_MAX);
	}
	assert_int_equal(last->passed, 0);
}

/* Of entries with the same tag, in their bucket and beyond it, the one that is meant. */
static void
entry_is_replaced_among_others_of_its_hash(void **state)
{
	enum { SAME = BUCKET_SLOTS + 1 };

	(void)state;
	for (uint32_t i = 0; i < SAME; i++) {
		const struct path path = path_number(ESTAB_FAMILY_IPV4, i);

		assert_int_equal(flow_insert(&table, &path, UINT32_MAX, point_to(i, &path)), 0);
	}
	for (uint32_t i = 0; i < SAME; i++) {
		const struct path path = path_number(ESTAB_FAMILY_IPV4, i);

		flow_replace(&table, &path, UINT32_MAX, flow_to(i), point_to(SAME + i, &path));
		for (uint32_t k = 0; k < SAME; k++) {
			const struct path other = path_number(ESTAB_FAMILY_IPV4, k);

			assert_int_equal(flow_find(&table, &other, UINT32_MAX),
					flow_to(k <= i ? SAME + k : k));
		}
	}
	assert_int_equal(table.entries, SAME);
}

/* 12.8 bytes for each entry, whatever their number, and nothing else that grows. */
static void
table_takes_thirteen_bytes_of_memory_for_each_entry(void **state)
{
	static const uint32_t entries[] = { 1, 5, 6, 1000, 1 << 16, (1 << 16) + 1, 1000001, 9000000,
		10000000, 1 << 28 };

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(entries); i++) {
		assert_true(flow_table_size(entries[i]) * 7 >= entries[i] * UINT64_C(64));
		assert_true(flow_table_size(entries[i]) * 10 <= entries[i] * UINT64_C(128) + 640);
	}
	assert_int_equal(flow_table_size(ENTRIES), table.memory->len);
}

/* Two buckets, each once full and passed by what lies in the other: the search must end all the same. */
static void
absent_path_is_not_found_where_every_bucket_was_full_once(void **state)
{
	const uint32_t upper = UINT32_C(1) << 31;
	struct flow_table two;

	(void)state;
	assert_int_equal(flow_table_init(&two, "two", 9, &layout, &key, SOCKET_ID_ANY), 0);
	assert_int_equal(two.count, 2);
	for (uint32_t i = 0; i < 8; i++) { /* seven at home in bucket 0, one beyond */
		const struct path path = path_number(ESTAB_FAMILY_IPV4, i);

		assert_int_equal(put(&two, &path, 0, point(FLOW_TCB, i, &path)), 0);
	}
	for (uint32_t i = 0; i < 7; i++) {
		const struct path path = path_number(ESTAB_FAMILY_IPV4, i);

		flow_remove(&two, &path, 0);
	}
	for (uint32_t i = 8; i < 15; i++) { /* six at home in bucket 1, one beyond */
		const struct path path = path_number(ESTAB_FAMILY_IPV4, i);

		assert_int_equal(put(&two, &path, upper, point(FLOW_TCB, i, &path)), 0);
	}
	for (uint32_t i = 0; i < 16; i++) {
		const struct path path = path_number(ESTAB_FAMILY_IPV4, i);

		assert_int_equal(flow_find(&two, &path, i < 8 ? 0 : upper),
				i < 7 || i == 15 ? FLOW_NONE : flow_make(FLOW_TCB, &targets[i]));
	}
	flow_table_fini(&two);
}

/* Of two connections in one bucket that agree in the whole tag, each is found by its own tuple. */
static void
tuple_decides_where_bucket_and_tag_agree(void **state)
{
	struct path first = path_number(ESTAB_FAMILY_IPV4, 0), twin;
	const uint32_t hash = flow_hash(&table, &first);
	uint32_t n = 0;

	(void)state;
	do
		twin = path_number(ESTAB_FAMILY_IPV4, ++n);
	while (!share_bucket_and_tag(flow_hash(&table, &twin), hash));
	burst.arrived_count = 2;
	burst.arrived[0].path = first;
	burst.arrived[1].path = twin;
	assert_int_equal(put(&table, &first, hash, point(FLOW_TCB, 0, &first)), 0);
	flow_lookup(&table, &burst);
	assert_int_equal(burst.arrived[0].flow, flow_make(FLOW_TCB, &targets[0]));
	assert_int_equal(burst.arrived[1].flow, FLOW_NONE);
	assert_int_equal(put(&table, &twin, flow_hash(&table, &twin), point(FLOW_TCB, 1, &twin)),
			0);
	flow_lookup(&table, &burst);
	assert_int_equal(burst.arrived[0].flow, flow_make(FLOW_TCB, &targets[0]));
	assert_int_equal(burst.arrived[1].flow, flow_make(FLOW_TCB, &targets[1]));
}

/* All slots compared at once against one after the other, free ones and equal ones among them. */
static void
bucket_matches_the_slots_that_hold_the_tag(void **state)
{
	unsigned short seed[3] = { 4, 5, 6 };
	struct flow_bucket bucket = { .passed = UINT32_MAX };

	(void)state;
	for (unsigned int round = 0; round < 10000; round++) {
		const uint32_t hash = (uint32_t)jrand48(seed);
		const uint16_t tag = flow_bucket_tag(hash, round % 2 == 0);

		assert_int_not_equal(tag, 0);
		assert_int_not_equal(tag, flow_bucket_tag(hash, round % 2 != 0));
		for (unsigned int slot = 0; slot < BUCKET_SLOTS; slot++) {
			const long dice = nrand48(seed) % 4;

			flow_bucket_clear(&bucket, slot);
			if (dice != 0)
				flow_bucket_set(&bucket, slot,
						dice == 1 ? tag : (uint16_t)(tag ^ 1 << (dice + 9)),
						(uintptr_t)&bucket);
		}
		assert_int_equal(flow_bucket_match(&bucket, tag),
				flow_bucket_match_plain(&bucket, tag));
		assert_int_equal(flow_bucket_match(&bucket, 0),
				flow_bucket_match_plain(&bucket, 0));
	}
}

/* Every bit of a pointer of 48 bits comes back, from every slot. */
static void
bucket_gives_back_what_was_set(void **state)
{
	struct flow_bucket bucket = { 0 };

	(void)state;
	for (unsigned int slot = 0; slot < BUCKET_SLOTS; slot++)
		flow_bucket_set(&bucket, slot, 0x8000,
				(uintptr_t)(UINT64_C(0xfedcba987650) + slot));
	for (unsigned int slot = 0; slot < BUCKET_SLOTS; slot++)
		assert_true(flow_bucket_get(&bucket, slot) ==
				(uintptr_t)(UINT64_C(0xfedcba987650) + slot));
	assert_int_equal(flow_bucket_first(flow_bucket_match(&bucket, 0x8000)), 0);
	assert_int_equal(flow_bucket_match(&bucket, 0), 0);
	flow_bucket_clear(&bucket, 6);
	assert_int_equal(flow_bucket_first(flow_bucket_match(&bucket, 0)), 6);
}

static size_t
heap_in_use(void)
{
	struct rte_malloc_socket_stats stats;

	assert_int_equal(rte_malloc_get_socket_stats(0, &stats), 0);
	return stats.heap_allocsz_bytes;
}

static void
name_in_use_is_refused_until_given_back(void **state)
{
	static const char *const names[] = {
		"s",
		"fifteen letters",
		"sixteen letters!",
		"a name that is far longer than any of DPDK",
	};
	const size_t before = heap_in_use();

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(names); i++) {
		struct flow_table one, two;

		assert_int_equal(flow_table_init(&one, names[i], 8, &layout, &key, SOCKET_ID_ANY),
				0);
		assert_int_equal(flow_table_init(&two, names[i], 8, &layout, &key, SOCKET_ID_ANY),
				-EEXIST);
		flow_table_fini(&one);
		assert_int_equal(flow_table_init(&two, names[i], 8, &layout, &key, SOCKET_ID_ANY),
				0);
		flow_table_fini(&two);
	}
	assert_int_equal(heap_in_use(), before);
}

static void
long_names_that_differ_at_the_end_do_not_collide(void **state)
{
	struct flow_table one, two;

	(void)state;
	assert_int_equal(flow_table_init(&one, "a long name of a stack, number 1", 8, &layout, &key,
					 SOCKET_ID_ANY),
			0);
	assert_int_equal(flow_table_init(&two, "a long name of a stack, number 2", 8, &layout, &key,
					 SOCKET_ID_ANY),
			0);
	flow_table_fini(&one);
	flow_table_fini(&two);
}

static void
want_of_memory_is_reported_and_leaves_nothing(void **state)
{
	const size_t before = heap_in_use();
	struct flow_table big;

	(void)state;
	assert_int_equal(flow_table_init(&big, "big", 1 << 28, &layout, &key, SOCKET_ID_ANY),
			-ENOMEM);
	assert_int_equal(flow_table_init(&big, "big", UINT32_MAX, &layout, &key, SOCKET_ID_ANY),
			-ENOMEM);
	assert_int_equal(heap_in_use(), before);
	assert_int_equal(flow_table_init(&big, "big", 1, &layout, &key, SOCKET_ID_ANY), 0);
	flow_table_fini(&big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pointer_keeps_kind_and_target_apart),
		cmocka_unit_test_setup_teardown(
				hash_is_siphash_of_the_tuple_as_the_headers_carry_it, start, stop),
		cmocka_unit_test_setup_teardown(
				every_bit_of_the_tuple_and_nothing_else_makes_the_entry, start,
				stop),
		cmocka_unit_test_setup_teardown(set_again_replaces_and_counts_once, start, stop),
		cmocka_unit_test_setup_teardown(full_table_takes_no_more_but_still_replaces, start,
				stop),
		cmocka_unit_test_setup_teardown(
				one_family_with_one_hash_fills_the_table_again_and_again, start,
				stop),
		cmocka_unit_test_setup_teardown(million_rounds_of_coming_and_going_lose_no_slot,
				start, stop),
		cmocka_unit_test_setup_teardown(burst_lookup_agrees_with_single_lookup, start,
				stop),
		cmocka_unit_test_setup_teardown(burst_of_both_families_finds_every_connection,
				start, stop),
		cmocka_unit_test_setup_teardown(families_with_the_same_numbers_stay_apart, start,
				stop),
		cmocka_unit_test_setup_teardown(entries_beyond_a_full_bucket_stay_where_they_are,
				start, stop),
		cmocka_unit_test_setup_teardown(hashes_spread_over_buckets_that_are_no_power_of_two,
				start, stop),
		cmocka_unit_test_setup_teardown(last_bucket_passes_on_to_the_first, start, stop),
		cmocka_unit_test_setup_teardown(entry_is_replaced_among_others_of_its_hash, start,
				stop),
		cmocka_unit_test_setup_teardown(table_takes_thirteen_bytes_of_memory_for_each_entry,
				start, stop),
		cmocka_unit_test(absent_path_is_not_found_where_every_bucket_was_full_once),
		cmocka_unit_test_setup_teardown(tuple_decides_where_bucket_and_tag_agree, start,
				stop),
		cmocka_unit_test(bucket_matches_the_slots_that_hold_the_tag),
		cmocka_unit_test(bucket_gives_back_what_was_set),
		cmocka_unit_test(name_in_use_is_refused_until_given_back),
		cmocka_unit_test(long_names_that_differ_at_the_end_do_not_collide),
		cmocka_unit_test(want_of_memory_is_reported_and_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
