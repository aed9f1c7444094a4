/* SPDX-License-Identifier: BSD-3-Clause */
#include "hold_options.h"

#include <inttypes.h>

#include "bench_options.h"
#include "complain.h"
#include "hold.h"
#include "parse.h"

enum {
	REQUEST_MAX = 1400,        /* one segment */
	CONNECTIONS_MAX = 1000000, /* of other workloads */
};

void
hold_options_fill(struct bench_options *options)
{
	const struct estab_local_address clients = { { ESTAB_FAMILY_IPV4, { 198, 19 } }, 16,
		false };

	if (options->clients.address.family == ESTAB_FAMILY_ANY)
		options->clients = clients;
}

/* Neither the address of the network nor the broadcast address. */
static uint64_t
peers_of(const struct estab_local_address *clients)
{
	const unsigned int bits = 32u - clients->prefix_length;

	return bits < 2 ? 0 : ((UINT64_C(1) << bits) - 2) * PEER_PORTS;
}

static bool
holds_server(const struct estab_local_address *clients)
{
	const uint8_t *b = clients->address.bytes;
	const uint32_t differs = RTE_IPV4((uint32_t)b[0], b[1], b[2], b[3]) ^ HOLD_SERVER;

	return (uint64_t)differs >> (32 - clients->prefix_length) == 0;
}

static int
check_clients(const struct bench_options *options)
{
	const struct estab_local_address *clients = &options->clients;
	struct estab_interface interface = { .address_count = 1, .addresses = { *clients } };
	struct estab_interface_fault fault;
	char text[ESTAB_ADDRESS_TEXT_MAX];

	estab_address_format(&clients->address, text, sizeof(text));
	if (clients->address.family != ESTAB_FAMILY_IPV4)
		return complain(EXIT_USAGE, "--clients %s/%u: IPv4 only", text,
				clients->prefix_length);
	if (peers_of(clients) < options->connections)
		return complain(EXIT_USAGE,
				"--clients %s/%u: too few addresses for %" PRIu32 " connections",
				text, clients->prefix_length, options->connections);
	if (holds_server(clients))
		return complain(EXIT_USAGE, "--clients %s/%u: the server itself is 198.18.0.1",
				text, clients->prefix_length);
	interface.addresses[0].address.bytes[3] |= 1;
	if (estab_interface_check(&interface, &fault) != 0)
		return complain(EXIT_USAGE, "--clients %s/%u: %s", text, clients->prefix_length,
				fault.why);
	return -1;
}

int
hold_options_check(const struct bench_options *options)
{
	if (options->ipv6)
		return complain(EXIT_USAGE, "--ipv6: does not go with --workload hold");
	if (options->stack.vlan != 0)
		return complain(EXIT_USAGE,
				"--vlan: does not go with --workload hold, whose frames are untagged");
	if (options->request_size < HOLD_TEXT_MIN || options->request_size > REQUEST_MAX)
		return complain(EXIT_USAGE, "--request-size %" PRIu32 ": of hold %d to %d",
				options->request_size, HOLD_TEXT_MIN, REQUEST_MAX);
	return check_clients(options);
}

int
hold_options_check_absent(const struct bench_options *options)
{
	if (options->connections > CONNECTIONS_MAX)
		return complain(EXIT_USAGE,
				"--connections %" PRIu32 ": expected a number from 1 to %d",
				options->connections, CONNECTIONS_MAX);
	return -1;
}
