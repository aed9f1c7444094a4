/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The neighbour table: buckets by keyed hash to find an entry, one list by use to evict one.
 */
#include <errno.h>

#include <rte_common.h>
#include <rte_malloc.h>

#include "net/neighbour.h"

int
neighbour_table_init(struct neighbour_table *table, uint32_t count, const struct siphash_key *key,
		int socket_id)
{
	const uint32_t buckets = rte_align32pow2(count);

	*table = (struct neighbour_table){
		.key = *key,
		.count = count,
		.bucket_mask = buckets - 1,
		.deadline_ns = UINT64_MAX,
	};
	table->entries = rte_calloc_socket("estab_neighbours", count, sizeof(*table->entries), 0,
			socket_id);
	table->buckets = rte_calloc_socket("estab_neighbours", buckets, sizeof(*table->buckets), 0,
			socket_id);
	if (table->entries == NULL || table->buckets == NULL) {
		neighbour_table_fini(table);
		return -ENOMEM;
	}
	TAILQ_INIT(&table->by_use);
	for (uint32_t i = 0; i < count; i++)
		TAILQ_INSERT_TAIL(&table->by_use, &table->entries[i], by_use);
	return 0;
}

void
neighbour_table_fini(struct neighbour_table *table)
{
	rte_free(table->entries);
	rte_free(table->buckets);
	*table = (struct neighbour_table){ .deadline_ns = UINT64_MAX };
}

static struct neighbour_bucket *
bucket_of(const struct neighbour_table *table, const union ip_address *ip, uint8_t family)
{
	const uint64_t words[3] = { ip->halves[0], ip->halves[1], family };

	return &table->buckets[siphash_2_4_words(&table->key, words, RTE_DIM(words)) &
			table->bucket_mask];
}

static bool
is_of(const struct neighbour *neighbour, const union ip_address *ip, uint8_t family)
{
	return neighbour->family == family && neighbour->ip.halves[0] == ip->halves[0] &&
			neighbour->ip.halves[1] == ip->halves[1];
}

struct neighbour *
neighbour_find(const struct neighbour_table *table, const union ip_address *ip, uint8_t family)
{
	struct neighbour *neighbour = TAILQ_LAST(&table->by_use, neighbour_list);

	/* Most often the one that was used last: a gateway, or the only one. */
	if (neighbour->state != NEIGHBOUR_FREE && is_of(neighbour, ip, family))
		return neighbour;
	LIST_FOREACH(neighbour, bucket_of(table, ip, family), in_bucket) {
		if (is_of(neighbour, ip, family))
			return neighbour;
	}
	return NULL;
}

void
neighbour_touch(struct neighbour_table *table, struct neighbour *neighbour)
{
	if (TAILQ_NEXT(neighbour, by_use) == NULL)
		return;
	TAILQ_REMOVE(&table->by_use, neighbour, by_use);
	TAILQ_INSERT_TAIL(&table->by_use, neighbour, by_use);
}

struct rte_mbuf *
neighbour_forget(struct neighbour_table *table, struct neighbour *neighbour)
{
	struct rte_mbuf *waiting = neighbour->waiting;

	if (neighbour->state != NEIGHBOUR_FREE)
		LIST_REMOVE(neighbour, in_bucket);
	neighbour->state = NEIGHBOUR_FREE;
	neighbour->waiting = NULL;
	TAILQ_REMOVE(&table->by_use, neighbour, by_use);
	TAILQ_INSERT_HEAD(&table->by_use, neighbour, by_use);
	return waiting;
}

/* Take over the least recently used entry. */
static struct neighbour *
replace_oldest(struct neighbour_table *table, const union ip_address *ip, uint8_t family,
		struct rte_mbuf **evicted)
{
	struct neighbour *neighbour = TAILQ_FIRST(&table->by_use);

	*evicted = neighbour_forget(table, neighbour);
	neighbour->ip = *ip;
	neighbour->family = family;
	neighbour->state = NEIGHBOUR_INCOMPLETE;
	neighbour->requests = 0;
	neighbour->confirmed_ns = 0;
	neighbour->request_ns = UINT64_MAX;
	LIST_INSERT_HEAD(bucket_of(table, ip, family), neighbour, in_bucket);
	return neighbour;
}

struct neighbour *
neighbour_want(struct neighbour_table *table, const union ip_address *ip, uint8_t family,
		struct rte_mbuf **evicted)
{
	struct neighbour *neighbour = neighbour_find(table, ip, family);

	*evicted = NULL;
	if (neighbour == NULL)
		neighbour = replace_oldest(table, ip, family, evicted);
	neighbour_touch(table, neighbour);
	return neighbour;
}

struct neighbour *
neighbour_offer(struct neighbour_table *table, const union ip_address *ip, uint8_t family,
		uint64_t now_ns, struct rte_mbuf **evicted)
{
	struct neighbour *neighbour = neighbour_find(table, ip, family);
	struct neighbour *oldest = TAILQ_FIRST(&table->by_use);

	*evicted = NULL;
	if (neighbour != NULL)
		return neighbour;
	if (oldest->state != NEIGHBOUR_FREE && !neighbour_is_stale(oldest, now_ns))
		return NULL;
	neighbour = replace_oldest(table, ip, family, evicted);
	neighbour_touch(table, neighbour);
	return neighbour;
}

struct rte_mbuf *
neighbour_confirm(struct neighbour *neighbour, const struct rte_ether_addr *mac, uint64_t now_ns)
{
	struct rte_mbuf *waiting = neighbour->waiting;

	neighbour->state = NEIGHBOUR_REACHABLE;
	neighbour->mac = *mac;
	neighbour->waiting = NULL;
	neighbour->requests = 0;
	neighbour->confirmed_ns = now_ns;
	neighbour->request_ns = UINT64_MAX;
	return waiting;
}

void
neighbour_asked(struct neighbour_table *table, struct neighbour *neighbour, uint64_t now_ns)
{
	if (neighbour->state == NEIGHBOUR_REACHABLE)
		neighbour->state = NEIGHBOUR_PROBING;
	neighbour->requests++;
	neighbour->request_ns = now_ns + NEIGHBOUR_REQUEST_NS;
	table->deadline_ns = RTE_MIN(table->deadline_ns, neighbour->request_ns);
}
