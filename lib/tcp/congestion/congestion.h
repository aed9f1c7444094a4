/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Congestion control (RFC 9293 3.8.2). Events come in, cwnd and ssthresh change; nothing is sent
 * from here.
 *
 * A controller is a table of events. It decides how cwnd grows outside of recovery and how far
 * ssthresh falls; what is common to all (the initial window, what a timeout leaves, limits, undoing)
 * is in congestion.c. During recovery PRR governs cwnd: prr.h.
 */
#ifndef LIB_TCP_CONGESTION_CONGESTION_H
#define LIB_TCP_CONGESTION_CONGESTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <estab/stack.h>

#include "tcp/congestion/congestion_cubic.h"
#include "tcp/congestion/congestion_dctcp.h"
#include "tcp/congestion/hystart.h"
#include "tcp/congestion/validation.h"

struct delivery;
struct estab_conn_info;
struct tcb;

#define CWND_MAX (UINT32_C(1) << 30) /* the largest window that can be announced (RFC 7323 2.2) */

/* What one that models the path does beside that. It governs cwnd alone, also during recovery. */
struct path_model {
	void (*on_sent)(struct tcb *tcb, uint32_t left, uint32_t right, bool again);
	void (*on_output)(struct tcb *tcb, uint32_t unsent); /* all that may leave now has left */
	void (*on_resume)(struct tcb *tcb); /* about to send with nothing in flight */
	void (*on_delivered)(struct tcb *tcb, const struct delivery *delivery);
	void (*on_lost)(struct tcb *tcb, uint32_t left, uint32_t right, bool again);
	void (*on_answered)(struct tcb *tcb);  /* all that the ACK says has been taken in */
	void (*on_recovered)(struct tcb *tcb); /* what was lost is repaired */
	void (*tell)(const struct tcb *tcb, struct estab_conn_info *info);
};

/* What a controller does at each event; NULL where it does nothing. */
struct congestion_control {
	const char *name;
	size_t block_size; /* octets, of what begins with struct pacing; 0: it states no rate */
	const struct path_model *model; /* NULL: it has none */
	bool echoes_each;  /* as a receiver: ECE says of each segment whether it was marked */
	bool leaves_early; /* the first slow start: by HyStart++, before anything is lost */
	void (*init)(struct tcb *tcb);                   /* established */
	void (*on_ack)(struct tcb *tcb, uint32_t acked); /* new text, outside of recovery: grow */
	void (*on_round_trip)(struct tcb *tcb,
			const struct round_trip *sample); /* measured, by a new ACK */
	void (*on_loss)(struct tcb *tcb);                 /* an episode begins: set ssthresh */
	void (*on_timeout)(struct tcb *tcb);              /* as on_loss, but all was lost */
	void (*on_ecn)(struct tcb *tcb); /* marked, not lost: set ssthresh and cwnd */
	void (*on_echo)(struct tcb *tcb, uint32_t acked, bool marked); /* any ACK that is new */
	void (*undo)(struct tcb *tcb); /* that loss was none: restore what is its own */
	void (*on_pause)(struct tcb *tcb, uint32_t ms); /* so long cwnd did not limit */
};

/* What it needs beside that while something is in flight; in struct work. */
struct congestion_flight {
	uint32_t round_end;  /* SND.NXT when this round trip began */
	uint32_t round_una;  /* SND.UNA then */
	uint32_t burst_end;  /* while cwnd is not validated, before the next ACK, no more leaves */
	uint32_t flight_max; /* bytes, the most in flight in this round trip */
	uint32_t prior_cwnd; /* before the last reduction; 0: nothing to undo */
	uint32_t prior_ssthresh; /* likewise */
	bool prior_held;         /* a mark had reduced: nothing of the controller's to undo */
	struct hystart hystart;  /* CUBIC's, in the first slow start */
	struct cubic_epoch prior_epoch; /* CUBIC's, before the last reduction */
};

/* What a connection keeps for it, beside cwnd and ssthresh. */
struct congestion {
	uint32_t sent_ms;  /* when text was last sent; 0: never */
	uint32_t grown_ms; /* when an ACK last met a cwnd that limited; 0: none did */
	struct validation validation;
	union { /* the controller's own */
		struct cubic cubic;
		struct {
			uint32_t counted; /* bytes acknowledged towards the next segment of cwnd */
			struct dctcp dctcp;
		};
	};
};

extern const struct congestion_control congestion_bbr;     /* draft-ietf-ccwg-bbr */
extern const struct congestion_control congestion_cubic;   /* RFC 9438 */
extern const struct congestion_control congestion_dctcp;   /* RFC 8257 */
extern const struct congestion_control congestion_newreno; /* RFC 5681, in bytes (RFC 3465) */

/* Octets of the block that the controller needs to state a rate. */
size_t congestion_block_size(enum estab_congestion control);

/* Nothing is in flight yet: it begins at SND.NXT. */
void congestion_flight_begin(struct congestion_flight *flight, uint32_t snd_nxt);

/* The connection is established: initial window (RFC 6928) and no threshold yet. */
void congestion_init(struct tcb *tcb);

/* True where the controller wants to know of each segment whether it was marked (RFC 8257 3.2). */
bool congestion_echoes_each(const struct tcb *tcb);

/* New text is about to be acknowledged, with ECE or without, where ECN was agreed upon. */
void congestion_on_echo(struct tcb *tcb, uint32_t acked, bool marked);

/* Now, for times that a connection keeps: milliseconds, which wrap after 49 days; never 0. */
uint32_t congestion_now_ms(const struct tcb *tcb);

/* The name of the connection's controller; static. */
const char *congestion_name(const struct tcb *tcb);

/*
 * New text was acknowledged, outside of recovery. cwnd grows only where it is what limits: a window
 * that is not used says nothing of what the path can take (RFC 7661 4.3).
 */
void congestion_on_ack(struct tcb *tcb, uint32_t acked);

/* An ACK that has moved SND.UNA measured the round trip: as many as there are, not one in a window. */
void congestion_on_round_trip(struct tcb *tcb, const struct round_trip *sample);

/* An ACK has been taken: the rate of pacing follows cwnd and the round trip. */
void congestion_pace(struct tcb *tcb);

/* The controller's model of the path, NULL: it has none, and PRR governs cwnd during recovery. */
const struct path_model *congestion_model(const struct tcb *tcb);

/*
 * Text is about to be sent with nothing in flight: after a pause, begin anew (RFC 5681 4.1), unless the
 * user wants windows kept (RFC 7661).
 */
void congestion_resume(struct tcb *tcb);

/* Text has been sent. */
void congestion_on_sent(struct tcb *tcb);

/*
 * A loss episode begins: ssthresh falls as the controller has it, cwnd stays for the caller to set
 * (RFC 9937 does so with every ACK of the episode). What was before is kept for congestion_undo.
 */
void congestion_reduce(struct tcb *tcb);

/*
 * All of an episode is repaired, in fast recovery or after a timeout; for it so many octets were sent
 * again. cwnd is ssthresh after the former (RFC 5681 3.2 step 6, RFC 7661 4.4.1).
 */
void congestion_recovered(struct tcb *tcb, bool fast, uint32_t resent);

/* The retransmission timer expired, for the first time for this segment (RFC 5681 3.1). */
void congestion_on_timeout(struct tcb *tcb);

/*
 * The network has marked what it would have dropped (RFC 3168 6.1.2): ssthresh falls, cwnd with it (to
 * one segment at least), and stays until this window of data has passed.
 */
void congestion_on_ecn(struct tcb *tcb);

/*
 * The last reduction answered a loss that was none (RFC 4015 3.2): ssthresh is as before it, and cwnd
 * not below what it was then. Once; without a reduction to undo, nothing.
 */
void congestion_undo(struct tcb *tcb);

/*
 * What a reduction starts from: FlightSize, as the most in this round trip that cwnd allowed. All
 * ACKs of a burst are taken before what they let go is sent, so that when the last of them tells of a
 * loss as good as nothing may be in flight.
 */
uint32_t congestion_used(const struct tcb *tcb);

/* Let cwnd grow by that many bytes, never beyond CWND_MAX. */
void congestion_grow(struct tcb *tcb, uint32_t bytes);

/*
 * RFC 5681 3.1 slow start in bytes: at most L segments for one ACK (RFC 3465 2.3), and less than
 * two beyond ssthresh.
 */
uint32_t congestion_slow_start_growth(const struct tcb *tcb, uint32_t acked);

#endif
