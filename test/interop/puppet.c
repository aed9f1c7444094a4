/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * puppet [EAL arguments] -- [options]: a stack on one device whose connections do what they are told
 * on stdin, one command a line, each answered by one line on stdout: "ok ..." or "error WHY".
 *
 *	listen PORT                        accept N                   close N
 *	connect N ADDRESS PORT FROM-PORT   send N BYTES               abort N
 *	keepalive N IDLE INTERVAL PROBES   receive N BYTES            status N
 *	deaf 0|1 (take no packets)         shutdown N                 count COUNTER
 *
 * N is a number that the caller gives the connection. Nothing waits: send, receive and shutdown are
 * done as the connection allows, and status says how far they are. The
 * text of a connection follows from N: puppet_strings.c, puppets.py.
 */
#include "puppet.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include <estab/event.h>

#include "complain.h"
#include "eal.h"
#include "interface_check.h"
#include "memory.h"
#include "secret.h"
#include "signals.h"

enum puppet_setup {
	MBUFS = 16384,
	MBUF_CACHE = 250,
	EVENT_BATCH = 32,
	TURNS_PER_LOOK = 32,   /* between two looks at stdin while packets flow */
	TURNS_UNTIL_NAP = 512, /* without a packet */
	NAP_US = 100,
};

static const char usage[] = "A stack that is led by commands on stdin, for the tests.";

static int
read_options(struct puppet *puppet, struct command_line *line, int argc, char **argv)
{
	const struct option_table tables[] = {
		{ "Stack", stack_option_rows, stack_option_count, &puppet->stack_options },
		{ "Device", device_option_rows, device_option_count, &puppet->device_options },
	};
	int ret = command_line_split(line, argc, argv, usage, tables, RTE_DIM(tables));

	if (ret >= 0)
		return ret;
	puppet->device_options.named = command_line_names_device(line);
	ret = options_read(line, tables, RTE_DIM(tables));
	return ret < 0 ? interface_check(&puppet->stack_options.interface) : ret;
}

static int
start_device(struct puppet *puppet)
{
	const uint64_t id = rte_eth_find_next_owned_by(0, RTE_ETH_DEV_NO_OWNER);
	int ret;

	if (id >= RTE_MAX_ETHPORTS)
		return device_complain_none(&puppet->device_options, "");
	ret = device_probe(&puppet->device, (uint16_t)id, &puppet->device_options);
	if (ret >= 0)
		return ret;
	puppet->pool = memory_mbuf_pool("puppet", MBUFS, MBUF_CACHE, puppet->device.data_room,
			SOCKET_ID_ANY, "total-num-mbufs");
	if (puppet->pool == NULL)
		return EXIT_ENVIRONMENT;
	return device_start(&puppet->device, 1, &puppet->pool);
}

static int
create_stack(struct puppet *puppet)
{
	const struct device *device = &puppet->device;
	struct estab_stack_config config;
	struct estab_port port;
	const char *why;

	if (device_port(device, 0, &port) != 0)
		return complain(EXIT_ENVIRONMENT, "%s: its queue cannot be used", device->name);
	estab_stack_config_init(&config);
	stack_options_apply(&puppet->stack_options, &config);
	config.name = "puppet";
	config.socket_id = SOCKET_ID_ANY;
	config.mbuf_pool = puppet->pool;
	config.port = &port;
	config.interface.mtu = device->mtu;
	memcpy(config.interface.mac, device->mac, sizeof(config.interface.mac));
	if (secret_fill(config.secret, sizeof(config.secret)) != 0)
		return complain(EXIT_ENVIRONMENT, "getrandom gives no secret");
	if (estab_stack_config_check(&config, &why) != 0)
		return complain(EXIT_USAGE, "%s", why);
	puppet->stack = estab_stack_create(&config);
	return puppet->stack != NULL ? -1 : complain(EXIT_ENVIRONMENT, "no memory for the stack");
}

/* Events need no look: every connection is asked in every turn. */
static void
forget_events(struct puppet *puppet)
{
	struct estab_event events[EVENT_BATCH];

	while (estab_event_burst(puppet->stack, events, EVENT_BATCH) == EVENT_BATCH)
		;
}

static void
turn(struct puppet *puppet)
{
	const uint64_t now_ns = clock_now(&puppet->clock);

	if (!puppet->deaf)
		estab_stack_receive(puppet->stack, now_ns);
	forget_events(puppet);
	strings_pull(puppet);
	estab_stack_transmit(puppet->stack, now_ns);
}

static uint64_t
packets(const struct puppet *puppet)
{
	struct estab_stats stats;

	estab_stack_stats(puppet->stack, &stats);
	return stats.rx_packets + stats.tx_packets;
}

/* What has arrived on stdin, whole lines of it. @return false at its end */
static bool
take_commands(struct puppet *puppet)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t n;
	char *end;

	if (poll(&input, 1, 0) <= 0)
		return true;
	n = read(STDIN_FILENO, puppet->line + puppet->line_used,
			sizeof(puppet->line) - 1 - puppet->line_used);
	if (n <= 0)
		return false;
	puppet->line_used += (size_t)n;
	puppet->line[puppet->line_used] = '\0';
	while ((end = strchr(puppet->line, '\n')) != NULL) {
		*end = '\0';
		command_obey(puppet, puppet->line);
		puppet->line_used -= (size_t)(end + 1 - puppet->line);
		memmove(puppet->line, end + 1, puppet->line_used + 1);
	}
	return puppet->line_used < sizeof(puppet->line) - 1;
}

static void
run(struct puppet *puppet)
{
	uint64_t last = 0;
	unsigned int quiet = 0;

	for (unsigned int turns = 0; !signals_stopped(); turns++) {
		turn(puppet);
		if (quiet < TURNS_UNTIL_NAP && turns % TURNS_PER_LOOK != 0)
			continue;
		quiet = packets(puppet) == last ? quiet + TURNS_PER_LOOK : 0;
		last = packets(puppet);
		if (quiet >= TURNS_UNTIL_NAP)
			usleep(NAP_US);
		if (!take_commands(puppet))
			break;
	}
}

int
main(int argc, char **argv)
{
	static struct puppet puppet;
	struct command_line line;
	int ret = read_options(&puppet, &line, argc, argv);

	if (ret < 0)
		ret = eal_start(&line);
	if (ret >= 0)
		return ret;
	signals_init();
	clock_init(&puppet.clock);
	ret = start_device(&puppet);
	if (ret < 0)
		ret = create_stack(&puppet);
	if (ret < 0) {
		printf("ok begun\n");
		fflush(stdout);
		run(&puppet);
		estab_stack_destroy(puppet.stack);
		ret = EXIT_SUCCESS;
	}
	device_stop(&puppet.device);
	rte_eal_cleanup();
	return ret;
}
