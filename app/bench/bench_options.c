/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench_options.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>

#include "clock.h"
#include "complain.h"
#include "engine_options.h"
#include "flood_options.h"
#include "http_options.h"
#include "load_options.h"
#include "steps_options.h"
#include "parse.h"

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
take_closes(const char *text, void *value)
{
	if (strcmp(text, "piggybacked") != 0 && strcmp(text, "textbook") != 0)
		return -EINVAL;
	*(bool *)value = text[0] == 't';
	return 0;
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
take_config(const char *text, void *value)
{
	return parse_queue_map(text, value);
}

static int
take_seed(const char *text, void *value)
{
	struct bench_options *options = value;
	const int ret = parse_number(text, &options->seed);

	options->seed_given = ret == 0;
	return ret;
}

static const struct option_row rows[] = {
	{ .name = "config-file",
			.argument = "FILE",
			.kind = OPTION_FILE,
			.help = "options from there, in sections named as the titles here, and [eal];\n"
				"what the command line says too, overrides it" },
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
	{ .name = "closes",
			.argument = "HOW",
			.kind = OPTION_TAKE,
			.take = take_closes,
			.offset = offsetof(struct bench_options, textbook_closes),
			.expected = "piggybacked or textbook",
			.help = "open, crr: a FIN rides with the text or the acknowledgment before it\n"
				"(piggybacked, default), or goes a turn later (textbook: FIN, ACK, FIN,\n"
				"ACK); with --server at our end only" },
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

/* --engine and hold have no device, and what is made of the seed alone is the same run every time. */
static int
load_secret(struct bench_options *options)
{
	const bool alone = options->engine || options->workload == WORKLOAD_HOLD;

	if (alone && options->user.name != NULL)
		return complain(EXIT_USAGE, "--user: does not go with --engine or --workload hold");
	if (alone && options->stack.keys.secret_file != NULL)
		return complain(EXIT_USAGE,
				"--secret-file: does not go with --engine or --workload hold");
	return stack_options_load(&options->stack);
}

int
bench_options_read(struct bench_options *options, struct command_line *line, int argc, char **argv)
{
	const struct option_table tables[] = {
		{ "Measurement", rows, RTE_DIM(rows), options },
		{ "Load", load_option_rows, load_option_count, options },
		{ "HTTP", http_option_rows, http_option_count, options },
		{ "Steps", steps_option_rows, steps_option_count, options },
		{ "Result", output_option_rows, output_option_count, &options->outputs },
		{ "Commands", prompt_option_rows, prompt_option_count, &options->prompt },
		{ "Capture", capture_option_rows, capture_option_count, &options->capture },
		{ "Flood", flood_option_rows, flood_option_count, options },
		{ "Engine", engine_option_rows, engine_option_count, options },
		{ "Stack", stack_option_rows, stack_option_count, &options->stack },
		{ "Device", device_option_rows, device_option_count, &options->device },
		{ "Process", user_option_rows, user_option_count, &options->user },
	};
	int ret;

	set_defaults(options);
	ret = command_line_split(line, argc, argv, usage, tables, RTE_DIM(tables));
	if (ret >= 0)
		return ret;
	ret = options_read(line, tables, RTE_DIM(tables));
	options->device.named = command_line_names_device(line);
	options->line = line;
	if (ret < 0)
		ret = bench_options_check(options);
	if (ret < 0)
		ret = load_secret(options);
	if (ret < 0)
		ret = outputs_open(&options->outputs);
	if (ret < 0)
		ret = outputs_check_other(&options->outputs, "capture", options->capture.path);
	if (ret < 0)
		ret = capture_options_open(&options->capture);
	return ret < 0 ? outputs_empty(&options->outputs) : ret;
}
