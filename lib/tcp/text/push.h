/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.9.1.2: PSH beyond what MUST-61 asks for, which the RFC leaves to the sender.
 */
#ifndef LIB_TCP_TEXT_PUSH_H
#define LIB_TCP_TEXT_PUSH_H

#include <stdbool.h>

#include "burst.h"

struct tcb;

/* Mark a segment with text where it is the last of all that there is, or a PSH is overdue. */
void push_text(struct tcb *tcb, struct outgoing *out, bool last);

/* Mark the segments that a connection has put into the burst from that one on, as is the policy. */
void push_together(const struct tcb *tcb, struct burst *burst, uint16_t first);

#endif
