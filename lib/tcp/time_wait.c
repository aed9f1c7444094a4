/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TIME-WAIT records, in a FIFO: they all live equally long. When their limit is reached the oldest
 * makes room, which is counted.
 */
#include "tcp/time_wait.h"

#include <assert.h>
#include <string.h>

#include <rte_common.h>

#include <estab/event.h>

#include "tcp/open/handshake.h"
#include "tcp/open/listener.h"
#include "tcp/reset.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"
#include "tcp/transition.h"
#include "tcp/window.h"

enum { TOGETHER_MAX = 16 }; /* records that are let go together */

enum time_wait_flag {
	TIME_WAIT_TIMESTAMPS = 1 << 0,
	TIME_WAIT_ANSWERED = 1 << 1, /* in the half second whose low six bits follow */
	TIME_WAIT_HALF_SECOND_SHIFT = 2,
};

static struct time_wait *
record_at(const struct tcp *tcp, uint32_t number)
{
	return number == 0 ? NULL : pool_at(&tcp->time_waits, number - 1);
}

static void
append(struct tcp *tcp, struct time_wait *record)
{
	const uint32_t number = pool_index(&tcp->time_waits, record) + 1;
	struct time_wait *last = record_at(tcp, tcp->time_wait_last);

	record->next = 0;
	record->previous = tcp->time_wait_last;
	tcp->time_wait_last = number;
	if (last != NULL)
		last->next = number;
	else
		tcp->time_wait_first = number;
}

static void
unlink_record(struct tcp *tcp, struct time_wait *record)
{
	struct time_wait *next = record_at(tcp, record->next);
	struct time_wait *previous = record_at(tcp, record->previous);

	if (next != NULL)
		next->previous = record->previous;
	else
		tcp->time_wait_last = record->previous;
	if (previous != NULL)
		previous->next = record->next;
	else
		tcp->time_wait_first = record->next;
}

/* The 4-tuple as a path, to find the flow table's entry. */
static void
record_path(const struct time_wait *record, struct path *path)
{
	memset(path, 0, sizeof(*path));
	path->local = record->local;
	path->remote = record->remote;
	path->local_port = record->local_port;
	path->remote_port = record->remote_port;
	path->family = record->is_ipv6 ? ESTAB_FAMILY_IPV6 : ESTAB_FAMILY_IPV4;
}

/* Let a record go whose path and hash these are. event: what ends it, for who watches. */
static void
forget(struct tcp *tcp, struct time_wait *record, const struct path *path, uint32_t hash,
		const char *event)
{
	if (unlikely(tcp->watch != NULL))
		transition_tell_end(tcp, path, event);
	flow_remove(tcp->flows, path, hash);
	tcp_note_flow_change(tcp, hash);
	unlink_record(tcp, record);
	pool_put(&tcp->time_waits, record);
}

static void
destroy(struct tcp *tcp, struct time_wait *record, const char *event)
{
	struct path path;

	record_path(record, &path);
	forget(tcp, record, &path, flow_hash(tcp->flows, &path), event);
}

/* Records that are let go together. */
struct batch {
	unsigned int count;
	struct time_wait *records[TOGETHER_MAX];
	struct path paths[TOGETHER_MAX];
	uint32_t hashes[TOGETHER_MAX];
};

/* The oldest records, up to `most` and to the first of another family. */
static void
take_oldest(const struct tcp *tcp, unsigned int most, struct batch *batch)
{
	struct time_wait *record = record_at(tcp, tcp->time_wait_first);
	unsigned int n = 0;

	for (; record != NULL && n < most; record = record_at(tcp, record->next)) {
		record_path(record, &batch->paths[n]);
		if (batch->paths[n].family != batch->paths[0].family)
			break;
		batch->records[n++] = record;
	}
	batch->count = n;
}

/* Let up to so many go, the oldest first, their hashes made together. @return how many */
static unsigned int
destroy_oldest(struct tcp *tcp, unsigned int most, const char *event)
{
	struct batch batch;

	take_oldest(tcp, RTE_MIN(most, (unsigned int)TOGETHER_MAX), &batch);
	flow_hash_burst(tcp->flows, batch.paths, batch.count, batch.hashes);
	for (unsigned int i = 0; i < batch.count; i++)
		forget(tcp, batch.records[i], &batch.paths[i], batch.hashes[i], event);
	return batch.count;
}

void
time_waits_make_room(struct tcp *tcp, uint32_t wanted)
{
	const uint32_t free = pool_free_count(&tcp->time_waits);
	const uint32_t lack = wanted > free ? wanted - free : 0;
	uint32_t left = RTE_MIN(lack, pool_used_count(&tcp->time_waits));

	tcp->stats->time_wait_recycled += left;
	while (left > 0)
		left -= destroy_oldest(tcp, left, "records short");
}

/* A record, at the expense of the oldest where all are in use; NULL where there are none at all. */
static struct time_wait *
record_get(struct tcp *tcp)
{
	struct time_wait *record = pool_get(&tcp->time_waits);

	if (likely(record != NULL))
		return record;
	time_waits_make_room(tcp, 1);
	return pool_get(&tcp->time_waits);
}

static uint32_t
deadline_tick(const struct tcp *tcp)
{
	return (uint32_t)(tcp->now_tick + tcp->config.time_wait_ns / TCP_TICK_NS);
}

/* What remains to be known of a connection. */
static void
fill(struct time_wait *record, struct tcb *tcb)
{
	memset(record, 0, sizeof(*record));
	record->local = tcb->path.local;
	record->remote = tcb->path.remote;
	record->local_port = tcb->path.local_port;
	record->remote_port = tcb->path.remote_port;
	record->is_ipv6 = tcb->path.family == ESTAB_FAMILY_IPV6;
	record->dscp = (unsigned int)tcb->path.tos >> 2 & 0x3f;
	record->flags = (tcb->flags & TCB_TIMESTAMPS) != 0 ? TIME_WAIT_TIMESTAMPS : 0;
	record->wnd = window_announced(tcb);
	record->snd_nxt = tcb->snd_nxt;
	record->rcv_nxt = tcb->rcv_nxt;
	record->ts_recent = tcb->ts_recent;
	record->deadline = deadline_tick(tcb->tcp);
}

void
time_wait_enter(struct tcb *tcb)
{
	tcb_enter(tcb, TCP_STATE_TIME_WAIT);
	work_stop(tcb);
	tcb->tcp->stats->connections_closed++;
	tcb_tell(tcb, ESTAB_EVENT_CLOSED);
	tcb_mark(tcb, MARK_TEXT); /* output leaves the record */
}

void
time_wait_begin(struct tcb *tcb)
{
	struct tcp *tcp = tcb->tcp;
	struct time_wait *record = record_get(tcp);

	assert(tcb->state == TCP_STATE_TIME_WAIT);
	if (record == NULL) {
		if (unlikely(tcp->watch != NULL))
			transition_tell_end(tcp, &tcb->path, "records short");
		tcb_leave_flow_table(tcb);
		tcb_release(tcb);
		return;
	}
	fill(record, tcb);
	append(tcp, record);
	flow_replace(tcp->flows, &tcb->path, tcb->hash, flow_make(FLOW_TCB, tcb),
			flow_make(FLOW_TIME_WAIT, record));
	tcp_note_flow_change(tcp, tcb->hash);
	tcb->flags &= ~(uint32_t)TCB_IN_FLOW_TABLE; /* the entry is the record's now */
	tcb_release(tcb);
}

/* TIME-WAIT must not be given up for a SYN that then comes to nothing. */
static bool
somebody_would_take(struct tcp *tcp, const struct segment *seg)
{
	const struct listener *listener = listener_find(tcp, &seg->path);

	return listener != NULL && !listener_is_full(listener) && !tcp->draining;
}

/*
 * May this SYN open the connection anew? Only where nothing old can be mistaken for new: by a greater
 * timestamp, or by timestamps at all where the old connection had none (RFC 6191 2, SHLD-4); else by
 * a sequence number beyond everything received (RFC 1122 4.2.2.13). Our own numbers must go on from
 * the old ones, which a cookie cannot promise: without timestamps to tell old from new, the SYN
 * waits until there is room for a record.
 */
static bool
may_take_over(struct tcp *tcp, const struct time_wait *record, const struct segment *seg)
{
	const bool new_has = (handshake_agree(tcp, &seg->options) & TCP_OPTION_TIMESTAMPS) != 0;
	const bool old_had = (record->flags & TIME_WAIT_TIMESTAMPS) != 0;
	const bool cookie = tcp->config.syn_cookies == ESTAB_SYN_COOKIES_ALWAYS ||
			pool_free_count(&tcp->syn_records) == 0;

	if ((seg->flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) != TCP_FLAG_SYN)
		return false;
	if (!somebody_would_take(tcp, seg))
		return false;
	if (new_has && !old_had)
		return true;
	if (new_has && seg->options.ts_val != record->ts_recent)
		return seq_gt(seg->options.ts_val, record->ts_recent);
	return !cookie && seq_gt(seg->seq, record->rcv_nxt);
}

/* Acknowledge what the connection received to its end. */
static void
acknowledge(struct tcp *tcp, struct burst *burst, struct segment *seg,
		const struct time_wait *record)
{
	struct outgoing *out = reply(burst, seg, record->snd_nxt, record->rcv_nxt, TCP_FLAG_ACK);

	if (out == NULL)
		return;
	seg->path.tos = (uint8_t)(record->dscp << 2);
	out->wnd = record->wnd;
	if ((record->flags & TIME_WAIT_TIMESTAMPS) != 0) {
		out->options.seen = TCP_OPTION_TIMESTAMPS;
		out->options.ts_ecr = record->ts_recent;
		out->options.ts_val = tcp_ts_val(tcp, seg->ts_offset);
	}
}

/* 3.10.7.4, eighth check: the peer's FIN again starts the 2 MSL anew. */
static void
restart(struct tcp *tcp, struct time_wait *record)
{
	unlink_record(tcp, record);
	append(tcp, record);
	record->deadline = deadline_tick(tcp);
}

/* RFC 5961 5.2, with the largest window that needs no scale in the place of MAX.SND.WND. */
static bool
is_believable(const struct time_wait *record, const struct segment *seg)
{
	return (seg->flags & TCP_FLAG_ACK) == 0 ||
			(seq_leq(seg->ack, record->snd_nxt) &&
					seq_geq(seg->ack, record->snd_nxt - UINT16_MAX));
}

/*
 * Segments that take no sequence space are answered once in half a second, so that two ends that
 * both wait and disagree do not acknowledge each other for ever.
 */
static bool
may_answer(const struct tcp *tcp, struct time_wait *record, const struct segment *seg)
{
	const uint8_t half_second =
			(uint8_t)(tcp->now_ns / 500000000 << TIME_WAIT_HALF_SECOND_SHIFT);
	const uint8_t now = half_second | TIME_WAIT_ANSWERED;

	if (seg->len > 0)
		return true;
	if ((record->flags & ~TIME_WAIT_TIMESTAMPS) == now)
		return false;
	record->flags = (record->flags & TIME_WAIT_TIMESTAMPS) | now;
	return true;
}

bool
segment_arrives_time_wait(struct tcp *tcp, struct burst *burst, struct segment *seg,
		struct time_wait *record)
{
	if (may_take_over(tcp, record, seg)) {
		tcp->stats->time_wait_reused++;
		seg->reopens = true;
		seg->reopened_at = record->snd_nxt;
		destroy(tcp, record, "rcv SYN");
		return true;
	}
	seg->fate = ESTAB_DROP_TCP_TIME_WAIT;
	if ((seg->flags & TCP_FLAG_RST) != 0)
		return false; /* RFC 1337: a RST does not end TIME-WAIT */
	if ((seg->flags & (TCP_FLAG_ACK | TCP_FLAG_SYN)) == 0 &&
			seq_in_window(seg->seq, record->rcv_nxt, RTE_MAX(record->wnd, 1U)))
		return false; /* fifth check: acceptable, but no ACK */
	if (seg->len == 0 && seg->seq == record->rcv_nxt && is_believable(record, seg))
		return false; /* a bare ACK asks for nothing */
	if (may_answer(tcp, record, seg))
		acknowledge(tcp, burst, seg, record);
	if ((seg->flags & TCP_FLAG_FIN) != 0 && seg->seq + seg->len == record->rcv_nxt) {
		seg->fate = FATE_DELIVERED;
		restart(tcp, record);
	}
	return false;
}

/* The whole tick of a record's deadline, however far the clock has jumped since the last look. */
static uint64_t
whole_deadline(const struct tcp *tcp, const struct time_wait *record)
{
	return tcp->time_wait_tick + (uint32_t)(record->deadline - (uint32_t)tcp->time_wait_tick);
}

/* How many of the oldest are due, counted as far as they are let go together. */
static unsigned int
count_due(const struct tcp *tcp)
{
	const struct time_wait *record = record_at(tcp, tcp->time_wait_first);
	unsigned int n = 0;

	for (; record != NULL && n < TOGETHER_MAX && whole_deadline(tcp, record) <= tcp->now_tick;
			record = record_at(tcp, record->next))
		n++;
	return n;
}

void
time_waits_expire(struct tcp *tcp)
{
	unsigned int due;

	while ((due = count_due(tcp)) > 0)
		destroy_oldest(tcp, due, "Timeout=2MSL");
	tcp->time_wait_tick = tcp->now_tick;
}

uint64_t
time_waits_next(const struct tcp *tcp)
{
	const struct time_wait *record = record_at(tcp, tcp->time_wait_first);

	return record == NULL ? UINT64_MAX : whole_deadline(tcp, record);
}
