/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Path MTU discovery (RFC 1191, RFC 8201), and what replaces its messages where they are lost (after
 * RFC 4821): the segment size of a connection only ever goes down.
 */
#ifndef LIB_TCP_PATH_MTU_H
#define LIB_TCP_PATH_MTU_H

#include <stdint.h>

struct tcb;

/* A router says how much the path takes; 0: less than what was sent. What is in flight goes again. */
void path_mtu_lower(struct tcb *tcb, uint32_t mtu);

/* Full segments were retransmitted without an answer: they may be too large for the path. */
void path_mtu_suspect(struct tcb *tcb);

#endif
