/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One queue and four stacks: which packet gets to whom, in which order, and what becomes of those for
 * which there is no room.
 */
#include <errno.h>
#include <stdio.h>

#include <rte_errno.h>

#include "desk.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, desk_setup, desk_teardown)

enum { FIRST_PORT = 1000, CONNECTIONS = 64, ROUNDS = 5 };

static const uint8_t families[] = { ESTAB_FAMILY_IPV4, ESTAB_FAMILY_IPV6 };

/* The peer's port and the sequence number of a segment without VLAN. */
static void
read_segment(const struct rte_mbuf *mbuf, uint8_t family, uint16_t *port, uint32_t *seq)
{
	const uint32_t at = family == ESTAB_FAMILY_IPV4 ? 34 : 54;
	const uint8_t *tcp = rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, at);

	*port = (uint16_t)(tcp[0] << 8 | tcp[1]);
	*seq = (uint32_t)tcp[6] << 8 | tcp[7];
}

static void
each_connection_reaches_its_one_owner_in_order(void **state)
{
	static uint32_t next[CONNECTIONS];
	struct desk *desk = *state;

	desk_open(desk);
	for (unsigned int f = 0; f < RTE_DIM(families); f++) {
		unsigned int got[DESK_STACKS] = { 0 };

		memset(next, 0, sizeof(next));
		for (uint32_t i = 0; i < ROUNDS * CONNECTIONS; i++) {
			const struct frame frame = desk_segment(families[f],
					(uint16_t)(FIRST_PORT + i % CONNECTIONS), i / CONNECTIONS);

			desk_put(desk, 0, &frame);
		}
		for (unsigned int i = 0; i < 100 * DESK_STACKS; i++) {
			const unsigned int stack = i * 3 % DESK_STACKS;
			const struct estab_port *port = &desk->ports[stack];
			struct rte_mbuf *packets[16];
			const uint16_t n = port->rx_burst(port->context, packets, 16);

			got[stack] += n;
			for (uint16_t k = 0; k < n; k++) {
				uint16_t peer;
				uint32_t seq;

				read_segment(packets[k], families[f], &peer, &seq);
				assert_int_equal(seq, next[peer - FIRST_PORT]++);
				assert_int_equal(desk_owner(desk, families[f], peer), stack);
				rte_pktmbuf_free(packets[k]);
			}
		}
		for (unsigned int i = 0; i < CONNECTIONS; i++)
			assert_int_equal(next[i], ROUNDS);
		for (unsigned int i = 0; i < DESK_STACKS; i++)
			assert_in_range(got[i], ROUNDS, ROUNDS * CONNECTIONS / 2);
	}
}

static void
another_secret_spreads_otherwise(void **state)
{
	struct desk *desk = *state;
	unsigned int before[CONNECTIONS], moved = 0;

	desk_open(desk);
	for (uint16_t i = 0; i < CONNECTIONS; i++)
		before[i] = desk_owner(desk, ESTAB_FAMILY_IPV4, (uint16_t)(FIRST_PORT + i));
	estab_dispatch_destroy(desk->dispatch);
	desk->config.secret[15] ^= 1;
	desk_open(desk);
	for (uint16_t i = 0; i < CONNECTIONS; i++)
		moved += desk_owner(desk, ESTAB_FAMILY_IPV4, (uint16_t)(FIRST_PORT + i)) !=
				before[i];
	assert_in_range(moved, CONNECTIONS / 2, CONNECTIONS);
}

/* A port of the peer whose connection belongs to this stack. */
static uint16_t
port_of(const struct desk *desk, unsigned int stack)
{
	uint16_t port = FIRST_PORT;

	while (desk_owner(desk, ESTAB_FAMILY_IPV4, port) != stack)
		port++;
	return port;
}

static void
segments_for_which_a_ring_has_no_room_are_counted_where_they_arrived(void **state)
{
	struct desk *desk = *state;
	struct estab_stats stats = { 0 };
	unsigned int got[DESK_STACKS];
	struct rte_mbuf *packets[64];
	struct frame frame;

	desk->config.ring_packets = 7;
	desk_open(desk);
	frame = desk_segment(ESTAB_FAMILY_IPV4, port_of(desk, 2), 0);
	for (unsigned int i = 0; i < 20; i++)
		desk_put(desk, 0, &frame);
	assert_int_equal(desk->ports[0].rx_burst(desk->ports[0].context, packets, 64), 0);
	desk_count(desk, 64, got);
	assert_int_equal(got[2], 7);
	desk->ports[0].count(desk->ports[0].context, &stats);
	assert_int_equal(stats.drops[ESTAB_DROP_DISPATCH_RING_FULL], 13);
	assert_int_equal(stats.rx_packets, 13);
	assert_int_equal(stats.rx_bytes, 13 * frame.size);
	assert_int_equal(stats.dispatch_handed_over, 20);
	stats = desk_stats(desk);
	assert_int_equal(stats.rx_packets, 13);
}

/* Bursts of one, to both a queue and a ring that are never empty. */
static void
neither_queue_nor_ring_starves(void **state)
{
	struct desk *desk = *state;
	struct frame own, handed;
	unsigned int got[DESK_STACKS];
	struct rte_mbuf *packet;

	desk->given[1] = desk->queues[1].port;
	desk_open(desk);
	own = desk_segment(ESTAB_FAMILY_IPV4, port_of(desk, 0), 1);
	handed = desk_segment(ESTAB_FAMILY_IPV4, port_of(desk, 0), 2);
	for (unsigned int i = 0; i < 10; i++) {
		desk_put(desk, 0, &own);
		desk_put(desk, 1, &handed);
	}
	for (unsigned int i = 0; i < 10; i++)
		assert_int_equal(desk->ports[1].rx_burst(desk->ports[1].context, &packet, 1), 0);
	for (unsigned int i = 0; i < 10; i++) {
		uint32_t seq;
		uint16_t port;

		assert_int_equal(desk->ports[0].rx_burst(desk->ports[0].context, &packet, 1), 1);
		read_segment(packet, ESTAB_FAMILY_IPV4, &port, &seq);
		assert_int_equal(seq, i % 2 == 0 ? 2 : 1);
		rte_pktmbuf_free(packet);
	}
	desk_count(desk, 64, got);
	assert_int_equal(got[0], 10);
}

static struct frame
frame_of(const char *hex)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, hex);
	return frame;
}

static void
what_belongs_to_nobody_stays_where_it_arrived(void **state)
{
	static const char *const cases[] = {
		US PEER "88cc 00000000", /* neither IP nor ARP */
		US PEER "08",            /* runts: in every header */
		ETHER4 "4500",
		ETHER4 IP4("06") "1234",
		ETHER6 "6000",
		ETHER6 IP6("06") "1234",
		ETHER6 IP6("3a"),
		ETHER6 IP6("00") "06",
		US PEER "8100 00",
		US PEER "8100 0007",
		ETHER4 "6500 0028 0000 0000 4006 0000" PEER4 US4 TCP("5", "02"), /* version 6 */
		ETHER4 "4400 0028 0000 0000 4006 0000" PEER4 US4 TCP("5", "02"), /* 16 bytes */
		ETHER4 "4500 0028 0000 2000 4006 0000" PEER4 US4 TCP("5", "02"), /* fragments */
		ETHER4 "4500 0028 0000 0001 4006 0000" PEER4 US4 TCP("5", "02"),
		ETHER6 IP6("2c") "06000001 00000000" TCP("5", "02"),
		ETHER4 IP4("11") "12340050 00080000",  /* UDP */
		ETHER4 IP4("01") "0800 0000 00010001", /* pings */
		ETHER6 IP6("3a") "8000 0000 00010001",
		ETHER4 IP4("01") "0301 0000 00000000", /* errors without a quote, and of UDP */
		ETHER4 IP4("01") "0301 0000 00000000 4500 0028 0000 4000 4011 0000" US4 PEER4
				 "0050 1234 00000000",
		ETHER6 IP6("3a") "0100 0000 00000000 6000",
	};
	struct desk *desk = *state;
	unsigned int got[DESK_STACKS];

	desk_open(desk);
	for (unsigned int i = 0; i < RTE_DIM(cases); i++) {
		const struct frame frame = frame_of(cases[i]);

		desk_put(desk, 0, &frame);
	}
	desk_count(desk, 64, got);
	assert_int_equal(got[0], RTE_DIM(cases));
	assert_int_equal(got[1] + got[2] + got[3], 0);
	assert_int_equal(desk_stats(desk).dispatch_handed_over, 0);
}

/* The same connection in all forms of its packets. */
static void
owner_does_not_depend_on_tags_extensions_or_mbufs(void **state)
{
	static const char *const forms[] = {
		ETHER4 "4500 0028 0000 4000 4006 0000" PEER4 US4,
		US PEER "8100 0007 0800 4500 0028 0000 4000 4006 0000" PEER4 US4,
		ETHER4 "4600 002c 0000 4000 4006 0000" PEER4 US4 "01010100",
		ETHER6 "60000000 0014 0640" PEER6 US6,
		US PEER "8100 0007 86dd 60000000 0014 0640" PEER6 US6,
		ETHER6 "60000000 001c 0040" PEER6 US6 "0600 010400000000",
		ETHER6 "60000000 0024 3c40" PEER6 US6 "2b00 010400000000 0600 010400000000",
	};
	struct desk *desk = *state;
	unsigned int got[DESK_STACKS];

	desk_open(desk);
	for (unsigned int i = 0; i < RTE_DIM(forms); i++) {
		const uint8_t family = i < 3 ? ESTAB_FAMILY_IPV4 : ESTAB_FAMILY_IPV6;
		struct frame frame = frame_of(forms[i]);

		frame_add(&frame, TCP("5", "10"));
		for (size_t split = 0; split < 12; split += 5) { /* in one mbuf, in some, in many */
			desk->kit->split = split;
			desk_put(desk, 0, &frame);
			desk_count(desk, 64, got);
			assert_int_equal(got[desk_owner(desk, family, 0x1234)], 1);
		}
	}
}

static void
errors_reach_the_stack_whose_segment_they_quote(void **state)
{
	static const char *const quotes[][2] = {
		{ "0301", "0b00" },
		{ "0200", "0100" },
	};
	struct desk *desk = *state;

	desk_open(desk);
	for (unsigned int f = 0; f < RTE_DIM(families); f++) {
		const bool ipv4 = families[f] == ESTAB_FAMILY_IPV4;

		for (uint16_t port = FIRST_PORT; port < FIRST_PORT + 2 * CONNECTIONS; port++) {
			struct frame frame = frame_of(ipv4 ? ETHER4 IP4("01") : ETHER6 IP6("3a"));
			unsigned int got[DESK_STACKS];
			char ports[32];

			snprintf(ports, sizeof(ports), "0050 %04x 00000000", port);
			frame_add(&frame, quotes[f][port % 2]);
			frame_add(&frame, "0000 00000000");
			frame_add(&frame,
					ipv4 ? "4500 0028 0000 4000 4006 0000" US4 PEER4
					     : "60000000 0014 0640" US6 PEER6);
			frame_add(&frame, ports);
			desk_put(desk, 0, &frame);
			desk_count(desk, 64, got);
			assert_int_equal(got[desk_owner(desk, families[f], port)], 1);
		}
	}
}

#define ARP_QUESTION  ALL PEER "0806 0001 0800 0604 0001" PEER PEER4 "000000000000" US4
#define SOLICITATION  ETHER6 IP6("3a") "8700 0000 00000000" US6
#define ADVERTISEMENT ETHER6 IP6("3a") "8800 0000 60000000" PEER6

static void
questions_and_answers_about_neighbours_reach_every_stack_whole(void **state)
{
	static const char *const cases[] = { ARP_QUESTION, SOLICITATION, ADVERTISEMENT };
	struct desk *desk = *state;

	desk_open(desk);
	for (unsigned int i = 0; i < RTE_DIM(cases); i++) {
		const struct frame frame = frame_of(cases[i]);

		desk_put(desk, 0, &frame);
		for (unsigned int k = 0; k < DESK_STACKS; k++) {
			struct rte_mbuf *packets[4];
			uint8_t bytes[256];

			assert_int_equal(desk->ports[k].rx_burst(desk->ports[k].context, packets,
							 4),
					1);
			assert_int_equal(kit_flatten(packets[0], bytes, sizeof(bytes)), frame.size);
			assert_memory_equal(bytes, frame.bytes, frame.size);
			assert_int_equal(rte_mbuf_refcnt_read(packets[0]), 1);
			rte_pktmbuf_free(packets[0]);
		}
	}
	assert_int_equal(desk_stats(desk).dispatch_copied, 3 * (DESK_STACKS - 1));
}

static void
one_stack_alone_is_to_answer_for_the_mac_address(void **state)
{
	struct desk *desk = *state;

	desk_open(desk);
	for (unsigned int i = 0; i < DESK_STACKS; i++)
		assert_int_equal((desk->ports[i].offloads & ESTAB_PORT_NEIGHBOURS_ANSWERED) == 0,
				i == 0);
}

static void
flood_of_questions_is_copied_in_part(void **state)
{
	const struct frame frame = frame_of(ARP_QUESTION);
	struct desk *desk = *state;
	unsigned int got[DESK_STACKS];

	desk_open(desk);
	for (unsigned int i = 0; i < 64; i++)
		desk_put(desk, 0, &frame);
	desk_count(desk, 64, got);
	assert_int_equal(got[0], 64);
	for (unsigned int i = 1; i < DESK_STACKS; i++)
		assert_int_equal(got[i], 8);
	assert_int_equal(desk_stats(desk).dispatch_not_copied, 56 * (DESK_STACKS - 1));
}

static void
create_refuses_what_cannot_be(void **state)
{
	struct desk *desk = *state;
	const struct estab_dispatch_config good = desk->config;
	struct estab_dispatch_config bad[5] = { good, good, good, good, good };
	struct estab_port none[DESK_STACKS] = { { .rx_burst = NULL } };
	struct estab_rss rss = { .key_length = 40, .table_size = 2, .table = { 0, DESK_STACKS } };

	bad[0].port_count = 0;
	bad[1].port_count = ESTAB_DISPATCH_PORTS_MAX + 1;
	bad[2].queues = none;
	bad[3].mbuf_pool = NULL;
	bad[4].rss = &rss;
	for (unsigned int i = 0; i < RTE_DIM(bad); i++) {
		rte_errno = 0;
		assert_null(estab_dispatch_create(&bad[i]));
		assert_int_equal(rte_errno, EINVAL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_connection_reaches_its_one_owner_in_order),
		TEST(another_secret_spreads_otherwise),
		TEST(segments_for_which_a_ring_has_no_room_are_counted_where_they_arrived),
		TEST(neither_queue_nor_ring_starves),
		TEST(what_belongs_to_nobody_stays_where_it_arrived),
		TEST(owner_does_not_depend_on_tags_extensions_or_mbufs),
		TEST(errors_reach_the_stack_whose_segment_they_quote),
		TEST(questions_and_answers_about_neighbours_reach_every_stack_whole),
		TEST(one_stack_alone_is_to_answer_for_the_mac_address),
		TEST(flood_of_questions_is_copied_in_part),
		TEST(create_refuses_what_cannot_be),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
