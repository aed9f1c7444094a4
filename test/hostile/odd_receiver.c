/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Three connections to odd peers, under each controller. Meanwhile the port is stuck at times, and the path's
 * MTU falls. Nothing of it may trip an assert, or carry the stack beyond a window that was offered; and once
 * the peers are honest, all text of both ways arrives.
 *
 * usage: hostile_odd_receiver [FIRST_SEED COUNT]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "../rfc/quote.h"
#include "cutting_port.h"
#include "eal.h"
#include "fixture_internal.h"
#include "malloc_mempool.h"
#include "odd_peer.h"

#define MS UINT64_C(1000000)

enum {
	PEERS = 3,
	STRANGER = 50,   /* whose segments belong to no connection */
	ODD_STEPS = 250, /* of each peer */
	HONEST_MS = 400000,
	CHUNK = 4096,
};

/* One seed. */
struct world {
	struct fixture *t;
	struct odd_peer peers[PEERS];
	struct cutting_port cutting; /* where the port is to cut segments */
	uint32_t written[PEERS], read[PEERS];
	bool shut[PEERS];
};

static uint64_t first_seed = 1, seeds = 6;

/* Text in many mbufs, none of which has room for the next. */
static void
queue_pieces(struct odd_peer *peer, uint32_t *written)
{
	const uint16_t octets = (uint16_t)(1 + odd_below(peer, 70));

	for (uint32_t pieces = odd_below(peer, 40); pieces > 0; pieces--) {
		struct rte_mbuf *mbuf;

		if (*written + octets > peer->total)
			return;
		mbuf = rte_pktmbuf_alloc(peer->t->pool);
		assert_non_null(mbuf);
		mbuf->data_off = (uint16_t)(mbuf->buf_len - octets);
		mbuf->data_len = octets;
		mbuf->pkt_len = octets;
		pattern_fill(STACK_TEXT_KEY, 1 + *written, rte_pktmbuf_mtod(mbuf, uint8_t *),
				octets);
		if (estab_conn_send_burst(peer->t->peer->conn, &mbuf, 1) == 0) {
			rte_pktmbuf_free(mbuf);
			return;
		}
		*written += octets;
	}
}

static void
write_some(struct odd_peer *peer, uint32_t *written)
{
	const uint32_t most = odd_one_in(peer, 3) ? 30 : CHUNK;
	const uint32_t size = RTE_MIN(peer->total - *written,
			peer->honest ? (uint32_t)CHUNK : 1 + odd_below(peer, most));
	uint8_t chunk[CHUNK];
	ssize_t n;

	if (!peer->honest && odd_one_in(peer, 4)) {
		queue_pieces(peer, written);
		return;
	}
	pattern_fill(STACK_TEXT_KEY, 1 + *written, chunk, size);
	n = estab_conn_write(peer->t->peer->conn, chunk, size);
	*written += n > 0 ? (uint32_t)n : 0;
}

static void
read_some(struct odd_peer *peer, uint32_t *read)
{
	uint8_t chunk[CHUNK];
	ssize_t n;

	do {
		n = estab_conn_read(peer->t->peer->conn, chunk, 1 + odd_below(peer, CHUNK));
		if (n <= 0)
			return;
		assert_int_equal(pattern_check(PEER_TEXT_KEY, 1 + *read, chunk, (size_t)n), n);
		*read += (uint32_t)n;
	} while (peer->honest || odd_one_in(peer, 2));
}

static void
user_works(struct world *world, unsigned int n)
{
	struct odd_peer *peer = &world->peers[n];

	write_some(peer, &world->written[n]);
	if (world->written[n] == peer->total && !world->shut[n] &&
			(peer->honest || odd_one_in(peer, 10))) {
		assert_int_equal(estab_conn_shutdown(world->t->peer->conn), 0);
		world->shut[n] = true;
	}
	if (peer->honest || !odd_one_in(peer, 3))
		read_some(peer, &world->read[n]);
}

/* For a while the port takes few frames, or none; or so many wait for it that connections wait too. */
static void
trouble_the_port(struct world *world, struct odd_peer *peer)
{
	struct fixture *t = world->t;

	if (t->config.port != &t->port.port)
		return; /* who cuts has nowhere to keep the pieces */
	if (odd_one_in(peer, 100))
		stick_the_port(t);
	else if (odd_one_in(peer, 10))
		t->port.tx_room = odd_one_in(peer, 4) ? odd_below(peer, 5) : UINT32_MAX;
	speak_as(t, peer->n);
}

/* A router says that what is in flight is too big. */
static void
trouble_the_path(struct odd_peer *peer)
{
	const uint16_t mtu = (uint16_t)(552 + odd_below(peer, 1000));
	char quoted[PACKET_NOTATION_MAX];

	if (peer->sent_end <= peer->next || !odd_one_in(peer, 40))
		return;
	snprintf(quoted, sizeof(quoted), ". %" PRIu32 ":%" PRIu32 "(100) ack 1", peer->next,
			peer->next + 100);
	quote_too_big(peer->t, mtu, quoted);
}

static void
look(struct world *world, struct odd_peer *peer)
{
	turn(world->t);
	odd_take(peer);
	speak_as(world->t, STRANGER);
	while (next_sent(world->t) != NULL)
		;
	speak_as(world->t, peer->n);
}

static void
step_oddly(struct world *world, struct odd_peer *peer)
{
	speak_as(world->t, peer->n);
	if (odd_one_in(peer, 3))
		user_works(world, peer->n);
	if (odd_one_in(peer, 4))
		odd_send(peer);
	if (odd_one_in(peer, 40))
		odd_renege(peer);
	if (odd_one_in(peer, 6))
		odd_acknowledge(peer);
	trouble_the_path(peer);
	trouble_the_port(world, peer);
	odd_answer(peer);
	look(world, peer);
	advance(world->t, odd_one_in(peer, 12) ? odd_below(peer, 900) : odd_below(peer, 20));
	look(world, peer);
}

/* @return whether all has arrived */
static bool
step_honestly(struct world *world, unsigned int n)
{
	struct odd_peer *peer = &world->peers[n];

	speak_as(world->t, n);
	user_works(world, n);
	odd_send(peer);
	odd_answer(peer);
	look(world, peer);
	return peer->next == peer->total + 2 && world->read[n] == peer->own_total &&
			peer->acked > peer->own_total;
}

static void
end_honestly(struct world *world)
{
	const uint64_t end_ns = world->t->now_ns + HONEST_MS * MS;
	unsigned int over = 0;

	world->t->port.tx_room = UINT32_MAX;
	for (unsigned int n = 0; n < PEERS; n++) {
		speak_as(world->t, n);
		look(world, &world->peers[n]);
		odd_become_honest(&world->peers[n]);
	}
	while (over < PEERS) {
		over = 0;
		for (unsigned int n = 0; n < PEERS; n++)
			over += step_honestly(world, n);
		assert_true(world->t->now_ns < end_ns);
		advance(world->t, 10);
	}
	for (unsigned int n = 0; n < PEERS; n++) {
		speak_as(world->t, n);
		odd_take(&world->peers[n]);
		app_abort(world->t);
	}
	ignore_sent(world->t);
}

/* Policies, and limits so small that connections stand in one another's way. */
static void
configure(struct world *world, struct odd_peer *dice, enum estab_congestion controller)
{
	struct estab_stack_config *config = &world->t->config;

	config->tcp.congestion = controller;
	config->tcp.pacing = odd_one_in(dice, 3);
	config->tcp.idle_keeps_cwnd = odd_one_in(dice, 2);
	config->tcp.window_every_ack = odd_one_in(dice, 2);
	config->tcp.window_is_room = odd_one_in(dice, 4);
	config->tcp.rack_rtt_of_highest = odd_one_in(dice, 2);
	config->tcp.no_tail_probe = odd_one_in(dice, 4);
	config->tcp.receive_buffer_bytes = odd_one_in(dice, 2) ? 4096 : 65536;
	config->tcp.reassembly_segments = odd_one_in(dice, 3) ? 4 : 64;
	config->limits.recoveries = odd_one_in(dice, 2) ? 1 : 16;
	config->limits.reassemblies = odd_one_in(dice, 2) ? 2 : 16;
	config->limits.paced_connections = 1 + odd_below(dice, 3);
	if (!odd_one_in(dice, 3))
		return;
	cutting_port_init(&world->cutting, &world->t->port.port, world->t->pool);
	config->port = &world->cutting.port;
}

static void
run(struct world *world, struct fixture *t, uint64_t seed, enum estab_congestion controller)
{
	world->t = t;
	for (unsigned int n = 0; n < PEERS; n++) {
		struct odd_peer *peer = &world->peers[n];

		*peer = (struct odd_peer){ .t = t, .n = n, .random = { seed * PEERS + n } };
		if (n == 0)
			configure(world, peer, controller);
		in_listen(t);
		speak_as(t, n);
		odd_establish(peer);
	}
	for (unsigned int i = 0; i < ODD_STEPS * PEERS; i++)
		step_oddly(world, &world->peers[i % PEERS]);
	end_honestly(world);
}

static void
run_seeds(enum estab_congestion controller)
{
	struct rte_mempool *pool =
			malloc_mempool_create("odd", 4 * FIXTURE_MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);

	assert_non_null(pool);
	for (uint64_t i = 0; i < 2 * seeds; i++) {
		struct fixture *t = fixture_begin(i % 2 == 0 ? 4 : 6, pool);
		struct world *world = calloc(1, sizeof(*world));

		assert_non_null(t);
		assert_non_null(world);
		print_message("seed %" PRIu64 "\n", first_seed + i / 2);
		run(world, t, first_seed + i / 2, controller);
		fixture_end(t);
		free(world);
	}
	malloc_mempool_destroy(pool);
}

static void
odd_acknowledgments_under_newreno_end_and_all_text_arrives(void **state)
{
	(void)state;
	run_seeds(ESTAB_CONGESTION_NEWRENO);
}

static void
odd_acknowledgments_under_cubic_end_and_all_text_arrives(void **state)
{
	(void)state;
	run_seeds(ESTAB_CONGESTION_CUBIC);
}

static void
odd_acknowledgments_under_dctcp_end_and_all_text_arrives(void **state)
{
	(void)state;
	run_seeds(ESTAB_CONGESTION_DCTCP);
}

static void
odd_acknowledgments_under_bbr_end_and_all_text_arrives(void **state)
{
	(void)state;
	run_seeds(ESTAB_CONGESTION_BBR);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_acknowledgments_under_newreno_end_and_all_text_arrives),
		cmocka_unit_test(odd_acknowledgments_under_cubic_end_and_all_text_arrives),
		cmocka_unit_test(odd_acknowledgments_under_dctcp_end_and_all_text_arrives),
		cmocka_unit_test(odd_acknowledgments_under_bbr_end_and_all_text_arrives),
	};

	if (argc == 3) {
		first_seed = strtoull(argv[1], NULL, 0);
		seeds = strtoull(argv[2], NULL, 0);
	}
	return cmocka_run_group_tests_name("odd_receiver", tests, eal_start, eal_stop);
}
