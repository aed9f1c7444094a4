/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A measurement in steps: one connection of each client beforehand; those that stand, if any; the
 * measurement itself, every lcore on its own; what is open is given time to finish; then one thread drains
 * all stacks and reads the counters.
 */
#include "bench.h"

#include <inttypes.h>
#include <stddef.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include <estab/stack.h>

#include "complain.h"
#include "cores.h"
#include "flood_result.h"
#include "report.h"
#include "signals.h"
#include "stats_print.h"

enum { MAIN_NAP_US = 1000 }; /* of a main lcore that runs no party */

#define OPENING_NS (NS_PER_SECOND / 2000) /* a connection, at the very slowest */
#define WARM_UP_NS (5 * NS_PER_SECOND)    /* a SYN and two repetitions of it, RFC 6298: 1 s + 2 s */

static void
turn_all(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->party_count; i++)
		party_turn(&bench->parties[i], &bench->clock);
	for (unsigned int i = 0; i < bench->lcore_count; i++)
		desk_serve(&bench->lcores[i].desk);
}

/* What its one connection still wanted when the time was over, and what that means. */
static const char *
warm_up_advice(const struct client *client)
{
	switch (client_waits_for(client)) {
	case CLIENT_WAITS_FOR_RESPONSE:
		return "connected, but no whole response: check --request-size and --response-size";
	case CLIENT_WAITS_FOR_CLOSE:
		if (client->options->closer == CLOSER_CLIENT)
			return "the client has closed, but the server does not close after it";
		return "connected, but the server does not close: if it waits for the client to "
		       "close first, add --close client";
	case CLIENT_WAITS_FOR_ANSWER:
		return "no answer: check --address, --gateway, and that a server is there";
	case CLIENT_WAITS_FOR_NOTHING:
		break;
	}
	return "check --address, --gateway, and that a server is there";
}

static int
complain_about_warm_up(const struct client *client)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];

	estab_endpoint_format(&client->server, text, sizeof(text));
	for (unsigned int i = 0; i < CLIENT_ERROR_COUNT; i++) {
		if (client->tally.errors[i] > 0)
			return complain(EXIT_ENVIRONMENT,
					"the first connection to %s failed (%s): %s", text,
					client_error_name((enum client_error)i),
					warm_up_advice(client));
	}
	return complain(EXIT_ENVIRONMENT, "the first connection to %s failed: %s", text,
			warm_up_advice(client));
}

static uint64_t
open_in(const struct party *party)
{
	struct estab_stats stats;

	estab_stack_stats(party->stack, &stats);
	return stats.connections_open;
}

/* Neither a connection nor a packet is on its way. */
static bool
is_quiet(const struct bench *bench)
{
	uint64_t open = 0;

	for (unsigned int i = 0; i < bench->party_count; i++)
		open += open_in(&bench->parties[i]);
	return open == 0 && loopback_is_empty(bench);
}

static uint32_t
drain_turn(struct bench *bench, uint64_t now_ns)
{
	uint32_t open = 0;

	for (unsigned int i = 0; i < bench->party_count; i++)
		open += estab_stack_drain(bench->parties[i].stack, now_ns);
	return open;
}

/*
 * All stacks from this one thread, until every connection and every packet has come home. The last of a
 * stack without a queue lie in a ring when it is done.
 */
static void
drain(struct bench *bench)
{
	const uint64_t deadline_ns = clock_now(&bench->clock) + bench->options->drain_timeout_ns;
	uint64_t now_ns;
	uint32_t open;

	do {
		now_ns = clock_now(&bench->clock);
		open = drain_turn(bench, now_ns);
	} while ((open > 0 || !loopback_is_empty(bench)) && now_ns < deadline_ns);
	if (!bench->options->loopback)
		drain_turn(bench, now_ns);
}

/* It is over before it began: what is open is closed all the same. @return status */
static int
end(struct bench *bench, int status)
{
	drain(bench);
	return status;
}

static bool
has_failed(const struct client *client)
{
	return client_error_sum(&client->tally) > 0;
}

static bool
is_cold(const struct client *client)
{
	return client->tally.done == 0;
}

static struct client *
find_client(const struct bench *bench, bool (*is)(const struct client *))
{
	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++) {
		if (is(&bench->clients[i]))
			return &bench->clients[i];
	}
	return NULL;
}

static void
begin_clients(struct bench *bench, uint64_t now_ns, uint64_t budget)
{
	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++)
		client_begin(&bench->clients[i], now_ns, budget);
}

/* Of what stands, no more than the least. */
static void
set_ending(struct bench *bench, bool ending)
{
	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++)
		bench->clients[i].ending = ending;
}

int
bench_warm_up(struct bench *bench)
{
	const uint64_t deadline_ns = clock_now(&bench->clock) + WARM_UP_NS;

	begin_clients(bench, clock_now(&bench->clock), 1);
	set_ending(bench, true);
	while ((find_client(bench, is_cold) != NULL || !is_quiet(bench)) &&
			find_client(bench, has_failed) == NULL && !signals_stopped() &&
			clock_now(&bench->clock) < deadline_ns)
		turn_all(bench);
	set_ending(bench, false);
	if (find_client(bench, has_failed) != NULL)
		return end(bench, complain_about_warm_up(find_client(bench, has_failed)));
	if (find_client(bench, is_cold) != NULL)
		return end(bench, complain_about_warm_up(find_client(bench, is_cold)));
	return -1;
}

static void
count_all(struct bench *bench, size_t where)
{
	for (unsigned int i = 0; i < bench->party_count; i++) {
		struct party *party = &bench->parties[i];
		void *numbers = (char *)party + where;

		party_count(party, &bench->clock, numbers);
	}
}

static uint64_t
standing(const struct bench *bench)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++)
		sum += bench->clients[i].tally.connect_ns.count;
	return sum;
}

int
bench_open_standing(struct bench *bench)
{
	const uint32_t wanted = bench->connections;
	const uint64_t begin_ns = clock_now(&bench->clock);
	const uint64_t deadline_ns = begin_ns + WARM_UP_NS + wanted * OPENING_NS;

	if (!bench_workload_stands(bench->options->workload))
		return -1;
	count_all(bench, offsetof(struct party, first));
	for (unsigned int i = 0; i < bench->ends[END_CLIENT].map.count; i++)
		client_begin(&bench->clients[i], begin_ns, bench->clients[i].options->connections);
	while (standing(bench) < wanted && find_client(bench, has_failed) == NULL &&
			!signals_stopped() && clock_now(&bench->clock) < deadline_ns)
		turn_all(bench);
	if (standing(bench) == wanted)
		return -1;
	return end(bench,
			complain(EXIT_ENVIRONMENT,
					"only %" PRIu64 " of %" PRIu32
					" connections came about: lower --connections",
					standing(bench), wanted));
}

/* On the client's own lcore. */
static void
end_measurement(struct party *party, const struct clock *clock, uint64_t now_ns)
{
	struct client *client = party->role;

	party->phase = PARTY_FINISHES;
	party->end_ns = now_ns;
	party_count(party, clock, &party->at_end);
	party->overdue = client_overdue(client, now_ns);
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
	if ((client_is_idle(client) && open_in(party) == 0) ||
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
		if (party->end == &bench->ends[END_CLIENT])
			check_end(bench, party, now_ns);
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

/* The main lcore: its own party if it has one, and a line per second. */
static void
watch(struct bench *bench, struct report *report)
{
	struct bench_lcore *own = main_lcore(bench);
	uint64_t next_ns = bench->begin_ns + NS_PER_SECOND;

	while (!is_over(bench)) {
		if (own != NULL)
			lcore_turn(own);
		else
			usleep(MAIN_NAP_US);
		if (clock_now(&bench->clock) < next_ns)
			continue;
		if (ask_all(bench, own)) {
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
begin_party(struct bench *bench, struct party *party)
{
	if (party->flood != NULL)
		flood_begin(party->flood, bench->begin_ns);
	party->cycles_busy = 0;
	party->cycles_begin = rte_rdtsc();
	party_count(party, &bench->clock, &party->at_begin);
	party->now = party->at_begin; /* the first line counts from here */
	if (party->note != NULL)
		party->note(party);
}

static void
begin(struct bench *bench)
{
	const bool stands = bench_workload_stands(bench->options->workload);

	for (unsigned int i = 0; i < bench->ends[END_SERVER].map.count; i++)
		endpoint_begin(&bench->endpoints[i]);
	if (!stands)
		count_all(bench, offsetof(struct party, first));
	bench->begin_ns = clock_now(&bench->clock);
	begin_clients(bench, bench->begin_ns, stands ? 0 : UINT64_MAX);
	for (unsigned int i = 0; i < bench->party_count; i++)
		begin_party(bench, &bench->parties[i]);
	add_up_now(bench);
	atomic_store(&bench->at_work, bench->ends[END_CLIENT].map.count);
}

static void
note_end(struct bench *bench)
{
	for (unsigned int i = 0; i < bench->party_count; i++) {
		bench->parties[i].cycles_end = rte_rdtsc();
		bench->end_ns = RTE_MAX(bench->end_ns, bench->parties[i].end_ns);
	}
}

void
bench_run(struct bench *bench, struct report *report)
{
	begin(bench);
	report_begin(report, bench);
	for (unsigned int i = 0; i < bench->lcore_count; i++) {
		if (bench->lcores[i].id != rte_get_main_lcore())
			rte_eal_remote_launch(lcore_main, &bench->lcores[i], bench->lcores[i].id);
	}
	watch(bench, report);
	rte_eal_mp_wait_lcore();
	note_end(bench);
	report_rest(bench, report);
	drain(bench);
	count_all(bench, offsetof(struct party, last));
	bench_sum_up(bench);
}

uint64_t
bench_packets_lost(const struct bench *bench)
{
	uint64_t lost = 0;

	for (unsigned int i = 0; bench->options->loopback && i < bench->end_count; i++) {
		struct estab_stats stats;

		stats_since(&stats, &bench->last[i].stats, &bench->first[i].stats);
		lost += stats.tx_dropped_no_mbuf + stats.tx_dropped_port_full +
				stats.tx_dropped_refused + stats.tx_dropped_unresolved;
	}
	return lost;
}

/* Whether anything was measured at all. */
static bool
has_worked(const struct bench *bench)
{
	const struct party_numbers *begin = &bench->at_begin, *end = &bench->at_end;

	if (bench->done_in_time == 0)
		return false;
	switch (bench->options->workload) {
	case WORKLOAD_RR:
		return end->transactions > begin->transactions;
	case WORKLOAD_STREAM:
		return end->bytes_to_server + end->bytes_from_server >
				begin->bytes_to_server + begin->bytes_from_server;
	default:
		return true;
	}
}

bool
bench_is_clean(const struct bench *bench)
{
	bool accounted = true;

	if (bench->options->workload == WORKLOAD_FLOOD)
		return flood_result_is_clean(bench);
	for (unsigned int i = 0; i < bench->end_count; i++)
		accounted &= stats_unaccounted(&bench->last[i].stats) == 0;
	return accounted && has_worked(bench) && client_error_sum(&bench->client) == 0 &&
			endpoint_error_sum(&bench->endpoint) == 0 && bench->mbufs_leaked == 0 &&
			bench->tcbs_leaked == 0 && bench_packets_lost(bench) == 0;
}
