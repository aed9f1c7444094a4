/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a connection works with while something is under way: text in one of its queues, a segment in
 * flight, a timer that runs, an episode of loss. It lies beside the TCB, which is what remains of a
 * connection at rest.
 *
 * A connection takes a block when a segment arrives for it or its user does something that needs one;
 * when a turn is over, those that were touched in it are looked at, and what is not needed any more
 * is given back. The block given back last is the next to be taken, so that those in use stay in the
 * cache however many connections there are. All at rest share one that is zero: whoever only reads
 * need not ask.
 */
#ifndef LIB_TCP_WORK_H
#define LIB_TCP_WORK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/timer_wheel.h"
#include "burst.h"
#include "tcp/congestion/congestion.h"
#include "tcp/recovery/send_marks.h"
#include "tcp/text/text_queue.h"

struct custom;
struct pacing;
struct reassembly;
struct recovery;
struct tcb;
struct tcp;

/* Each logical timer is a deadline here; one node in the wheel serves them all. */
enum tcb_timer {
	TIMER_RECOVERY, /* what is late becomes lost (RFC 8985 6.2), or the tail is probed (7.2) */
	TIMER_RETRANSMIT, /* RTO, and zero-window probes: never both */
	TIMER_DELAYED_ACK,
	TIMER_LINGER, /* FIN-WAIT-2 of a connection that the user has closed */
	TIMER_USER,   /* the user timeout, while something is unacknowledged */
	TIMER_KEEPALIVE,
	TIMER_CORK,   /* while text is held back */
	TIMER_PACING, /* while text waits for its turn */
	TIMER_COUNT
};

struct work {
	struct tcb *tcb; /* whose it is; NULL: nobody's, and its node in the wheel may still be armed */
	struct work *spare_next;
	struct work *stirred_next; /* on the list of those to be looked at; NULL: not on it */

	/* Every segment. */
	uint32_t snd_cursor; /* next to send: below snd_nxt while sending again after a timeout */
	uint32_t last_ack_sent; /* RFC 7323 Last.ACK.sent */
	uint32_t snd_wl1;       /* SND.WL1: SEG.SEQ of the last window update */
	uint32_t snd_wl2;       /* SND.WL2: SEG.ACK of the last window update */
	uint32_t recover;       /* RFC 6582; where the episode of loss ends */
	uint32_t pushed;        /* the number after the last text that was pushed */
	uint8_t dupacks_owed;   /* an ACK for each out-of-order segment: the peer counts them */
	uint8_t probes;  /* of a closed window, since it closed: they back off by themselves */
	uint8_t dupacks; /* duplicate ACKs in a row, RFC 5681 2 */
	uint8_t retransmissions;         /* of the segment at SND.UNA, in a row */
	struct recovery *recovery;       /* while something is lost, or out of order; else NULL */
	struct reassembly *reassembly;   /* out of order; NULL: nothing */
	struct custom *custom;           /* what only few connections need; NULL: as configured */
	struct pacing *pacing;           /* NULL: text leaves as fast as the windows let it */
	uint32_t deadlines[TIMER_COUNT]; /* low 32 bits of a tick; 0: not armed */

	/* Text. */
	struct text_queue
			send; /* from SND.UNA on (from ISS + 1 while the SYN is not acknowledged) */
	struct text_queue receive; /* in order, not yet received by the user */
	struct rte_mbuf *send_at;  /* the mbuf that holds the octet at snd_cursor; NULL: find it */
	uint32_t send_at_offset;
	uint32_t rtt_seq; /* the timed segment ends here */
	uint32_t rtt_start_us;
	uint32_t answered; /* SND.UNA when output was here last, or there was nothing to be sent */
	struct send_mark sent; /* when what is in flight was sent: see flight.h */
	struct sack_block
			dsack; /* text that came twice, to be told once (RFC 2883); left == right: none */
	struct send_marks *sent_more; /* of several runs in flight; NULL: sent says all */
	struct timer_node timer;

	/* Now and then. */
	struct congestion_flight flight;
	uint32_t dsack_round; /* RACK.dsack_round, where in_dsack_round */
	bool in_dsack_round;
	uint32_t probe_end;   /* SND.NXT when the tail was probed */
	uint32_t ecn_recover; /* SND.NXT at the last reduction */
	uint32_t ecn_changed; /* RCV.NXT where marks began or ended: see ECN_CHANGED */
	uint32_t rcv_up;      /* RCV.UP: after the last urgent octet of the peer */
	uint32_t iss, irs;
	uint16_t mss_asked; /* by the user; 0: what the MTU carries */
};

/* All of a stack. */
struct works {
	struct pool pool;
	struct work *spare;   /* not in use, the last one first */
	struct work *stirred; /* to be looked at when the turn is over, down to rest */
	uint32_t used;
	struct work rest; /* of all connections at rest: zero, and never written */
};

/* @return 0 or -ENOMEM */
int works_init(struct works *works, uint32_t limit, int socket_id);
void works_fini(struct works *works);

/* True where no connection that is at rest can begin anything now. */
static inline bool
works_are_out(const struct works *works)
{
	return works->spare == NULL && pool_free_count(&works->pool) == 0;
}

/* Look at it when the turn is over: it may not be needed any more. */
static inline void
work_stir(struct works *works, struct work *work)
{
	if (work->stirred_next != NULL)
		return;
	work->stirred_next = works->stirred;
	works->stirred = work;
}

/* Take one for a connection that is at rest, or new. @return false where the limit is reached */
bool work_take(struct tcb *tcb);

/* Stop every timer; the node in the wheel stays, for whoever has the block next. */
void work_stop(struct tcb *tcb);

/* The connection is at rest, or gone: its block, in which nothing is left, is for others. */
void work_end(struct tcb *tcb);

/* The turn is over: give back what was stirred and is not needed. */
void works_settle(struct tcp *tcp);

#endif
