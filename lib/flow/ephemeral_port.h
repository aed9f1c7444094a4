/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ephemeral ports by RFC 6056 algorithm 3 (simple hash-based port selection): a keyed hash of the
 * two addresses and the remote port gives where to begin, a counter moves on from there.
 */
#ifndef LIB_FLOW_EPHEMERAL_PORT_H
#define LIB_FLOW_EPHEMERAL_PORT_H

#include <stdint.h>

#include "base/siphash.h"
#include "flow/flow_table.h"
#include "path.h"

struct estab_endpoint;

struct ephemeral_ports {
	struct siphash_key key;
	uint32_t next; /* RFC 6056's next_ephemeral */
	uint16_t first;
	uint16_t last;

	/* As of struct estab_port: whether the answers come back to this stack; NULL: they do. */
	bool (*owns)(const void *context, const struct estab_endpoint *local,
			const struct estab_endpoint *remote);
	const void *context;
};

void ephemeral_ports_init(struct ephemeral_ports *ports, const struct siphash_key *key,
		uint16_t first, uint16_t last);

/*
 * Choose path->local_port so that the 4-tuple is free in the table, and what comes to it comes to this
 * stack. path has everything else.
 *
 * @param hash  receives flow_hash_whole of the complete path
 * @return 0, or -EADDRNOTAVAIL where no port of the range is left
 */
int ephemeral_port_choose(struct ephemeral_ports *ports, const struct flow_table *table,
		struct path *path, uint64_t *hash);

/* Whether what comes to this path, with its local port, comes to this stack. */
bool ephemeral_port_is_owned(const struct ephemeral_ports *ports, const struct path *path);

#endif
