/* SPDX-License-Identifier: BSD-3-Clause */
/* A line for each step of a ramp or a search, and the same as JSON. */
#include "report.h"

#include <inttypes.h>

#include "bench.h"
#include "format.h"

static const struct {
	const char *text, *key;
} latency_names[STEP_LATENCIES] = { { "p50", "p50" }, { "p99", "p99" }, { "p99.9", "p999" },
	{ "max", "max" } };

void
report_step(struct report *report, const struct bench *bench, const struct step *step)
{
	FILE *out = report->outputs->text;
	char rate[FORMAT_MAX], made[FORMAT_MAX], lost[FORMAT_MAX];

	live_line_leave(&report->line);
	fprintf(out, "step %2" PRIu32 ": %10s conn/s planned, %10s made, %8s lost%s; latency us",
			bench->step_count, format_count(step->rate, rate),
			format_count((uint64_t)step->connections_per_second, made),
			format_count(step_lost(step), lost), step->kept ? "" : ": too many");
	for (unsigned int i = 0; i < STEP_LATENCIES; i++)
		fprintf(out, " %s %.1f", latency_names[i].text, (double)step->latency_ns[i] / 1000);
	fputc('\n', out);
	fflush(out);
}

void
report_steps_result(const struct bench *bench, FILE *out)
{
	char rate[FORMAT_MAX], again[FORMAT_MAX];
	const struct step *last;

	if (!bench->options->find_max || bench->step_count == 0)
		return;
	last = &bench->steps[bench->step_count - 1];
	fprintf(out, "found: %s conn/s is the highest rate with no more lost than --loss allows",
			format_count(bench->rate_found, rate));
	if (!last->kept)
		fprintf(out, ", but once more %s were", format_count(step_lost(last), again));
	fputc('\n', out);
}

static void
set_count(json_t *object, const char *key, uint64_t value)
{
	json_object_set_new(object, key, json_integer((json_int_t)value));
}

static json_t *
step_json(const struct step *step)
{
	json_t *object = json_object(), *latencies = json_object();

	set_count(object, "rate", step->rate);
	set_count(object, "planned", step->planned);
	json_object_set_new(object, "connections_per_second",
			json_real(step->connections_per_second));
	set_count(object, "errors", step->errors);
	set_count(object, "overdue", step->overdue);
	set_count(object, "segments_retransmitted", step->retransmitted);
	set_count(object, "lost", step_lost(step));
	json_object_set_new(object, "kept", json_boolean(step->kept));
	for (unsigned int i = 0; i < STEP_LATENCIES; i++)
		json_object_set_new(latencies, latency_names[i].key,
				json_real((double)step->latency_ns[i] / 1000));
	json_object_set_new(object, "latency_us", latencies);
	return object;
}

json_t *
report_steps_json(const struct bench *bench)
{
	json_t *steps = json_array();

	for (uint32_t i = 0; i < bench->step_count; i++)
		json_array_append_new(steps, step_json(&bench->steps[i]));
	return steps;
}
