/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a workload is about, in words: connections where they come and go; where they stand, what went
 * through them.
 */
#include "report.h"

#include <inttypes.h>

#include "bench.h"
#include "format.h"

#define GIGA 1e9

static uint64_t
per_second(uint64_t count, double seconds)
{
	return seconds > 0 ? (uint64_t)((double)count / seconds) : 0;
}

static double
gigabits(uint64_t bytes, double seconds)
{
	return seconds > 0 ? 8. * (double)bytes / seconds / GIGA : 0;
}

void
report_work_begin(const struct bench_options *options, FILE *out)
{
	fputs(bench_workload_name(options->workload), out);
	if (options->workload == WORKLOAD_FLOOD)
		report_flood_begin(options, out);
	if (options->http.target != NULL)
		fprintf(out, " (GET %s)", options->http.target);
	else if (options->workload == WORKLOAD_RR)
		fprintf(out, " (request %" PRIu32 ", response %" PRIu32 " bytes)",
				options->request_size, options->response_size);
	if (options->workload != WORKLOAD_STREAM)
		return;
	fprintf(out, " (%s, messages of %" PRIu32 " bytes)",
			options->direction == DIRECTION_SEND                      ? "send"
					: options->direction == DIRECTION_RECEIVE ? "receive"
										  : "both ways",
			options->message_size);
}

void
report_work_interval(const struct interval *interval, uint32_t workload, FILE *out)
{
	char count[FORMAT_MAX];

	switch (workload) {
	case WORKLOAD_RR:
		fprintf(out, "%12s trans/s",
				format_count(per_second(interval->transactions, interval->seconds),
						count));
		break;
	case WORKLOAD_STREAM:
		fprintf(out, "%7.3f Gbit/s to, %7.3f from the server",
				gigabits(interval->bytes_to_server, interval->seconds),
				gigabits(interval->bytes_from_server, interval->seconds));
		break;
	case WORKLOAD_FLOOD:
		report_flood_interval(interval, out);
		/* fall through */
	default:
		fprintf(out, "%12s conn/s",
				format_count(per_second(interval->connections, interval->seconds),
						count));
	}
}

static void
print_packets(const struct summary *summary, FILE *out)
{
	char to[FORMAT_MAX], from[FORMAT_MAX], again[FORMAT_MAX];

	fprintf(out, "  packets: %s per second to, %s from the server; %s segments retransmitted\n",
			format_count((uint64_t)summary->to_server_pps, to),
			format_count((uint64_t)summary->from_server_pps, from),
			format_count(summary->retransmitted, again));
}

void
report_work_result(const struct bench *bench, const struct summary *summary, FILE *out)
{
	char count[FORMAT_MAX], rate[FORMAT_MAX];

	switch (bench->options->workload) {
	case WORKLOAD_RR:
		fprintf(out, "result: %s transactions in %.2fs = %s per second\n",
				format_count(summary->transactions, count), summary->seconds,
				format_count((uint64_t)summary->transactions_per_second, rate));
		print_packets(summary, out);
		break;
	case WORKLOAD_STREAM:
		fprintf(out, "result: goodput in %.2fs = %.3f Gbit/s to, %.3f from the server\n",
				summary->seconds, summary->to_server_bps / GIGA,
				summary->from_server_bps / GIGA);
		print_packets(summary, out);
		break;
	case WORKLOAD_FLOOD:
		report_flood_result(bench, out);
		break;
	default:
		fprintf(out, "result: %s connections in %.2fs = %s per second, %.2f packets each\n",
				format_count(bench->done_in_time, count), summary->seconds,
				format_count((uint64_t)summary->connections_per_second, rate),
				summary->packets_per_connection);
	}
}
