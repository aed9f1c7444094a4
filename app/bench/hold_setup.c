/* SPDX-License-Identifier: BSD-3-Clause */
/* From options to a stack with its wire and its peers, and back. */
#include "hold.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

#include <estab/listen.h>
#include <estab/port.h>
#include <estab/stack.h>

#include "bench_options.h"
#include "complain.h"
#include "eal.h"
#include "memory.h"

enum setup_limits {
	MBUFS = 4096 + 8 * HOLD_FLIGHT,
	MBUF_CACHE = 512,
	HEADERS = 128,  /* of a packet, at most */
	ROOM_MIN = 384, /* as the library wants it */
	RECORDS = 2 * HOLD_FLIGHT,
};

/* As a NIC: what it does is not what is measured. */
#define NIC_OFFLOADS                                                                               \
	(ESTAB_PORT_RX_IPV4_CHECKSUM | ESTAB_PORT_RX_TCP_CHECKSUM | ESTAB_PORT_TX_IPV4_CHECKSUM |  \
			ESTAB_PORT_TX_TCP_CHECKSUM | ESTAB_PORT_TX_MULTI_SEGMENT)

static uint16_t
wire_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct hold *hold = context;
	uint16_t i = 0;

	while (i < n && (packets[i] = packet_queue_take(&hold->to)) != NULL)
		i++;
	return i;
}

static uint16_t
wire_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct hold *hold = context;
	uint16_t i = 0;

	while (i < n && packet_queue_put(&hold->from, packets[i]))
		i++;
	hold->heard += i;
	return i;
}

static uint16_t
data_room(const struct bench_options *options)
{
	return (uint16_t)(RTE_PKTMBUF_HEADROOM +
			RTE_MAX((uint32_t)ROOM_MIN, options->request_size + HEADERS));
}

/* Each draws from numbers of its own. */
static uint64_t
seed_of(const struct hold *hold)
{
	return hold->options->seed + hold->number;
}

static int
socket_of(const struct hold *hold)
{
	return (int)rte_lcore_to_socket_id(hold->lcore);
}

static void
configure(const struct hold *hold, const char *name, struct estab_stack_config *config)
{
	const uint64_t seed = seed_of(hold);
	const struct estab_local_address address = {
		.address = { ESTAB_FAMILY_IPV4, { 198, 18, 0, 1 } },
		.prefix_length = 15,
	};

	estab_stack_config_init(config);
	stack_options_apply(&hold->options->stack, config);
	config->name = name;
	config->socket_id = socket_of(hold);
	config->mbuf_pool = hold->pool;
	config->burst = hold->burst;
	config->interface.addresses[0] = address;
	config->interface.address_count = 1;
	memcpy(config->interface.mac, &peer_stack_mac, sizeof(config->interface.mac));
	memcpy(config->secret, &seed, sizeof(seed));
	config->limits.connections = hold->connections;
	config->limits.syn_records = RECORDS;
	config->limits.time_waits = RECORDS;
}

static int
create_stack(struct hold *hold, const char *name)
{
	const struct estab_port port = {
		.context = hold,
		.rx_burst = wire_rx_burst,
		.tx_burst = wire_tx_burst,
		.offloads = NIC_OFFLOADS,
	};
	const struct estab_listen_config listen = {
		.local.port = PEER_PORT,
		.backlog = RECORDS,
	};
	struct estab_stack_config config;
	const char *why;

	configure(hold, name, &config);
	config.port = &port;
	if (estab_stack_config_check(&config, &why) != 0)
		return complain(EXIT_USAGE, "%s", why);
	eal_hush(true);
	hold->stack = estab_stack_create(&config);
	eal_hush(false);
	if (hold->stack == NULL || estab_listen(hold->stack, &listen, &hold->listener) != 0)
		return complain(EXIT_ENVIRONMENT,
				"no memory for %" PRIu32
				" connections (%s): lower --connections, or give EAL more with -m",
				hold->connections, rte_strerror(rte_errno));
	return -1;
}

static int
create_pool(struct hold *hold, const char *name)
{
	hold->pool = memory_mbuf_pool(name, MBUFS, MBUF_CACHE, data_room(hold->options),
			socket_of(hold), "request-size");
	hold->peer.pool = hold->pool;
	return hold->pool == NULL ? EXIT_ENVIRONMENT : -1;
}

int
hold_create(struct hold *hold, const struct bench_options *options, uint32_t address)
{
	char name[sizeof("hold") + 10];
	int ret;

	hold->options = options;
	hold->burst = options->stack.burst != 0 ? (uint16_t)options->stack.burst : 64;
	hold->pass_left = hold->connections;
	hold->peer.address = address;
	histogram_init(&hold->response_ns);
	if (!hold_judge_init(&hold->judge, hold->connections, options->request_size, seed_of(hold)))
		return complain(EXIT_ENVIRONMENT, "no memory for a bit of each connection");
	snprintf(name, sizeof(name), "hold%u", hold->number);
	ret = create_pool(hold, name);
	return ret < 0 ? create_stack(hold, name) : ret;
}

static void
free_queue(struct packet_queue *queue)
{
	struct rte_mbuf *packet;

	while ((packet = packet_queue_take(queue)) != NULL)
		rte_pktmbuf_free(packet);
}

void
hold_destroy(struct hold *hold)
{
	estab_stack_destroy(hold->stack);
	hold->stack = NULL;
	free_queue(&hold->to);
	free_queue(&hold->from);
	peer_free_spare(&hold->peer);
	if (hold->pool != NULL)
		hold->mbufs_leaked = rte_mempool_in_use_count(hold->pool);
	rte_mempool_free(hold->pool);
	hold->pool = NULL;
	hold_judge_fini(&hold->judge);
}
