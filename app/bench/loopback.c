/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two Ethernet devices, of which each queue is joined to that of the other by two rings: wires without
 * a NIC. A ring has one lcore at either end, so it needs no lock; a packet is handed over by pointer,
 * whatever its form. A connection stays on the wire on which its SYN went.
 */
#include "bench.h"

#include <stdio.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "complain.h"
#include "eal.h"

enum {
	RING_MIN = 1024,
	RING_MAX = 32768,
	RING_PER_CONNECTION = 4, /* packets of one connection that may be on the wire at once */
	FLUSH_BATCH = 64,
};

/* Whatever the room, a flood fills it: what waits there makes others wait. */
static unsigned int
ring_size(const struct bench_options *options)
{
	const uint32_t connections = options->workload == WORKLOAD_FLOOD ? 0 : options->connections;
	const uint32_t wanted = RTE_MIN(connections, (uint32_t)RING_MAX) * RING_PER_CONNECTION;

	return rte_align32pow2(RTE_MAX(RTE_MIN(wanted, (uint32_t)RING_MAX), (uint32_t)RING_MIN));
}

static struct rte_ring *
create_ring(const struct party *party)
{
	const unsigned int size = ring_size(&party->options);
	char name[RTE_RING_NAMESIZE];
	struct rte_ring *ring;

	snprintf(name, sizeof(name), "to_%s", party->name);
	eal_hush(true);
	ring = rte_ring_create(name, size, (int)rte_socket_id(), RING_F_SP_ENQ | RING_F_SC_DEQ);
	eal_hush(false);
	if (ring == NULL)
		complain(EXIT_ENVIRONMENT,
				"no memory for a ring of %u packets (%s): give EAL more with -m",
				size, rte_strerror(rte_errno));
	return ring;
}

static int
create_rings(struct bench *bench)
{
	for (unsigned int i = 0; i < ENDS_MAX; i++) {
		for (uint16_t q = 0; q < bench->ends[i].map.count; q++) {
			bench->rings[i][q] = create_ring(&bench->ends[i].parties[q]);
			if (bench->rings[i][q] == NULL)
				return EXIT_ENVIRONMENT;
		}
	}
	return -1;
}

int
loopback_create(struct bench *bench)
{
	int ret = create_rings(bench);

	for (unsigned int i = 0; ret < 0 && i < ENDS_MAX; i++) {
		struct end *end = &bench->ends[i];
		const int port = rte_eth_from_rings(end->name, bench->rings[i], end->map.count,
				bench->rings[ENDS_MAX - 1 - i], end->map.count, rte_socket_id());

		if (port < 0)
			return complain(EXIT_ENVIRONMENT,
					"no device from rings (%s): is DPDK's net_ring driver "
					"installed?",
					rte_strerror(rte_errno));
		ret = device_probe(&end->device, (uint16_t)port, &bench->options->device);
	}
	return ret;
}

bool
loopback_is_empty(const struct bench *bench)
{
	for (unsigned int i = 0; i < bench->end_count; i++) {
		for (uint16_t q = 0; q < bench->ends[i].map.count; q++)
			if (bench->rings[i][q] != NULL && !rte_ring_empty(bench->rings[i][q]))
				return false;
	}
	return true;
}

static void
flush_ring(struct rte_ring *ring)
{
	struct rte_mbuf *batch[FLUSH_BATCH];
	unsigned int n;

	while ((n = rte_ring_dequeue_burst(ring, (void **)batch, FLUSH_BATCH, NULL)) > 0)
		rte_pktmbuf_free_bulk(batch, n);
}

void
loopback_flush(struct bench *bench)
{
	for (unsigned int i = 0; i < ENDS_MAX; i++) {
		for (unsigned int q = 0; q < LOOPBACK_PAIRS_MAX; q++)
			if (bench->rings[i][q] != NULL)
				flush_ring(bench->rings[i][q]);
	}
}

void
loopback_destroy(struct bench *bench)
{
	for (unsigned int i = 0; i < ENDS_MAX; i++) {
		for (unsigned int q = 0; q < LOOPBACK_PAIRS_MAX; q++) {
			rte_ring_free(bench->rings[i][q]);
			bench->rings[i][q] = NULL;
		}
	}
}
