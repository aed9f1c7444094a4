/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A measurement in steps: one connection beforehand; those that stand, if any; the measurement itself, every lcore on
 * its own; what is open is given time to finish; then one thread drains both stacks and reads the
 * counters.
 */
#include "bench.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>
#include <rte_ring.h>

#include <estab/stack.h>

#include "complain.h"
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
}

/* What the one connection still wanted when the time was over, and what that means. */
static const char *
warm_up_advice(const struct bench *bench)
{
	switch (client_waits_for(&bench->client)) {
	case CLIENT_WAITS_FOR_RESPONSE:
		return "connected, but no whole response: check --request-size and --response-size";
	case CLIENT_WAITS_FOR_CLOSE:
		if (bench->options->closer == CLOSER_CLIENT)
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
complain_about_warm_up(const struct bench *bench)
{
	char text[ESTAB_ADDRESS_TEXT_MAX];

	estab_endpoint_format(&bench->client.server, text, sizeof(text));
	for (unsigned int i = 0; i < CLIENT_ERROR_COUNT; i++) {
		if (bench->client.errors[i] > 0)
			return complain(EXIT_ENVIRONMENT,
					"the first connection to %s failed (%s): %s", text,
					client_error_name((enum client_error)i),
					warm_up_advice(bench));
	}
	return complain(EXIT_ENVIRONMENT, "the first connection to %s failed: %s", text,
			warm_up_advice(bench));
}

static bool
wire_is_empty(const struct bench *bench)
{
	return bench->rings[0] == NULL ||
			(rte_ring_empty(bench->rings[0]) && rte_ring_empty(bench->rings[1]));
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
	return open == 0 && wire_is_empty(bench);
}

/* Both stacks from this one thread, until every connection and every packet has come home. */
static void
drain(struct bench *bench)
{
	const uint64_t deadline_ns = clock_now(&bench->clock) + bench->options->drain_timeout_ns;
	uint64_t now_ns;
	uint32_t open;

	do {
		now_ns = clock_now(&bench->clock);
		open = 0;
		for (unsigned int i = 0; i < bench->party_count; i++)
			open += estab_stack_drain(bench->parties[i].stack, now_ns);
	} while ((open > 0 || !wire_is_empty(bench)) && now_ns < deadline_ns);
}

/* It is over before it began: what is open is closed all the same. @return status */
static int
end(struct bench *bench, int status)
{
	drain(bench);
	return status;
}

int
bench_warm_up(struct bench *bench)
{
	const uint64_t deadline_ns = clock_now(&bench->clock) + WARM_UP_NS;

	client_begin(&bench->client, clock_now(&bench->clock), 1);
	bench->client.ending = true; /* of what stands: no more than the least */
	while ((bench->client.done == 0 || !is_quiet(bench)) &&
			client_error_sum(&bench->client) == 0 && !signals_stopped() &&
			clock_now(&bench->clock) < deadline_ns)
		turn_all(bench);
	bench->client.ending = false;
	return bench->client.done == 1 ? -1 : end(bench, complain_about_warm_up(bench));
}

static void
count_all(struct bench *bench, struct party_numbers numbers[PARTIES_MAX])
{
	for (unsigned int i = 0; i < bench->party_count; i++)
		party_count(&bench->parties[i], &bench->clock, &numbers[i]);
}

int
bench_open_standing(struct bench *bench)
{
	const uint32_t wanted = bench->options->connections;
	const uint64_t begin_ns = clock_now(&bench->clock);
	const uint64_t deadline_ns = begin_ns + WARM_UP_NS + wanted * OPENING_NS;

	if (!bench_workload_stands(bench->options->workload))
		return -1;
	count_all(bench, bench->first);
	client_begin(&bench->client, begin_ns, wanted);
	while (bench->client.connect_ns.count < wanted && client_error_sum(&bench->client) == 0 &&
			!signals_stopped() && clock_now(&bench->clock) < deadline_ns)
		turn_all(bench);
	if (bench->client.connect_ns.count == wanted)
		return -1;
	return end(bench,
			complain(EXIT_ENVIRONMENT,
					"only %" PRIu64 " of %" PRIu32
					" connections came about: lower --connections",
					bench->client.connect_ns.count, wanted));
}

static void
end_measurement(struct bench *bench, uint64_t now_ns)
{
	struct client *client = &bench->client;

	bench->end_ns = now_ns;
	party_count(&bench->parties[PARTY_CLIENT], &bench->clock, &bench->at_end);
	bench->done_in_time = client->done;
	if (bench_workload_stands(bench->options->workload))
		bench->done_in_time = bench->at_end.open;
	bench->overdue = client_overdue(client, now_ns);
	client_end(client);
	flood_end(&bench->flood, now_ns);
}

/*
 * On the client's lcore: open no more once the time is over. All is over when the client has seen
 * its last connection closed by both sides: the server had to work for that, so it goes on until
 * then.
 */
static void
check_end(struct bench *bench, uint64_t now_ns)
{
	if (bench->end_ns == 0) {
		if (!signals_stopped() && now_ns < bench->begin_ns + bench->options->duration_ns)
			return;
		end_measurement(bench, now_ns);
	}
	if ((client_is_idle(&bench->client) && open_in(&bench->parties[PARTY_CLIENT]) == 0) ||
			now_ns >= bench->end_ns + bench->options->drain_timeout_ns) {
		client_give_up(&bench->client);
		atomic_store_explicit(&bench->over, true, memory_order_release);
	}
}

static bool
is_over(struct bench *bench)
{
	return atomic_load_explicit(&bench->over, memory_order_acquire);
}

static void
lcore_turn(struct bench_lcore *lcore)
{
	for (unsigned int i = 0; i < lcore->party_count; i++) {
		const uint64_t now_ns = party_turn(lcore->parties[i], &lcore->bench->clock);

		if (lcore->parties[i]->role == &lcore->bench->client)
			check_end(lcore->bench, now_ns);
	}
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
				rte_pause();
		}
	}
	return true;
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
		if (ask_all(bench, own))
			report_interval(report, bench);
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
		party_count(&bench->parties[i], &bench->clock, &bench->parties[i].numbers);
	report_interval(report, bench);
}

static void
begin(struct bench *bench)
{
	const bool stands = bench_workload_stands(bench->options->workload);

	endpoint_begin(&bench->endpoint);
	if (!stands)
		count_all(bench, bench->first);
	bench->begin_ns = clock_now(&bench->clock);
	client_begin(&bench->client, bench->begin_ns, stands ? 0 : UINT64_MAX);
	flood_begin(&bench->flood, bench->begin_ns);
	party_count(&bench->parties[PARTY_CLIENT], &bench->clock, &bench->at_begin);
	for (unsigned int i = 0; i < bench->party_count; i++) {
		bench->parties[i].cycles_busy = 0;
		bench->parties[i].cycles_begin = rte_rdtsc();
		/* The first line counts from here. */
		party_count(&bench->parties[i], &bench->clock, &bench->parties[i].numbers);
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
	report_rest(bench, report);
	for (unsigned int i = 0; i < bench->party_count; i++)
		bench->parties[i].cycles_end = rte_rdtsc();
	drain(bench);
	count_all(bench, bench->last);
	for (unsigned int i = 0; i < bench->party_count; i++)
		bench->tcbs_leaked += (int64_t)bench->last[i].stats.connections_open;
}

uint64_t
bench_packets_lost(const struct bench *bench)
{
	uint64_t lost = 0;

	for (unsigned int i = 0; bench->options->loopback && i < bench->party_count; i++) {
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
	for (unsigned int i = 0; i < bench->party_count; i++)
		accounted &= stats_unaccounted(&bench->last[i].stats) == 0;
	return accounted && has_worked(bench) && client_error_sum(&bench->client) == 0 &&
			endpoint_error_sum(&bench->endpoint) == 0 && bench->mbufs_leaked == 0 &&
			bench->tcbs_leaked == 0 && bench_packets_lost(bench) == 0;
}
