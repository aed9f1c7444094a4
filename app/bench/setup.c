/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From options to ends: client stacks on the first device, or client and server stacks on two devices
 * made of rings. Limits follow from --connections, and must fit the memory that EAL has: 64 MB where it
 * was started with --no-huge and nothing else.
 */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

#include <estab/port.h>
#include <estab/stack.h>

#include "addresses.h"
#include "complain.h"
#include "eal.h"
#include "memory.h"
#include "places.h"
#include "pools.h"

enum setup_limits {
	CONNECTIONS_BASE = 1024, /* those that are closing, beside those in use */
	TROUBLED = 1024,         /* connections with a loss, or a hole, at once, at one end */
};

/* TCBs: one for each open connection, one for each that closes meanwhile. */
static uint32_t
connection_limit(const struct bench_options *options)
{
	return 2 * options->connections + CONNECTIONS_BASE;
}

static int
start_end(struct bench *bench, struct end *end, uint64_t left)
{
	const uint16_t stacks = end->map.count;
	const uint16_t queues = places_queues(&end->map, end->map.places[0].port);
	struct rte_mempool *pools[BENCH_LCORES_MAX];
	int ret;

	ret = pools_create(bench, end, left);
	if (ret >= 0)
		return ret;
	for (uint16_t i = 0; i < stacks; i++)
		pools[end->parties[i].stack_number] = end->parties[i].pool;
	end->device.tx_queues = device_tx_queues_wanted(&end->device, &bench->options->device,
			queues, stacks);
	ret = device_start(&end->device, queues, pools);
	if (ret >= 0)
		return ret;
	if (!bench->options->loopback)
		return spread_create(&end->spread, &end->device, stacks, pools[0]);
	spread_wire(&end->spread, &end->device, stacks);
	return -1;
}

/* The seed and who it is for: no two stacks may share a secret. */
static void
make_secret(uint8_t secret[16], uint64_t seed, unsigned int index)
{
	const uint64_t words[2] = { seed, index };

	memcpy(secret, words, sizeof(words));
}

static int
make_port(struct party *party, struct estab_port *port)
{
	if (spread_port(&party->end->spread, party->stack_number, port) != 0)
		return complain(EXIT_ENVIRONMENT, "%s: queue %u cannot be used",
				party->end->device.name, party->stack_number);
	party_meter(party, port);
	if (party->flood != NULL)
		flood_attach(party->flood, port);
	return -1;
}

static void
configure(const struct bench *bench, const struct party *party, struct estab_stack_config *config)
{
	const struct bench_options *options = &party->options;
	const struct end *end = party->end;
	const unsigned int end_number = (unsigned int)(end - bench->ends);

	estab_stack_config_init(config);
	stack_options_apply(&options->stack, config);
	if (end_number == END_CLIENT)
		addresses_of_client(options, &config->interface);
	else
		addresses_of_server(options, &config->interface);
	config->name = party->name;
	config->socket_id = (int)rte_socket_id();
	config->mbuf_pool = party->pool;
	config->interface.mtu = end->device.mtu;
	memcpy(config->interface.mac, end->device.mac, sizeof(config->interface.mac));
	config->limits.connections = connection_limit(options);
	config->limits.syn_records = connection_limit(options);
	config->limits.reassemblies = TROUBLED / end->map.count;
	config->limits.recoveries = TROUBLED / end->map.count;
	if (end->sharers > 1)
		config->limits.receive_memory_bytes = config->limits.send_memory_bytes =
				memory_of_text(party->pool, end->sharers);
	if (options->stack.keys.secret_file == NULL)
		make_secret(config->secret, bench->options->seed,
				ENDS_MAX * party->number + end_number);
}

static int
create_stack(struct bench *bench, struct party *party)
{
	struct estab_stack_config config;
	struct estab_port port;
	const char *why;
	const int ret = make_port(party, &port);

	if (ret >= 0)
		return ret;
	configure(bench, party, &config);
	config.port = &port;
	if (estab_stack_config_check(&config, &why) != 0)
		return complain(EXIT_USAGE, "%s", why);
	eal_hush(true);
	party->stack = estab_stack_create(&config);
	eal_hush(false);
	if (party->stack == NULL)
		return complain(EXIT_ENVIRONMENT,
				"no memory for a stack of %" PRIu32
				" connections (%s): lower --connections, or give EAL "
				"more with -m",
				config.limits.connections, rte_strerror(rte_errno));
	return -1;
}

/* Nobody who is really there is to be answered for what he never sent. */
static void
spare_ours(struct flood *flood, const struct estab_interface *interface)
{
	for (unsigned int i = 0; i < interface->address_count; i++)
		flood_spare(flood, &interface->addresses[i].address);
	flood_spare(flood, &interface->gateway_ipv4);
	flood_spare(flood, &interface->gateway_ipv6);
}

static void
create_flood(struct bench *bench, struct party *party)
{
	struct estab_interface interface = party->options.stack.interface;

	addresses_of_client(&party->options, &interface);
	party->flood = &bench->floods[party->number];
	flood_init(party->flood, &party->options, &bench->servers.servers[0], party->pool,
			party->end->device.mac);
	spare_ours(party->flood, &interface);
}

static int
create_client(struct bench *bench, struct party *party)
{
	struct client *client = &bench->clients[party->number];

	if (client_init(client, party->name, &party->options, &bench->servers) != 0)
		return complain(EXIT_ENVIRONMENT,
				"no memory for %" PRIu32
				" connections and what they send: lower --connections, or give EAL "
				"more with -m",
				party->options.connections);
	client->stack = party->stack;
	party->role = client;
	party->work = party->flood != NULL ? flood_work : client_work;
	party->count = party->flood != NULL ? flood_count : client_count;
	party->note = latencies_note;
	return -1;
}

static int
create_endpoint(struct bench *bench, struct party *party)
{
	struct endpoint *endpoint = &bench->endpoints[party->number];
	int ret = endpoint_init(endpoint, party->name, &party->options,
			connection_limit(&party->options));

	if (ret == 0)
		ret = endpoint_listen(endpoint, party->stack);
	if (ret != 0)
		return complain(EXIT_ENVIRONMENT, "the built-in server cannot listen: %s",
				strerror(-ret));
	party->role = endpoint;
	party->work = endpoint_work;
	party->count = endpoint_count;
	return -1;
}

static int
find_device(struct bench *bench)
{
	const uint64_t port = rte_eth_find_next_owned_by(0, RTE_ETH_DEV_NO_OWNER);

	if (port >= RTE_MAX_ETHPORTS)
		return device_complain_none(&bench->options->device, ", or use --loopback");
	return device_probe(&bench->ends[END_CLIENT].device, (uint16_t)port,
			&bench->options->device);
}

static int
start_ends(struct bench *bench)
{
	const uint64_t left = memory_left();
	int ret = -1;

	for (unsigned int i = 0; ret < 0 && i < bench->end_count; i++)
		ret = start_end(bench, &bench->ends[i], left);
	return ret;
}

static int
create_parties(struct bench *bench)
{
	const bool floods = bench->options->workload == WORKLOAD_FLOOD;
	int ret = -1;

	for (unsigned int i = 0; ret < 0 && i < bench->party_count; i++) {
		struct party *party = &bench->parties[i];
		const bool is_client = party->end == &bench->ends[END_CLIENT];

		if (is_client && floods)
			create_flood(bench, party);
		ret = create_stack(bench, party);
		if (ret < 0)
			ret = is_client ? create_client(bench, party)
					: create_endpoint(bench, party);
	}
	return ret;
}

int
bench_create(struct bench *bench, const struct bench_options *options)
{
	int ret;

	*bench = (struct bench){ .options = options, .servers = addresses_servers(options) };
	capture_init(&bench->capture, &options->capture, prompt_is_wanted(&options->prompt));
	clock_init(&bench->clock);
	bench->end_count = options->loopback ? ENDS_MAX : 1;
	bench->ends[END_CLIENT].name = "client";
	bench->ends[END_SERVER].name = "server";
	ret = options->loopback ? -1 : find_device(bench);
	if (ret < 0)
		ret = bench_allot(bench);
	if (ret < 0 && options->loopback)
		ret = loopback_create(bench);
	if (ret < 0)
		ret = capture_reserve(&bench->capture);
	if (ret < 0 && capture_is_possible(&bench->capture))
		bench->ends[END_CLIENT].device.capture = &bench->capture;
	if (ret < 0)
		ret = start_ends(bench);
	if (ret < 0)
		ret = create_parties(bench);
	return ret < 0 ? capture_begin(&bench->capture) : ret;
}

static void
destroy_roles(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++)
		bench->mbufs_leaked += client_fini(&bench->clients[i]);
	for (unsigned int i = 0; i < bench->ends[END_SERVER].map.count; i++)
		bench->mbufs_leaked += endpoint_fini(&bench->endpoints[i]);
}

/* Stacks before what spreads packets over them, then devices, then pools: each refers to the next. */
void
bench_destroy(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->party_count; i++) {
		if (bench->parties[i].stack != NULL)
			estab_stack_destroy(bench->parties[i].stack);
		bench->parties[i].stack = NULL;
	}
	for (unsigned int i = 0; i < bench->end_count; i++) {
		spread_destroy(&bench->ends[i].spread);
		if (bench->ends[i].device.name[0] != '\0')
			device_stop(&bench->ends[i].device);
	}
	capture_destroy(&bench->capture);
	for (unsigned int i = 0; i < bench->party_count; i++)
		if (bench->parties[i].flood != NULL)
			flood_fini(bench->parties[i].flood);
	loopback_flush(bench);
	pools_destroy(bench);
	loopback_destroy(bench);
	if (bench->party_count > 0)
		destroy_roles(bench);
}

void
bench_forget(struct bench *bench)
{
	free(bench->parties);
	free(bench->clients);
	free(bench->floods);
	free(bench->endpoints);
}
