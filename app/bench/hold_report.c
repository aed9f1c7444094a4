/* SPDX-License-Identifier: BSD-3-Clause */
#include "hold_report.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include <rte_common.h>
#include <rte_version.h>

#include <estab/stack.h>
#include <estab/version.h>

#include "bench_options.h"
#include "format.h"
#include "hold_team.h"
#include "report.h"
#include "stats_print.h"

static const char *const phase_names[HOLD_PHASE_COUNT] = {
	[HOLD_OPENING] = "opening",
	[HOLD_HOLDING] = "holding",
	[HOLD_CLOSING] = "closing",
};

/* One part of a stack's memory, by its place in struct estab_memory. */
static const struct memory_row {
	const char *name, *text;
	size_t offset;
} memory_rows[] = {
#define MEMORY_ROW(name, text) { #name, text, offsetof(struct estab_memory, name) },
	ESTAB_MEMORY_PARTS(MEMORY_ROW)
#undef MEMORY_ROW
};

static const struct estab_memory_part *
part_of(const struct estab_memory *memory, const struct memory_row *row)
{
	const void *part = (const char *)memory + row->offset;

	return part;
}

static double
seconds_of(uint64_t ns)
{
	return (double)ns / (double)NS_PER_SECOND;
}

static double
ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

/* How many per second of a phase. */
static double
pace(const struct hold *hold, enum hold_phase phase, uint64_t count)
{
	return ratio((double)count, seconds_of(hold->end_ns[phase] - hold->begin_ns[phase]));
}

/* All that was touched, whatever for. */
static uint64_t
touched(const struct hold *hold)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < RTE_DIM(memory_rows); i++)
		sum += part_of(&hold->memory, &memory_rows[i])->touched;
	return sum;
}

static double
per_connection(const struct hold *hold, uint64_t bytes)
{
	return ratio((double)bytes, (double)hold->judge.open_count);
}

static uint64_t
rss_growth(const struct hold_team *team)
{
	return team->rss_standing > team->rss_before ? team->rss_standing - team->rss_before : 0;
}

static void
print_head(const struct hold_team *team, FILE *out)
{
	const struct bench_options *options = team->options;
	char text[ESTAB_ADDRESS_TEXT_MAX], count[FORMAT_MAX], rate[FORMAT_MAX];

	fprintf(out, "estab-bench %s, %s, seed %" PRIu64 "\n", estab_version(), rte_version(),
			options->seed);
	fprintf(out,
			"hold: %s connections of peers from %s/%u, requests of %" PRIu32
			" bytes, %s per second, ",
			format_count(options->connections, count),
			estab_address_format(&options->clients.address, text, sizeof(text)),
			options->clients.prefix_length, options->request_size,
			options->rate == 0 ? "as many as go" : format_count(options->rate, rate));
	if (team->count == 1)
		fputs("one stack and its peers on one lcore\n", out);
	else
		fprintf(out, "a stack and its peers on each of %u lcores\n", team->count);
	fflush(out);
}

void
hold_report_begin(struct hold_report *report, struct hold_team *team)
{
	series_init(&report->series, report->options->outputs.of[OUTPUT_CSV].file);
	live_line_init(&report->line, report->options->outputs.text);
	report->last_ns = team->line_ns = clock_now(&team->clock);
	report->begin_ns = report->last_ns;
	print_head(team, report->options->outputs.text);
}

static void
set_count(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

static void
set_real(json_t *object, const char *key, double value)
{
	json_object_set_new(object, key, json_real(value));
}

/* What came since the last line. */
struct tick {
	double second, seconds;
	uint64_t opened, echoes, closed, faults;
};

static struct tick
make_tick(const struct hold_report *report, const struct hold_numbers *now, uint64_t now_ns)
{
	const struct hold_numbers *last = &report->last;

	return (struct tick){
		.second = seconds_of(now_ns - report->begin_ns),
		.seconds = seconds_of(now_ns - report->last_ns),
		.opened = now->opened - last->opened,
		.echoes = now->echoed - last->echoed,
		.closed = now->closed - last->closed,
		.faults = now->faults - last->faults,
	};
}

static void
set_ticks(json_t *object, const struct tick *tick)
{
	set_count(object, "opened", tick->opened);
	set_real(object, "opened_per_second", ratio((double)tick->opened, tick->seconds));
	set_count(object, "transactions", tick->echoes);
	set_real(object, "transactions_per_second", ratio((double)tick->echoes, tick->seconds));
	set_count(object, "closed", tick->closed);
	set_real(object, "closed_per_second", ratio((double)tick->closed, tick->seconds));
}

static json_t *
interval_json(struct hold_report *report, const struct hold *total, const struct tick *tick)
{
	json_t *object = json_object(), *latency = json_object();
	const struct hold_numbers *now = &total->now;
	struct estab_stats since;

	stats_since(&since, &now->stats, &report->last.stats);
	histogram_since(&report->response_ns, &now->response_ns, &report->last.response_ns);
	set_real(object, "second", tick->second);
	json_object_set_new(object, "phase", json_string(phase_names[total->phase]));
	set_ticks(object, tick);
	set_count(object, "open", now->opened - now->closed);
	set_count(object, "errors", tick->faults);
	json_object_set_new(object, "server", report_json_end(&since));
	json_object_set_new(latency, "response", report_json_latency(&report->response_ns));
	json_object_set_new(object, "latency_us", latency);
	return object;
}

static void
print_tick(const struct hold *total, const struct tick *tick, FILE *out)
{
	char open[FORMAT_MAX], rate[FORMAT_MAX];

	fprintf(out, "%6.1fs  %s  %12s open  %7s per second", tick->second,
			phase_names[total->phase],
			format_count(total->now.opened - total->now.closed, open),
			format_rate(ratio((double)(tick->opened + tick->echoes + tick->closed),
						    tick->seconds),
					rate));
	if (tick->faults > 0)
		fprintf(out, ", errors: %" PRIu64, tick->faults);
}

void
hold_report_line(struct hold_report *report, const struct hold *total, uint64_t now_ns)
{
	const struct tick tick = make_tick(report, &total->now, now_ns);
	FILE *line = live_line_begin(&report->line);

	if (line != NULL)
		print_tick(total, &tick, line);
	live_line_end(&report->line, tick.faults > 0);
	series_add(&report->series, interval_json(report, total, &tick));
	report->last = total->now;
	report->last_ns = now_ns;
}

static void
print_memory(const struct hold *hold, FILE *out)
{
	char reserved[FORMAT_MAX], touch[FORMAT_MAX], used[FORMAT_MAX];

	fprintf(out, "memory while all stood: %18s %15s %15s\n", "reserved", "touched", "used");
	for (size_t i = 0; i < RTE_DIM(memory_rows); i++) {
		const struct estab_memory_part *part = part_of(&hold->memory, &memory_rows[i]);

		if (part->touched > 0)
			fprintf(out, "  %-20s %20s %15s %15s  %s\n", memory_rows[i].name,
					format_count(part->reserved, reserved),
					format_count(part->touched, touch),
					format_count(part->used, used), memory_rows[i].text);
	}
}

static void
print_phases(const struct hold *hold, FILE *out)
{
	const struct hold_judge *judge = &hold->judge;
	char count[FORMAT_MAX], rate[FORMAT_MAX], reached[FORMAT_MAX];

	fprintf(out, "  opened: %s = %s per second\n", format_count(judge->open_count, count),
			format_count((uint64_t)pace(hold, HOLD_OPENING, judge->open_count), rate));
	fprintf(out, "  echoed: %s in %.2fs = %s per second, on %s of the connections\n",
			format_count(hold->echoes_in_time, count),
			seconds_of(hold->end_ns[HOLD_HOLDING] - hold->begin_ns[HOLD_HOLDING]),
			format_count((uint64_t)pace(hold, HOLD_HOLDING, hold->echoes_in_time),
					rate),
			format_count(judge->reached_count, reached));
	if (hold->overdue > 0)
		fprintf(out, "  overdue: %s echoes of the plan were never begun\n",
				format_count(hold->overdue, count));
	fprintf(out, "  closed: %s = %s per second\n", format_count(judge->close_count, count),
			format_count((uint64_t)pace(hold, HOLD_CLOSING, judge->close_count), rate));
	if (judge->again_count > 0)
		fprintf(out, "  heard again: %s answers\n",
				format_count(judge->again_count, count));
}

static void
print_faults(const struct hold *hold, FILE *out)
{
	for (unsigned int i = 0; i < HOLD_FAULT_COUNT; i++) {
		if (hold->judge.faults[i] > 0)
			fprintf(out, "  error %s %" PRIu64 "\n",
					hold_fault_name((enum hold_fault)i), hold->judge.faults[i]);
	}
	fprintf(out, "  leaked: %" PRId64 " mbufs, %" PRId64 " TCBs\n", hold->mbufs_leaked,
			hold->tcbs_leaked);
}

static void
print_end(const struct hold_team *team, FILE *out)
{
	const struct hold *hold = &team->total;
	char count[FORMAT_MAX], sent[FORMAT_MAX], heard[FORMAT_MAX];

	fputs("server:\n", out);
	stats_print_totals(&hold->stats, out);
	print_memory(hold, out);
	fprintf(out, "result: %s connections stood, %.1f bytes each; the process grew by %.1f for each\n",
			format_count(hold->judge.open_count, count),
			per_connection(hold, touched(hold)),
			per_connection(hold, rss_growth(team)));
	print_phases(hold, out);
	fprintf(out, "  ledger: the peers sent %s packets and heard %s\n",
			format_count(hold->offered, sent), format_count(hold->heard, heard));
	report_print_latency_head(out);
	report_print_latency("response", &hold->response_ns, out);
	print_faults(hold, out);
	fflush(out);
}

static json_t *
memory_json(const struct hold *hold)
{
	json_t *object = json_object();

	for (size_t i = 0; i < RTE_DIM(memory_rows); i++) {
		const struct estab_memory_part *part = part_of(&hold->memory, &memory_rows[i]);

		json_object_set_new(object, memory_rows[i].name,
				json_pack("{s:I, s:I, s:I}", "reserved", (json_int_t)part->reserved,
						"touched", (json_int_t)part->touched, "used",
						(json_int_t)part->used));
	}
	return object;
}

static json_t *
faults_json(const struct hold *hold)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < HOLD_FAULT_COUNT; i++) {
		if (hold->judge.faults[i] > 0)
			json_object_set_new(object, hold_fault_name((enum hold_fault)i),
					json_integer((json_int_t)hold->judge.faults[i]));
	}
	return object;
}

static void
set_work(json_t *object, const struct hold *hold)
{
	const struct hold_judge *judge = &hold->judge;

	set_count(object, "connections", judge->open_count);
	set_real(object, "opened_per_second", pace(hold, HOLD_OPENING, judge->open_count));
	set_count(object, "closed", judge->close_count);
	set_real(object, "closed_per_second", pace(hold, HOLD_CLOSING, judge->close_count));
	set_count(object, "transactions", hold->echoes_in_time);
	set_real(object, "transactions_per_second", pace(hold, HOLD_HOLDING, hold->echoes_in_time));
	set_count(object, "connections_echoed", judge->reached_count);
	set_count(object, "answers_heard_again", judge->again_count);
	if (hold->options->rate > 0)
		set_count(object, "overdue", hold->overdue);
}

static json_t *
ledger_json(const struct hold *hold)
{
	json_t *object = json_object();

	set_count(object, "offered", hold->offered);
	set_count(object, "heard", hold->heard);
	return object;
}

static json_t *
lcores_json(const struct hold_team *team)
{
	json_t *lcores = json_array();

	for (unsigned int i = 0; i < team->count; i++) {
		const struct hold *hold = &team->holds[i];
		json_t *lcore = report_json_stack(&hold->stats);

		set_count(lcore, "lcore", hold->lcore);
		json_object_set_new(lcore, "end", json_string("server"));
		set_work(lcore, hold);
		json_array_append_new(lcores, lcore);
	}
	return lcores;
}

static json_t *
summary_json(const struct hold_team *team)
{
	const struct hold *hold = &team->total;
	json_t *object = json_object(), *latencies = json_object(), *stacks = json_object();

	set_real(object, "seconds",
			seconds_of(hold->end_ns[HOLD_HOLDING] - hold->begin_ns[HOLD_HOLDING]));
	set_work(object, hold);
	set_real(object, "bytes_per_connection", per_connection(hold, touched(hold)));
	set_real(object, "rss_bytes_per_connection", per_connection(hold, rss_growth(team)));
	json_object_set_new(object, "memory", memory_json(hold));
	json_object_set_new(latencies, "response", report_json_latency(&hold->response_ns));
	json_object_set_new(object, "latency_us", latencies);
	json_object_set_new(object, "errors", faults_json(hold));
	json_object_set_new(object, "ledger", ledger_json(hold));
	json_object_set_new(object, "drops", report_json_drops(&hold->stats));
	json_object_set_new(object, "mbufs_leaked", json_integer(hold->mbufs_leaked));
	json_object_set_new(object, "tcbs_leaked", json_integer(hold->tcbs_leaked));
	json_object_set_new(stacks, "server", report_json_stack(&hold->stats));
	json_object_set_new(object, "stacks", stacks);
	json_object_set_new(object, "lcores", lcores_json(team));
	return object;
}

void
hold_report_end(struct hold_report *report, const struct hold_team *team, int argc, char **argv)
{
	const struct bench_options *options = report->options;
	const struct result result = {
		.workload = WORKLOAD_HOLD,
		.root = report_json_head(options, bench_workload_name(WORKLOAD_HOLD), argc, argv),
		.latencies = { [LATENCY_response] = &team->total.response_ns },
	};

	live_line_leave(&report->line);
	print_end(team, options->outputs.text);
	json_object_set(result.root, "intervals", report->series.intervals);
	json_object_set_new(result.root, "summary", summary_json(team));
	report_files(&result, &options->outputs);
	json_decref(result.root);
	series_fini(&report->series);
}
