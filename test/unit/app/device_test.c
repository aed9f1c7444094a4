/* SPDX-License-Identifier: BSD-3-Clause */
/* What the library is told of a device that describes none of its queues, as virtual ones do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <estab/port.h>

#include "device.h"
#include "runtime.h"

/* The offloads of a port made of the first queue of a new device of that name. */
static uint32_t
offloads_over(const char *name)
{
	const struct device_options options = { .named = true };
	struct estab_port port;
	struct rte_mempool *pool;
	struct device device;
	uint16_t id;

	assert_int_equal(rte_eal_hotplug_add("vdev", name, ""), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name(name, &id), 0);
	assert_int_equal(device_probe(&device, id, &options), -1);
	pool = rte_pktmbuf_pool_create("device", 255, 0, 0, device.data_room, SOCKET_ID_ANY);
	assert_non_null(pool);
	assert_int_equal(device_start(&device, 1, &pool), -1);
	assert_int_equal(device_port(&device, 0, &port), 0);
	device_stop(&device);
	rte_mempool_free(pool);
	return port.offloads;
}

static void
chains_go_where_the_device_takes_them(void **state)
{
	(void)state;
	assert_int_equal(offloads_over("net_ring0"), ESTAB_PORT_TX_MULTI_SEGMENT);
}

static void
chains_do_not_go_where_the_device_does_not(void **state)
{
	(void)state;
	assert_int_equal(offloads_over("net_null0"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chains_go_where_the_device_takes_them),
		cmocka_unit_test(chains_do_not_go_where_the_device_does_not),
	};

	return cmocka_run_group_tests_name("device", tests, runtime_start, runtime_stop);
}
