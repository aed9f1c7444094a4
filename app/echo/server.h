/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One stack with its listeners and the sessions of its connections: all that an lcore needs to
 * serve one queue. Nothing in it is shared with another lcore.
 */
#ifndef APP_ECHO_SERVER_H
#define APP_ECHO_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "parse.h"
#include "service.h"
#include "slots.h"

struct estab_listener;
struct estab_stack;
struct estab_stack_config;

struct server {
	struct estab_stack *stack;
	const struct service *service;
	struct estab_listener *listeners[PARSE_PORTS_MAX];
	uint16_t listener_count;
	struct slots slots;       /* of sessions */
	struct session *sessions; /* as many as the stack may have connections */
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
		const struct service *service, const struct port_list *ports, uint32_t backlog);

void server_destroy(struct server *server);

/* One turn: packets, new connections, events. */
void server_turn(struct server *server, uint64_t now_ns);

/* One turn of the end: no session is served any more. @return connections still open */
uint32_t server_drain(struct server *server, uint64_t now_ns);

#endif
