/* SPDX-License-Identifier: BSD-3-Clause */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_mempool.h>

#include "malloc_mempool.h"

int
desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	assert_int_equal(kit_setup(state), 0);
	desk->kit = *state;
	desk->small = desk->kit->pool;
	desk->kit->pool = malloc_mempool_create("desk", 1024, 512 + RTE_PKTMBUF_HEADROOM);
	assert_non_null(desk->kit->pool);
	for (unsigned int i = 0; i < DESK_STACKS; i++)
		memory_port_init(&desk->queues[i]);
	desk->given[0] = desk->queues[0].port;
	desk->config = (struct estab_dispatch_config){
		.socket_id = SOCKET_ID_ANY,
		.secret = { 1, 2, 3 },
		.port_count = DESK_STACKS,
		.queues = desk->given,
		.mbuf_pool = desk->kit->pool,
	};
	*state = desk;
	return 0;
}

int
desk_teardown(void **state)
{
	struct desk *desk = *state;
	void *kit = desk->kit;

	estab_dispatch_destroy(desk->dispatch);
	for (unsigned int i = 0; i < DESK_STACKS; i++)
		memory_port_fini(&desk->queues[i]);
	assert_int_equal(rte_mempool_in_use_count(desk->kit->pool), 0);
	malloc_mempool_destroy(desk->kit->pool);
	desk->kit->pool = desk->small;
	free(desk);
	return kit_teardown(&kit);
}

void
desk_open(struct desk *desk)
{
	desk->dispatch = estab_dispatch_create(&desk->config);
	assert_non_null(desk->dispatch);
	for (uint16_t i = 0; i < DESK_STACKS; i++)
		estab_dispatch_port(desk->dispatch, i, &desk->ports[i]);
}

struct frame
desk_segment(uint8_t family, uint16_t peer_port, uint32_t seq)
{
	struct frame frame = { .size = 0 };
	char tcp[64];

	snprintf(tcp, sizeof(tcp), "%04x 0050 %08x 00000000 50 10 1000 0000 0000", peer_port, seq);
	frame_add(&frame, family == ESTAB_FAMILY_IPV4 ? ETHER4 : ETHER6);
	frame_ip(&frame, family == ESTAB_FAMILY_IPV4 ? IP4("06") : IP6("06"));
	frame_l4(&frame, 6, tcp);
	frame_seal(&frame);
	return frame;
}

static struct estab_endpoint
endpoint(const char *text, uint16_t port)
{
	struct estab_endpoint end = { .port = port };

	assert_int_equal(estab_address_parse(text, &end.address), 0);
	return end;
}

struct estab_endpoint
desk_local(uint8_t family)
{
	return endpoint(family == ESTAB_FAMILY_IPV4 ? "192.0.2.1" : "2001:db8::1",
			DESK_SERVER_PORT);
}

struct estab_endpoint
desk_remote(uint8_t family, uint16_t peer_port)
{
	return endpoint(family == ESTAB_FAMILY_IPV4 ? "192.0.2.9" : "2001:db8::9", peer_port);
}

unsigned int
desk_owner(const struct desk *desk, uint8_t family, uint16_t peer_port)
{
	const struct estab_endpoint local = desk_local(family);
	const struct estab_endpoint remote = desk_remote(family, peer_port);
	unsigned int owner = 0, owners = 0;

	for (unsigned int i = 0; i < DESK_STACKS; i++) {
		if (!desk->ports[i].owns(desk->ports[i].context, &local, &remote))
			continue;
		owner = i;
		owners++;
	}
	assert_int_equal(owners, 1);
	return owner;
}

void
desk_put(struct desk *desk, unsigned int queue, const struct frame *frame)
{
	struct memory_queue *to = &desk->queues[queue].to;

	to->frames[to->put++ % MEMORY_QUEUE_SIZE] = kit_mbuf(desk->kit, frame);
}

void
desk_count(struct desk *desk, uint16_t n, unsigned int got[DESK_STACKS])
{
	struct rte_mbuf *packets[ESTAB_BURST_MAX];
	unsigned int idle = 0, i = 0;

	memset(got, 0, DESK_STACKS * sizeof(*got));
	for (; idle < 2 * DESK_STACKS; i = (i + 1) % DESK_STACKS) {
		const struct estab_port *port = &desk->ports[i];
		const uint16_t here = port->rx_burst(port->context, packets, n);

		assert_true(here <= n);
		rte_pktmbuf_free_bulk(packets, here);
		got[i] += here;
		idle = here > 0 || memory_queue_count(&desk->queues[0].to) > 0 ? 0 : idle + 1;
	}
}

struct estab_stats
desk_stats(const struct desk *desk)
{
	struct estab_stats stats = { 0 };

	for (unsigned int i = 0; i < DESK_STACKS; i++)
		desk->ports[i].count(desk->ports[i].context, &stats);
	return stats;
}

bool
desk_send(struct desk *desk, unsigned int stack, uint8_t byte)
{
	const struct estab_port *port = &desk->ports[stack];
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(desk->kit->pool);

	assert_non_null(mbuf);
	*(uint8_t *)rte_pktmbuf_append(mbuf, 1) = byte;
	if (port->tx_burst(port->context, &mbuf, 1) == 1)
		return true;
	rte_pktmbuf_free(mbuf);
	return false;
}

int
desk_sent(struct desk *desk, unsigned int queue)
{
	uint8_t byte;

	return memory_port_take(&desk->queues[queue], &byte, 1) == 1 ? byte : -1;
}
