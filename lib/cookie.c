/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The key of SYN cookies as the user changes it (RFC 4987 3.6).
 */
#include <estab/cookie.h>

#include "stack.h"
#include "tcp/open/cookie.h"

void
estab_stack_cookie_key(struct estab_stack *stack, const struct estab_cookie_key *key,
		uint64_t now_ns)
{
	tcp_set_now(&stack->tcp, now_ns);
	cookie_key_change(&stack->tcp, key);
}
