/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What who watches is told of a connection that changes its state: RFC 9293 Figure 5, whose arrows name
 * their events. Only called where somebody watches.
 */
#ifndef LIB_TCP_TRANSITION_H
#define LIB_TCP_TRANSITION_H

#include "path.h"
#include "tcp/state.h"

struct tcb;
struct tcp;

/* It has come from that state. On the way to CLOSED its error says why. */
void transition_tell(const struct tcb *tcb, enum tcp_state from);

/* TIME-WAIT, of which only a record was left, ends with that event. */
void transition_tell_end(const struct tcp *tcp, const struct path *path, const char *event);

#endif
