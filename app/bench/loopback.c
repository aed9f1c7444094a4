/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two Ethernet devices joined by two rings: a wire without a NIC. Each ring has one lcore at either
 * end, so it needs no lock; a packet is handed over by pointer, whatever its form.
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

static int
create_rings(struct bench *bench)
{
	const unsigned int size = ring_size(bench->options);

	for (unsigned int i = 0; i < PARTIES_MAX; i++) {
		char name[RTE_RING_NAMESIZE];

		snprintf(name, sizeof(name), "to_%s", bench->parties[i].name);
		eal_hush(true);
		bench->rings[i] = rte_ring_create(name, size, (int)rte_socket_id(),
				RING_F_SP_ENQ | RING_F_SC_DEQ);
		eal_hush(false);
		if (bench->rings[i] == NULL)
			return complain(EXIT_ENVIRONMENT,
					"no memory for a ring of %u packets (%s): give EAL more "
					"with -m",
					size, rte_strerror(rte_errno));
	}
	return -1;
}

int
loopback_create(struct bench *bench)
{
	int ret = create_rings(bench);

	for (unsigned int i = 0; ret < 0 && i < PARTIES_MAX; i++) {
		struct party *party = &bench->parties[i];
		struct rte_ring *receive = bench->rings[i];
		struct rte_ring *send = bench->rings[PARTIES_MAX - 1 - i];
		const int port = rte_eth_from_rings(party->name, &receive, 1, &send, 1,
				rte_socket_id());

		if (port < 0)
			return complain(EXIT_ENVIRONMENT,
					"no device from rings (%s): is DPDK's net_ring driver "
					"installed?",
					rte_strerror(rte_errno));
		ret = device_probe(&party->device, (uint16_t)port, &bench->options->device);
	}
	return ret;
}

void
loopback_flush(struct bench *bench)
{
	for (unsigned int i = 0; i < PARTIES_MAX; i++) {
		struct rte_mbuf *batch[FLUSH_BATCH];
		unsigned int n;

		if (bench->rings[i] == NULL)
			continue;
		while ((n = rte_ring_dequeue_burst(bench->rings[i], (void **)batch, FLUSH_BATCH,
					NULL)) > 0)
			rte_pktmbuf_free_bulk(batch, n);
	}
}

void
loopback_destroy(struct bench *bench)
{
	for (unsigned int i = 0; i < PARTIES_MAX; i++) {
		rte_ring_free(bench->rings[i]);
		bench->rings[i] = NULL;
	}
}
