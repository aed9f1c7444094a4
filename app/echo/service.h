/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is done with a connection: three services that are as old as TCP. A service moves what can
 * be moved now and says what it waits for; it never blocks and never looks at another connection.
 */
#ifndef APP_ECHO_SERVICE_H
#define APP_ECHO_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

struct estab_conn;
struct rte_mbuf;

/* One accepted connection. */
struct session {
	struct estab_conn *conn;
	struct rte_mbuf *pending; /* echo: received, and not yet taken by a send; owned */
	uint32_t offset;          /* chargen: where in the pattern the next byte is */
	bool starved;             /* chargen: waits for mbufs, in the server's list */
};

enum session_next {
	SESSION_WAIT,  /* an event will come */
	SESSION_RETRY, /* no memory now; no event tells when there is */
	SESSION_END,   /* done: close */
};

struct service {
	const char *name;
	uint16_t default_port;
	enum session_next (*progress)(struct session *session);
};

/* "echo", "discard" or "chargen"; NULL for another name. */
const struct service *service_named(const char *name);

/* Send back what comes, without copying: receives no more than can be sent. RFC 862. */
enum session_next echo_progress(struct session *session);

/* Forget what comes. RFC 863. */
enum session_next discard_progress(struct session *session);

/* Send the pattern of RFC 864 for as long as the connection lasts, and forget what comes. */
enum session_next chargen_progress(struct session *session);

#endif
