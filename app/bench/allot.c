/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who does what: lcores to the ends, a party for each, and to each party its share of the connections
 * and of the rate. With --loopback half of the lcores open connections and half serve, in pairs that have
 * a wire each; at a device all open connections, by estab-echo's rules (places.h).
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_lcore.h>

#include "complain.h"
#include "cores.h"
#include "places.h"

/* More parties would have nothing to do. */
static uint32_t
clients_max(const struct bench_options *options)
{
	uint32_t most = options->connections_each ? UINT32_MAX : options->connections;

	if (options->rate != 0)
		most = RTE_MIN(most, options->rate);
	if (options->workload == WORKLOAD_FLOOD)
		most = RTE_MIN(most, options->legitimate_rate);
	return most;
}

/*
 * Workers, so that the main lcore has time to report; it works too where that makes a pair, and there
 * it serves: what is measured, the client, has its lcore for itself.
 *
 * @return how many pairs
 */
static uint16_t
pair_lcores(uint16_t lcores[BENCH_LCORES_MAX], uint32_t pairs_max)
{
	uint16_t count = places_lcores(lcores);

	if (count % 2 != 0 && count < rte_lcore_count())
		lcores[count++] = (uint16_t)rte_get_main_lcore();
	return (uint16_t)RTE_MIN((uint32_t)RTE_MAX(count / 2, 1), pairs_max);
}

static void
allot_pairs(struct bench *bench)
{
	const uint32_t most = RTE_MIN(clients_max(bench->options), (uint32_t)LOOPBACK_PAIRS_MAX);
	uint16_t lcores[BENCH_LCORES_MAX];
	const uint16_t pairs = pair_lcores(lcores, most);
	const bool apart = rte_lcore_count() > 1;

	for (unsigned int end = 0; end < ENDS_MAX; end++) {
		for (uint16_t i = 0; i < pairs; i++)
			bench->ends[end].map.places[i] = (struct queue_place){
				.port = (uint16_t)end,
				.queue = i,
				.lcore = lcores[i + (apart ? end * pairs : 0)],
			};
		bench->ends[end].map.count = pairs;
	}
}

static int
allot_at_device(struct bench *bench)
{
	const struct bench_options *options = bench->options;
	const struct device *device = &bench->ends[END_CLIENT].device;
	struct queue_map *map = &bench->ends[END_CLIENT].map;
	uint16_t lcores[BENCH_LCORES_MAX];
	const uint32_t lcore_count = RTE_MIN(places_lcores(lcores), clients_max(options));

	if (options->device.rxq > device->queues_max)
		return complain(EXIT_USAGE, "--rxq %u: %s (%s) has %u at most", options->device.rxq,
				device->name, device->driver, device->queues_max);
	if (options->config.count > 0)
		*map = options->config;
	else
		places_spread(map, device->id, device->queues_max, options->device.rxq, lcores,
				(uint16_t)lcore_count);
	for (uint16_t i = 0; i < map->count; i++)
		if (map->places[i].port != device->id)
			return complain(EXIT_USAGE, "--config (%u,%u,%u): the port in use is %u",
					map->places[i].port, map->places[i].queue,
					map->places[i].lcore, device->id);
	if (map->count > clients_max(options))
		return complain(EXIT_USAGE,
				"%u stacks are too many: each needs one of --connections, and of --rate",
				map->count);
	return places_check(map, UINT32_MAX);
}

uint32_t
bench_share(uint32_t amount, unsigned int k, unsigned int n)
{
	return amount / n + (k < amount % n);
}

/* Each client draws from numbers of its own. */
static void
allot_work(struct party *party, const struct bench_options *options)
{
	const unsigned int k = party->number, n = party->end->map.count;

	party->options = *options;
	if (!options->connections_each)
		party->options.connections = bench_share(options->connections, k, n);
	party->options.rate = bench_share(options->rate, k, n);
	party->options.legitimate_rate = bench_share(options->legitimate_rate, k, n);
	party->options.seed = options->seed + k;
	party->options.client_first =
			(uint32_t)((uint64_t)k * targets_hosts(&options->clients) / n);
}

static struct bench_lcore *
lcore_with_id(struct bench *bench, uint16_t id)
{
	for (unsigned int i = 0; i < bench->lcore_count; i++) {
		if (bench->lcores[i].id == id)
			return &bench->lcores[i];
	}
	bench->lcores[bench->lcore_count] = (struct bench_lcore){ .bench = bench, .id = id };
	return &bench->lcores[bench->lcore_count++];
}

static void
init_party(struct bench *bench, struct party *party, struct end *end, uint16_t number)
{
	struct bench_lcore *lcore = lcore_with_id(bench, end->map.places[number].lcore);

	party->end = end;
	party->number = number;
	party->stack_number = places_stack(&end->map, number);
	party->lcore = end->map.places[number].lcore;
	if (number == 0)
		snprintf(party->name, sizeof(party->name), "%s", end->name);
	else
		snprintf(party->name, sizeof(party->name), "%s%u", end->name, number);
	allot_work(party, bench->options);
	lcore->parties[lcore->party_count++] = party;
	if (end == &bench->ends[END_CLIENT])
		bench->connections += party->options.connections;
}

static int
make_parties(struct bench *bench)
{
	const size_t clients = bench->ends[END_CLIENT].map.count;
	const size_t servers = bench->ends[END_SERVER].map.count;
	struct party *party;

	bench->parties = calloc(clients + servers, sizeof(*bench->parties));
	bench->clients = calloc(clients, sizeof(*bench->clients));
	bench->floods = calloc(clients, sizeof(*bench->floods));
	bench->endpoints = calloc(servers + 1, sizeof(*bench->endpoints));
	if (bench->parties == NULL || bench->clients == NULL || bench->floods == NULL ||
			bench->endpoints == NULL)
		return complain(EXIT_ENVIRONMENT, "no memory for %zu parties", clients + servers);
	bench->party_count = (unsigned int)(clients + servers);
	party = bench->parties;
	for (unsigned int i = 0; i < bench->end_count; i++) {
		bench->ends[i].parties = party;
		for (uint16_t k = 0; k < bench->ends[i].map.count; k++)
			init_party(bench, party++, &bench->ends[i], k);
	}
	return -1;
}

int
bench_allot(struct bench *bench)
{
	uint16_t ids[BENCH_LCORES_MAX];
	int ret = -1;

	if (bench->options->loopback)
		allot_pairs(bench);
	else
		ret = allot_at_device(bench);
	if (ret < 0)
		ret = make_parties(bench);
	if (ret >= 0)
		return ret;
	for (unsigned int i = 0; i < bench->lcore_count; i++)
		ids[i] = (uint16_t)bench->lcores[i].id;
	bench->cores_are_shared = cores_are_shared(ids, (uint16_t)bench->lcore_count);
	return -1;
}
