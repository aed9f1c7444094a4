/* SPDX-License-Identifier: BSD-3-Clause */
/* The report as text, and the numbers that both forms share. */
#include "report.h"

#include <inttypes.h>
#include <string.h>

#include <rte_common.h>
#include <rte_version.h>

#include <estab/version.h>

#include "bench.h"
#include "format.h"
#include "pdump.h"
#include "privileges.h"
#include "stats_print.h"

void
report_init(struct report *report, const struct outputs *outputs)
{
	*report = (struct report){ .outputs = outputs };
	series_init(&report->series, outputs->of[OUTPUT_CSV].file);
	live_line_init(&report->line, outputs->text);
}

void
report_fini(struct report *report)
{
	series_fini(&report->series);
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

/* The device, and which lcore does what at it. */
static void
print_end_at_start(const struct end *end, FILE *out)
{
	uint16_t lcores[BENCH_LCORES_MAX];

	device_print(&end->device, out);
	for (uint16_t i = 0; i < end->map.count; i++)
		lcores[end->parties[i].stack_number] = end->parties[i].lcore;
	spread_print(&end->spread, lcores, out);
}

/* " with 192.0.2.1:80, 1 more server and 3 more ports, from 254 addresses" */
static void
print_targets(const struct bench *bench, FILE *out)
{
	const struct bench_options *options = bench->options;
	const uint32_t more = bench->servers.count - 1;
	char text[ESTAB_ADDRESS_TEXT_MAX];

	fprintf(out, " with %s",
			estab_endpoint_format(&bench->servers.servers[0], text, sizeof(text)));
	if (more > 0)
		fprintf(out, ", %" PRIu32 " more server%s", more, more == 1 ? "" : "s");
	if (options->server_ports > 1)
		fprintf(out, " and %" PRIu32 " more ports", options->server_ports - 1);
	if (options->clients.address.family != ESTAB_FAMILY_ANY)
		fprintf(out, ", from %" PRIu32 " addresses", targets_hosts(&options->clients));
	if (options->warm_up_ns > 0)
		fprintf(out, ", after %.1fs of the same", seconds_of(options->warm_up_ns));
}

void
report_begin(struct report *report, const struct bench *bench)
{
	const struct bench_options *options = bench->options;

	fprintf(report->outputs->text, "estab-bench %s, %s, seed %" PRIu64 "\n", estab_version(),
			rte_version(), options->seed);
	for (unsigned int i = 0; i < bench->end_count; i++)
		print_end_at_start(&bench->ends[i], report->outputs->text);
	if (!options->loopback)
		stack_options_print(&options->stack, report->outputs->text);
	privileges_print(&options->user, report->outputs->text);
	pdump_print(report->outputs->text);
	capture_print(&bench->capture, report->outputs->text);
	report_work_begin(options, report->outputs->text);
	print_targets(bench, report->outputs->text);
	fprintf(report->outputs->text, ", %" PRIu32 " at once, on %u lcore%s\n", bench->connections,
			bench->lcore_count, bench->lcore_count == 1 ? "" : "s");
	fflush(report->outputs->text);
}

void
report_start(struct report *report, const struct bench *bench)
{
	report->begin_ns = report->last_ns = bench->begin_ns;
	memcpy(report->before, bench->now, sizeof(report->before));
	for (unsigned int i = 0; i < LATENCY_COUNT; i++)
		histogram_init(&report->latencies_before.of[i]);
}

static void
make_interval(struct interval *interval, struct report *report, const struct bench *bench)
{
	const struct party_numbers *now = &bench->now[END_CLIENT];
	const struct party_numbers *before = &report->before[END_CLIENT];

	*interval = (struct interval){ 0 };
	interval->second = seconds_of(now->now_ns - report->begin_ns);
	interval->seconds = seconds_of(now->now_ns - report->last_ns);
	interval->connections = now->done - before->done;
	interval->transactions = now->transactions - before->transactions;
	interval->bytes_to_server = now->bytes_to_server - before->bytes_to_server;
	interval->bytes_from_server = now->bytes_from_server - before->bytes_from_server;
	interval->flood = flood_since(&now->flood, &before->flood);
	interval->errors = now->errors - before->errors;
	interval->open = now->open;
	latencies_since(&report->latencies, &bench->latencies, &report->latencies_before);
	interval->latencies = &report->latencies;
	for (unsigned int i = 0; i < bench->end_count; i++) {
		const struct party_numbers *end = &bench->now[i], *last = &report->before[i];

		stats_since(&interval->stats[i], &end->stats, &last->stats);
		interval->busy_ratio[i] = ratio((double)(end->cycles_busy - last->cycles_busy),
				(double)(end->cycles - last->cycles));
	}
}

/* Of what came to its end in this second. */
static void
print_p99(const struct interval *interval, uint32_t workload, FILE *out)
{
	const enum latency kind = latency_main(workload);
	char text[FORMAT_MAX];

	if (kind == LATENCY_COUNT)
		return;
	fprintf(out, "  p99 %7s us",
			format_count(histogram_quantile(&interval->latencies->of[kind], 990000) /
							1000,
					text));
}

/* What matters most comes first: a terminal that is not wide enough shows no more. */
static void
print_interval(const struct interval *interval, const struct bench *bench, FILE *out)
{
	char open[FORMAT_MAX], rx[FORMAT_MAX], tx[FORMAT_MAX];
	struct estab_stats sum = interval->stats[0];

	if (bench->end_count > 1)
		stats_add(&sum, &interval->stats[1]);
	fprintf(out, "%6.1fs ", interval->second);
	report_work_interval(interval, bench->options->workload, out);
	print_p99(interval, bench->options->workload, out);
	fprintf(out, "  %8s open  %6s packets/s out, %6s in", format_count(interval->open, open),
			format_rate(ratio((double)interval->stats[0].tx_packets, interval->seconds),
					tx),
			format_rate(ratio((double)interval->stats[0].rx_packets, interval->seconds),
					rx));
	if (interval->errors > 0)
		fprintf(out, ", errors: %" PRIu64, interval->errors);
	stats_print_drops(&sum, out);
}

static void
show_interval(struct report *report, const struct interval *interval, const struct bench *bench)
{
	FILE *line;

	if (bench->options->prompt.interactive) /* else nobody could read what he types */
		return;
	line = live_line_begin(&report->line);
	if (line != NULL)
		print_interval(interval, bench, line);
	live_line_end(&report->line, interval->errors > 0);
}

void
report_interval(struct report *report, const struct bench *bench)
{
	struct interval interval;

	make_interval(&interval, report, bench);
	show_interval(report, &interval, bench);
	series_add(&report->series,
			report_json_interval(&interval, bench->options->workload,
					bench->end_count));
	report->last_ns = bench->now[END_CLIENT].now_ns;
	memcpy(report->before, bench->now, sizeof(report->before));
	latencies_copy(&report->latencies_before, &bench->latencies);
}

/* What went through standing connections within the time, by the client's count. */
static void
sum_up_work(struct summary *summary, const struct bench *bench)
{
	const struct party_numbers *begin = &bench->at_begin, *end = &bench->at_end;
	const double seconds = summary->seconds;

	summary->transactions = end->transactions - begin->transactions;
	summary->transactions_per_second = ratio((double)summary->transactions, seconds);
	summary->to_server_bps = ratio(8. * (double)(end->bytes_to_server - begin->bytes_to_server),
			seconds);
	summary->from_server_bps =
			ratio(8. * (double)(end->bytes_from_server - begin->bytes_from_server),
					seconds);
	summary->to_server_pps =
			ratio((double)(end->stats.tx_packets - begin->stats.tx_packets), seconds);
	summary->from_server_pps =
			ratio((double)(end->stats.rx_packets - begin->stats.rx_packets), seconds);
}

void
party_result_make(struct party_result *result, const struct party *party)
{
	stats_since(&result->stats, &party->last.stats, &party->first.stats);
	result->connections = result->stats.connections_active + result->stats.connections_passive;
	result->busy_ratio = ratio((double)party->cycles_busy,
			(double)(party->cycles_end - party->cycles_begin));
}

void
summary_make(struct summary *summary, const struct bench *bench)
{
	const double done = (double)bench->client.done;

	*summary = (struct summary){ .seconds = seconds_of(bench->end_ns - bench->begin_ns) };
	summary->connections_per_second = ratio((double)bench->done_in_time, summary->seconds);
	sum_up_work(summary, bench);
	for (unsigned int i = 0; i < bench->end_count; i++) {
		const double busy = (double)bench->cycles_busy[i];
		struct estab_stats *stats = &summary->stats[i];

		stats_since(stats, &bench->last[i].stats, &bench->first[i].stats);
		summary->retransmitted += stats->segments_retransmitted;
		summary->unaccounted[i] = stats_unaccounted(stats);
		summary->busy_ratio[i] = ratio(busy, (double)bench->cycles[i]);
		summary->busy_cycles_per_connection[i] = ratio(busy, done);
	}
	summary->packets_per_connection =
			ratio((double)(summary->stats[END_CLIENT].rx_packets +
					      summary->stats[END_CLIENT].tx_packets),
					done + (double)bench->done_before);
}

void
report_print_latency_head(FILE *out)
{
	fprintf(out, "  %-11s", "latency us");
	for (unsigned int i = 0; i < HISTOGRAM_SHARES; i++)
		fprintf(out, " %8s", histogram_shares[i].text);
	fprintf(out, " %8s\n", "max");
}

void
report_print_latency(const char *name, const struct histogram *histogram, FILE *out)
{
	if (histogram->count == 0)
		return;
	fprintf(out, "  %-11s", name);
	for (unsigned int i = 0; i < HISTOGRAM_SHARES; i++)
		fprintf(out, " %8.1f",
				(double)histogram_quantile(histogram,
						histogram_shares[i].per_million) /
						1000);
	fprintf(out, " %8.1f\n", (double)histogram->max / 1000);
}

static void
print_latencies(const struct bench *bench, FILE *out)
{
	if (bench->client.response_ns.count + bench->client.connect_ns.count == 0)
		return;
	report_print_latency_head(out);
	report_print_latency("connect", &bench->client.connect_ns, out);
	report_print_latency("response", &bench->client.response_ns, out);
	report_print_latency("transaction", &bench->client.transaction_ns, out);
}

static void
print_errors(const struct bench *bench, FILE *out)
{
	for (unsigned int i = 0; i < CLIENT_ERROR_COUNT; i++) {
		if (bench->client.errors[i] > 0)
			fprintf(out, "  error %s %" PRIu64 "\n",
					client_error_name((enum client_error)i),
					bench->client.errors[i]);
	}
	for (unsigned int i = 0; i < ENDPOINT_ERROR_COUNT; i++) {
		if (bench->endpoint.errors[i] > 0)
			fprintf(out, "  error %s %" PRIu64 "\n",
					endpoint_error_name((enum endpoint_error)i),
					bench->endpoint.errors[i]);
	}
	for (unsigned int i = 0; i < CLIENT_RETRY_COUNT; i++) {
		if (bench->client.retries[i] > 0)
			fprintf(out, "  waited, %s %" PRIu64 "\n",
					client_retry_name((enum client_retry)i),
					bench->client.retries[i]);
	}
}

static void
print_end(const struct bench *bench, const struct summary *summary, unsigned int index, FILE *out)
{
	fprintf(out, "%s: busy %.1f %%", bench->ends[index].name, summary->busy_ratio[index] * 100);
	if (!bench_workload_stands(bench->options->workload))
		fprintf(out, ", %.0f cycles per connection",
				summary->busy_cycles_per_connection[index]);
	fputc('\n', out);
	stats_print_totals(&summary->stats[index], out);
}

/* What each lcore had of it, where they are several. */
static void
print_party(const struct party *party, FILE *out)
{
	char connections[FORMAT_MAX], rx[FORMAT_MAX], tx[FORMAT_MAX], handed[FORMAT_MAX];
	struct party_result result;

	party_result_make(&result, party);
	fprintf(out, "lcore %u, %s: busy %.1f %%, %s connections, %s packets received, %s sent, %s handed over\n",
			party->lcore, party->name, result.busy_ratio * 100,
			format_count(result.connections, connections),
			format_count(result.stats.rx_packets, rx),
			format_count(result.stats.tx_packets, tx),
			format_count(result.stats.dispatch_handed_over, handed));
}

static void
print_all(const struct bench *bench, const struct summary *summary, FILE *out)
{
	for (unsigned int i = 0; bench->party_count > bench->end_count && i < bench->party_count;
			i++)
		print_party(&bench->parties[i], out);
	for (unsigned int i = 0; i < bench->end_count; i++)
		print_end(bench, summary, i, out);
	report_work_result(bench, summary, out);
	report_steps_result(bench, out);
	print_latencies(bench, out);
	print_errors(bench, out);
	if (bench->overdue > 0)
		fprintf(out, "  overdue: %" PRIu64 " connections of the plan were never opened\n",
				bench->overdue);
	if (bench_packets_lost(bench) > 0)
		fprintf(out, "  lost: %" PRIu64 " packets not sent, see tx_dropped_...\n",
				bench_packets_lost(bench));
	fprintf(out, "  leaked: %" PRId64 " mbufs, %" PRId64 " TCBs\n", bench->mbufs_leaked,
			bench->tcbs_leaked);
	if (bench->mbufs_kept > 0)
		fprintf(out, "  kept by the driver when it was closed: %" PRId64 " mbufs\n",
				bench->mbufs_kept);
	fflush(out);
}

void
report_end(struct report *report, const struct bench *bench, int argc, char **argv)
{
	struct result result = { .workload = bench->options->workload };
	struct summary summary;

	live_line_leave(&report->line);
	summary_make(&summary, bench);
	print_all(bench, &summary, report->outputs->text);
	for (unsigned int i = 0; i < LATENCY_COUNT; i++)
		result.latencies[i] = latency_in(&bench->client, i);
	result.root = report_json(bench, &summary, report->series.intervals, argc, argv);
	report_files(&result, report->outputs);
	json_decref(result.root);
}
