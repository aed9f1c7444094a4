/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The applications of a simulation. They believe what the library says and nothing else: they read
 * until there is nothing and then wait for READABLE, write until there is no room and then wait for
 * WRITABLE. An event that is not told shows as a conversation that never ends.
 */
#include <errno.h>
#include <inttypes.h>

#include <estab/event.h>
#include <estab/stats.h>
#include <rte_common.h>
#include <rte_mbuf.h>

#include "sim.h"

enum { CHUNK = 20000, PACKETS = 4 };

#define GIVE_UP_NS UINT64_C(300000000000) /* after the other side aborted and nothing was heard */
#define RETRY_NS   UINT64_C(10000000)

static struct talker *
other(const struct talker *talker)
{
	struct conversation *conversation = talker->conversation;

	return &conversation->talkers[talker == &conversation->talkers[0] ? 1 : 0];
}

/* The connection is given up: what that means depends on what the conversation allows. */
static void
end(struct talker *talker)
{
	talker->conn = NULL;
	talker->over = true;
}

void
talk_excuse(struct conversation *conversation)
{
	conversation->rude = true;
	conversation->aborted_ns = RTE_MIN(conversation->aborted_ns, conversation->sim->now_ns);
}

void
talk_excuse_side(struct sim *sim, unsigned int side)
{
	for (unsigned int i = 0; i < sim->conversation_count; i++) {
		struct conversation *conversation = &sim->conversations[i];

		if (conversation->talkers[0].side == side || conversation->talkers[1].side == side)
			talk_excuse(conversation);
	}
}

/* Handshakes that are under way on both sides. */
void
talk_excuse_handshakes(struct sim *sim)
{
	for (unsigned int i = 0; i < sim->conversation_count; i++) {
		struct conversation *conversation = &sim->conversations[i];

		if (conversation->talkers[0].begun && !conversation->talkers[1].begun)
			talk_excuse(conversation);
	}
}

void
talk_lose_side(struct sim *sim, unsigned int side)
{
	for (unsigned int i = 0; i < SIM_TALKERS * sim->conversation_count; i++) {
		struct conversation *conversation = &sim->conversations[i / SIM_TALKERS];
		struct talker *talker = &conversation->talkers[i % SIM_TALKERS];

		if (talker->side == side && talker->conn != NULL)
			end(talker);
	}
}

/*
 * A handshake that the server could not keep in mind (cookies, of which nothing is kept; a full
 * accept queue; too few TCBs or records) is answered with a reset when the client goes on: its third
 * segment was lost, or overtaken by its text, and that text belongs to no connection (3.10.7.2;
 * Linux does the same). Only where the server has counted such a thing is a reset excused.
 */
static bool
handshake_was_missed(const struct talker *talker, int error)
{
	const struct conversation *conversation = talker->conversation;
	const struct talker *server = &conversation->talkers[1];
	struct estab_stats stats;

	if (error != -ECONNRESET || conversation->sim->sides[server->side].drained)
		return false;
	estab_stack_stats(conversation->sim->sides[server->side].stack, &stats);
	if (stats.drops[ESTAB_DROP_TCP_COOKIE_WRONG] > 0)
		return true;
	return !server->begun &&
			(stats.drops[ESTAB_DROP_TCP_LISTEN_UNACCEPTABLE] > 0 ||
					stats.accept_queue_overflows > 0 ||
					stats.drops[ESTAB_DROP_TCP_ACCEPT_QUEUE_FULL] > 0 ||
					stats.drops[ESTAB_DROP_TCP_CONNECTIONS_FULL] > 0 ||
					stats.drops[ESTAB_DROP_TCP_SYN_RECORDS_FULL] > 0);
}

static void
failed(struct talker *talker, const char *call, int error)
{
	struct conversation *conversation = talker->conversation;

	if (!conversation->rude && handshake_was_missed(talker, error)) {
		talk_excuse(conversation);
		conversation->sim->missed++;
	}
	if (!conversation->rude)
		sim_fail(conversation->sim,
				"conversation %u, side %u: %s says %d after %" PRIu64 " of %" PRIu64
				" sent, %" PRIu64 " of %" PRIu64 " received",
				conversation->number, talker->side, call, error, talker->sent,
				talker->to_send, talker->received, other(talker)->to_send);
	talk_excuse(conversation);
	estab_conn_close(talker->conn);
	end(talker);
}

/* A mark where the other side has set one, and not beyond what it has sent. */
static void
check_urgent(const struct talker *talker)
{
	const struct talker *peer = other(talker);
	const struct conversation *conversation = talker->conversation;
	const uint32_t ahead = estab_conn_urgent_ahead(talker->conn);

	if (conversation->spoiled)
		return;
	if (!peer->urgent || talker->received + ahead > peer->sent)
		sim_fail(conversation->sim,
				"conversation %u, side %u: an urgent mark %u bytes ahead of %" PRIu64
				", %" PRIu64 " were sent",
				conversation->number, talker->side, ahead, talker->received,
				peer->sent);
}

static void
take_event(struct sim *sim, const struct estab_event *event)
{
	struct talker *talker = event->user;

	if (talker == NULL || talker->conn != event->conn)
		sim_fail(sim, "event 0x%x for a connection that nobody holds", event->what);
	if (event->what & (ESTAB_EVENT_CONNECTED | ESTAB_EVENT_CLOSED))
		talker->can_read = talker->can_write = true;
	if (event->what & ESTAB_EVENT_READABLE)
		talker->can_read = true;
	if (event->what & ESTAB_EVENT_WRITABLE)
		talker->can_write = true;
	if (event->what & ESTAB_EVENT_URGENT)
		check_urgent(talker);
}

static void
take_events(struct sim *sim)
{
	struct estab_event events[16];
	uint16_t n;

	for (unsigned int side = 0; side < sim->side_count; side++) {
		if (sim->sides[side].drained)
			continue;
		while ((n = estab_event_burst(sim->sides[side].stack, events, 16)) > 0) {
			for (uint16_t i = 0; i < n; i++)
				take_event(sim, &events[i]);
		}
	}
}

static void
check_text(struct talker *talker, const uint8_t *bytes, size_t n)
{
	const struct talker *peer = other(talker);
	const size_t good = pattern_check(peer->key, talker->received, bytes, n);
	const struct conversation *conversation = talker->conversation;

	if (conversation->spoiled) {
		talker->received += n;
		return;
	}
	if (good != n)
		sim_fail(conversation->sim, "conversation %u, side %u: byte %" PRIu64 " is wrong",
				conversation->number, talker->side, talker->received + good);
	talker->received += n;
	if (talker->received > peer->sent)
		sim_fail(conversation->sim, "conversation %u, side %u: more received than was sent",
				conversation->number, talker->side);
}

static void
reached_end(struct talker *talker)
{
	const struct talker *peer = other(talker);
	const struct conversation *conversation = talker->conversation;

	talker->at_end = true;
	talker->can_read = false;
	if (talker->received != peer->to_send && !conversation->rude)
		sim_fail(conversation->sim,
				"conversation %u, side %u: end of file after %" PRIu64
				" of %" PRIu64 " bytes",
				conversation->number, talker->side, talker->received,
				peer->to_send);
}

static void
read_copying(struct talker *talker, size_t max)
{
	uint8_t bytes[CHUNK];
	const ssize_t n = estab_conn_read(talker->conn, bytes, max);

	if (n > 0)
		check_text(talker, bytes, (size_t)n);
	else if (n == 0)
		reached_end(talker);
	else if (n == -EAGAIN)
		talker->can_read = false;
	else
		failed(talker, "read", (int)n);
}

static void
read_mbufs(struct talker *talker)
{
	struct rte_mbuf *packets[PACKETS];
	const uint16_t n = estab_conn_receive_burst(talker->conn, packets, PACKETS);

	for (uint16_t i = 0; i < n; i++) {
		check_text(talker, rte_pktmbuf_mtod(packets[i], uint8_t *), packets[i]->data_len);
		rte_pktmbuf_free(packets[i]);
	}
	if (n == 0)
		read_copying(talker, 1); /* says why */
}

static ssize_t
write_somehow(struct talker *talker, const void *bytes, size_t size)
{
	if (talker->urgent && random_chance(&talker->random, 300000))
		return estab_conn_write_urgent(talker->conn, bytes, size);
	if (talker->corks && random_chance(&talker->random, 500000))
		return estab_conn_write_more(talker->conn, bytes, size);
	return estab_conn_write(talker->conn, bytes, size);
}

static void
write_copying(struct talker *talker, size_t max)
{
	uint8_t bytes[CHUNK];
	const size_t size = (size_t)RTE_MIN((uint64_t)max, talker->to_send - talker->sent);
	ssize_t n;

	pattern_fill(talker->key, talker->sent, bytes, size);
	n = write_somehow(talker, bytes, size);
	if (n >= 0)
		talker->sent += (uint64_t)n;
	else if (n == -EAGAIN)
		talker->can_write = false;
	else if (n == -ENOMEM || n == -ENOBUFS)
		talker->next_ns = talker->conversation->sim->now_ns + RETRY_NS;
	else
		failed(talker, "write", (int)n);
}

/* A packet of up to so many bytes, perhaps a chain, some mbufs empty; NULL: mempool empty. */
static struct rte_mbuf *
make_packet(struct talker *talker, uint64_t at, uint64_t max)
{
	const struct sim *sim = talker->conversation->sim;
	struct random *r = &talker->random;
	struct rte_mbuf *packet = rte_pktmbuf_alloc(sim->sides[talker->side].pool);
	const bool empty = random_chance(r, 50000);
	const uint16_t size = empty ? 0 : (uint16_t)(1 + random_below(r, RTE_MIN(max, 2000u)));
	struct rte_mbuf *tail;

	if (packet == NULL)
		return NULL;
	pattern_fill(talker->key, at, (uint8_t *)rte_pktmbuf_append(packet, size), size);
	if (max == size || random_chance(r, 700000))
		return packet;
	tail = make_packet(talker, at + size, max - size);
	if (tail != NULL)
		rte_pktmbuf_chain(packet, tail);
	return packet;
}

static void
write_mbufs(struct talker *talker)
{
	struct rte_mbuf *packets[PACKETS];
	uint64_t at = talker->sent;
	uint16_t n = 0, taken;
	int error = 0;

	while (n < PACKETS && at < talker->to_send) {
		packets[n] = make_packet(talker, at, talker->to_send - at);
		if (packets[n] == NULL)
			break;
		at += rte_pktmbuf_pkt_len(packets[n++]);
	}
	for (uint16_t i = 0; i < n; i++)
		talker->sent += rte_pktmbuf_pkt_len(packets[i]);
	taken = estab_conn_send_burst(talker->conn, packets, n);
	for (uint16_t i = taken; i < n; i++) {
		talker->sent -= rte_pktmbuf_pkt_len(packets[i]);
		rte_pktmbuf_free(packets[i]);
	}
	if (taken < n)
		talker->can_write = false;
	if (taken == 0 && n > 0)
		error = estab_conn_error(talker->conn);
	if (error != 0)
		failed(talker, "send_burst", error);
	if (n == 0)
		talker->next_ns = talker->conversation->sim->now_ns + RETRY_NS;
}

static bool
wants_to_write(const struct talker *talker)
{
	return talker->can_write && talker->sent < talker->to_send;
}

static bool
wants_to_shut(const struct talker *talker)
{
	return talker->can_write && !talker->shut && talker->sent == talker->to_send &&
			(talker->order == TALK_END_WHEN_SENT || talker->at_end);
}

static bool
wants_to_abort(const struct talker *talker)
{
	const struct conversation *conversation = talker->conversation;
	const struct sim *sim = conversation->sim;

	if (talker->sent + talker->received >= talker->abort_at && talker->can_write)
		return true;
	return conversation->aborted_ns != UINT64_MAX &&
			sim->now_ns >= conversation->aborted_ns + GIVE_UP_NS;
}

static void
abort_talk(struct talker *talker)
{
	talk_excuse(talker->conversation);
	if (talker->abort_by_close)
		estab_conn_close(talker->conn);
	else
		estab_conn_abort(talker->conn);
	end(talker);
}

static void
shut(struct talker *talker)
{
	const int err = estab_conn_shutdown(talker->conn);
	const int why = err != 0 ? estab_conn_error(talker->conn) : 0;

	talker->shut = true;
	if (err != 0)
		failed(talker, "shutdown", why != 0 ? why : err);
}

/* At the end of both directions: close, sometimes without a shutdown before. */
static bool
wants_to_close(const struct talker *talker)
{
	return talker->at_end && talker->sent == talker->to_send;
}

static bool
is_due(const struct talker *talker)
{
	return talker->conn != NULL &&
			(talker->can_read || wants_to_write(talker) || wants_to_shut(talker) ||
					wants_to_close(talker) || wants_to_abort(talker));
}

static void
act(const struct sim *sim, struct talker *talker)
{
	struct random *r = &talker->random;
	const size_t max = 1 + (size_t)random_below(r, random_chance(r, 500000) ? CHUNK : 100);

	talker->next_ns = sim->now_ns + random_below(r, talker->think_ns + 1);
	if (talker->received >= talker->stall_at) {
		talker->next_ns += talker->stall_ns;
		talker->stall_at = UINT64_MAX;
	}
	if (wants_to_abort(talker)) {
		abort_talk(talker);
	} else if (wants_to_close(talker)) {
		if (talker->conversation->rude)
			talk_excuse(talker->conversation); /* it may linger too shortly */
		estab_conn_close(talker->conn);
		end(talker);
	} else if (wants_to_shut(talker)) {
		shut(talker);
	} else if (wants_to_write(talker) && (!talker->can_read || random_chance(r, 500000))) {
		random_chance(r, 300000) ? write_mbufs(talker) : write_copying(talker, max);
	} else {
		random_chance(r, 300000) ? read_mbufs(talker) : read_copying(talker, max);
	}
}

/* Where places are few, who stalls loses his to another (lib/tcp/shed.h): it may have been any of them. */
static void
excuse_who_was_shed(struct sim *sim, unsigned int side)
{
	struct estab_stats stats;

	if (sim->sides[side].drained)
		return;
	estab_stack_stats(sim->sides[side].stack, &stats);
	if (stats.connections_shed == sim->sides[side].shed)
		return;
	sim->sides[side].shed = stats.connections_shed;
	for (unsigned int i = 0; i < SIM_TALKERS * sim->conversation_count; i++) {
		struct conversation *conversation = &sim->conversations[i / SIM_TALKERS];

		if (conversation->talkers[i % SIM_TALKERS].side == side &&
				conversation->talkers[0].begun)
			talk_excuse(conversation);
	}
}

void
talk_turn(struct sim *sim)
{
	for (unsigned int side = 0; side < sim->side_count; side++)
		excuse_who_was_shed(sim, side);
	talk_open_conversations(sim);
	talk_accept_all(sim);
	take_events(sim);
	for (unsigned int i = 0; i < SIM_TALKERS * sim->conversation_count; i++) {
		struct talker *talker =
				&sim->conversations[i / SIM_TALKERS].talkers[i % SIM_TALKERS];

		for (unsigned int k = 0; k < 8; k++) {
			if (!is_due(talker) || talker->next_ns > sim->now_ns)
				break;
			act(sim, talker);
		}
	}
	talk_plan_encores(sim);
}

static bool
waits_to_begin(const struct conversation *conversation)
{
	const struct talker *talkers = conversation->talkers;

	return !conversation->left_out &&
			(!talkers[0].begun || (conversation->simultaneous && !talkers[1].begun));
}

uint64_t
talk_next(const struct sim *sim)
{
	uint64_t next_ns = UINT64_MAX;

	for (unsigned int i = 0; i < sim->conversation_count; i++) {
		const struct conversation *conversation = &sim->conversations[i];

		if (waits_to_begin(conversation))
			next_ns = RTE_MIN(next_ns, conversation->begin_ns);
		for (unsigned int k = 0; k < SIM_TALKERS; k++) {
			if (is_due(&conversation->talkers[k]))
				next_ns = RTE_MIN(next_ns, conversation->talkers[k].next_ns);
		}
		if (conversation->aborted_ns != UINT64_MAX &&
				conversation->aborted_ns + GIVE_UP_NS > sim->now_ns)
			next_ns = RTE_MIN(next_ns, conversation->aborted_ns + GIVE_UP_NS);
	}
	for (unsigned int side = 0; side < sim->side_count; side++) {
		if (sim->sides[side].accept_ns > sim->now_ns)
			next_ns = RTE_MIN(next_ns, sim->sides[side].accept_ns);
	}
	return next_ns;
}

/* A server whose client went away before the handshake was complete never begins. */
bool
talk_is_over(const struct sim *sim)
{
	for (unsigned int i = 0; i < sim->conversation_count; i++) {
		const struct talker *talkers = sim->conversations[i].talkers;

		if (sim->conversations[i].left_out)
			continue;
		if (!talkers[0].over || talkers[1].conn != NULL)
			return false;
		if (!talkers[1].over && !sim->conversations[i].rude)
			return false;
	}
	return true;
}
