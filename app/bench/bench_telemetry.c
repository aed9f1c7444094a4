/* SPDX-License-Identifier: BSD-3-Clause */
/* What telemetry.h tells of estab-bench while it opens connections and measures: parties, and their latencies. */
#include <string.h>

#include <rte_common.h>

#include "bench.h"
#include "state_log.h"
#include "teller.h"

/* X(name, "what a party counts beside its stack") */
#define BENCH_COUNTERS(X)                                                                          \
	X(done, "connections that ran their whole course")                                         \
	X(errors, "connections that failed")                                                       \
	X(transactions, "whole responses")

enum {
#define BENCH_COUNTER_ENUM(name, text) BENCH_COUNTER_##name,
	BENCH_COUNTERS(BENCH_COUNTER_ENUM)
#undef BENCH_COUNTER_ENUM
			BENCH_COUNTER_COUNT
};

static bool
is_client(const struct party *party)
{
	return party->work == client_work;
}

static const char *
counter_name(unsigned int number)
{
	static const char *const names[] = {
#define BENCH_COUNTER_NAME(name, text) "bench_" #name,
		BENCH_COUNTERS(BENCH_COUNTER_NAME)
#undef BENCH_COUNTER_NAME
	};

	return names[number];
}

static uint64_t
counter_of(const void *owner, unsigned int number)
{
	const struct party *party = owner;
	struct party_numbers numbers = { .done = 0 };

	party->count(party, &numbers);
	return (const uint64_t[]){
#define BENCH_COUNTER_VALUE(name, text) numbers.name,
		BENCH_COUNTERS(BENCH_COUNTER_VALUE)
#undef BENCH_COUNTER_VALUE
	}[number];
}

static const struct estab_conn *
conn_of(const void *owner, uint32_t slot)
{
	const struct party *party = owner;

	if (is_client(party))
		return ((const struct client *)party->role)->conns[slot].conn;
	return ((const struct endpoint *)party->role)->exchanges[slot].conn;
}

static uint32_t
slots_of(const struct party *party)
{
	if (is_client(party))
		return ((const struct client *)party->role)->slots.count;
	return ((const struct endpoint *)party->role)->slots.count;
}

static const struct histogram *
histogram_of(const void *owner, const char *name)
{
	const struct party *party = owner;
	const struct client_tally *tally;

	if (!is_client(party))
		return NULL;
	tally = &((const struct client *)party->role)->tally;
	if (strcmp(name, "connect") == 0)
		return &tally->connect_ns;
	if (strcmp(name, "response") == 0)
		return &tally->response_ns;
	return strcmp(name, "transaction") == 0 ? &tally->transaction_ns : NULL;
}

static void
tell_config(const void *program, struct teller *teller)
{
	const struct bench *bench = program;

	tell_string(teller, "workload", bench_workload_name(bench->options->workload));
	tell_number(teller, "connections", bench->connections);
	tell_number(teller, "parties", bench->party_count);
	tell_number(teller, "duration_ns", bench->options->duration_ns);
}

static struct desk *
desk_of(struct bench *bench, const struct party *party)
{
	unsigned int i = 0;

	while (bench->lcores[i].id != party->lcore)
		i++;
	return &bench->lcores[i].desk;
}

void
bench_telemetry_begin(struct bench *bench, int argc, char **argv)
{
	struct telemetry_source *source = &bench->telemetry;

	*source = (struct telemetry_source){
		.stack_count = RTE_MIN(bench->party_count, (unsigned int)TELEMETRY_STACKS_MAX),
		.counter_count = BENCH_COUNTER_COUNT,
		.counter_name = counter_name,
		.counter = counter_of,
		.conn = conn_of,
		.histogram = histogram_of,
		.capture = &bench->capture,
		.config = tell_config,
		.program = bench,
		.argument_count = argc,
		.arguments = argv,
	};
	for (unsigned int i = 0; i < source->stack_count; i++) {
		struct party *party = &bench->parties[i];

		source->stacks[i] = (struct telemetry_stack){
			.desk = desk_of(bench, party),
			.lcore = party->lcore,
			.stack = party->stack,
			.owner = party,
			.slots = slots_of(party),
		};
	}
	state_log_begin(source);
	telemetry_begin(source);
}
