/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Listeners and their accept queues (RFC 9293 3.10.1 passive OPEN). The public calls are
 * estab_accept_burst and estab_listener_close; opening one is in stack_open.c, which knows addresses.
 */
#ifndef LIB_TCP_OPEN_LISTENER_H
#define LIB_TCP_OPEN_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/listener_table.h"

#include "path.h"

struct estab_listen_config;
struct listener;
struct tcb;
struct tcp;

/* @return the listener, or NULL with *error -EADDRINUSE or -ENOBUFS */
struct listener *listener_create(struct tcp *tcp, const struct listener_link *link,
		const struct estab_listen_config *config, int *error);

/* The listener for a path's local end, or NULL. */
struct listener *listener_find(struct tcp *tcp, const struct path *path);

bool listener_is_full(const struct listener *listener);

/* Put a connection that has reached ESTABLISHED into its listener's accept queue. */
void listener_queue(struct listener *listener, struct tcb *tcb);

/* Take a connection out of its accept queue. */
void listener_unqueue(struct tcb *tcb);

/* Stop listening: forget half-open connections, abort those that nobody accepted. */
void listener_destroy(struct listener *listener);

#endif
