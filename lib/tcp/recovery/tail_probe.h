/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tail loss probes (RFC 8985 7): where the last segments of a flight are lost, nothing that arrives
 * later tells of it. After two round trips of silence one segment more, or the last one again, makes
 * the peer say what it has, long before the retransmission timer would have to give up the window.
 */
#ifndef LIB_TCP_RECOVERY_TAIL_PROBE_H
#define LIB_TCP_RECOVERY_TAIL_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"

struct sack_report;
struct tcb;

/* Text was sent, or acknowledged: from now on silence counts (7.2), where all else is quiet. */
void tail_probe_arm(struct tcb *tcb);

/* It has been silent: mark a probe, and let the retransmission timer start anew (7.3). */
void tail_probe_timeout(struct tcb *tcb);

/* All is quiet, and the peer's window holds what is in flight: true when the timer expires, and still
 * where the probe had to wait for the port. */
bool tail_probe_may_go(const struct tcb *tcb);

/* The probe has left; again: it was the last segment, not a new one. */
void tail_probe_sent(struct tcb *tcb, bool again);

/* What an ACK says of a probe that is out (7.4). */
void tail_probe_on_ack(struct tcb *tcb, const struct segment *seg, uint32_t acked,
		const struct sack_report *report);

#endif
