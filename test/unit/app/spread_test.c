/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which mode a device gets, by what it says of itself: net_null has queues and tells of a table without
 * a key, net_ring has no RSS. And which stacks the map gives to whom.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <estab/rss.h>

#include "device.h"
#include "places.h"
#include "runtime.h"
#include "spread.h"

static struct rte_mempool *pool;
static struct rte_mempool *pools[4];

static int
start(void **state)
{
	if (runtime_start(state) != 0)
		return -1;
	pool = rte_pktmbuf_pool_create("spread", 8191, 0, 0, 2048, SOCKET_ID_ANY);
	for (unsigned int i = 0; i < 4; i++)
		pools[i] = pool;
	return pool == NULL ? -1 : 0;
}

/* Stacks over so many queues of a new device. The caller stops it. */
static void
open_device(const char *name, const struct device_options *options, uint16_t queues,
		uint16_t stacks, struct device *device, struct spread *spread)
{
	uint16_t id;

	assert_int_equal(rte_eal_hotplug_add("vdev", name, ""), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name(name, &id), 0);
	assert_int_equal(device_probe(device, id, options), -1);
	device->tx_queues = stacks;
	assert_int_equal(device_start(device, queues, pools), -1);
	assert_int_equal(spread_create(spread, device, stacks, pool), -1);
}

static void
close_device(struct device *device, struct spread *spread)
{
	spread_destroy(spread);
	device_stop(device);
}

static void
one_stack_is_single(void **state)
{
	static const struct device_options options;
	struct device device;
	struct spread spread;
	struct estab_port port;

	(void)state;
	open_device("net_null10", &options, 1, 1, &device, &spread);
	assert_int_equal(spread.mode, SPREAD_SINGLE);
	assert_int_equal(spread_port(&spread, 0, &port), 0);
	assert_null(port.owns);
	close_device(&device, &spread);
}

/* Queues, and a table that it tells of; of its key it says nothing. */
static void
device_that_does_not_tell_its_key_is_dispatch(void **state)
{
	static const struct device_options options;
	struct device device;
	struct spread spread;
	struct estab_rss rss;

	(void)state;
	open_device("net_null11", &options, 4, 4, &device, &spread);
	assert_true(device.reta_size > 0);
	assert_int_not_equal(estab_rss_read(&rss, device.id), 0);
	assert_int_equal(spread.mode, SPREAD_DISPATCH);
	assert_int_equal(device.queues_max, 1); /* where nobody asks for more */
	close_device(&device, &spread);
}

static void
fewer_queues_than_stacks_is_dispatch(void **state)
{
	static const struct device_options options;
	struct device device;
	struct spread spread;
	struct estab_port port;

	(void)state;
	open_device("net_null12", &options, 2, 4, &device, &spread);
	assert_int_equal(spread.mode, SPREAD_DISPATCH);
	assert_int_equal(device.queues, 2);
	assert_int_equal(device.tx_queues, 4);
	assert_int_equal(spread_port(&spread, 3, &port), 0);
	assert_non_null(port.tx_burst);
	close_device(&device, &spread);
}

static void
device_without_rss_is_dispatch(void **state)
{
	static const struct device_options options;
	struct device device;
	struct spread spread;

	(void)state;
	open_device("net_ring10", &options, 1, 3, &device, &spread);
	assert_int_equal(spread.mode, SPREAD_DISPATCH);
	assert_int_equal(device.queues_max, 1);
	close_device(&device, &spread);
}

/* What comes through a queue is its stack's: nothing is hashed, handed over or asked for. */
static void
stacks_with_a_wire_each_are_wired(void **state)
{
	static const struct device_options options;
	struct device device;
	struct spread spread, wired;
	struct estab_port ports[2];

	(void)state;
	open_device("net_null13", &options, 2, 2, &device, &spread);
	spread_wire(&wired, &device, 2);
	assert_int_equal(wired.mode, SPREAD_WIRED);
	for (uint16_t i = 0; i < 2; i++) {
		assert_int_equal(spread_port(&wired, i, &ports[i]), 0);
		assert_null(ports[i].owns);
		assert_non_null(ports[i].rx_burst);
		assert_non_null(ports[i].tx_burst);
	}
	assert_ptr_not_equal(ports[0].context, ports[1].context);
	assert_int_not_equal(spread_port(&wired, 2, &ports[0]), 0); /* there is no third queue */
	spread_wire(&wired, &device, 1);
	assert_int_equal(wired.mode, SPREAD_SINGLE);
	close_device(&device, &spread);
}

static void
expect_place(const struct queue_map *map, uint16_t entry, bool receives, uint16_t stack)
{
	assert_int_equal(places_receives(map, entry), receives);
	assert_int_equal(places_stack(map, entry), stack);
}

static void
first_lcore_at_a_queue_receives_and_the_others_follow(void **state)
{
	const struct queue_map map = { 5,
		{ { 0, 1, 1 }, { 0, 1, 2 }, { 1, 0, 1 }, { 0, 0, 3 }, { 0, 0, 4 } } };

	(void)state;
	assert_int_equal(places_queues(&map, 0), 2);
	assert_int_equal(places_stacks(&map, 0), 4);
	assert_int_equal(places_stacks(&map, 1), 1);
	expect_place(&map, 0, true, 1);
	expect_place(&map, 1, false, 2);
	expect_place(&map, 2, true, 0);
	expect_place(&map, 3, true, 0);
	expect_place(&map, 4, false, 3);
}

static void
lcores_beyond_the_queues_have_stacks_too(void **state)
{
	static const uint16_t lcores[] = { 1, 2, 3, 4 };
	struct queue_map map = { 0 };

	(void)state;
	places_spread(&map, 0, 2, 0, lcores, 4);
	assert_int_equal(map.count, 4);
	assert_int_equal(places_queues(&map, 0), 2);
	for (uint16_t i = 0; i < 4; i++) {
		assert_int_equal(map.places[i].lcore, lcores[i]);
		assert_int_equal(map.places[i].queue, i % 2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stack_is_single),
		cmocka_unit_test(device_that_does_not_tell_its_key_is_dispatch),
		cmocka_unit_test(fewer_queues_than_stacks_is_dispatch),
		cmocka_unit_test(device_without_rss_is_dispatch),
		cmocka_unit_test(stacks_with_a_wire_each_are_wired),
		cmocka_unit_test(first_lcore_at_a_queue_receives_and_the_others_follow),
		cmocka_unit_test(lcores_beyond_the_queues_have_stacks_too),
	};

	return cmocka_run_group_tests(tests, start, runtime_stop);
}
