/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What goes wrong with machines: memory that runs out for a moment, a clock that jumps, a link that is down
 * for a while, a stack that falls silent, is killed and starts again, or is drained in the middle of it all.
 */
#include <stdlib.h>

#include <rte_common.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <estab/cookie.h>

#include "malloc_mempool.h"
#include "plan.h"
#include "sim.h"

void
clockwork_start(struct clockwork *clockwork, struct random random, uint64_t begin_ns,
		uint64_t mean_ns, uint32_t times)
{
	clockwork->random = random;
	clockwork->mean_ns = mean_ns;
	clockwork->left = times;
	clockwork->next_ns = times == 0 ? UINT64_MAX
					: begin_ns + random_below(&clockwork->random, 2 * mean_ns);
}

bool
clockwork_strikes(struct clockwork *clockwork, uint64_t now_ns)
{
	if (clockwork->left == 0 || clockwork->next_ns > now_ns)
		return false;
	clockwork->left--;
	clockwork->next_ns = clockwork->left == 0
			? UINT64_MAX
			: now_ns + random_below(&clockwork->random, 2 * clockwork->mean_ns);
	return true;
}

bool
sim_event_happens(struct sim *sim)
{
	const uint32_t number = sim->event_count++;
	const struct sim_order *order = sim->order;
	const bool is_skipped = number < 64 * RTE_DIM(order->skipped) &&
			(order->skipped[number / 64] >> number % 64 & 1) != 0;

	return number < order->until && !is_skipped;
}

static void
plan_one(struct sim *sim, struct clockwork *clockwork, enum sim_trouble trouble, uint64_t mean_ns,
		uint32_t times)
{
	clockwork_start(clockwork, sim_stream(sim, "clockwork", trouble), sim->now_ns, mean_ns,
			sim_has(sim, trouble) ? times : 0);
}

void
trouble_plan(struct sim *sim)
{
	struct random r = sim_stream(sim, "trouble plan", 0);
	const uint64_t mean_ns = ONE_OF(&r, 10 * MS, 200 * MS, 2 * S, 20 * S);

	plan_one(sim, &sim->allocation, SIM_ALLOCATION, mean_ns, 20);
	plan_one(sim, &sim->clock, SIM_CLOCK, mean_ns, 5);
	plan_one(sim, &sim->silence, SIM_SILENCE, mean_ns, 1);
	plan_one(sim, &sim->restart, SIM_RESTART, mean_ns, 3);
	plan_one(sim, &sim->drain, SIM_DRAIN, mean_ns, 1);
	plan_one(sim, &sim->outage, SIM_OUTAGES, mean_ns, 5);
	plan_one(sim, &sim->memory, SIM_MEMORY, mean_ns, 10);
	plan_one(sim, &sim->keys, SIM_POLICIES, mean_ns, 3);
}

static unsigned int
any_side(const struct sim *sim, struct random *r)
{
	return (unsigned int)random_below(r, sim->side_count);
}

/* So many allocations succeed, so many fail, for a while. */
static void
exhaust(struct sim *sim, struct random *r)
{
	const unsigned int side = any_side(sim, r);
	const uint32_t after = (uint32_t)random_below(r, 50);
	const uint32_t count = (uint32_t)ONE_OF(r, 1, 1, 10, 100);
	const uint64_t for_ns = random_below(r, ONE_OF(r, 10 * MS, 500 * MS, 5 * S));

	if (!sim_event_happens(sim))
		return;
	trace_note(sim, "side %u: after %u allocations %u fail", side, after, count);
	malloc_mempool_fail(sim->sides[side].pool, after, count);
	sim->sides[side].dry_until_ns = sim->now_ns + for_ns;
}

static void
give_back(struct hoard *hoard)
{
	if (hoard->mbufs != NULL)
		rte_pktmbuf_free_bulk(hoard->mbufs, hoard->count);
	free(hoard->mbufs);
	*hoard = (struct hoard){ .until_ns = UINT64_MAX };
}

/* Somebody else takes all mbufs but a few. */
static void
take_mbufs(struct sim *sim, struct random *r)
{
	struct side *side = &sim->sides[any_side(sim, r)];
	const unsigned int left = (unsigned int)ONE_OF(r, 1, 20, 100, 500);
	const uint64_t for_ns = random_below(r, ONE_OF(r, 10 * MS, S, 20 * S));
	struct hoard *hoard = &side->hoard;

	if (hoard->mbufs != NULL || !sim_event_happens(sim))
		return;
	hoard->mbufs = calloc(side->pool->size, sizeof(struct rte_mbuf *));
	while (hoard->mbufs != NULL && rte_mempool_avail_count(side->pool) > left) {
		hoard->mbufs[hoard->count] = rte_pktmbuf_alloc(side->pool);
		if (hoard->mbufs[hoard->count] == NULL)
			break;
		hoard->count++;
	}
	hoard->until_ns = sim->now_ns + for_ns;
	trace_note(sim, "%s: %u mbufs are left", side->name, left);
}

/* Memory comes back, and links do. */
static void
refill(struct sim *sim)
{
	for (unsigned int i = 0; i < sim->side_count; i++) {
		struct side *side = &sim->sides[i];

		if (side->dry_until_ns <= sim->now_ns) {
			malloc_mempool_fail(side->pool, 0, 0);
			side->dry_until_ns = UINT64_MAX;
		}
		if (side->hoard.until_ns <= sim->now_ns)
			give_back(&side->hoard);
		if (side->down_until_ns <= sim->now_ns) {
			trace_note(sim, "the link of side %u is up again", i);
			sim->wire.ends[i].down = false;
			side->down_until_ns = UINT64_MAX;
		}
	}
}

/* For so short that nobody gives a connection up; handshakes are another matter (cookies). */
static void
take_link_down(struct sim *sim, struct random *r)
{
	const unsigned int side = any_side(sim, r);
	const uint64_t for_ns = random_below(r, ONE_OF(r, 50 * MS, S, 10 * S, 40 * S));

	if (sim->wire.ends[side].down || !sim_event_happens(sim))
		return;
	trace_note(sim, "the link of side %u is down", side);
	sim->wire.ends[side].down = true;
	sim->sides[side].down_until_ns = sim->now_ns + for_ns;
	talk_excuse_handshakes(sim);
}

static void
change_key(struct sim *sim, struct random *r)
{
	struct side *side = &sim->sides[any_side(sim, r)];
	struct estab_cookie_key key = { .number = random_next(r) };

	for (unsigned int i = 0; i < sizeof(key.secret); i++)
		key.secret[i] = (uint8_t)random_next(r);
	if (sim_event_happens(sim) && !side->drained)
		estab_stack_cookie_key(side->stack, &key, sim->now_ns);
}

/* As for a process that was suspended: whatever was due then is due now, all at once. */
static void
jump(struct sim *sim, struct random *r)
{
	const uint64_t by_ns = random_below(r, ONE_OF(r, 10 * MS, S, 60 * S, 1800 * S));

	if (!sim_event_happens(sim))
		return;
	sim->now_ns += by_ns;
	trace_note(sim, "the clock jumps by %.3f s", (double)by_ns / 1e9);
	wire_advance(&sim->wire, sim->now_ns);
	talk_excuse_handshakes(sim);
}

static void
silence(struct sim *sim, struct random *r)
{
	const unsigned int side = any_side(sim, r);

	if (!sim_event_happens(sim))
		return;
	trace_note(sim, "side %u falls silent", side);
	sim->wire.ends[side].down = true;
	sim->sides[side].down_until_ns = UINT64_MAX;
	talk_excuse_side(sim, side);
}

static void
restart(struct sim *sim, struct random *r)
{
	const unsigned int side = any_side(sim, r);
	struct side *there = &sim->sides[side];

	if (there->drained || !sim_event_happens(sim))
		return;
	trace_note(sim, "side %u is killed and begins anew", side);
	talk_excuse_side(sim, side);
	talk_lose_side(sim, side);
	sim_stack_end(sim, side);
	for (unsigned int i = 0; i < sizeof(there->config.secret); i++)
		there->config.secret[i] = (uint8_t)random_next(r);
	sim_stack_begin(sim, side);
}

static void
drain(struct sim *sim, struct random *r)
{
	const unsigned int side = any_side(sim, r);

	if (!sim_event_happens(sim))
		return;
	trace_note(sim, "side %u is drained", side);
	talk_excuse_side(sim, side);
	talk_lose_side(sim, side);
	sim->sides[side].drained = true;
}

void
trouble_turn(struct sim *sim)
{
	refill(sim);
	if (clockwork_strikes(&sim->allocation, sim->now_ns))
		exhaust(sim, &sim->allocation.random);
	if (clockwork_strikes(&sim->clock, sim->now_ns))
		jump(sim, &sim->clock.random);
	if (clockwork_strikes(&sim->silence, sim->now_ns))
		silence(sim, &sim->silence.random);
	if (clockwork_strikes(&sim->restart, sim->now_ns))
		restart(sim, &sim->restart.random);
	if (clockwork_strikes(&sim->drain, sim->now_ns))
		drain(sim, &sim->drain.random);
	if (clockwork_strikes(&sim->outage, sim->now_ns))
		take_link_down(sim, &sim->outage.random);
	if (clockwork_strikes(&sim->memory, sim->now_ns))
		take_mbufs(sim, &sim->memory.random);
	if (clockwork_strikes(&sim->keys, sim->now_ns))
		change_key(sim, &sim->keys.random);
}

uint64_t
trouble_next(const struct sim *sim)
{
	const struct clockwork *const all[] = { &sim->allocation, &sim->clock, &sim->silence,
		&sim->restart, &sim->drain, &sim->outage, &sim->memory, &sim->keys };
	uint64_t next_ns = UINT64_MAX;

	for (unsigned int i = 0; i < RTE_DIM(all); i++)
		next_ns = RTE_MIN(next_ns, all[i]->next_ns);
	for (unsigned int i = 0; i < sim->side_count; i++) {
		next_ns = RTE_MIN(next_ns, sim->sides[i].dry_until_ns);
		next_ns = RTE_MIN(next_ns, sim->sides[i].hoard.until_ns);
		next_ns = RTE_MIN(next_ns, sim->sides[i].down_until_ns);
	}
	return next_ns;
}

void
trouble_end(struct sim *sim)
{
	for (unsigned int i = 0; i < sim->side_count; i++)
		give_back(&sim->sides[i].hoard);
}
