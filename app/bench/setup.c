/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From options to parties: a client stack on the first device, or a client and a server stack on
 * two devices made of rings. Limits follow from --connections, and must fit the memory that EAL
 * has: 64 MB where it was started with --no-huge and nothing else.
 */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

#include <estab/port.h>
#include <estab/stack.h>

#include "complain.h"
#include "eal.h"
#include "memory.h"
#include "secret.h"

enum setup_limits {
	MBUFS_BASE = 3072,        /* bursts, rings and caches */
	MBUFS_PER_CONNECTION = 4, /* and as many more as its text needs */
	TEXT_PER_MBUF = 1024,
	CONNECTIONS_BASE = 1024, /* those that are closing, beside those in use */
	PREFIX_IPV4 = 15,        /* RFC 2544: 198.18.0.0/15 is for benchmarks */
	PREFIX_IPV6 = 48,        /* RFC 5180: 2001:2::/48 */
};

/* TCBs: one for each open connection, one for each that closes meanwhile. */
static uint32_t
connection_limit(const struct bench_options *options)
{
	return 2 * options->connections + CONNECTIONS_BASE;
}

/* Of a stream a whole send buffer can be, with an mbuf for headers beside each for text. */
static uint64_t
text_on_its_way(const struct bench_options *options)
{
	if (options->workload == WORKLOAD_STREAM)
		return 2 * ((uint64_t)bench_send_buffer(options) + options->message_size);
	return (uint64_t)options->request_size + options->response_size;
}

static uint32_t
mbufs_wanted(const struct bench_options *options)
{
	const uint64_t text = text_on_its_way(options);
	const uint64_t per_connection = MBUFS_PER_CONNECTION + text / TEXT_PER_MBUF;
	const uint64_t wanted = MBUFS_BASE + per_connection * options->connections;

	return (uint32_t)RTE_MIN(wanted, (uint64_t)INT32_MAX);
}

/* What was asked for; else what the load wants, as far as two thirds of the memory reach. */
static uint32_t
choose_mbufs(const struct bench *bench, uint16_t data_room)
{
	const struct bench_options *options = bench->options;
	const uint64_t left = memory_left();
	uint64_t mbufs = mbufs_wanted(options);

	if (options->stack.mbufs != 0)
		mbufs = options->stack.mbufs / bench->party_count;
	else if (left != UINT64_MAX)
		mbufs = RTE_MIN(mbufs,
				left / 3 * 2 / bench->party_count / memory_of_mbuf(data_room));
	return (uint32_t)mbufs;
}

static int
start_device(struct party *party, const struct bench_options *options, uint32_t mbufs)
{
	const uint32_t cache = RTE_MIN(options->device.mbcache, mbufs / 2);
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "mbufs_%s", party->name);
	party->pool = memory_mbuf_pool(name, mbufs, cache, party->device.data_room,
			(int)rte_socket_id(), "total-num-mbufs");
	if (party->pool == NULL)
		return EXIT_ENVIRONMENT;
	return device_start(&party->device, 1, &party->pool);
}

/* 198.18.0.<host> or 2001:2::<host> */
static struct estab_address
loopback_address(bool ipv6, uint8_t host)
{
	struct estab_address address;

	if (ipv6)
		address = (struct estab_address){ ESTAB_FAMILY_IPV6, { 0x20, 0x01, 0x00, 0x02 } };
	else
		address = (struct estab_address){ ESTAB_FAMILY_IPV4, { 198, 18 } };
	address.bytes[ipv6 ? 15 : 3] = host;
	return address;
}

static void
set_loopback_address(struct estab_interface *interface, bool ipv6, unsigned int index)
{
	interface->addresses[0].address = loopback_address(ipv6, (uint8_t)(index + 1));
	interface->addresses[0].prefix_length = ipv6 ? PREFIX_IPV6 : PREFIX_IPV4;
	interface->address_count = 1;
}

/* The seed and who it is for: the two stacks must not share a secret. */
static void
make_secret(uint8_t secret[16], uint64_t seed, unsigned int index)
{
	const uint64_t words[2] = { seed, index };

	memcpy(secret, words, sizeof(words));
}

static int
create_stack(struct bench *bench, unsigned int index)
{
	const struct bench_options *options = bench->options;
	struct party *party = &bench->parties[index];
	struct estab_stack_config config;
	struct estab_port port;
	const char *why;

	if (device_port(&party->device, 0, &port) != 0)
		return complain(EXIT_ENVIRONMENT, "%s: its queue cannot be used",
				party->device.name);
	party_meter(party, &port);
	if (party->flood != NULL)
		flood_attach(party->flood, &port);
	estab_stack_config_init(&config);
	stack_options_apply(&options->stack, &config);
	if (options->loopback)
		set_loopback_address(&config.interface, options->ipv6, index);
	config.name = party->name;
	config.socket_id = (int)rte_socket_id();
	config.mbuf_pool = party->pool;
	config.port = &port;
	config.interface.mtu = party->device.mtu;
	memcpy(config.interface.mac, party->device.mac, sizeof(config.interface.mac));
	config.limits.connections = connection_limit(options);
	config.limits.syn_records = connection_limit(options);
	make_secret(config.secret, options->seed, index);
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

static struct estab_endpoint
server_of(const struct bench_options *options)
{
	if (!options->loopback)
		return options->server;
	return (struct estab_endpoint){
		.address = loopback_address(options->ipv6, PARTY_SERVER + 1),
		.port = ENDPOINT_PORT_FIRST,
	};
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
create_flood(struct bench *bench)
{
	const struct bench_options *options = bench->options;
	struct estab_interface interface = options->stack.interface;
	const struct estab_endpoint server = server_of(options);

	if (options->loopback)
		set_loopback_address(&interface, options->ipv6, PARTY_CLIENT);
	flood_init(&bench->flood, options, &server, &bench->parties[PARTY_CLIENT]);
	spare_ours(&bench->flood, &interface);
}

static int
create_client(struct bench *bench)
{
	const struct bench_options *options = bench->options;
	const struct estab_endpoint server = server_of(options);

	if (client_init(&bench->client, options, &server) != 0)
		return complain(EXIT_ENVIRONMENT,
				"no memory for %" PRIu32
				" connections and what they send: lower --connections, or give EAL "
				"more with -m",
				options->connections);
	bench->client.stack = bench->parties[PARTY_CLIENT].stack;
	return -1;
}

static int
create_endpoint(struct bench *bench)
{
	const uint32_t connections = connection_limit(bench->options);
	int ret = endpoint_init(&bench->endpoint, bench->options, connections);

	if (ret == 0)
		ret = endpoint_listen(&bench->endpoint, bench->parties[PARTY_SERVER].stack);
	if (ret != 0)
		return complain(EXIT_ENVIRONMENT, "the built-in server cannot listen: %s",
				strerror(-ret));
	return -1;
}

static int
find_device(struct bench *bench)
{
	const uint64_t port = rte_eth_find_next_owned_by(0, RTE_ETH_DEV_NO_OWNER);

	if (port >= RTE_MAX_ETHPORTS)
		return device_complain_none(&bench->options->device, ", or use --loopback");
	return device_probe(&bench->parties[PARTY_CLIENT].device, (uint16_t)port,
			&bench->options->device);
}

static void
name_parties(struct bench *bench)
{
	bench->parties[PARTY_CLIENT].name = "client";
	bench->parties[PARTY_CLIENT].role = &bench->client;
	bench->parties[PARTY_CLIENT].work = client_work;
	bench->parties[PARTY_CLIENT].count = client_count;
	bench->parties[PARTY_SERVER].name = "server";
	bench->parties[PARTY_SERVER].role = &bench->endpoint;
	bench->parties[PARTY_SERVER].work = endpoint_work;
	bench->parties[PARTY_SERVER].count = endpoint_count;
	bench->party_count = bench->options->loopback ? 2 : 1;
	if (bench->options->workload != WORKLOAD_FLOOD)
		return;
	bench->parties[PARTY_CLIENT].flood = &bench->flood;
	bench->parties[PARTY_CLIENT].work = flood_work;
	bench->parties[PARTY_CLIENT].count = flood_count;
}

/*
 * Workers first, so that the main lcore has time to report; with two lcores the server shares one
 * with the report, and what is measured, the client, has the other for itself.
 */
static void
allot_lcores(struct bench *bench)
{
	unsigned int lcore, ids[PARTIES_MAX], count = 0;

	RTE_LCORE_FOREACH_WORKER(lcore) {
		if (count < bench->party_count)
			ids[count++] = lcore;
	}
	if (count < bench->party_count)
		ids[count++] = rte_get_main_lcore();
	for (unsigned int i = 0; i < count; i++)
		bench->lcores[i] = (struct bench_lcore){ .bench = bench, .id = ids[i] };
	bench->lcore_count = count;
	for (unsigned int i = 0; i < bench->party_count; i++) {
		struct bench_lcore *place = &bench->lcores[i % count];

		place->parties[place->party_count++] = &bench->parties[i];
	}
}

static int
start_parties(struct bench *bench)
{
	const uint32_t mbufs = choose_mbufs(bench, bench->parties[PARTY_CLIENT].device.data_room);
	int ret = -1;

	for (unsigned int i = 0; ret < 0 && i < bench->party_count; i++)
		ret = start_device(&bench->parties[i], bench->options, mbufs);
	if (ret < 0 && bench->parties[PARTY_CLIENT].flood != NULL)
		create_flood(bench);
	for (unsigned int i = 0; ret < 0 && i < bench->party_count; i++)
		ret = create_stack(bench, i);
	return ret;
}

int
bench_create(struct bench *bench, const struct bench_options *options)
{
	int ret;

	*bench = (struct bench){ .options = options };
	clock_init(&bench->clock);
	name_parties(bench);
	allot_lcores(bench);
	ret = options->loopback ? loopback_create(bench) : find_device(bench);
	if (ret < 0)
		ret = start_parties(bench);
	if (ret < 0)
		ret = create_client(bench);
	if (ret < 0 && options->loopback)
		ret = create_endpoint(bench);
	return ret;
}

/* The stack is gone and the device is closed: nobody has an mbuf of the pool any more. */
static void
count_missing(struct bench *bench, const struct party *party)
{
	const uint32_t missing = rte_mempool_in_use_count(party->pool);
	const uint32_t kept =
			party->device.name[0] != '\0' ? device_kept(&party->device, missing) : 0;

	bench->mbufs_kept += kept;
	bench->mbufs_leaked += missing - kept;
}

/* Stacks before devices before pools: each refers to the next. */
void
bench_destroy(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->party_count; i++) {
		if (bench->parties[i].stack != NULL)
			estab_stack_destroy(bench->parties[i].stack);
		bench->parties[i].stack = NULL;
	}
	for (unsigned int i = 0; i < bench->party_count; i++) {
		if (bench->parties[i].device.name[0] != '\0')
			device_stop(&bench->parties[i].device);
	}
	flood_fini(&bench->flood);
	loopback_flush(bench);
	for (unsigned int i = 0; i < bench->party_count; i++) {
		if (bench->parties[i].pool != NULL)
			count_missing(bench, &bench->parties[i]);
		rte_mempool_free(bench->parties[i].pool);
		bench->parties[i].pool = NULL;
	}
	loopback_destroy(bench);
	bench->mbufs_leaked += client_fini(&bench->client);
	bench->mbufs_leaked += endpoint_fini(&bench->endpoint);
}
