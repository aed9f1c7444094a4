/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The beginning of conversations: connect, accept, and who is who.
 */
#include <errno.h>

#include <rte_common.h>

#include <estab/stats.h>

#include "plan.h"
#include "sim.h"

#define RETRY_NS S /* after a limit of the stack was reached */

/* Settings of its own. What gives up early is for conversations that may end. */
static void
settle(struct talker *talker)
{
	struct random *r = &talker->random;
	const struct estab_keepalive keepalive = { .idle_ns = S + random_below(r, 100 * S),
		.interval_ns = S + random_below(r, 100 * S),
		.probes = UINT8_MAX };
	const uint64_t linger_ns = ONE_OF(r, 0, S, 100 * S);
	const uint8_t tos = (uint8_t)random_next(r);

	if (random_chance(r, 300000))
		estab_conn_set_no_delay(talker->conn, true);
	if (random_chance(r, 300000))
		estab_conn_set_tos(talker->conn, tos);
	if (random_chance(r, 300000))
		estab_conn_set_keepalive(talker->conn, &keepalive);
	if (random_chance(r, 300000) && talker->conversation->rude)
		estab_conn_set_linger(talker->conn, linger_ns);
	talker->urgent = random_chance(r, 300000);
	talker->corks = random_chance(r, 300000);
	if (random_chance(r, 300000) && talker->conversation->rude)
		estab_conn_set_user_timeout(talker->conn, 1 + random_below(r, 100 * S));
}

void
talk_begin(struct talker *talker, struct estab_conn *conn, bool connected)
{
	talker->conn = conn;
	talker->begun = true;
	talker->can_read = talker->can_write = connected;
	estab_conn_set_user(conn, talker);
	if (sim_has(talker->conversation->sim, SIM_SETTINGS))
		settle(talker);
}

/* Where limits are few a connection may have to wait, and on a drained stack it never begins. */
static void
not_connected(struct talker *talker, int err)
{
	struct conversation *conversation = talker->conversation;
	struct sim *sim = conversation->sim;

	if (err == -ENOBUFS && sim_has(sim, SIM_LIMITS)) {
		conversation->begin_ns = sim->now_ns + RETRY_NS;
		if (conversation->simultaneous)
			talk_excuse(conversation); /* the other one is refused meanwhile */
		return;
	}
	if (err == -EADDRINUSE && sim_has(sim, SIM_ENCORES)) {
		conversation->begin_ns = sim->now_ns + RETRY_NS; /* TIME-WAIT is here */
		return;
	}
	if (err != -ESHUTDOWN || !sim->sides[talker->side].drained)
		sim_fail(sim, "conversation %u: estab_connect says %d", conversation->number, err);
	talker->begun = talker->over = true;
	talk_excuse(conversation);
}

static void
connect_to(struct sim *sim, struct talker *talker, uint16_t local, uint16_t remote)
{
	const struct conversation *conversation = talker->conversation;
	const struct talker *peer = &conversation->talkers[talker == conversation->talkers ? 1 : 0];
	const struct estab_interface *there = &sim->sides[peer->side].config.interface;
	struct estab_connect_config config = { .local.port = local,
		.remote.port = remote,
		.user = talker };
	struct estab_conn *conn;
	int err;

	config.remote.address =
			there->addresses[conversation->family == ESTAB_FAMILY_IPV4 ? 0 : 1].address;
	err = estab_connect(sim->sides[talker->side].stack, &config, &conn);
	if (err != 0)
		not_connected(talker, err);
	else
		talk_begin(talker, conn, false);
}

void
talk_open_conversations(struct sim *sim)
{
	for (unsigned int i = 0; i < sim->conversation_count; i++) {
		struct conversation *conversation = &sim->conversations[i];
		const uint16_t client = (uint16_t)(SIM_CLIENT_PORT + i);
		const uint16_t server = conversation->simultaneous
				? (uint16_t)(client + SIM_CONVERSATIONS)
				: SIM_SERVER_PORT;

		if (conversation->begin_ns > sim->now_ns || conversation->left_out)
			continue;
		if (!conversation->talkers[0].begun)
			connect_to(sim, &conversation->talkers[0], client, server);
		if (!conversation->talkers[1].begun && conversation->simultaneous)
			connect_to(sim, &conversation->talkers[1], server, client);
	}
}

/*
 * Cookies keep nothing, so an old duplicate of the last time would be taken for the beginning of the next
 * (RFC 4987 3.6 has that); so there no encore is held.
 */
static bool
wants_encore(const struct conversation *conversation)
{
	const struct talker *talkers = conversation->talkers;
	const struct side *server = &conversation->sim->sides[talkers[1].side];
	struct estab_stats stats;

	if (conversation->encores == 0 || conversation->rude || conversation->left_out ||
			!talkers[0].over || !talkers[1].over || server->drained)
		return false;
	estab_stack_stats(server->stack, &stats);
	return stats.syn_cookies_sent == 0;
}

void
talk_plan_encores(struct sim *sim)
{
	for (unsigned int i = 0; i < sim->conversation_count; i++) {
		if (wants_encore(&sim->conversations[i]))
			sim_plan_encore(&sim->conversations[i]);
	}
}

/* One that nobody asked for: an old duplicate of a cookie, or the work of somebody on the wire. */
static void
refuse(struct sim *sim, unsigned int side, struct estab_conn *conn, unsigned int number)
{
	struct estab_stats stats;

	estab_stack_stats(sim->sides[side].stack, &stats);
	if (stats.syn_cookies_accepted == 0 && !sim_has(sim, SIM_DEADLY))
		sim_fail(sim, "side %u accepted a connection of conversation %u that is none", side,
				number);
	sim->ghosts++;
	estab_conn_abort(conn);
}

/* Whose connection it is, the port says. */
static void
accept_one(struct sim *sim, unsigned int side, struct estab_conn *conn)
{
	struct estab_conn_info info;
	struct talker *talker;
	unsigned int number;

	estab_conn_status(conn, &info);
	number = (unsigned int)(info.remote.port - SIM_CLIENT_PORT);
	talker = number < sim->conversation_count ? &sim->conversations[number].talkers[1] : NULL;
	if (talker != NULL && !talker->begun && talker->side == side)
		talk_begin(talker, conn, true);
	else
		refuse(sim, side, conn, number);
}

/* Some take their time between one and the next. */
static void
accept_on(struct sim *sim, unsigned int number)
{
	struct side *side = &sim->sides[number];
	struct estab_conn *conns[8];
	const uint16_t most = side->accept_think_ns > 0 ? 1 : RTE_DIM(conns);
	uint16_t n;

	while (side->accept_ns <= sim->now_ns &&
			(n = estab_accept_burst(side->listener, conns, most)) > 0) {
		for (uint16_t i = 0; i < n; i++)
			accept_one(sim, number, conns[i]);
		if (side->accept_think_ns > 0)
			side->accept_ns = sim->now_ns + 1 +
					random_below(&sim->accept_random, side->accept_think_ns);
	}
}

void
talk_accept_all(struct sim *sim)
{
	for (unsigned int side = 0; side < sim->side_count; side++) {
		if (!sim->sides[side].drained)
			accept_on(sim, side);
	}
}
