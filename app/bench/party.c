/* SPDX-License-Identifier: BSD-3-Clause */
#include "party.h"

#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>

#include <estab/stack.h>

#include "stats_print.h"

static uint16_t
metered_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct metered_port *port = context;
	const uint16_t got = port_layer_receive(&port->layer, packets, n);

	port->moved += got;
	return got;
}

static uint16_t
metered_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct metered_port *port = context;
	const uint16_t taken = port_layer_send(&port->layer, packets, n);

	port->moved += taken;
	return taken;
}

void
party_meter(struct party *party, struct estab_port *port)
{
	party->port.moved = 0;
	port_layer_put(&party->port.layer, port, metered_rx_burst, metered_tx_burst);
}

void
party_count(const struct party *party, const struct clock *clock, struct party_numbers *numbers)
{
	memset(numbers, 0, sizeof(*numbers));
	numbers->now_ns = clock_now(clock);
	numbers->cycles_busy = party->cycles_busy;
	numbers->cycles = rte_rdtsc() - party->cycles_begin;
	estab_stack_stats(party->stack, &numbers->stats);
	party->count(party, numbers);
}

void
party_tell(struct party *party, const struct clock *clock)
{
	party_count(party, clock, &party->now);
	if (party->note != NULL)
		party->note(party);
}

void
party_numbers_add(struct party_numbers *sum, const struct party_numbers *numbers)
{
	sum->now_ns = RTE_MAX(sum->now_ns, numbers->now_ns);
	sum->done += numbers->done;
	sum->errors += numbers->errors;
	sum->open += numbers->open;
	sum->transactions += numbers->transactions;
	sum->bytes_to_server += numbers->bytes_to_server;
	sum->bytes_from_server += numbers->bytes_from_server;
	sum->cycles_busy += numbers->cycles_busy;
	sum->cycles += numbers->cycles;
	flood_count_add(&sum->flood, &numbers->flood);
	stats_add(&sum->stats, &numbers->stats);
}

uint64_t
party_turn(struct party *party, const struct clock *clock)
{
	const uint64_t start = rte_rdtsc();
	const uint64_t now_ns = clock_at(clock, start);
	const uint64_t moved = party->port.moved;

	key_change_turn(&party->key_change, &party->options.stack.keys, party->stack, now_ns);
	estab_stack_receive(party->stack, now_ns);
	party->worked = party->work(party, now_ns);
	estab_stack_transmit(party->stack, now_ns);
	party->worked |= party->port.moved != moved;
	if (party->worked)
		party->cycles_busy += rte_rdtsc() - start;
	if (mailbox_is_asked(&party->mailbox)) {
		party_tell(party, clock);
		mailbox_answer(&party->mailbox);
	}
	return now_ns;
}
