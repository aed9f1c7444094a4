/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ports: packets in from a queue, packets out to it. See include/estab/port.h for the contract.
 */
#ifndef LIB_PORT_PORT_H
#define LIB_PORT_PORT_H

#include <stdint.h>

#include <estab/port.h>

/* The set of enum estab_port_offload for a set of RTE_ETH_RX_OFFLOAD_* in force. */
uint32_t port_rx_offloads(uint64_t granted);

/* The same for RTE_ETH_TX_OFFLOAD_*. */
uint32_t port_tx_offloads(uint64_t granted);

#endif
