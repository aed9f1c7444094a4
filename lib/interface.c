/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What makes an address no host's (RFC 1122 3.2.1.3, RFC 4291 2.4) and a gateway out of reach: a
 * next hop is asked for by ARP or ND, so it must be another host on the link.
 */
#include "interface.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include <estab/stack.h>

/* X(name, error, what is said of the address after a colon) */
#define FAULTS(X)                                                                                  \
	X(COUNT, EINVAL, "1 to 16 addresses are needed")                                           \
	X(FAMILY, EINVAL, "family must be IPv4 or IPv6")                                           \
	X(PREFIX, EINVAL, "prefix_length is longer than the address")                              \
	X(NOT_IPV4, EINVAL, "must be an IPv4 address")                                             \
	X(NOT_IPV6, EINVAL, "must be an IPv6 address")                                             \
	X(THIS_NETWORK, EADDRNOTAVAIL, "0.0.0.0/8 is no host's address")                           \
	X(LOOPBACK, EADDRNOTAVAIL, "a loopback address never appears on a link")                   \
	X(MULTICAST, EADDRNOTAVAIL, "a multicast address, no host's")                              \
	X(RESERVED, EADDRNOTAVAIL, "a reserved or broadcast address, no host's")                   \
	X(NETWORK, EADDRNOTAVAIL, "the address of its network, no host's")                         \
	X(BROADCAST, EADDRNOTAVAIL, "the broadcast address of its network, no host's")             \
	X(UNSPECIFIED, EADDRNOTAVAIL, "the unspecified address is no host's")                      \
	X(MAPPED, EADDRNOTAVAIL,                                                                   \
			"an IPv4-mapped address never appears on a link: give the IPv4 address "   \
			"itself")                                                                  \
	X(TWICE, EEXIST, "given twice")                                                            \
	X(OUR_OWN, EEXIST, "one of our own addresses")                                             \
	X(NO_FAMILY, ENETUNREACH, "there is no address of its family")                             \
	X(OFF_LINK, ENETUNREACH, "not on-link: no address has a prefix that holds it")

enum fault {
	FAULT_NONE,
#define FAULT_NAME(name, error, text) FAULT_##name,
	FAULTS(FAULT_NAME)
#undef FAULT_NAME
};

enum place { PLACE_ADDRESSES, PLACE_GATEWAY_IPV4, PLACE_GATEWAY_IPV6, PLACE_COUNT };

/* A fault in words: alone, and behind the name of the field. */
static const struct wording {
	int error;
	const char *alone;
	const char *in_field[PLACE_COUNT];
} wordings[] = {
#define FAULT_WORDING(name, code, text)                                                            \
	[FAULT_##name] = {                                                                         \
		.error = -(code),                                                                  \
		.alone = (text),                                                                   \
		.in_field = { "interface.addresses: " text, "interface.gateway_ipv4: " text,       \
				"interface.gateway_ipv6: " text },                                 \
	},
	FAULTS(FAULT_WORDING)
#undef FAULT_WORDING
};

/* The first fault of an interface. */
struct finding {
	enum fault fault;
	enum place place;
	unsigned int index; /* of the address */
};

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
	const size_t size = a->family == ESTAB_FAMILY_IPV4 ? 4 : sizeof(a->bytes);

	return a->family == b->family && memcmp(a->bytes, b->bytes, size) == 0;
}

static bool
is_link_local(const struct estab_address *address)
{
	return address->family == ESTAB_FAMILY_IPV6 && address->bytes[0] == 0xfe &&
			(address->bytes[1] & 0xc0) == 0x80;
}

static enum fault
ipv4_fault(const struct estab_address *address)
{
	const uint8_t first = address->bytes[0];

	if (first == 0)
		return FAULT_THIS_NETWORK;
	if (first == 127)
		return FAULT_LOOPBACK;
	if (first >= 240)
		return FAULT_RESERVED;
	return first >= 224 ? FAULT_MULTICAST : FAULT_NONE;
}

static enum fault
ipv6_fault(const struct estab_address *address)
{
	static const uint8_t zeros[16];
	const uint8_t *bytes = address->bytes;

	if (bytes[0] == 0xff)
		return FAULT_MULTICAST;
	if (memcmp(bytes, zeros, 10) != 0)
		return FAULT_NONE;
	if (bytes[10] == 0xff && bytes[11] == 0xff)
		return FAULT_MAPPED;
	if (memcmp(bytes, zeros, 15) != 0 || bytes[15] > 1)
		return FAULT_NONE;
	return bytes[15] == 1 ? FAULT_LOOPBACK : FAULT_UNSPECIFIED;
}

static enum fault
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

/* Whether it is our address, or one of those that are ours with it. */
static bool
is_ours(const struct estab_local_address *local, const struct estab_address *address)
{
	return addresses_are_equal(&local->address, address) ||
			(local->whole && prefix_holds(local, address));
}

/* What an address within this prefix is to the prefix as a whole. RFC 3021: not so in a /31. */
static enum fault
prefix_fault(const struct estab_local_address *local, const struct estab_address *address)
{
	uint32_t host_mask, host;

	if (address->family != ESTAB_FAMILY_IPV4 || local->prefix_length > 30)
		return FAULT_NONE;
	host_mask = UINT32_MAX >> local->prefix_length;
	host = ipv4_of(address) & host_mask;
	if (host == 0)
		return FAULT_NETWORK;
	return host == host_mask ? FAULT_BROADCAST : FAULT_NONE;
}

/* Whether it is an address at all. */
static enum fault
form_fault(const struct estab_local_address *local)
{
	switch (local->address.family) {
	case ESTAB_FAMILY_IPV4:
		return local->prefix_length > 32 ? FAULT_PREFIX : FAULT_NONE;
	case ESTAB_FAMILY_IPV6:
		return local->prefix_length > 128 ? FAULT_PREFIX : FAULT_NONE;
	default:
		return FAULT_FAMILY;
	}
}

/* Why the address with this index cannot be ours. */
static enum fault
address_fault(const struct estab_interface *interface, unsigned int index)
{
	const struct estab_local_address *local = &interface->addresses[index];
	enum fault fault = form_fault(local);

	if (fault == FAULT_NONE)
		fault = host_fault(&local->address);
	if (fault == FAULT_NONE)
		fault = prefix_fault(local, &local->address);
	for (unsigned int i = 0; i < index && fault == FAULT_NONE; i++)
		if (is_ours(&interface->addresses[i], &local->address) ||
				is_ours(local, &interface->addresses[i].address))
			fault = FAULT_TWICE;
	return fault;
}

/* How the gateway lies to our addresses of its family. */
static enum fault
reach_fault(const struct estab_interface *interface, const struct estab_address *gateway)
{
	bool has_family = false, on_link = is_link_local(gateway);

	for (unsigned int i = 0; i < interface->address_count; i++) {
		const struct estab_local_address *local = &interface->addresses[i];
		enum fault fault;

		has_family |= local->address.family == gateway->family;
		if (is_ours(local, gateway))
			return FAULT_OUR_OWN;
		if (!prefix_holds(local, gateway))
			continue;
		fault = prefix_fault(local, gateway);
		if (fault != FAULT_NONE)
			return fault;
		on_link = true;
	}
	if (!has_family)
		return FAULT_NO_FAMILY;
	return on_link ? FAULT_NONE : FAULT_OFF_LINK;
}

/* Why packets cannot go by this gateway. */
static enum fault
gateway_fault(const struct estab_interface *interface, const struct estab_address *gateway,
		uint8_t family)
{
	enum fault fault;

	if (gateway->family == ESTAB_FAMILY_ANY)
		return FAULT_NONE;
	if (gateway->family != family)
		return family == ESTAB_FAMILY_IPV4 ? FAULT_NOT_IPV4 : FAULT_NOT_IPV6;
	fault = host_fault(gateway);
	return fault != FAULT_NONE ? fault : reach_fault(interface, gateway);
}

static struct finding
find(const struct estab_interface *interface)
{
	struct finding finding = { .place = PLACE_ADDRESSES };

	if (interface->address_count == 0 || interface->address_count > ESTAB_ADDRESSES_MAX) {
		finding.fault = FAULT_COUNT;
		return finding;
	}
	for (unsigned int i = 0; i < interface->address_count; i++) {
		finding.index = i;
		finding.fault = address_fault(interface, i);
		if (finding.fault != FAULT_NONE)
			return finding;
	}
	finding.place = PLACE_GATEWAY_IPV4;
	finding.fault = gateway_fault(interface, &interface->gateway_ipv4, ESTAB_FAMILY_IPV4);
	if (finding.fault != FAULT_NONE)
		return finding;
	finding.place = PLACE_GATEWAY_IPV6;
	finding.fault = gateway_fault(interface, &interface->gateway_ipv6, ESTAB_FAMILY_IPV6);
	return finding;
}

const char *
interface_fault(const struct estab_interface *interface)
{
	const struct finding finding = find(interface);

	return wordings[finding.fault].in_field[finding.place];
}

int
estab_interface_check(const struct estab_interface *interface, struct estab_interface_fault *fault)
{
	const struct finding finding = find(interface);
	const struct wording *wording = &wordings[finding.fault];

	if (fault == NULL)
		return wording->error;
	*fault = (struct estab_interface_fault){ .why = wording->alone };
	if (finding.fault == FAULT_NONE || finding.fault == FAULT_COUNT)
		return wording->error;
	if (finding.place == PLACE_ADDRESSES)
		fault->address = &interface->addresses[finding.index];
	else
		fault->gateway = finding.place == PLACE_GATEWAY_IPV4 ? &interface->gateway_ipv4
								     : &interface->gateway_ipv6;
	return wording->error;
}
