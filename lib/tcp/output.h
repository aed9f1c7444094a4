/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From marks to segments (RFC 9293 3.7, 3.10.2 SEND): each TCB that owes something is visited once
 * per burst, and everything it owes leaves together.
 */
#ifndef LIB_TCP_OUTPUT_H
#define LIB_TCP_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"

struct tcb;
struct tcp;

/* A segment with what every one of a synchronized connection carries; NULL: the burst is full. */
struct outgoing *output_begin_segment(struct tcb *tcb, struct burst *burst, uint32_t seq,
		uint8_t flags);

/* Book a segment that begins at seq, has that much text and takes that much sequence space. */
void output_book_segment(struct tcb *tcb, uint32_t seq, uint32_t text_len, uint32_t len);

/* Octets of text at the cursor that wait to be sent, for the first time or again. */
uint32_t output_unsent(const struct tcb *tcb);

/* Pay one TCB's marks in order; false when the burst is full and it must be visited again. */
bool output_marks(struct tcb *tcb, struct burst *burst);

/* Pay what marked TCBs owe, as far as the burst has room; the rest stays marked. */
void tcp_output(struct tcp *tcp, struct burst *burst);

/* True where some owe something that can be paid. */
bool tcp_output_is_due(const struct tcp *tcp);

/* The segments of tcp_output are packets now: connections that are over may go. */
void tcp_output_built(struct tcp *tcp);

/* Put the options of a SYN or SYN-ACK, as offered or agreed (set of enum tcp_option_seen). */
void output_syn_options(const struct tcp *tcp, struct outgoing *out, uint16_t mss, uint8_t agreed);

#endif
