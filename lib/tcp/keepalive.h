/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Keep-alive (RFC 9293 3.8.4): off unless the user asks for it.
 */
#ifndef LIB_TCP_KEEPALIVE_H
#define LIB_TCP_KEEPALIVE_H

#include <stdbool.h>

#include "burst.h"

struct tcb;

/* Begin to count silence, where the user has asked for it. */
void keepalive_arm(struct tcb *tcb);

/* An acceptable segment came: the peer lives. */
void keepalive_heard(struct tcb *tcb);

/* The keep-alive timer has expired: probe, wait on, or give the connection up. */
void keepalive_timeout(struct tcb *tcb);

/* The probe itself: an ACK just outside of the peer's window, which must be answered; false: the burst
 * is full. */
bool keepalive_output(struct tcb *tcb, struct burst *burst);

#endif
