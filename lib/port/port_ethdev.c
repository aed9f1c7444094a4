/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port that is one queue pair of an Ethernet device: the only file of the library that names
 * rte_eth_*.
 *
 * Which offloads are in force is asked of the queues, because reading a device's configuration
 * (rte_eth_dev_conf_get) is experimental up to DPDK 26.07. A driver that does not describe its
 * queues gets none here: checksums are then done in software, which is always right. A program that
 * has configured such a device itself may add to port->offloads what was accepted there.
 */
#include <errno.h>

#include <rte_ethdev.h>

#include <estab/port.h>

#include "port/port.h"

/* Device and queue in one pointer: a port needs no memory of its own. */
static void *
context_make(uint16_t device, uint16_t queue)
{
	return (void *)((uintptr_t)device << 16 | queue);
}

static uint16_t
context_device(const void *context)
{
	return (uint16_t)((uintptr_t)context >> 16);
}

static uint16_t
context_queue(const void *context)
{
	return (uint16_t)(uintptr_t)context;
}

static uint16_t
ethdev_receive(void *context, struct rte_mbuf **packets, uint16_t n)
{
	return rte_eth_rx_burst(context_device(context), context_queue(context), packets, n);
}

static uint16_t
ethdev_prepare(void *context, struct rte_mbuf **packets, uint16_t n)
{
	return rte_eth_tx_prepare(context_device(context), context_queue(context), packets, n);
}

static uint16_t
ethdev_transmit(void *context, struct rte_mbuf **packets, uint16_t n)
{
	return rte_eth_tx_burst(context_device(context), context_queue(context), packets, n);
}

uint32_t
port_rx_offloads(uint64_t granted)
{
	return (granted & RTE_ETH_RX_OFFLOAD_IPV4_CKSUM ? ESTAB_PORT_RX_IPV4_CHECKSUM : 0) |
			(granted & RTE_ETH_RX_OFFLOAD_TCP_CKSUM ? ESTAB_PORT_RX_TCP_CHECKSUM : 0);
}

uint32_t
port_tx_offloads(uint64_t granted)
{
	return (granted & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM ? ESTAB_PORT_TX_IPV4_CHECKSUM : 0) |
			(granted & RTE_ETH_TX_OFFLOAD_TCP_CKSUM ? ESTAB_PORT_TX_TCP_CHECKSUM : 0) |
			(granted & RTE_ETH_TX_OFFLOAD_MULTI_SEGS ? ESTAB_PORT_TX_MULTI_SEGMENT
								 : 0) |
			(granted & RTE_ETH_TX_OFFLOAD_TCP_TSO ? ESTAB_PORT_TX_TCP_SEGMENTATION : 0);
}

int
estab_port_ethdev(struct estab_port *port, uint16_t device, uint16_t queue)
{
	struct rte_eth_dev_info info;
	struct rte_eth_rxq_info rx;
	struct rte_eth_txq_info tx;

	if (!rte_eth_dev_is_valid_port(device) || rte_eth_dev_info_get(device, &info) != 0)
		return -ENODEV;
	if (queue >= info.nb_rx_queues && queue >= info.nb_tx_queues)
		return -EINVAL;
	*port = (struct estab_port){
		.context = context_make(device, queue),
		.mbufs_max = info.tx_desc_lim.nb_mtu_seg_max,
		.mbufs_cut_max = info.tx_desc_lim.nb_seg_max,
	};
	if (queue < info.nb_rx_queues)
		port->rx_burst = ethdev_receive;
	if (queue < info.nb_tx_queues) {
		port->tx_prepare = ethdev_prepare;
		port->tx_burst = ethdev_transmit;
	}
	if (port->rx_burst != NULL && rte_eth_rx_queue_info_get(device, queue, &rx) == 0)
		port->offloads |= port_rx_offloads(rx.conf.offloads);
	if (port->tx_burst != NULL && rte_eth_tx_queue_info_get(device, queue, &tx) == 0)
		port->offloads |= port_tx_offloads(tx.conf.offloads);
	return 0;
}
