/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One kind of traffic, measured: a stack and its peers are made, what must stand is opened, rounds
 * of turns follow, and all is taken down again. Rounds alternate between a clock that is read twice
 * in a turn, which gives the figure, and one that is read at every stage, which gives the shares.
 */
#include "engine.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mempool.h>

#include "bench_options.h"
#include "clock.h"
#include "eal.h"
#include "memory.h"

enum run_limits {
	NS_PER_PACKET = 250, /* four million packets a second */
	PASS_NS = 50000000,  /* a pass over standing connections stays below an RTO */
	MBUFS_BASE = 16384,  /* so that windows need not be shared, as of any server */
	ROOM_SMALL = 384,    /* bytes of a packet that is not bulk: as the library wants it */
	ROOM_LARGE = 2048 - RTE_PKTMBUF_HEADROOM,
	BYTES_PER_CONNECTION = 1024, /* TCB, table and timer, generously */
	WARM_UP_SHARE = 4,           /* of a round, before the first */
	MARKS = 4096,                /* to measure what a mark costs */
};

/* All offloads that stand for a NIC's. */
#define NIC_OFFLOADS                                                                               \
	(ESTAB_PORT_RX_IPV4_CHECKSUM | ESTAB_PORT_RX_TCP_CHECKSUM | ESTAB_PORT_TX_IPV4_CHECKSUM |  \
			ESTAB_PORT_TX_TCP_CHECKSUM | ESTAB_PORT_TX_MULTI_SEGMENT)

static uint16_t
wire_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct engine *engine = context;
	uint16_t i = 0;

	while (i < n && (packets[i] = packet_queue_take(&engine->to)) != NULL)
		i++;
	return i;
}

static uint16_t
wire_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct engine *engine = context;
	uint16_t i = 0;

	while (i < n && packet_queue_put(&engine->from, packets[i]))
		i++;
	engine->heard += i;
	return i;
}

/* The watcher: what has gone by belongs to the stage that ends. */
static void
span_enter(void *context, enum estab_stage stage)
{
	struct engine_span *span = context;
	const uint64_t now = rte_rdtsc();

	if (!span->running)
		return;
	span->round->by_stage[span->stage] +=
			now - span->last - RTE_MIN(span->mark_cost, now - span->last);
	span->last = now;
	span->stage = stage;
}

/* What one look at the clock costs: it is taken off every stage. */
static uint64_t
measure_mark(void)
{
	struct engine_round round = { 0 };
	struct engine_span span = { .round = &round, .running = true };
	void (*volatile enter)(void *, enum estab_stage) = span_enter;
	uint64_t best = UINT64_MAX;

	for (unsigned int i = 0; i < 16; i++) {
		const uint64_t begun = rte_rdtsc();

		for (unsigned int k = 0; k < MARKS; k++)
			enter(&span, ESTAB_STAGE_PARSE);
		best = RTE_MIN(best, (rte_rdtsc() - begun) / MARKS);
	}
	return best;
}

static void
take_turn(struct engine *engine, struct engine_round *round, bool counted)
{
	struct engine_span *span = &engine->span;

	if (counted)
		engine_counters_start(&engine->counters);
	span->round = round;
	span->stage = ESTAB_STAGE_OUTSIDE;
	span->running = round != NULL;
	span->begun = span->last = rte_rdtsc();
	estab_stack_receive(engine->stack, engine->now_ns);
	if (engine->kind->calls != NULL)
		engine->kind->calls(engine);
	estab_stack_transmit(engine->stack, engine->now_ns);
	if (round != NULL)
		round->cycles += rte_rdtsc() - span->begun;
	span->running = false;
	if (counted)
		engine_counters_stop(&engine->counters);
}

/* Whatever the stack has sent reaches the peers. */
static void
hear(struct engine *engine)
{
	struct rte_mbuf *packet;
	struct heard heard;

	while ((packet = packet_queue_take(&engine->from)) != NULL) {
		if (peer_read(&engine->peer, packet, &heard))
			engine->kind->answer(engine, packet, &heard);
		else
			rte_pktmbuf_free(packet);
	}
}

static void
step_clock(struct engine *engine)
{
	engine->now_ns += engine->ns_per_turn;
	engine->peer.ts_val = (uint32_t)(engine->now_ns / 1000000) + 1;
}

void
engine_turn_unmeasured(struct engine *engine)
{
	step_clock(engine);
	estab_stack_receive(engine->stack, engine->now_ns);
	estab_stack_transmit(engine->stack, engine->now_ns);
	hear(engine);
}

/* Turns until that many packets were received in measured ones. */
static void
run_round(struct engine *engine, struct engine_round *round, uint64_t packets, bool watched,
		bool counted)
{
	const struct estab_watch watch = { .enter = span_enter, .context = &engine->span };

	memset(round, 0, sizeof(*round));
	estab_stack_watch(engine->stack, watched ? &watch : NULL);
	while (round->received < packets) {
		const uint64_t offered = engine->offered, heard = engine->heard;
		bool measured;

		step_clock(engine);
		measured = engine->kind->offer(engine);
		take_turn(engine, measured ? round : NULL, measured && counted);
		if (measured) {
			round->received += engine->offered - offered;
			round->sent += engine->heard - heard;
		}
		hear(engine);
	}
}

static uint32_t
mbufs_wanted(const struct engine *engine)
{
	return MBUFS_BASE + 8u * ENGINE_FLIGHT + engine->connections;
}

/* @return why it cannot be done, or NULL */
static const char *
check_memory(const struct engine *engine, uint16_t data_room)
{
	const uint64_t mbufs = mbufs_wanted(engine) * memory_of_mbuf(data_room);
	const uint64_t conns = (uint64_t)engine->connections * BYTES_PER_CONNECTION;

	return mbufs + conns > memory_left() ? "memory: give EAL more with -m" : NULL;
}

static void
configure(const struct engine *engine, struct estab_stack_config *config)
{
	const struct engine_kind *kind = engine->kind;
	const struct estab_local_address address = {
		.address = { ESTAB_FAMILY_IPV4, { 198, 18, 0, 1 } },
		.prefix_length = 15,
	};

	estab_stack_config_init(config);
	stack_options_apply(&engine->options->stack, config);
	config->name = engine->name;
	config->socket_id = (int)rte_socket_id();
	config->mbuf_pool = engine->pool;
	config->burst = engine->burst;
	config->interface.addresses[0] = address;
	config->interface.address_count = 1;
	memcpy(config->interface.mac, &peer_stack_mac, sizeof(config->interface.mac));
	memcpy(config->secret, &engine->options->seed, sizeof(engine->options->seed));
	config->limits.connections = engine->connections + 2 * ENGINE_FLIGHT + 2u * ESTAB_BURST_MAX;
	config->limits.syn_records = 2 * ENGINE_FLIGHT + 2u * ESTAB_BURST_MAX;
	config->limits.time_waits = kind->time_waits;
	if (kind->cookies)
		config->tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
}

static bool
create_stack(struct engine *engine)
{
	const struct estab_port port = {
		.context = engine,
		.rx_burst = wire_rx_burst,
		.tx_burst = wire_tx_burst,
		.offloads = engine->options->software_checksums ? ESTAB_PORT_TX_MULTI_SEGMENT
								: NIC_OFFLOADS,
	};
	const struct estab_listen_config listen = {
		.local.port = PEER_PORT,
		.backlog = 2u * ESTAB_BURST_MAX,
	};
	struct estab_stack_config config;

	configure(engine, &config);
	config.port = &port;
	eal_hush(true);
	engine->stack = estab_stack_create(&config);
	eal_hush(false);
	return engine->stack != NULL &&
			estab_listen(engine->stack, &listen, &engine->listener) == 0;
}

static bool
create_pool(struct engine *engine, uint16_t data_room)
{
	engine->pool = memory_mbuf_pool(engine->name, mbufs_wanted(engine), 512, data_room,
			(int)rte_socket_id(), "engine-connections");
	return engine->pool != NULL;
}

/* @return why it cannot be done, or NULL */
static const char *
create(struct engine *engine)
{
	const uint16_t room = engine->kind->large ? ROOM_LARGE : ROOM_SMALL;
	const uint16_t data_room = (uint16_t)(RTE_PKTMBUF_HEADROOM + room);
	const char *why = check_memory(engine, data_room);

	if (why != NULL)
		return why;
	engine->peer.conns = calloc(engine->connections + 1u, sizeof(*engine->peer.conns));
	if (engine->peer.conns == NULL || !create_pool(engine, data_room) || !create_stack(engine))
		return "memory: give EAL more with -m";
	engine->peer.pool = engine->pool;
	return NULL;
}

static void
free_queue(struct packet_queue *queue)
{
	struct rte_mbuf *packet;

	while ((packet = packet_queue_take(queue)) != NULL)
		rte_pktmbuf_free(packet);
}

static void
destroy(struct engine *engine, struct engine_result *result)
{
	if (engine->stack != NULL)
		estab_stack_destroy(engine->stack);
	free_queue(&engine->to);
	free_queue(&engine->from);
	free_queue(&engine->pending);
	peer_free_spare(&engine->peer);
	if (engine->pool != NULL)
		result->mbufs_leaked = rte_mempool_in_use_count(engine->pool);
	rte_mempool_free(engine->pool);
	free(engine->peer.conns);
}

static void
run_rounds(struct engine *engine, struct engine_result *result)
{
	const uint64_t packets = engine->options->engine_packets;
	uint64_t warm_up = packets / WARM_UP_SHARE;

	/* Twice over what stands, and over all TIME-WAIT records. */
	warm_up = RTE_MAX(warm_up, 2ul * engine->connections);
	warm_up = RTE_MAX(warm_up, 6ul * engine->kind->time_waits);
	run_round(engine, &result->plain[0], warm_up, false, false);
	result->round_count = engine->options->engine_rounds;
	for (uint32_t i = 0; i < result->round_count; i++) {
		run_round(engine, &result->plain[i], packets, false, false);
		run_round(engine, &result->watched[i], packets, true, false);
	}
	if (engine->counters.missing == NULL) {
		run_round(engine, &result->counted, packets, false, true);
		engine_counters_read(&engine->counters, result->counted.counts);
	}
}

/* Every packet has a fate, both sides have counted the same, and nothing was lost. */
static bool
is_clean(const struct engine_result *result)
{
	const struct estab_stats *stats = &result->stats;

	return stats->rx_packets == result->offered && stats->tx_packets == result->heard &&
			stats->rx_packets == stats->rx_delivered + estab_stats_drops(stats) &&
			stats->tx_dropped_no_mbuf == 0 && stats->tx_dropped_port_full == 0 &&
			stats->tx_dropped_refused == 0 && result->mbufs_leaked == 0;
}

static void
measure(struct engine *engine, struct engine_result *result)
{
	if (result->skipped != NULL)
		return;
	engine_counters_open(&engine->counters);
	if (engine->kind->begin != NULL && !engine->kind->begin(engine)) {
		result->skipped = "its connections could not be opened";
		engine_counters_close(&engine->counters);
		return;
	}
	run_rounds(engine, result);
	assert(packet_queue_count(&engine->to) == 0);
	estab_stack_stats(engine->stack, &result->stats);
	result->offered = engine->offered;
	result->heard = engine->heard;
	result->counters_missing = engine->counters.missing;
	engine_counters_close(&engine->counters); /* on the lcore that they count */
}

static struct engine *
engine_create(struct engine_result *result, const struct bench_options *options,
		const struct engine_kind *kind, uint32_t connections)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (engine == NULL) {
		result->skipped = "memory";
		return NULL;
	}
	snprintf(engine->name, sizeof(engine->name), "engine%u", result->lcore);
	engine->options = options;
	engine->kind = kind;
	engine->connections = connections;
	engine->burst = options->stack.burst != 0 ? (uint16_t)options->stack.burst : 64;
	engine->peer.random = options->seed | 1;
	engine->peer.address = PEER_ADDRESS;
	engine->peer.software_checksums = options->software_checksums;
	engine->ns_per_turn = engine->burst *
			RTE_MIN((uint64_t)NS_PER_PACKET, (uint64_t)PASS_NS / (connections + 1) + 1);
	engine->now_ns = NS_PER_SECOND;
	engine->span.mark_cost = measure_mark();
	result->skipped = create(engine);
	return engine;
}

/* What an lcore measures. */
struct job {
	struct engine *engine;
	struct engine_result *result;
};

static int
lcore_main(void *argument)
{
	const struct job *job = argument;

	if (job->engine != NULL)
		measure(job->engine, job->result);
	return 0;
}

/* Made one after the other, for EAL's memory is one; measured beside one another. */
unsigned int
engine_run(struct engine_result *results, const struct bench_options *options,
		const struct engine_kind *kind, uint32_t connections)
{
	struct job jobs[RTE_MAX_LCORE];
	unsigned int lcore, count = 0, measured = 0;

	RTE_LCORE_FOREACH(lcore) {
		struct engine_result *result = &results[count];

		memset(result, 0, sizeof(*result));
		result->kind = kind;
		result->lcore = lcore;
		result->connections = connections;
		jobs[count++] = (struct job){ engine_create(result, options, kind, connections),
			result };
	}
	for (unsigned int i = 0; i < count; i++)
		if (results[i].lcore != rte_lcore_id())
			rte_eal_remote_launch(lcore_main, &jobs[i], results[i].lcore);
	for (unsigned int i = 0; i < count; i++)
		if (results[i].lcore == rte_lcore_id())
			lcore_main(&jobs[i]);
	rte_eal_mp_wait_lcore();
	for (unsigned int i = 0; i < count; i++) {
		if (jobs[i].engine != NULL)
			destroy(jobs[i].engine, &results[i]);
		free(jobs[i].engine);
		results[i].clean = results[i].skipped == NULL && is_clean(&results[i]);
		measured += results[i].skipped == NULL;
	}
	return measured;
}
