/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The states of RFC 9293 3.3.2, in its words and its order, and the one door through which a
 * connection goes from one to another: every edge must be drawn in Figure 5.
 */
#ifndef LIB_TCP_STATE_H
#define LIB_TCP_STATE_H

#include <stdbool.h>

/* X(NAME, "TEXT"); CLOSED, which is fictional, comes first so that order means progress. */
#define TCP_STATES(X)                                                                              \
	X(CLOSED, "CLOSED")                                                                        \
	X(LISTEN, "LISTEN")                                                                        \
	X(SYN_SENT, "SYN-SENT")                                                                    \
	X(SYN_RECEIVED, "SYN-RECEIVED")                                                            \
	X(ESTABLISHED, "ESTABLISHED")                                                              \
	X(FIN_WAIT_1, "FIN-WAIT-1")                                                                \
	X(FIN_WAIT_2, "FIN-WAIT-2")                                                                \
	X(CLOSE_WAIT, "CLOSE-WAIT")                                                                \
	X(CLOSING, "CLOSING")                                                                      \
	X(LAST_ACK, "LAST-ACK")                                                                    \
	X(TIME_WAIT, "TIME-WAIT")

enum tcp_state {
#define TCP_STATE_ENUM(name, text) TCP_STATE_##name,
	TCP_STATES(TCP_STATE_ENUM)
#undef TCP_STATE_ENUM
			TCP_STATE_COUNT
};

struct tcb;

/* Go to another state; asserts that Figure 5 has that edge. */
void tcb_enter(struct tcb *tcb, enum tcp_state next);

/* True where RFC 9293 Figure 5, or an abort, leads from one state to the other. */
bool tcp_state_has_edge(enum tcp_state from, enum tcp_state to);

/* The state in the RFC's words. */
const char *tcp_state_text(enum tcp_state state);

#endif
