/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What prompt.h can tell estab-bench to do. With --interactive it waits for the start of its one measurement;
 * the stop ends that before its time, and then comes the result as always.
 */
#include "bench.h"
#include "complain.h"
#include "cores.h"
#include "signals.h"
#include "steps.h"
#include "telemetry_ask.h"
#include "turns.h"

static const char *
start(void *program)
{
	struct bench *bench = program;

	if (!bench->options->prompt.interactive || atomic_exchange(&bench->started, true))
		return "is started";
	return NULL;
}

static const char *
stop(void *program)
{
	const struct bench *bench = program;

	if (bench->options->prompt.interactive && !atomic_load(&bench->started))
		return "is not started";
	signals_stop();
	return NULL;
}

/* From what is due next on. Where no plan has begun, one with this rate will. */
static int
set_rate_at(void *owner, void *argument)
{
	struct party *party = owner;
	struct client *client = party->role;

	if (party->work != client_work)
		return 0;
	party->options.rate = bench_share(*(const uint32_t *)argument, party->number,
			party->end->map.count);
	if (client->plan.rate != 0)
		plan_begin(&client->plan, party->options.rate, plan_next_ns(&client->plan, 0));
	return 0;
}

static const char *
set_rate(void *program, uint64_t rate)
{
	struct bench *bench = program;
	const struct telemetry_source *source = &bench->telemetry;
	static uint32_t wanted; /* an lcore that does not answer in time may look later */

	if (bench->options->rate == 0 || bench->options->workload == WORKLOAD_FLOOD ||
			steps_are_wanted(bench->options))
		return "goes with --workload open or crr, and --rate alone";
	if (rate < bench->ends[END_CLIENT].map.count)
		return "each lcore that opens connections needs one of it";
	wanted = (uint32_t)rate;
	for (unsigned int i = 0; i < source->stack_count; i++) {
		struct telemetry_paper *paper = telemetry_paper(source, i);

		if (paper == NULL || !telemetry_ask_act(paper, set_rate_at, &wanted))
			return "an lcore does not answer";
	}
	return NULL;
}

static const struct device *
device_at(const void *program, unsigned int number)
{
	return &((const struct bench *)program)->ends[number].device;
}

int
bench_prompt_begin(struct bench *bench)
{
	bench->prompt = (struct prompt_program){
		.source = &bench->telemetry,
		.out = bench->options->outputs.text,
		.device_count = bench->end_count,
		.device = device_at,
		.start = start,
		.stop = stop,
		.set_rate = set_rate,
		.program = bench,
	};
	return prompt_begin(&bench->options->prompt, &bench->prompt);
}

int
bench_wait_for_start(struct bench *bench)
{
	if (!bench->options->prompt.interactive)
		return -1;
	while (!atomic_load(&bench->started) && !signals_stopped()) {
		turns_take(bench);
		cores_yield(true);
	}
	if (atomic_load(&bench->started))
		return -1;
	turns_drain(bench);
	return complain(EXIT_ENVIRONMENT, "nothing was measured: \"start\" was never said");
}
