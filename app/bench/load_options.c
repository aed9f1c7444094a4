/* SPDX-License-Identifier: BSD-3-Clause */
#include "load_options.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>

#include "addresses.h"
#include "bench_options.h"
#include "complain.h"
#include "parse.h"
#include "targets.h"

static int
take_server(const char *text, void *value)
{
	struct server_list *list = value;

	if (list->count == TARGETS_SERVERS_MAX)
		return -ERANGE;
	if (parse_endpoint(text, &list->servers[list->count]) != 0)
		return -EINVAL;
	list->count++;
	return 0;
}

static int
take_prefix(const char *text, void *value)
{
	return parse_prefix(text, value);
}

/* 0 where there is no plan. */
static int
take_rate(const char *text, void *value)
{
	uint64_t rate = 0;

	if (strcmp(text, "max") != 0 &&
			(parse_number(text, &rate) != 0 || rate == 0 || rate > UINT32_MAX))
		return -EINVAL;
	*(uint32_t *)value = (uint32_t)rate;
	return 0;
}

static int
take_arrivals(const char *text, void *value)
{
	if (strcmp(text, "constant") != 0 && strcmp(text, "poisson") != 0)
		return -EINVAL;
	*(bool *)value = text[0] == 'p';
	return 0;
}

const struct option_row load_option_rows[] = {
	{ .name = "server",
			.argument = "ADDRESS:PORT",
			.kind = OPTION_TAKE,
			.take = take_server,
			.offset = offsetof(struct bench_options, servers),
			.expected = "an endpoint such as 192.0.2.1:80 or [2001:db8::1]:80, at most 64 times",
			.help = "instead of --loopback: another program, over the first device;\n"
				"may be given again: each in turn" },
	{ .name = "server-ports",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 64,
			.offset = offsetof(struct bench_options, server_ports),
			.help = "ports used in turn, from each server's first on\n(loopback 16, else 1)" },
	{ .name = "clients",
			.argument = "PREFIX",
			.kind = OPTION_TAKE,
			.take = take_prefix,
			.offset = offsetof(struct bench_options, clients),
			.expected = "a prefix such as 10.1.0.0/16",
			.help = "connections come from every host of it in turn, beside --address,\n"
				"by which the server's side must reach it (hold: where peers are;\n"
				"198.19.0.0/16)" },
	{ .name = "connections",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 10000000,
			.offset = offsetof(struct bench_options, connections),
			.help = "open at once, at most: until both sides have closed\n(256; rr 64; stream 1; flood 1024; each on every lcore that\nopens; hold 1m)" },
	{ .name = "duration",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.min = 1,
			.offset = offsetof(struct bench_options, duration_ns),
			.help = "of the measurement (10s)" },
	{ .name = "warm-up",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.offset = offsetof(struct bench_options, warm_up_ns),
			.help = "the same load before it, left out of all rates and latencies (0)" },
	{ .name = "rate",
			.argument = "N|max",
			.kind = OPTION_TAKE,
			.take = take_rate,
			.offset = offsetof(struct bench_options, rate),
			.expected = "a number from 1 to 4294967295, or max",
			.help = "connections planned per second; latency counts from the plan\n"
				"(max: a new one as soon as one ends); of a flood: packets\n"
				"(max: as fast as they can be sent); of hold: echoes" },
	{ .name = "arrivals",
			.argument = "HOW",
			.kind = OPTION_TAKE,
			.take = take_arrivals,
			.offset = offsetof(struct bench_options, poisson),
			.expected = "constant or poisson",
			.help = "of --rate: at equal distances (constant, default), or as those of\n"
				"many who do not know of each other (poisson)" },
	{ .name = "closed",
			.kind = OPTION_FLAG,
			.offset = offsetof(struct bench_options, closed),
			.help = "closed loop, as without --rate: --connections at once, a new one\n"
				"as soon as one ends" },
	{ .name = "max-errors",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.offset = offsetof(struct bench_options, max_errors),
			.help = "as many still are exit code 0 (0)" },
	{ .name = "min-rate",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.offset = offsetof(struct bench_options, min_rate),
			.help = "fewer connections a second (rr: transactions, stream: Mbit/s)\n"
				"are exit code 1" },
};
const unsigned int load_option_count = RTE_DIM(load_option_rows);

static int
check_plan(const struct bench_options *options)
{
	if (options->closed && options->rate != 0)
		return complain(EXIT_USAGE, "--closed: does not go with --rate, an open loop");
	if (options->poisson && options->rate == 0)
		return complain(EXIT_USAGE, "--arrivals poisson: goes with --rate N");
	return -1;
}

static int
check_verdict(const struct bench_options *options)
{
	const bool hold = options->workload == WORKLOAD_HOLD;

	if (options->warm_up_ns > 0 && (hold || options->workload == WORKLOAD_FLOOD))
		return complain(EXIT_USAGE, "--warm-up: does not go with --workload %s",
				bench_workload_name(options->workload));
	if (options->min_rate > 0 && hold)
		return complain(EXIT_USAGE, "--min-rate: does not go with --workload hold");
	if (options->max_errors > 0 && (hold || options->workload == WORKLOAD_FLOOD))
		return complain(EXIT_USAGE, "--max-errors: does not go with --workload %s",
				bench_workload_name(options->workload));
	return -1;
}

/* All connections go out by the same addresses. */
static int
check_servers(const struct bench_options *options)
{
	const struct server_list *list = &options->servers;

	if (list->count > 1 && options->workload == WORKLOAD_FLOOD)
		return complain(EXIT_USAGE, "--server: --workload flood has one");
	for (uint32_t i = 0; i < list->count; i++) {
		if (list->servers[i].address.family != list->servers[0].address.family)
			return complain(EXIT_USAGE, "--server: all must be of one family");
		if (list->servers[i].port + options->server_ports > UINT16_MAX + 1u)
			return complain(EXIT_USAGE, "--server-ports %u: they would end above 65535",
					options->server_ports);
	}
	return -1;
}

static int
check_clients(const struct bench_options *options)
{
	const struct estab_local_address *clients = &options->clients;
	char text[ESTAB_ADDRESS_TEXT_MAX];
	const char *why;

	if (clients->address.family == ESTAB_FAMILY_ANY || options->workload == WORKLOAD_HOLD)
		return -1;
	if (options->workload == WORKLOAD_FLOOD)
		return complain(EXIT_USAGE,
				"--clients: does not go with --workload flood: see --flood-from");
	why = addresses_clients_fault(options);
	if (why == NULL)
		return -1;
	return complain(EXIT_USAGE, "--clients %s/%u: %s",
			estab_address_format(&clients->address, text, sizeof(text)),
			clients->prefix_length, why);
}

int
load_options_check(const struct bench_options *options)
{
	int ret = check_plan(options);

	if (ret < 0)
		ret = check_verdict(options);
	if (ret < 0)
		ret = check_servers(options);
	return ret < 0 ? check_clients(options) : ret;
}
