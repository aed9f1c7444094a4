/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The fixture with its lid off: connections are brought to a state by what peers and users do, and
 * then the room is looked at, or called, from inside.
 */
#ifndef TEST_UNIT_TCP_BENCH_H
#define TEST_UNIT_TCP_BENCH_H

#include "fixture.h"
#include "stack.h"

#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)

static inline struct tcp *
room(struct fixture *t)
{
	start(t);
	return &t->stack->tcp;
}

static inline struct tcb *
tcb_of(const struct fixture *t)
{
	return (struct tcb *)t->peer->conn;
}

/* The tick of a time so many milliseconds from now. */
static inline uint32_t
tick_in(const struct fixture *t, uint64_t ms)
{
	return (uint32_t)((t->now_ns + ms * MS) / TCP_TICK_NS);
}

#endif
