/* SPDX-License-Identifier: BSD-3-Clause */
#include "steps.h"

#include <rte_common.h>

#include "bench.h"
#include "report.h"
#include "signals.h"
#include "stats_print.h"
#include "turns.h"

/* Who is later than this will not catch up; less is a turn that took long. */
#define LATE_PARTS 100 /* of a second */

uint32_t
search_next(const struct search *search)
{
	if (search->lost == 0) {
		if (search->kept == UINT32_MAX)
			return 0;
		return search->kept == 0 ? search->begin
					 : (uint32_t)RTE_MIN(2 * (uint64_t)search->kept,
							   (uint64_t)UINT32_MAX);
	}
	if (search->lost - search->kept <= RTE_MAX(search->lost / SEARCH_PARTS, 1u))
		return 0;
	return search->kept + (search->lost - search->kept) / 2;
}

void
search_note(struct search *search, uint32_t rate, bool kept)
{
	if (kept)
		search->kept = rate;
	else
		search->lost = rate;
}

uint32_t
ramp_rate(const struct ramp *ramp, uint32_t k)
{
	const int64_t span = (int64_t)ramp->to - ramp->from;

	if (ramp->count < 2)
		return ramp->to;
	return (uint32_t)(ramp->from + span * k / (ramp->count - 1));
}

uint64_t
step_lost(const struct step *step)
{
	return step->errors + step->overdue + step->retransmitted;
}

bool
step_is_kept(const struct step *step, uint32_t loss_ppm)
{
	return step->planned > 0 &&
			(double)step_lost(step) * 1e6 <=
			(double)(step->planned + step->overdue) * loss_ppm;
}

bool
steps_are_wanted(const struct bench_options *options)
{
	return options->find_max || options->ramp.count > 0;
}

/* A part for each client; none may be left without a plan, for that is no rate at all. */
static uint32_t
set_rate(struct bench *bench, uint32_t rate)
{
	const uint32_t n = bench->ends[END_CLIENT].map.count;

	rate = RTE_MAX(rate, n);
	for (uint32_t i = 0; i < n; i++)
		bench->ends[END_CLIENT].parties[i].options.rate = bench_share(rate, i, n);
	return rate;
}

static void
note_latencies(struct step *step, const struct client_tally *tally)
{
	static const unsigned int per_million[] = { 500000, 990000, 999000 };
	const struct histogram *histogram = tally->transaction_ns.count > 0 ? &tally->transaction_ns
									    : &tally->connect_ns;

	for (unsigned int i = 0; i < RTE_DIM(per_million); i++)
		step->latency_ns[i] = histogram_quantile(histogram, per_million[i]);
	step->latency_ns[STEP_LATENCIES - 1] = histogram->max;
}

static void
note(struct step *step, const struct bench *bench)
{
	const uint64_t late = step->rate / LATE_PARTS;
	struct summary summary;

	summary_make(&summary, bench);
	step->planned = bench->client.planned;
	step->connections_per_second = summary.connections_per_second;
	step->errors = client_error_sum(&bench->client) + endpoint_error_sum(&bench->endpoint);
	step->overdue = bench->overdue > late ? bench->overdue : 0;
	step->retransmitted = summary.retransmitted;
	note_latencies(step, &bench->client);
	step->kept = step_is_kept(step, bench->options->loss_ppm);
}

/* @return whether nothing was lost that may not be */
static bool
take_step(struct bench *bench, uint32_t rate, struct report *whole, struct report *report)
{
	struct step *step = &bench->steps[bench->step_count];

	*step = (struct step){ .rate = set_rate(bench, rate) };
	bench_measure(bench, whole);
	turns_settle(bench);
	turns_count(bench, offsetof(struct party, last));
	bench_sum_up(bench);
	note(step, bench);
	bench->step_count++;
	report_step(report, bench, step);
	return step->kept;
}

static bool
may_go_on(const struct bench *bench)
{
	return bench->step_count + 1 < STEPS_MAX && !signals_stopped();
}

/* The last is measured once more, for the table: it is what others would see at this rate. */
static void
find_max(struct bench *bench, struct report *report)
{
	struct search search = { .begin = bench->options->rate != 0 ? bench->options->rate
								    : SEARCH_RATE };
	uint32_t rate;

	while ((rate = search_next(&search)) != 0 && may_go_on(bench))
		search_note(&search, rate, take_step(bench, rate, NULL, report));
	bench->rate_found = search.kept;
	take_step(bench, RTE_MAX(search.kept, 1u), report, report);
}

static void
go_up(struct bench *bench, struct report *report)
{
	const struct ramp *ramp = &bench->options->ramp;

	for (uint32_t k = 0; k + 1 < ramp->count && may_go_on(bench); k++)
		take_step(bench, ramp_rate(ramp, k), NULL, report);
	take_step(bench, ramp->to, report, report);
}

void
steps_run(struct bench *bench, struct report *report)
{
	if (bench->options->find_max)
		find_max(bench, report);
	else
		go_up(bench, report);
}
