/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A layer over a port: it sees what is received and sent, and leaves all else to the port below. What
 * uses it has the layer as its first member, and is the context of the port above.
 */
#ifndef APP_COMMON_PORT_LAYER_H
#define APP_COMMON_PORT_LAYER_H

#include <estab/port.h>

struct port_layer {
	struct estab_port below;
};

/*
 * Put it over the port, with these two functions of its own in the place of those that the port has. It must not
 * move in memory afterwards.
 */
void port_layer_put(struct port_layer *layer, struct estab_port *port,
		uint16_t (*rx_burst)(void *context, struct rte_mbuf **packets, uint16_t n),
		uint16_t (*tx_burst)(void *context, struct rte_mbuf **packets, uint16_t n));

/* What the two functions do beside their own: receive from the port below, and send through it. */
static inline uint16_t
port_layer_receive(struct port_layer *layer, struct rte_mbuf **packets, uint16_t n)
{
	return layer->below.rx_burst(layer->below.context, packets, n);
}

static inline uint16_t
port_layer_send(struct port_layer *layer, struct rte_mbuf **packets, uint16_t n)
{
	return layer->below.tx_burst(layer->below.context, packets, n);
}

#endif
