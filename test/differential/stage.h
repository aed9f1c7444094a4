/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * estab's side of the differential tests; see the head of stage.c.
 */
#ifndef TEST_DIFFERENTIAL_STAGE_H
#define TEST_DIFFERENTIAL_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <estab/conn.h>
#include <estab/listen.h>
#include <estab/stack.h>

#include "memory_port.h"

enum stage_limits {
	STAGE_TEXT_MAX = 1 << 16, /* bytes that one call moves at most */
	STAGE_PORT = 80,
	STAGE_PEER_PORT = 40000,
};

struct stage {
	uint8_t family;
	uint64_t now_ns;
	struct rte_mempool *pool;
	struct memory_port port;
	struct estab_stack_config config;
	struct estab_stack *stack;
	struct estab_listener *listener;
	struct estab_conn *conn;
};

/* Of a call: a word or, where there are some, bytes that were read. */
struct stage_answer {
	char text[64];
	size_t size;
	uint8_t bytes[STAGE_TEXT_MAX];
};

/* Do a user call. @return false where there is none of that name */
bool stage_call(struct stage *stage, const char *name, const char *words,
		struct stage_answer *answer);

/* The state of the connection; EBADF: the user has none. */
const char *stage_state(const struct stage *stage);

/* Read octets from text; returns how many. */
size_t stage_read_hex(const char *text, uint8_t *bytes, size_t room);

#endif
