/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TCP segmentation offload: several full segments handed down as one packet, which the port cuts. What
 * then is on the wire is what this room would have cut itself: only full segments are put together,
 * and only where all of them carry the same options.
 */
#ifndef LIB_TCP_TEXT_TSO_H
#define LIB_TCP_TEXT_TSO_H

#include <stdbool.h>
#include <stdint.h>

#include <estab/stack.h>

enum {
	/* Each is a loss for its connection, and drivers refuse by what is in a packet: some connections
	 * would lose all that they send in packets to be cut, others nothing. So all are counted. */
	TSO_REFUSALS_MAX = 8,
};

struct tcb;
struct tcp;

/* True where the port can and the configuration does not forbid it. */
bool tso_is_granted(const struct estab_stack_config *config);

/* Whether the port cuts, and what it takes at once. */
void tso_init(struct tcp *tcp, const struct estab_stack_config *config);

/* The port has refused a packet to be cut: after TSO_REFUSALS_MAX of them it is asked for none any more. */
void tso_refused(struct tcp *tcp);

/* True where the segments that this connection sends now differ in number and text only. */
bool tso_is_possible(const struct tcb *tcb);

/*
 * How much text the next packet takes of `fits` octets at send_at, which must point to it: a multiple
 * of SND.MSS, and at least one.
 */
uint32_t tso_text_len(const struct tcb *tcb, uint32_t fits);

#endif
