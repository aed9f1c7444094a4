/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is done with packets before a port with TX offloads gets them (rte_eth_tx_prepare), and what
 * becomes of those that it refuses.
 */
#include <rte_mbuf.h>

#include "cutting_port.h"
#include "eal.h"
#include "fixture_internal.h"
#include "malloc_mempool.h"
#include "tcp/text/tso.h"

enum { READY = 0xe57ab };

/* A cutting port that takes only what was made ready, and refuses what is large. */
static struct picky_port {
	struct cutting_port cutter;
	uint32_t refused_from; /* octets of a packet */
	uint32_t mbufs_max;    /* of a packet */
	uint32_t refusals;
	uint32_t calls;
	uint32_t room; /* packets that it still takes */
} picky;

static uint16_t
picky_prepare(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct picky_port *port = context;
	uint16_t i;

	port->calls++;
	for (i = 0; i < n; i++) {
		if (packets[i]->pkt_len >= port->refused_from ||
				packets[i]->nb_segs > port->mbufs_max) {
			port->refusals++;
			break;
		}
		packets[i]->hash.usr = READY;
	}
	return i;
}

static uint16_t
picky_rx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct picky_port *port = context;

	return port->cutter.port.rx_burst(&port->cutter, packets, n);
}

static uint16_t
picky_tx_burst(void *context, struct rte_mbuf **packets, uint16_t n)
{
	struct picky_port *port = context;
	const uint16_t taken = (uint16_t)RTE_MIN((uint32_t)n, port->room);

	for (uint16_t i = 0; i < taken; i++)
		assert_int_equal(packets[i]->hash.usr, port->calls > 0 ? READY : 0);
	port->room -= taken;
	return port->cutter.port.tx_burst(&port->cutter, packets, taken);
}

static struct estab_port *
over_a_picky_port(struct fixture *t)
{
	static struct estab_port port;

	picky = (struct picky_port){ .refused_from = UINT32_MAX,
		.mbufs_max = UINT32_MAX,
		.room = UINT32_MAX };
	cutting_port_init(&picky.cutter, &t->port.port, t->pool);
	port = (struct estab_port){
		.context = &picky,
		.rx_burst = picky_rx_burst,
		.tx_prepare = picky_prepare,
		.tx_burst = picky_tx_burst,
		.offloads = picky.cutter.port.offloads & ~(uint32_t)ESTAB_PORT_TX_TCP_SEGMENTATION,
	};
	t->config.port = &port;
	return &port;
}

static void
every_packet_is_made_ready_before_the_port_gets_it(void **state)
{
	struct fixture *t = *state;

	over_a_picky_port(t);
	in_established(t);
	app_write(t, 3000);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1001:2001(1000) ack 1");
	expect(t, "P. 2001:3001(1000) ack 1");
	assert_true(picky.calls > 0);
	assert_int_equal(stats_now(t).tx_dropped_refused, 0);
}

static void
packet_that_the_port_did_not_take_comes_again_and_leaves_once(void **state)
{
	struct fixture *t = *state;
	uint8_t text[3000];

	over_a_picky_port(t);
	in_established(t);
	pattern_fill(STACK_TEXT_KEY, t->peer->write_at, text, sizeof(text));
	assert_int_equal(estab_conn_write(t->peer->conn, text, sizeof(text)), sizeof(text));
	for (unsigned int i = 0; i < 3; i++) {
		picky.room = 1;
		estab_stack_poll(t->stack, t->now_ns);
		assert_int_equal(picky.room, 0);
	}
	picky.room = UINT32_MAX;
	turn(t);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1001:2001(1000) ack 1");
	expect(t, "P. 2001:3001(1000) ack 1");
	expect_nothing(t);
}

/* One that can never be sent must not stand in the way of those behind it. */
static void
refused_packet_is_dropped_and_counted_and_those_behind_it_leave(void **state)
{
	struct fixture *t = *state;
	uint64_t sent;

	over_a_picky_port(t);
	in_established(t);
	sent = stats_now(t).tx_packets;
	estab_conn_set_no_delay(t->peer->conn, true);
	picky.refused_from = 1000;
	app_write(t, 2100);
	expect(t, "P. 2001:2101(100) ack 1");
	expect_nothing(t);
	assert_int_equal(picky.refusals, 2);
	assert_int_equal(stats_now(t).tx_dropped_refused, 2);
	assert_int_equal(stats_now(t).tx_packets, sent + 1);
	picky.refused_from = UINT32_MAX;
}

/* What is sent again is one segment at a time: a port that cannot cut stops nobody. */
static void
text_of_a_refused_packet_of_segments_is_sent_again_uncut(void **state)
{
	struct fixture *t = *state;

	over_a_picky_port(t)->offloads |= ESTAB_PORT_TX_TCP_SEGMENTATION;
	in_established(t);
	picky.refused_from = 2000;
	app_write(t, 3000);
	expect_nothing(t);
	assert_int_equal(stats_now(t).tx_dropped_refused, 1);
	advance(t, 1500);
	expect(t, ". 1:1001(1000) ack 1");
	ignore_sent(t);
}

/* However often connections try: each refusal costs one of them a timeout. */
static void
port_that_keeps_refusing_packets_of_segments_gets_none_any_more(void **state)
{
	struct fixture *t = *state;

	over_a_picky_port(t)->offloads |= ESTAB_PORT_TX_TCP_SEGMENTATION;
	picky.refused_from = 2000;
	for (unsigned int i = 0; i < TSO_REFUSALS_MAX; i++) {
		speak_as(t, i);
		in_established(t);
		assert_int_equal(stats_now(t).tso_given_up, 0);
		app_write(t, 3000);
		expect_nothing(t);
	}
	assert_int_equal(stats_now(t).tso_given_up, 1);
	assert_int_equal(picky.refusals, TSO_REFUSALS_MAX);
	speak_as(t, TSO_REFUSALS_MAX);
	in_established(t);
	app_write(t, 3000);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1001:2001(1000) ack 1");
	expect(t, "P. 2001:3001(1000) ack 1");
	assert_int_equal(picky.refusals, TSO_REFUSALS_MAX);
}

/* Nothing is said of what the port cuts by a packet that it was not to cut. */
static void
refused_packets_of_one_segment_leave_the_port_what_it_cuts(void **state)
{
	struct fixture *t = *state;

	over_a_picky_port(t)->offloads |= ESTAB_PORT_TX_TCP_SEGMENTATION;
	in_established(t);
	estab_conn_set_no_delay(t->peer->conn, true);
	picky.refused_from = 400;
	for (unsigned int i = 0; i <= TSO_REFUSALS_MAX; i++)
		app_write(t, 500);
	assert_int_equal(picky.refusals, TSO_REFUSALS_MAX + 1);
	assert_int_equal(stats_now(t).tso_given_up, 0);
	picky.refused_from = UINT32_MAX;
	speak_as(t, 1);
	in_established(t);
	app_write(t, 3000);
	assert_int_equal(picky.cutter.packets_cut, 1);
	ignore_sent(t);
}

/* A peer's small MSS must not make packets that drivers refuse, one after the other. */
static void
small_segments_are_cut_here(void **state)
{
	struct fixture *t = *state;

	over_a_picky_port(t)->offloads |= ESTAB_PORT_TX_TCP_SEGMENTATION;
	in_established_with(t, "mss 200");
	picky.refused_from = 300;
	app_write(t, 1000);
	for (unsigned int i = 0; i < 4; i++)
		expect(t, ". %u:%u(200) ack 1", 1 + 200 * i, 201 + 200 * i);
	expect(t, "P. 801:1001(200) ack 1");
	assert_int_equal(picky.refusals, 0);
}

static void
port_without_tx_offloads_is_asked_to_prepare_nothing(void **state)
{
	struct fixture *t = *state;

	over_a_picky_port(t)->offloads = ESTAB_PORT_RX_IPV4_CHECKSUM | ESTAB_PORT_RX_TCP_CHECKSUM;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	ignore_sent(t);
	assert_int_equal(picky.calls, 0);
}

/* i40e takes eight without TSO; the stack's mbufs are so small that no segment fits into one. */
static void
text_in_more_mbufs_than_the_port_takes_leaves_as_full_segments(void **state)
{
	struct fixture *t = *state;
	struct rte_mempool *small = malloc_mempool_create("small", 512, RTE_PKTMBUF_HEADROOM + 374);

	t->config.mbuf_pool = small;
	t->config.limits.send_memory_bytes = 1000000;
	over_a_picky_port(t)->mbufs_max = 8;
	picky.mbufs_max = 8;
	in_established(t);
	app_queue_pieces(t, 100, 30);
	turn(t);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1001:2001(1000) ack 1");
	expect(t, "P. 2001:3001(1000) ack 1");
	assert_int_equal(picky.refusals, 0);
	advance(t, 1500);
	expect(t, ". 1:1001(1000) ack 1"); /* again */
	assert_int_equal(stats_now(t).tx_dropped_refused, 0);
	app_abort(t);
	ignore_sent(t);
	estab_stack_destroy(t->stack);
	t->stack = NULL;
	assert_int_equal(rte_mempool_in_use_count(small), 0);
	malloc_mempool_destroy(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(every_packet_is_made_ready_before_the_port_gets_it),
		FIXTURE_TEST(packet_that_the_port_did_not_take_comes_again_and_leaves_once),
		FIXTURE_TEST(refused_packet_is_dropped_and_counted_and_those_behind_it_leave),
		FIXTURE_TEST(text_of_a_refused_packet_of_segments_is_sent_again_uncut),
		FIXTURE_TEST(port_that_keeps_refusing_packets_of_segments_gets_none_any_more),
		FIXTURE_TEST(refused_packets_of_one_segment_leave_the_port_what_it_cuts),
		FIXTURE_TEST(small_segments_are_cut_here),
		FIXTURE_TEST(text_in_more_mbufs_than_the_port_takes_leaves_as_full_segments),
		FIXTURE_TEST(port_without_tx_offloads_is_asked_to_prepare_nothing),
	};

	return cmocka_run_group_tests_name("prepare", tests, eal_start, eal_stop);
}
