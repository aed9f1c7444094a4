/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim_transfer [--seed N] [--from N] [--count N]
 *
 * Runs simulations and checks of each: every byte arrives, in order, once; everything is closed at
 * both ends in finite time; no mbuf, TCB or record is left; every frame is accounted for. --seed
 * runs one, and prints its frames.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <estab/stats.h>

#include "eal.h"
#include "malloc_mempool.h"
#include "sim.h"

enum {
	MBUFS = 8192,
	TURNS_WITHOUT_TIME = 20000, /* more is a loop */
};

#define LIMIT_NS UINT64_C(20000000000000) /* of virtual time, five hours and a half */

static const char *program;

void
sim_fail(const struct sim *sim, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "seed %" PRIu64 ", at %.6f s: ", sim->seed, (double)sim->now_ns / 1e9);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nreplay: %s --seed %" PRIu64 "\n", program, sim->seed);
	exit(1);
}

static void
create_stacks(struct sim *sim)
{
	const struct estab_listen_config listen = { .local.port = SIM_SERVER_PORT };
	const char *why = "";

	for (unsigned int side = 0; side < SIM_SIDES; side++) {
		if (estab_stack_config_check(&sim->configs[side], &why) != 0)
			sim_fail(sim, "configuration: %s", why);
		sim->stacks[side] = estab_stack_create(&sim->configs[side]);
		if (sim->stacks[side] == NULL)
			sim_fail(sim, "estab_stack_create: %s", rte_strerror(rte_errno));
		if (estab_listen(sim->stacks[side], &listen, &sim->listeners[side]) != 0)
			sim_fail(sim, "estab_listen");
	}
}

/* Received = delivered + drops on both sides, and neither more nor less than the wire carried. */
static void
check_accounts(const struct sim *sim)
{
	struct estab_stats stats;
	uint64_t received = 0, sent = 0;

	for (unsigned int side = 0; side < SIM_SIDES; side++) {
		estab_stack_stats(sim->stacks[side], &stats);
		if (stats.rx_packets != stats.rx_delivered + estab_stats_drops(&stats))
			sim_fail(sim,
					"side %u: received %" PRIu64 " != delivered %" PRIu64
					" + dropped %" PRIu64,
					side, stats.rx_packets, stats.rx_delivered,
					estab_stats_drops(&stats));
		received += stats.rx_packets;
		sent += stats.tx_packets;
	}
	if (received != sim->wire.count.delivered || sent != sim->wire.count.sent)
		sim_fail(sim,
				"the wire carried %" PRIu64 " and delivered %" PRIu64
				", the stacks sent %" PRIu64 " and received %" PRIu64,
				sim->wire.count.sent, sim->wire.count.delivered, sent, received);
}

static bool
stacks_are_empty(const struct sim *sim)
{
	struct estab_stats stats;

	for (unsigned int side = 0; side < SIM_SIDES; side++) {
		estab_stack_stats(sim->stacks[side], &stats);
		if (stats.connections_open + stats.connections_half_open +
						stats.connections_time_wait >
				0)
			return false;
	}
	return wire_next(&sim->wire) == UINT64_MAX;
}

/* Who is still there, for the complaint that something is. */
static void
tell_what_is_left(const struct sim *sim)
{
	for (unsigned int i = 0; i < SIM_SIDES * sim->conversation_count; i++) {
		const struct talker *talker =
				&sim->conversations[i / SIM_SIDES].talkers[i % SIM_SIDES];
		struct estab_conn_info info = { .state = "given up" };

		if (talker->over)
			continue;
		if (talker->conn != NULL)
			estab_conn_status(talker->conn, &info);
		fprintf(stderr,
				"conversation %u side %u: %s, sent %" PRIu64 "/%" PRIu64
				" received %" PRIu64
				"%s%s%s%s, %u queued, %u in flight, snd_wnd %u\n",
				i / SIM_SIDES, talker->side,
				talker->begun ? info.state : "not begun", talker->sent,
				talker->to_send, talker->received,
				talker->can_read ? " can_read" : "",
				talker->can_write ? " can_write" : "", talker->shut ? " shut" : "",
				talker->at_end ? " at_end" : "", info.send_queued,
				info.snd_nxt - info.snd_una, info.snd_wnd);
	}
}

static uint64_t
next_time(const struct sim *sim)
{
	uint64_t next_ns = RTE_MIN(wire_next(&sim->wire), talk_next(sim));

	for (unsigned int side = 0; side < SIM_SIDES; side++)
		next_ns = RTE_MIN(next_ns, estab_stack_deadline(sim->stacks[side]));
	return next_ns;
}

static void
run(struct sim *sim)
{
	const uint64_t limit_ns = sim->now_ns + LIMIT_NS;
	unsigned int turns = 0;

	while (!talk_is_over(sim) || !stacks_are_empty(sim)) {
		const uint64_t next_ns = next_time(sim);

		turns = next_ns > sim->now_ns ? 0 : turns + 1;
		if (turns > TURNS_WITHOUT_TIME || next_ns > limit_ns) {
			tell_what_is_left(sim);
			sim_fail(sim,
					next_ns > limit_ns
							? "not everything has ended"
							: "turn follows turn and no time passes");
		}
		sim->now_ns = RTE_MAX(sim->now_ns, next_ns);
		wire_advance(&sim->wire, sim->now_ns);
		for (unsigned int side = 0; side < SIM_SIDES; side++)
			estab_stack_poll(sim->stacks[side], sim->now_ns);
		talk_turn(sim);
	}
}

static void
check_pools(const struct sim *sim)
{
	for (unsigned int side = 0; side < SIM_SIDES; side++) {
		const unsigned int n = rte_mempool_in_use_count(sim->pools[side]);

		if (n != 0)
			sim_fail(sim, "side %u: %u mbufs are left", side, n);
	}
}

static void
simulate(uint64_t seed, bool trace, struct rte_mempool *const pools[SIM_SIDES])
{
	struct sim *sim = calloc(1, sizeof(*sim));
	struct wire_config wire = { 0 };

	if (sim == NULL)
		exit(1);
	sim->seed = seed;
	sim->random.state = pattern_mix(seed);
	memcpy(sim->pools, pools, sizeof(sim->pools));
	wire_init(&sim->wire, &wire, random_next(&sim->random), pools, SIM_SIDES);
	sim_plan(sim, &sim->wire.config);
	if (trace) {
		sim->wire.watch = trace_frame;
		sim->wire.watcher = sim;
	}
	create_stacks(sim);
	run(sim);
	check_accounts(sim);
	check_pools(sim);
	if (trace)
		printf("sent %" PRIu64 ", lost %" PRIu64 ", twice %" PRIu64 ", late %" PRIu64
		       ", corrupted %" PRIu64 "\n",
				sim->wire.count.sent, sim->wire.count.lost,
				sim->wire.count.duplicated, sim->wire.reordered,
				sim->wire.corrupted);
	for (unsigned int side = 0; side < SIM_SIDES; side++)
		estab_stack_destroy(sim->stacks[side]);
	wire_fini(&sim->wire);
	free(sim);
}

static uint64_t
number(const char *option, const char *text)
{
	char *rest;
	const uint64_t value = text == NULL ? 0 : strtoull(text, &rest, 10);

	if (text == NULL || *text == '\0' || *rest != '\0') {
		fprintf(stderr, "%s: %s needs a number\n", program, option);
		exit(2);
	}
	return value;
}

int
main(int argc, char **argv)
{
	struct rte_mempool *pools[SIM_SIDES];
	uint64_t from = 1, count = 200;
	bool trace = false;

	program = argv[0];
	for (int i = 1; i < argc; i += 2) {
		if (strcmp(argv[i], "--seed") == 0) {
			from = number(argv[i], argv[i + 1]);
			count = 1;
			trace = true;
		} else if (strcmp(argv[i], "--from") == 0) {
			from = number(argv[i], argv[i + 1]);
		} else if (strcmp(argv[i], "--count") == 0) {
			count = number(argv[i], argv[i + 1]);
		} else {
			fprintf(stderr, "usage: %s [--seed N] [--from N] [--count N]\n", program);
			return 2;
		}
	}
	if (eal_start(NULL) != 0)
		return 1;
	pools[0] = malloc_mempool_create("left", MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	pools[1] = malloc_mempool_create("right", MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	if (pools[0] == NULL || pools[1] == NULL)
		return 1;
	for (uint64_t seed = from; seed < from + count; seed++)
		simulate(seed, trace, pools);
	printf("%" PRIu64 " simulations from seed %" PRIu64 " on\n", count, from);
	for (unsigned int side = 0; side < SIM_SIDES; side++)
		malloc_mempool_destroy(pools[side]);
	eal_stop(NULL);
	return 0;
}
