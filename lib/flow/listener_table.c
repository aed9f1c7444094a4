/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Listeners in chains by port. A chain is short, because a stack has few listeners, and nobody
 * outside chooses what is in it.
 */
#include "flow/listener_table.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* How well a listener fits; the greatest wins. */
enum listener_fit {
	FIT_NONE,
	FIT_ANY_FAMILY,
	FIT_ANY_ADDRESS,
	FIT_ADDRESS,
};

static unsigned int
bucket_index(rte_be16_t port)
{
	return (port ^ port >> 8) % LISTENER_BUCKETS;
}

static bool
address_equal(const union ip_address *a, const union ip_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static bool
address_is_wildcard(const union ip_address *ip)
{
	return (ip->halves[0] | ip->halves[1]) == 0;
}

void
listener_table_init(struct listener_table *table)
{
	memset(table, 0, sizeof(*table));
}

int
listener_table_insert(struct listener_table *table, struct listener_link *link)
{
	struct listener_link **head = &table->buckets[bucket_index(link->port)];

	assert(link->port != 0);
	assert(link->family != ESTAB_FAMILY_ANY || address_is_wildcard(&link->local));
	for (const struct listener_link *l = *head; l != NULL; l = l->next) {
		if (l->port == link->port && l->family == link->family &&
				address_equal(&l->local, &link->local))
			return -EADDRINUSE;
	}
	link->next = *head;
	*head = link;
	return 0;
}

void
listener_table_remove(struct listener_table *table, struct listener_link *link)
{
	struct listener_link **at = &table->buckets[bucket_index(link->port)];

	while (*at != NULL && *at != link)
		at = &(*at)->next;
	assert(*at == link);
	*at = link->next;
	link->next = NULL;
}

static enum listener_fit
listener_fits(const struct listener_link *link, const struct path *path)
{
	if (link->port != path->local_port)
		return FIT_NONE;
	if (link->family == ESTAB_FAMILY_ANY)
		return FIT_ANY_FAMILY;
	if (link->family != path->family)
		return FIT_NONE;
	if (address_is_wildcard(&link->local))
		return FIT_ANY_ADDRESS;
	return address_equal(&link->local, &path->local) ? FIT_ADDRESS : FIT_NONE;
}

struct listener_link *
listener_table_find(const struct listener_table *table, const struct path *path)
{
	struct listener_link *best = NULL;
	enum listener_fit best_fit = FIT_NONE;

	for (struct listener_link *l = table->buckets[bucket_index(path->local_port)]; l != NULL;
			l = l->next) {
		const enum listener_fit fit = listener_fits(l, path);

		if (fit > best_fit) {
			best = l;
			best_fit = fit;
		}
	}
	return best;
}
