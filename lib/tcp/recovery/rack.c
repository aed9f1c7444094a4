/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 8985 6.2, on ranges instead of segments. Where a range's times are an interval, it counts as
 * delivered from its beginning and as outstanding from its end: loss is found late, never early.
 */
#include "tcp/recovery/rack.h"

#include <rte_common.h>

#include "tcp/congestion/congestion.h"
#include "tcp/recovery/recovery.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

enum {
	DUPLICATES_MEAN_LOSS = 3, /* DupThresh */
	WINDOW_PERSISTS = 16,     /* recoveries; RFC 8985 6.2 step 4 */
	WINDOW_QUARTERS_MAX = 250,
	MIN_RTT_LIFE_S = 300, /* as Linux tcp_min_rtt_wlen */
	LIFE_US = 1 << 30,    /* half of what can be told apart in 32 bits */
};

void
rack_on_round_trip(struct tcb *tcb, uint32_t rtt_us)
{
	struct reordering *reordering = &tcb->reordering;
	const uint16_t now_s = (uint16_t)tcp_now_s(tcb->tcp);

	if (reordering->min_rtt_us != 0 && rtt_us > reordering->min_rtt_us &&
			(uint16_t)(now_s - reordering->min_rtt_s) <= MIN_RTT_LIFE_S)
		return;
	reordering->min_rtt_us = RTE_MAX(rtt_us, UINT32_C(1));
	reordering->min_rtt_s = now_s;
}

void
rack_expire(struct tcb *tcb)
{
	struct rack *rack = &tcb->work->recovery->rack;

	if (tcp_now_us(tcb->tcp) - rack->us > LIFE_US)
		rack->any = false;
}

void
rack_begin(const struct tcb *tcb, const struct segment *seg, struct delivery *delivery)
{
	const uint32_t age_ms = tcp_ts_val(tcb->tcp, tcb->ts_offset) - seg->options.ts_ecr;

	delivery->now_us = tcp_now_us(tcb->tcp);
	delivery->age_min_us = tcb->reordering.min_rtt_us;
	delivery->original_end = tcb->work->recover;
	if ((tcb->flags & TCB_TIMESTAMPS) == 0 || seg->options.ts_ecr == 0 || age_ms == 0 ||
			age_ms > RTO_SAMPLE_MAX_US / 1000)
		return;
	/* The clock of timestamps ticks in milliseconds: what is a tick older, is. */
	delivery->age_min_us = RTE_MAX(delivery->age_min_us, (age_ms - 1) * 1000);
}

void
rack_on_duplicate(struct tcb *tcb)
{
	struct reordering *reordering = &tcb->reordering;
	struct work *work = tcb->work;

	if (work->in_dsack_round && seq_lt(tcb->snd_una, work->dsack_round))
		return;
	work->in_dsack_round = true; /* once per round trip */
	work->dsack_round = tcb->snd_nxt;
	if (reordering->window_quarters < WINDOW_QUARTERS_MAX)
		reordering->window_quarters++;
	reordering->window_persists = WINDOW_PERSISTS;
}

void
rack_on_recovered(struct tcb *tcb)
{
	struct reordering *reordering = &tcb->reordering;

	if (reordering->window_persists > 0 && --reordering->window_persists == 0)
		reordering->window_quarters = 0;
}

void
rack_on_delivery(struct tcb *tcb, const struct delivery *delivery)
{
	struct rack *rack = &tcb->work->recovery->rack;
	const int32_t later_us = (int32_t)(delivery->latest_us - rack->us);

	tcb->reordering_octets = RTE_MAX(tcb->reordering_octets, delivery->reordered);
	if (!delivery->any)
		return;
	rack->rtt_us = delivery->now_us -
			(tcb->tcp->config.rack_rtt_of_highest ? delivery->highest_us
							      : delivery->latest_us);
	if (rack->any &&
			(later_us < 0 ||
					(later_us == 0 &&
							seq_leq(delivery->latest_end, rack->end))))
		return;
	*rack = (struct rack){ .end = delivery->latest_end,
		.us = delivery->latest_us,
		.rtt_us = rack->rtt_us,
		.ambiguous = delivery->latest_ambiguous,
		.any = true };
}

/* Enough was sacked for RFC 6675's rules to find a loss. */
static bool
enough_is_sacked(const struct tcb *tcb)
{
	return tcb->work->dupacks >= DUPLICATES_MEAN_LOSS ||
			tcb->work->recovery->board.sacked >
			(DUPLICATES_MEAN_LOSS - 1u) * tcb->snd_mss;
}

/* RACK.reo_wnd: how much later than what was sent after it something may arrive (step 4). */
static uint32_t
reordering_window_us(const struct tcb *tcb)
{
	const struct reordering *reordering = &tcb->reordering;
	const uint64_t window_us =
			(uint64_t)(reordering->window_quarters + 1u) * reordering->min_rtt_us / 4;

	if (tcb->reordering_octets == 0 && (recovery_is_repairing(tcb) || enough_is_sacked(tcb)))
		return 0;
	return (uint32_t)RTE_MIN(window_us, (uint64_t)rto_srtt_us(&tcb->rtt));
}

/* Was it sent before what RACK goes by? Of things sent once, what has the lower number was. */
static bool
was_sent_before(const struct range *range, const struct rack *rack)
{
	const int32_t later_us = (int32_t)(range->last_us - rack->us);

	if (((range->flags & RANGE_AMBIGUOUS) == 0 && !rack->ambiguous) || later_us == 0)
		return seq_lt(range->end, rack->end);
	return later_us < 0;
}

/* For how long a range may be awaited yet; 0: it is lost. */
static uint32_t
patience_us(const struct range *range, const struct rack *rack, uint32_t window_us, uint32_t now_us)
{
	const int32_t left_us = (int32_t)(range->last_us + rack->rtt_us + window_us - now_us);

	return window_us == 0 || left_us <= 0 ? 0 : (uint32_t)left_us;
}

/* The range is lost; who models the path wants to know where, and of which sending. */
static void
lose(struct tcb *tcb, unsigned int i)
{
	struct scoreboard *board = &tcb->work->recovery->board;
	const bool again = (board->ranges[i].flags & RANGE_RESENT) != 0;
	const uint32_t left = i > 0 ? board->ranges[i - 1].end : board->start;

	scoreboard_lose(board, i);
	if (congestion_model(tcb) != NULL)
		congestion_model(tcb)->on_lost(tcb, left, board->ranges[i].end, again);
}

uint32_t
rack_detect(struct tcb *tcb)
{
	struct scoreboard *board = &tcb->work->recovery->board;
	const struct rack *rack = &tcb->work->recovery->rack;
	const uint32_t window_us = reordering_window_us(tcb), now_us = tcp_now_us(tcb->tcp);
	uint32_t lost = board->pending, wait_us = 0;
	unsigned int i;

	for (i = 0; rack->any && i < board->count; i++) {
		const struct range *range = &board->ranges[i];
		uint32_t patience;

		if ((range->flags & RANGE_SACKED) != 0 ||
				(range->flags & (RANGE_LOST | RANGE_RESENT)) == RANGE_LOST ||
				!was_sent_before(range, rack))
			continue;
		patience = patience_us(range, rack, window_us, now_us);
		if (patience == 0)
			lose(tcb, i);
		wait_us = RTE_MAX(wait_us, patience);
	}
	if (wait_us > 0)
		tcb_arm(tcb, TIMER_RECOVERY, (uint64_t)wait_us * 1000);
	return board->pending - lost;
}
