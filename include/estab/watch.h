/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * Where the time of a turn goes: the stack says, once per burst, which part of its walk begins. The
 * watcher reads whatever clock or counter it likes; the stack itself reads none.
 *
 * Without a watcher that is one predicted branch per part and burst, not per packet.
 */
#ifndef ESTAB_WATCH_H
#define ESTAB_WATCH_H

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

/** Who is told of the stages of a turn. */
struct estab_watch {
	/** A stage begins, and the one before has ended. Must not call the stack. */
	void (*enter)(void *context, enum estab_stage stage);
	void *context; /**< handed to it */
};

/** Watch the turns of a stack from now on; the struct is copied. NULL: watch no more. */
ESTAB_API void estab_stack_watch(struct estab_stack *stack, const struct estab_watch *watch);

ESTAB_END_DECLS

#endif
