/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * User calls (RFC 9293 3.10.1 to 3.10.6) as the library itself needs them; their public faces are
 * in include/estab/conn.h.
 */
#ifndef LIB_TCP_USER_USER_H
#define LIB_TCP_USER_USER_H

#include <stdint.h>

#include "path.h"

struct estab_connect_config;
struct tcb;
struct tcp;

/*
 * 3.10.1 OPEN, active: a SYN is owed. The path is complete but for the local port where that is 0.
 *
 * @return the TCB, held by the user, or NULL with *error -EADDRNOTAVAIL, -EADDRINUSE, -ENOBUFS
 */
struct tcb *user_open_active(struct tcp *tcp, struct path *path,
		const struct estab_connect_config *config, int *error);

/* 3.10.4 CLOSE, the half that says "no more to send". */
void user_shutdown(struct tcb *tcb);

/* What follows when a FIN is queued: FIN-WAIT-1 or LAST-ACK, at once (3.10.4). */
void user_enter_closing_state(struct tcb *tcb);

/* 3.10.5 ABORT: RST where the peer knows of the connection; the TCB goes. */
void user_abort(struct tcb *tcb);

/* Take the connection from the user and see it out gracefully: the end of the program. */
void user_drain(struct tcb *tcb);

#endif
