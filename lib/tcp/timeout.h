/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Timeouts (RFC 9293 3.10.8): they mark what is owed, or end a connection; they send nothing.
 */
#ifndef LIB_TCP_TIMEOUT_H
#define LIB_TCP_TIMEOUT_H

#include <stdint.h>

#include "burst.h"

struct tcp;

/* Let expire what is due. SYN-ACKs to be sent again are put into out[]: they have no TCB. */
void tcp_timeouts(struct tcp *tcp, struct burst *burst);

/* When tcp_timeouts is needed next, in nanoseconds; UINT64_MAX: never. */
uint64_t tcp_timeouts_next(const struct tcp *tcp);

#endif
