/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections in every state: the input is a list of steps, each a segment of a peer with numbers
 * near the interesting ones, a call of the user, a while, or a trouble of the machine.
 *
 * What must hold: the asserts of the library (tcb_check after every turn among them); every segment
 * sent is well formed and carries what the user wrote; every byte read is what the peer sent at that
 * place; received packets are delivered ones and drops; and at the end, when the user has gone,
 * every connection is gone in finite time and every mbuf is back.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "fixture_internal.h"
#include "fuzz.h"
#include "fuzz_pool.h"
#include "input.h"
#include "malloc_mempool.h"

enum {
	PEERS = 3,
	STEPS_MAX = 400,
	TEXT_MAX = 1460,
	CHUNK = 4096,
};

/* What a peer has seen of the stack; numbers relative, as in the fixture. */
struct view {
	uint32_t acked;  /* the stack's last acknowledgment: where the peer goes on */
	uint32_t end;    /* after the last that the stack has sent */
	uint32_t begin;  /* of the last that the stack has sent */
	uint32_t ts_val; /* the peer's clock */
	bool read_begun;
};

struct world {
	struct fixture *t;
	struct input input;
	struct view views[PEERS];
};

static struct view *
view_of(struct world *world)
{
	return &world->views[world->t->peer - world->t->peers];
}

/* Every peer looks at what it was sent. */
static void
look(struct world *world)
{
	struct fixture *t = world->t;
	struct peer *speaking = t->peer;
	const struct packet *packet;

	for (unsigned int i = 0; i < PEERS; i++) {
		struct view *view = &world->views[i];

		t->peer = &t->peers[i];
		while ((packet = next_sent(t)) != NULL) {
			if (packet->flags & PACKET_RST)
				continue;
			if (packet->flags & PACKET_ACK)
				view->acked = packet->ack;
			view->begin = packet->seq;
			view->end = packet->seq + packet->text_len +
					((packet->flags & PACKET_SYN) != 0) +
					((packet->flags & PACKET_FIN) != 0);
		}
	}
	t->peer = speaking;
	ignore_sent(t); /* what went to nobody */
}

static void
turn_and_look(struct world *world)
{
	turn(world->t);
	look(world);
}

/* The peer's number: where the stack expects it, at the right edge, at the beginning, or 0. */
static uint32_t
choose_seq(struct world *world)
{
	const struct peer *peer = world->t->peer;
	const uint32_t bases[] = { view_of(world)->acked, view_of(world)->acked, 0, 1,
		peer->conn == NULL ? 0 : status_now(world->t).rcv_wnd + view_of(world)->acked };

	return bases[input_below(&world->input, RTE_DIM(bases))] + input_delta(&world->input);
}

static uint32_t
choose_ack(struct world *world)
{
	const struct view *view = view_of(world);
	const uint32_t bases[] = { view->end, view->end, view->begin, 1, 0 };

	return bases[input_below(&world->input, RTE_DIM(bases))] + input_delta(&world->input);
}

static void
choose_options(struct world *world, struct packet *packet)
{
	struct input *input = &world->input;
	struct view *view = view_of(world);

	packet->options = input_u8(input) &
			(PACKET_MSS | PACKET_WSCALE | PACKET_SACK_OK | PACKET_SACK | PACKET_TS);
	if (packet->options & PACKET_MSS)
		packet->mss = input_u16(input);
	if (packet->options & PACKET_WSCALE)
		packet->wscale = input_u8(input);
	if (packet->options & PACKET_TS) {
		view->ts_val += input_delta(input);
		packet->ts_val = view->ts_val;
		packet->ts_ecr = world->t->peer->ts_val + input_delta(input);
	}
	if (!(packet->options & PACKET_SACK))
		return;
	packet->options &= (uint8_t) ~(PACKET_MSS | PACKET_WSCALE | PACKET_SACK_OK);
	packet->sack_count = (uint8_t)(1 + input_below(input, packet->options & PACKET_TS ? 3 : 4));
	for (unsigned int i = 0; i < packet->sack_count; i++) {
		packet->sack[i].left = choose_ack(world) + world->t->peer->stack_iss;
		packet->sack[i].right = packet->sack[i].left + input_u16(input);
	}
}

/* The peer's true text, also where its numbers wrap: the pattern goes by 64 bits. */
static void
fill_text(struct packet *packet)
{
	const uint32_t begin = packet->seq + ((packet->flags & PACKET_SYN) != 0);
	const uint32_t before = RTE_MIN(packet->text_len, UINT32_MAX - begin);

	pattern_fill(PEER_TEXT_KEY, begin, packet->text, before);
	if (before < packet->text_len) {
		pattern_fill(PEER_TEXT_KEY, UINT32_MAX, packet->text + before, 1);
		pattern_fill(PEER_TEXT_KEY, 0, packet->text + before + 1,
				packet->text_len - before - 1);
	}
}

/* A segment with text of the place that its number names. */
static void
segment(struct world *world)
{
	static const uint16_t lengths[] = { 0, 0, 0, 1, 2, 100, 536, TEXT_MAX };
	struct fixture *t = world->t;
	struct packet packet = { 0 };
	struct frame_ends ends;
	uint8_t frame[FRAME_MAX];

	packet.flags = input_u8(&world->input);
	packet.seq = choose_seq(world);
	packet.ack = choose_ack(world);
	packet.text_len = lengths[input_below(&world->input, RTE_DIM(lengths))];
	packet.win = input_u16(&world->input);
	if (packet.flags & PACKET_URG)
		packet.urg = input_u16(&world->input);
	if (packet.flags & (PACKET_ECE | PACKET_CWR))
		packet.tos = input_u8(&world->input) & 3;
	choose_options(world, &packet);
	fill_text(&packet);
	packet.seq += t->peer->iss;
	packet.ack += t->peer->stack_iss;
	fixture_ends(t, t->peer, &ends);
	(void)memory_port_put(&t->port, t->pool, frame, frame_build(&ends, &packet, frame));
}

static void
step_segment(struct world *world)
{
	segment(world);
	turn_and_look(world);
}

static void
step_burst(struct world *world)
{
	const unsigned int n = 2 + input_below(&world->input, 6);

	for (unsigned int i = 0; i < n; i++)
		segment(world);
	turn_and_look(world);
}

static void
step_while(struct world *world)
{
	static const uint32_t ms[] = { 1, 1, 10, 41, 210, 1000, 5000, 61000, 700000 };

	advance(world->t, ms[input_below(&world->input, RTE_DIM(ms))]);
	look(world);
}

static void
step_peer(struct world *world)
{
	speak_as(world->t, input_below(&world->input, PEERS));
}

static void
forget(struct world *world)
{
	struct peer *peer = world->t->peer;

	peer->conn = NULL;
	peer->write_at = 1;
	view_of(world)->read_begun = false;
}

static void
step_accept(struct world *world)
{
	struct estab_conn_info info;
	struct estab_conn *conn;

	if (estab_accept_burst(world->t->listener, &conn, 1) == 0)
		return;
	estab_conn_status(conn, &info);
	must(info.remote.port >= FIXTURE_PEER_PORT && info.remote.port < FIXTURE_PEER_PORT + PEERS);
	speak_as(world->t, info.remote.port - FIXTURE_PEER_PORT);
	if (world->t->peer->conn != NULL)
		estab_conn_close(world->t->peer->conn);
	forget(world);
	world->t->peer->conn = conn;
}

static void
step_connect(struct world *world)
{
	struct fixture *t = world->t;
	const struct estab_connect_config config = { .remote = fixture_peer_endpoint(t),
		.local.port = FIXTURE_PORT };

	if (t->peer->conn != NULL)
		return;
	forget(world);
	if (estab_connect(t->stack, &config, &t->peer->conn) != 0)
		t->peer->conn = NULL;
	turn_and_look(world);
}

static void
step_write(struct world *world)
{
	static const uint16_t sizes[] = { 1, 10, 100, 1000, CHUNK };
	struct peer *peer = world->t->peer;
	const uint16_t size = sizes[input_below(&world->input, RTE_DIM(sizes))];
	const unsigned int how = input_below(&world->input, 8);
	uint8_t chunk[CHUNK];
	ssize_t n;

	if (peer->conn == NULL)
		return;
	pattern_fill(STACK_TEXT_KEY, peer->write_at, chunk, size);
	if (how == 0)
		n = estab_conn_write_urgent(peer->conn, chunk, size);
	else if (how == 1)
		n = estab_conn_write_more(peer->conn, chunk, size);
	else
		n = estab_conn_write(peer->conn, chunk, size);
	must(n <= size);
	if (n > 0)
		peer->write_at += (uint32_t)n;
	turn_and_look(world);
}

/*
 * Where in the peer's text the next byte to be read lies, by the stack's own words. One too far in
 * CLOSED where the peer's FIN was taken: the state does not tell any more.
 */
static uint32_t
place_of_next_byte(struct world *world)
{
	static const char *const after_fin[] = { "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT" };
	const struct estab_conn_info info = status_now(world->t);
	uint32_t place = info.rcv_nxt - info.receive_queued - world->t->peer->iss;

	for (unsigned int i = 0; i < RTE_DIM(after_fin); i++)
		place -= strcmp(info.state, after_fin[i]) == 0;
	return place;
}

/* As fill_text() made it: also where the numbers wrap. */
static bool
is_peers_text(uint32_t place, const uint8_t *text, size_t length)
{
	const size_t to_wrap = (size_t)UINT32_MAX + 1 - place;
	const size_t before = RTE_MIN(length, to_wrap);

	return pattern_check(PEER_TEXT_KEY, place, text, before) == before &&
			pattern_check(PEER_TEXT_KEY, 0, text + before, length - before) ==
			length - before;
}

static void
step_read(struct world *world)
{
	struct peer *peer = world->t->peer;
	const size_t size = (size_t)1 << input_below(&world->input, 13);
	uint8_t chunk[CHUNK];
	bool after_fin = false;
	ssize_t n;

	if (peer->conn == NULL)
		return;
	if (!view_of(world)->read_begun) {
		peer->read_at = place_of_next_byte(world);
		after_fin = strcmp(status_now(world->t).state, "CLOSED") == 0;
	}
	n = estab_conn_read(peer->conn, chunk, RTE_MIN(size, (size_t)CHUNK));
	if (n > 0) {
		if (after_fin && !is_peers_text(peer->read_at, chunk, (size_t)n))
			peer->read_at--;
		must(is_peers_text(peer->read_at, chunk, (size_t)n));
		peer->read_at += (uint32_t)n;
		view_of(world)->read_begun = true;
	}
	turn_and_look(world);
}

static void
step_shutdown(struct world *world)
{
	if (world->t->peer->conn != NULL)
		(void)estab_conn_shutdown(world->t->peer->conn);
	turn_and_look(world);
}

static void
step_close(struct world *world)
{
	if (world->t->peer->conn != NULL)
		estab_conn_close(world->t->peer->conn);
	forget(world);
	turn_and_look(world);
}

static void
step_abort(struct world *world)
{
	if (world->t->peer->conn != NULL)
		estab_conn_abort(world->t->peer->conn);
	forget(world);
	turn_and_look(world);
}

/* The pool has nothing left, for a while. */
static void
step_no_mbufs(struct world *world)
{
	const uint32_t after = input_below(&world->input, 8);

	malloc_mempool_fail(fuzz_pool, after, input_below(&world->input, 8));
}

/* The port takes only so many frames. */
static void
step_full_port(struct world *world)
{
	const uint8_t room = input_u8(&world->input);

	world->t->port.tx_room = room < 4 ? room : UINT32_MAX;
	turn_and_look(world);
}

typedef void (*step_function)(struct world *world);

/* Segments first and most: an input is mostly a peer that speaks. */
static const step_function steps[] = { step_segment, step_segment, step_segment, step_burst,
	step_while, step_write, step_read, step_accept, step_connect, step_shutdown, step_close,
	step_abort, step_peer, step_no_mbufs, step_full_port };

/* The stack of this input: small limits, and policies of all kinds. */
static void
configure(struct world *world)
{
	struct estab_stack_config *config = &world->t->config;
	const uint8_t bits = input_u8(&world->input), more = input_u8(&world->input);

	config->limits = (struct estab_stack_limits){ .connections = 4,
		.syn_records = 2,
		.time_waits = 2,
		.listeners = 2,
		.neighbours = 4,
		.reassemblies = 2,
		.recoveries = 2,
		.paced_connections = 2 };
	config->tcp.no_sack = bits & 1;
	config->tcp.no_timestamps = bits & 2;
	config->tcp.no_window_scale = bits & 4;
	config->tcp.window_every_ack = bits & 8;
	config->tcp.ecn = bits & 16 ? ESTAB_ECN_ASK : 0;
	config->tcp.syn_cookies = bits & 32 ? ESTAB_SYN_COOKIES_ALWAYS : 0;
	config->tcp.receive_buffer_bytes = bits & 64 ? 4096 : 65536;
	config->tcp.receive_buffer_max_bytes = bits & 128 ? 1 << 20 : 1;
	config->tcp.congestion = more % 4;
	config->tcp.send_buffer_bytes = more & 16 ? 4096 : 65536;
	config->tcp.reassembly_segments = more & 32 ? 4 : 32;
	config->tcp.no_tail_probe = more & 64;
	config->tcp.pacing = more & 128;
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	struct world world = { .input = { .bytes = data, .left = size } };

	world.t = fixture_begin(size > 0 && data[0] & 1 ? 6 : 4, fuzz_pool);
	must(world.t != NULL);
	world.t->lenient = true;
	configure(&world);
	app_listen(world.t);
	for (unsigned int i = 0; i < STEPS_MAX && !input_ended(&world.input); i++)
		steps[input_below(&world.input, RTE_DIM(steps))](&world);
	malloc_mempool_fail(fuzz_pool, 0, 0);
	fixture_end(world.t);
}
