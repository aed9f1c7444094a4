/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Setting the net room up from a checked configuration, and taking it down.
 */
#include <rte_mbuf.h>

#include "config.h"
#include "net/net.h"
#include "net/usual.h"

enum defaults {
	DEFAULT_MTU = RTE_ETHER_MTU,
	DEFAULT_NEIGHBOURS = 256,
	DEFAULT_HOP_LIMIT = 64, /* RFC 1700; MUST-49 asks for it to be configurable */
};

static void
take_addresses(struct net *net, const struct estab_interface *interface)
{
	assert(interface->address_count <= ESTAB_ADDRESSES_MAX);
	net->address_count = (uint16_t)interface->address_count;
	for (uint16_t i = 0; i < net->address_count; i++) {
		const struct estab_local_address *local = &interface->addresses[i];

		path_address_import(&local->address, &net->addresses[i].ip);
		net->addresses[i].family = local->address.family;
		net->addresses[i].prefix_length = local->prefix_length;
		net->addresses[i].whole = local->whole;
	}
}

static bool
take_gateway(const struct estab_address *address, union ip_address *gateway)
{
	if (address->family == ESTAB_FAMILY_ANY)
		return false;
	path_address_import(address, gateway);
	return true;
}

int
net_init(struct net *net, const struct estab_stack_config *config, struct estab_stats *stats)
{
	const struct estab_interface *interface = &config->interface;
	const uint32_t neighbours = config->limits.neighbours;
	const uint8_t hop_limit = config->tcp.hop_limit;
	struct siphash_key secret, key;

	*net = (struct net){
		.mbuf_pool = config->mbuf_pool,
		.stats = stats,
		.vlan_be = rte_cpu_to_be_16(interface->vlan),
		.mtu = interface->mtu != 0 ? interface->mtu : DEFAULT_MTU,
		.option_order = (uint8_t)config->tcp.option_order,
		.hop_limit = hop_limit != 0 ? hop_limit : DEFAULT_HOP_LIMIT,
		.pieces_max = (uint16_t)(config_mbufs_max(config) - 1),
		.offloads = config->port != NULL ? config->port->offloads : config->port_offloads,
	};
	net->sum_lanes = checksum_lanes_choose();
	memcpy(&net->mac, interface->mac, sizeof(net->mac));
	take_addresses(net, interface);
	net->has_gateway_ipv4 = take_gateway(&interface->gateway_ipv4, &net->gateway_ipv4);
	net->has_gateway_ipv6 = take_gateway(&interface->gateway_ipv6, &net->gateway_ipv6);
	usual_init(net);
	siphash_key_init(&secret, config->secret);
	siphash_derive(&secret, "neighbours", &key);
	return neighbour_table_init(&net->neighbours,
			neighbours != 0 ? neighbours : DEFAULT_NEIGHBOURS, &key, config->socket_id);
}

void
net_fini(struct net *net)
{
	for (uint32_t i = 0; i < net->neighbours.count; i++)
		rte_pktmbuf_free(net->neighbours.entries[i].waiting);
	neighbour_table_fini(&net->neighbours);
}
