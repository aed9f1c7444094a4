/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a workload does with a connection at each step of its life: client.c opens it, tells what has
 * happened to it, and ends it.
 */
#ifndef APP_BENCH_CLIENT_STEPS_H
#define APP_BENCH_CLIENT_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

/* Each step returns false when it has ended the connection. */
struct client_steps {
	bool (*connected)(struct client *client, struct client_conn *conn, uint64_t now_ns);
	bool (*writable)(struct client *client, struct client_conn *conn);
	bool (*readable)(struct client *client, struct client_conn *conn, uint64_t now_ns);

	/* The time is over: begin to end it. Only where connections stand. */
	bool (*end)(struct client *client, struct client_conn *conn);
};

extern const struct client_steps client_open_steps;   /* client_exchange.c */
extern const struct client_steps client_crr_steps;    /* client_exchange.c */
extern const struct client_steps client_rr_steps;     /* client_exchange.c */
extern const struct client_steps client_stream_steps; /* client_stream.c */

/* Both sides have closed. */
void client_finish(struct client *client, struct client_conn *conn);

/* We end it by a reset, and that is right so. */
void client_cut(struct client *client, struct client_conn *conn);

/* Our FIN, with --closes textbook in the next turn. */
void client_shutdown(struct client *client, struct client_conn *conn);

/* It ends with an error. */
void client_fail(struct client *client, struct client_conn *conn, enum client_error error);

/* The server's end of file: right, unless something of its was missing. @return whether it is still there */
bool client_at_end(struct client *client, struct client_conn *conn, bool missing);

#endif
