/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The result as JSON. A field that the workload does not have is left out, never null; README.md in
 * this folder says which. json_object_set_new steals what it is given, so nothing here is freed.
 */
#include "report.h"

#include <string.h>
#include <time.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_version.h>

#include <estab/version.h>

#include "bench.h"
#include "host.h"

enum { REPORT_SCHEMA = 1 };

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

static void
set_text(json_t *object, const char *key, const char *value)
{
	json_object_set_new(object, key, json_string(value));
}

/* Only what happened. */
static void
set_nonzero(json_t *object, const char *key, uint64_t value)
{
	if (value != 0)
		set_count(object, key, value);
}

static json_t *
host_json(void)
{
	json_t *host = json_object();
	char text[256];

	set_text(host, "cpu", host_cpu(text, sizeof(text)));
	set_text(host, "kernel", host_kernel(text, sizeof(text)));
	set_count(host, "tsc_hz", rte_get_tsc_hz());
	return host;
}

static json_t *
args_json(int argc, char **argv)
{
	json_t *args = json_array();

	for (int i = 0; i < argc; i++)
		json_array_append_new(args, json_string(argv[i]));
	return args;
}

static json_t *
offloads_json(const struct device *device)
{
	json_t *offloads = json_array();
	char text[4 * DEVICE_TEXT_MAX], *rest = text, *word;

	if ((device->rx_offloads | device->tx_offloads) == 0)
		return offloads;
	device_offload_text(device, text, sizeof(text));
	while ((word = strsep(&rest, " ")) != NULL)
		json_array_append_new(offloads, json_string(word));
	return offloads;
}

static json_t *
ports_json(const struct bench *bench)
{
	json_t *ports = json_array();
	char text[DEVICE_TEXT_MAX];

	for (unsigned int i = 0; i < bench->end_count; i++) {
		const struct device *device = &bench->ends[i].device;
		json_t *port = json_object();

		set_text(port, "driver", device->driver);
		json_object_set_new(port, "offloads", offloads_json(device));
		set_text(port, "rss", device_rss_text(device, text, sizeof(text)));
		set_text(port, "mode", spread_mode_name(bench->ends[i].spread.mode));
		set_count(port, "rx_queues", device->queues);
		set_count(port, "tx_queues", device->tx_queues);
		json_array_append_new(ports, port);
	}
	return ports;
}

static double
per_second(uint64_t count, double seconds)
{
	return seconds > 0 ? (double)count / seconds : 0;
}

/* What the workload is about. */
static void
set_interval_work(json_t *object, const struct interval *interval, uint32_t workload)
{
	const double seconds = interval->seconds;

	switch (workload) {
	case WORKLOAD_RR:
		set_count(object, "transactions", interval->transactions);
		set_real(object, "transactions_per_second",
				per_second(interval->transactions, seconds));
		break;
	case WORKLOAD_STREAM:
		set_real(object, "goodput_to_server_bps",
				per_second(8 * interval->bytes_to_server, seconds));
		set_real(object, "goodput_from_server_bps",
				per_second(8 * interval->bytes_from_server, seconds));
		break;
	case WORKLOAD_FLOOD:
		report_flood_json_interval(object, interval);
		/* fall through */
	default:
		set_count(object, "connections", interval->connections);
		set_real(object, "connections_per_second",
				per_second(interval->connections, seconds));
	}
}

json_t *
report_json_end(const struct estab_stats *stats)
{
	json_t *object = json_object();

	set_count(object, "rx_packets", stats->rx_packets);
	set_count(object, "tx_packets", stats->tx_packets);
	set_count(object, "segments_retransmitted", stats->segments_retransmitted);
	set_count(object, "drops", estab_stats_drops(stats));
	return object;
}

json_t *
report_json_interval(const struct interval *interval, uint32_t workload, unsigned int end_count)
{
	static const char *const names[] = { "client", "server" };
	json_t *object = json_object(), *busy = json_object();

	set_real(object, "second", interval->second);
	set_interval_work(object, interval, workload);
	set_count(object, "open", interval->open);
	set_count(object, "errors", interval->errors);
	for (unsigned int i = 0; i < RTE_DIM(names) && i < end_count; i++) {
		set_real(busy, names[i], interval->busy_ratio[i]);
		json_object_set_new(object, names[i], report_json_end(&interval->stats[i]));
	}
	json_object_set_new(object, "busy_ratio", busy);
	if (latency_main(workload) != LATENCY_COUNT)
		json_object_set_new(object, "latency_us",
				report_json_latencies(interval->latencies, workload));
	return object;
}

json_t *
report_json_latency(const struct histogram *histogram)
{
	json_t *object = json_object();

	set_count(object, "count", histogram->count);
	for (unsigned int i = 0; i < HISTOGRAM_SHARES; i++)
		set_real(object, histogram_shares[i].key,
				(double)histogram_quantile(histogram,
						histogram_shares[i].per_million) /
						1000);
	set_real(object, "max", (double)histogram->max / 1000);
	return object;
}

json_t *
report_json_latencies(const struct latencies *latencies, uint32_t workload)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < LATENCY_COUNT; i++) {
		if (latency_is_of(i, workload))
			json_object_set_new(object, latency_name(i),
					report_json_latency(&latencies->of[i]));
	}
	return object;
}

static json_t *
latencies_json(const struct bench *bench)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < LATENCY_COUNT; i++) {
		if (latency_is_of(i, bench->options->workload))
			json_object_set_new(object, latency_name(i),
					report_json_latency(latency_in(&bench->client, i)));
	}
	return object;
}

static json_t *
errors_json(const struct bench *bench)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < CLIENT_ERROR_COUNT; i++)
		set_nonzero(object, client_error_name((enum client_error)i),
				bench->client.errors[i]);
	for (unsigned int i = 0; i < ENDPOINT_ERROR_COUNT; i++)
		set_nonzero(object, endpoint_error_name((enum endpoint_error)i),
				bench->endpoint.errors[i]);
	return object;
}

static json_t *
retries_json(const struct bench *bench)
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < CLIENT_RETRY_COUNT; i++)
		set_nonzero(object, client_retry_name((enum client_retry)i),
				bench->client.retries[i]);
	return object;
}

/* Both stacks' drops under one name each. */
static json_t *
drops_json(const struct bench *bench, const struct summary *summary)
{
	json_t *object = json_object();

	for (unsigned int reason = 0; reason < ESTAB_DROP_COUNT; reason++) {
		uint64_t sum = 0;

		for (unsigned int i = 0; i < bench->end_count; i++)
			sum += summary->stats[i].drops[reason];
		set_nonzero(object, estab_drop_name(reason), sum);
	}
	return object;
}

json_t *
report_json_drops(const struct estab_stats *stats)
{
	json_t *object = json_object();

	for (unsigned int reason = 0; reason < ESTAB_DROP_COUNT; reason++)
		set_nonzero(object, estab_drop_name(reason), stats->drops[reason]);
	return object;
}

/* One stack's counters, all of them, so that a reader can check the balance. */
json_t *
report_json_stack(const struct estab_stats *stats)
{
	json_t *object = json_object();

#define SET_COUNTER(name, text) set_count(object, #name, stats->name);
	ESTAB_COUNTERS(SET_COUNTER)
	ESTAB_GAUGES(SET_COUNTER)
#undef SET_COUNTER
	json_object_set_new(object, "drops", report_json_drops(stats));
	return object;
}

static json_t *
by_end(const struct bench *bench, const double values[ENDS_MAX])
{
	json_t *object = json_object();

	for (unsigned int i = 0; i < bench->end_count; i++)
		set_real(object, bench->ends[i].name, values[i]);
	return object;
}

/* Of connections that come and go. */
static void
set_connections(json_t *object, const struct bench *bench, const struct summary *summary)
{
	set_real(object, "connections_per_second", summary->connections_per_second);
	if (bench_connection_rate(bench->options) > 0)
		set_count(object, "overdue", bench->overdue);
	set_real(object, "packets_per_connection", summary->packets_per_connection);
	json_object_set_new(object, "busy_cycles_per_connection",
			by_end(bench, summary->busy_cycles_per_connection));
}

/* Of what went through connections that stood. */
static void
set_work(json_t *object, const struct bench *bench, const struct summary *summary)
{
	if (bench->options->workload == WORKLOAD_RR) {
		set_count(object, "transactions", summary->transactions);
		set_real(object, "transactions_per_second", summary->transactions_per_second);
	} else {
		set_real(object, "goodput_bps", summary->to_server_bps + summary->from_server_bps);
		set_real(object, "goodput_to_server_bps", summary->to_server_bps);
		set_real(object, "goodput_from_server_bps", summary->from_server_bps);
	}
	set_real(object, "packets_to_server_per_second", summary->to_server_pps);
	set_real(object, "packets_from_server_per_second", summary->from_server_pps);
	set_count(object, "segments_retransmitted", summary->retransmitted);
}

/* What each lcore had of the sums; an lcore that works at both ends is there twice. */
static json_t *
lcores_json(const struct bench *bench)
{
	json_t *lcores = json_array();

	for (unsigned int i = 0; i < bench->party_count; i++) {
		const struct party *party = &bench->parties[i];
		struct party_result result;
		json_t *lcore;

		party_result_make(&result, party);
		lcore = report_json_stack(&result.stats);
		set_count(lcore, "lcore", party->lcore);
		set_text(lcore, "end", party->end->name);
		set_count(lcore, "connections", result.connections);
		set_real(lcore, "busy_ratio", result.busy_ratio);
		json_array_append_new(lcores, lcore);
	}
	return lcores;
}

static json_t *
summary_json(const struct bench *bench, const struct summary *summary)
{
	json_t *object = json_object(), *stacks = json_object();

	set_real(object, "seconds", summary->seconds);
	set_count(object, "connections", bench->done_in_time);
	if (bench_workload_stands(bench->options->workload))
		set_work(object, bench, summary);
	else
		set_connections(object, bench, summary);
	if (bench->options->workload == WORKLOAD_FLOOD)
		report_flood_json(object, bench);
	json_object_set_new(object, "busy_ratio", by_end(bench, summary->busy_ratio));
	if (bench->options->workload != WORKLOAD_STREAM)
		json_object_set_new(object, "latency_us", latencies_json(bench));
	json_object_set_new(object, "errors", errors_json(bench));
	json_object_set_new(object, "retries", retries_json(bench));
	json_object_set_new(object, "drops", drops_json(bench, summary));
	json_object_set_new(object, "mbufs_leaked", json_integer(bench->mbufs_leaked));
	json_object_set_new(object, "mbufs_kept_by_driver", json_integer(bench->mbufs_kept));
	json_object_set_new(object, "tcbs_leaked", json_integer(bench->tcbs_leaked));
	for (unsigned int i = 0; i < bench->end_count; i++)
		json_object_set_new(stacks, bench->ends[i].name,
				report_json_stack(&summary->stats[i]));
	json_object_set_new(object, "stacks", stacks);
	json_object_set_new(object, "lcores", lcores_json(bench));
	return object;
}

/* When the result was made, in the way of ISO 8601: "2026-01-31T12:00:00Z". */
static void
set_date(json_t *object)
{
	const time_t now = time(NULL);
	struct tm utc;
	char text[32];

	if (gmtime_r(&now, &utc) == NULL ||
			strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		return;
	set_text(object, "date", text);
}

json_t *
report_json_head(const struct bench_options *options, const char *workload, int argc, char **argv)
{
	json_t *root = json_object();

	set_count(root, "schema", REPORT_SCHEMA);
	set_text(root, "estab", estab_version());
	set_text(root, "dpdk", rte_version());
	set_date(root);
	json_object_set_new(root, "host", host_json());
	json_object_set_new(root, "args", args_json(argc, argv));
	json_object_set_new(root, "config", report_json_config(options->line));
	set_count(root, "seed", options->seed);
	set_text(root, "workload", workload);
	return root;
}

json_t *
report_json(const struct bench *bench, const struct summary *summary, json_t *intervals, int argc,
		char **argv)
{
	json_t *root = report_json_head(bench->options,
			bench_workload_name(bench->options->workload), argc, argv);

	json_object_set_new(root, "ports", ports_json(bench));
	json_object_set(root, "intervals", intervals);
	if (bench->step_count > 0)
		json_object_set_new(root, "steps", report_steps_json(bench));
	if (bench->options->find_max)
		set_count(root, "rate_found", bench->rate_found);
	json_object_set_new(root, "summary", summary_json(bench, summary));
	return root;
}
