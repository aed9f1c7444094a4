/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A path: the two ends of a connection as the headers carry them, and the next hop between them.
 *
 * Everything is in network byte order, so that parse copies from the packet, build copies into it
 * and the flow table hashes it, with no conversion in between. "Local" is always our side.
 */
#ifndef LIB_PATH_H
#define LIB_PATH_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include <estab/address.h>

/* An address of either family; IPv4 uses words[0], the other words are zero. */
union ip_address {
	uint8_t bytes[16];
	uint32_t words[4];
	uint64_t halves[2];
};

struct path {
	union ip_address local;
	union ip_address remote;
	rte_be16_t local_port;
	rte_be16_t remote_port;
	uint8_t family;    /* enum estab_family */
	uint8_t hop_limit; /* of what we send */
	uint8_t tos;       /* DSCP and ECN of what we send */
	bool mac_known; /* next_hop is valid; else net resolves the remote address when building */
	bool next_hop_suspect; /* "negative advice" (3.8.3): ask for it anew, even where it is known */
	struct rte_ether_addr next_hop; /* learnt from the frames of the peer ("auto last hop") */
};

_Static_assert(sizeof(struct path) <= 48, "a path is copied into every segment and TCB");

/* True when both name the same 4-tuple. */
static inline bool
path_equal(const struct path *a, const struct path *b)
{
	return a->family == b->family && a->local_port == b->local_port &&
			a->remote_port == b->remote_port &&
			memcmp(&a->local, &b->local, 2 * sizeof(a->local)) == 0;
}

/* The address as the public API shows it. */
static inline void
path_address_export(const union ip_address *ip, uint8_t family, struct estab_address *address)
{
	address->family = family;
	memcpy(address->bytes, ip->bytes, sizeof(address->bytes));
}

/* The address as the rooms use it; the caller has checked the family. */
static inline void
path_address_import(const struct estab_address *address, union ip_address *ip)
{
	memset(ip, 0, sizeof(*ip));
	memcpy(ip->bytes, address->bytes, address->family == ESTAB_FAMILY_IPV4 ? 4 : 16);
}

#endif
