/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From options to running devices and stacks: find the devices, map their queues to lcores, divide
 * the memory among the queues, start. Whatever fails says so once and leaves the rest to
 * echo_destroy.
 */
#include "echo.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

#include <estab/stack.h>

#include "complain.h"
#include "cores.h"
#include "memory.h"
#include "places.h"
#include "secret.h"

enum setup_limits {
	MBUFS_DEFAULT = 16384, /* per queue, where memory is plenty */
	MBUFS_MIN = 512,       /* below this a queue's descriptors would eat them all */
	CONNECTIONS_DEFAULT = 16384,
	CONNECTIONS_PER_MB = 256,   /* TCB, hash entry and half-open record: below 4 KB each */
	CONNECTION_BYTES_MIN = 256, /* the TCB alone is larger */
};

static int
find_devices(struct echo *echo)
{
	const struct echo_options *options = echo->options;

	for (unsigned int id = 0; id < ECHO_DEVICES_MAX; id++) {
		const uint16_t port = (uint16_t)id;
		int ret;

		if (!rte_eth_dev_is_valid_port(port) || (options->portmask & (1u << port)) == 0)
			continue;
		ret = device_probe(&echo->devices[echo->device_count], port, &options->device);
		if (ret >= 0)
			return ret;
		if (capture_is_possible(&echo->capture))
			echo->devices[echo->device_count].capture = &echo->capture;
		echo->device_count++;
	}
	if (echo->device_count > 0)
		return -1;
	if (rte_eth_dev_count_avail() > 0)
		return complain(EXIT_USAGE, "--portmask 0x%x: none of the %u ports is in it",
				options->portmask, rte_eth_dev_count_avail());
	return device_complain_none(&options->device, "");
}

static int
map_queues(struct echo *echo)
{
	const struct echo_options *options = echo->options;
	uint16_t lcores[PARSE_QUEUES_MAX];
	const uint16_t lcore_count = places_lcores(lcores);

	if (options->config.count > 0) {
		echo->map = options->config;
		return places_check(&echo->map, options->portmask);
	}
	for (uint16_t i = 0; i < echo->device_count; i++) {
		const struct device *device = &echo->devices[i];

		if (options->device.rxq > device->queues_max)
			return complain(EXIT_USAGE, "--rxq %u: %s (%s) has %u at most",
					options->device.rxq, device->name, device->driver,
					device->queues_max);
		places_spread(&echo->map, device->id, device->queues_max, options->device.rxq,
				lcores, lcore_count);
	}
	return -1;
}

/*
 * How many stacks take their mbufs from one pool: all of the device, where the packets of one may come
 * from the queue of another; else one.
 */
static uint16_t
pool_sharers(const struct echo *echo, const struct device *device)
{
	const uint16_t stacks = places_stacks(&echo->map, device->id);

	return stacks > places_queues(&echo->map, device->id) || device->rss_types == 0 ? stacks
											: 1;
}

/* Refuse at once what cannot fit, before devices start and memory is cleared for it. */
static int
check_connections(const struct echo *echo)
{
	const uint64_t connections = (uint64_t)echo->options->connections * echo->map.count;
	const uint64_t left = memory_left();

	if (connections <= left / CONNECTION_BYTES_MIN)
		return -1;
	return complain(EXIT_ENVIRONMENT,
			"--connections %" PRIu32 ": no memory for so many; EAL has %" PRIu64
			" MB left, queues: %u. Lower it, or give EAL more with -m",
			echo->options->connections, left >> 20, echo->map.count);
}

/* Half of the memory that is left for packets, as far as there is need for so many. */
static uint32_t
choose_mbufs(const struct echo *echo, uint16_t data_room)
{
	const uint64_t left = memory_left();
	uint64_t mbufs = MBUFS_DEFAULT;

	if (echo->options->stack.mbufs != 0)
		mbufs = echo->options->stack.mbufs / echo->map.count;
	else if (left != UINT64_MAX)
		mbufs = RTE_MIN(mbufs, left / 2 / echo->map.count / memory_of_mbuf(data_room));
	return (uint32_t)RTE_MAX(mbufs, (uint64_t)MBUFS_MIN);
}

static struct rte_mempool *
create_pool(const struct echo *echo, const struct device *device, uint16_t queue, uint32_t mbufs)
{
	/* Of a pool that many share, most must not lie in their caches. */
	const uint32_t cache = RTE_MIN(echo->options->device.mbcache,
			mbufs / (2u + places_stacks(&echo->map, device->id)));
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "mbufs_%u_%u", device->id, queue);
	return memory_mbuf_pool(name, mbufs, cache, device->data_room,
			rte_eth_dev_socket_id(device->id), "total-num-mbufs");
}

/* A pool for each stack, or one for all of the device. pools: by queue */
static int
create_pools(struct echo *echo, const struct device *device, uint32_t mbufs,
		struct rte_mempool **pools)
{
	const uint16_t sharers = pool_sharers(echo, device);
	struct rte_mempool *pool = NULL;

	for (uint16_t i = 0; i < echo->map.count; i++) {
		struct echo_place *place = &echo->places[i];

		if (place->where.port != device->id)
			continue;
		place->has_pool = pool == NULL || sharers == 1;
		if (place->has_pool)
			pool = create_pool(echo, device, place->where.queue, sharers * mbufs);
		if (pool == NULL)
			return EXIT_ENVIRONMENT;
		place->pool = pool;
		if (places_receives(&echo->map, i))
			pools[place->where.queue] = pool;
	}
	return -1;
}

static struct rte_mempool *
pool_of(const struct echo *echo, const struct device *device)
{
	for (uint16_t i = 0; i < echo->map.count; i++)
		if (echo->map.places[i].port == device->id)
			return echo->places[i].pool;
	return NULL;
}

static int
start_device(struct echo *echo, uint16_t index, uint32_t mbufs)
{
	struct rte_mempool *pools[PARSE_QUEUES_MAX] = { NULL };
	struct device *device = &echo->devices[index];
	const uint16_t stacks = places_stacks(&echo->map, device->id);
	const uint16_t queues = places_queues(&echo->map, device->id);
	int ret = create_pools(echo, device, mbufs, pools);

	device->tx_queues = device_tx_queues_wanted(device, &echo->options->device, queues, stacks);
	if (ret < 0)
		ret = device_start(device, queues, pools);
	if (ret < 0)
		ret = spread_create(&echo->spreads[index], device, stacks, pool_of(echo, device));
	return ret;
}

static int
start_devices(struct echo *echo)
{
	uint32_t mbufs = 0;

	for (uint16_t i = 0; i < echo->device_count; i++) {
		int ret;

		if (places_stacks(&echo->map, echo->devices[i].id) == 0)
			continue;
		if (mbufs == 0)
			mbufs = choose_mbufs(echo, echo->devices[i].data_room);
		ret = start_device(echo, i, mbufs);
		if (ret >= 0)
			return ret;
	}
	return -1;
}

static const struct spread *
spread_of(const struct echo *echo, uint16_t port)
{
	for (uint16_t i = 0; i < echo->device_count; i++) {
		if (echo->devices[i].id == port)
			return &echo->spreads[i];
	}
	return NULL;
}

/* Half of what the pools have left, as far as there is need for so many. */
static uint32_t
choose_connections(const struct echo *echo, uint64_t left)
{
	if (echo->options->connections != 0)
		return echo->options->connections;
	if (left == UINT64_MAX)
		return CONNECTIONS_DEFAULT;
	left = (left / 2 >> 20) * CONNECTIONS_PER_MB / echo->map.count;
	return (uint32_t)RTE_MAX(RTE_MIN(left, (uint64_t)CONNECTIONS_DEFAULT), (uint64_t)64);
}

static int
create_server(struct echo *echo, struct echo_place *place, uint32_t connections)
{
	const struct echo_options *options = echo->options;
	const struct spread *spread = spread_of(echo, place->where.port);
	const struct device *device = spread->device;
	struct estab_stack_config config;
	char name[16];

	estab_stack_config_init(&config);
	stack_options_apply(&options->stack, &config);
	snprintf(name, sizeof(name), "echo%u", (unsigned int)(place - echo->places));
	config.name = name;
	config.socket_id = rte_eth_dev_socket_id(device->id);
	config.mbuf_pool = place->pool;
	config.port = &place->port;
	config.interface.mtu = device->mtu;
	memcpy(config.interface.mac, device->mac, sizeof(config.interface.mac));
	config.limits.connections = connections;
	config.limits.time_waits = connections;
	config.limits.listeners = options->ports.count;
	config.limits.receive_memory_bytes = config.limits.send_memory_bytes =
			memory_of_text(place->pool,
					spread->mode == SPREAD_DISPATCH ? spread->stacks : 1);
	if (options->stack.keys.secret_file == NULL &&
			secret_fill(config.secret, sizeof(config.secret)) != 0)
		return complain(EXIT_ENVIRONMENT, "getrandom gives no secret");
	if (spread_port(spread, place->stack, &place->port) != 0)
		return complain(EXIT_ENVIRONMENT, "%s: queue %u cannot be used", device->name,
				place->where.queue);
	return server_create(&place->server, &config, &echo->rules, &options->ports,
			options->backlog);
}

static int
create_servers(struct echo *echo)
{
	const uint32_t connections = choose_connections(echo, memory_left());

	for (uint16_t i = 0; i < echo->map.count; i++) {
		const int ret = create_server(echo, &echo->places[i], connections);

		if (ret >= 0)
			return ret;
	}
	return -1;
}

static struct echo_lcore *
lcore_with_id(struct echo *echo, uint16_t id)
{
	for (uint16_t i = 0; i < echo->lcore_count; i++) {
		if (echo->lcores[i].id == id)
			return &echo->lcores[i];
	}
	echo->lcores[echo->lcore_count] = (struct echo_lcore){ .echo = echo, .id = id };
	return &echo->lcores[echo->lcore_count++];
}

static int
allot_places(struct echo *echo)
{
	uint16_t ids[PARSE_QUEUES_MAX];

	echo->places = calloc(echo->map.count, sizeof(*echo->places));
	if (echo->places == NULL)
		return complain(EXIT_ENVIRONMENT, "no memory for %u queues", echo->map.count);
	for (uint16_t i = 0; i < echo->map.count; i++) {
		struct echo_lcore *lcore = lcore_with_id(echo, echo->map.places[i].lcore);

		echo->places[i].where = echo->map.places[i];
		echo->places[i].stack = places_stack(&echo->map, i);
		lcore->places[lcore->place_count++] = &echo->places[i];
	}
	for (uint16_t i = 0; i < echo->lcore_count; i++)
		ids[i] = echo->lcores[i].id;
	echo->cores_are_shared = cores_are_shared(ids, echo->lcore_count);
	return -1;
}

static void
make_rules(struct echo *echo)
{
	const struct echo_options *options = echo->options;

	echo->rules.service = options->service;
	echo->rules.idle_timeout_ns = options->idle_timeout_ns;
	echo->rules.connections_max = options->max_connections;
	http_site_init(&echo->rules.site, options->response_size, options->http_close);
}

int
echo_create(struct echo *echo, const struct echo_options *options)
{
	int ret;

	*echo = (struct echo){ .options = options };
	clock_init(&echo->clock);
	capture_init(&echo->capture, &options->capture, prompt_is_wanted(&options->prompt));
	make_rules(echo);
	ret = find_devices(echo);
	if (ret < 0)
		ret = map_queues(echo);
	if (ret < 0)
		ret = check_connections(echo);
	if (ret < 0)
		ret = allot_places(echo);
	if (ret < 0)
		ret = capture_reserve(&echo->capture);
	if (ret < 0)
		ret = start_devices(echo);
	if (ret < 0)
		ret = create_servers(echo);
	return ret < 0 ? capture_begin(&echo->capture) : ret;
}

void
echo_destroy(struct echo *echo)
{
	for (uint16_t i = 0; echo->places != NULL && i < echo->map.count; i++)
		server_destroy(&echo->places[i].server);
	for (uint16_t i = 0; i < echo->device_count; i++)
		spread_destroy(&echo->spreads[i]);
	for (uint16_t i = 0; i < echo->device_count; i++)
		device_stop(&echo->devices[i]);
	capture_destroy(&echo->capture);
	for (uint16_t i = 0; echo->places != NULL && i < echo->map.count; i++)
		if (echo->places[i].has_pool)
			rte_mempool_free(echo->places[i].pool);
	free(echo->places);
	echo->places = NULL;
}
