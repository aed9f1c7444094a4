/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What both ends agree on in the handshake, and the TCB that comes of it: common to SYN records,
 * SYN cookies and active opens.
 */
#ifndef LIB_TCP_OPEN_HANDSHAKE_H
#define LIB_TCP_OPEN_HANDSHAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"

struct listener;
struct tcb;
struct tcp;

/* All that is known of a passive connection when its handshake is about to end. */
struct handshake {
	struct listener *listener;
	uintptr_t instead; /* what stands in the flow table so far; FLOW_NONE: nothing */
	uint32_t iss, irs;
	uint32_t ts_recent;
	uint32_t ts_offset;
	uint64_t sent_ns; /* when the SYN-ACK left, if it left once only; else 0 */
	bool sent_again;  /* the SYN-ACK's timer has expired */
	uint16_t mss;     /* as the peer offered; 0: no option */
	uint16_t snd_wnd;
	uint8_t snd_wscale;
	uint8_t options; /* agreed: set of enum tcp_option_seen, and HANDSHAKE_ECN */
};

/* The options of a SYN that we want too: set of enum tcp_option_seen. */
uint8_t handshake_agree(const struct tcp *tcp, const struct tcp_options *offered);

/* The options that we offer in a SYN of our own. */
uint8_t handshake_offer(const struct tcp *tcp);

/* The peer's MSS option; 0 where there was none. */
uint16_t handshake_peer_mss(const struct segment *seg);

/* A TCB in SYN-RECEIVED, in the flow table; NULL where there is no room for another connection. */
struct tcb *handshake_create_tcb(struct tcp *tcp, const struct path *path, uint32_t hash,
		const struct handshake *handshake);

/* Put the agreed options into force: flags, scales, segment sizes. */
void handshake_apply(struct tcb *tcb, uint8_t options, uint8_t snd_wscale, uint16_t peer_mss);

/* The SYN was sent again and nothing is known of the round trip: begin with a long RTO. */
void handshake_be_patient(struct tcb *tcb);

/* Enter ESTABLISHED: congestion window, counters, the application or the accept queue. */
void handshake_complete(struct tcb *tcb);

#endif
