/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 6056 3.3.3, with its loop bounded: each port of the range is tried once. What is in the flow
 * table in whatever form, TIME-WAIT included, holds its port towards that one remote end only.
 */
#include "flow/ephemeral_port.h"

#include <assert.h>
#include <errno.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include <estab/address.h>

void
ephemeral_ports_init(struct ephemeral_ports *ports, const struct siphash_key *key, uint16_t first,
		uint16_t last)
{
	assert(first != 0 && first <= last);
	*ports = (struct ephemeral_ports){ .key = *key, .first = first, .last = last };
}

/* RFC 6056's F: the same for all connections to one remote end, unknown to everybody else. */
static uint32_t
port_offset(const struct ephemeral_ports *ports, const struct path *path)
{
	const bool ipv4 = path->family == ESTAB_FAMILY_IPV4;
	const uint64_t rest = path->remote_port | (uint64_t)path->family << 16;
	const uint64_t short_words[] = {
		path->local.words[0] | (uint64_t)path->remote.words[0] << 32,
		rest,
	};
	const uint64_t words[] = {
		path->local.halves[0],
		path->local.halves[1],
		path->remote.halves[0],
		path->remote.halves[1],
		rest,
	};

	return (uint32_t)(ipv4 ? siphash_2_4_words(&ports->key, short_words, RTE_DIM(short_words))
			       : siphash_2_4_words(&ports->key, words, RTE_DIM(words)));
}

/* Both ends as the port of the stack knows them. */
struct ends {
	struct estab_endpoint local, remote;
};

static struct ends
ends_of(const struct path *path)
{
	struct ends ends = { .local.port = rte_be_to_cpu_16(path->local_port),
		.remote.port = rte_be_to_cpu_16(path->remote_port) };

	path_address_export(&path->local, path->family, &ends.local.address);
	path_address_export(&path->remote, path->family, &ends.remote.address);
	return ends;
}

bool
ephemeral_port_is_owned(const struct ephemeral_ports *ports, const struct path *path)
{
	struct ends ends;

	if (likely(ports->owns == NULL))
		return true;
	ends = ends_of(path);
	return ports->owns(ports->context, &ends.local, &ends.remote);
}

int
ephemeral_port_choose(struct ephemeral_ports *ports, const struct flow_table *table,
		struct path *path, uint64_t *hash)
{
	const uint32_t range = (uint32_t)(ports->last - ports->first) + 1;
	/* Reduced first: a sum that wrapped in the middle of the range would try a port twice. */
	const uint32_t begin = port_offset(ports, path) % range + ports->next % range;

	for (uint32_t i = 0; i < range; i++) {
		path->local_port = rte_cpu_to_be_16((uint16_t)(ports->first + (begin + i) % range));
		if (!ephemeral_port_is_owned(ports, path))
			continue;
		*hash = flow_hash_whole(&table->key, path);
		if (flow_find(table, path, (uint32_t)*hash) == FLOW_NONE) {
			ports->next += i + 1;
			return 0;
		}
	}
	return -EADDRNOTAVAIL;
}
