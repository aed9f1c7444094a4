/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What happens in a simulation: everything is drawn from its seed, and mild and harsh worlds are
 * about equally likely.
 */
#include "sim.h"

#include <string.h>

#define MS UINT64_C(1000000)
#define S  UINT64_C(1000000000)

static uint64_t
one_of(struct random *random, const uint64_t *values, size_t n)
{
	return values[random_below(random, n)];
}

#define ONE_OF(random, ...)                                                                        \
	one_of(random, (const uint64_t[]){ __VA_ARGS__ },                                          \
			sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t))

static void
plan_wire(struct sim *sim, struct wire_config *wire)
{
	struct random *r = &sim->random;

	wire->delay_ns = ONE_OF(r, 0, 10000, MS, 20 * MS, 100 * MS);
	wire->jitter_ns = random_below(r, wire->delay_ns + 1);
	wire->loss = (uint32_t)ONE_OF(r, 0, 0, 1000, 10000, 50000, 100000, 200000, 300000);
	wire->duplication = (uint32_t)ONE_OF(r, 0, 0, 10000, 100000);
	wire->reordering = (uint32_t)ONE_OF(r, 0, 0, 10000, 100000, 300000);
	wire->reorder_ns = 2 * wire->delay_ns + MS;
	wire->corruption = (uint32_t)ONE_OF(r, 0, 0, 1000, 20000);
	wire->tx_refusal = (uint32_t)ONE_OF(r, 0, 0, 50000);
	sim->loses = wire->loss + wire->corruption > 0;
}

static void
plan_interface(struct estab_interface *interface, unsigned int side)
{
	static const char *const addresses[SIM_SIDES][2] = {
		{ "192.0.2.1", "2001:db8::1" },
		{ "192.0.2.2", "2001:db8::2" },
	};

	memcpy(interface->mac, (uint8_t[]){ 2, 0, 0, 0, 0, (uint8_t)(1 + side) }, 6);
	interface->address_count = 2;
	for (unsigned int i = 0; i < 2; i++) {
		estab_address_parse(addresses[side][i], &interface->addresses[i].address);
		interface->addresses[i].prefix_length = i == 0 ? 24 : 64;
	}
}

/* Give-up limits are far out: a lossy wire may not end a connection that both sides want. */
static void
plan_tcp(struct sim *sim, struct estab_tcp_config *tcp)
{
	struct random *r = &sim->random;

	tcp->syn_cookies = (enum estab_syn_cookies)random_below(r, 3);
	tcp->receive_buffer_bytes = (uint32_t)ONE_OF(r, 2048, 10000, 65535, 262144);
	tcp->send_buffer_bytes = (uint32_t)ONE_OF(r, 1000, 10000, 65535, 262144);
	tcp->reassembly_segments = (uint16_t)ONE_OF(r, 1, 8, 128);
	tcp->delayed_ack_ns = ONE_OF(r, MS, 40 * MS, 200 * MS);
	tcp->rto_max_ns = 60 * S;
	tcp->no_timestamps = random_chance(r, 300000);
	tcp->no_window_scale = random_chance(r, 300000);
	tcp->no_sack = random_chance(r, 300000);
	tcp->r2_retransmissions = 60;
	tcp->syn_retransmissions = 60;
	tcp->syn_ack_retransmissions = 7;
}

static void
plan_stack(struct sim *sim, unsigned int side, uint16_t mtu)
{
	struct estab_stack_config *config = &sim->configs[side];

	estab_stack_config_init(config);
	config->name = side == 0 ? "sim_left" : "sim_right";
	config->socket_id = -1;
	config->mbuf_pool = sim->pools[side];
	config->port = &sim->wire.ends[side].port;
	config->burst = (uint16_t)ONE_OF(&sim->random, 1, 4, 64);
	for (unsigned int i = 0; i < sizeof(config->secret); i++)
		config->secret[i] = (uint8_t)random_next(&sim->random);
	plan_interface(&config->interface, side);
	config->interface.mtu = mtu;
	config->limits = (struct estab_stack_limits){ .connections = 64,
		.syn_records = (uint32_t)ONE_OF(&sim->random, 1, 4, 64),
		.time_waits = 64,
		.listeners = 4,
		.neighbours = 8,
		.reassemblies = (uint32_t)ONE_OF(&sim->random, 1, 64) };
	plan_tcp(sim, &config->tcp);
	sim->cookies |= config->tcp.syn_cookies == ESTAB_SYN_COOKIES_ALWAYS ||
			(config->tcp.syn_cookies == ESTAB_SYN_COOKIES_AUTO &&
					config->limits.syn_records < SIM_CONVERSATIONS);
}

static void
plan_talker(struct conversation *conversation, unsigned int i, unsigned int side)
{
	struct sim *sim = conversation->sim;
	struct random *r = &sim->random;
	struct talker *talker = &conversation->talkers[i];

	talker->conversation = conversation;
	talker->side = side;
	talker->key = random_next(r);
	talker->to_send = random_below(r, ONE_OF(r, 1, 100, 10000, 100000, 200000));
	talker->order = random_chance(r, 300000) ? TALK_END_AFTER_THE_PEER : TALK_END_WHEN_SENT;
	talker->think_ns = ONE_OF(r, 0, 0, MS, 50 * MS, 2 * S);
	talker->abort_at = UINT64_MAX;
	talker->next_ns = conversation->begin_ns;
}

/* Both may not wait for each other's end, and a silent client may wait for a lost handshake. */
static void
plan_orders(struct conversation *conversation)
{
	struct talker *client = &conversation->talkers[0];
	struct talker *server = &conversation->talkers[1];

	if (client->order == TALK_END_AFTER_THE_PEER) {
		server->order = TALK_END_WHEN_SENT;
		if (client->to_send == 0)
			client->to_send = 1;
	}
}

static void
plan_conversation(struct sim *sim, unsigned int number)
{
	struct conversation *conversation = &sim->conversations[number];
	struct random *r = &sim->random;
	const unsigned int client_side = (unsigned int)random_below(r, SIM_SIDES);

	conversation->sim = sim;
	conversation->number = number;
	conversation->family = random_chance(r, 500000) ? ESTAB_FAMILY_IPV4 : ESTAB_FAMILY_IPV6;
	conversation->simultaneous = random_chance(r, 100000);
	conversation->begin_ns = sim->now_ns + random_below(r, ONE_OF(r, 1, 100 * MS, 5 * S));
	conversation->aborted_ns = UINT64_MAX;
	plan_talker(conversation, 0, client_side);
	plan_talker(conversation, 1, 1 - client_side);
	plan_orders(conversation);
	conversation->rude = random_chance(r, 150000);
	if (conversation->rude) {
		struct talker *talker = &conversation->talkers[random_below(r, SIM_SIDES)];

		talker->abort_at = random_below(r, ONE_OF(r, 1, 1000, 100000));
		talker->abort_by_close = random_chance(r, 500000);
	}
}

void
sim_plan(struct sim *sim, struct wire_config *wire)
{
	struct random *r = &sim->random;
	const uint16_t mtu = (uint16_t)ONE_OF(r, 1500, 1500, 1280, 1400);

	sim->now_ns = random_below(r, ONE_OF(r, 1, S, 1000000 * S));
	plan_wire(sim, wire);
	for (unsigned int side = 0; side < SIM_SIDES; side++)
		plan_stack(sim, side, mtu);
	if (sim->cookies && wire->loss > 50000)
		wire->loss = 50000; /* a cookie lives for a minute or two */
	sim->conversation_count = 1 + (unsigned int)random_below(r, SIM_CONVERSATIONS);
	for (unsigned int i = 0; i < sim->conversation_count; i++)
		plan_conversation(sim, i);
}
