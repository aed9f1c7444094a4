/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RACK (RFC 8985 6.2): what was sent before something that has been delivered is lost, unless it may
 * merely have been overtaken. How long that may take is learnt.
 */
#ifndef LIB_TCP_RECOVERY_RACK_H
#define LIB_TCP_RECOVERY_RACK_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"

struct delivery;
struct tcb;

/* What was sent last of all that was delivered; in struct recovery. */
struct rack {
	uint32_t end;    /* RACK.end_seq */
	uint32_t us;     /* RACK.xmit_ts */
	uint32_t rtt_us; /* RACK.rtt */
	bool ambiguous;  /* it had been sent before */
	bool any;        /* the fields above are valid */
};

/* What a connection remembers of reordering on its path; in the TCB. */
struct reordering {
	uint32_t min_rtt_us; /* RACK.min_RTT; 0: none yet */
	uint16_t min_rtt_s;  /* when min_rtt_us was measured: in 18 hours it seems new for once */
	uint8_t window_quarters; /* RACK.reo_wnd_mult, less one */
	uint8_t window_persists; /* RACK.reo_wnd_persist */
};

/* A round trip was measured. */
void rack_on_round_trip(struct tcb *tcb, uint32_t rtt_us);

/*
 * With each ACK and each timeout of a repair: what was delivered too long ago is forgotten, before the clock of
 * 32 bits, which turns over after 71 minutes, takes what is sent now for older.
 */
void rack_expire(struct tcb *tcb);

/* What believing the ACK of an ambiguous range takes (6.2 step 2), and the time. */
void rack_begin(const struct tcb *tcb, const struct segment *seg, struct delivery *delivery);

/* An ACK reported text that came twice: the window was too small (6.2 step 4). */
void rack_on_duplicate(struct tcb *tcb);

/* A recovery is over. */
void rack_on_recovered(struct tcb *tcb);

/* Steps 2 and 3: what the ACK says of times and of order. */
void rack_on_delivery(struct tcb *tcb, const struct delivery *delivery);

/* Step 5: mark what is lost; arm the timer for what may be only late. Returns octets newly lost. */
uint32_t rack_detect(struct tcb *tcb);

#endif
