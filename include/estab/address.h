/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Addresses of either family as plain values.
 *
 * A struct estab_address is a number in network byte order with its family beside it; a struct
 * estab_endpoint adds a port in host byte order. Family ESTAB_FAMILY_ANY with a zero address is
 * the wildcard.
 */
#ifndef ESTAB_ADDRESS_H
#define ESTAB_ADDRESS_H

#include <stddef.h>
#include <stdint.h>

#include <estab/api.h>

ESTAB_BEGIN_DECLS

/** Whose kind an address is of. */
enum estab_family {
	ESTAB_FAMILY_ANY = 0,
	ESTAB_FAMILY_IPV4 = 4,
	ESTAB_FAMILY_IPV6 = 6,
};

/** Of either family, or of none. */
struct estab_address {
	uint8_t family;    /**< enum estab_family */
	uint8_t bytes[16]; /**< network order; IPv4 uses the first four, the rest is zero */
};

/** One end of a connection. */
struct estab_endpoint {
	struct estab_address address; /**< of the host */
	uint16_t port;                /**< host byte order */
};

/** Room for any formatted address or endpoint, terminating NUL included. */
#define ESTAB_ADDRESS_TEXT_MAX 64

/**
 * Read "192.0.2.1" or "2001:db8::1".
 *
 * @return 0, or -EINVAL where the text is no address (*address is then untouched).
 */
ESTAB_API int estab_address_parse(const char *text, struct estab_address *address);

/** Write the address as text into buf (always NUL-terminated); returns buf. */
ESTAB_API char *estab_address_format(const struct estab_address *address, char *buf, size_t size);

/** Write "192.0.2.1:80" or "[2001:db8::1]:80" into buf; returns buf. */
ESTAB_API char *estab_endpoint_format(const struct estab_endpoint *endpoint, char *buf,
		size_t size);

ESTAB_END_DECLS

#endif
