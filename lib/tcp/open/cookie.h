/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SYN cookies as a listener uses them (RFC 4987 3.6).
 */
#ifndef LIB_TCP_OPEN_COOKIE_H
#define LIB_TCP_OPEN_COOKIE_H

#include <stdbool.h>

#include "burst.h"
#include "tcp/open/syn_cookie.h"

struct estab_cookie_key;
struct listener;
struct tcb;
struct tcp;

/* Answer a SYN with a SYN-ACK that remembers everything by itself. */
void cookie_answer(struct tcp *tcp, struct burst *burst, struct segment *seg,
		const struct listener *listener);

/* True where cookies were sent of late, or may be by others, so that an ACK may be one that comes back. */
bool cookies_are_in_force(const struct tcp *tcp);

/* True where the segment acknowledges a cookie of ours; granted says what it remembers. */
bool cookie_is_right(const struct tcp *tcp, const struct segment *seg,
		struct syn_cookie_grant *granted);

/*
 * Open a connection with the ACK that brings a cookie back.
 *
 * @return the TCB in SYN-RECEIVED, with which the segment is to be processed; NULL: it has its fate
 */
struct tcb *cookie_take(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct listener *listener);

/* What estab_stack_cookie_key does, at the time of this turn. */
void cookie_key_change(struct tcp *tcp, const struct estab_cookie_key *given);

#endif
