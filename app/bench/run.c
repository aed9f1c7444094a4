/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A measurement: every lcore on its own, warming up first where that is wanted; what is open is given
 * time to finish; then one thread drains all stacks and reads the counters.
 */
#include "bench.h"

#include <stddef.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <estab/stack.h>

#include "cores.h"
#include "report.h"
#include "signals.h"
#include "steps.h"
#include "turns.h"

enum { MAIN_NAP_US = 1000 }; /* of a main lcore that runs no party */

static bool
is_client(const struct bench *bench, const struct party *party)
{
	return party->end == &bench->ends[END_CLIENT];
}

/* What stands was opened before. */
static void
begin_client(struct party *party, uint64_t now_ns)
{
	const bool stands = bench_workload_stands(party->options.workload);

	client_begin(party->role, bench_connection_rate(&party->options), now_ns,
			stands ? 0 : UINT64_MAX);
}

/* On the party's own lcore, or before that runs: from now on it counts. */
static void
begin_party(struct bench *bench, struct party *party)
{
	if (is_client(bench, party)) {
		const struct client *client = party->role;

		if (bench->options->warm_up_ns > 0)
			party->done_before = client->tally.done;
		begin_client(party, bench->begin_ns);
	} else {
		endpoint_begin(party->role);
	}
	if (party->flood != NULL)
		flood_begin(party->flood, bench->begin_ns);
	party->cycles_busy = 0;
	party->cycles_begin = rte_rdtsc();
	party_count(party, &bench->clock, &party->at_begin);
	party->phase = PARTY_WORKS;
	atomic_fetch_add_explicit(&bench->begun, 1, memory_order_release);
}

/* On the client's own lcore. */
static void
end_measurement(struct party *party, const struct clock *clock, uint64_t now_ns)
{
	struct client *client = party->role;

	party->phase = PARTY_FINISHES;
	party->end_ns = now_ns;
	party_count(party, clock, &party->at_end);
	party->overdue = plan_overdue(&client->plan, now_ns);
	client_end(client);
	if (party->flood != NULL)
		flood_end(party->flood, now_ns);
}

/*
 * On the client's lcore: open no more once the time is over. It is done when it has seen its last
 * connection closed by both sides. The servers had to work for that, and so may the others at its device:
 * all go on until the last is done.
 */
static void
check_end(struct bench *bench, struct party *party, uint64_t now_ns)
{
	struct client *client = party->role;

	if (party->phase == PARTY_IS_DONE)
		return;
	if (party->phase == PARTY_WORKS) {
		if (!signals_stopped() && now_ns < bench->begin_ns + bench->options->duration_ns)
			return;
		end_measurement(party, &bench->clock, now_ns);
	}
	if ((client_is_idle(client) && turns_open_in(party) == 0) ||
			now_ns >= party->end_ns + bench->options->drain_timeout_ns) {
		client_give_up(client);
		party->phase = PARTY_IS_DONE;
		atomic_fetch_sub_explicit(&bench->at_work, 1, memory_order_release);
	}
}

static bool
is_over(struct bench *bench)
{
	return atomic_load_explicit(&bench->at_work, memory_order_acquire) == 0;
}

/* On a core that others share, whoever has nothing to do lets them. */
static void
lcore_turn(struct bench_lcore *lcore)
{
	struct bench *bench = lcore->bench;
	bool worked = false;

	for (unsigned int i = 0; i < lcore->party_count; i++) {
		struct party *party = lcore->parties[i];
		const uint64_t now_ns = party_turn(party, &bench->clock);

		worked |= party->worked;
		if (party->phase == PARTY_WARMS_UP) {
			if (now_ns >= bench->begin_ns || signals_stopped())
				begin_party(bench, party);
		} else if (is_client(bench, party)) {
			check_end(bench, party, now_ns);
		}
	}
	desk_serve(&lcore->desk);
	if (bench->cores_are_shared && !worked)
		sched_yield();
}

static int
lcore_main(void *argument)
{
	struct bench_lcore *lcore = argument;

	while (!is_over(lcore->bench))
		lcore_turn(lcore);
	return 0;
}

static struct bench_lcore *
main_lcore(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->lcore_count; i++) {
		if (bench->lcores[i].id == rte_get_main_lcore())
			return &bench->lcores[i];
	}
	return NULL;
}

/* Ask every party for its numbers, and serve one's own meanwhile. @return false: it is over */
static bool
ask_all(struct bench *bench, struct bench_lcore *own)
{
	for (unsigned int i = 0; i < bench->party_count; i++)
		mailbox_ask(&bench->parties[i].mailbox);
	for (unsigned int i = 0; i < bench->party_count; i++) {
		while (!mailbox_is_answered(&bench->parties[i].mailbox)) {
			if (is_over(bench))
				return false;
			if (own != NULL)
				lcore_turn(own);
			else
				cores_yield(bench->cores_are_shared);
		}
	}
	return true;
}

static void
add_up_now(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->end_count; i++)
		bench_add_up(bench, i, offsetof(struct party, now), &bench->now[i]);
	latencies_add_up(bench, &bench->latencies);
}

/* Once all parties have begun, lines count from there. */
static bool
has_begun(struct bench *bench, struct report *report)
{
	if (atomic_load_explicit(&bench->begun, memory_order_acquire) < bench->party_count)
		return false;
	for (unsigned int i = 0; i < bench->end_count; i++)
		bench_add_up(bench, i, offsetof(struct party, at_begin), &bench->now[i]);
	if (report != NULL)
		report_start(report, bench);
	return true;
}

/* The main lcore: its own party if it has one, and a line per second. */
static void
watch(struct bench *bench, struct report *report)
{
	struct bench_lcore *own = main_lcore(bench);
	uint64_t next_ns = bench->begin_ns;
	bool begun = false;

	while (!is_over(bench)) {
		if (own != NULL)
			lcore_turn(own);
		else
			usleep(MAIN_NAP_US);
		if (clock_now(&bench->clock) < next_ns)
			continue;
		if (!begun) {
			begun = has_begun(bench, report);
			next_ns += begun ? NS_PER_SECOND : 0;
			continue;
		}
		if (report != NULL && ask_all(bench, own)) {
			add_up_now(bench);
			report_interval(report, bench);
		}
		next_ns += NS_PER_SECOND;
	}
}

/* What came after the last full second, unless it is next to nothing. */
static void
report_rest(struct bench *bench, struct report *report)
{
	if (bench->end_ns < report->last_ns + NS_PER_SECOND / 2)
		return;
	for (unsigned int i = 0; i < bench->party_count; i++)
		party_tell(&bench->parties[i], &bench->clock);
	add_up_now(bench);
	report_interval(report, bench);
}

static void
begin(struct bench *bench)
{
	const uint64_t now_ns = clock_now(&bench->clock);

	if (!bench_workload_stands(bench->options->workload))
		turns_count(bench, offsetof(struct party, first));
	bench->begin_ns = now_ns + bench->options->warm_up_ns;
	bench->end_ns = 0;
	atomic_store(&bench->begun, 0);
	for (unsigned int i = 0; i < bench->party_count; i++) {
		struct party *party = &bench->parties[i];

		party->done_before = 0;
		party->phase = PARTY_WARMS_UP;
		if (bench->options->warm_up_ns == 0)
			begin_party(bench, party);
		else if (is_client(bench, party))
			begin_client(party, now_ns);
	}
	atomic_store(&bench->at_work, bench->ends[END_CLIENT].map.count);
}

static void
note_end(struct bench *bench)
{
	bench->end_ns = bench->begin_ns; /* also where a signal came before it */
	for (unsigned int i = 0; i < bench->party_count; i++) {
		bench->parties[i].cycles_end = rte_rdtsc();
		bench->end_ns = RTE_MAX(bench->end_ns, bench->parties[i].end_ns);
	}
}

void
bench_measure(struct bench *bench, struct report *report)
{
	begin(bench);
	if (report != NULL)
		report_start(report, bench);
	for (unsigned int i = 0; i < bench->lcore_count; i++) {
		if (bench->lcores[i].id != rte_get_main_lcore())
			rte_eal_remote_launch(lcore_main, &bench->lcores[i], bench->lcores[i].id);
	}
	watch(bench, report);
	rte_eal_mp_wait_lcore();
	note_end(bench);
	if (report != NULL)
		report_rest(bench, report);
}

void
bench_run(struct bench *bench, struct report *report)
{
	report_begin(report, bench);
	if (steps_are_wanted(bench->options))
		steps_run(bench, report);
	else
		bench_measure(bench, report);
	turns_drain(bench);
	turns_count(bench, offsetof(struct party, last));
	bench_sum_up(bench);
}
