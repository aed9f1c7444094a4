/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port over an Ethernet device: net_ring, whose two ends are here the same ring.
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

#include "eal.h"
#include "port/port.h"

static struct rte_mempool *
start_device(uint16_t *device)
{
	const struct rte_eth_conf conf = { .txmode.offloads = RTE_ETH_TX_OFFLOAD_MULTI_SEGS };
	struct rte_mempool *pool = rte_pktmbuf_pool_create("port", 255, 0, 0, 2048, SOCKET_ID_ANY);

	assert_non_null(pool);
	assert_int_equal(rte_eal_hotplug_add("vdev", "net_ring0", ""), 0);
	assert_int_equal(rte_eth_dev_get_port_by_name("net_ring0", device), 0);
	assert_int_equal(rte_eth_dev_configure(*device, 1, 1, &conf), 0);
	assert_int_equal(rte_eth_rx_queue_setup(*device, 0, 64, SOCKET_ID_ANY, NULL, pool), 0);
	assert_int_equal(rte_eth_tx_queue_setup(*device, 0, 64, SOCKET_ID_ANY, NULL), 0);
	assert_int_equal(rte_eth_dev_start(*device), 0);
	return pool;
}

static void
packets_go_out_and_come_in(void **state)
{
	struct rte_mbuf *sent[4], *received[8];
	struct rte_eth_dev_info info;
	struct estab_port port;
	uint16_t device;
	struct rte_mempool *pool = start_device(&device);

	(void)state;
	assert_int_equal(estab_port_ethdev(&port, 77, 0), -ENODEV);
	assert_int_equal(estab_port_ethdev(&port, device, 1), -EINVAL);
	assert_int_equal(estab_port_ethdev(&port, device, 0), 0);
	assert_int_equal(rte_eth_dev_info_get(device, &info), 0);
	assert_int_equal(port.mbufs_max, info.tx_desc_lim.nb_mtu_seg_max);
	assert_int_equal(port.mbufs_cut_max, info.tx_desc_lim.nb_seg_max);
	assert_int_equal(rte_pktmbuf_alloc_bulk(pool, sent, 4), 0);
	assert_int_equal(port.tx_burst(port.context, sent, 4), 4);
	assert_int_equal(port.rx_burst(port.context, received, 8), 4);
	for (unsigned int i = 0; i < 4; i++)
		assert_ptr_equal(received[i], sent[i]);
	assert_int_equal(port.rx_burst(port.context, received, 8), 0);
	rte_pktmbuf_free_bulk(sent, 4);
	assert_int_equal(rte_eth_dev_stop(device), 0);
	assert_int_equal(rte_eth_dev_close(device), 0);
	rte_mempool_free(pool);
}

static void
only_granted_offloads_are_told(void **state)
{
	(void)state;
	assert_int_equal(port_rx_offloads(0), 0);
	assert_int_equal(port_rx_offloads(RTE_ETH_RX_OFFLOAD_IPV4_CKSUM),
			ESTAB_PORT_RX_IPV4_CHECKSUM);
	assert_int_equal(port_rx_offloads(
					 RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_SCATTER),
			ESTAB_PORT_RX_TCP_CHECKSUM);
	assert_int_equal(port_rx_offloads(RTE_ETH_RX_OFFLOAD_UDP_CKSUM), 0);
	assert_int_equal(port_tx_offloads(RTE_ETH_TX_OFFLOAD_IPV4_CKSUM),
			ESTAB_PORT_TX_IPV4_CHECKSUM);
	assert_int_equal(port_tx_offloads(RTE_ETH_TX_OFFLOAD_TCP_CKSUM),
			ESTAB_PORT_TX_TCP_CHECKSUM);
	assert_int_equal(port_tx_offloads(RTE_ETH_TX_OFFLOAD_MULTI_SEGS),
			ESTAB_PORT_TX_MULTI_SEGMENT);
	assert_int_equal(port_tx_offloads(RTE_ETH_TX_OFFLOAD_TCP_TSO),
			ESTAB_PORT_TX_TCP_SEGMENTATION);
	assert_int_equal(port_tx_offloads(
					 RTE_ETH_TX_OFFLOAD_UDP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_TSO),
			0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_granted_offloads_are_told),
		cmocka_unit_test(packets_go_out_and_come_in),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
