/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loop of every lcore, and what the main lcore does beside: end the run in time and print a
 * line now and then. The main lcore serves queues itself where it is alone or the map says so.
 */
#include "echo.h"

#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <estab/stack.h>

#include "cores.h"
#include "signals.h"
#include "stats_print.h"

enum { MAIN_NAP_US = 1000 }; /* of a main lcore that serves nothing */

static void
add_places(const struct echo_lcore *lcore, struct estab_stats *sum)
{
	for (uint16_t i = 0; i < lcore->place_count; i++) {
		struct estab_stats stats;

		estab_stack_stats(lcore->places[i]->server.stack, &stats);
		stats_add(sum, &stats);
	}
}

static void
answer_when_asked(struct echo_lcore *lcore)
{
	if (!mailbox_is_asked(&lcore->mailbox))
		return;
	memset(&lcore->stats, 0, sizeof(lcore->stats));
	add_places(lcore, &lcore->stats);
	mailbox_answer(&lcore->mailbox);
}

static void
lcore_turn(struct echo_lcore *lcore)
{
	const struct key_options *keys = &lcore->echo->options->stack.keys;

	for (uint16_t i = 0; i < lcore->place_count; i++) {
		struct echo_place *place = lcore->places[i];
		const uint64_t now_ns = clock_now(&lcore->echo->clock);

		key_change_turn(&place->key_change, keys, place->server.stack, now_ns);
		server_turn(&place->server, now_ns);
	}
	answer_when_asked(lcore);
	desk_serve(&lcore->desk);
	if (lcore->echo->cores_are_shared)
		sched_yield();
}

static void
drain_turn(struct echo_lcore *lcore, uint64_t now_ns)
{
	lcore->open = 0;
	for (uint16_t i = 0; i < lcore->place_count; i++)
		lcore->open += server_drain(&lcore->places[i]->server, now_ns);
	answer_when_asked(lcore);
	desk_serve(&lcore->desk);
	if (lcore->echo->cores_are_shared)
		sched_yield();
}

/*
 * See every connection out, within the time that --drain-timeout gives: those of the others too, whose
 * packets may come and go through our queues. Their last may lie in a ring when they are done.
 */
static void
lcore_drain(struct echo_lcore *lcore)
{
	const struct clock *clock = &lcore->echo->clock;
	atomic_uint *undrained = &lcore->echo->undrained;
	const uint64_t deadline_ns = clock_now(clock) + lcore->echo->options->drain_timeout_ns;
	bool done = false;
	uint64_t now_ns;

	do {
		now_ns = clock_now(clock);
		drain_turn(lcore, now_ns);
		if (lcore->open == 0 && !done) {
			done = true;
			atomic_fetch_sub_explicit(undrained, 1, memory_order_release);
		}
	} while (atomic_load_explicit(undrained, memory_order_acquire) > 0 && now_ns < deadline_ns);
	drain_turn(lcore, clock_now(clock));
}

static int
lcore_main(void *argument)
{
	struct echo_lcore *lcore = argument;

	while (!signals_stopped())
		lcore_turn(lcore);
	lcore_drain(lcore);
	return 0;
}

/* What the main lcore does between turns of its own. */
struct watch {
	uint64_t next_ns;
	uint64_t last_ns;
	struct estab_stats last;
};

static void
watch_turn(struct echo *echo, struct watch *watch)
{
	const struct echo_options *options = echo->options;
	const uint64_t now_ns = clock_now(&echo->clock);
	struct estab_stats now;

	if (options->duration_ns != 0 && now_ns >= options->duration_ns)
		signals_stop();
	if (options->stats_period_ns == 0 || now_ns < watch->next_ns || signals_stopped())
		return;
	echo_stats_ask(echo, &now);
	echo_print_period(&now, &watch->last, now_ns, now_ns - watch->last_ns);
	watch->last = now;
	watch->last_ns = now_ns;
	watch->next_ns += options->stats_period_ns;
	watch->next_ns = RTE_MAX(watch->next_ns, now_ns);
}

static struct echo_lcore *
main_lcore(struct echo *echo)
{
	for (uint16_t i = 0; i < echo->lcore_count; i++) {
		if (echo->lcores[i].id == rte_get_main_lcore())
			return &echo->lcores[i];
	}
	return NULL;
}

void
echo_stats_ask(struct echo *echo, struct estab_stats *sum)
{
	struct echo_lcore *own = main_lcore(echo);

	memset(sum, 0, sizeof(*sum));
	for (uint16_t i = 0; i < echo->lcore_count; i++)
		mailbox_ask(&echo->lcores[i].mailbox);
	if (own != NULL)
		answer_when_asked(own);
	for (uint16_t i = 0; i < echo->lcore_count; i++) {
		while (!mailbox_is_answered(&echo->lcores[i].mailbox)) {
			if (rte_eal_get_lcore_state(echo->lcores[i].id) == WAIT &&
					&echo->lcores[i] != own)
				return; /* it has ended: the totals will tell */
			cores_yield(echo->cores_are_shared);
		}
		stats_add(sum, &echo->lcores[i].stats);
	}
}

void
echo_stats_read(struct echo *echo, struct estab_stats *sum, struct service_counters *served)
{
	memset(sum, 0, sizeof(*sum));
	memset(served, 0, sizeof(*served));
	for (uint16_t i = 0; i < echo->lcore_count; i++)
		add_places(&echo->lcores[i], sum);
	for (uint16_t i = 0; i < echo->map.count; i++)
		service_counters_add(served, &echo->places[i].server.counters);
}

void
echo_run(struct echo *echo)
{
	struct echo_lcore *own = main_lcore(echo);
	struct watch watch = { .next_ns = 0 };

	clock_init(&echo->clock);
	watch.next_ns = echo->options->stats_period_ns;
	atomic_store(&echo->undrained, echo->lcore_count);
	for (uint16_t i = 0; i < echo->lcore_count; i++) {
		if (&echo->lcores[i] != own)
			rte_eal_remote_launch(lcore_main, &echo->lcores[i], echo->lcores[i].id);
	}
	while (!signals_stopped()) {
		if (own != NULL)
			lcore_turn(own);
		else
			usleep(MAIN_NAP_US);
		watch_turn(echo, &watch);
	}
	if (own != NULL)
		lcore_drain(own);
	rte_eal_mp_wait_lcore();
}
