/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * New keys for a stack's SYN cookies, now and then: random ones; or, where a secret is shared by several hosts,
 * those that all of them derive from it by the clock of the day.
 */
#ifndef APP_COMMON_KEY_CHANGE_H
#define APP_COMMON_KEY_CHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>

struct estab_stack;

enum { SECRET_SIZE = 16 };

/* What the command line says. */
struct key_options {
	const char *secret_file;     /* NULL: every stack has a secret of its own */
	uint8_t secret[SECRET_SIZE]; /* what it holds */
	uint64_t period_ns;          /* 0: keys do not change */
};

/* Of a stack; zeroed at the beginning. */
struct key_change {
	uint64_t due_ns;
	bool begun;
};

/* What is due is done. On the stack's lcore. */
void key_change_now(struct key_change *change, const struct key_options *options,
		struct estab_stack *stack, uint64_t now_ns);

/* In every turn. */
static inline void
key_change_turn(struct key_change *change, const struct key_options *options,
		struct estab_stack *stack, uint64_t now_ns)
{
	if (unlikely(now_ns >= change->due_ns))
		key_change_now(change, options, stack, now_ns);
}

#endif
