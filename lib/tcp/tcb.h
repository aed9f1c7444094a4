/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The transmission control block (RFC 9293 3.3.1), the records that stand for a connection before
 * and after it needs one, and the tcp room itself.
 *
 * Life of a passive connection:
 *   SYN arrives    struct syn_record, or nothing at all but a cookie in the SYN-ACK
 *   its ACK        struct tcb in SYN-RECEIVED, taken through the ordinary checks to ESTABLISHED
 *   both closed    struct time_wait where we closed first; the TCB is given back
 *
 * A TCB is given back when no packet can find it (it left the flow table), no application holds it
 * and nothing is owed to the peer.
 */
#ifndef LIB_TCP_TCB_H
#define LIB_TCP_TCB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <estab/stack.h>

#include "base/pool.h"
#include "base/siphash.h"
#include "base/timer_wheel.h"
#include "flow/ephemeral_port.h"
#include "flow/flow_table.h"
#include "flow/listener_table.h"
#include "path.h"
#include "tcp/congestion/congestion.h"
#include "tcp/open/cookie_keys.h"
#include "tcp/open/cookie_lanes.h"
#include "tcp/open/isn_lanes.h"
#include "tcp/recovery/rack.h"
#include "tcp/recovery/rto.h"
#include "tcp/shed.h"
#include "tcp/state.h"
#include "tcp/work.h"

struct tcp;

/*
 * The room's unit of time. A deadline in a TCB is the low 32 bits of a tick, compared serially:
 * nothing may lie further ahead than 2^31 ticks, which is two and a half days.
 */
#define TCP_TICK_NS UINT64_C(100000)

enum {
	TCP_WSCALE_MAX = 14,         /* RFC 7323 2.3 */
	TCP_MSS_MIN = 48,            /* smaller offers are raised: Linux tcp_min_snd_mss */
	TCP_MSS_DEFAULT_IPV4 = 536,  /* MUST-15 */
	TCP_MSS_DEFAULT_IPV6 = 1220, /* MUST-15 */
	TCP_TIMESTAMPS_LENGTH = 12,  /* with its two NOPs */
	SYN_ACK_ATTEMPTS_MAX = 8,
};

/* What is owed to the peer; tcp_output pays and clears. */
enum tcb_mark {
	MARK_ACK = 1 << 0,        /* an ACK now */
	MARK_TEXT = 1 << 1,       /* look whether text or FIN can be sent */
	MARK_SYN = 1 << 2,        /* SYN or SYN-ACK, by state */
	MARK_TAIL_PROBE = 1 << 3, /* one segment to ask whether the last ones have arrived */
	MARK_PROBE = 1 << 4,      /* one octet into a closed window */
	MARK_RST = 1 << 5,        /* RST, after which nothing more is owed */
	MARK_KEEPALIVE = 1 << 6,  /* an ACK that the peer must answer */
	MARK_ACK_LATER = 1 << 7,  /* an ACK after a delay, unless something carries it now */
};

enum tcb_flag {
	TCB_IN_FLOW_TABLE = 1 << 0, /* packets find it */
	TCB_HELD = 1 << 1,          /* the application has its pointer */
	TCB_IN_ACCEPT_QUEUE = 1 << 2,
	TCB_ON_OUTPUT_LIST = 1 << 3,
	TCB_ON_EVENT_LIST = 1 << 4,
	TCB_PASSIVE = 1 << 5,       /* MUST-11: SYN-RECEIVED remembers where it came from */
	TCB_FIN_QUEUED = 1 << 6,    /* the user has closed: FIN follows the queued text */
	TCB_FIN_SENT = 1 << 7,      /* SND.NXT is past the FIN */
	TCB_FIN_RECEIVED = 1 << 8,  /* RCV.NXT is past the peer's FIN */
	TCB_DISCARD = 1 << 9,       /* draining: arriving text is acknowledged and freed */
	TCB_ACK_DELAYED = 1 << 10,  /* one segment of text is not yet acknowledged */
	TCB_TIMESTAMPS = 1 << 11,   /* RFC 7323, negotiated */
	TCB_SACK = 1 << 12,         /* RFC 2018, negotiated */
	TCB_WINDOW_SCALE = 1 << 13, /* RFC 7323, negotiated */
	TCB_NO_DELAY = 1 << 14,     /* Nagle off */
	TCB_SEND_BLOCKED = 1 << 15, /* a send fell short: WRITABLE is owed */
	TCB_RTT_TIMING = 1 << 16,   /* rtt_seq is being timed */
	TCB_RECOVERY = 1 << 17,     /* fast recovery, until recover is acknowledged */
	TCB_PROBING = 1 << 18,      /* the peer's window is closed; R2 does not count */
	TCB_REACHED_ESTABLISHED = 1 << 19,
	TCB_SYN_LOST = 1 << 21,    /* our SYN went out more than once */
	TCB_IN_USE = 1 << 20,      /* not given back to the pool */
	TCB_URGENT = 1 << 22,      /* rcv_up is a mark that the user has not yet read up to */
	TCB_WENT_BACK = 1 << 23,   /* all up to recover is for the timer alone: no scoreboard */
	TCB_TAIL_PROBED = 1 << 24, /* a probe of the tail is out, up to probe_end */
	TCB_TAIL_RESENT = 1 << 25, /* and it was the last segment, sent again */
	TCB_CORKED = 1 << 26,      /* the user holds less than a segment back */
	TCB_MORE = 1 << 27,      /* the last text waits for more, until something is acknowledged */
	TCB_UNPUSHED = 1 << 28,  /* the last text was written without PUSH */
	TCB_CORK_OVER = 1 << 29, /* text was held back for long enough: it goes first */
	TCB_SEND_WAITING = 1 << 30,     /* for send memory of the stack; nothing else would tell */
	TCB_WAITS_FOR_WORK = INT32_MIN, /* the last bit: its output list is the waiting list */
};

struct listener;

/* A TCB begins at a multiple of this, and tcb_list.h counts by it. */
enum { TCB_ALIGN = 16 };

/* What a TCB may be on at once. */
enum tcb_link_kind {
	TCB_LINK_OUTPUT, /* the output list, or that of those who wait, or are finished */
	TCB_LINK_EVENT,  /* the event list, or the accept queue */
	TCB_LINK_COUNT
};

struct tcb_link {
	uint32_t next, previous;
};

struct tcb_list {
	uint32_t first, last;
};

/*
 * In the order of use: what a segment of an established connection touches comes first. What is there
 * only while something is under way is in a block of its own: work.h.
 */
struct tcb {
	/* Every segment: sequence numbers and windows. */
	struct tcp *tcp;
	struct work *work;    /* while something is under way; else of all at rest, zero */
	uint32_t flags;       /* set of enum tcb_flag */
	uint8_t state;        /* enum tcp_state */
	uint8_t marks;        /* set of enum tcb_mark */
	uint8_t events;       /* set of enum estab_event_what not yet collected */
	uint8_t ecn;          /* set of enum ecn_state */
	uint32_t snd_una;     /* SND.UNA: oldest unacknowledged */
	uint32_t snd_nxt;     /* SND.NXT: highest sent, plus one */
	uint32_t snd_wnd;     /* SND.WND, scaled up */
	uint32_t snd_wnd_max; /* MAX.SND.WND, RFC 5961 5 and sender's silly-window avoidance */
	uint32_t rcv_nxt;     /* RCV.NXT */
	uint32_t rcv_wnd;     /* RCV.WND: as promised to the peer, right edge rcv_nxt + rcv_wnd */
	uint32_t ts_recent;   /* RFC 7323 TS.Recent */
	uint32_t ts_offset;   /* added to our clock to make TSval, RFC 7323 5.4 */
	uint32_t rcv_buffer;  /* octets of text that we would keep; grows as the user reads */
	uint8_t snd_wscale, rcv_wscale;
	uint8_t rcv_tos;    /* of the last acceptable segment */
	uint8_t quick_acks; /* segments with text still to be acknowledged at once */

	/* To whom: compared by the flow table, read when a segment is built. */
	struct path path;
	union {
		void *user;
		struct listener *listener; /* until it is accepted */
	};
	uint32_t cwnd;     /* bytes */
	uint32_t ssthresh; /* bytes */
	uint16_t snd_mss;  /* text in a full segment, options taken off (MUST-16) */
	uint16_t rcv_mss;  /* what we announced */

	/* Round trips and congestion. */
	struct rtt_estimator rtt;
	uint16_t ts_recent_ks;      /* when ts_recent was taken: it is void after 24 days */
	uint8_t congestion_control; /* enum estab_congestion */
	uint8_t validation_flags;   /* set of enum validation_flag */
	uint32_t read_in_round;     /* octets that the user has received in this round trip ... */
	uint32_t read_round_us;     /* ... which began here */
	struct tcb_link links[TCB_LINK_COUNT];
	struct reordering reordering; /* what is known of the path's, beside reordering_octets */
	struct congestion congestion;

	/* Now and then, as what CUBIC keeps of an epoch. */
	uint32_t hash;
	uint32_t reordering_octets; /* by how much segments were overtaken, at most; 0:
				     * RACK.reordering_seen is false */
	uint16_t challenged;        /* when the last rate-limited ACK went out: see ack.c */
	uint8_t soft_error;         /* trouble survived, errno; read once */
	uint8_t error;              /* pending, errno; read once */
};

/* As many lines for each would be 256; the rest of them is for a place in the flow table. */
_Static_assert(sizeof(struct tcb) <= 240, "connections are many: 256 bytes each at rest, all in");

/* It begins within a line, 64 - TCB_ALIGN bytes behind the beginning of that at most. */
_Static_assert(offsetof(struct tcb, congestion) + offsetof(struct cubic_epoch, w_max) +
						offsetof(struct congestion, cubic) <=
				4 * 64 - (64 - TCB_ALIGN),
		"what an echo touches ends in its fourth line, wherever it begins");

/* A half-open connection of which we keep a note (RFC 9293 SYN-RECEIVED from LISTEN). */
struct syn_record {
	TAILQ_ENTRY(syn_record) link; /* in the FIFO of its attempt */
	struct listener *listener;
	uint64_t deadline_ns;
	uint64_t sent_ns; /* the first SYN-ACK, for the RTT; 0 once it was sent again (Karn) */
	uint32_t iss, irs;
	uint32_t ts_recent;
	uint32_t ts_offset;
	uint32_t hash;
	uint16_t mss;     /* the peer's, as offered */
	uint16_t snd_wnd; /* the SYN's, never scaled */
	uint8_t snd_wscale;
	uint8_t options;       /* agreed: set of enum tcp_option_seen, and HANDSHAKE_ECN */
	uint8_t attempts;      /* SYN-ACKs sent again so far */
	bool fin;              /* the SYN had a FIN behind its text */
	uint16_t up;           /* SEG.UP of the SYN; 0: it was not urgent */
	struct rte_mbuf *text; /* that came with the SYN; NULL: none is kept */
	struct path path;
};

/* What TIME-WAIT needs: enough to acknowledge the peer's FIN again and to judge a new SYN. */
struct time_wait {
	union ip_address local, remote;
	rte_be16_t local_port, remote_port;
	uint8_t is_ipv6 : 1, dscp : 6; /* SHLD-22: what is sent in TIME-WAIT keeps the field */
	uint8_t flags;                 /* enum time_wait_flag */
	uint16_t wnd;                  /* as last sent */
	uint32_t snd_nxt;
	uint32_t rcv_nxt;
	uint32_t ts_recent;
	uint32_t deadline;       /* low 32 bits of a tick */
	uint32_t next, previous; /* FIFO by deadline: pool indexes plus one; 0: none */
};

_Static_assert(sizeof(struct time_wait) <= 64, "TIME-WAIT records are many");
_Static_assert(offsetof(struct time_wait, local) == 0 && offsetof(struct time_wait, remote) == 16 &&
				offsetof(struct time_wait, local_port) == 32 &&
				offsetof(struct time_wait, remote_port) == 34,
		"it begins as a path does: the flow table reads the tuple there");

TAILQ_HEAD(syn_record_list, syn_record);
TAILQ_HEAD(reassembly_list, reassembly);
TAILQ_HEAD(recovery_list, recovery);

struct listener {
	struct listener_link link; /* first: flow/listener_table finds it */
	struct tcp *tcp;
	struct tcb_list accept_queue;
	uint32_t accept_count;
	uint32_t backlog;
	void *user;
	uint16_t mss; /* of its connections; 0: what the MTU carries */
	bool in_use;
};

/* The room: one per stack. */
struct tcp {
	struct estab_tcp_config config; /* defaults filled in */
	uint64_t now_ns;                /* of this turn */
	uint64_t now_tick;
	uint32_t now_us, now_ms, now_s; /* their low 32 bits */
	uint32_t time_waits_coming;     /* of the TCBs on the finished list */
	struct flow_table *flows;
	struct estab_stats *stats;
	const struct estab_watch *watch; /* who is told of changes of state; NULL: nobody */
	struct rte_mempool *mbuf_pool;
	struct timer_wheel wheel;
	struct tcb_list output_list;   /* TCBs with marks */
	struct tcb_list waiting_list;  /* marked at rest, while as many work as may */
	struct tcb_list finished_list; /* TIME-WAIT or CLOSED, last segment being built */
	struct tcb_list event_list;    /* TCBs with events to collect */
	struct pool tcbs, syn_records, time_waits, reassemblies, recoveries, customs, pacings,
			send_marks, listeners_pool;
	struct works works;
	struct listener_table listeners;
	struct ephemeral_ports ports;
	struct reassembly_list reassembly_list;         /* the oldest first */
	struct recovery_list recovery_list;             /* likewise */
	struct text_budget receive_memory, send_memory; /* what all connections pin */
	uint64_t receive_memory_max, send_memory_max;
	struct tcb blank; /* what a TCB is at first */
	struct shed shed;
	struct syn_record_list syn_record_lists[SYN_ACK_ATTEMPTS_MAX];
	uint64_t time_wait_tick;                  /* all records that were due then are gone */
	uint32_t time_wait_first, time_wait_last; /* pool indexes plus one; 0: none */
	uint32_t send_waiting;                    /* TCBs that wait for send memory ... */
	uint32_t send_wait_at;                    /* ... and the next to be looked at */
	struct siphash_key path_key;
	struct cookie_lanes cookie_lanes;
	struct isn_lanes isn_lanes;
	uint64_t cookies_until_ns; /* auto: records overflowed; ACKs are tried as cookies until then */
	uint64_t flow_changed[8]; /* hashes inserted or removed in this burst, folded to 512 bits:
				    * a look-up made before may be stale and is made again */
	struct cookie_keys cookie_keys;
	uint32_t syn_text_pinned, syn_text_max; /* octets of mbufs with text of SYN records */
	uint16_t mtu;
	uint8_t rcv_wscale; /* that we offer */
	bool draining;
	bool predicts;                  /* predicted.h; false only where a test compares */
	bool tso;                       /* the port cuts segments: see tso.h */
	uint8_t tso_refusals;           /* packets that it was to cut, and refused */
	uint8_t tso_pieces_max;         /* mbufs of text in a packet that it cuts ... */
	uint32_t check_at;              /* of tcp_check: the TCB to be looked at next */
	uint8_t tso_segment_pieces_max; /* ... and in each segment of it */
};

/*
 * Take a blank TCB for the path and put it into the flow table, in the place of what stands there, where
 * that is not FLOW_NONE; NULL when either is full.
 */
struct tcb *tcb_create(struct tcp *tcp, const struct path *path, uint32_t hash, uintptr_t instead);

/* The flow table's answer for this hash may have changed since the burst was looked up. */
static inline void
tcp_note_flow_change(struct tcp *tcp, uint32_t hash)
{
	tcp->flow_changed[hash >> 6 & 7] |= UINT64_C(1) << (hash & 63);
}

static inline bool
tcp_flow_has_changed(const struct tcp *tcp, uint32_t hash)
{
	return (tcp->flow_changed[hash >> 6 & 7] >> (hash & 63) & 1) != 0;
}

/* Let no packet find it any more: the state is CLOSED or has moved to a TIME-WAIT record. */
void tcb_leave_flow_table(struct tcb *tcb);

/* Give it back if nothing holds it any more. The pointer may be invalid afterwards. */
void tcb_release(struct tcb *tcb);

/* End the connection with an error for the user (0: none); cancels every timer and queue. */
void tcb_close(struct tcb *tcb, int error);

/* Remember that something is owed; tcp_output will visit it. */
void tcb_mark(struct tcb *tcb, enum tcb_mark mark);

/* Tell the application, where it holds the connection or will. */
void tcb_tell(struct tcb *tcb, uint32_t what);

/* Arm one of the logical timers. */
void tcb_arm(struct tcb *tcb, enum tcb_timer timer, uint64_t delay_ns);
void tcb_arm_ticks(struct tcb *tcb, enum tcb_timer timer, uint64_t ticks);

static inline void
tcb_cancel(struct tcb *tcb, enum tcb_timer timer)
{
	tcb->work->deadlines[timer] = 0; /* the node stays: its expiry finds nothing due */
}

/*
 * Every invariant of a TCB, asserted; and of the room when a turn is over, as far as a bounded look
 * at its TCBs goes. Nothing where asserts are compiled out.
 */
#ifdef NDEBUG
static inline void
tcb_check(const struct tcb *tcb)
{
	(void)tcb;
}

static inline void
tcp_check(struct tcp *tcp)
{
	(void)tcp;
}
#else
void tcb_check(const struct tcb *tcb);
void tcp_check(struct tcp *tcp);
#endif

/* Bytes sent and not yet acknowledged, SYN and FIN counted. */
static inline uint32_t
tcb_flight_size(const struct tcb *tcb)
{
	return tcb->snd_nxt - tcb->snd_una;
}

/* What is to be told of the connection, once: a negative errno, or 0. */
static inline int
tcb_take_error(struct tcb *tcb)
{
	const int error = -(int)tcb->error;

	tcb->error = 0;
	return error;
}

/* True where it has a block of its own to write to. */
static inline bool
tcb_is_at_work(const struct tcb *tcb)
{
	return tcb->work->tcb != NULL;
}

/* Have it at work. @return false where limits.active_connections are already */
static inline bool
tcb_work(struct tcb *tcb)
{
	return likely(tcb_is_at_work(tcb)) || work_take(tcb);
}

/* False once it is over and only the user's pointer keeps the TCB. */
static inline bool
tcb_is_alive(const struct tcb *tcb)
{
	return (tcb->flags & TCB_IN_FLOW_TABLE) != 0;
}

/* True in the states that RFC 9293 3.3.2 calls synchronized. */
static inline bool
tcb_is_synchronized(const struct tcb *tcb)
{
	return tcb->state >= TCP_STATE_ESTABLISHED;
}

/* RFC 9293 3.9.1: the states in which text of the peer is taken. */
static inline bool
tcb_takes_text(const struct tcb *tcb)
{
	return tcb->state == TCP_STATE_ESTABLISHED || tcb->state == TCP_STATE_FIN_WAIT_1 ||
			tcb->state == TCP_STATE_FIN_WAIT_2;
}

/* True where the user may still queue text to send. */
static inline bool
tcb_may_send(const struct tcb *tcb)
{
	return (tcb->state == TCP_STATE_SYN_SENT || tcb->state == TCP_STATE_SYN_RECEIVED ||
			       tcb->state == TCP_STATE_ESTABLISHED ||
			       tcb->state == TCP_STATE_CLOSE_WAIT) &&
			(tcb->flags & TCB_FIN_QUEUED) == 0;
}

/* Our timestamp clock: milliseconds, RFC 7323 5.4, with the connection's offset. */
static inline uint32_t
tcp_ts_val(const struct tcp *tcp, uint32_t ts_offset)
{
	return tcp->now_ms + ts_offset;
}

/* For how long the retransmission timer runs: RTO, doubled with each probe of a closed window. */
static inline uint64_t
tcb_rto_ns(const struct tcb *tcb)
{
	const uint64_t rto_ns = (uint64_t)tcb->rtt.rto_us * 1000
			<< (tcb->work->probes < 16 ? tcb->work->probes : 16);
	const uint64_t max_ns = tcb->tcp->config.rto_max_ns;

	return rto_ns < max_ns ? rto_ns : max_ns;
}

/* For what lasts longer than the 32 bits of a tick. */
static inline uint32_t
tcp_now_s(const struct tcp *tcp)
{
	return tcp->now_s;
}

/* For what lasts for days: units of 1024 s, which are told apart for two years. */
static inline uint16_t
tcp_now_ks(const struct tcp *tcp)
{
	return (uint16_t)(tcp->now_s / 1024);
}

static inline uint32_t
tcp_now_us(const struct tcp *tcp)
{
	return tcp->now_us;
}

#endif
