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

#include <netinet/in.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "net/checksum.h"
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

static inline uint16_t
usual_load_16(const void *at)
{
	uint16_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

static inline void
usual_store_64(void *at, uint64_t word)
{
	memcpy(at, &word, sizeof(word));
}

static inline void
usual_store_32(void *at, uint32_t word)
{
	memcpy(at, &word, sizeof(word));
}

static inline void
usual_store_16(void *at, uint16_t word)
{
	memcpy(at, &word, sizeof(word));
}

/* What the pseudo-header has beside the addresses. */
static inline uint64_t
usual_sum_pseudo_header(uint32_t length)
{
	return (uint64_t)rte_cpu_to_be_16((uint16_t)length) + RTE_BE16(IPPROTO_TCP);
}

#endif
