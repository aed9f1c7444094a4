/* SPDX-License-Identifier: BSD-3-Clause */
#include "echo_options.h"

#include <errno.h>

#include <rte_common.h>

#include "clock.h"
#include "complain.h"
#include "interface_check.h"
#include "places.h"

static int
take_mode(const char *text, void *value)
{
	const struct service *service = service_named(text);

	if (service == NULL)
		return -EINVAL;
	*(const struct service **)value = service;
	return 0;
}

static int
take_ports(const char *text, void *value)
{
	return parse_ports(text, value);
}

static int
take_config(const char *text, void *value)
{
	return parse_queue_map(text, value);
}

#define STATS_PERIOD_UNSAID     UINT64_MAX
#define STATS_PERIOD_DEFAULT_NS (5 * NS_PER_SECOND)

#define RESPONSE_SIZE_UNSAID  UINT32_MAX
#define RESPONSE_SIZE_DEFAULT 64

static const struct option_row rows[] = {
	{ .name = "config-file",
			.argument = "FILE",
			.kind = OPTION_FILE,
			.help = "options from there, in sections named as the titles here, and [eal];\n"
				"what the command line says too, overrides it" },
	{ .name = "mode",
			.argument = "MODE",
			.kind = OPTION_TAKE,
			.take = take_mode,
			.offset = offsetof(struct echo_options, service),
			.expected = "echo, discard, chargen or http",
			.help = "echo: send back what comes (RFC 862, default);\n"
				"discard: read and forget (RFC 863);\nchargen: send a pattern (RFC 864);\n"
				"http: answer every GET alike (RFC 9112)" },
	{ .name = "port",
			.argument = "LIST",
			.kind = OPTION_TAKE,
			.take = take_ports,
			.offset = offsetof(struct echo_options, ports),
			.expected = "TCP ports from 1 to 65535 such as 7 or 7,8080-8090, at most 1024, none twice",
			.help = "TCP ports to listen on (echo 7, discard 9, chargen 19, http 80)" },
	{ .name = "backlog",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.offset = offsetof(struct echo_options, backlog),
			.help = "finished handshakes that may wait, per port and lcore (128)" },
	{ .name = "connections",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 100000000, /* tens of GB: more is a slip of the pen */
			.offset = offsetof(struct echo_options, connections),
			.help = "limit of open connections per lcore (by memory, at most 16384)" },
	{ .name = "max-connections",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.offset = offsetof(struct echo_options, max_connections),
			.help = "on all lcores together; who comes then is reset at once (none)" },
	{ .name = "idle-timeout",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.min = 1,
			.offset = offsetof(struct echo_options, idle_timeout_ns),
			.help = "end connections that were silent for so long (never)" },
	{ .name = "response-size",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.max = 1000000000,
			.offset = offsetof(struct echo_options, response_size),
			.help = "http: body of each answer (64)" },
	{ .name = "http-close",
			.kind = OPTION_FLAG,
			.offset = offsetof(struct echo_options, http_close),
			.help = "http: close after each answer, also where the client would stay" },
	{ .name = "stats-period",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.offset = offsetof(struct echo_options, stats_period_ns),
			.help = "between two lines of numbers; 0: none (5s; with -i none)" },
	{ .name = "duration",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.min = 1,
			.offset = offsetof(struct echo_options, duration_ns),
			.help = "end after this (until SIGINT or SIGTERM)" },
	{ .name = "drain-timeout",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.offset = offsetof(struct echo_options, drain_timeout_ns),
			.help = "how long open connections may take to close at the end (5s)" },
	{ .name = "portmask",
			.argument = "MASK",
			.kind = OPTION_NUMBER,
			.min = 1,
			.offset = offsetof(struct echo_options, portmask),
			.help = "Ethernet devices to use, 0x1 the first (all)" },
	{ .name = "config",
			.argument = "MAP",
			.kind = OPTION_TAKE,
			.take = take_config,
			.offset = offsetof(struct echo_options, config),
			.expected = "(port,queue,lcore),(port,queue,lcore),... and no entry twice",
			.help = "which lcore serves which queue, as in l3fwd (automatic); several\nlcores at one queue: the first receives and hands over" },
};

static const char usage[] =
		"A TCP server on DPDK devices: one stack per lcore and queue.\n\n"
		"  estab-echo --no-huge --no-pci -l 0 --vdev=net_tap0 -- --address 192.0.2.2/24";

/* What is of one service only. */
static int
check_http(struct echo_options *options)
{
	const bool http = options->service == service_named("http");

	if (!http && options->http_close)
		return complain(EXIT_USAGE, "--http-close: goes with --mode http");
	if (!http && options->response_size != RESPONSE_SIZE_UNSAID)
		return complain(EXIT_USAGE, "--response-size: goes with --mode http");
	if (options->response_size == RESPONSE_SIZE_UNSAID)
		options->response_size = RESPONSE_SIZE_DEFAULT;
	return -1;
}

static int
check(struct echo_options *options)
{
	int ret;

	if (options->stack.interface.address_count == 0)
		return complain(EXIT_USAGE,
				"--address is missing: for example --address 192.0.2.2/24");
	if (options->stats_period_ns == STATS_PERIOD_UNSAID)
		options->stats_period_ns =
				options->prompt.interactive ? 0 : STATS_PERIOD_DEFAULT_NS;
	if (options->stack.no_tso)
		device_leave_out_tso(&options->device);
	ret = interface_check(&options->stack.interface);
	if (ret < 0)
		ret = prompt_check(&options->prompt);
	if (ret < 0)
		ret = capture_options_check(&options->capture, prompt_is_wanted(&options->prompt));
	if (ret < 0)
		ret = places_check_queues(&options->config, &options->device);
	if (ret < 0)
		ret = check_http(options);
	if (ret < 0 && options->ports.count == 0) {
		options->ports.count = 1;
		options->ports.ports[0] = options->service->default_port;
	}
	return ret;
}

int
echo_options_read(struct echo_options *options, struct command_line *line, int argc, char **argv)
{
	const struct option_table tables[] = {
		{ "Service", rows, RTE_DIM(rows), options },
		{ "Commands", prompt_option_rows, prompt_option_count, &options->prompt },
		{ "Capture", capture_option_rows, capture_option_count, &options->capture },
		{ "Stack", stack_option_rows, stack_option_count, &options->stack },
		{ "Device", device_option_rows, device_option_count, &options->device },
		{ "Process", user_option_rows, user_option_count, &options->user },
	};
	int ret;

	*options = (struct echo_options){
		.service = service_named("echo"),
		.portmask = UINT32_MAX,
		.stats_period_ns = STATS_PERIOD_UNSAID,
		.drain_timeout_ns = 5 * NS_PER_SECOND,
		.response_size = RESPONSE_SIZE_UNSAID,
		.device.mbcache = 250,
		.stack = STACK_OPTIONS_DEFAULT,
	};
	ret = command_line_split(line, argc, argv, usage, tables, RTE_DIM(tables));
	if (ret >= 0)
		return ret;
	ret = options_read(line, tables, RTE_DIM(tables));
	options->device.named = command_line_names_device(line);
	if (ret < 0)
		ret = check(options);
	if (ret < 0)
		ret = stack_options_load(&options->stack);
	return ret < 0 ? capture_options_open(&options->capture) : ret;
}
