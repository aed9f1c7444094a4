/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a local endpoint to its listener. A specific address goes before the wildcard of its family,
 * that before the wildcard of both (RFC 9293 MUST-41, MUST-42: listeners do not interfere).
 */
#ifndef LIB_FLOW_LISTENER_TABLE_H
#define LIB_FLOW_LISTENER_TABLE_H

#include <stdint.h>

#include <estab/address.h>

#include "path.h"

enum { LISTENER_BUCKETS = 256 };

/* Embedded in the listener; the table links it and owns nothing. */
struct listener_link {
	struct listener_link *next;
	union ip_address local; /* zero: wildcard */
	uint8_t family;         /* ESTAB_FAMILY_ANY: both */
	rte_be16_t port;
};

struct listener_table {
	struct listener_link *buckets[LISTENER_BUCKETS];
};

void listener_table_init(struct listener_table *table);

/* @return 0, or -EADDRINUSE where the very same endpoint is there already */
int listener_table_insert(struct listener_table *table, struct listener_link *link);

void listener_table_remove(struct listener_table *table, struct listener_link *link);

/* The most specific listener for the path's local end, or NULL. */
struct listener_link *listener_table_find(const struct listener_table *table,
		const struct path *path);

#endif
