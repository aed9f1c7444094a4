/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A simulation: two stacks, one wire, one clock, and conversations between applications on both
 * sides. All of it follows from one seed.
 */
#ifndef TEST_SIM_SIM_H
#define TEST_SIM_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/conn.h>
#include <estab/listen.h>
#include <estab/stack.h>

#include "pattern.h"
#include "wire.h"

enum sim_limits {
	SIM_SIDES = 2,
	SIM_CONVERSATIONS = 16,
	SIM_SERVER_PORT = 7,
	SIM_CLIENT_PORT = 10000, /* of conversation 0; the others follow */
};

/* When a side ends its own direction. */
enum talk_order {
	TALK_END_WHEN_SENT,      /* half-close as soon as all is written */
	TALK_END_AFTER_THE_PEER, /* only after the peer's end of file */
};

/* One side of a conversation. */
struct talker {
	struct conversation *conversation;
	unsigned int side; /* of the wire */
	struct estab_conn *conn;
	uint64_t key; /* of the text it sends */
	uint64_t to_send, sent;
	uint64_t received;
	uint64_t abort_at;   /* bytes sent and received; UINT64_MAX: never */
	bool abort_by_close; /* close with text unread rather than abort */
	enum talk_order order;
	uint64_t think_ns; /* up to so long between two calls */
	uint64_t next_ns;  /* no call before */
	bool begun, over;
	bool can_read, can_write; /* until a call says otherwise */
	bool shut, at_end;
};

struct conversation {
	struct sim *sim;
	unsigned int number;
	uint8_t family;    /* enum estab_family */
	bool simultaneous; /* both sides open actively */
	bool rude;         /* one side will abort: the other may be told of an error */
	uint64_t begin_ns;
	uint64_t aborted_ns;              /* when one side did; UINT64_MAX: not yet */
	struct talker talkers[SIM_SIDES]; /* [0] is the client */
};

struct sim {
	uint64_t seed;
	struct random random;
	uint64_t now_ns;
	bool trace;
	bool cookies; /* connections may be made by SYN cookies */
	bool loses;   /* the wire loses frames or turns bits over */
	struct wire wire;
	struct rte_mempool *pools[SIM_SIDES];
	struct estab_stack_config configs[SIM_SIDES];
	struct estab_stack *stacks[SIM_SIDES];
	struct estab_listener *listeners[SIM_SIDES];
	uint32_t iss[SIM_CONVERSATIONS][SIM_SIDES]; /* for the trace */
	uint32_t ghosts; /* connections that old duplicates of cookies made */
	uint32_t missed; /* connections that cookies could not make */
	unsigned int conversation_count;
	struct conversation conversations[SIM_CONVERSATIONS];
};

/* Say what went wrong, and how to see it again; does not return. */
void sim_fail(const struct sim *sim, const char *format, ...)
		__attribute__((format(printf, 2, 3), noreturn));

/* Choose everything from the seed (plan.c). */
void sim_plan(struct sim *sim, struct wire_config *wire);

/* The applications (talk.c): connect, accept, collect events, and do what is due. */
void talk_turn(struct sim *sim);

/* When an application wants to do something next; UINT64_MAX: all wait for their stacks. */
uint64_t talk_next(const struct sim *sim);

/* True when both sides of every conversation are over. */
bool talk_is_over(const struct sim *sim);

/* Print frames as they are sent (trace.c). */
void trace_frame(void *sim, unsigned int end, const uint8_t *frame, size_t size, const char *fate);

#endif
