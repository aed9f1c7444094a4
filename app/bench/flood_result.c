/* SPDX-License-Identifier: BSD-3-Clause */
#include "flood_result.h"

#include "bench.h"
#include "stats_print.h"

enum { SUCCEED_OF_1000 = 999 };

static void
make_ways(struct flood_result *result, const struct bench *bench)
{
	struct estab_stats client, server;

	stats_since(&client, &bench->last[END_CLIENT].stats, &bench->first[END_CLIENT].stats);
	result->to_server.flood = bench->flood.count.sent;
	result->to_server.client = client.tx_packets;
	result->from_server.flood = flood_answer_sum(&bench->flood.count);
	result->from_server.client = client.rx_packets;
	if (bench->end_count < ENDS_MAX)
		return;
	stats_since(&server, &bench->last[END_SERVER].stats, &bench->first[END_SERVER].stats);
	result->to_server.server = server.rx_packets;
	result->to_server.missing =
			(int64_t)(result->to_server.flood + client.tx_packets - server.rx_packets);
	result->from_server.server = server.tx_packets;
	result->from_server.missing = (int64_t)(server.tx_packets - result->from_server.flood -
			client.rx_packets);
}

void
flood_result_make(struct flood_result *result, const struct bench *bench)
{
	*result = (struct flood_result){
		.seconds = (double)(bench->end_ns - bench->begin_ns) / (double)NS_PER_SECOND,
		.in_time = flood_since(&bench->at_end.flood, &bench->at_begin.flood),
		.attempts = bench->client.planned,
		.succeeded = bench->client.connect_ns.count,
	};
	result->answers_in_time = flood_answer_sum(&result->in_time);
	if (result->attempts > 0)
		result->success_ratio = (double)result->succeeded / (double)result->attempts;
	make_ways(result, bench);
}

static bool
is_accounted(const struct bench *bench)
{
	for (unsigned int i = 0; i < bench->end_count; i++) {
		if (stats_unaccounted(&bench->last[i].stats) != 0)
			return false;
	}
	return true;
}

bool
flood_result_is_clean(const struct bench *bench)
{
	struct flood_result result;

	flood_result_make(&result, bench);
	return result.in_time.sent > 0 && result.attempts > 0 &&
			1000 * result.succeeded >= SUCCEED_OF_1000 * result.attempts &&
			result.to_server.missing == 0 && result.from_server.missing == 0 &&
			is_accounted(bench) && bench->mbufs_leaked == 0 && bench->tcbs_leaked == 0;
}
