/* SPDX-License-Identifier: BSD-3-Clause */
/* From options to a stack with its wire and its peers, and back. */
#include "hold.h"

#include <inttypes.h>
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
#include "host.h"
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

static void
configure(const struct hold *hold, struct estab_stack_config *config)
{
	const struct estab_local_address address = {
		.address = { ESTAB_FAMILY_IPV4, { 198, 18, 0, 1 } },
		.prefix_length = 15,
	};

	estab_stack_config_init(config);
	stack_options_apply(&hold->options->stack, config);
	config->name = "hold";
	config->socket_id = (int)rte_socket_id();
	config->mbuf_pool = hold->pool;
	config->burst = hold->burst;
	config->interface.addresses[0] = address;
	config->interface.address_count = 1;
	memcpy(config->interface.mac, &peer_stack_mac, sizeof(config->interface.mac));
	memcpy(config->secret, &hold->options->seed, sizeof(hold->options->seed));
	config->limits.connections = hold->connections;
	config->limits.syn_records = RECORDS;
	config->limits.time_waits = RECORDS;
}

static int
create_stack(struct hold *hold)
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

	configure(hold, &config);
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

static uint32_t
first_address(const struct estab_local_address *clients)
{
	const uint8_t *b = clients->address.bytes;
	const uint32_t address = RTE_IPV4((uint32_t)b[0], b[1], b[2], b[3]);

	return (address & ~(uint32_t)((UINT64_C(1) << (32 - clients->prefix_length)) - 1)) + 1;
}

int
hold_create(struct hold *hold, const struct bench_options *options)
{
	*hold = (struct hold){ .options = options,
		.connections = options->connections,
		.burst = options->stack.burst != 0 ? (uint16_t)options->stack.burst : 64,
		.pass_left = options->connections };
	clock_init(&hold->clock);
	histogram_init(&hold->response_ns);
	if (!hold_judge_init(&hold->judge, hold->connections, options->request_size, options->seed))
		return complain(EXIT_ENVIRONMENT, "no memory for a bit of each connection");
	hold->pool = memory_mbuf_pool("hold", MBUFS, MBUF_CACHE, data_room(options),
			(int)rte_socket_id(), "request-size");
	if (hold->pool == NULL)
		return EXIT_ENVIRONMENT;
	hold->peer.pool = hold->pool;
	hold->peer.address = first_address(&options->clients);
	hold->rss_before = host_rss();
	return create_stack(hold);
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
