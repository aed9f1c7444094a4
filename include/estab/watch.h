/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * What a stack can be seen to do while it does it.
 *
 * Where the time of a turn goes: the stack says, once per burst, which part of its walk begins. The
 * watcher reads whatever clock or counter it likes; the stack itself reads none. And what becomes of
 * connections: it says when one goes from a state to another.
 *
 * Without a watcher that is one predicted branch per part and burst, and one per change of a state; none
 * per packet.
 */
#ifndef ESTAB_WATCH_H
#define ESTAB_WATCH_H

#include <stdint.h>

#include <estab/address.h>
#include <estab/api.h>

ESTAB_BEGIN_DECLS

struct estab_stack;

/** X(name, "text"), in the order of a turn */
#define ESTAB_STAGES(X)                                                                            \
	X(RECEIVE, "receive")   /* the port's rx_burst */                                          \
	X(PARSE, "parse")       /* packets to segments; ARP, ND and ICMP */                        \
	X(LOOKUP, "lookup")     /* segments to connections */                                      \
	X(TCP, "tcp")           /* RFC 9293 3.10.7 */                                              \
	X(TIMEOUTS, "timeouts") /* RFC 9293 3.10.8 */                                              \
	X(OUTPUT, "output")     /* what is owed to segments; the end of connections */             \
	X(BUILD, "build")       /* segments to packets */                                          \
	X(TRANSMIT, "transmit") /* the port's tx_burst */                                          \
	X(OUTSIDE, "outside")   /* the caller again */

/** ESTAB_STAGE_ and a name of ESTAB_STAGES. */
enum estab_stage {
#define ESTAB_STAGE_NAME(name, text) ESTAB_STAGE_##name,
	ESTAB_STAGES(ESTAB_STAGE_NAME)
#undef ESTAB_STAGE_NAME
			ESTAB_STAGE_COUNT
};

/**
 * A connection goes from one state to another, as RFC 9293 Figure 5 draws it. A passive one comes from
 * LISTEN when its handshake is over: before that it is a record, or nothing. TIME-WAIT ends in CLOSED.
 */
struct estab_state_change {
	struct estab_endpoint local;  /**< our end */
	struct estab_endpoint remote; /**< the peer's */
	const char *from;             /**< in the words of 3.3.2, such as "SYN-SENT" */
	const char *event; /**< in those of Figure 5, such as "rcv SYN,ACK"; never freed */
	const char *to;    /**< as `from` */
	uint64_t now_ns;   /**< of the turn that began last; 0 before the first */
};

/** Who is told what; each function may be NULL. */
struct estab_watch {
	/** A stage begins, and the one before has ended. Must not call the stack. */
	void (*enter)(void *context, enum estab_stage stage);
	void *context; /**< handed to both */

	/** A connection changes its state. Must not call the stack. */
	void (*state)(void *context, const struct estab_state_change *change);
};

/** Watch the turns of a stack from now on; the struct is copied. NULL: watch no more. */
ESTAB_API void estab_stack_watch(struct estab_stack *stack, const struct estab_watch *watch);

ESTAB_END_DECLS

#endif
