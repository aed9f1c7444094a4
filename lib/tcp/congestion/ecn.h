/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Explicit Congestion Notification (RFC 3168, RFC 9293 3.8.2): agreed in the handshake; marks of the
 * network go to the sender, the sender's reduction to the receiver.
 */
#ifndef LIB_TCP_CONGESTION_ECN_H
#define LIB_TCP_CONGESTION_ECN_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"

struct tcb;
struct tcp;

/* RFC 3168 5: the two low bits of TOS or traffic class. */
enum ecn_codepoint {
	ECN_NOT_ECT = 0,
	ECN_ECT_0 = 2,
	ECN_CE = 3,
};

/* What a TCB keeps. */
enum ecn_state {
	ECN_AGREED = 1 << 0,
	ECN_ECHO = 1 << 1,    /* CE was seen and no CWR since: ACKs carry ECE */
	ECN_REDUCED = 1 << 2, /* cwnd was reduced: the next new text carries CWR */
	ECN_EPISODE = 1 << 3, /* reduced in this window of data: not again before it has passed */
	ECN_HOLD = 1 << 4,    /* and that for ECE: cwnd does not grow meanwhile */
	ECN_GAVE_UP = 1 << 5, /* a SYN of ours left without the flags: never ECT (6.1.1) */
	ECN_CHANGED = 1 << 6, /* an ACK up to ecn_changed is owed, with ECE as it was before */
};

/* Beside the options that both ends agree on (enum tcp_option_seen), in the same set. */
enum { HANDSHAKE_ECN = 1 << 7 };

/* HANDSHAKE_ECN where a SYN asks for it and we want it too; else 0. */
uint8_t ecn_agree(const struct tcp *tcp, const struct segment *syn);

/* The same for an answer to our own SYN: a SYN-ACK, or a SYN that has crossed it. */
uint8_t ecn_answered(const struct tcb *tcb, const struct segment *seg);

/* Flags of a SYN-ACK with which these options were agreed. */
static inline uint8_t
ecn_syn_ack_flags(uint8_t agreed)
{
	return (agreed & HANDSHAKE_ECN) != 0 ? TCP_FLAG_ECE : 0;
}

/* Flags of a SYN of ours, or of the SYN-ACK of a simultaneous open. */
uint8_t ecn_syn_flags(struct tcb *tcb);

/* Put ECE on a segment of a synchronized connection where it is owed. */
void ecn_echo(const struct tcb *tcb, struct outgoing *out);

/* A segment with text, new or sent again, is about to leave: ECT(0) and CWR are for new text only. */
void ecn_on_send(struct tcb *tcb, struct outgoing *out, bool is_new);

/* An ACK of something new, before it is taken: what ECE asks for. */
void ecn_on_ack(struct tcb *tcb, const struct segment *seg);

/* An acceptable segment with text: CE is to be echoed, CWR ends that. */
void ecn_on_text(struct tcb *tcb, const struct segment *seg);

/* Make an ACK of all into the one that is owed of what was before a change (RFC 8257 3.2). */
void ecn_put_change(struct tcb *tcb, struct outgoing *out);

/* cwnd was reduced for whatever reason: once for this window of data, and the peer is told. */
void ecn_on_reduction(struct tcb *tcb);

/* True from a reduction for ECE until more than what was in flight then is acknowledged. */
bool ecn_holds(const struct tcb *tcb);

#endif
