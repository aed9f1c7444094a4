/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The course of a simulation: time jumps to whatever is due next, frames arrive, stacks and
 * applications have their turn, troubles happen, and after each step everything is checked.
 */
#include <stdio.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include <estab/stats.h>

#include "plan.h"
#include "sim.h"
#include "stack.h"

enum { TURNS_WITHOUT_TIME = 400000 }; /* more is a loop */

/*
 * Of virtual time. Where a third of all frames is lost on both ways, and Karn's rule allows few samples for want
 * of timestamps, 200 KB take three hours.
 */
#define LIMIT_NS (UINT64_C(60000) * S)

void
sim_stack_begin(struct sim *sim, unsigned int number)
{
	struct side *side = &sim->sides[number];
	struct random r = sim_stream(sim, "listen", number);
	const struct estab_listen_config listen = { .local.port = SIM_SERVER_PORT,
		.backlog = sim_has(sim, SIM_LIMITS) ? (uint32_t)ONE_OF(&r, 1, 4, 128) : 0 };
	const char *why = "";

	if (estab_stack_config_check(&side->config, &why) != 0)
		sim_fail(sim, "configuration: %s", why);
	side->stack = estab_stack_create(&side->config);
	if (side->stack == NULL)
		sim_fail(sim, "estab_stack_create: %s", rte_strerror(rte_errno));
	side->stack->tcp.predicts = !sim->order->unpredicted;
	if (estab_listen(side->stack, &listen, &side->listener) != 0)
		sim_fail(sim, "estab_listen");
	side->sent_before = sim_packets_sent(sim, number);
	side->delivered_before = sim->wire.ends[number].delivered;
}

uint64_t
sim_packets_sent(const struct sim *sim, unsigned int number)
{
	const struct side *side = &sim->sides[number];

	return side->port == &side->cutting.port ? side->cutting.packets
						 : sim->wire.ends[number].sent;
}

void
sim_stack_end(struct sim *sim, unsigned int number)
{
	check_accounts(sim, number);
	estab_stack_destroy(sim->sides[number].stack);
	sim->sides[number].stack = NULL;
}

static bool
stacks_are_empty(const struct sim *sim)
{
	struct estab_stats stats;

	for (unsigned int side = 0; side < sim->side_count; side++) {
		estab_stack_stats(sim->sides[side].stack, &stats);
		if (stats.connections_open + stats.connections_half_open +
						stats.connections_time_wait >
				0)
			return false;
	}
	return wire_next(&sim->wire) == UINT64_MAX;
}

/* Who is still there, for the complaint that something is. */
static void
tell_talker(const struct talker *talker)
{
	struct estab_conn_info info = { .state = talker->begun ? "given up" : "not begun" };

	if (talker->conn != NULL)
		estab_conn_status(talker->conn, &info);
	fprintf(stderr,
			"conversation %u side %u: %s, sent %lu of %lu, received %lu%s%s%s%s, "
			"%u queued, %u in flight, window %u\n",
			talker->conversation->number, talker->side, info.state,
			(unsigned long)talker->sent, (unsigned long)talker->to_send,
			(unsigned long)talker->received, talker->can_read ? ", can read" : "",
			talker->can_write ? ", can write" : "", talker->shut ? ", shut" : "",
			talker->at_end ? ", at the end" : "", info.send_queued,
			info.snd_nxt - info.snd_una, info.snd_wnd);
}

static void
tell_what_is_left(const struct sim *sim)
{
	struct estab_stats stats;

	for (unsigned int i = 0; i < SIM_TALKERS * sim->conversation_count; i++) {
		const struct conversation *conversation = &sim->conversations[i / SIM_TALKERS];

		if (!conversation->left_out && !conversation->talkers[i % SIM_TALKERS].over)
			tell_talker(&conversation->talkers[i % SIM_TALKERS]);
	}
	for (unsigned int side = 0; side < sim->side_count; side++) {
		estab_stack_stats(sim->sides[side].stack, &stats);
		fprintf(stderr, "side %u: %lu connections, %lu half-open, %lu in TIME-WAIT\n", side,
				(unsigned long)stats.connections_open,
				(unsigned long)stats.connections_half_open,
				(unsigned long)stats.connections_time_wait);
	}
}

static uint64_t
next_time(const struct sim *sim)
{
	uint64_t next_ns = RTE_MIN(wire_next(&sim->wire), talk_next(sim));

	next_ns = RTE_MIN(next_ns, RTE_MIN(trouble_next(sim), hostile_next(sim)));
	for (unsigned int side = 0; side < sim->side_count; side++)
		next_ns = RTE_MIN(next_ns, estab_stack_deadline(sim->sides[side].stack));
	return next_ns;
}

/* Something is due, if only a packet that waits for the port or for its next hop's address. */
static bool
mbufs_may_come_home(const struct sim *sim)
{
	for (unsigned int side = 0; side < sim->side_count; side++) {
		if (rte_mempool_in_use_count(sim->sides[side].pool) > 0 &&
				estab_stack_deadline(sim->sides[side].stack) != UINT64_MAX)
			return true;
	}
	return false;
}

/* The first half of a turn, of a stack with a port or without one. */
static void
first_half(const struct sim *sim, const struct side *side, const struct estab_port *port)
{
	struct rte_mbuf *packets[32];
	uint16_t n;

	if (side->bare) {
		n = port->rx_burst(port->context, packets, RTE_DIM(packets));
		estab_stack_receive_burst(side->stack, packets, n, sim->now_ns);
	} else {
		estab_stack_receive(side->stack, sim->now_ns);
	}
}

/* The application has no room to keep packets: it insists until the port has taken all. */
static void
second_half(const struct sim *sim, const struct side *side, const struct estab_port *port)
{
	struct rte_mbuf *packets[32];
	uint16_t n, done = 0;

	if (!side->bare) {
		estab_stack_transmit(side->stack, sim->now_ns);
		return;
	}
	n = estab_stack_transmit_burst(side->stack, packets, RTE_DIM(packets), sim->now_ns);
	while (done < n)
		done = (uint16_t)(done +
				port->tx_burst(port->context, packets + done,
						(uint16_t)(n - done)));
}

static void
drain(const struct sim *sim, const struct side *side, const struct estab_port *port)
{
	if (side->bare)
		first_half(sim, side, port);
	estab_stack_drain(side->stack, sim->now_ns);
	if (side->bare)
		second_half(sim, side, port);
}

/* Whole turns, or halves of them with the application's in between. */
static void
turn_stacks_and_applications(struct sim *sim)
{
	for (unsigned int i = 0; i < sim->side_count; i++) {
		const struct side *side = &sim->sides[i];
		const struct estab_port *port = side->port;

		if (side->drained) {
			drain(sim, side, port);
			continue;
		}
		first_half(sim, side, port);
		if (!sim->half_turns)
			second_half(sim, side, port);
	}
	check_stacks(sim);
	talk_turn(sim);
	check_stacks(sim);
	for (unsigned int i = 0; i < sim->side_count; i++) {
		if (sim->half_turns && !sim->sides[i].drained)
			second_half(sim, &sim->sides[i], sim->sides[i].port);
	}
	check_stacks(sim);
}

static void
turn(struct sim *sim)
{
	wire_advance(&sim->wire, sim->now_ns);
	trouble_turn(sim);
	hostile_turn(sim);
	turn_stacks_and_applications(sim);
}

static void
turns(struct sim *sim)
{
	const uint64_t limit_ns = sim->now_ns + LIMIT_NS;
	unsigned int still = 0;

	while (!talk_is_over(sim) || !stacks_are_empty(sim) || mbufs_may_come_home(sim)) {
		const uint64_t next_ns = next_time(sim);

		still = next_ns > sim->now_ns ? 0 : still + 1;
		if (still > TURNS_WITHOUT_TIME || next_ns > limit_ns) {
			tell_what_is_left(sim);
			sim_fail(sim,
					next_ns > limit_ns
							? "not everything has ended"
							: "turn follows turn and no time passes");
		}
		sim->now_ns = RTE_MAX(sim->now_ns, next_ns);
		if (sim->order->digest != NULL)
			trace_digest(sim, 0, NULL, 0, NULL);
		turn(sim);
	}
}

void
sim_run(const struct sim_order *order, struct rte_mempool *const pools[SIM_POOLS])
{
	struct sim *sim = calloc(1, sizeof(*sim));
	struct random r;

	if (sim == NULL)
		exit(1);
	sim->order = order;
	sim->seed = order->seed;
	sim->trace = order->trace;
	r = sim_stream(sim, "world", 0);
	sim->side_count = (unsigned int)ONE_OF(&r, 2, 2, 3, SIM_STACKS);
	for (unsigned int i = 0; i < sim->side_count; i++) {
		sim->sides[i].pool = pools[i];
		sim->sides[i].dry_until_ns = 0;
		sim->sides[i].down_until_ns = sim->sides[i].hoard.until_ns = UINT64_MAX;
	}
	wire_init(&sim->wire, &(struct wire_config){ 0 }, random_next(&r), pools, sim->side_count);
	for (unsigned int i = 0; i < sim->side_count; i++)
		cutting_port_init(&sim->sides[i].cutting, &sim->wire.ends[i].port,
				pools[SIM_STACKS]);
	sim->wire.watcher = sim;
	sim->wire.watch = order->trace ? trace_frame : order->digest != NULL ? trace_digest : NULL;
	sim_plan(sim);
	for (unsigned int i = 0; i < sim->side_count; i++)
		sim_stack_begin(sim, i);
	turns(sim);
	trouble_end(sim);
	check_end(sim);
	trace_summary(sim);
	for (unsigned int i = 0; i < sim->side_count; i++)
		sim_stack_end(sim, i);
	wire_fini(&sim->wire);
	free(sim);
}
