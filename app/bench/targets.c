/* SPDX-License-Identifier: BSD-3-Clause */
#include "targets.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include <estab/conn.h>

enum { HOST_BITS_MAX = 24 };

/* RFC 3021: a /31 has two hosts; and a /32 is one. */
static bool
has_network_address(const struct estab_local_address *prefix)
{
	return prefix->address.family == ESTAB_FAMILY_IPV4 && prefix->prefix_length < 31;
}

static unsigned int
host_bits(const struct estab_local_address *prefix)
{
	const unsigned int bits = prefix->address.family == ESTAB_FAMILY_IPV4 ? 32 : 128;

	return RTE_MIN(bits - prefix->prefix_length, (unsigned int)HOST_BITS_MAX);
}

/* An IPv6 prefix begins with the anycast address of its routers, RFC 4291 2.6.1. */
static uint32_t
first_number(const struct estab_local_address *prefix)
{
	if (prefix->address.family == ESTAB_FAMILY_IPV6)
		return prefix->prefix_length < 128;
	return has_network_address(prefix);
}

uint32_t
targets_hosts(const struct estab_local_address *prefix)
{
	const uint32_t all = UINT32_C(1) << host_bits(prefix);

	return all - first_number(prefix) - has_network_address(prefix);
}

struct estab_address
targets_host(const struct estab_local_address *prefix, uint32_t number)
{
	struct estab_address address = prefix->address;
	const size_t end = address.family == ESTAB_FAMILY_IPV4 ? 4 : 16;
	const unsigned int bits = (unsigned int)(8 * end) - prefix->prefix_length;
	uint32_t low = number + first_number(prefix);

	/* Bits of the host: its number, and zeros before that. */
	for (unsigned int i = 0; i < bits; i += 8) {
		uint8_t *byte = &address.bytes[end - 1 - i / 8];
		const uint8_t mask = bits - i < 8 ? (uint8_t)(0xff << (bits - i)) : 0;

		*byte = (uint8_t)((*byte & mask) | (low & 0xff));
		low >>= 8;
	}
	return address;
}

bool
targets_hold(const struct estab_local_address *prefix, const struct estab_address *address)
{
	const unsigned int whole = prefix->prefix_length / 8, bits = prefix->prefix_length % 8;

	if (prefix->address.family != address->family ||
			memcmp(prefix->address.bytes, address->bytes, whole) != 0)
		return false;
	return bits == 0 ||
			(prefix->address.bytes[whole] ^ address->bytes[whole]) >> (8 - bits) == 0;
}

void
targets_init(struct targets *targets, const struct server_list *list, uint32_t ports,
		const struct estab_local_address *clients, uint32_t first_client)
{
	*targets = (struct targets){ .list = *list, .ports = ports, .clients = *clients };
	if (clients->address.family == ESTAB_FAMILY_ANY)
		return;
	targets->client_count = targets_hosts(clients);
	targets->client = first_client % targets->client_count;
}

/* @return true where it begins anew */
static bool
next_turn(uint32_t *turn, uint32_t count)
{
	*turn = (*turn + 1) % count;
	return *turn == 0;
}

void
targets_next(struct targets *targets, struct estab_connect_config *config)
{
	config->remote = targets->list.servers[targets->server];
	config->remote.port = (uint16_t)(config->remote.port + targets->port);
	if (targets->client_count > 0)
		config->local.address = targets_host(&targets->clients, targets->client);
	if (next_turn(&targets->server, targets->list.count) &&
			next_turn(&targets->port, targets->ports) && targets->client_count > 0)
		next_turn(&targets->client, targets->client_count);
}
