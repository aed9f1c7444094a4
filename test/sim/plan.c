/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The world of a simulation: which troubles there are, the wire, the stacks, and where time begins.
 * Everything is drawn whether it is used or not, so that leaving one trouble out changes no other.
 */
#include <stdio.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_common.h>

#include "base/siphash.h"
#include "plan.h"
#include "sim.h"
#include "tcp/open/isn.h"

struct random
sim_stream(const struct sim *sim, const char *purpose, unsigned int number)
{
	struct random random = { .state = pattern_mix(sim->seed) + number };

	for (const char *c = purpose; *c != '\0'; c++)
		random.state = pattern_mix(random.state + (uint8_t)*c);
	return random;
}

static void
plan_troubles(struct sim *sim)
{
	static const uint32_t chances[] = {
#define CHANCE(name, text, chance, what) chance,
		SIM_TROUBLES(CHANCE)
#undef CHANCE
	};

	for (unsigned int i = 0; i < SIM_TROUBLE_COUNT; i++) {
		struct random random = sim_stream(sim, "trouble", i);

		if (random_chance(&random, chances[i]))
			sim->troubles |= UINT64_C(1) << i;
	}
	sim->troubles &= ~sim->order->without;
}

/* Cookies forgive little: they live for a minute or two, and keep nothing that is lost. */
static void
plan_loss(const struct sim *sim, struct wire_config *wire, struct random *r)
{
	const uint32_t most = sim_has(sim, SIM_COOKIES) || sim_has(sim, SIM_LIMITS) ||
					sim_has(sim, SIM_FLOOD)
			? 50000
			: 300000;

	wire->loss = (uint32_t)ONE_OF(r, 1000, 10000, 50000, 100000, 200000, 300000);
	wire->loss = sim_has(sim, SIM_LOSS) ? RTE_MIN(wire->loss, most) : 0;
	wire->burst_begin = (uint32_t)ONE_OF(r, 500, 2000, 10000);
	wire->burst_end = (uint32_t)ONE_OF(r, 50000, 200000, 500000);
	wire->burst_loss = (uint32_t)ONE_OF(r, 300000, 800000, 1000000);
	if (!sim_has(sim, SIM_BURSTS))
		wire->burst_begin = 0;
}

static void
plan_disorder(const struct sim *sim, struct wire_config *wire, struct random *r)
{
	/*
	 * No wire takes no time. RACK tells what was sent again from what was sent before by the microsecond; where
	 * answers came in the same, and the receiver had no memory until time went on, it did not.
	 */
	wire->delay_ns = ONE_OF(r, 1000, 10000, MS, 20 * MS, 100 * MS);
	wire->jitter_ns = random_below(r, wire->delay_ns + 1);
	wire->duplication = (uint32_t)ONE_OF(r, 1000, 10000, 100000);
	wire->reordering = (uint32_t)ONE_OF(r, 1000, 10000, 100000, 300000);
	wire->reorder_ns = 2 * wire->delay_ns + MS;
	if (!sim_has(sim, SIM_JITTER))
		wire->jitter_ns = 0;
	if (!sim_has(sim, SIM_DUPLICATION))
		wire->duplication = 0;
	if (!sim_has(sim, SIM_REORDERING))
		wire->reordering = 0;
}

static void
plan_damage(const struct sim *sim, struct wire_config *wire, struct random *r)
{
	wire->corruption = (uint32_t)ONE_OF(r, 1000, 20000, 50000);
	wire->truncation = (uint32_t)ONE_OF(r, 1000, 20000);
	if (!sim_has(sim, SIM_CORRUPTION))
		wire->corruption = 0;
	if (!sim_has(sim, SIM_TRUNCATION))
		wire->truncation = 0;
	wire->pads = sim_has(sim, SIM_PADDING);
}

static void
plan_link(const struct sim *sim, struct wire_config *wire, struct random *r)
{
	wire->rate_bps = ONE_OF(r, 1000000, 10000000, 100000000);
	wire->queue_bytes = (uint32_t)ONE_OF(r, 5000, 20000, 100000);
	wire->mark_bytes = (uint32_t)ONE_OF(r, 0, wire->queue_bytes / 4, wire->queue_bytes / 2);
	if (!sim_has(sim, SIM_RATE))
		wire->rate_bps = 0;
	wire->tx_refusal = (uint32_t)ONE_OF(r, 10000, 50000, 300000);
	if (!sim_has(sim, SIM_REFUSAL))
		wire->tx_refusal = 0;
	wire->mtu = (uint16_t)ONE_OF(r, 1280, 1300, 1400);
	if (!sim_has(sim, SIM_PATH_MTU))
		wire->mtu = 0;
	wire->scatter = sim_has(sim, SIM_SCATTER) ? 300000 : 0;
	if (sim_has(sim, SIM_OFFLOADS))
		wire->tx_refusal =
				0; /* a cut that is taken in part is nothing that a port can take */
}

static void
plan_wire(struct sim *sim)
{
	struct wire_config *wire = &sim->wire.config;
	struct random r = sim_stream(sim, "wire", 0);

	plan_loss(sim, wire, &r);
	plan_disorder(sim, wire, &r);
	plan_damage(sim, wire, &r);
	plan_link(sim, wire, &r);
	if (sim_has(sim, SIM_PATH_MTU) && random_chance(&r, 700000))
		sim->wire.too_big = hostile_too_big;
}

static void
plan_interface(struct estab_interface *interface, unsigned int side)
{
	char text[2][24];

	snprintf(text[0], sizeof(text[0]), "192.0.2.%u", side + 1);
	snprintf(text[1], sizeof(text[1]), "2001:db8::%u", side + 1);
	wire_mac(side, interface->mac);
	interface->address_count = 2;
	for (unsigned int i = 0; i < 2; i++) {
		estab_address_parse(text[i], &interface->addresses[i].address);
		interface->addresses[i].prefix_length = i == 0 ? 24 : 64;
	}
}

static void
plan_limits(const struct sim *sim, struct estab_stack_limits *limits, struct random *r)
{
	*limits = (struct estab_stack_limits){ .connections = 64,
		.syn_records = 64,
		.time_waits = 64,
		.listeners = 4,
		.neighbours = 8,
		.reassemblies = 64,
		.recoveries = 64,
		.customized_connections = 64 };
	if (!sim_has(sim, SIM_LIMITS))
		return;
	limits->connections = (uint32_t)ONE_OF(r, 4, 16, 64);
	limits->syn_records = (uint32_t)ONE_OF(r, 1, 4, 64);
	limits->time_waits = (uint32_t)ONE_OF(r, 1, 4, 64);
	limits->reassemblies = (uint32_t)ONE_OF(r, 1, 64);
	limits->recoveries = limits->reassemblies;
	limits->customized_connections = (uint32_t)ONE_OF(r, 1, 64);
	limits->paced_connections = (uint32_t)ONE_OF(r, 1, 64);
	limits->active_connections = (uint32_t)ONE_OF(r, 2, 8, 64);
}

/* Policies, each of which must serve. */
static void
plan_policies(const struct sim *sim, struct estab_tcp_config *tcp, struct random *r)
{
	if (sim_has(sim, SIM_COOKIES))
		tcp->syn_cookies = (enum estab_syn_cookies)random_below(r, 3);
	tcp->delayed_ack_ns = ONE_OF(r, MS, 40 * MS, 200 * MS);
	tcp->quick_acks = (uint8_t)ONE_OF(r, 0, 0, 16);
	tcp->push_segments = random_chance(r, 300000) ? 2 : 0;
	tcp->push_half_window = random_chance(r, 300000);
	tcp->cubic_from_cwnd = random_chance(r, 300000);
	tcp->rack_rtt_of_highest = random_chance(r, 300000);
	tcp->window_every_ack = random_chance(r, 300000);
	tcp->window_is_room = random_chance(r, 200000);
	tcp->window_scale_min = (uint8_t)ONE_OF(r, 0, 0, 7, 14);
	while (tcp->receive_buffer_bytes >> tcp->window_scale_min < 4)
		tcp->window_scale_min--;
	tcp->option_order = (enum estab_option_order)random_below(r, 2);
	tcp->initial_window = (uint8_t)ONE_OF(r, 0, 1, 4, 10);
	tcp->congestion = (enum estab_congestion)random_below(r, 4);
	tcp->ecn = (enum estab_ecn)random_below(r, 3);
	if (tcp->congestion == ESTAB_CONGESTION_DCTCP && tcp->ecn == ESTAB_ECN_OFF)
		tcp->ecn = ESTAB_ECN_ASK; /* it has nothing to go by else */
	tcp->pacing = random_chance(r, 300000);
	tcp->no_timestamps = random_chance(r, 400000) && sim_has(sim, SIM_OPTIONS);
	tcp->no_window_scale = random_chance(r, 400000) && sim_has(sim, SIM_OPTIONS);
	tcp->no_sack = random_chance(r, 400000) && sim_has(sim, SIM_OPTIONS);
	tcp->idle_keeps_cwnd = random_chance(r, 300000);
}

/* Those of which most have one. */
static void
plan_rare_policies(const struct sim *sim, struct estab_tcp_config *tcp, struct random *r)
{
	const struct estab_tcp_config before = *tcp;

	tcp->rto_min_ns = ONE_OF(r, 10 * MS, 200 * MS, S);
	tcp->rto_initial_ns = ONE_OF(r, S, 3 * S);
	tcp->rto_min_is_slack = random_chance(r, 500000);
	tcp->no_tail_probe = random_chance(r, 300000);
	tcp->rst_with_ack = random_chance(r, 500000);
	tcp->abc_limit = (uint8_t)ONE_OF(r, 0, 1, 8, 255);
	tcp->r1_retransmissions = (uint8_t)ONE_OF(r, 1, 3, 10);
	tcp->cork_ns = ONE_OF(r, MS, 200 * MS, S);
	tcp->fin_wait_2_ns = ONE_OF(r, 60 * S, 600 * S);
	tcp->time_wait_ns = ONE_OF(r, S, 60 * S, 240 * S);
	tcp->receive_buffer_max_bytes = (uint32_t)ONE_OF(r, 0, 2048, 100000);
	tcp->cookie_grace_ns = ONE_OF(r, 15 * S, 60 * S);
	tcp->no_tso = random_chance(r, 300000);
	if (!sim_has(sim, SIM_POLICIES))
		*tcp = before;
}

/* Give-up limits are far out: a lossy wire may not end a connection that both sides want. */
static void
plan_tcp(const struct sim *sim, struct estab_tcp_config *tcp, struct random *r)
{
	tcp->receive_buffer_bytes = (uint32_t)ONE_OF(r, 2048, 10000, 65535, 262144);
	tcp->send_buffer_bytes = (uint32_t)ONE_OF(r, 1000, 10000, 65535, 262144);
	tcp->reassembly_segments = (uint16_t)ONE_OF(r, 1, 8, 128);
	tcp->rto_max_ns = 60 * S;
	tcp->r2_retransmissions = 60;
	tcp->syn_retransmissions = 60;
	tcp->syn_ack_retransmissions = 7;
	plan_policies(sim, tcp, r);
}

/* What is left to all but who reads and is alone. */
static void
plan_memory(const struct sim *sim, struct estab_stack_limits *limits, struct random *r)
{
	const struct estab_stack_limits before = *limits;

	limits->receive_memory_bytes = ONE_OF(r, 20000, 100000, 1000000);
	limits->send_memory_bytes = ONE_OF(r, 20000, 100000, 1000000);
	limits->mbufs_reserved = (uint32_t)ONE_OF(r, 16, 200, 1000);
	limits->syn_text_bytes = (uint32_t)ONE_OF(r, 1, 10000);
	if (!sim_has(sim, SIM_MEMORY))
		*limits = before;
}

static void
plan_port(struct sim *sim, struct side *side, unsigned int number, struct random *r)
{
	struct estab_port *cutting = &side->cutting.port;

	side->port = sim_has(sim, SIM_OFFLOADS) ? cutting : &sim->wire.ends[number].port;
	if (random_chance(r, 300000))
		cutting->offloads &= ~(uint32_t)ESTAB_PORT_TX_TCP_SEGMENTATION;
	side->config.port = side->bare ? NULL : side->port;
	side->config.port_offloads = side->port->offloads;
}

static void
plan_stack(struct sim *sim, unsigned int number, uint16_t mtu)
{
	struct side *side = &sim->sides[number];
	struct estab_stack_config *config = &side->config;
	struct random r = sim_stream(sim, "stack", number);
	struct random more = sim_stream(sim, "more of a stack", number);

	estab_stack_config_init(config);
	snprintf(side->name, sizeof(side->name), "sim_%u", number);
	config->name = side->name;
	config->socket_id = -1;
	config->mbuf_pool = side->pool;
	side->bare = random_chance(&r, 500000) && sim_has(sim, SIM_BARE);
	plan_port(sim, side, number, &more);
	config->burst = (uint16_t)ONE_OF(&r, 1, 4, 64);
	for (unsigned int i = 0; i < sizeof(config->secret); i++)
		config->secret[i] = (uint8_t)random_next(&r);
	plan_interface(&config->interface, number);
	config->interface.mtu = mtu;
	plan_tcp(sim, &config->tcp, &r);
	plan_limits(sim, &config->limits, &r);
	plan_rare_policies(sim, &config->tcp, &more);
	plan_memory(sim, &config->limits, &more);
	side->accept_think_ns = ONE_OF(&r, MS, S, 20 * S);
	if (!sim_has(sim, SIM_STALLS))
		side->accept_think_ns = 0;
}

/* The 4-tuple of a conversation, as one side has it. */
static struct path
path_of(const struct sim *sim, const struct conversation *conversation, unsigned int talker)
{
	const unsigned int family = conversation->family == ESTAB_FAMILY_IPV4 ? 0 : 1;
	const uint16_t client = (uint16_t)(SIM_CLIENT_PORT + conversation->number);
	const uint16_t server = conversation->simultaneous ? (uint16_t)(client + SIM_CONVERSATIONS)
							   : SIM_SERVER_PORT;
	const struct side *here = &sim->sides[conversation->talkers[talker].side];
	const struct side *there = &sim->sides[conversation->talkers[1 - talker].side];
	struct path path = { .family = conversation->family,
		.local_port = rte_cpu_to_be_16(talker == 0 ? client : server),
		.remote_port = rte_cpu_to_be_16(talker == 0 ? server : client) };

	path_address_import(&here->config.interface.addresses[family].address, &path.local);
	path_address_import(&there->config.interface.addresses[family].address, &path.remote);
	return path;
}

/*
 * When time has to begin for one of the first conversation's numbers to pass 2^31 or 2^32 in its
 * course: the clock is part of it (RFC 9293 3.4.1, RFC 7323 5.4).
 */
static uint64_t
origin_near_wrap(const struct sim *sim, struct random *r)
{
	const struct conversation *conversation = &sim->conversations[0];
	const unsigned int talker = (unsigned int)random_below(r, SIM_TALKERS);
	const struct path path = path_of(sim, conversation, talker);
	const struct side *side = &sim->sides[conversation->talkers[talker].side];
	const uint64_t to_send = conversation->talkers[talker].to_send;
	const uint32_t wrap = random_chance(r, 500000) ? UINT32_C(1) << 31 : 0;
	const bool is_timestamp = random_chance(r, 250000);
	const uint32_t target = wrap - (uint32_t)random_below(r, is_timestamp ? 3000 : to_send + 3);
	struct siphash_key secret, key;

	siphash_key_init(&secret, side->config.secret);
	siphash_derive(&secret, is_timestamp ? "flow table" : "path", &key);
	if (is_timestamp)
		return (uint64_t)(target - timestamp_offset_choose(&key, &path)) * MS;
	return (uint64_t)(target - isn_choose(&key, &path, conversation->begin_ns)) * ISN_CLOCK_NS;
}

static void
plan_origin(struct sim *sim)
{
	struct random r = sim_stream(sim, "origin", 0);
	const uint64_t anywhere = random_below(&r, ONE_OF(&r, 1, S, 1000000 * S));

	sim->now_ns = sim_has(sim, SIM_NUMBERS) ? origin_near_wrap(sim, &r) : anywhere;
	for (unsigned int i = 0; i < sim->conversation_count; i++) {
		struct conversation *conversation = &sim->conversations[i];

		conversation->begin_ns += sim->now_ns;
		for (unsigned int k = 0; k < SIM_TALKERS; k++)
			conversation->talkers[k].next_ns = conversation->begin_ns;
	}
}

void
sim_plan(struct sim *sim)
{
	struct random r = sim_stream(sim, "sim", 0);
	const uint16_t mtu = (uint16_t)ONE_OF(&r, 1500, 1500, 1280, 1400);

	plan_troubles(sim);
	sim->half_turns = random_chance(&r, 500000);
	sim->accept_random = sim_stream(sim, "accept", 0);
	plan_wire(sim);
	for (unsigned int side = 0; side < sim->side_count; side++)
		plan_stack(sim, side, mtu);
	sim_plan_conversations(sim);
	plan_origin(sim);
	trouble_plan(sim);
	hostile_plan(sim);
}
