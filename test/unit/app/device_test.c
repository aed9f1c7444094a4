/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device made ready: net_ring, which takes chains of mbufs both ways and does not describe its
 * queues; and the offloads that a device is asked for.
 */
#include <errno.h>
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

enum { EXIT_OF_A_WRONG_OPTION = 2 };

#define CHECKSUMS_RX (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM)
#define CHECKSUMS_TX (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM)

static uint16_t ring;

static int
start(void **state)
{
	return runtime_start(state) != 0 || rte_eal_hotplug_add("vdev", "net_ring0", "") != 0
			? -1
			: rte_eth_dev_get_port_by_name("net_ring0", &ring);
}

static void
device_that_does_not_describe_its_queues_is_given_the_chains_it_takes(void **state)
{
	static const struct device_options options;
	struct rte_mempool *pool;
	struct rte_eth_txq_info info;
	struct estab_port port;
	struct device device;

	(void)state;
	pool = rte_pktmbuf_pool_create("device", 255, 0, 0, 2048, SOCKET_ID_ANY);
	assert_non_null(pool);
	assert_int_equal(device_probe(&device, ring, &options), -1);
	assert_int_equal(device_start(&device, 1, &pool), -1);
	assert_int_not_equal(rte_eth_tx_queue_info_get(ring, 0, &info), 0);

	assert_int_equal(device_port(&device, 0, &port), 0);
	assert_int_equal(port.offloads, ESTAB_PORT_TX_MULTI_SEGMENT);
	device.rx_offloads = RTE_ETH_RX_OFFLOAD_TCP_CKSUM;
	device.tx_offloads = CHECKSUMS_TX | RTE_ETH_TX_OFFLOAD_TCP_TSO;
	assert_int_equal(device_port(&device, 0, &port), 0);
	assert_int_equal(port.offloads,
			ESTAB_PORT_RX_TCP_CHECKSUM | ESTAB_PORT_TX_IPV4_CHECKSUM |
					ESTAB_PORT_TX_TCP_CHECKSUM |
					ESTAB_PORT_TX_TCP_SEGMENTATION);
	assert_true(device_port(&device, 1, &port) < 0);
	rte_eth_dev_stop(ring);
	rte_mempool_free(pool);
}

static void
mbufs_smaller_than_a_frame_ask_for_chains_both_ways(void **state)
{
	struct device_options options = { .mtu = 9000, .mbuf_size = 2048 };
	struct device device;

	(void)state;
	assert_int_equal(device_probe(&device, ring, &options), -1);
	assert_int_equal(device.data_room, 2048 + RTE_PKTMBUF_HEADROOM);
	assert_true(device.rx_offloads & RTE_ETH_RX_OFFLOAD_SCATTER);
	assert_true(device.tx_offloads & RTE_ETH_TX_OFFLOAD_MULTI_SEGS);
	options.mbuf_size = 9118; /* MTU and headers: nothing to scatter */
	assert_int_equal(device_probe(&device, ring, &options), -1);
	assert_false(device.rx_offloads & RTE_ETH_RX_OFFLOAD_SCATTER);
	options.mbuf_size = 0;
	assert_int_equal(device_probe(&device, ring, &options), -1);
	assert_in_range(device.data_room, 9118 + RTE_PKTMBUF_HEADROOM, 9300 + RTE_PKTMBUF_HEADROOM);
	assert_false(device.rx_offloads & RTE_ETH_RX_OFFLOAD_SCATTER);
	options.mbuf_size = 2048;
	assert_int_equal(device_take_offloads("checksum", &options.offloads_left_out), 0);
	assert_int_equal(device_probe(&device, ring, &options), EXIT_OF_A_WRONG_OPTION);
}

/* What a driver of that name, which offers all there is, is asked for. */
static struct device
chosen(const char *driver, const char *offloads)
{
	const struct rte_eth_dev_info all = { .rx_offload_capa = UINT64_MAX,
		.tx_offload_capa = UINT64_MAX };
	struct device device = { .driver = driver };
	struct device_options options = { 0 };

	assert_int_equal(device_take_offloads(offloads, &options.offloads_left_out), 0);
	device_choose_offloads(&device, &all, &options);
	return device;
}

/* One driver is known to; of all others everything that is missing has leaked. */
static void
driver_keeps_what_it_took_and_what_it_may_still_send(void **state)
{
	struct device device = { .driver = "net_af_xdp",
		.mbufs_held = 2048,
		.queues = 1,
		.rxd = 256,
		.txd = 256 };

	(void)state;
	assert_int_equal(device_kept(&device, 0), 0);
	assert_int_equal(device_kept(&device, 2056), 2056);
	assert_int_equal(device_kept(&device, 2561), 2560);
	device.driver = "net_af_packet";
	assert_int_equal(device_kept(&device, 2056), 0);
}

static void
offload_that_the_stack_is_not_to_use_is_not_asked_for(void **state)
{
	const struct rte_eth_dev_info all = { .tx_offload_capa = UINT64_MAX };
	struct device device = { .driver = "net_some" };
	struct device_options options = { 0 };

	(void)state;
	device_leave_out_tso(&options);
	device_choose_offloads(&device, &all, &options);
	assert_int_equal(device.tx_offloads, CHECKSUMS_TX | RTE_ETH_TX_OFFLOAD_MULTI_SEGS);
}

static void
offloads_are_those_named(void **state)
{
	static const struct {
		const char *text;
		uint64_t rx, tx;
	} cases[] = {
		{ "all", CHECKSUMS_RX | RTE_ETH_RX_OFFLOAD_SCATTER,
				CHECKSUMS_TX | RTE_ETH_TX_OFFLOAD_MULTI_SEGS |
						RTE_ETH_TX_OFFLOAD_TCP_TSO },
		{ "none", 0, 0 },
		{ "checksum", CHECKSUMS_RX, CHECKSUMS_TX },
		{ "tso,chains", RTE_ETH_RX_OFFLOAD_SCATTER,
				RTE_ETH_TX_OFFLOAD_MULTI_SEGS | RTE_ETH_TX_OFFLOAD_TCP_TSO },
	};

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(cases); i++) {
		const struct device device = chosen("net_any", cases[i].text);

		assert_int_equal(device.rx_offloads, cases[i].rx);
		assert_int_equal(device.tx_offloads, cases[i].tx);
	}
}

/* A piece of odd length would be summed up wrongly. */
static void
tap_sums_up_no_chains_and_cuts_nothing(void **state)
{
	(void)state;
	assert_int_equal(chosen("net_tap", "all").tx_offloads,
			RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_MULTI_SEGS);
	assert_int_equal(chosen("net_tap", "checksum,tso").tx_offloads, CHECKSUMS_TX);
}

/* Before it is configured it takes none. */
static void
mtu_is_told_to_the_device_when_it_starts(void **state)
{
	static const struct device_options options = { .mtu = 1400 };
	struct rte_mempool *pool;
	struct device device;
	uint16_t id, mtu;

	(void)state;
	assert_int_equal(rte_eal_hotplug_add("vdev", "net_null1", ""), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name("net_null1", &id), 0);
	assert_int_equal(device_probe(&device, id, &options), -1);
	assert_int_equal(device.mtu, 1400);
	pool = rte_pktmbuf_pool_create("mtu", 255, 0, 0, device.data_room, SOCKET_ID_ANY);
	assert_non_null(pool);
	assert_int_equal(device_start(&device, 1, &pool), -1);
	assert_int_equal(rte_eth_dev_get_mtu(id, &mtu), 0);
	assert_int_equal(mtu, 1400);
	device_stop(&device);
	rte_mempool_free(pool);
}

static void
device_without_chains_is_given_none(void **state)
{
	static const struct device_options options;
	struct device device;
	uint16_t id;

	(void)state;
	assert_int_equal(rte_eal_hotplug_add("vdev", "net_null0", ""), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name("net_null0", &id), 0);
	assert_int_equal(device_probe(&device, id, &options), -1);
	assert_int_equal(device.tx_offloads & RTE_ETH_TX_OFFLOAD_MULTI_SEGS, 0);
}

static void
offloads_that_do_not_exist_are_refused(void **state)
{
	static const char *const wrong[] = { "", "sum", "checksum,", "checksum,,tso", "tso chains",
		"none,tso",
		"checksum,chains,tso,checksum,chains,tso,checksum,chains,tso,checksum,chains" };
	uint32_t left_out = 77;

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(wrong); i++)
		assert_int_equal(device_take_offloads(wrong[i], &left_out), -EINVAL);
	assert_int_equal(left_out, 77);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
				device_that_does_not_describe_its_queues_is_given_the_chains_it_takes),
		cmocka_unit_test(mbufs_smaller_than_a_frame_ask_for_chains_both_ways),
		cmocka_unit_test(driver_keeps_what_it_took_and_what_it_may_still_send),
		cmocka_unit_test(offload_that_the_stack_is_not_to_use_is_not_asked_for),
		cmocka_unit_test(offloads_are_those_named),
		cmocka_unit_test(tap_sums_up_no_chains_and_cuts_nothing),
		cmocka_unit_test(mtu_is_told_to_the_device_when_it_starts),
		cmocka_unit_test(device_without_chains_is_given_none),
		cmocka_unit_test(offloads_that_do_not_exist_are_refused),
	};

	return cmocka_run_group_tests(tests, start, runtime_stop);
}
