/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port that does what a NIC with all TX offloads does: fills in checksums, cuts packets into segments
 * (TSO), as rte_mbuf's flags ask for it, and hands the result to another port.
 */
#ifndef TEST_SUPPORT_CUTTING_PORT_H
#define TEST_SUPPORT_CUTTING_PORT_H

#include <stdint.h>

#include <estab/port.h>

struct rte_mempool;

struct cutting_port {
	struct estab_port port; /* to be given to a stack; its context is this struct */
	struct estab_port inner;
	struct rte_mempool *pool;
	uint32_t packets;      /* that the stack handed over */
	uint32_t packets_cut;  /* of which so many were cut */
	uint32_t segments_max; /* that one of them became */
	uint32_t pieces_max;   /* mbufs that one consisted of */
};

/* Stand before another port; segments are made of mbufs from the pool. */
void cutting_port_init(struct cutting_port *port, const struct estab_port *inner,
		struct rte_mempool *pool);

#endif
