/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where packets come from and go to.
 *
 * One indirect call per burst. An Ethernet device queue in the applications, a simulated wire in
 * the tests, the caller's own pipeline in an appliance.
 */
#ifndef ESTAB_PORT_H
#define ESTAB_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/api.h>

ESTAB_BEGIN_DECLS

struct estab_endpoint;
struct estab_stats;
struct rte_mbuf;

/** What the port does for us; only what was really granted may be set. */
enum estab_port_offload {
	ESTAB_PORT_RX_IPV4_CHECKSUM = 1 << 0, /**< the mbuf's RX flags tell GOOD or BAD */
	ESTAB_PORT_RX_TCP_CHECKSUM = 1 << 1,
	ESTAB_PORT_TX_IPV4_CHECKSUM = 1 << 2, /**< filled in by the port on request */
	ESTAB_PORT_TX_TCP_CHECKSUM = 1 << 3,
	ESTAB_PORT_TX_MULTI_SEGMENT = 1 << 4, /**< a packet may be a chain of mbufs */
	/** packets up to 64 KB are cut into segments; of use with TX_TCP_CHECKSUM and TX_MULTI_SEGMENT
	 *  only. Their IPv4 header has its checksum where TX_IPV4_CHECKSUM is not set. */
	ESTAB_PORT_TX_TCP_SEGMENTATION = 1 << 5,
	/** another stack at the same device answers who asks for our MAC address (ARP, neighbour
	 *  discovery): this one learns from the question, and keeps silent */
	ESTAB_PORT_NEIGHBOURS_ANSWERED = 1 << 6,
};

/** Where packets come from and go to: a device's queues, or what the user makes of it. */
struct estab_port {
	void *context; /**< handed to each function */

	/** Take up to n packets, whose data begins at an even address as DPDK's headroom makes it; the
	 *  caller owns what it gets. */
	uint16_t (*rx_burst)(void *context, struct rte_mbuf **packets, uint16_t n);

	/** Make up to n packets ready for tx_burst, which is handed them next: what drivers want done to
	 *  packets with offloads (rte_eth_tx_prepare). NULL: nothing. Used where a TX offload is set; a
	 *  packet that the port does not take comes here again.
	 *
	 *  @return how many are ready; the one behind them can never be sent, and stays the caller's */
	uint16_t (*tx_prepare)(void *context, struct rte_mbuf **packets, uint16_t n);

	/** Give up to n packets; the port owns those that it took, the caller the rest.
	 *
	 *  @return how many it took, the first ones */
	uint16_t (*tx_burst)(void *context, struct rte_mbuf **packets, uint16_t n);

	uint32_t offloads; /**< set of enum estab_port_offload */

	/** Mbufs that a packet may consist of, where TX_MULTI_SEGMENT is set (nb_mtu_seg_max of struct
	 *  rte_eth_desc_lim); 0: any number. Text that lies in more is copied into fewer. */
	uint16_t mbufs_max;

	/** The same of a packet that the port cuts (nb_seg_max there), each segment of which lies in
	 *  mbufs_max at most, one for the headers counted; 0: any number. */
	uint16_t mbufs_cut_max;

	/** Whether what `remote` sends to `local` comes in here: where several stacks share a device, the
	 *  local port of an active open is chosen so that it does. NULL: all of it does. */
	bool (*owns)(const void *context, const struct estab_endpoint *local,
			const struct estab_endpoint *remote);

	/** Add what the port has counted to the numbers of its stack: packets that died here were
	 *  received, and have a name. NULL: nothing. */
	void (*count)(const void *context, struct estab_stats *stats);
};

/**
 * Make a port of one queue pair of an Ethernet device that is configured and started. Where it has only
 * one of the two of that number, the other function is NULL (of use to a dispatch).
 *
 * How many mbufs a packet may consist of is read from the device, and offloads from its queues. A driver that does not describe its queues gets none:
 * a program that has configured such a device adds to port->offloads what it was granted.
 *
 * @return 0, or a negative errno: -ENODEV (no such device), -EINVAL (no such queue).
 */
ESTAB_API int estab_port_ethdev(struct estab_port *port, uint16_t device, uint16_t queue);

ESTAB_END_DECLS

#endif
