/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who is on the link: from an IP address of either family to a MAC address, in a table of fixed
 * size. The table knows states and times; the packets that ask are arp.c's and nd.c's.
 *
 * Entries come to be by our own need to send, or by a request addressed to us where that costs no
 * entry in use: what strangers send cannot fill the table. An entry waits with one packet at most.
 *
 *	            neighbour_want                    confirmed
 *	(no entry) ----------------> INCOMPLETE --------------------> REACHABLE
 *	     ^                           | 3 requests                   |    ^
 *	     |                           v                   used after |    | confirmed
 *	     +---------------------------+------------------ 60 s       v    |
 *	     |                3 requests                              PROBING   (old MAC in use)
 *	     +-----------------------------------------------------------+
 */
#ifndef LIB_NET_NEIGHBOUR_H
#define LIB_NET_NEIGHBOUR_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>

#include "base/siphash.h"
#include "path.h"

struct rte_mbuf;

#define NEIGHBOUR_REQUEST_NS   UINT64_C(1000000000)  /* RFC 4861 10: RETRANS_TIMER */
#define NEIGHBOUR_REACHABLE_NS UINT64_C(60000000000) /* RFC 1122 2.3.2.1: about a minute */

enum { NEIGHBOUR_REQUESTS_MAX = 3 }; /* RFC 4861 10: MAX_MULTICAST_SOLICIT */

enum neighbour_state {
	NEIGHBOUR_FREE = 0,
	NEIGHBOUR_INCOMPLETE, /* asked, no MAC address yet */
	NEIGHBOUR_REACHABLE,  /* MAC address known */
	NEIGHBOUR_PROBING,    /* MAC address known for long, asked again */
};

struct neighbour {
	TAILQ_ENTRY(neighbour) by_use;   /* least recently used first, free ones before them */
	LIST_ENTRY(neighbour) in_bucket; /* while not free */
	union ip_address ip;
	uint8_t family;
	uint8_t state;    /* enum neighbour_state */
	uint8_t requests; /* sent since INCOMPLETE or PROBING */
	struct rte_ether_addr mac;
	struct rte_mbuf *waiting; /* a packet without target MAC address, or NULL */
	uint64_t confirmed_ns;    /* when the MAC address was last told */
	uint64_t request_ns;      /* when to ask again, while asking */
};

TAILQ_HEAD(neighbour_list, neighbour);
LIST_HEAD(neighbour_bucket, neighbour);

struct neighbour_table {
	struct neighbour *entries;
	struct neighbour_bucket *buckets;
	struct neighbour_list by_use;
	struct siphash_key key;
	uint32_t count;
	uint32_t bucket_mask;
	uint64_t deadline_ns; /* no entry needs neighbour_due before; UINT64_MAX: none asks */
};

/* @return 0 or -ENOMEM */
int neighbour_table_init(struct neighbour_table *table, uint32_t count,
		const struct siphash_key *key, int socket_id);
void neighbour_table_fini(struct neighbour_table *table);

/* The entry, or NULL. */
struct neighbour *neighbour_find(const struct neighbour_table *table, const union ip_address *ip,
		uint8_t family);

/* Find or make the entry to send by, and mark it as used; evicts the least recently used one. */
struct neighbour *neighbour_want(struct neighbour_table *table, const union ip_address *ip,
		uint8_t family, struct rte_mbuf **evicted);

/* The entry is used: it is the last to be evicted. */
void neighbour_touch(struct neighbour_table *table, struct neighbour *neighbour);

/* Make an entry for one who asked for us, where a free or long unconfirmed one is to be had. */
struct neighbour *neighbour_offer(struct neighbour_table *table, const union ip_address *ip,
		uint8_t family, uint64_t now_ns, struct rte_mbuf **evicted);

/* The MAC address was told. @return the packet that waited for it, or NULL */
struct rte_mbuf *neighbour_confirm(struct neighbour *neighbour, const struct rte_ether_addr *mac,
		uint64_t now_ns);

/* Note that a request is being sent; the table will say when the next one is due. */
void neighbour_asked(struct neighbour_table *table, struct neighbour *neighbour, uint64_t now_ns);

/* Give the entry up. @return the packet that waited in it, or NULL */
struct rte_mbuf *neighbour_forget(struct neighbour_table *table, struct neighbour *neighbour);

/* True where the MAC address may be used. */
static inline bool
neighbour_has_mac(const struct neighbour *neighbour)
{
	return neighbour->state >= NEIGHBOUR_REACHABLE;
}

/* True where the MAC address was told too long ago to go unasked. */
static inline bool
neighbour_is_stale(const struct neighbour *neighbour, uint64_t now_ns)
{
	return neighbour->state == NEIGHBOUR_REACHABLE &&
			now_ns - neighbour->confirmed_ns >= NEIGHBOUR_REACHABLE_NS;
}

static inline bool
neighbour_is_asking(const struct neighbour *neighbour)
{
	return neighbour->state == NEIGHBOUR_INCOMPLETE || neighbour->state == NEIGHBOUR_PROBING;
}

#endif
