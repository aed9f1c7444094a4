/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench_options.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>
#include <rte_string_fns.h>

#include "clock.h"
#include "complain.h"
#include "engine.h"
#include "flood_options.h"
#include "hold_options.h"
#include "parse.h"

enum { ENGINE_CONNECTION_COUNT_MAX = 10000000 };

static const char *const workload_names[] = {
	[WORKLOAD_OPEN] = "open",
	[WORKLOAD_CRR] = "crr",
	[WORKLOAD_RR] = "rr",
	[WORKLOAD_STREAM] = "stream",
	[WORKLOAD_FLOOD] = "flood",
	[WORKLOAD_HOLD] = "hold",
};

const char *
bench_workload_name(uint32_t workload)
{
	return workload_names[workload];
}

static int
take_workload(const char *text, void *value)
{
	for (uint32_t i = WORKLOAD_OPEN; i < RTE_DIM(workload_names); i++) {
		if (strcmp(text, workload_names[i]) == 0) {
			*(uint32_t *)value = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int
take_closer(const char *text, void *value)
{
	static const char *const names[] = {
		[CLOSER_SERVER] = "server",
		[CLOSER_CLIENT] = "client",
		[CLOSER_RESET] = "reset",
	};

	for (uint32_t i = CLOSER_SERVER; i < RTE_DIM(names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*(uint32_t *)value = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int
take_direction(const char *text, void *value)
{
	static const char *const names[] = {
		[DIRECTION_SEND] = "send",
		[DIRECTION_RECEIVE] = "receive",
		[DIRECTION_BOTH] = "both",
	};

	for (uint32_t i = DIRECTION_SEND; i < RTE_DIM(names); i++) {
		if (strcmp(text, names[i]) == 0) {
			*(uint32_t *)value = i;
			return 0;
		}
	}
	return -EINVAL;
}

static int
take_server(const char *text, void *value)
{
	return parse_endpoint(text, value);
}

static int
take_config(const char *text, void *value)
{
	return parse_queue_map(text, value);
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
take_seed(const char *text, void *value)
{
	struct bench_options *options = value;
	const int ret = parse_number(text, &options->seed);

	options->seed_given = ret == 0;
	return ret;
}

/* Numbers with commas between them. */
static int
take_connections(const char *text, void *value)
{
	struct engine_connections *list = value;
	char copy[128], *rest = copy, *word;

	if (rte_strscpy(copy, text, sizeof(copy)) < 0)
		return -EINVAL;
	list->count = 0;
	while ((word = strsep(&rest, ",")) != NULL) {
		uint64_t number;

		if (list->count == ENGINE_CONNECTIONS_MAX || parse_number(word, &number) != 0 ||
				number == 0 || number > ENGINE_CONNECTION_COUNT_MAX)
			return -EINVAL;
		list->values[list->count++] = (uint32_t)number;
	}
	return 0;
}

static int
take_traffic(const char *text, void *value)
{
	for (unsigned int i = 0; i < engine_kind_count; i++) {
		if (strcmp(text, engine_kinds[i].name) == 0) {
			*(const char **)value = engine_kinds[i].name;
			return 0;
		}
	}
	return -EINVAL;
}

static const struct option_row engine_rows[] = {
	{ .name = "engine",
			.kind = OPTION_FLAG,
			.offset = offsetof(struct bench_options, engine),
			.help = "no workload: one stack alone, bursts in memory, and the cycles\n"
				"that each room of it takes for a packet" },
	{ .name = "engine-traffic",
			.argument = "KIND",
			.kind = OPTION_TAKE,
			.take = take_traffic,
			.offset = offsetof(struct bench_options, engine_traffic),
			.expected = "syn-flood, cookie-acks, six-packets, nine-packets, echo, bulk or "
				    "bulk-loss",
			.help = "only syn-flood, cookie-acks, six-packets, nine-packets, echo,\n"
				"bulk or bulk-loss (each in turn)" },
	{ .name = "engine-connections",
			.argument = "N,N",
			.kind = OPTION_TAKE,
			.take = take_connections,
			.offset = offsetof(struct bench_options, engine_connections),
			.expected = "up to 8 numbers, none above 10m, with commas between them",
			.help = "standing connections of echo (1k,100k,1m,10m, as far as the\n"
				"memory reaches)" },
	{ .name = "engine-rounds",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = ENGINE_ROUNDS_MAX,
			.offset = offsetof(struct bench_options, engine_rounds),
			.help = "of which the median counts (31)" },
	{ .name = "engine-packets",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 1 << 30,
			.offset = offsetof(struct bench_options, engine_packets),
			.help = "received in a round (20k)" },
	{ .name = "software-checksums",
			.kind = OPTION_FLAG,
			.offset = offsetof(struct bench_options, software_checksums),
			.help = "as with a port that has no checksum offload" },
};

static const struct option_row rows[] = {
	{ .name = "workload",
			.argument = "WORKLOAD",
			.kind = OPTION_TAKE,
			.take = take_workload,
			.offset = offsetof(struct bench_options, workload),
			.expected = "open, crr, rr, stream, flood or hold",
			.help = "open: connect, accept, close;\ncrr: connect, request, response, close;\n"
				"rr: request, response, again and again on standing connections;\n"
				"stream: text without end on standing connections;\n"
				"flood: spoofed packets, and open beside them;\n"
				"hold: as many connections as there may be, kept, and echoes\n"
				"on any of them; both ends in this process" },
	{ .name = "loopback",
			.kind = OPTION_FLAG,
			.offset = offsetof(struct bench_options, loopback),
			.help = "both ends in this process, rings between them: needs no NIC;\n"
				"on one lcore they take turns; of several, half open connections\n"
				"and half serve" },
	{ .name = "ipv6",
			.kind = OPTION_FLAG,
			.offset = offsetof(struct bench_options, ipv6),
			.help = "with --loopback: over IPv6" },
	{ .name = "server",
			.argument = "ADDRESS:PORT",
			.kind = OPTION_TAKE,
			.take = take_server,
			.offset = offsetof(struct bench_options, server),
			.expected = "an endpoint such as 192.0.2.1:80 or [2001:db8::1]:80",
			.help = "instead of --loopback: another program, over the first device" },
	{ .name = "server-ports",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 64,
			.offset = offsetof(struct bench_options, server_ports),
			.help = "ports used in turn, from the server's first on\n(loopback 16, else 1)" },
	{ .name = "connections",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 10000000,
			.offset = offsetof(struct bench_options, connections),
			.help = "open at once, at most: until both sides have closed\n(64; stream 1; flood 1024; each on every lcore that opens;\nhold 1m)" },
	{ .name = "duration",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.min = 1,
			.offset = offsetof(struct bench_options, duration_ns),
			.help = "of the measurement (10s)" },
	{ .name = "rate",
			.argument = "N|max",
			.kind = OPTION_TAKE,
			.take = take_rate,
			.offset = offsetof(struct bench_options, rate),
			.expected = "a number from 1 to 4294967295, or max",
			.help = "connections planned per second; latency counts from the plan\n"
				"(max: a new one as soon as one ends); of a flood: packets\n"
				"(max: as fast as they can be sent); of hold: echoes" },
	{ .name = "request-size",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 16000000,
			.offset = offsetof(struct bench_options, request_size),
			.help = "crr, rr, hold (64)" },
	{ .name = "response-size",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 16000000,
			.offset = offsetof(struct bench_options, response_size),
			.help = "crr, rr (64)" },
	{ .name = "message-size",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 16000000,
			.offset = offsetof(struct bench_options, message_size),
			.help = "stream: text handed over at a time (65536);\n"
				"rr: of request and response, where their own is not given" },
	{ .name = "direction",
			.argument = "WHERE",
			.kind = OPTION_TAKE,
			.take = take_direction,
			.offset = offsetof(struct bench_options, direction),
			.expected = "send, receive or both",
			.help = "stream: what the client does: send (default), receive, both" },
	{ .name = "close",
			.argument = "WHO",
			.kind = OPTION_TAKE,
			.take = take_closer,
			.offset = offsetof(struct bench_options, closer),
			.expected = "server, client or reset",
			.help = "closes first: server (default), whose FIN rides with the\n"
				"response; client (default of rr and stream). With --server it\n"
				"must be as that program has it: one that waits for our end of\n"
				"file needs client; reset (stream): one that sends without end" },
	{ .name = "config",
			.argument = "MAP",
			.kind = OPTION_TAKE,
			.take = take_config,
			.offset = offsetof(struct bench_options, config),
			.expected = "(port,queue,lcore),(port,queue,lcore),... and no entry twice",
			.help = "with --server: which lcore has which queue, as in l3fwd (automatic);\n"
				"several lcores at one queue: the first receives and hands over" },
	{ .name = "drain-timeout",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.offset = offsetof(struct bench_options, drain_timeout_ns),
			.help = "how long open connections may take to end afterwards (5s)" },
	{ .name = "seed",
			.argument = "N",
			.kind = OPTION_TAKE,
			.take = take_seed,
			.offset = 0,
			.expected = "a number",
			.help = "from which both stacks' secrets are made (random)" },
};

static const char usage[] =
		"Measures how fast TCP connections are made and used.\n\n"
		"  estab-bench --no-huge --no-pci -l 0 -- --loopback --workload crr --duration 5s";

static void
set_defaults(struct bench_options *options)
{
	*options = (struct bench_options){
		.duration_ns = 10 * NS_PER_SECOND,
		.drain_timeout_ns = 5 * NS_PER_SECOND,
		.device.mbcache = 250,
		.stack = STACK_OPTIONS_DEFAULT,
		.engine_connections = { 4, { 1000, 100000, 1000000, 10000000 } },
		.engine_rounds = 31,
		.engine_packets = 20000,
	};
}

/* What is made of the seed alone is the same run every time. */
static int
load_secret(struct bench_options *options)
{
	if (options->stack.keys.secret_file != NULL &&
			(options->engine || options->workload == WORKLOAD_HOLD))
		return complain(EXIT_USAGE,
				"--secret-file: does not go with --engine or --workload hold");
	return stack_options_load(&options->stack);
}

int
bench_options_read(struct bench_options *options, struct command_line *line, int argc, char **argv)
{
	const struct option_table tables[] = {
		{ "Measurement", rows, RTE_DIM(rows), options },
		{ "Result", output_option_rows, output_option_count, &options->outputs },
		{ "Flood", flood_option_rows, flood_option_count, options },
		{ "Hold", hold_option_rows, hold_option_count, options },
		{ "Engine", engine_rows, RTE_DIM(engine_rows), options },
		{ "Stack", stack_option_rows, stack_option_count, &options->stack },
		{ "Device", device_option_rows, device_option_count, &options->device },
	};
	int ret;

	set_defaults(options);
	ret = command_line_split(line, argc, argv, usage, tables, RTE_DIM(tables));
	if (ret >= 0)
		return ret;
	options->device.named = command_line_names_device(line);
	ret = options_read(line, tables, RTE_DIM(tables));
	if (ret < 0)
		ret = bench_options_check(options);
	if (ret < 0)
		ret = load_secret(options);
	return ret < 0 ? outputs_open(&options->outputs) : ret;
}
