/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Addresses as text.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include <estab/address.h>

int
estab_address_parse(const char *text, struct estab_address *address)
{
	struct estab_address read = { 0 };

	if (inet_pton(AF_INET, text, read.bytes) == 1)
		read.family = ESTAB_FAMILY_IPV4;
	else if (inet_pton(AF_INET6, text, read.bytes) == 1)
		read.family = ESTAB_FAMILY_IPV6;
	else
		return -EINVAL;
	*address = read;
	return 0;
}

char *
estab_address_format(const struct estab_address *address, char *buf, size_t size)
{
	const int family = address->family == ESTAB_FAMILY_IPV4 ? AF_INET : AF_INET6;
	char text[INET6_ADDRSTRLEN] = "*";

	if (address->family != ESTAB_FAMILY_ANY)
		inet_ntop(family, address->bytes, text, sizeof(text));
	snprintf(buf, size, "%s", text);
	return buf;
}

char *
estab_endpoint_format(const struct estab_endpoint *endpoint, char *buf, size_t size)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];

	estab_address_format(&endpoint->address, text, sizeof(text));
	if (endpoint->address.family == ESTAB_FAMILY_IPV6)
		snprintf(buf, size, "[%s]:%u", text, endpoint->port);
	else
		snprintf(buf, size, "%s:%u", text, endpoint->port);
	return buf;
}
