/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A dispatch with queues in memory: frames go into a queue, and each stack's port is asked what it
 * has got. Frames are those of the net room's kit, connections differ in the peer's port.
 */
#ifndef TEST_UNIT_PORT_DESK_H
#define TEST_UNIT_PORT_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <estab/dispatch.h>
#include <estab/stats.h>

#include "../net/kit.h"
#include "memory_port.h"

enum desk_limits {
	DESK_STACKS = 4,
	DESK_SERVER_PORT = 80,
};

struct desk {
	struct kit *kit;           /* its pool is one of enough mbufs */
	struct rte_mempool *small; /* the kit's own */
	struct memory_port queues[DESK_STACKS];
	struct estab_port given[DESK_STACKS];
	struct estab_dispatch_config config;
	struct estab_dispatch *dispatch;
	struct estab_port ports[DESK_STACKS];
};

/* One queue, of stack 0; each test may change desk->config and desk->given before desk_open. */
int desk_setup(void **state);

/* Asserts that all mbufs have come home. */
int desk_teardown(void **state);

void desk_open(struct desk *desk);

/* A segment from this port of the peer, with this number. */
struct frame desk_segment(uint8_t family, uint16_t peer_port, uint32_t seq);

/* The ends of that connection. */
struct estab_endpoint desk_local(uint8_t family);
struct estab_endpoint desk_remote(uint8_t family, uint16_t peer_port);

/* The stack that says that the connection is its own: exactly one does. */
unsigned int desk_owner(const struct desk *desk, uint8_t family, uint16_t peer_port);

/* Put a frame into a queue of the device. */
void desk_put(struct desk *desk, unsigned int queue, const struct frame *frame);

/* Receive with bursts of n until no stack has anything left, and free it. got: packets by stack */
void desk_count(struct desk *desk, uint16_t n, unsigned int got[DESK_STACKS]);

/* What all ports together add to the numbers of their stacks. */
struct estab_stats desk_stats(const struct desk *desk);

/* The stack sends a frame with this first byte. @return whether its port took it */
bool desk_send(struct desk *desk, unsigned int stack, uint8_t byte);

/* The first byte of the next frame on the wire of this queue; -1: there is none. */
int desk_sent(struct desk *desk, unsigned int queue);

#endif
