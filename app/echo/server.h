/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One stack with its listeners and the sessions of its connections: all that an lcore needs to
 * serve one queue. Nothing in it is shared with another lcore.
 */
#ifndef APP_ECHO_SERVER_H
#define APP_ECHO_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "ages.h"
#include "parse.h"
#include "service.h"
#include "slots.h"

struct estab_listener;
struct estab_stack;
struct estab_stack_config;

/* How connections are served, the same on all lcores. */
struct server_rules {
	const struct service *service;
	struct http_site site;
	uint64_t idle_timeout_ns; /* 0: none */
	uint32_t connections_max; /* of all servers together; 0: as many as their stacks have */
	atomic_uint connections;  /* of all servers now; counted where there is a maximum */
};

struct server {
	struct estab_stack *stack;
	struct server_rules *rules;
	struct service_counters counters;
	uint64_t now_ns;       /* of this turn */
	struct ages idle;      /* by when they were last heard of */
	struct ages lingering; /* by when they ended */
	struct estab_listener *listeners[PARSE_PORTS_MAX];
	uint16_t listener_count;
	struct slots slots;       /* of sessions */
	struct session *sessions; /* as many as the stack may have connections */
	struct http_talk *talks;  /* one for each of them, or NULL */
	uint32_t *starved;        /* numbers of the sessions that wait for memory */
	uint32_t starved_count;
	bool draining;
};

/*
 * Create the stack, its sessions and its listeners. Complains where that fails.
 *
 * @return -1 to go on, else the exit code
 */
int server_create(struct server *server, const struct estab_stack_config *config,
		struct server_rules *rules, const struct port_list *ports, uint32_t backlog);

/* Listen on all ports, on the server's own lcore. @return 0, or the negative errno of the first that cannot be */
int server_listen(struct server *server, const struct port_list *ports, uint32_t backlog);

/* Listen no more: newcomers are reset, who is there is served. On its own lcore. */
void server_listen_no_more(struct server *server);

/* What needs no stack: part of server_create. */
void server_init(struct server *server, struct server_rules *rules);

void server_destroy(struct server *server);

/* One turn: packets, new connections, events. */
void server_turn(struct server *server, uint64_t now_ns);

/* One turn of the end: no session is served any more. @return connections still open */
uint32_t server_drain(struct server *server, uint64_t now_ns);

#endif
