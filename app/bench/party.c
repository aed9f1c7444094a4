/* SPDX-License-Identifier: BSD-3-Clause */
#include "party.h"

#include <string.h>

#include <rte_cycles.h>

#include <estab/stack.h>

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
	estab_stack_stats(party->stack, &numbers->stats);
	party->count(party, numbers);
}

uint64_t
party_turn(struct party *party, const struct clock *clock)
{
	const uint64_t start = rte_rdtsc();
	const uint64_t now_ns = clock_at(clock, start);
	const uint64_t moved = party->port.moved;
	bool worked;

	estab_stack_receive(party->stack, now_ns);
	worked = party->work(party, now_ns);
	estab_stack_transmit(party->stack, now_ns);
	if (worked || party->port.moved != moved)
		party->cycles_busy += rte_rdtsc() - start;
	if (mailbox_is_asked(&party->mailbox)) {
		party_count(party, clock, &party->numbers);
		mailbox_answer(&party->mailbox);
	}
	return now_ns;
}
