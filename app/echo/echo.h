/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The whole of estab-echo: devices, one server per queue, and the lcores that run them. What an
 * lcore needs while packets flow is in its servers; the rest is set up before and read after.
 */
#ifndef APP_ECHO_ECHO_H
#define APP_ECHO_ECHO_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <estab/port.h>
#include <estab/stats.h>

#include "capture.h"
#include "clock.h"
#include "desk.h"
#include "device.h"
#include "echo_options.h"
#include "mailbox.h"
#include "parse.h"
#include "prompt.h"
#include "server.h"
#include "spread.h"
#include "telemetry.h"

enum echo_limits {
	ECHO_DEVICES_MAX = 32, /* bits of --portmask */
};

struct rte_mempool;

/* A stack at a device, on an lcore. */
struct echo_place {
	struct queue_place where;
	uint16_t stack; /* which of those at the device */
	bool has_pool;  /* of its own, or for all stacks at the device */
	struct rte_mempool *pool;
	struct estab_port port;
	struct server server;
	struct key_change key_change;
};

/* What an lcore does, and the copy of its numbers that others may read. */
struct echo_lcore {
	struct echo *echo;
	uint16_t id;
	uint16_t place_count;
	struct echo_place *places[PARSE_QUEUES_MAX];
	uint32_t open;    /* connections that the drain has not seen out */
	struct desk desk; /* telemetry asks here */
	struct mailbox mailbox;
	struct estab_stats stats; /* written when asked through the mailbox */
};

struct echo {
	const struct echo_options *options;
	struct server_rules rules;
	struct clock clock;
	uint16_t device_count;
	struct device devices[ECHO_DEVICES_MAX];
	struct spread spreads[ECHO_DEVICES_MAX];
	struct queue_map map;
	struct echo_place *places; /* one per entry of the map */
	uint16_t lcore_count;
	struct echo_lcore lcores[PARSE_QUEUES_MAX];
	bool cores_are_shared;
	struct telemetry_source telemetry;
	struct prompt_program prompt;
	struct capture capture;
	atomic_uint undrained; /* lcores with connections that are not seen out */
};

/* Devices, pools, stacks, listeners. @return -1 to go on, else the exit code; complains */
int echo_create(struct echo *echo, const struct echo_options *options);

void echo_destroy(struct echo *echo);

/* Serve until the time is over or a signal comes, then see the open connections out. */
void echo_run(struct echo *echo);

/* Answer what telemetry asks, from now on until telemetry_end. */
void echo_telemetry_begin(struct echo *echo, int argc, char **argv);

/*
 * Carry out commands, from now on until prompt_end; what telemetry tells is told there too.
 *
 * @return -1 to go on, else the exit code
 */
int echo_prompt_begin(struct echo *echo);

/* The sum over all lcores, asked for through their mailboxes; only while they run. */
void echo_stats_ask(struct echo *echo, struct estab_stats *sum);

/* The sum over all servers, read directly; only when no lcore runs any more. */
void echo_stats_read(struct echo *echo, struct estab_stats *sum, struct service_counters *served);

/* The first lines: what is in force, and where to connect. */
void echo_print_start(const struct echo *echo);

/* One line of numbers, for what happened between before and now. */
void echo_print_period(const struct estab_stats *now, const struct estab_stats *before,
		uint64_t now_ns, uint64_t period_ns);

/* The table at the end. */
void echo_print_totals(struct echo *echo);

#endif
