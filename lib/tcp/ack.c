/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.8.6.3 Delayed Acknowledgments, RFC 5681 4.2, RFC 5961 7 (per connection).
 */
#include "tcp/ack.h"

#include "tcp/tcb.h"

/* As Linux tcp_invalid_ratelimit: 500 ms, in eighths of a second and so up to one less. */
#define CHALLENGE_UNIT_TICKS (UINT64_C(125000000) / TCP_TICK_NS)
enum { CHALLENGE_INTERVAL_UNITS = 4 };

/* "At least every second full-sized segment or 2*RMSS bytes of new data" (SHLD-19). */
static bool
is_second(const struct tcb *tcb, uint16_t segments)
{
	return segments > 1 || (tcb->flags & TCB_ACK_DELAYED) != 0 ||
			tcb->rcv_nxt - tcb->work->last_ack_sent >= 2U * tcb->rcv_mss;
}

void
ack_text(struct tcb *tcb, uint16_t segments)
{
	if (tcb->quick_acks > 0 || is_second(tcb, segments)) {
		tcb->quick_acks = (uint8_t)(tcb->quick_acks > segments ? tcb->quick_acks - segments
								       : 0);
		tcb_mark(tcb, MARK_ACK);
		return;
	}
	tcb->flags |= TCB_ACK_DELAYED;
	tcb_mark(tcb, MARK_ACK_LATER); /* an answer in this turn spares the timer */
}

void
ack_later(struct tcb *tcb)
{
	if ((tcb->flags & TCB_ACK_DELAYED) != 0 && tcb->work->deadlines[TIMER_DELAYED_ACK] == 0 &&
			tcb_is_alive(tcb))
		tcb_arm(tcb, TIMER_DELAYED_ACK, tcb->tcp->config.delayed_ack_ns);
}

void
ack_duplicate(struct tcb *tcb)
{
	if (tcb->work->dupacks_owed < UINT8_MAX)
		tcb->work->dupacks_owed++;
	tcb_mark(tcb, MARK_ACK);
}

void
ack_twice(struct tcb *tcb, uint32_t left, uint32_t right)
{
	tcb->work->dsack = (struct sack_block){ left, right };
	tcb_mark(tcb, MARK_ACK);
}

void
ack_now(struct tcb *tcb)
{
	tcb_mark(tcb, MARK_ACK);
}

/* For tcb->challenged, where 0 means never. After two hours it is the same again. */
static uint16_t
challenge_clock(const struct tcp *tcp)
{
	const uint16_t units = (uint16_t)(tcp->now_tick / CHALLENGE_UNIT_TICKS);

	return units != 0 ? units : 1;
}

void
ack_challenge(struct tcb *tcb, const struct segment *seg)
{
	const bool limited = seg->text_len == 0 || (seg->flags & TCP_FLAG_SYN) != 0;

	if (limited) {
		const uint16_t now = challenge_clock(tcb->tcp);

		if (tcb->challenged != 0 &&
				(uint16_t)(now - tcb->challenged) < CHALLENGE_INTERVAL_UNITS)
			return;
		tcb->challenged = now;
		tcb->tcp->stats->challenge_acks_sent++;
	}
	tcb_mark(tcb, MARK_ACK);
}
