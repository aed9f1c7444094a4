/* SPDX-License-Identifier: BSD-3-Clause */
#include "stack_options.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>

#include "parse.h"
#include "secret.h"

enum stack_option_limits {
	/* A packet is taken whole into a send queue: the largest must fit. */
	BUFFER_MIN = 16384,
	BUFFER_MAX = 1 << 30, /* RFC 7323 2.3: the largest window */
};

static int
take_address(const char *text, void *value)
{
	struct estab_interface *interface = value;

	if (interface->address_count == ESTAB_ADDRESSES_MAX)
		return -ERANGE;
	if (parse_prefix(text, &interface->addresses[interface->address_count]) != 0)
		return -EINVAL;
	interface->address_count++;
	return 0;
}

static int
take_gateway(const char *text, void *value)
{
	struct estab_interface *interface = value;
	struct estab_address gateway, *place;

	if (estab_address_parse(text, &gateway) != 0)
		return -EINVAL;
	place = gateway.family == ESTAB_FAMILY_IPV4 ? &interface->gateway_ipv4
						    : &interface->gateway_ipv6;
	if (place->family != ESTAB_FAMILY_ANY)
		return -EEXIST;
	*place = gateway;
	return 0;
}

/* The place of a word among these. */
static int
take_word(const char *text, const char *const *names, uint32_t count, void *value)
{
	for (uint32_t i = 0; i < count; i++) {
		if (strcmp(text, names[i]) == 0) {
			*(uint32_t *)value = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int
take_syn_cookies(const char *text, void *value)
{
	static const char *const names[] = {
		[ESTAB_SYN_COOKIES_AUTO] = "auto",
		[ESTAB_SYN_COOKIES_ALWAYS] = "always",
		[ESTAB_SYN_COOKIES_NEVER] = "never",
	};

	return take_word(text, names, RTE_DIM(names), value);
}

static int
take_congestion(const char *text, void *value)
{
	static const char *const names[] = {
		[ESTAB_CONGESTION_CUBIC] = "cubic",
		[ESTAB_CONGESTION_NEWRENO] = "newreno",
		[ESTAB_CONGESTION_DCTCP] = "dctcp",
		[ESTAB_CONGESTION_BBR] = "bbr",
	};

	return take_word(text, names, RTE_DIM(names), value);
}

static int
take_ecn(const char *text, void *value)
{
	static const char *const names[] = {
		[ESTAB_ECN_ACCEPT] = "accept",
		[ESTAB_ECN_OFF] = "off",
		[ESTAB_ECN_ASK] = "ask",
	};

	return take_word(text, names, RTE_DIM(names), value);
}

static int
take_path(const char *text, void *value)
{
	if (text[0] == '\0')
		return -EINVAL;
	*(const char **)value = text;
	return 0;
}

static int
take_tso(const char *text, void *value)
{
	if (strcmp(text, "auto") != 0 && strcmp(text, "off") != 0)
		return -EINVAL;
	*(bool *)value = text[0] == 'o';
	return 0;
}

const struct option_row stack_option_rows[] = {
	{ .name = "address",
			.argument = "ADDRESS/LENGTH",
			.kind = OPTION_TAKE,
			.take = take_address,
			.offset = offsetof(struct stack_options, interface),
			.expected = "an address with its prefix length, such as 192.0.2.2/24 or 2001:db8::2/64, "
				    "at most 16 times",
			.help = "ours, of either family; may be given again" },
	{ .name = "gateway",
			.argument = "ADDRESS",
			.kind = OPTION_TAKE,
			.take = take_gateway,
			.offset = offsetof(struct stack_options, interface),
			.expected = "an address, such as 192.0.2.1 or 2001:db8::1, once per family",
			.help = "the way to all that is not on-link; once per family" },
	{ .name = "vlan",
			.argument = "ID",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 4094,
			.offset = offsetof(struct stack_options, vlan),
			.help = "tag every packet, and take only such (untagged)" },
	{ .name = "burst",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = ESTAB_BURST_MAX,
			.offset = offsetof(struct stack_options, burst),
			.help = "packets taken from a queue at a time (64)" },
	{ .name = "total-num-mbufs",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1024,
			.offset = offsetof(struct stack_options, mbufs),
			.help = "packet buffers of all stacks together (by load and memory)" },
	{ .name = "syn-cookies",
			.argument = "WHEN",
			.kind = OPTION_TAKE,
			.take = take_syn_cookies,
			.offset = offsetof(struct stack_options, syn_cookies),
			.expected = "auto, always or never",
			.help = "auto: above the limit of half-open connections (default);\nalways; never" },
	{ .name = "cookie-key-period",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.offset = offsetof(struct stack_options, keys.period_ns),
			.help = "a new key for SYN cookies so often; 0: never (1h)" },
	{ .name = "secret-file",
			.argument = "FILE",
			.kind = OPTION_TAKE,
			.take = take_path,
			.offset = offsetof(struct stack_options, keys.secret_file),
			.expected = "the name of a file",
			.help = "16 bytes that several hosts share, so that each completes\n"
				"the SYN cookies of the others (a random secret each)" },
	{ .name = "congestion",
			.argument = "NAME",
			.kind = OPTION_TAKE,
			.take = take_congestion,
			.offset = offsetof(struct stack_options, congestion),
			.expected = "cubic, newreno, dctcp or bbr",
			.help = "congestion control: cubic (default), newreno, dctcp\nor bbr" },
	{ .name = "ecn",
			.argument = "WHEN",
			.kind = OPTION_TAKE,
			.take = take_ecn,
			.offset = offsetof(struct stack_options, ecn),
			.expected = "accept, off or ask",
			.help = "explicit congestion notification: accept where asked for\n(default); off; ask" },
	{ .name = "receive-buffer",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.min = BUFFER_MIN,
			.max = BUFFER_MAX,
			.offset = offsetof(struct stack_options, receive_buffer),
			.help = "per connection, fixed (262144, and growing up to 4194304)" },
	{ .name = "send-buffer",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.min = BUFFER_MIN,
			.max = BUFFER_MAX,
			.offset = offsetof(struct stack_options, send_buffer),
			.help = "per connection (262144)" },
	{ .name = "tso",
			.argument = "WHEN",
			.kind = OPTION_TAKE,
			.take = take_tso,
			.offset = offsetof(struct stack_options, no_tso),
			.expected = "auto or off",
			.help = "let the device cut text into segments: auto: where it can\n(default); off" },
	{ .name = "time-wait",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.min = 1,
			.max = UINT64_C(3600000000000),
			.offset = offsetof(struct stack_options, time_wait_ns),
			.help = "how long TIME-WAIT lasts: 2 MSL (60s)" },
};
const unsigned int stack_option_count = RTE_DIM(stack_option_rows);

int
stack_options_load(struct stack_options *options)
{
	struct key_options *keys = &options->keys;

	if (keys->secret_file == NULL)
		return -1;
	return secret_read(keys->secret_file, keys->secret, sizeof(keys->secret));
}

void
stack_options_apply(const struct stack_options *options, struct estab_stack_config *config)
{
	config->interface = options->interface;
	config->interface.vlan = (uint16_t)options->vlan;
	config->burst = (uint16_t)options->burst;
	config->tcp.syn_cookies = (enum estab_syn_cookies)options->syn_cookies;
	config->tcp.congestion = (enum estab_congestion)options->congestion;
	config->tcp.ecn = (enum estab_ecn)options->ecn;
	config->tcp.receive_buffer_bytes = options->receive_buffer;
	config->tcp.receive_buffer_max_bytes = options->receive_buffer;
	config->tcp.send_buffer_bytes = options->send_buffer;
	config->tcp.time_wait_ns = options->time_wait_ns;
	config->tcp.no_tso = options->no_tso;
	if (options->keys.secret_file != NULL)
		memcpy(config->secret, options->keys.secret, sizeof(config->secret));
}

static void
print_gateway(const struct estab_address *gateway, FILE *out)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];

	if (gateway->family != ESTAB_FAMILY_ANY)
		fprintf(out, ", gateway %s", estab_address_format(gateway, text, sizeof(text)));
}

void
stack_options_print(const struct stack_options *options, FILE *out)
{
	const struct estab_interface *interface = &options->interface;
	char text[ESTAB_ADDRESS_TEXT_MAX];

	fprintf(out, "addresses:");
	for (unsigned int i = 0; i < interface->address_count; i++)
		fprintf(out, " %s/%u",
				estab_address_format(&interface->addresses[i].address, text,
						sizeof(text)),
				interface->addresses[i].prefix_length);
	print_gateway(&interface->gateway_ipv4, out);
	print_gateway(&interface->gateway_ipv6, out);
	if (options->vlan != 0)
		fprintf(out, ", VLAN %u", options->vlan);
	fputc('\n', out);
}
