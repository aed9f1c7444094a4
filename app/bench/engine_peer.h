/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Peers of a stack in memory: packets as Linux would send them, written by number. Peer i has an
 * address, from the first one on, and a port that follow from i; what it knows of its connection is in the
 * packet that it answers, or in two words where the connection stands.
 */
#ifndef APP_BENCH_ENGINE_PEER_H
#define APP_BENCH_ENGINE_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

enum peer_limits {
	PEER_PORT = 80,        /* that the stack listens on */
	PEER_SPARE_MAX = 1024, /* less than the pool: the stack needs some */
	PEER_PORTS = 60000,    /* in use at each of the 65536 addresses */
};

#define PEER_ADDRESS   RTE_IPV4(198U, 19, 0, 0) /* where nothing else is said */
#define PEER_COUNT_MAX (UINT32_C(65536) * PEER_PORTS)

/* Where the two ends of one standing connection are. */
struct peer_conn {
	uint32_t seq; /* the peer's SND.NXT */
	uint32_t ack; /* the peer's RCV.NXT */
	uint32_t ts;  /* last TSval heard */
};

struct peer {
	struct rte_mempool *pool;
	uint32_t address;        /* of the first peer */
	bool software_checksums; /* the packets carry right checksums; else the port vouches */
	uint32_t ts_val;
	uint64_t random;
	uint32_t next;           /* number of the next peer */
	struct peer_conn *conns; /* of standing connections, by number */
	uint32_t spare_count;
	struct rte_mbuf *spare[PEER_SPARE_MAX];
};

/* What a peer says. */
struct said {
	uint32_t peer;
	uint32_t seq, ack;
	uint32_t ts_ecr;
	uint16_t text_len;
	uint8_t flags; /* RTE_TCP_..._FLAG */
};

/* What it hears. */
struct heard {
	uint32_t peer;
	uint32_t seq, ack;
	uint32_t ts_val;
	uint16_t text_len;
	uint16_t text_at; /* of the packet */
	uint8_t flags;
};

extern const struct rte_ether_addr peer_mac, peer_stack_mac;

/* An mbuf to write into: one that came back, or a fresh one; NULL: the pool is empty. */
struct rte_mbuf *peer_mbuf(struct peer *peer);

/* Keep an mbuf for later, or free it. */
void peer_keep(struct peer *peer, struct rte_mbuf *mbuf);

/* Make the mbuf the packet that says this. The text is whatever lies there. */
void peer_write(const struct peer *peer, struct rte_mbuf *mbuf, const struct said *said);

/* Read a packet of the stack. @return false where it is no TCP packet to one of the peers */
bool peer_read(const struct peer *peer, struct rte_mbuf *mbuf, struct heard *heard);

void peer_free_spare(struct peer *peer);

static inline uint64_t
peer_random(struct peer *peer)
{
	peer->random ^= peer->random << 13;
	peer->random ^= peer->random >> 7;
	peer->random ^= peer->random << 17;
	return peer->random;
}

#endif
