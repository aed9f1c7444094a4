/* SPDX-License-Identifier: BSD-3-Clause */
#include "port_layer.h"

#include <stddef.h>

static uint16_t
prepare(void *context, struct rte_mbuf **packets, uint16_t n)
{
	const struct port_layer *layer = context;

	return layer->below.tx_prepare(layer->below.context, packets, n);
}

static bool
owns(const void *context, const struct estab_endpoint *local, const struct estab_endpoint *remote)
{
	const struct port_layer *layer = context;

	return layer->below.owns(layer->below.context, local, remote);
}

static void
count(const void *context, struct estab_stats *stats)
{
	const struct port_layer *layer = context;

	layer->below.count(layer->below.context, stats);
}

void
port_layer_put(struct port_layer *layer, struct estab_port *port,
		uint16_t (*rx_burst)(void *context, struct rte_mbuf **packets, uint16_t n),
		uint16_t (*tx_burst)(void *context, struct rte_mbuf **packets, uint16_t n))
{
	layer->below = *port;
	port->context = layer;
	port->rx_burst = port->rx_burst != NULL ? rx_burst : NULL;
	port->tx_prepare = port->tx_prepare != NULL ? prepare : NULL;
	port->tx_burst = port->tx_burst != NULL ? tx_burst : NULL;
	port->owns = port->owns != NULL ? owns : NULL;
	port->count = port->count != NULL ? count : NULL;
}
