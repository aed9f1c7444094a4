/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Episodes of loss: recover marks where one ends. The scoreboard knows what was lost, RACK finds it
 * out, PRR and the congestion controller say how much may be sent; this file lets them work together.
 */
#include "tcp/recovery/recovery.h"

#include <rte_common.h>

#include "tcp/congestion/congestion.h"
#include "tcp/recovery/flight.h"
#include "tcp/recovery/places.h"
#include "tcp/recovery/sack.h"
#include "tcp/seq.h"
#include "tcp/recovery/tail_probe.h"

enum {
	DUPLICATES_MEAN_LOSS = 3,   /* RFC 5681 3.2 */
	SILENCE_GIVES_UP_PLACE = 3, /* timeouts in a row, where the pool is empty */
	RANGES_PER_ROUND_TRIP = 32, /* of text that is paced */
};

bool
recovery_is_duplicate(const struct tcb *tcb, const struct segment *seg)
{
	return tcb_flight_size(tcb) > 0 && seg->len == 0 && seg->ack == tcb->snd_una &&
			((uint32_t)seg->wnd << tcb->snd_wscale) == tcb->snd_wnd && tcb->snd_wnd > 0;
}

struct recovery *
recovery_get(struct tcb *tcb)
{
	struct recovery *recovery = tcb->work->recovery;

	if (recovery != NULL || (tcb->flags & TCB_WENT_BACK) != 0 ||
			tcb->work->snd_cursor != tcb->snd_nxt)
		return recovery;
	recovery = place_take(tcb);
	if (recovery == NULL) {
		tcb->tcp->stats->recoveries_refused++;
		return NULL;
	}
	flight_fill_board(tcb, &recovery->board);
	tcb->work->recovery = recovery;
	return recovery;
}

void
recovery_forget(struct tcb *tcb)
{
	if (tcb->work->recovery == NULL)
		return;
	place_give_back(tcb);
	tcb->work->recovery = NULL;
	tcb->flags &= ~(uint32_t)TCB_RECOVERY;
	tcb_cancel(tcb, TIMER_RECOVERY);
}

uint32_t
recovery_pipe(const struct tcb *tcb)
{
	const struct recovery *recovery = tcb->work->recovery;
	uint32_t pipe;

	if (recovery == NULL)
		return tcb->work->snd_cursor - tcb->snd_una;
	pipe = scoreboard_pipe(&recovery->board);
	return pipe > recovery->counted ? pipe - recovery->counted : 0;
}

/* Enter what the ACK delivers on the scoreboard, lower numbers first. */
static void
take_delivery(struct tcb *tcb, uint32_t acked, const struct sack_report *report,
		struct delivery *delivery)
{
	struct scoreboard *board = &tcb->work->recovery->board;
	uint8_t i;

	delivery->octets = acked - (tcb->snd_una - board->start); /* before there was a board */
	scoreboard_acknowledge(board, tcb->snd_una, delivery);
	for (i = 0; i < report->count; i++)
		scoreboard_sack(board, report->blocks[i].left, report->blocks[i].right, delivery);
	if (acked == 0 && delivery->sacked > 0 && tcb->work->dupacks < UINT8_MAX)
		tcb->work->dupacks++; /* RFC 6675 2 */
}

/* RFC 6582 3.2 step 2: not again for losses of an episode that has ended already. */
static bool
begins_episode(const struct tcb *tcb)
{
	return tcb->work->dupacks == DUPLICATES_MEAN_LOSS &&
			seq_gt(tcb->snd_una, tcb->work->recover);
}

/*
 * Octets that one more duplicate may say have left the network. Outside of an episode that lets two
 * segments go beyond cwnd, and no more (RFC 3042 2): it may be the echo of a needless retransmission.
 */
static uint32_t
room_for_duplicate(const struct tcb *tcb)
{
	const struct recovery *recovery = tcb->work->recovery;
	const bool repairs = recovery->phase == RECOVERY_FAST || begins_episode(tcb);
	const uint32_t flight = tcb_flight_size(tcb), limited = 2U * tcb->snd_mss;
	const uint32_t most = repairs ? flight : RTE_MIN(flight, limited);

	return most > recovery->counted ? most - recovery->counted : 0;
}

/*
 * Without SACK a duplicate ACK says that one segment has arrived, and not which; a new ACK takes
 * back what duplicates have said of the text that it covers (RFC 9937 6.1).
 */
static void
count_delivery(struct tcb *tcb, bool duplicate, uint32_t acked, struct delivery *delivery)
{
	struct recovery *recovery = tcb->work->recovery;
	const uint32_t flight = tcb_flight_size(tcb);

	if (duplicate) {
		if (tcb->work->dupacks < UINT8_MAX)
			tcb->work->dupacks++;
		delivery->octets = RTE_MIN((uint32_t)tcb->snd_mss, room_for_duplicate(tcb));
		recovery->counted += delivery->octets;
	} else if (acked > tcb->snd_mss) {
		const uint32_t told = RTE_MIN(recovery->counted, acked - tcb->snd_mss);

		recovery->counted -= told;
		delivery->octets -= RTE_MIN(told, delivery->octets);
	}
	recovery->counted = RTE_MIN(recovery->counted, flight);
}

/* Find out what is lost; returns how many octets more than before. */
static uint32_t
detect(struct tcb *tcb, uint32_t acked, const struct delivery *delivery)
{
	struct recovery *recovery = tcb->work->recovery;
	const uint32_t before = recovery->board.pending;
	const bool partial = acked > 0 && seq_lt(tcb->snd_una, tcb->work->recover);

	if ((tcb->flags & TCB_SACK) != 0) {
		rack_on_delivery(tcb, delivery);
		return rack_detect(tcb);
	}
	/* RFC 6582 3.2 steps 2 and 3: the third duplicate, or a partial ACK */
	if ((recovery->phase == RECOVERY_NONE && begins_episode(tcb)) ||
			(recovery->phase == RECOVERY_FAST && partial)) {
		const uint32_t first = RTE_MIN((uint32_t)tcb->snd_mss, tcb_flight_size(tcb));

		scoreboard_lose_first(&recovery->board, first);
		if (congestion_model(tcb) != NULL && recovery->board.pending > before)
			congestion_model(tcb)->on_lost(tcb, tcb->snd_una, tcb->snd_una + first,
					false);
	}
	return recovery->board.pending - before;
}

/* What PRR allows with this ACK. */
static void
set_window(struct tcb *tcb, uint32_t delivered, bool safe)
{
	const uint32_t pipe = recovery_pipe(tcb);

	if (congestion_model(tcb) != NULL)
		return;
	tcb->cwnd = pipe +
			prr_on_ack(&tcb->work->recovery->prr, delivered, pipe, tcb->ssthresh,
					tcb->snd_mss, safe);
	tcb->cwnd = RTE_MAX(tcb->cwnd, (uint32_t)tcb->snd_mss);
}

/*
 * Fast recovery begins (RFC 6675 5 step 4, RFC 9937 6.1). RecoverFS counts what this ACK has delivered;
 * it and those that came with it count as one, since none has been answered yet.
 */
static void
enter_fast(struct tcb *tcb, uint32_t delivered)
{
	struct recovery *recovery = tcb->work->recovery;
	const uint32_t gone = recovery->board.sacked + recovery->counted;
	const uint32_t flight = tcb_flight_size(tcb) + recovery->in_turn; /* when the burst came */

	congestion_reduce(tcb);
	undo_begin(tcb);
	recovery->phase = RECOVERY_FAST;
	recovery->prr = (struct prr){ .flight = flight > gone ? flight - gone : 1,
		.delivered = recovery->in_turn - delivered };
	tcb->flags |= TCB_RECOVERY;
	tcb->work->recover = tcb->snd_nxt;
	tcb->tcp->stats->fast_retransmits++;
	set_window(tcb, delivered, false);
}

/* All that was in flight when the episode began is acknowledged. */
static void
leave(struct tcb *tcb)
{
	if (congestion_model(tcb) != NULL)
		congestion_model(tcb)->on_recovered(tcb);
	else
		congestion_recovered(tcb, tcb->work->recovery->phase == RECOVERY_FAST,
				tcb->work->recovery->undo.resent);
	tcb->work->recovery->phase = RECOVERY_NONE;
	tcb->work->recovery->counted = 0;
	tcb->work->recovery->frto = false;
	tcb->work->recovery->undo.until = tcb->snd_nxt;
	tcb->flags &= ~(uint32_t)TCB_RECOVERY;
	rack_on_recovered(tcb);
}

void
recovery_give_up(struct tcb *tcb)
{
	const bool nothing_left =
			recovery_pipe(tcb) == 0; /* as after a timeout, until output comes */

	if (tcb->work->recovery->phase == RECOVERY_FAST)
		leave(tcb);
	if (nothing_left) {
		recovery_go_back(tcb);
		return;
	}
	recovery_forget(tcb);
	tcb->work->recover = tcb->snd_nxt;
	tcb->flags |= TCB_WENT_BACK;
}

/* Nothing had been lost: as if there had been no recovery (RFC 4015 3.2). */
static void
take_back(struct tcb *tcb)
{
	if (tcb->work->recovery->phase != RECOVERY_NONE)
		leave(tcb);
	scoreboard_find_all(&tcb->work->recovery->board);
	tcb->work->recovery->undo.possible = false;
	congestion_undo(tcb);
	tcb->tcp->stats->recoveries_undone++;
}

/* True where there is new text, and the peer's window has room for it. */
static bool
may_send_new(const struct tcb *tcb)
{
	return seq_gt(tcb->snd_una + tcb->work->send.bytes, tcb->snd_nxt) &&
			tcb->snd_wnd > tcb_flight_size(tcb);
}

/*
 * RFC 5682 2.1 and 3.1, after a timeout: an ACK of something that was sent but once tells that the
 * timeout was needless. Returns true where it does.
 */
static bool
timeout_was_needless(struct tcb *tcb, uint32_t acked, const struct delivery *delivery)
{
	struct recovery *recovery = tcb->work->recovery;
	const bool sack = (tcb->flags & TCB_SACK) != 0;

	if (!recovery->frto || recovery->phase != RECOVERY_LOSS)
		return false;
	if (delivery->original && (sack || !delivery->resent))
		return recovery->undo.possible;
	if (seq_gt(tcb->snd_nxt, tcb->work->recover)) { /* step 3 */
		recovery->frto = acked > 0 && delivery->sacked == 0;
	} else if (acked > 0 && may_send_new(tcb) && seq_lt(tcb->snd_una, tcb->work->recover)) {
		tcb->work->recover = tcb->snd_nxt; /* step 2b: up to two new segments */
		recovery->frto_new = true;
	} else {
		recovery->frto = false;
	}
	return false;
}

/* New text was acknowledged, or known to have arrived where the path reorders anyway: cwnd grows. */
static void
grow(struct tcb *tcb, uint32_t acked, uint32_t delivered)
{
	if (delivered > 0 && (acked > 0 || tcb->reordering_octets > 0))
		congestion_on_ack(tcb, delivered);
}

/* What the ACK means to the episode, if there is one or begins one. */
static void
go_on(struct tcb *tcb, uint32_t acked, uint32_t delivered, uint32_t lost)
{
	struct recovery *recovery = tcb->work->recovery;

	if (recovery->phase == RECOVERY_LOSS)
		grow(tcb, acked, delivered);
	if (recovery->phase != RECOVERY_NONE && seq_geq(tcb->snd_una, tcb->work->recover)) {
		leave(tcb);
	} else if (recovery->phase == RECOVERY_FAST) {
		set_window(tcb, delivered, acked > 0 && lost == 0);
		if ((tcb->flags & TCB_SACK) == 0 && lost > 0) /* RFC 6582 3.2 step 3: at once */
			tcb->cwnd = RTE_MAX(tcb->cwnd, recovery_pipe(tcb) + tcb->snd_mss);
		return;
	} else if (recovery->board.lost == 0 && recovery->phase == RECOVERY_NONE) {
		grow(tcb, acked, delivered);
	}
	if (recovery->phase == RECOVERY_NONE && recovery->board.lost > 0)
		enter_fast(tcb, delivered);
	if (recovery->phase == RECOVERY_NONE && seq_gt(tcb->snd_una, tcb->work->recover))
		tcb->work->recover = tcb->snd_una - 1; /* stays near: numbers wrap */
}

/* True where nothing is to be remembered any more. */
static bool
is_over(const struct tcb *tcb)
{
	const struct recovery *recovery = tcb->work->recovery;

	return recovery->phase == RECOVERY_NONE && recovery->counted == 0 &&
			scoreboard_is_plain(&recovery->board) && !undo_is_awaited(tcb);
}

/* An ACK where not all is in order. */
static void
repair(struct tcb *tcb, const struct segment *seg, uint32_t acked, const struct sack_report *report)
{
	const bool duplicate = acked == 0 && recovery_is_duplicate(tcb, seg);
	struct delivery delivery = { 0 };
	uint32_t lost = 0;

	if (seq_lt(tcb->work->recovery->text_seq, tcb->snd_una))
		tcb->work->recovery->text_at = NULL; /* its text is gone */
	rack_expire(tcb);
	rack_begin(tcb, seg, &delivery);
	take_delivery(tcb, acked, report, &delivery);
	if ((tcb->flags & TCB_SACK) == 0)
		count_delivery(tcb, duplicate, acked, &delivery);
	tcb->work->recovery->in_turn += delivery.octets;
	if (congestion_model(tcb) != NULL)
		congestion_model(tcb)->on_delivered(tcb, &delivery);
	if (report->duplicate)
		undo_on_duplicate(tcb, &report->came_twice);
	if (undo_is_due(tcb, seg, acked) || timeout_was_needless(tcb, acked, &delivery))
		take_back(tcb); /* what was sent when is not to be told from this ACK */
	else
		lost = detect(tcb, acked, &delivery);
	go_on(tcb, acked, delivery.octets, lost);
	if (congestion_model(tcb) != NULL && (delivery.octets > 0 || lost > 0))
		congestion_model(tcb)->on_answered(tcb);
	if (is_over(tcb))
		recovery_forget(tcb);
	tcb_mark(tcb, MARK_TEXT);
}

/* A controller that models the path looks at every ACK. */
static void
tell_model(struct tcb *tcb, uint32_t acked)
{
	const struct delivery delivery = { .octets = acked,
		.latest_end = tcb->snd_una,
		.latest_ambiguous = (tcb->flags & TCB_WENT_BACK) != 0,
		.any = true };

	congestion_model(tcb)->on_delivered(tcb, &delivery);
	congestion_model(tcb)->on_answered(tcb);
}

/* All is in order: the ordinary case. */
static void
advance(struct tcb *tcb, uint32_t acked)
{
	if (acked == 0)
		return;
	if (congestion_model(tcb) != NULL)
		tell_model(tcb, acked);
	congestion_on_ack(tcb, acked);
	if (seq_lt(tcb->snd_una, tcb->work->recover))
		return;
	tcb->flags &= ~(uint32_t)TCB_WENT_BACK;
	if (seq_gt(tcb->snd_una, tcb->work->recover))
		tcb->work->recover = tcb->snd_una - 1; /* stays near: numbers wrap */
}

void
recovery_advance(struct tcb *tcb, uint32_t acked)
{
	tcb->work->dupacks = 0;
	congestion_on_ack(tcb, acked);
	if (seq_gt(tcb->snd_una, tcb->work->recover))
		tcb->work->recover = tcb->snd_una - 1;
}

/* The peer has something beyond a gap, or says so in the only way that is left without SACK. */
static bool
is_out_of_order(const struct tcb *tcb, const struct segment *seg, uint32_t acked,
		const struct sack_report *report)
{
	if ((tcb->flags & TCB_SACK) != 0)
		return report->count > 0;
	return acked == 0 && recovery_is_duplicate(tcb, seg);
}

/* No SACK block, nor is what it acknowledges an answer to a probe. */
static inline bool
says_nothing_more(const struct tcb *tcb, const struct segment *seg)
{
	return (seg->options.seen & TCP_OPTION_SACK) == 0 && (tcb->flags & TCB_TAIL_PROBED) == 0;
}

void
recovery_on_ack(struct tcb *tcb, const struct segment *seg, uint32_t acked)
{
	struct sack_report report;

	if (acked > 0)
		tcb->work->dupacks = 0;
	if (likely(tcb->work->recovery == NULL && acked > 0 && says_nothing_more(tcb, seg))) {
		advance(tcb, acked);
		congestion_pace(tcb);
		return;
	}
	sack_read(tcb, seg, &report);
	if (report.duplicate)
		rack_on_duplicate(tcb);
	if ((tcb->flags & TCB_TAIL_PROBED) != 0)
		tail_probe_on_ack(tcb, seg, acked, &report);
	if (tcb->work->recovery == NULL && is_out_of_order(tcb, seg, acked, &report) &&
			recovery_get(tcb) != NULL)
		tcb->work->recovery->in_turn = tcb->snd_una - acked - tcb->work->answered;
	if (tcb->work->recovery != NULL)
		repair(tcb, seg, acked, &report);
	else
		advance(tcb, acked);
	congestion_pace(tcb);
}

void
recovery_go_back(struct tcb *tcb)
{
	recovery_forget(tcb);
	tcb->work->recover = tcb->snd_nxt;
	tcb->flags &= ~(uint32_t)TCB_TAIL_PROBED; /* the tail is sent again like all */
	tcb->flags |= TCB_WENT_BACK;
	tcb->work->snd_cursor = tcb->snd_una;
	tcb->work->send_at = NULL;
}

void
recovery_send_again(struct tcb *tcb)
{
	struct recovery *recovery = recovery_get(tcb);

	tcb->flags &= ~(uint32_t)(TCB_RECOVERY | TCB_RTT_TIMING | TCB_TAIL_PROBED);
	tcb->work->recover = tcb->snd_nxt;
	tcb->work->dupacks = 0;
	tcb_mark(tcb, MARK_TEXT);
	if (recovery == NULL) {
		recovery_go_back(tcb);
		return;
	}
	recovery->phase = RECOVERY_LOSS;
	recovery->counted = 0;
	recovery->frto = recovery->frto_new = recovery->undo.possible = false;
	rack_expire(tcb);
	scoreboard_lose_all(&recovery->board);
}

/* The peer has dropped what it had told to have: no SACK is worth anything (RFC 2018 8). */
static void
forget_sacks(struct recovery *recovery, struct estab_stats *stats)
{
	scoreboard_renege(&recovery->board);
	recovery->rack.any = false;
	stats->sack_reneged++;
}

/* With this timeout the peer has been silent for long, and others could use the place. */
static bool
is_in_the_way(const struct tcb *tcb)
{
	return tcb->work->recovery != NULL &&
			tcb->work->retransmissions + 1 >= SILENCE_GIVES_UP_PLACE &&
			pool_free_count(&tcb->tcp->recoveries) == 0;
}

void
recovery_on_timeout(struct tcb *tcb)
{
	const bool begins = !recovery_is_repairing(tcb), first = tcb->work->retransmissions == 0;

	if (first)
		congestion_on_timeout(tcb);
	if (is_in_the_way(tcb))
		recovery_go_back(tcb);
	if (tcb->work->recovery != NULL && scoreboard_has_reneged(&tcb->work->recovery->board))
		forget_sacks(tcb->work->recovery, tcb->tcp->stats);
	recovery_send_again(tcb);
	if (tcb->work->recovery == NULL || !begins || !first)
		return;
	undo_begin(tcb);
	tcb->work->recovery->frto = true;
}

void
recovery_on_closed_window(struct tcb *tcb)
{
	if (tcb->work->retransmissions == 0 && tcb->work->snd_cursor != tcb->snd_una)
		congestion_on_timeout(tcb);
}

void
recovery_on_timer(struct tcb *tcb)
{
	if (tcb->work->recovery == NULL || scoreboard_is_plain(&tcb->work->recovery->board)) {
		tail_probe_timeout(tcb);
		return;
	}
	if (rack_detect(tcb) > 0 && tcb->work->recovery->phase == RECOVERY_NONE)
		enter_fast(tcb, 0);
	tcb_mark(tcb, MARK_TEXT);
}

/* Paced text leaves at many times: a range for each would crowd the board. */
static uint32_t
apart_us(const struct tcb *tcb)
{
	return tcb->work->pacing != NULL ? rto_srtt_us(&tcb->rtt) / RANGES_PER_ROUND_TRIP : 0;
}

void
recovery_on_sent(struct tcb *tcb, uint32_t seq, uint32_t end)
{
	const uint32_t now_us = tcp_now_us(tcb->tcp);
	struct recovery *recovery = tcb->work->recovery;

	if (seq_gt(end, tcb->snd_nxt))
		flight_sent(tcb, end, now_us);
	if (recovery == NULL)
		return;
	recovery->prr.out += end - seq;
	if (seq == tcb->snd_nxt) {
		if (!scoreboard_join_last(&recovery->board, end, now_us, apart_us(tcb)))
			scoreboard_append(&recovery->board, end, now_us, now_us);
		return;
	}
	scoreboard_resend(&recovery->board, seq, end, now_us);
	if (recovery->phase != RECOVERY_NONE)
		undo_on_resent(tcb, seq, end);
}
