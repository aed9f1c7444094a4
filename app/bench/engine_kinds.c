/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kinds of traffic that the ledger knows: what the peers offer, what the application does, how
 * the peers answer. Floods and connections that come and go are here; connections that stand are in
 * engine_standing.c.
 */
#include <rte_common.h>
#include <rte_tcp.h>

#include <estab/conn.h>

#include "engine.h"
#include "engine_standing.h"

enum flags {
	SYN = RTE_TCP_SYN_FLAG,
	ACK = RTE_TCP_ACK_FLAG,
	FIN = RTE_TCP_FIN_FLAG,
	PSH = RTE_TCP_PSH_FLAG,
};

/* An mbuf that says this, or none where the pool is empty. */
static struct rte_mbuf *
say(struct engine *engine, const struct said *said)
{
	struct rte_mbuf *mbuf = peer_mbuf(&engine->peer);

	if (mbuf != NULL)
		peer_write(&engine->peer, mbuf, said);
	return mbuf;
}

static void
offer_syn(struct engine *engine, uint32_t peer)
{
	const struct said syn = { .peer = peer,
		.seq = (uint32_t)peer_random(&engine->peer),
		.flags = SYN };
	struct rte_mbuf *mbuf = say(engine, &syn);

	if (mbuf != NULL)
		engine_offer(engine, mbuf);
}

/* A SYN flood: every SYN of another peer, in no order, and nobody answers the SYN-ACK. */
static bool
offer_flood(struct engine *engine)
{
	for (uint16_t i = 0; i < engine->burst; i++)
		offer_syn(engine, (uint32_t)(peer_random(&engine->peer) % PEER_COUNT_MAX));
	return true;
}

static void
answer_nothing(struct engine *engine, struct rte_mbuf *packet, const struct heard *heard)
{
	(void)heard;
	peer_keep(&engine->peer, packet);
}

/* The answer that goes on from what was heard. */
static struct said
go_on(const struct heard *heard, uint8_t flags, uint16_t text_len)
{
	const uint32_t taken = heard->text_len + ((heard->flags & (SYN | FIN)) != 0 ? 1 : 0);

	return (struct said){ .peer = heard->peer,
		.seq = heard->ack,
		.ack = heard->seq + taken,
		.ts_ecr = heard->ts_val,
		.text_len = text_len,
		.flags = flags };
}

/* Turn a packet that was heard into the answer to it. */
static void
reply(struct engine *engine, struct rte_mbuf *packet, const struct said *said)
{
	peer_keep(&engine->peer, packet); /* the next one taken, if it can be written to */
	packet = say(engine, said);
	if (packet != NULL && !packet_queue_put(&engine->pending, packet))
		rte_pktmbuf_free(packet);
}

static uint16_t
offer_pending(struct engine *engine)
{
	uint16_t n = 0;

	while (n < engine->burst && packet_queue_count(&engine->pending) > 0) {
		engine_offer(engine, packet_queue_take(&engine->pending));
		n++;
	}
	return n;
}

/* Three turns: SYNs; the ACKs that bring the cookies back, which is measured; and all is aborted. */
static bool
offer_cookies(struct engine *engine)
{
	const uint32_t phase = engine->phase++ % 3;

	if (phase == 0) {
		for (uint16_t i = 0; i < engine->burst; i++)
			offer_syn(engine, engine->peer.next++);
	} else if (phase == 1) {
		offer_pending(engine);
	} else {
		for (uint32_t i = 0; i < engine->conn_count; i++)
			estab_conn_abort(engine->conns[i]);
		engine->conn_count = 0;
	}
	return phase == 1;
}

static void
answer_cookies(struct engine *engine, struct rte_mbuf *packet, const struct heard *heard)
{
	const struct said ack = go_on(heard, ACK, 0);

	if ((heard->flags & SYN) != 0)
		reply(engine, packet, &ack);
	else
		peer_keep(&engine->peer, packet);
}

static void
accept_all(struct engine *engine)
{
	const uint32_t room = RTE_DIM(engine->conns) - engine->conn_count;

	engine->conn_count += estab_accept_burst(engine->listener,
			engine->conns + engine->conn_count, (uint16_t)room);
}

/* As many connections as may be open, each as far as it is. */
static bool
offer_connections(struct engine *engine)
{
	uint16_t n = offer_pending(engine);

	for (; n < engine->burst && engine->open < ENGINE_FLIGHT; n++) {
		offer_syn(engine, engine->peer.next++);
		engine->open++;
	}
	return true;
}

/* The request is the response: it goes back as it came. */
static void
respond(struct estab_conn *conn)
{
	struct rte_mbuf *text[8];
	const uint16_t n = estab_conn_receive_burst(conn, text, RTE_DIM(text));
	const uint16_t sent = estab_conn_send_burst(conn, text, n);

	rte_pktmbuf_free_bulk(text + sent, (unsigned int)(n - sent));
}

/* Respond to what has arrived, and list those who got a response. */
static void
respond_all(struct engine *engine)
{
	struct estab_event events[ESTAB_BURST_MAX];
	uint16_t n;

	engine->conn_count = 0;
	accept_all(engine);
	engine->conn_count = 0;
	n = estab_event_burst(engine->stack, events, RTE_DIM(events));
	for (uint16_t i = 0; i < n; i++) {
		if ((events[i].what & ESTAB_EVENT_READABLE) == 0)
			continue;
		respond(events[i].conn);
		engine->conns[engine->conn_count++] = events[i].conn;
	}
}

/* SYN, SYN-ACK, ACK + request, response + FIN, FIN + ACK, ACK: the FIN rides with the response. */
static void
call_close_at_once(struct engine *engine)
{
	respond_all(engine);
	for (uint32_t i = 0; i < engine->conn_count; i++)
		estab_conn_close(engine->conns[i]);
}

/* One turn later: then the FIN is a packet of its own. */
static void
call_close_later(struct engine *engine)
{
	for (uint32_t i = 0; i < engine->closing_count; i++)
		estab_conn_close(engine->closing[i]);
	respond_all(engine);
	for (uint32_t i = 0; i < engine->conn_count; i++)
		engine->closing[i] = engine->conns[i];
	engine->closing_count = engine->conn_count;
}

/* The stack's last ACK: it waits in TIME-WAIT, and for the peer it is over. */
static void
connection_done(struct engine *engine, struct rte_mbuf *packet)
{
	engine->done++;
	engine->open--;
	peer_keep(&engine->peer, packet);
}

static void
answer_six(struct engine *engine, struct rte_mbuf *packet, const struct heard *heard)
{
	struct said said;

	if ((heard->flags & SYN) != 0) {
		said = go_on(heard, PSH | ACK, ENGINE_TEXT);
		reply(engine, packet, &said);
	} else if ((heard->flags & FIN) != 0) {
		said = go_on(heard, FIN | ACK, 0);
		reply(engine, packet, &said);
	} else {
		connection_done(engine, packet);
	}
}

static void
answer_nine(struct engine *engine, struct rte_mbuf *packet, const struct heard *heard)
{
	struct said said = go_on(heard, ACK, 0);
	struct rte_mbuf *second;

	if ((heard->flags & (SYN | FIN)) == 0) {
		if (heard->text_len > 0)
			peer_keep(&engine->peer, packet);
		else
			connection_done(engine, packet);
		return;
	}
	reply(engine, packet, &said);
	if ((heard->flags & SYN) != 0)
		said = go_on(heard, PSH | ACK, ENGINE_TEXT);
	else
		said = go_on(heard, FIN | ACK, 0);
	second = say(engine, &said);
	if (second != NULL && !packet_queue_put(&engine->pending, second))
		rte_pktmbuf_free(second);
}

const struct engine_kind engine_kinds[] = {
	{ .name = "syn-flood",
			.what = "SYNs of random peers, answered by cookies",
			.cookies = true,
			.offer = offer_flood,
			.answer = answer_nothing },
	{ .name = "cookie-acks",
			.what = "ACKs that bring a cookie back, and accept",
			.cookies = true,
			.packets_per_unit = 1,
			.offer = offer_cookies,
			.calls = accept_all,
			.answer = answer_cookies },
	{ .name = "six-packets",
			.what = "connections of six packets, few TIME-WAIT records",
			.time_waits = 4096,
			.packets_per_unit = 3,
			.offer = offer_connections,
			.calls = call_close_at_once,
			.answer = answer_six },
	{ .name = "nine-packets",
			.what = "connections of nine packets, many TIME-WAIT records",
			.time_waits = 65536,
			.packets_per_unit = 5,
			.offer = offer_connections,
			.calls = call_close_later,
			.answer = answer_nine },
	{ .name = "echo",
			.what = "64 bytes and back, on standing connections in turn",
			.standing = true,
			.begin = standing_open,
			.offer = standing_offer_requests,
			.calls = standing_echo,
			.answer = standing_answer },
	{ .name = "bulk",
			.what = "full segments in order on four connections",
			.connections = ENGINE_STREAMS,
			.large = true,
			.begin = standing_open,
			.offer = standing_offer_bulk,
			.calls = standing_take,
			.answer = standing_answer },
	{ .name = "bulk-loss",
			.what = "the same, and one in a hundred comes a turn late",
			.connections = ENGINE_STREAMS,
			.large = true,
			.begin = standing_open,
			.offer = standing_offer_bulk_with_loss,
			.calls = standing_take,
			.answer = standing_answer },
};
const unsigned int engine_kind_count = RTE_DIM(engine_kinds);
