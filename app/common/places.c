/* SPDX-License-Identifier: BSD-3-Clause */
#include "places.h"

#include <stdbool.h>

#include <rte_common.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>

#include "complain.h"
#include "device.h"

uint16_t
places_lcores(uint16_t lcores[PARSE_QUEUES_MAX])
{
	uint16_t count = 0;
	unsigned int lcore;

	RTE_LCORE_FOREACH_WORKER(lcore) {
		if (count < PARSE_QUEUES_MAX)
			lcores[count++] = (uint16_t)lcore;
	}
	if (count == 0)
		lcores[count++] = (uint16_t)rte_get_main_lcore();
	return count;
}

void
places_spread(struct queue_map *map, uint16_t port, uint16_t queues_max, uint32_t queues_asked,
		const uint16_t *lcores, uint16_t lcore_count)
{
	const uint32_t wanted = queues_asked != 0 ? queues_asked : lcore_count;
	const uint32_t queues = RTE_MIN(wanted, (uint32_t)queues_max);
	const uint32_t stacks = RTE_MAX(queues, (uint32_t)lcore_count);

	for (uint32_t i = 0; i < stacks && map->count < PARSE_QUEUES_MAX; i++) {
		map->places[map->count] = (struct queue_place){
			.port = port,
			.queue = (uint16_t)(i % queues),
			.lcore = lcores[map->count % lcore_count],
		};
		map->count++;
	}
}

bool
places_receives(const struct queue_map *map, uint16_t entry)
{
	const struct queue_place *place = &map->places[entry];

	for (uint16_t i = 0; i < entry; i++)
		if (map->places[i].port == place->port && map->places[i].queue == place->queue)
			return false;
	return true;
}

uint16_t
places_queues(const struct queue_map *map, uint16_t port)
{
	uint16_t queues = 0;

	for (uint16_t i = 0; i < map->count; i++)
		queues = (uint16_t)(queues +
				(map->places[i].port == port && places_receives(map, i)));
	return queues;
}

uint16_t
places_stacks(const struct queue_map *map, uint16_t port)
{
	uint16_t stacks = 0;

	for (uint16_t i = 0; i < map->count; i++)
		stacks = (uint16_t)(stacks + (map->places[i].port == port));
	return stacks;
}

uint16_t
places_stack(const struct queue_map *map, uint16_t entry)
{
	const struct queue_place *place = &map->places[entry];
	uint16_t stack = places_queues(map, place->port);

	if (places_receives(map, entry))
		return place->queue;
	for (uint16_t i = 0; i < entry; i++)
		stack = (uint16_t)(stack +
				(map->places[i].port == place->port && !places_receives(map, i)));
	return stack;
}

static bool
port_is_used(uint16_t port, uint32_t portmask)
{
	return rte_eth_dev_is_valid_port(port) && (port >= 32 || (portmask & (1u << port)) != 0);
}

int
places_check(const struct queue_map *map, uint32_t portmask)
{
	for (uint16_t i = 0; i < map->count; i++) {
		const struct queue_place *place = &map->places[i];

		if (!port_is_used(place->port, portmask))
			return complain(EXIT_USAGE,
					"--config (%u,%u,%u): there is no port %u, or not in --portmask",
					place->port, place->queue, place->lcore, place->port);
		if (!rte_lcore_is_enabled(place->lcore))
			return complain(EXIT_USAGE,
					"--config (%u,%u,%u): lcore %u is not among EAL's: add it to -l",
					place->port, place->queue, place->lcore, place->lcore);
		if (place->queue >= places_queues(map, place->port))
			return complain(EXIT_USAGE,
					"--config (%u,%u,%u): queues of a port count from 0 without a gap",
					place->port, place->queue, place->lcore);
	}
	return -1;
}

int
places_check_queues(const struct queue_map *map, const struct device_options *device)
{
	if (device->txq != 0 && device->txq < device->rxq)
		return complain(EXIT_USAGE,
				"--txq %u: who receives sends too, so at least as many as --rxq %u",
				device->txq, device->rxq);
	for (uint16_t i = 0; i < map->count; i++) {
		const uint16_t port = map->places[i].port;
		const uint16_t queues = places_queues(map, port);

		if (device->rxq != 0 && device->rxq != queues)
			return complain(EXIT_USAGE, "--rxq %u: --config gives port %u %u of them",
					device->rxq, port, queues);
		if (device->txq != 0 && device->txq < queues)
			return complain(EXIT_USAGE, "--txq %u: --config gives port %u %u of them",
					device->txq, port, queues);
	}
	return -1;
}
