/* SPDX-License-Identifier: BSD-3-Clause */
/* What a run was worth: whether anything was measured, nothing lost, and what was asked for reached. */
#include "bench.h"

#include <inttypes.h>

#include "complain.h"
#include "flood_result.h"
#include "report.h"
#include "stats_print.h"

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

static bool
errors_are_few(const struct bench *bench)
{
	return client_error_sum(&bench->client) + endpoint_error_sum(&bench->endpoint) <=
			bench->options->max_errors;
}

bool
bench_is_clean(const struct bench *bench)
{
	bool accounted = true;

	if (bench->options->workload == WORKLOAD_FLOOD)
		return flood_result_is_clean(bench);
	for (unsigned int i = 0; i < bench->end_count; i++)
		accounted &= stats_unaccounted(&bench->last[i].stats) == 0;
	return accounted && has_worked(bench) && errors_are_few(bench) &&
			bench->mbufs_leaked == 0 && bench->tcbs_leaked == 0 &&
			bench_packets_lost(bench) == 0;
}

/* What --min-rate speaks of. */
static double
rate_of(const struct bench *bench, const struct summary *summary, const char **unit)
{
	switch (bench->options->workload) {
	case WORKLOAD_RR:
		*unit = "transactions per second";
		return summary->transactions_per_second;
	case WORKLOAD_STREAM:
		*unit = "Mbit/s";
		return (summary->to_server_bps + summary->from_server_bps) / 1e6;
	default:
		*unit = "connections per second";
		return summary->connections_per_second;
	}
}

int
bench_judge(const struct bench *bench)
{
	const struct bench_options *options = bench->options;
	struct summary summary;
	const char *unit;
	double rate;

	if (!errors_are_few(bench) && options->max_errors > 0)
		complain(EXIT_ENVIRONMENT, "--max-errors %" PRIu32 ": there were %" PRIu64,
				options->max_errors,
				client_error_sum(&bench->client) +
						endpoint_error_sum(&bench->endpoint));
	summary_make(&summary, bench);
	rate = rate_of(bench, &summary, &unit);
	if (rate < options->min_rate)
		return complain(EXIT_ENVIRONMENT, "--min-rate %" PRIu32 ": there were %.0f %s",
				options->min_rate, rate, unit);
	return bench_is_clean(bench) ? EXIT_FINE : EXIT_ENVIRONMENT;
}
