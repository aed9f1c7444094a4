/* SPDX-License-Identifier: BSD-3-Clause */
/* What telemetry.h tells of estab-echo: its servers, their sessions, and what the options made of it. */
#include <stdio.h>

#include <rte_telemetry.h>

#include "../../lib/compat.h"
#include "echo.h"

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
add_stacks(const struct echo *echo, struct rte_tel_data *dict)
{
	struct rte_tel_data *list = rte_tel_data_alloc();
	char text[RTE_TEL_MAX_STRING_LEN];

	if (list == NULL)
		return;
	rte_tel_data_start_array(list, RTE_TEL_STRING_VAL);
	for (uint16_t i = 0; i < echo->map.count; i++) {
		const struct echo_place *place = &echo->places[i];

		snprintf(text, sizeof(text), "(%u,%u,%u) %.64s", place->where.port,
				place->where.queue, place->where.lcore,
				device_of(echo, place)->name);
		rte_tel_data_add_array_string(list, text);
	}
	if (rte_tel_data_add_dict_container(dict, "stacks", list, 0) != 0)
		rte_tel_data_free(list);
}

static void
add_config(const void *program, struct rte_tel_data *dict)
{
	const struct echo *echo = program;
	const struct echo_options *options = echo->options;

	rte_tel_data_add_dict_string(dict, "mode", options->service->name);
	add_stacks(echo, dict);
	COMPAT_TEL_ADD_DICT_UINT(dict, "ports", options->ports.count);
	COMPAT_TEL_ADD_DICT_UINT(dict, "backlog", options->backlog);
	COMPAT_TEL_ADD_DICT_UINT(dict, "connections", echo->places[0].server.slots.count);
	COMPAT_TEL_ADD_DICT_UINT(dict, "max_connections", options->max_connections);
	COMPAT_TEL_ADD_DICT_UINT(dict, "idle_timeout_ns", options->idle_timeout_ns);
	COMPAT_TEL_ADD_DICT_UINT(dict, "drain_timeout_ns", options->drain_timeout_ns);
	COMPAT_TEL_ADD_DICT_UINT(dict, "response_size", options->response_size);
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
		.config = add_config,
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
	telemetry_begin(source);
}
