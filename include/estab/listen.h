/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Passive OPEN (RFC 9293 3.10.1): listeners and their accept queues.
 */
#ifndef ESTAB_LISTEN_H
#define ESTAB_LISTEN_H

#include <stdint.h>

#include <estab/address.h>
#include <estab/api.h>

ESTAB_BEGIN_DECLS

struct estab_conn;
struct estab_listener;
struct estab_stack;

/** What a passive OPEN is told. */
struct estab_listen_config {
	struct estab_endpoint local; /**< family ANY: every local address of both families; a
				      *   family with a zero address: every one of that family */
	uint32_t backlog; /**< finished handshakes that may wait for accept; 0 means 128 */
	void *user;       /**< inherited by accepted connections, see estab_conn_user */
	uint16_t mss;     /**< of its connections, as in struct estab_connect_config */
};

/**
 * Listen on a port. A specific address goes before a family's wildcard, that before ANY.
 *
 * @return 0, or a negative errno: -EINVAL (port 0, no such family, an MSS below 48), -EADDRNOTAVAIL (not
 *   a local address), -EADDRINUSE (the same endpoint listens already), -ENOBUFS (limit of listeners)
 */
ESTAB_API int estab_listen(struct estab_stack *stack, const struct estab_listen_config *config,
		struct estab_listener **listener);

/**
 * Take finished handshakes from the accept queue, oldest first.
 *
 * A connection may already have met its end; its pending error or end of file is read as usual.
 * Each stays valid until estab_conn_close or estab_conn_abort.
 */
ESTAB_API uint16_t estab_accept_burst(struct estab_listener *listener, struct estab_conn **conns,
		uint16_t n);

/**
 * Stop listening. Half-open connections are forgotten, connections that nobody accepted are
 * aborted. The listener is invalid afterwards.
 */
ESTAB_API void estab_listener_close(struct estab_listener *listener);

ESTAB_END_DECLS

#endif
