/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The puppet's whole state: a stack on a device, and the strings that its connections hang on.
 * puppet.c runs it, puppet_command.c reads what it is told, puppet_strings.c moves the text.
 */
#ifndef TEST_INTEROP_PUPPET_H
#define TEST_INTEROP_PUPPET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <estab/conn.h>
#include <estab/listen.h>
#include <estab/stack.h>
#include <estab/stats.h>

#include "clock.h"
#include "device.h"
#include "stack_options.h"

enum puppet_limits {
	STRINGS_MAX = 64,
	PATTERN_BYTES = 65521, /* a prime: no segment and no buffer repeats it in step */
	LINE_MAX_BYTES = 1024,
};

struct rte_mempool;

/* One connection, and what it has been told to do. */
struct string {
	struct estab_conn *conn; /* NULL: none, or given up */
	uint64_t send_goal, sent;
	uint64_t receive_goal, received;
	uint64_t wrong_at;  /* 1 + offset of the first byte that is not the pattern's; 0: none */
	bool wants_no_more; /* shutdown when all is sent */
	bool at_end;        /* the peer's end of file was read */
	int error;          /* what ended it, a negative errno */
};

struct puppet {
	struct stack_options stack_options;
	struct device_options device_options;
	struct device device;
	struct rte_mempool *pool;
	struct clock clock;
	struct estab_stack *stack;
	struct estab_listener *listener;
	bool deaf; /* packets stay where they are */
	struct string strings[STRINGS_MAX];
	char line[LINE_MAX_BYTES];
	size_t line_used;
};

/* Do what one line says, and answer it. */
void command_obey(struct puppet *puppet, char *line);

/* Let every connection send and receive what it may and shall. */
void strings_pull(struct puppet *puppet);

#endif
