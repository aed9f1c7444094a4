/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What makes an address no host's (RFC 1122 3.2.1.3, RFC 4291 2.4) and a gateway out of reach: a
 * next hop is asked for by ARP or ND, so it must be another host on the link.
 */
#include "interface_check.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "complain.h"

static uint32_t
ipv4_of(const struct estab_address *address)
{
	uint32_t ip_be;

	memcpy(&ip_be, address->bytes, sizeof(ip_be));
	return rte_be_to_cpu_32(ip_be);
}

static bool
addresses_are_equal(const struct estab_address *a, const struct estab_address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

static bool
is_link_local(const struct estab_address *address)
{
	return address->family == ESTAB_FAMILY_IPV6 && address->bytes[0] == 0xfe &&
			(address->bytes[1] & 0xc0) == 0x80;
}

static const char *
ipv4_fault(const struct estab_address *address)
{
	const uint8_t first = address->bytes[0];

	if (first == 0)
		return "0.0.0.0/8 is no host's address";
	if (first == 127)
		return "a loopback address never appears on a link";
	if (first >= 240)
		return "a reserved or broadcast address, no host's";
	return first >= 224 ? "a multicast address, no host's" : NULL;
}

static const char *
ipv6_fault(const struct estab_address *address)
{
	static const uint8_t zeros[16];
	const uint8_t *bytes = address->bytes;

	if (bytes[0] == 0xff)
		return "a multicast address, no host's";
	if (memcmp(bytes, zeros, 10) != 0)
		return NULL;
	if (bytes[10] == 0xff && bytes[11] == 0xff)
		return "an IPv4-mapped address never appears on a link: give the IPv4 address itself";
	if (memcmp(bytes, zeros, 15) != 0 || bytes[15] > 1)
		return NULL;
	return bytes[15] == 1 ? "a loopback address never appears on a link"
			      : "the unspecified address is no host's";
}

static const char *
host_fault(const struct estab_address *address)
{
	return address->family == ESTAB_FAMILY_IPV4 ? ipv4_fault(address) : ipv6_fault(address);
}

/* True where the prefix of our address holds the other one, of the same family. */
static bool
prefix_holds(const struct estab_local_address *local, const struct estab_address *address)
{
	const unsigned int whole = local->prefix_length / 8, bits = local->prefix_length % 8;

	if (local->address.family != address->family ||
			memcmp(local->address.bytes, address->bytes, whole) != 0)
		return false;
	return bits == 0 ||
			(local->address.bytes[whole] ^ address->bytes[whole]) >> (8 - bits) == 0;
}

/* What an address within this prefix is to the prefix as a whole. RFC 3021: not so in a /31. */
static const char *
prefix_fault(const struct estab_local_address *local, const struct estab_address *address)
{
	uint32_t host_mask, host;

	if (address->family != ESTAB_FAMILY_IPV4 || local->prefix_length > 30)
		return NULL;
	host_mask = UINT32_MAX >> local->prefix_length;
	host = ipv4_of(address) & host_mask;
	if (host == 0)
		return "the address of its network, no host's";
	return host == host_mask ? "the broadcast address of its network, no host's" : NULL;
}

const char *
interface_address_fault(const struct estab_interface *interface, unsigned int index)
{
	const struct estab_local_address *local = &interface->addresses[index];
	const char *fault = host_fault(&local->address);

	for (unsigned int i = 0; i < index; i++) {
		if (addresses_are_equal(&interface->addresses[i].address, &local->address))
			return "given twice";
	}
	return fault != NULL ? fault : prefix_fault(local, &local->address);
}

/* How the gateway lies to our addresses of its family. */
static const char *
reach_fault(const struct estab_interface *interface, const struct estab_address *gateway)
{
	bool has_family = false, on_link = is_link_local(gateway);

	for (unsigned int i = 0; i < interface->address_count; i++) {
		const struct estab_local_address *local = &interface->addresses[i];
		const char *fault;

		has_family |= local->address.family == gateway->family;
		if (addresses_are_equal(&local->address, gateway))
			return "one of our own addresses";
		if (!prefix_holds(local, gateway))
			continue;
		fault = prefix_fault(local, gateway);
		if (fault != NULL)
			return fault;
		on_link = true;
	}
	if (!has_family)
		return "there is no --address of its family";
	return on_link ? NULL : "not on-link: no --address has a prefix that holds it";
}

const char *
interface_gateway_fault(const struct estab_interface *interface,
		const struct estab_address *gateway)
{
	const char *fault = host_fault(gateway);

	return fault != NULL ? fault : reach_fault(interface, gateway);
}

static int
check_gateway(const struct estab_interface *interface, const struct estab_address *gateway)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];
	const char *fault;

	if (gateway->family == ESTAB_FAMILY_ANY)
		return -1;
	fault = interface_gateway_fault(interface, gateway);
	if (fault == NULL)
		return -1;
	return complain(EXIT_USAGE, "--gateway %s: %s",
			estab_address_format(gateway, text, sizeof(text)), fault);
}

int
interface_check(const struct estab_interface *interface)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];
	int ret;

	for (unsigned int i = 0; i < interface->address_count; i++) {
		const struct estab_local_address *local = &interface->addresses[i];
		const char *fault = interface_address_fault(interface, i);

		if (fault != NULL)
			return complain(EXIT_USAGE, "--address %s/%u: %s",
					estab_address_format(&local->address, text, sizeof(text)),
					local->prefix_length, fault);
	}
	ret = check_gateway(interface, &interface->gateway_ipv4);
	return ret < 0 ? check_gateway(interface, &interface->gateway_ipv6) : ret;
}
