/* SPDX-License-Identifier: BSD-3-Clause */
/* What telemetry.h tells of estab-echo: its servers, their sessions, and what the options made of it. */
#include <stdio.h>

#include "echo.h"
#include "state_log.h"
#include "teller.h"

static uint64_t
counter_of(const void *owner, unsigned int number)
{
	const struct server *server = owner;

	return service_counter(&server->counters, number);
}

/* In the drain the stack has taken them all. */
static const struct estab_conn *
conn_of(const void *owner, uint32_t slot)
{
	const struct server *server = owner;

	return server->draining ? NULL : server->sessions[slot].conn;
}

static const struct device *
device_of(const struct echo *echo, const struct echo_place *place)
{
	for (uint16_t i = 0; i < echo->device_count; i++)
		if (echo->devices[i].id == place->where.port)
			return &echo->devices[i];
	return NULL;
}

/* "(0,1,2) net_tap0": port, queue and lcore of each stack, and the device's name. */
static void
tell_stacks(const struct echo *echo, struct teller *teller)
{
	char text[TELLER_WORDS_MAX];

	tell_strings(teller, "stacks");
	for (uint16_t i = 0; i < echo->map.count; i++) {
		const struct echo_place *place = &echo->places[i];

		snprintf(text, sizeof(text), "(%u,%u,%u) %.64s", place->where.port,
				place->where.queue, place->where.lcore,
				device_of(echo, place)->name);
		tell_list_string(teller, text);
	}
	tell_list_end(teller);
}

static void
tell_config(const void *program, struct teller *teller)
{
	const struct echo *echo = program;
	const struct echo_options *options = echo->options;

	tell_string(teller, "mode", options->service->name);
	tell_stacks(echo, teller);
	tell_number(teller, "ports", options->ports.count);
	tell_number(teller, "backlog", options->backlog);
	tell_number(teller, "connections", echo->places[0].server.slots.count);
	tell_number(teller, "max_connections", options->max_connections);
	tell_number(teller, "idle_timeout_ns", options->idle_timeout_ns);
	tell_number(teller, "drain_timeout_ns", options->drain_timeout_ns);
	tell_number(teller, "response_size", options->response_size);
}

static struct echo_lcore *
lcore_of(struct echo *echo, const struct echo_place *place)
{
	uint16_t i = 0;

	while (echo->lcores[i].id != place->where.lcore)
		i++;
	return &echo->lcores[i];
}

void
echo_telemetry_begin(struct echo *echo, int argc, char **argv)
{
	const struct echo_options *options = echo->options;
	struct telemetry_source *source = &echo->telemetry;

	*source = (struct telemetry_source){
		.stack_count = echo->map.count,
		.counter_count = SERVICE_COUNTER_COUNT,
		.counter_name = service_counter_name,
		.counter = counter_of,
		.conn = conn_of,
		.service = options->service->name,
		.ports = options->ports.ports,
		.port_count = options->ports.count,
		.backlog = options->backlog,
		.interface = &options->stack.interface,
		.capture = &echo->capture,
		.config = tell_config,
		.program = echo,
		.argument_count = argc,
		.arguments = argv,
	};
	for (uint16_t i = 0; i < echo->map.count; i++) {
		struct echo_place *place = &echo->places[i];

		source->stacks[i] = (struct telemetry_stack){
			.desk = &lcore_of(echo, place)->desk,
			.lcore = place->where.lcore,
			.stack = place->server.stack,
			.owner = &place->server,
			.slots = place->server.slots.count,
		};
	}
	state_log_begin(source);
	telemetry_begin(source);
}
