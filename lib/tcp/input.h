/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SEGMENT ARRIVES, RFC 9293 3.10.7, divided as the RFC divides it: CLOSED (reset.c), LISTEN
 * (input_listen.c), SYN-SENT (input_syn_sent.c), other states (input.c). Input marks what is owed;
 * it sends nothing but answers that belong to no TCB.
 */
#ifndef LIB_TCP_INPUT_H
#define LIB_TCP_INPUT_H

#include "burst.h"

struct listener;
struct tcb;
struct tcp;

/*
 * Process every segment of arrived[] before anything is acknowledged (MUST-59). Text that is taken
 * moves to a queue; all other mbufs are spent. Every segment's fate is counted.
 */
void tcp_segments_arrive(struct tcp *tcp, struct burst *burst);

/*
 * 3.10.7.2 LISTEN.
 *
 * @return a TCB in SYN-RECEIVED where the segment completes a cookie's handshake: it is to be
 *   processed with it; else NULL
 */
struct tcb *segment_arrives_listen(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct listener *listener);

/* 3.10.7.3 SYN-SENT. */
void segment_arrives_syn_sent(struct tcb *tcb, struct burst *burst, struct segment *seg);

/* The seventh and eighth of 3.10.7.4's checks, where a SYN brings text or a FIN with it. */
void segment_text_and_fin(struct tcb *tcb, struct burst *burst, struct segment *seg);

/* An acknowledgment that covers something new. Of what held the text the burst may make packets. */
void acknowledgment_take(struct tcb *tcb, struct burst *burst, const struct segment *seg);

/* The same where all is as predicted.h has it. */
void acknowledgment_predicted(struct tcb *tcb, struct burst *burst, const struct segment *seg);

/* The same of our SYN-ACK, sent from a note, before anything else is. */
void acknowledgment_of_syn_ack(struct tcb *tcb, const struct segment *seg);

/*
 * The same of all that was sent, our FIN at its end, where all went well: from now on nothing is sent but
 * ACKs, which ask for neither a congestion window nor a retransmission timer.
 */
void acknowledgment_last(struct tcb *tcb, struct burst *burst, uint32_t ack);

/* Our FIN is acknowledged, in FIN-WAIT-1, and the peer has not closed. */
void fin_wait_2_enter(struct tcb *tcb);

#endif
