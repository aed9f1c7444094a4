/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an acknowledgment of something new does (RFC 9293 3.10.7.4, fifth check): text leaves the
 * send queue, the round trip is measured, the retransmission timer starts again (RFC 6298 5).
 */
#include <rte_common.h>

#include <estab/event.h>

#include "base/prefetch.h"
#include "tcp/congestion/congestion.h"
#include "tcp/user/custom.h"
#include "tcp/recovery/flight.h"
#include "tcp/open/handshake.h"
#include "tcp/input.h"
#include "tcp/recovery/recovery.h"
#include "tcp/recovery/sack.h"
#include "tcp/recovery/send_marks.h"
#include "tcp/seq.h"
#include "tcp/recovery/tail_probe.h"
#include "tcp/tcb.h"
#include "tcp/text/urgent.h"

enum { TICK_US = TCP_TICK_NS / 1000 };

static void
take_sample(struct tcb *tcb, uint32_t rtt_us)
{
	const struct estab_tcp_config *config = &tcb->tcp->config;
	const uint32_t min_us = (uint32_t)(config->rto_min_ns / 1000);
	const uint32_t max_us = (uint32_t)(config->rto_max_ns / 1000);

	rto_on_sample(&tcb->rtt, rtt_us, min_us, max_us);
	if (config->rto_min_is_slack)
		rto_keep_slack(&tcb->rtt, min_us, max_us);
}

/* How long ago the first segment in flight was sent for the last time: the timer began then. 0: it has expired. */
static uint32_t
since_sent_again_us(const struct tcb *tcb)
{
	const uint32_t deadline = tcb->work->deadlines[TIMER_RETRANSMIT];
	const uint32_t left_us = (deadline - (uint32_t)tcb->tcp->now_tick) * TICK_US;
	const uint32_t rto_us = (uint32_t)(tcb_rto_ns(tcb) / 1000);

	return deadline != 0 && left_us < rto_us ? rto_us - left_us : 0;
}

/*
 * The echo of a sending before the last may tell of answers that were lost: then the time until we sent
 * again is none of the network's, and the less so the longer the timer was (RFC 7323 4.1: such a sample MAY be
 * taken). Karn's rule does without it.
 */
static bool
echo_measures(const struct tcb *tcb, const struct segment *seg, uint32_t since_ms)
{
	const uint32_t again_us = since_sent_again_us(tcb);

	return (tcb->flags & TCB_TIMESTAMPS) != 0 && seg->options.ts_ecr != 0 &&
			since_ms <= (again_us + TICK_US) / 1000 + 1;
}

/* A round-trip sample: the timed segment, or TSecr where Karn forbids that (RFC 7323 4.1). */
static inline void
sample_round_trip(struct tcb *tcb, const struct segment *seg)
{
	const struct tcp *tcp = tcb->tcp;
	const uint32_t since_ms = tcp_ts_val(tcp, tcb->ts_offset) - seg->options.ts_ecr;
	const uint32_t since_us = tcp_now_us(tcp) - tcb->work->rtt_start_us;

	if ((tcb->flags & TCB_RTT_TIMING) != 0 && seq_geq(seg->ack, tcb->work->rtt_seq)) {
		tcb->flags &= ~(uint32_t)TCB_RTT_TIMING;
		take_sample(tcb, since_us);
		rack_on_round_trip(tcb, since_us);
	} else if (tcb->work->retransmissions > 0 && echo_measures(tcb, seg, since_ms)) {
		take_sample(tcb, since_ms * 1000);
	} else if (tcb->work->retransmissions > 0 && !rto_has_sample(&tcb->rtt)) {
		handshake_be_patient(tcb);
	} /* else the backed-off RTO stays until a segment can be timed (MUST-18) */
}

/* From what is remembered of when the text was sent, which the ACK will make us forget. */
static bool
round_trip_from_marks(const struct tcb *tcb, uint32_t ack, struct round_trip *sample)
{
	const struct send_mark *mark = flight_mark_of(tcb, ack);
	const uint32_t now_us = tcp_now_us(tcb->tcp);

	if (mark == NULL || tcb->work->retransmissions > 0 || tcb->work->recovery != NULL ||
			(tcb->flags & TCB_WENT_BACK) != 0)
		return false; /* Karn's rule, for all that may have been sent twice */
	*sample = (struct round_trip){ now_us - mark->last_us, now_us - mark->first_us };
	return sample->most_us < RTO_SAMPLE_MAX_US;
}

/*
 * Every ACK measures the round trip, by its timestamp, in milliseconds, or by when we sent what it
 * acknowledges: too coarse for RTO where a segment can be timed, and just what tells a queue that
 * builds up (RFC 9406).
 */
static bool
measure_round_trip(const struct tcb *tcb, const struct segment *seg, struct round_trip *sample)
{
	const uint32_t ms = tcp_ts_val(tcb->tcp, tcb->ts_offset) - seg->options.ts_ecr;

	if ((tcb->flags & TCB_TIMESTAMPS) == 0)
		return round_trip_from_marks(tcb, seg->ack, sample);
	*sample = (struct round_trip){ ms * 1000, ms * 1000 };
	return seg->options.ts_ecr != 0 && ms < RTO_SAMPLE_MAX_US / 1000;
}

/* An mbuf whose text is acknowledged is spent like one that has arrived; what is written to it may be cold. */
static void
spend(struct burst *burst, struct rte_mbuf *mbuf)
{
	const uint8_t *headers = (const uint8_t *)mbuf->buf_addr + RTE_PKTMBUF_HEADROOM;

	for (size_t line = 0; line < 3; line++)
		prefetch_for_write(headers + line * RTE_CACHE_LINE_SIZE);
	burst_spend(burst, mbuf);
}

/* Free acknowledged text, and keep the cursor on the octet that it was on. */
static void
discard_some(struct tcb *tcb, uint32_t text)
{
	const uint16_t before = tcb->work->send_at != NULL ? tcb->work->send_at->data_len : 0;

	if (tcb->work->snd_cursor == tcb->snd_una || text == tcb->work->send.bytes)
		tcb->work->send_at =
				NULL; /* its mbuf may be among those freed; a FIN puts the cursor past it */
	if (text > 0)
		text_queue_discard(&tcb->work->send, text);
	if (tcb->work->send_at != NULL)
		tcb->work->send_at_offset -= (uint32_t)(before - tcb->work->send_at->data_len);
}

/* The same; of most connections it is all, and one mbuf. */
static inline void
discard_acknowledged(struct tcb *tcb, struct burst *burst, uint32_t text)
{
	struct text_queue *send = &tcb->work->send;

	if (likely(text > 0 && text == send->bytes && send->head == send->tail)) {
		tcb->work->send_at = NULL;
		spend(burst, text_queue_take(send));
	} else {
		discard_some(tcb, text);
	}
}

/* RFC 6298 5.2, 5.3. */
static void
restart_timer(struct tcb *tcb)
{
	if (tcb_flight_size(tcb) == 0) {
		tcb_cancel(tcb, TIMER_RETRANSMIT);
		tcb_cancel(tcb, TIMER_RECOVERY);
	} else {
		tcb_arm(tcb, TIMER_RETRANSMIT, tcb_rto_ns(tcb));
	}
}

/* The user timeout starts anew with each acknowledgment that brings progress. */
static void
restart_custom(struct tcb *tcb)
{
	urgent_on_ack(tcb);
	tcb_cancel(tcb, TIMER_USER);
	if (tcb->work->custom->user_timeout_ns != 0 && tcb_flight_size(tcb) > 0)
		tcb_arm(tcb, TIMER_USER, tcb->work->custom->user_timeout_ns);
}

/* There is room in the send buffer again for one that was refused. */
static void
tell_writable(struct tcb *tcb)
{
	if ((tcb->flags & TCB_SEND_BLOCKED) == 0 ||
			tcb->work->send.bytes > tcb->tcp->config.send_buffer_bytes / 2)
		return;
	tcb->flags &= ~(uint32_t)TCB_SEND_BLOCKED;
	tcb_tell(tcb, ESTAB_EVENT_WRITABLE);
}

/* Text or a FIN that could be sent now, for the first time or again. */
static bool
something_waits(const struct tcb *tcb)
{
	return seq_lt(tcb->work->snd_cursor, tcb->snd_una + tcb->work->send.bytes) ||
			seq_lt(tcb->work->snd_cursor, tcb->snd_nxt) ||
			(tcb->flags & (TCB_FIN_QUEUED | TCB_FIN_SENT)) == TCB_FIN_QUEUED;
}

/*
 * Our FIN is acknowledged, and all went well: from now on nothing is sent but ACKs, which ask for
 * neither a congestion window nor a retransmission timer. The round trip is known for the receive
 * buffer, which may still grow by it.
 */
static inline bool
is_last(const struct tcb *tcb, const struct segment *seg, bool fin)
{
	const struct work *work = tcb->work;
	const uintptr_t blocks = (uintptr_t)work->recovery | (uintptr_t)work->custom |
			(uintptr_t)work->pacing | (uintptr_t)work->sent_more;

	return fin && blocks == 0 && work->retransmissions == 0 &&
			(tcb->flags & (TCB_WENT_BACK | TCB_TAIL_PROBED)) == 0 &&
			(seg->options.seen & TCP_OPTION_SACK) == 0 && rto_has_sample(&tcb->rtt);
}

void
acknowledgment_last(struct tcb *tcb, struct burst *burst, uint32_t ack)
{
	const uint32_t text = ack - tcb->snd_una - 1; /* all but the FIN */
	struct work *work = tcb->work;

	tcb->snd_una = work->snd_cursor = work->answered = ack;
	work->recover = ack - 1;
	work->dupacks = 0;
	tcb->flags &= ~(uint32_t)(TCB_MORE | TCB_RTT_TIMING);
	discard_acknowledged(tcb, burst, text);
	tcb_cancel(tcb, TIMER_RETRANSMIT);
	tcb_cancel(tcb, TIMER_RECOVERY);
	tell_writable(tcb);
}

void
acknowledgment_take(struct tcb *tcb, struct burst *burst, const struct segment *seg)
{
	const bool syn = tcb->state <= TCP_STATE_SYN_RECEIVED;
	const bool fin = (tcb->flags & TCB_FIN_SENT) != 0 && seg->ack == tcb->snd_nxt;
	const uint32_t acked = seg->ack - tcb->snd_una;
	const uint32_t text = acked - (syn ? 1 : 0) - (fin ? 1 : 0);
	struct round_trip sample;
	bool measured;

	if (is_last(tcb, seg, fin)) {
		acknowledgment_last(tcb, burst, seg->ack);
		return;
	}
	measured = !syn && measure_round_trip(tcb, seg, &sample);
	sample_round_trip(tcb, seg);
	tcb->work->retransmissions = 0;
	tcb->snd_una = seg->ack;
	tcb->flags &= ~(uint32_t)TCB_MORE;
	flight_acknowledged(tcb);
	if (seq_leq(tcb->work->snd_cursor, seg->ack))
		tcb->work->snd_cursor = seg->ack;
	discard_acknowledged(tcb, burst, text);
	restart_timer(tcb);
	if (tcb->work->custom != NULL)
		restart_custom(tcb);
	if (!syn) {
		if (measured)
			congestion_on_round_trip(tcb, &sample);
		recovery_on_ack(tcb, seg, acked);
	}
	if (tcb_flight_size(tcb) > 0)
		tail_probe_arm(tcb);
	tell_writable(tcb);
	if (something_waits(tcb))
		tcb_mark(tcb, MARK_TEXT);
	else if (tcb->work->recovery == NULL)
		tcb->work->answered = tcb->snd_una;
}

void
acknowledgment_of_syn_ack(struct tcb *tcb, const struct segment *seg)
{
	sample_round_trip(tcb, seg);
	tcb->snd_una = tcb->work->answered = seg->ack;
}

void
acknowledgment_predicted(struct tcb *tcb, struct burst *burst, const struct segment *seg)
{
	const uint32_t acked = seg->ack - tcb->snd_una;
	struct round_trip sample;
	const bool measured = measure_round_trip(tcb, seg, &sample);

	sample_round_trip(tcb, seg);
	tcb->snd_una = seg->ack;
	tcb->flags &= ~(uint32_t)TCB_MORE;
	flight_acknowledged(tcb);
	discard_acknowledged(tcb, burst, acked);
	restart_timer(tcb);
	if (measured)
		congestion_on_round_trip(tcb, &sample);
	recovery_advance(tcb, acked);
	if (tcb_flight_size(tcb) > 0)
		tail_probe_arm(tcb);
	tell_writable(tcb);
	if (something_waits(tcb))
		tcb_mark(tcb, MARK_TEXT);
	else
		tcb->work->answered = tcb->snd_una;
}
