/* SPDX-License-Identifier: BSD-3-Clause */
#include "addresses.h"

#include "bench_options.h"
#include "endpoint.h"

enum {
	PREFIX_IPV4 = 15, /* RFC 2544: 198.18.0.0/15 is for benchmarks */
	PREFIX_IPV6 = 48, /* RFC 5180: 2001:2::/48 */
	PAIR_IPV4 = 30,   /* just the two: whoever else there is lies behind the other */
	PAIR_IPV6 = 126,
	HOST_CLIENT = 1,
	HOST_SERVER = 2,
};

/* 198.18.0.<host> or 2001:2::<host> */
static struct estab_address
loopback_address(bool ipv6, uint8_t host)
{
	struct estab_address address;

	if (ipv6)
		address = (struct estab_address){ ESTAB_FAMILY_IPV6, { 0x20, 0x01, 0x00, 0x02 } };
	else
		address = (struct estab_address){ ESTAB_FAMILY_IPV4, { 198, 18 } };
	address.bytes[ipv6 ? 15 : 3] = host;
	return address;
}

static bool
has_clients(const struct bench_options *options)
{
	return options->clients.address.family != ESTAB_FAMILY_ANY;
}

static void
add_loopback(const struct bench_options *options, struct estab_interface *interface, uint8_t host)
{
	struct estab_local_address *local = &interface->addresses[interface->address_count++];

	local->address = loopback_address(options->ipv6, host);
	if (has_clients(options))
		local->prefix_length = options->ipv6 ? PAIR_IPV6 : PAIR_IPV4;
	else
		local->prefix_length = options->ipv6 ? PREFIX_IPV6 : PREFIX_IPV4;
}

/* One of them stands for all. */
static void
add_clients(const struct bench_options *options, struct estab_interface *interface)
{
	struct estab_local_address *local;

	if (!has_clients(options) || interface->address_count == ESTAB_ADDRESSES_MAX)
		return;
	local = &interface->addresses[interface->address_count++];
	*local = options->clients;
	local->address = targets_host(&options->clients, 0);
	local->whole = true;
}

void
addresses_of_client(const struct bench_options *options, struct estab_interface *interface)
{
	if (options->loopback)
		add_loopback(options, interface, HOST_CLIENT);
	add_clients(options, interface);
}

void
addresses_of_server(const struct bench_options *options, struct estab_interface *interface)
{
	add_loopback(options, interface, HOST_SERVER);
	if (has_clients(options) && options->ipv6)
		interface->gateway_ipv6 = loopback_address(true, HOST_CLIENT);
	else if (has_clients(options))
		interface->gateway_ipv4 = loopback_address(false, HOST_CLIENT);
}

struct server_list
addresses_servers(const struct bench_options *options)
{
	if (!options->loopback)
		return options->servers;
	return (struct server_list){
		.count = 1,
		.servers[0] = { .address = loopback_address(options->ipv6, HOST_SERVER),
				.port = ENDPOINT_PORT_FIRST },
	};
}

/* What is wrong with the other addresses alone is said elsewhere. */
const char *
addresses_clients_fault(const struct bench_options *options)
{
	const struct server_list list = addresses_servers(options);
	struct estab_interface alone = { .address_count = 0 }, all = options->stack.interface;
	struct estab_interface_fault fault;

	if (all.address_count == ESTAB_ADDRESSES_MAX)
		return "with it there are more than 16 addresses";
	add_clients(options, &alone);
	if (estab_interface_check(&alone, &fault) != 0)
		return fault.why;
	addresses_of_client(options, &all);
	if (all.address_count > 1 && estab_interface_check(&all, NULL) != 0)
		return "it holds an --address of ours, or the gateway";
	for (uint32_t i = 0; i < list.count; i++) {
		if (list.servers[i].address.family != options->clients.address.family)
			return "not of the server's family";
		if (targets_hold(&options->clients, &list.servers[i].address))
			return "it holds the server";
	}
	return NULL;
}
