/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections that stand: requests in turn on very many, bulk on few. The peer acknowledges a
 * response with its next request, and says nothing to what acknowledges its bulk.
 */
#include "engine_standing.h"

#include <rte_common.h>
#include <rte_tcp.h>

#include <estab/conn.h>

#include "engine.h"
#include "order.h"

enum flags {
	SYN = RTE_TCP_SYN_FLAG,
	ACK = RTE_TCP_ACK_FLAG,
	PSH = RTE_TCP_PSH_FLAG,
};

enum { LOSS_ONE_IN = 100, OPEN_TURNS_EXTRA = 64 };

static void
say(struct engine *engine, uint32_t peer, uint8_t flags, uint16_t text_len)
{
	struct peer_conn *conn = &engine->peer.conns[peer];
	const struct said said = { .peer = peer,
		.seq = conn->seq,
		.ack = conn->ack,
		.ts_ecr = conn->ts,
		.text_len = text_len,
		.flags = flags };
	struct rte_mbuf *mbuf = peer_mbuf(&engine->peer);

	if (mbuf == NULL)
		return;
	peer_write(&engine->peer, mbuf, &said);
	conn->seq += text_len + ((flags & SYN) != 0 ? 1 : 0);
	engine_offer(engine, mbuf);
}

void
standing_answer(struct engine *engine, struct rte_mbuf *packet, const struct heard *heard)
{
	struct peer_conn *conn = &engine->peer.conns[heard->peer];

	conn->ack = heard->seq + heard->text_len + ((heard->flags & SYN) != 0 ? 1 : 0);
	conn->ts = heard->ts_val;
	peer_keep(&engine->peer, packet);
}

/* SYNs of a burst of peers, and one turn later their ACKs. */
static void
open_some(struct engine *engine, uint32_t first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		say(engine, first + i, SYN, 0);
	engine_turn_unmeasured(engine);
	for (uint32_t i = 0; i < count; i++)
		say(engine, first + i, ACK, 0);
	engine_turn_unmeasured(engine);
	engine->open += estab_accept_burst(engine->listener, engine->conns, RTE_DIM(engine->conns));
}

bool
standing_open(struct engine *engine)
{
	for (uint32_t first = 0; first < engine->connections; first += engine->burst)
		open_some(engine, first, RTE_MIN(engine->burst, engine->connections - first));
	return engine->open == engine->connections;
}

bool
standing_offer_requests(struct engine *engine)
{
	for (uint16_t i = 0; i < engine->burst; i++)
		say(engine, order_next(&engine->phase, engine->connections), PSH | ACK,
				ENGINE_TEXT);
	return true;
}

void
standing_echo(struct engine *engine)
{
	struct estab_event events[ESTAB_BURST_MAX];
	struct rte_mbuf *text[8];
	const uint16_t n = estab_event_burst(engine->stack, events, RTE_DIM(events));

	for (uint16_t i = 0; i < n; i++) {
		const uint16_t got = estab_conn_receive_burst(events[i].conn, text, RTE_DIM(text));
		const uint16_t sent = estab_conn_send_burst(events[i].conn, text, got);

		rte_pktmbuf_free_bulk(text + sent, (unsigned int)(got - sent));
	}
}

bool
standing_offer_bulk(struct engine *engine)
{
	for (uint16_t i = 0; i < engine->burst; i++)
		say(engine, i % ENGINE_STREAMS, ACK, ENGINE_SEGMENT);
	return true;
}

/* What was lost is kept, and goes again at the end of the next turn. */
bool
standing_offer_bulk_with_loss(struct engine *engine)
{
	struct packet_queue *lost = &engine->pending;
	const uint32_t again = packet_queue_count(lost);

	for (uint32_t i = again; i < engine->burst; i++) {
		say(engine, i % ENGINE_STREAMS, ACK, ENGINE_SEGMENT);
		if (peer_random(&engine->peer) % LOSS_ONE_IN != 0)
			continue;
		packet_queue_put(lost, engine->to.packets[--engine->to.put % PACKET_QUEUE_MAX]);
		engine->offered--;
	}
	for (uint32_t i = 0; i < again; i++)
		engine_offer(engine, packet_queue_take(lost));
	return true;
}

/* Take all text; its mbufs are the peer's again. */
void
standing_take(struct engine *engine)
{
	struct estab_event events[ESTAB_BURST_MAX];
	struct rte_mbuf *text[ESTAB_BURST_MAX];
	const uint16_t n = estab_event_burst(engine->stack, events, RTE_DIM(events));

	for (uint16_t i = 0; i < n; i++) {
		uint16_t got;

		do {
			got = estab_conn_receive_burst(events[i].conn, text, RTE_DIM(text));
			for (uint16_t k = 0; k < got; k++)
				peer_keep(&engine->peer, text[k]);
		} while (got == RTE_DIM(text));
	}
}
