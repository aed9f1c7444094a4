/* SPDX-License-Identifier: BSD-3-Clause */
/* Options of estab-bench that need or exclude one another, and what those not given stand for. */
#include <stddef.h>

#include <rte_common.h>

#include "bench_options.h"
#include "complain.h"
#include "flood_options.h"
#include "hold_options.h"
#include "http_options.h"
#include "interface_check.h"
#include "load_options.h"
#include "places.h"
#include "steps_options.h"

/* Whoever names a gateway expects the world beyond the link. */
static int
check_interface(const struct bench_options *options)
{
	const struct estab_interface *interface = &options->stack.interface;
	const bool has_gateway = interface->gateway_ipv4.family != ESTAB_FAMILY_ANY ||
			interface->gateway_ipv6.family != ESTAB_FAMILY_ANY;

	if (options->loopback && interface->address_count > 0)
		return complain(EXIT_USAGE, "--address goes with --server: --loopback has its own");
	if (options->loopback && has_gateway)
		return complain(EXIT_USAGE,
				"--gateway goes with --server: --loopback has no way out");
	if (!options->loopback && interface->address_count == 0)
		return complain(EXIT_USAGE,
				"--address is missing: for example --address 192.0.2.2/24");
	return options->loopback ? -1 : interface_check(interface);
}

/* The lcores of --loopback have a wire for each pair. */
static int
check_queues(const struct bench_options *options)
{
	if (!options->loopback)
		return places_check_queues(&options->config, &options->device);
	if (options->device.rxq > 0)
		return complain(EXIT_USAGE, "--rxq %u: goes with --server", options->device.rxq);
	if (options->device.txq > 0)
		return complain(EXIT_USAGE, "--txq %u: goes with --server", options->device.txq);
	if (options->config.count > 0)
		return complain(EXIT_USAGE, "--config: goes with --server");
	return -1;
}

/* Options that not every workload has a use for: 0 where not given. */
static const struct workload_option {
	const char *name;
	size_t offset;
	uint32_t workloads; /* set of 1 << enum bench_workload */
} workload_options[] = {
	{ "rate", offsetof(struct bench_options, rate),
			1 << WORKLOAD_OPEN | 1 << WORKLOAD_CRR | 1 << WORKLOAD_FLOOD |
					1 << WORKLOAD_HOLD },
	{ "request-size", offsetof(struct bench_options, request_size),
			1 << WORKLOAD_CRR | 1 << WORKLOAD_RR | 1 << WORKLOAD_HOLD },
	{ "response-size", offsetof(struct bench_options, response_size),
			1 << WORKLOAD_CRR | 1 << WORKLOAD_RR },
	{ "message-size", offsetof(struct bench_options, message_size),
			1 << WORKLOAD_RR | 1 << WORKLOAD_STREAM },
	{ "direction", offsetof(struct bench_options, direction), 1 << WORKLOAD_STREAM },
};

/* Options that only one workload has. */
static int
check_foreign(const struct bench_options *options)
{
	int ret = -1;

	if (options->workload != WORKLOAD_FLOOD)
		ret = flood_options_check_absent(options);
	if (ret < 0 && options->workload != WORKLOAD_HOLD)
		ret = hold_options_check_absent(options);
	return ret;
}

static int
check_workload(const struct bench_options *options)
{
	const uint32_t workload = options->workload;
	const bool stands = bench_workload_stands(workload) || workload == WORKLOAD_HOLD;

	if (workload == WORKLOAD_NONE)
		return complain(EXIT_USAGE,
				"--workload is missing: open, crr, rr, stream, flood or hold");
	for (size_t i = 0; i < RTE_DIM(workload_options); i++) {
		const struct workload_option *option = &workload_options[i];
		const void *value = (const char *)options + option->offset;

		if (*(const uint32_t *)value != 0 && (option->workloads & 1u << workload) == 0)
			return complain(EXIT_USAGE, "--%s: does not go with --workload %s",
					option->name, bench_workload_name(workload));
	}
	if (stands && options->closer == CLOSER_SERVER)
		return complain(EXIT_USAGE,
				"--close server: connections of --workload %s stand until the client ends them",
				bench_workload_name(workload));
	if (workload != WORKLOAD_STREAM && options->closer == CLOSER_RESET)
		return complain(EXIT_USAGE, "--close reset: goes with --workload stream only");
	if (options->textbook_closes && workload != WORKLOAD_OPEN && workload != WORKLOAD_CRR)
		return complain(EXIT_USAGE, "--closes textbook: goes with --workload open or crr");
	if (options->message_size != 0 && options->request_size != 0)
		return complain(EXIT_USAGE,
				"--message-size: of rr it is the --request-size: give one");
	return check_foreign(options);
}

/*
 * Open at once. Where connections come and go there are so many that two lcores always have something
 * to do for each other; what is due at a high rate must not wait for room; a flood can hold a handshake
 * up for as long as a SYN or two need to go again.
 */
static uint32_t
default_connections(const struct bench_options *options)
{
	const uint32_t workload = options->workload;

	if (workload == WORKLOAD_FLOOD || steps_are_wanted(options))
		return 1024;
	if (workload == WORKLOAD_HOLD)
		return 1000000;
	if (workload == WORKLOAD_OPEN || workload == WORKLOAD_CRR)
		return 256;
	return workload == WORKLOAD_STREAM ? 1 : 64;
}

static enum bench_closer
default_closer(uint32_t workload)
{
	return bench_workload_stands(workload) || workload == WORKLOAD_FLOOD ? CLOSER_CLIENT
									     : CLOSER_SERVER;
}

static void
fill_defaults(struct bench_options *options)
{
	options->connections_each = options->connections == 0;
#define FILL(field, value) options->field = options->field != 0 ? options->field : (value)
	FILL(connections, default_connections(options));
	if (options->http.target == NULL) {
		FILL(response_size, options->message_size != 0 ? options->message_size : 64);
		FILL(request_size, options->message_size != 0 ? options->message_size : 64);
	}
	FILL(http.status, 200);
	FILL(message_size, 65536);
	FILL(direction, DIRECTION_SEND);
	FILL(closer, default_closer(options->workload));
	FILL(server_ports, options->loopback ? 16 : 1);
#undef FILL
	if (options->workload == WORKLOAD_FLOOD)
		flood_options_fill(options);
	if (options->workload == WORKLOAD_HOLD)
		hold_options_fill(options);
}

static int
check_ends(const struct bench_options *options)
{
	const bool has_server = options->servers.count > 0;

	if (options->workload == WORKLOAD_HOLD && has_server)
		return complain(EXIT_USAGE,
				"--server: --workload hold has both ends in this process");
	if (options->loopback == has_server)
		return complain(EXIT_USAGE, "give either --loopback or --server ADDRESS:PORT");
	if (has_server && options->ipv6)
		return complain(EXIT_USAGE,
				"--ipv6 goes with --loopback: --server says its family itself");
	return check_interface(options);
}

static int
check_engine(const struct bench_options *options)
{
	if (options->workload != WORKLOAD_NONE || options->loopback || options->servers.count > 0)
		return complain(EXIT_USAGE,
				"--engine has its own traffic: no --workload, --loopback, --server");
	if (options->stack.interface.address_count > 0)
		return complain(EXIT_USAGE, "--engine has its own address: no --address");
	return outputs_check(&options->outputs, WORKLOAD_NONE);
}

/* The two that run on one lcore alone have nobody who would listen. */
static int
check_prompt(const struct bench_options *options)
{
	const struct prompt_options *prompt = &options->prompt;
	const char *name = prompt->interactive ? "interactive" : "cmdline-file";

	if (!prompt_is_wanted(prompt))
		return -1;
	if (options->engine)
		return complain(EXIT_USAGE, "--%s: does not go with --engine", name);
	if (options->workload == WORKLOAD_HOLD)
		return complain(EXIT_USAGE, "--%s: does not go with --workload hold", name);
	return prompt_check(prompt);
}

static int
check_capture(const struct bench_options *options)
{
	if (options->engine)
		return capture_options_refuse(&options->capture, "--engine");
	if (options->workload == WORKLOAD_HOLD)
		return capture_options_refuse(&options->capture, "--workload hold");
	return capture_options_check(&options->capture, prompt_is_wanted(&options->prompt));
}

int
bench_options_check(struct bench_options *options)
{
	int ret = check_prompt(options);

	if (ret < 0)
		ret = check_capture(options);
	if (ret >= 0)
		return ret;
	if (options->engine)
		return check_engine(options);
	if (options->workload == WORKLOAD_HOLD)
		options->loopback = true;
	ret = check_workload(options);
	if (ret < 0)
		ret = http_options_check(options);
	if (ret < 0)
		ret = check_ends(options);
	if (ret < 0)
		ret = check_queues(options);
	if (ret < 0)
		ret = outputs_check(&options->outputs, options->workload);
	if (options->stack.no_tso)
		device_leave_out_tso(&options->device);
	fill_defaults(options);
	if (ret < 0)
		ret = load_options_check(options);
	if (ret < 0)
		ret = steps_options_check(options);
	if (ret < 0 && options->workload == WORKLOAD_FLOOD)
		ret = flood_options_check(options);
	if (ret < 0 && options->workload == WORKLOAD_HOLD)
		ret = hold_options_check(options);
	return ret;
}
