/* SPDX-License-Identifier: BSD-3-Clause */
/**
 * @file
 * The key of SYN cookies (RFC 4987 3.6): changed while a stack runs, and shared by the stacks of several
 * hosts that answer for one address. Nobody needs any of this: without it cookies are made for good under a
 * key that is derived from the stack's secret.
 */
#ifndef ESTAB_COOKIE_H
#define ESTAB_COOKIE_H

#include <stdint.h>

#include <estab/api.h>

ESTAB_BEGIN_DECLS

struct estab_stack;

/** Cookies count time in slots of 68.7 s: one lives in the slot in which it was made, and the next. */
#define ESTAB_COOKIE_SLOT_NS (UINT64_C(1) << 36)

/** What SYN cookies are made with. */
struct estab_cookie_key {
	uint8_t secret[16]; /**< from getrandom(), or what several hosts have agreed on */
	uint64_t number;    /**< of the key among those that come of this secret */

	/**
	 * Now, on a clock that all have who share the secret, such as CLOCK_REALTIME: slots are counted by it,
	 * and every ACK for a listener is tried as a cookie, for another host may have made it. 0: the
	 * secret is this stack's alone, and slots are counted by its own clock.
	 */
	uint64_t shared_ns;
};

/**
 * Change the key of SYN cookies. The new one makes them from the next slot on, so that for each cookie
 * exactly one key is right; at once where the stack has made none yet. What the old one made is accepted
 * for tcp.cookie_grace_ns from then on, as far as it still lives. Of two calls in one slot the later
 * counts. The key that is in use already changes nothing; its shared_ns corrects the clock.
 *
 * On the stack's own lcore. The key is copied, and the secret is not kept.
 *
 * @param stack  that makes and takes cookies
 * @param key  from now on
 * @param now_ns  as for estab_stack_poll()
 */
ESTAB_API void estab_stack_cookie_key(struct estab_stack *stack, const struct estab_cookie_key *key,
		uint64_t now_ns);

ESTAB_END_DECLS

#endif
