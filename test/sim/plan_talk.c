/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who talks with whom in a simulation, how much, and with which manners. Times are counted from the
 * beginning of the simulation until plan.c has chosen that.
 */
#include <rte_common.h>

#include "plan.h"
#include "sim.h"

static void
plan_talker(struct conversation *conversation, unsigned int i, unsigned int side)
{
	struct sim *sim = conversation->sim;
	struct talker *talker = &conversation->talkers[i];
	struct random *r = &talker->random;

	*r = sim_stream(sim, "talker", SIM_TALKERS * conversation->number + i);
	talker->conversation = conversation;
	talker->side = side;
	talker->key = random_next(r);
	talker->to_send = random_below(r, ONE_OF(r, 1, 100, 10000, 100000, 200000));
	talker->order = random_chance(r, 300000) ? TALK_END_AFTER_THE_PEER : TALK_END_WHEN_SENT;
	talker->think_ns = ONE_OF(r, 0, 0, MS, 50 * MS, 2 * S);
	talker->abort_at = UINT64_MAX;
	talker->stall_at = random_below(r, ONE_OF(r, 1, 10000, 100000));
	talker->stall_ns = random_below(r, ONE_OF(r, S, 60 * S, 1000 * S));
	if (!sim_has(sim, SIM_STALLS) || random_chance(r, 500000))
		talker->stall_at = UINT64_MAX;
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
plan_rudeness(struct conversation *conversation, struct random *r)
{
	struct talker *talker = &conversation->talkers[random_below(r, SIM_TALKERS)];

	conversation->rude = true;
	talker->abort_at = random_below(r, ONE_OF(r, 1, 1000, 100000));
	talker->abort_by_close = random_chance(r, 500000);
}

static void
plan_conversation(struct sim *sim, unsigned int number)
{
	struct conversation *conversation = &sim->conversations[number];
	struct random r = sim_stream(sim, "conversation", number);
	const unsigned int client = (unsigned int)random_below(&r, sim->side_count);
	const unsigned int away = 1 + (unsigned int)random_below(&r, sim->side_count - 1);

	conversation->sim = sim;
	conversation->number = number;
	conversation->left_out = (sim->order->conversations >> number & 1) == 0;
	conversation->family = random_chance(&r, 500000) ? ESTAB_FAMILY_IPV4 : ESTAB_FAMILY_IPV6;
	conversation->simultaneous = random_chance(&r, 100000);
	conversation->begin_ns = random_below(&r, ONE_OF(&r, 1, 100 * MS, 5 * S));
	conversation->aborted_ns = UINT64_MAX;
	plan_talker(conversation, 0, client);
	plan_talker(conversation, 1, (client + away) % sim->side_count);
	plan_orders(conversation);
	if (sim_has(sim, SIM_RUDENESS) && random_chance(&r, 300000))
		plan_rudeness(conversation, &r);
	if (sim_has(sim, SIM_ENCORES) && !conversation->simultaneous)
		conversation->encores = (uint8_t)ONE_OF(&r, 1, 4, 20);
}

/* Other text, and from the beginning. */
void
sim_plan_encore(struct conversation *conversation)
{
	struct sim *sim = conversation->sim;
	struct random r = sim_stream(sim, "encore",
			UINT8_MAX * conversation->number + conversation->encores--);

	conversation->begin_ns = sim->now_ns + random_below(&r, ONE_OF(&r, 1, 100 * MS, 100 * S));
	for (unsigned int i = 0; i < SIM_TALKERS; i++) {
		const struct talker before = conversation->talkers[i];

		conversation->talkers[i] = (struct talker){ .conversation = conversation,
			.side = before.side,
			.random = before.random,
			.key = random_next(&r),
			.to_send = random_below(&r, ONE_OF(&r, 1, 100, 20000)),
			.abort_at = UINT64_MAX,
			.stall_at = UINT64_MAX,
			.order = before.order,
			.think_ns = before.think_ns,
			.next_ns = conversation->begin_ns };
	}
	plan_orders(conversation);
}

void
sim_plan_conversations(struct sim *sim)
{
	struct random r = sim_stream(sim, "conversations", 0);
	const uint64_t most = ONE_OF(&r, 2, 6, SIM_CONVERSATIONS);

	sim->conversation_count = 1 + (unsigned int)random_below(&r, most);
	for (unsigned int i = 0; i < sim->conversation_count; i++)
		plan_conversation(sim, i);
}
