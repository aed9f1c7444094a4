/* SPDX-License-Identifier: BSD-3-Clause */
/* What the command line says to estab-bench. */
#ifndef APP_BENCH_BENCH_OPTIONS_H
#define APP_BENCH_BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/address.h>

#include "capture.h"
#include "device.h"
#include "http_options.h"
#include "options.h"
#include "outputs.h"
#include "parse.h"
#include "privileges.h"
#include "prompt.h"
#include "stack_options.h"
#include "steps.h"
#include "targets.h"

enum bench_workload {
	WORKLOAD_NONE,
	WORKLOAD_OPEN,   /* connect, accept, close */
	WORKLOAD_CRR,    /* connect, request, response, close */
	WORKLOAD_RR,     /* request and response again and again on standing connections */
	WORKLOAD_STREAM, /* text without end on standing connections */
	WORKLOAD_FLOOD,  /* connections that nobody means, and open beside them */
	WORKLOAD_HOLD, /* very many connections, echoes on any of them, and peers without memory */
	WORKLOAD_COUNT,
};

/* Who closes first, and so keeps TIME-WAIT. */
enum bench_closer {
	CLOSER_BY_WORKLOAD,
	CLOSER_SERVER, /* in crr its FIN rides with the response */
	CLOSER_CLIENT,
	CLOSER_RESET, /* the client, by a reset: of a server that sends without end */
};

/* Of a stream, seen from the client. */
enum bench_direction {
	DIRECTION_SEND = 1,
	DIRECTION_RECEIVE = 2,
	DIRECTION_BOTH = DIRECTION_SEND | DIRECTION_RECEIVE,
};

enum { ENGINE_CONNECTIONS_MAX = 8 };

/* How many connections stand, one measurement each. */
struct engine_connections {
	unsigned int count;
	uint32_t values[ENGINE_CONNECTIONS_MAX];
};

struct bench_options {
	const struct command_line *line; /* what was given */
	bool engine;                     /* the ledger of cycles in place of a workload */
	const char *engine_traffic;      /* one kind; NULL: every kind */
	struct engine_connections engine_connections;
	uint32_t engine_rounds;
	uint32_t engine_packets; /* received in a round */
	bool software_checksums; /* the engine's port has no checksum offload */
	uint32_t workload;       /* enum bench_workload */
	uint32_t closer;         /* enum bench_closer */
	uint32_t direction;      /* enum bench_direction */
	bool textbook_closes;    /* each FIN in a packet of its own */
	bool loopback;
	bool ipv6;                  /* loopback's addresses */
	bool connections_each;      /* so many on each lcore that opens, not on all together */
	struct server_list servers; /* none: not given */
	uint32_t server_ports;      /* ports from each server's first on */
	uint32_t connections;       /* open at once */
	bool closed;                /* said so; without a rate it is anyway */
	bool poisson;               /* arrivals at the rate */
	uint32_t rate;              /* planned per second; 0: as fast as they end, or can be sent */
	uint32_t flood_with;        /* enum flood_kind */
	uint32_t legitimate_rate;   /* of connections beside a flood */
	struct estab_local_address flood_from;
	struct estab_local_address
			clients; /* who connects, beside our addresses; the peers of hold */
	uint32_t client_first;   /* of them, of this lcore */
	struct queue_map config; /* empty: automatic */
	struct http_options http;
	uint32_t request_size, response_size; /* of HTTP a response of 0: of any size */
	uint32_t message_size; /* stream: handed over at a time; rr: both sizes, until they are known */
	struct ramp ramp;      /* count 0: none */
	bool find_max;
	uint32_t loss_ppm;   /* of a step that is kept, in millionths */
	uint32_t max_errors; /* that still are success */
	uint32_t min_rate;   /* for success; stream: Mbit/s */
	uint64_t duration_ns;
	uint64_t warm_up_ns; /* before it */
	uint64_t drain_timeout_ns;
	uint64_t seed;
	bool seed_given;
	struct outputs outputs;
	struct prompt_options prompt;
	struct capture_options capture;
	struct device_options device;
	struct stack_options stack;
	struct user_options user;
};

/* @return -1 to go on, with the EAL arguments in line; else the exit code */
int bench_options_read(struct bench_options *options, struct command_line *line, int argc,
		char **argv);

/* Refuse what does not go together, and fill in what was not said. @return as above */
int bench_options_check(struct bench_options *options);

/* "open", "crr", "rr", "stream", "flood" or "hold" */
const char *bench_workload_name(uint32_t workload);

/* Whether connections stand while it is measured what goes through them. */
static inline bool
bench_workload_stands(uint32_t workload)
{
	return workload == WORKLOAD_RR || workload == WORKLOAD_STREAM;
}

/* Connections planned per second; 0: as fast as they end. */
static inline uint32_t
bench_connection_rate(const struct bench_options *options)
{
	return options->workload == WORKLOAD_FLOOD ? options->legitimate_rate : options->rate;
}

/* Bytes that a connection's send buffer takes: the default is include/estab/stack.h's. */
static inline uint32_t
bench_send_buffer(const struct bench_options *options)
{
	return options->stack.send_buffer != 0 ? options->stack.send_buffer : 262144;
}

#endif
