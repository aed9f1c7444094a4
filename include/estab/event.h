/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What happened to connections, collected after a poll: the application is told, not called.
 */
#ifndef ESTAB_EVENT_H
#define ESTAB_EVENT_H

#include <stdint.h>

#include <estab/api.h>

ESTAB_BEGIN_DECLS

struct estab_conn;
struct estab_stack;

/** Each is told once when it comes true, until it comes true again. */
enum estab_event_what {
	ESTAB_EVENT_CONNECTED = 1 << 0, /**< an active OPEN has reached ESTABLISHED */
	ESTAB_EVENT_READABLE = 1 << 1,  /**< text or end of file has arrived */
	ESTAB_EVENT_WRITABLE = 1 << 2,  /**< there is room again after a send that fell short */
	ESTAB_EVENT_CLOSED = 1 << 3,    /**< the connection is over; estab_conn_error says how */
	ESTAB_EVENT_URGENT = 1 << 4,    /**< an urgent mark has appeared or moved */
	ESTAB_EVENT_TROUBLE = 1 << 5,   /**< estab_conn_soft_error has something to say */
};

/** Something has happened to a connection. */
struct estab_event {
	struct estab_conn *conn; /**< to which */
	void *user;              /**< as estab_conn_user(conn) */
	uint32_t what;           /**< set of enum estab_event_what */
};

/**
 * Collect up to n events, one per connection, oldest first. Connections still in an accept queue
 * and connections that the application has closed or aborted are never named.
 */
ESTAB_API uint16_t estab_event_burst(struct estab_stack *stack, struct estab_event *events,
		uint16_t n);

ESTAB_END_DECLS

#endif
