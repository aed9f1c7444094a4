/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The net room: bytes <-> structs. Ethernet with an optional VLAN tag, ARP, IPv4, IPv6, neighbour
 * discovery, ICMP and ICMPv6 echo, the TCP header with its options, checksums.
 *
 * It knows packets, not connections. It answers by itself what concerns the link and the host
 * (ARP, ND, echo) and resolves next hops; it never looks at TCP state.
 */
#ifndef LIB_NET_NET_H
#define LIB_NET_NET_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/address.h>
#include <estab/stack.h>
#include <estab/stats.h>

#include "burst.h"
#include "net/checksum_lanes.h"
#include "net/lend.h"
#include "net/neighbour.h"
#include "path.h"

/* A local address with what is on-link there. */
struct net_address {
	union ip_address ip;
	uint8_t family;
	uint8_t prefix_length;
	bool whole; /* all hosts of the prefix are us */
};

/* An IPv4 prefix all of whose hosts are us. */
struct usual_range {
	rte_be32_t prefix, mask;
};

/*
 * What usual packets are compared with and begun with, as it lies in their headers: usual_parse.h and
 * usual_write.h. Set up once; a room that requires a tag has no usual packets.
 */
struct usual {
	uint64_t forms[3];      /* the first 24 bytes of a frame that is for us ... */
	uint64_t form_masks[3]; /* ... where they are always the same */
	uint64_t rx_flags;      /* of mbufs: the port vouches for checksums, and strips no tag */
	uint64_t rx_flags_mask; /* as far as it is asked to */
	uint64_t tx_flags;      /* of mbufs: what the port is to fill in */
	uint64_t rearm;         /* of mbufs: where data begin, how many there are, no port */
	uint32_t rx_sums,
			tx_sums; /* set of enum estab_port_offload: the checks that the port was not asked for */
	uint16_t local_count;  /* IPv4 addresses of ours */
	uint16_t barred_count; /* and those that nobody else may have: ours, and broadcasts */
	uint16_t range_count;
	bool writes;      /* false: no packet sent is usual */
	struct path path; /* what is the same in all received ones */
	uint8_t source_and_type[RTE_ETHER_ADDR_LEN + 2];
	rte_be32_t locals[ESTAB_ADDRESSES_MAX];
	rte_be32_t barred[3 * ESTAB_ADDRESSES_MAX];
	struct usual_range ranges[ESTAB_ADDRESSES_MAX];
};

struct net {
	struct usual usual;
	struct rte_mempool *mbuf_pool;
	struct estab_stats *stats; /* the stack's */
	struct rte_ether_addr mac;
	rte_be16_t vlan_be; /* tag to send and to require; 0: untagged */
	uint16_t mtu;
	uint8_t hop_limit;    /* of what we send */
	uint8_t option_order; /* enum estab_option_order */
	uint16_t pieces_max;  /* mbufs of text in a packet, headers lying in one of their own */
	uint32_t offloads;    /* set of enum estab_port_offload */
	checksum_lanes_fn sum_lanes;
	uint16_t address_count;
	struct net_address addresses[ESTAB_ADDRESSES_MAX];
	union ip_address gateway_ipv4, gateway_ipv6;
	bool has_gateway_ipv4, has_gateway_ipv6;
	struct loan loan; /* while net_build runs */
	struct neighbour_table neighbours;
};

/* Set up from a checked configuration. @return 0 or -ENOMEM */
int net_init(struct net *net, const struct estab_stack_config *config, struct estab_stats *stats);

/* Free the neighbour table and the packets waiting in it. */
void net_fini(struct net *net);

/*
 * Turn rx[] into arrived[]: each packet becomes a segment, is answered into tx[], or is dropped.
 * All of rx[] is consumed and counted but for segments, whose fate the tcp room decides.
 * A segment's mbuf chain holds its text and nothing else; an mbuf with headers only is freed. Where
 * there is no text the mbuf is empty, and a chain may hold empty mbufs where the port made them.
 */
void net_parse(struct net *net, struct burst *burst, uint64_t now_ns);

/* Ask again for next hops that did not answer, forget old entries; requests go to tx[]. */
void net_timeouts(struct net *net, struct burst *burst, uint64_t now_ns);

/* When net_timeouts is needed next; UINT64_MAX: never. */
uint64_t net_deadline(const struct net *net);

/*
 * Turn out[] into packets in tx[]; text is copied or cloned, never moved. Empties out[] and
 * spent[].
 */
void net_build(struct net *net, struct burst *burst, uint64_t now_ns);

/* True when the address is one of ours. */
bool net_is_local(const struct net *net, const union ip_address *ip, uint8_t family);

/*
 * Our source address towards a remote one: an address whose prefix holds it, else the first of the
 * family (RFC 9293 MUST-44). @return 0, or -EADDRNOTAVAIL where we have none of that family
 */
int net_source_address(const struct net *net, const union ip_address *remote, uint8_t family,
		union ip_address *local);

/* True where there is a next hop towards a remote address: it is on-link, or there is a gateway. */
bool net_has_route(const struct net *net, const union ip_address *remote, uint8_t family);

/* True for addresses that no connection may have at its other end: MUST-46, MUST-63. */
bool net_is_unusable_peer(const struct net *net, const union ip_address *ip, uint8_t family);

#endif
