/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An early, smaller copy of the long way through the headers (ethernet.c, ipv4.c, tcp_header.c), for
 * the packets that nearly all are, in (usual_parse.h) and out (usual_write.h): untagged Ethernet, IPv4
 * without options, TCP. Every check stands there again, and whatever does not pass goes the long way to
 * find its name. test/unit/net/usual_test.c compares the two.
 */
#ifndef LIB_NET_USUAL_H
#define LIB_NET_USUAL_H

#include <stdbool.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "net/net.h"

struct usual_headers {
	struct rte_ether_hdr ether;
	struct rte_ipv4_hdr ipv4;
	struct rte_tcp_hdr tcp;
};

_Static_assert(sizeof(struct usual_headers) == 14 + 20 + 20, "as they lie in a packet");

/* Fill in net->usual from what is configured. */
void usual_init(struct net *net);

/* Are the checksums right that are to be checked here, over `length` bytes of TCP? */
bool usual_add_up(const struct net *net, const struct rte_mbuf *mbuf, const struct usual_headers *h,
		uint32_t length);

/* Write the checksums that the port is not asked for; TCP's word has the pseudo-header's sum. */
void usual_add(const struct net *net, struct usual_headers *h, uint32_t length);

/* Words of a packet, which lie anywhere. */
static inline uint64_t
usual_load_64(const void *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline uint32_t
usual_load_32(const void *at)
{
	uint32_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline void
usual_store_64(void *at, uint64_t word)
{
	memcpy(at, &word, sizeof(word));
}

#endif
