/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SYN-RECEIVED without a TCB: the note, its SYN-ACK, and what ends it: an acceptable ACK turns it
 * into a TCB, a RST or a new SYN ends it, silence gives it up.
 */
#include "tcp/open/syn_record.h"

#include <assert.h>
#include <string.h>

#include "base/straight.h"
#include "tcp/open/cookie.h"
#include "tcp/congestion/ecn.h"
#include "tcp/open/handshake.h"
#include "tcp/open/isn.h"
#include "tcp/open/isn_lanes.h"
#include "tcp/open/listener.h"
#include "tcp/output.h"
#include "tcp/reset.h"
#include "tcp/text/segment_size.h"
#include "tcp/seq.h"
#include "tcp/open/syn_text.h"
#include "tcp/tcb.h"
#include "tcp/window.h"

/* SYN-ACKs sent again in one turn: a flood's must leave room for the connections' segments. */
enum { AGAIN_PER_TURN_MAX = BURST_OUT_MAX / 4 };

/* SYN-ACK number n + 1 follows after 2^n initial RTOs. */
static void
schedule(struct tcp *tcp, struct syn_record *record)
{
	record->deadline_ns = tcp->now_ns + (tcp->config.rto_initial_ns << record->attempts);
	TAILQ_INSERT_TAIL(&tcp->syn_record_lists[record->attempts], record, link);
}

static void
destroy(struct tcp *tcp, struct syn_record *record)
{
	TAILQ_REMOVE(&tcp->syn_record_lists[record->attempts], record, link);
	syn_text_forget(tcp, record);
	pool_put(&tcp->syn_records, record);
}

/* Forget a record: the listener is back in LISTEN for this peer. */
static void
forget(struct tcp *tcp, struct syn_record *record)
{
	flow_remove(tcp->flows, &record->path, record->hash);
	tcp_note_flow_change(tcp, record->hash);
	destroy(tcp, record);
}

/* The shift of the windows we announce after the SYN-ACK. */
static uint8_t
scale_in_force(const struct tcp *tcp, const struct syn_record *record)
{
	return (record->options & TCP_OPTION_WINDOW_SCALE) != 0 ? tcp->rcv_wscale : 0;
}

static void
put_timestamps(const struct tcp *tcp, struct outgoing *out, const struct syn_record *record)
{
	if ((record->options & TCP_OPTION_TIMESTAMPS) == 0)
		return;
	out->options.seen |= TCP_OPTION_TIMESTAMPS;
	out->options.ts_val = tcp_ts_val(tcp, record->ts_offset);
	out->options.ts_ecr = (out->flags & TCP_FLAG_ACK) != 0 ? record->ts_recent : 0;
}

/* <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> along a path that lives until the segment is built. */
static struct outgoing *
send_syn_ack(struct tcp *tcp, struct burst *burst, const struct syn_record *record,
		const struct path *path)
{
	struct outgoing *out = burst_outgoing(burst);

	if (out == NULL)
		return NULL;
	out->path = path;
	out->seq = record->iss;
	out->ack = record->irs + 1;
	out->wnd = window_initial(tcp);
	out->flags = TCP_FLAG_SYN | TCP_FLAG_ACK | ecn_syn_ack_flags(record->options);
	output_syn_options(tcp, out, mss_announced(tcp, path->family, record->listener->mss),
			record->options);
	put_timestamps(tcp, out, record);
	tcp->stats->syn_ack_sent++;
	return out;
}

/* <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>: not what was expected; here is where we are. */
static void
send_ack(struct tcp *tcp, struct burst *burst, const struct segment *seg,
		const struct syn_record *record)
{
	struct outgoing *out = reply(burst, seg, record->iss + 1, record->irs + 1, TCP_FLAG_ACK);

	if (out == NULL)
		return;
	out->wnd = (uint16_t)(window_initial(tcp) >> scale_in_force(tcp, record));
	put_timestamps(tcp, out, record);
}

/* 3.4.1; and beyond what the incarnation in TIME-WAIT has used, however fast it sent (MAY-2). */
static uint32_t
choose_iss(const struct tcp *tcp, const struct segment *seg)
{
	const uint32_t iss = isn_choose(&tcp->path_key, &seg->path, tcp->now_ns);
	const uint32_t beyond = seg->reopened_at + UINT16_MAX + 2; /* a window away, as Linux */

	return seg->reopens && seq_lt(iss, beyond) ? beyond : iss;
}

/* The record gets its number, and the SYN-ACK with it: nearly all together with the burst's others. */
static void
answer_first(struct tcp *tcp, struct burst *burst, const struct segment *seg,
		struct syn_record *record)
{
	if (likely(seg->path.family == ESTAB_FAMILY_IPV4 && !seg->reopens)) {
		isn_lanes_put(tcp, record, send_syn_ack(tcp, burst, record, &seg->path));
		return;
	}
	record->iss = choose_iss(tcp, seg);
	send_syn_ack(tcp, burst, record, &seg->path);
}

STRAIGHT struct syn_record *
syn_record_create(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct listener *listener)
{
	struct syn_record *record = pool_get(&tcp->syn_records);

	if (record == NULL)
		return NULL;
	if (flow_insert(tcp->flows, &seg->path, seg->hash, flow_make(FLOW_SYN_RECORD, record)) !=
			0) {
		pool_put(&tcp->syn_records, record);
		return NULL;
	}
	tcp_note_flow_change(tcp, seg->hash);
	memset(record, 0, offsetof(struct syn_record, path));
	record->listener = listener;
	record->sent_ns = tcp->now_ns;
	record->irs = seg->seq;
	record->ts_recent = seg->options.ts_val;
	record->ts_offset = seg->ts_offset;
	record->hash = seg->hash;
	record->mss = handshake_peer_mss(seg);
	record->snd_wnd = seg->wnd;
	record->options = handshake_agree(tcp, &seg->options) | ecn_agree(tcp, seg);
	record->path = seg->path;
	if ((record->options & TCP_OPTION_WINDOW_SCALE) != 0)
		record->snd_wscale = seg->options.window_scale;
	syn_text_keep(tcp, record, seg);
	schedule(tcp, record);
	answer_first(tcp, burst, seg, record);
	return record;
}

/* First check, 3.10.7.4: the window of SYN-RECEIVED is the one that the SYN-ACK announced. */
static bool
is_acceptable(const struct tcp *tcp, const struct syn_record *record, const struct segment *seg)
{
	const uint32_t window = window_initial(tcp);

	if (seg->len == 0)
		return seq_in_window(seg->seq, record->irs + 1, window);
	return seq_in_window(seg->seq, record->irs + 1, window) ||
			seq_in_window(seg->seq + seg->len - 1, record->irs + 1, window);
}

/* The SYN that began it, once more. */
static bool
is_duplicate_syn(const struct syn_record *record, const struct segment *seg)
{
	return (seg->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) == TCP_FLAG_SYN &&
			seg->seq == record->irs;
}

/* The same SYN again asks for the SYN-ACK again; anything else outside the window for an ACK. */
static void
answer_unacceptable(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct syn_record *record)
{
	if (is_duplicate_syn(record, seg)) {
		seg->fate = ESTAB_DROP_TCP_DUPLICATE_SYN;
		record->sent_ns = 0;
		if (ecn_agree(tcp, seg) == 0) /* RFC 3168 6.1.1: it has given up asking */
			record->options &= (uint8_t)~HANDSHAKE_ECN;
		send_syn_ack(tcp, burst, record, &seg->path);
		return;
	}
	seg->fate = ESTAB_DROP_TCP_OUT_OF_WINDOW;
	if ((seg->flags & TCP_FLAG_RST) == 0)
		send_ack(tcp, burst, seg, record);
}

/* RFC 7323 3.2 and 5.3: agreed timestamps are in every segment, and never old. */
static bool
check_timestamps(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct syn_record *record)
{
	if ((record->options & TCP_OPTION_TIMESTAMPS) == 0 || (seg->flags & TCP_FLAG_RST) != 0)
		return true;
	if ((seg->options.seen & TCP_OPTION_TIMESTAMPS) == 0) {
		seg->fate = ESTAB_DROP_TCP_TIMESTAMP_MISSING;
		return false;
	}
	if (!seq_lt(seg->options.ts_val, record->ts_recent))
		return true;
	seg->fate = ESTAB_DROP_TCP_PAWS;
	send_ack(tcp, burst, seg, record);
	return false;
}

/* Second check: RFC 5961 3.2. */
static void
check_rst(struct tcp *tcp, struct burst *burst, struct segment *seg, struct syn_record *record)
{
	if (seg->seq == record->irs + 1) {
		tcp->stats->rst_received++;
		forget(tcp, record);
		return;
	}
	seg->fate = ESTAB_DROP_TCP_RST_UNACCEPTABLE;
	send_ack(tcp, burst, seg, record);
}

/* Turn the record into a TCB in SYN-RECEIVED that knows all the record knew. */
static struct tcb *
promote(struct tcp *tcp, struct syn_record *record)
{
	const struct handshake handshake = {
		.listener = record->listener,
		.instead = flow_make(FLOW_SYN_RECORD, record),
		.iss = record->iss,
		.irs = record->irs,
		.mss = record->mss,
		.snd_wnd = record->snd_wnd,
		.ts_recent = record->ts_recent,
		.ts_offset = record->ts_offset,
		.sent_ns = record->sent_ns,
		.sent_again = record->attempts > 0,
		.snd_wscale = record->snd_wscale,
		.options = record->options,
	};
	struct tcb *tcb = handshake_create_tcb(tcp, &record->path, record->hash, &handshake);

	if (tcb == NULL)
		return NULL;
	syn_text_hand_over(tcp, record, tcb);
	destroy(tcp, record); /* the flow table's entry is the TCB's now */
	return tcb;
}

/*
 * An ACK of another ISS than the record's: of a cookie, where two copies of the SYN came while
 * records ran out in between, or of nothing.
 */
static struct tcb *
check_other_ack(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct syn_record *record)
{
	struct listener *listener = record->listener;
	struct syn_cookie_grant granted;
	struct outgoing *out;

	if (cookie_is_right(tcp, seg, &granted)) {
		forget(tcp, record);
		return cookie_take(tcp, burst, seg, listener);
	}
	seg->fate = ESTAB_DROP_TCP_ACK_UNACCEPTABLE;
	out = reply_rst(burst, seg);
	if (out != NULL)
		put_timestamps(tcp, out, record);
	return NULL;
}

/* Fifth check and what it takes to leave SYN-RECEIVED. */
static struct tcb *
check_ack(struct tcp *tcp, struct burst *burst, struct segment *seg, struct syn_record *record)
{
	struct tcb *tcb;

	if ((seg->flags & TCP_FLAG_ACK) == 0) {
		seg->fate = ESTAB_DROP_TCP_ACK_MISSING;
		return NULL;
	}
	if (seg->ack != record->iss + 1)
		return check_other_ack(tcp, burst, seg, record);
	if (listener_is_full(record->listener)) {
		tcp->stats->accept_queue_overflows++;
		seg->fate = ESTAB_DROP_TCP_ACCEPT_QUEUE_FULL;
		return NULL;
	}
	tcb = promote(tcp, record);
	if (tcb == NULL)
		seg->fate = ESTAB_DROP_TCP_CONNECTIONS_FULL;
	return tcb;
}

struct tcb *
segment_arrives_syn_record(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct syn_record *record)
{
	const bool duplicate = is_duplicate_syn(record, seg);

	isn_lanes_finish(tcp);
	if (!duplicate && !check_timestamps(tcp, burst, seg, record))
		return NULL;
	if (duplicate || !is_acceptable(tcp, record, seg)) { /* its text may reach the window */
		answer_unacceptable(tcp, burst, seg, record);
		return NULL;
	}
	if ((seg->flags & TCP_FLAG_RST) != 0) {
		check_rst(tcp, burst, seg, record);
		return NULL;
	}
	if ((seg->flags & TCP_FLAG_SYN) != 0) {
		/* Fourth check: begun by a passive OPEN, so back to LISTEN. */
		seg->fate = ESTAB_DROP_TCP_SYN_UNEXPECTED;
		forget(tcp, record);
		return NULL;
	}
	return check_ack(tcp, burst, seg, record);
}

/* One SYN-ACK more, or the end of patience. */
static void
expire(struct tcp *tcp, struct burst *burst, struct syn_record *record)
{
	if (record->attempts == tcp->config.syn_ack_retransmissions) {
		tcp->stats->connections_timed_out++;
		forget(tcp, record);
		return;
	}
	TAILQ_REMOVE(&tcp->syn_record_lists[record->attempts], record, link);
	record->attempts++;
	record->sent_ns = 0;
	schedule(tcp, record);
	tcp->stats->segments_retransmitted++;
	send_syn_ack(tcp, burst, record, &record->path);
}

void
syn_records_expire(struct tcp *tcp, struct burst *burst)
{
	unsigned int attempt, left = AGAIN_PER_TURN_MAX;
	struct syn_record *record;

	/* The last attempts first: a record that moves up must not be met again in this turn. */
	for (attempt = SYN_ACK_ATTEMPTS_MAX; attempt-- > 0;)
		while ((record = TAILQ_FIRST(&tcp->syn_record_lists[attempt])) != NULL &&
				record->deadline_ns <= tcp->now_ns && left > 0 &&
				burst->out_count < BURST_OUT_MAX) {
			expire(tcp, burst, record);
			left--;
		}
}

uint64_t
syn_records_next(const struct tcp *tcp)
{
	uint64_t next = UINT64_MAX;
	unsigned int attempt;

	for (attempt = 0; attempt < SYN_ACK_ATTEMPTS_MAX; attempt++) {
		const struct syn_record *record = TAILQ_FIRST(&tcp->syn_record_lists[attempt]);

		if (record != NULL && record->deadline_ns < next)
			next = record->deadline_ns;
	}
	return next;
}

void
syn_records_forget(struct tcp *tcp, const struct listener *listener)
{
	unsigned int attempt;

	for (attempt = 0; attempt < SYN_ACK_ATTEMPTS_MAX; attempt++) {
		struct syn_record *record = TAILQ_FIRST(&tcp->syn_record_lists[attempt]);

		while (record != NULL) {
			struct syn_record *next = TAILQ_NEXT(record, link);

			if (listener == NULL || record->listener == listener)
				forget(tcp, record);
			record = next;
		}
	}
}
