/* SPDX-License-Identifier: BSD-3-Clause */
#include "flood_options.h"

#include <errno.h>
#include <string.h>

#include "bench_options.h"
#include "complain.h"
#include "flood.h"
#include "parse.h"

enum { LEGITIMATE_RATE = 1000 };

static int
take_kind(const char *text, void *value)
{
	for (uint32_t kind = FLOOD_NONE + 1; kind < FLOOD_KIND_COUNT; kind++) {
		if (strcmp(text, flood_kind_word(kind)) == 0) {
			*(uint32_t *)value = kind;
			return 0;
		}
	}
	return -EINVAL;
}

static int
take_prefix(const char *text, void *value)
{
	return parse_prefix(text, value);
}

const struct option_row flood_option_rows[] = {
	{ .name = "flood-with",
			.argument = "KIND",
			.kind = OPTION_TAKE,
			.take = take_kind,
			.offset = offsetof(struct bench_options, flood_with),
			.expected = "syn, ack, rst, fin or syn-ack",
			.help = "what the flood is made of: syn (default), ack, rst, fin or\nsyn-ack" },
	{ .name = "flood-from",
			.argument = "PREFIX",
			.kind = OPTION_TAKE,
			.take = take_prefix,
			.offset = offsetof(struct bench_options, flood_from),
			.expected = "a prefix such as 198.18.0.0/15 or 2001:2::/48",
			.help = "where it pretends to come from (198.18.0.0/15 or 2001:2::/48:\n"
				"for benchmarks, RFC 2544, RFC 5180)" },
	{ .name = "legitimate-rate",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.offset = offsetof(struct bench_options, legitimate_rate),
			.help = "connections planned per second beside it (1000)" },
};
const unsigned int flood_option_count = sizeof(flood_option_rows) / sizeof(flood_option_rows[0]);

static bool
is_ipv6(const struct bench_options *options)
{
	return options->ipv6 || options->servers.servers[0].address.family == ESTAB_FAMILY_IPV6;
}

void
flood_options_fill(struct bench_options *options)
{
	const struct estab_local_address ipv4 = { { ESTAB_FAMILY_IPV4, { 198, 18 } }, 15, false },
					 ipv6 = { { ESTAB_FAMILY_IPV6, { 0x20, 0x01, 0x00, 0x02 } },
						 48, false };

	if (options->flood_with == FLOOD_NONE)
		options->flood_with = FLOOD_SYN;
	if (options->legitimate_rate == 0)
		options->legitimate_rate = LEGITIMATE_RATE;
	if (options->flood_from.address.family == ESTAB_FAMILY_ANY)
		options->flood_from = is_ipv6(options) ? ipv6 : ipv4;
}

/* The first host of a prefix must be a host: no multicast, no loopback. */
static const char *
fault_of(const struct estab_local_address *from)
{
	struct estab_interface interface = { .address_count = 1, .addresses = { *from } };
	struct estab_interface_fault fault;
	uint8_t *bytes = interface.addresses[0].address.bytes;

	bytes[from->address.family == ESTAB_FAMILY_IPV4 ? 3 : 15] |= 1;
	return estab_interface_check(&interface, &fault) != 0 ? fault.why : NULL;
}

int
flood_options_check(const struct bench_options *options)
{
	const struct estab_local_address *from = &options->flood_from;
	const bool ipv6 = from->address.family == ESTAB_FAMILY_IPV6;
	const int free_bits = (ipv6 ? 128 : 32) - from->prefix_length;
	const char *fault = fault_of(from);
	char text[ESTAB_ADDRESS_TEXT_MAX];

	estab_address_format(&from->address, text, sizeof(text));
	if (ipv6 != is_ipv6(options))
		return complain(EXIT_USAGE, "--flood-from %s/%u: not of the server's family", text,
				from->prefix_length);
	if (free_bits < FLOOD_HOST_BITS_MIN)
		return complain(EXIT_USAGE, "--flood-from %s/%u: too few addresses: /%d or shorter",
				text, from->prefix_length, (ipv6 ? 128 : 32) - FLOOD_HOST_BITS_MIN);
	if (fault != NULL)
		return complain(EXIT_USAGE, "--flood-from %s/%u: %s", text, from->prefix_length,
				fault);
	if (options->stack.vlan != 0)
		return complain(EXIT_USAGE,
				"--vlan: does not go with --workload flood, whose frames are untagged");
	return -1;
}

int
flood_options_check_absent(const struct bench_options *options)
{
	const char *name = NULL;

	if (options->flood_with != FLOOD_NONE)
		name = "flood-with";
	else if (options->flood_from.address.family != ESTAB_FAMILY_ANY)
		name = "flood-from";
	else if (options->legitimate_rate != 0)
		name = "legitimate-rate";
	if (name == NULL)
		return -1;
	return complain(EXIT_USAGE, "--%s: goes with --workload flood only", name);
}
