/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cookies of a burst are hashed together: a SYN-ACK is written first, and its number when all
 * SYNs of the burst have been seen, still before it is built.
 */
#ifndef LIB_TCP_OPEN_COOKIE_LANES_H
#define LIB_TCP_OPEN_COOKIE_LANES_H

#include <stdint.h>

#include "base/siphash_lanes.h"
#include "burst.h"
#include "tcp/open/syn_cookie.h"

struct tcp;

/* What SYNs are answered with that offer the same: nearly all SYNs of a time offer the same. */
struct cookie_terms {
	uint64_t offer;                /* what they offer; 0: these terms are nobody's yet */
	struct syn_cookie_draft draft; /* all but the slot */
	uint16_t wnd, mss;             /* of the SYN-ACK */
	uint8_t flags;                 /* its header's */
	uint8_t options;               /* set of enum tcp_option_seen */
	uint8_t window_scale;
};

/* SYN-ACKs that wait for their numbers; zeroed at the beginning. */
struct cookie_lanes {
	unsigned int count;
	struct cookie_terms terms; /* of the last cookie */
	struct outgoing *answers[SIPHASH_MESSAGES_MAX];
	uint8_t infos[SIPHASH_MESSAGES_MAX]; /* of ISS: syn_cookie_info */
	struct siphash_messages macs;
};

/*
 * Give a SYN-ACK over IPv4 its sequence number, at the latest with cookie_lanes_finish.
 */
void cookie_lanes_put(struct tcp *tcp, struct outgoing *answer, uint32_t irs,
		const struct syn_cookie_draft *draft);

/* At the end of the burst. */
void cookie_lanes_finish(struct tcp *tcp);

#endif
