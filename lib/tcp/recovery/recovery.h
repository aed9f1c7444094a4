/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Loss recovery: what ACKs and timers say about loss, and what becomes of cwnd until it is repaired
 * (RFC 5681 3.2, RFC 6675, RFC 8985; RFC 6582 for peers without SACK).
 *
 * A connection has a struct recovery only while something of its flight was lost, sacked or sent
 * again. Where the pool has none left, only the retransmission timer repairs: everything from SND.UNA
 * on is sent again (TCB_WENT_BACK), as before there was SACK.
 * Peers that fall silent do not hold the pool for ever: with the third timeout in a row their place is
 * free for others. Nor do those that go on talking: places.h.
 */
#ifndef LIB_TCP_RECOVERY_RECOVERY_H
#define LIB_TCP_RECOVERY_RECOVERY_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>

#include "burst.h"
#include "tcp/recovery/prr.h"
#include "tcp/recovery/rack.h"
#include "tcp/recovery/scoreboard.h"
#include "tcp/tcb.h"
#include "tcp/recovery/undo.h"

enum recovery_phase {
	RECOVERY_NONE, /* something is out of order, nothing is taken for lost */
	RECOVERY_FAST, /* until recover is acknowledged; PRR governs cwnd */
	RECOVERY_LOSS, /* the timer expired: slow start, until recover is acknowledged */
};

struct recovery {
	TAILQ_ENTRY(recovery) link; /* places.h */
	struct tcb *tcb;            /* whose it is */
	uint32_t taken_ms;          /* since when */
	uint8_t phase;              /* enum recovery_phase */
	uint32_t in_turn;  /* octets delivered since output was here: ACKs of a burst are as one */
	uint32_t counted;  /* octets that duplicate ACKs have said have left the network, no SACK */
	uint32_t text_seq; /* first octet of the mbuf text_at */
	struct rte_mbuf *text_at; /* where retransmission was in the send queue; NULL: nowhere */
	struct prr prr;
	struct rack rack;
	struct undo undo;
	bool frto;     /* RFC 5682: whether the timeout was needless is not yet known */
	bool frto_new; /* new text goes before what was lost, to find that out */
	struct scoreboard board;
};

/* RFC 5681 2: the definition of a duplicate acknowledgment. */
bool recovery_is_duplicate(const struct tcb *tcb, const struct segment *seg);

/* An ACK that was believed: SND.UNA has moved on by so many octets, or by none. */
void recovery_on_ack(struct tcb *tcb, const struct segment *seg, uint32_t acked);

/* The same where nothing is lost, late or paced, and the ACK brings nothing but its number. */
void recovery_advance(struct tcb *tcb, uint32_t acked);

/* The retransmission timer has expired: everything outstanding is lost. */
void recovery_on_timeout(struct tcb *tcb);

/*
 * It has expired while the peer's window is closed. The network may have lost what is in flight, or the peer
 * thrown it away: as with Linux it counts as lost, once, for what is sent from then on are probes.
 */
void recovery_on_closed_window(struct tcb *tcb);

/* What was only late is late for too long; or all is quiet, and the tail is to be probed. */
void recovery_on_timer(struct tcb *tcb);

/* Send everything outstanding again, but for no fault of the network's. */
void recovery_send_again(struct tcb *tcb);

/* Forget the scoreboard: go back to SND.UNA, and send all again from there. */
void recovery_go_back(struct tcb *tcb);

/* Octets from seq to end were sent for the first time, or again. */
void recovery_on_sent(struct tcb *tcb, uint32_t seq, uint32_t end);

/* The connection's recovery, taken from the pool if it has none; NULL: do without. */
struct recovery *recovery_get(struct tcb *tcb);

/* Leave the repair to the retransmission timer: others need the place. */
void recovery_give_up(struct tcb *tcb);

/* Forget all of it. What was not acknowledged is in flight, as far as we know. */
void recovery_forget(struct tcb *tcb);

/* Octets in the network: all in flight but what has arrived or was lost (RFC 6675 4). */
uint32_t recovery_pipe(const struct tcb *tcb);

/* What the ACKs so far have left room for is about to be sent. */
static inline void
recovery_on_output(struct tcb *tcb)
{
	tcb->work->answered = tcb->snd_una;
	if (unlikely(tcb->work->recovery != NULL))
		tcb->work->recovery->in_turn = 0;
}

/* In fast recovery, or after a timeout. */
static inline bool
recovery_is_repairing(const struct tcb *tcb)
{
	return tcb->work->recovery != NULL && tcb->work->recovery->phase != RECOVERY_NONE;
}

#endif
