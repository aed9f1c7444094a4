/* SPDX-License-Identifier: BSD-3-Clause */
/* One lcore's --workload hold: the three phases, and what ends each. */
#include "hold.h"

#include <rte_common.h>

#include <estab/stack.h>

#include "bench_options.h"
#include "hold_team.h"
#include "order.h"
#include "signals.h"
#include "stats_print.h"

/* How many may begin something in this turn. */
static uint32_t
room(const struct hold *hold)
{
	return RTE_MIN(HOLD_FLIGHT - hold->in_flight, (uint32_t)hold->burst);
}

/* The next of all peers says something for the first time, or the last. */
static void
offer_all(struct hold *hold, void (*say)(struct hold *, uint32_t))
{
	for (uint32_t n = room(hold); n > 0 && hold->next < hold->connections; n--) {
		hold->in_flight++;
		say(hold, hold->next++);
	}
}

/* How many echoes the plan has until now, that were not begun. */
static uint64_t
due(const struct hold *hold, uint64_t now_ns)
{
	const uint64_t since_ns = now_ns - hold->begin_ns[HOLD_HOLDING];

	if (hold->rate == 0)
		return UINT64_MAX;
	return (uint64_t)((unsigned __int128)since_ns * hold->rate / NS_PER_SECOND) - hold->begun;
}

/* Whatever was begun is over, and the stack knows it: it will send nothing again. */
static bool
is_quiet(const struct hold *hold)
{
	return hold->in_flight == 0 && packet_queue_count(&hold->to) == 0;
}

/* A pass ends when all of it was heard of: nobody is asked twice at a time. */
static void
offer_echoes(struct hold *hold, uint64_t now_ns)
{
	const uint64_t wanted = RTE_MIN((uint64_t)room(hold), due(hold, now_ns));

	if (hold->pass_left == 0 && is_quiet(hold)) {
		hold_judge_next_pass(&hold->judge);
		hold->pass_left = hold->connections;
	}
	for (uint64_t n = wanted; n > 0 && hold->pass_left > 0; n--) {
		hold->pass_left--;
		hold->begun++;
		hold->in_flight++;
		hold_peer_asks(hold, order_next(&hold->order, hold->connections));
	}
}

static uint64_t
progress(const struct hold *hold)
{
	return hold->accepted + hold->judge.open_count + hold->judge.echo_count +
			hold->judge.close_count;
}

void
hold_turn(struct hold *hold, uint64_t now_ns)
{
	const uint64_t before = progress(hold);

	hold->peer.ts_val = (uint32_t)(now_ns / 1000000) + 1;
	estab_stack_receive(hold->stack, now_ns);
	hold_serve(hold);
	estab_stack_transmit(hold->stack, now_ns);
	hold_peers_hear(hold);
	if (progress(hold) != before)
		hold->progress_ns = now_ns;
}

static bool
is_lost(const struct hold *hold, uint64_t now_ns)
{
	return now_ns - hold->progress_ns > hold->options->drain_timeout_ns;
}

static uint32_t
open_now(const struct hold *hold)
{
	struct estab_stats stats;

	estab_stack_stats(hold->stack, &stats);
	return (uint32_t)stats.connections_open;
}

/* @return whether the phase has begun and ended nothing more */
static bool
opening_turn(struct hold *hold, uint64_t now_ns)
{
	if (signals_stopped())
		hold->connections = hold->judge.connections = hold->next;
	offer_all(hold, hold_peer_opens);
	hold_turn(hold, now_ns);
	return hold->judge.open_count == hold->connections && hold->accepted == hold->connections &&
			is_quiet(hold);
}

static bool
holding_turn(struct hold *hold, uint64_t now_ns)
{
	const uint64_t end_ns = hold->begin_ns[HOLD_HOLDING] + hold->options->duration_ns;
	const bool ends = signals_stopped() || now_ns >= end_ns;

	if (hold->in_flight == 0)
		hold->progress_ns = now_ns;
	if (!ends)
		offer_echoes(hold, now_ns);
	hold_turn(hold, now_ns);
	if (ends && hold->end_ns[HOLD_HOLDING] == 0) {
		hold->end_ns[HOLD_HOLDING] = now_ns;
		hold->echoes_in_time = hold->judge.echo_count;
		hold->overdue = hold->rate == 0 ? 0 : due(hold, now_ns);
	}
	return ends && is_quiet(hold);
}

static bool
closing_turn(struct hold *hold, uint64_t now_ns)
{
	offer_all(hold, hold_peer_asks);
	hold_turn(hold, now_ns);
	return hold->judge.close_count == hold->connections && open_now(hold) == 0;
}

/* Whoever has given up goes through the rest with the others. */
static void
run_phase(struct hold *hold, enum hold_phase phase, bool (*phase_turn)(struct hold *, uint64_t))
{
	uint64_t now_ns = clock_now(&hold->clock);

	hold->phase = phase;
	hold->next = 0;
	hold->begin_ns[phase] = hold->progress_ns = now_ns;
	while (!hold->gave_up && !phase_turn(hold, now_ns)) {
		now_ns = clock_now(&hold->clock);
		hold->gave_up = is_lost(hold, now_ns);
		if (hold->gave_up)
			hold->judge.faults[HOLD_FAULT_unfinished] += RTE_MAX(hold->in_flight, 1u);
		hold_team_turn(hold, now_ns);
	}
	if (hold->end_ns[phase] == 0)
		hold->end_ns[phase] = clock_now(&hold->clock);
	hold_team_meet(hold, phase);
}

/* What is on the wire yet. */
static void
drain(struct hold *hold)
{
	const uint64_t deadline_ns = clock_now(&hold->clock) + hold->options->drain_timeout_ns;
	uint64_t now_ns;
	uint32_t open;

	do {
		now_ns = clock_now(&hold->clock);
		open = estab_stack_drain(hold->stack, now_ns);
		hold_peers_hear(hold);
	} while ((open > 0 || packet_queue_count(&hold->to) > 0) && now_ns < deadline_ns);
	estab_stack_stats(hold->stack, &hold->stats);
	hold->tcbs_leaked = (int64_t)hold->stats.connections_open;
}

bool
hold_is_clean(const struct hold *hold)
{
	const struct estab_stats *stats = &hold->stats;

	return hold->connections > 0 && hold->echoes_in_time > 0 &&
			hold_judge_is_content(&hold->judge) && stats_unaccounted(stats) == 0 &&
			stats->rx_packets == hold->offered && stats->tx_packets == hold->heard &&
			hold->mbufs_leaked == 0 && hold->tcbs_leaked == 0;
}

void
hold_run(struct hold *hold)
{
	run_phase(hold, HOLD_OPENING, opening_turn);
	estab_stack_memory(hold->stack, &hold->memory);
	run_phase(hold, HOLD_HOLDING, holding_turn);
	run_phase(hold, HOLD_CLOSING, closing_turn);
	drain(hold);
}
