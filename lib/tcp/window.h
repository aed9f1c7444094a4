/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Windows (RFC 9293 3.8.6): what we promise the peer, and what the peer's promise lets us send.
 */
#ifndef LIB_TCP_WINDOW_H
#define LIB_TCP_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"

struct tcb;
struct tcp;

/* The smallest shift that is allowed and lets 16 bits announce the receive buffer (RFC 7323 2.3). */
uint8_t window_scale_choose(const struct estab_tcp_config *config);

/* The window of a SYN or SYN-ACK, which is never scaled. */
uint16_t window_initial(const struct tcp *tcp);

/* RCV.WND when the handshake is done: what was announced, or more where that is the policy. */
uint32_t window_accepted_initially(const struct tcp *tcp);

/*
 * Move the right edge of the receive window to what the buffer has free, with receiver's
 * silly-window avoidance (3.8.6.2.2, MUST-39); it never moves left (SHLD-14).
 *
 * @return SEG.WND to announce
 */
uint16_t window_announce(struct tcb *tcb);

/* SEG.WND as it was announced last. */
uint16_t window_announced(const struct tcb *tcb);

/* After the user has received: owe a window update where it has grown by enough to matter. */
void window_reopen(struct tcb *tcb);

/* SEG.WND in octets: that of a SYN is never scaled (RFC 7323 2.2). */
uint32_t window_carried(const struct tcb *tcb, const struct segment *seg);

/* 3.10.7.4, fifth check: take SND.WND from a segment that is newer than the last that gave it. */
void window_update(struct tcb *tcb, const struct segment *seg);

/* Sender's silly-window avoidance and Nagle (3.8.6.2.1, MUST-38; 3.7.4): may this much go now? */
bool window_allows_text(const struct tcb *tcb, uint32_t unsent, uint32_t usable);

#endif
