/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A flood in the report: what was sent, what was answered, how connections fared beside it, and the
 * balance of the wire. The drops by name are in the server's own table.
 */
#include "report.h"

#include <inttypes.h>

#include "bench.h"
#include "flood_result.h"
#include "format.h"

static double
per_second(uint64_t count, double seconds)
{
	return seconds > 0 ? (double)count / seconds : 0;
}

void
report_flood_begin(const struct bench_options *options, FILE *out)
{
	const struct estab_local_address *from = &options->flood_from;
	char text[ESTAB_ADDRESS_TEXT_MAX], rate[FORMAT_MAX], beside[FORMAT_MAX];

	fprintf(out, " (%s from %s/%u, %s per second; %s connections per second beside it)",
			flood_kind_word(options->flood_with),
			estab_address_format(&from->address, text, sizeof(text)),
			from->prefix_length,
			options->rate == 0 ? "as many as go" : format_count(options->rate, rate),
			format_count(options->legitimate_rate, beside));
}

void
report_flood_interval(const struct interval *interval, FILE *out)
{
	const double seconds = interval->seconds;
	char sent[FORMAT_MAX], answered[FORMAT_MAX];

	fprintf(out, "flood %6s/s, answers %6s/s, ",
			format_rate(per_second(interval->flood.sent, seconds), sent),
			format_rate(per_second(flood_answer_sum(&interval->flood), seconds),
					answered));
}

static void
print_answers(const struct flood_count *count, FILE *out)
{
	const char *separator = ": ";
	char text[FORMAT_MAX];

	for (unsigned int i = 0; i < FLOOD_ANSWER_COUNT; i++) {
		if (count->answers[i] == 0)
			continue;
		fprintf(out, "%s%s %s", separator, flood_answer_name((enum flood_answer)i),
				format_count(count->answers[i], text));
		separator = ", ";
	}
	fputc('\n', out);
}

/* "  wire: 3 + 2 packets to the server, which received 5" */
static void
print_way(const char *whence, const char *whither, const struct flood_way *way, bool sent_by_us,
		FILE *out)
{
	char flood[FORMAT_MAX], client[FORMAT_MAX], server[FORMAT_MAX];

	fprintf(out,
			"  ledger %s: flood %s + client %s = %s, the server %s %s, missing %" PRId64
			"\n",
			whence, format_count(way->flood, flood), format_count(way->client, client),
			whither, sent_by_us ? "received" : "sent",
			format_count(way->server, server), way->missing);
}

static void
print_ledger(const struct bench *bench, const struct flood_result *result, FILE *out)
{
	char flood[FORMAT_MAX], answers[FORMAT_MAX];

	if (bench->end_count == ENDS_MAX) {
		print_way("to the server", "sent", &result->to_server, true, out);
		print_way("from the server", "received", &result->from_server, false, out);
		return;
	}
	fprintf(out, "  ledger: of the flood %s packets went out, %s answers came back\n",
			format_count(result->to_server.flood, flood),
			format_count(result->from_server.flood, answers));
}

void
report_flood_result(const struct bench *bench, FILE *out)
{
	struct flood_result result;
	char count[FORMAT_MAX], rate[FORMAT_MAX], of[FORMAT_MAX];

	flood_result_make(&result, bench);
	fprintf(out, "result: %s %s packets in %.2fs = %s per second",
			format_count(result.in_time.sent, count),
			flood_kind_word(bench->options->flood_with), result.seconds,
			format_count((uint64_t)per_second(result.in_time.sent, result.seconds),
					rate));
	if (bench->flood.overdue > 0)
		fprintf(out, ", %s of the plan not sent", format_count(bench->flood.overdue, of));
	fprintf(out, "\n  answered: %s = %s per second",
			format_count(result.answers_in_time, count),
			format_count((uint64_t)per_second(result.answers_in_time, result.seconds),
					rate));
	print_answers(&result.in_time, out);
	fprintf(out, "  legitimate: %s of %s connections established, %.3f %%\n",
			format_count(result.succeeded, count), format_count(result.attempts, of),
			100 * result.success_ratio);
	print_ledger(bench, &result, out);
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

void
report_flood_json_interval(json_t *object, const struct interval *interval)
{
	const uint64_t answers = flood_answer_sum(&interval->flood);

	set_count(object, "flood_sent", interval->flood.sent);
	set_real(object, "flood_sent_per_second",
			per_second(interval->flood.sent, interval->seconds));
	set_count(object, "flood_answers", answers);
	set_real(object, "flood_answers_per_second", per_second(answers, interval->seconds));
}

static json_t *
answers_json(const struct flood_count *count)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < FLOOD_ANSWER_COUNT; i++)
		set_count(object, flood_answer_name((enum flood_answer)i), count->answers[i]);
	return object;
}

static json_t *
way_json(const struct bench *bench, const struct flood_way *way)
{
	json_t *object = json_object();

	set_count(object, "flood", way->flood);
	set_count(object, "client", way->client);
	if (bench->end_count < ENDS_MAX)
		return object;
	set_count(object, "server", way->server);
	json_object_set_new(object, "missing", json_integer(way->missing));
	return object;
}

static json_t *
flood_json(const struct bench *bench, const struct flood_result *result)
{
	const struct bench_options *options = bench->options;
	json_t *object = json_object();
	char from[ESTAB_ADDRESS_TEXT_MAX];

	json_object_set_new(object, "with", json_string(flood_kind_word(options->flood_with)));
	estab_address_format(&options->flood_from.address, from, sizeof(from));
	json_object_set_new(object, "from",
			json_sprintf("%s/%u", from, options->flood_from.prefix_length));
	if (options->rate > 0) {
		set_count(object, "rate", options->rate);
		set_count(object, "overdue", bench->flood.overdue);
	}
	set_count(object, "sent", result->in_time.sent);
	set_real(object, "sent_per_second", per_second(result->in_time.sent, result->seconds));
	json_object_set_new(object, "answers", answers_json(&result->in_time));
	set_real(object, "answers_per_second",
			per_second(result->answers_in_time, result->seconds));
	set_count(object, "turns_without_mbuf", bench->flood.pool_empty);
	return object;
}

void
report_flood_json(json_t *object, const struct bench *bench)
{
	json_t *legitimate = json_object(), *ledger = json_object();
	struct flood_result result;

	flood_result_make(&result, bench);
	set_real(object, "syn_ack_per_second",
			per_second(result.in_time.answers[FLOOD_ANSWER_syn_ack], result.seconds));
	json_object_set_new(object, "flood", flood_json(bench, &result));
	set_count(legitimate, "rate", bench->options->legitimate_rate);
	set_count(legitimate, "attempts", result.attempts);
	set_count(legitimate, "succeeded", result.succeeded);
	set_real(legitimate, "success_ratio", result.success_ratio);
	json_object_set_new(object, "legitimate", legitimate);
	json_object_set_new(ledger, "to_server", way_json(bench, &result.to_server));
	json_object_set_new(ledger, "from_server", way_json(bench, &result.from_server));
	json_object_set_new(object, "ledger", ledger);
}
