/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pacing (RFC 9002 7.7, draft-ietf-ccwg-bbr "Send Quantum"): text leaves no faster than the rate
 * that the congestion controller states, a small burst at a time; the rest waits for the timer. In
 * any d nanoseconds no more text leaves than the rate carries in d, one and a half quanta and a
 * segment, tail probes and window probes not counted.
 *
 * Only text waits, new or sent again: what has none (ACK, SYN, FIN, RST) burdens no network. Only
 * connections whose controller asks have a block for it, from a pool of its own; a connection that
 * finds the pool empty is not paced.
 */
#ifndef LIB_TCP_CONGESTION_PACING_H
#define LIB_TCP_CONGESTION_PACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct estab_tcp_config;
struct tcb;

struct pacing {
	uint64_t rate;         /* octets per second; 0: none stated yet, and nothing waits */
	uint64_t release_ns;   /* by then all that has left would have left at the rate */
	uint64_t burst_end_ns; /* of the burst that is leaving: it may move release_ns up to here */
	uint32_t quantum;      /* octets in a burst */
};

/* Octets of a connection's block in a stack of this configuration; 0: it paces nothing. */
size_t pacing_block_size(const struct estab_tcp_config *config);

/* Take a block, where the stack has them. @return false where its limit is reached */
bool pacing_begin(struct tcb *tcb);

/* Give the block back, if there is one. */
void pacing_end(struct tcb *tcb);

/* The controller states a rate, in octets per second. The connection has a block. */
void pacing_set_rate(struct tcb *tcb, uint64_t rate);

/*
 * Octets of text that may leave now, in whole segments; 0: it has to wait. UINT32_MAX where the
 * connection is not paced.
 */
uint32_t pacing_room(struct tcb *tcb);

/* Text has left. */
void pacing_on_sent(struct tcb *tcb, uint32_t octets);

/* Text waits for nothing else: have output look again when it is due. */
void pacing_wait(struct tcb *tcb);

#endif
