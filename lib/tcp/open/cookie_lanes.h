/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cookies of a burst are hashed together: a SYN-ACK is written first, and its numbers when all
 * SYNs of the burst have been seen, still before it is built.
 */
#ifndef LIB_TCP_OPEN_COOKIE_LANES_H
#define LIB_TCP_OPEN_COOKIE_LANES_H

#include <stdint.h>

#include "base/siphash_lanes.h"
#include "burst.h"
#include "tcp/open/syn_cookie.h"

struct tcp;

/* SYN-ACKs that wait for their numbers; zeroed at the beginning. */
struct cookie_lanes {
	unsigned int count;
	struct outgoing *answers[SIPHASH_MESSAGES_MAX];
	struct syn_cookie_draft drafts[SIPHASH_MESSAGES_MAX];
	struct siphash_messages macs, offsets;
};

/*
 * Give a SYN-ACK over IPv4 its sequence number and TSval, at the latest with cookie_lanes_finish.
 * Its path must live until then.
 */
void cookie_lanes_put(struct tcp *tcp, struct outgoing *answer, uint32_t irs,
		const struct syn_cookie_draft *draft);

/* At the end of the burst. */
void cookie_lanes_finish(struct tcp *tcp);

#endif
