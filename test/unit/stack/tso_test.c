/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segmentation left to the port (TSO): what is on the wire is what it would have been without, segment
 * by segment. Each conversation is held twice, over a port that cuts and over one that does not.
 */
#include <rte_common.h>
#include <rte_mbuf.h>

#include "cutting_port.h"
#include "eal.h"
#include "fixture_internal.h"
#include "tcp/text/tso.h"

/* The stack's port, and how it is used. */
static struct cutting_port cutter;

static void
over_a_cutting_port(struct fixture *t, bool no_tso)
{
	cutting_port_init(&cutter, &t->port.port, t->pool);
	t->config.port = &cutter.port;
	t->config.tcp.no_tso = no_tso;
}

/* Four segments are full; the rest waits for an ACK (Nagle), as it would without TSO. */
static void
write_and_end(struct fixture *t)
{
	in_established_with(t, "mss 1000,sackOK,TS val 900 ecr 0");
	app_write(t, 4 * 988 + 500);
	expect(t, ". 1:989(988) ack 1 <TS val * ecr 1000>");
	expect(t, ". 989:1977(988) ack 1 <TS val * ecr 1000>");
	expect(t, ". 1977:2965(988) ack 1 <TS val * ecr 1000>");
	expect(t, ". 2965:3953(988) ack 1 <TS val * ecr 1000>");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 3953 <TS val 1001 ecr *>");
	expect(t, "P. 3953:4453(500) ack 1 <TS val * ecr 1001>");
	arrive(t, ". 1:1(0) ack 4453 <TS val 1002 ecr *>");
	app_write(t, 2 * 988);
	expect(t, ". 4453:5441(988) ack 1 <TS val * ecr 1002>");
	expect(t, "P. 5441:6429(988) ack 1 <TS val * ecr 1002>");
	expect_nothing(t);
}

static void
full_segments_leave_as_one_packet_and_arrive_as_they_would_have(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, false);
	write_and_end(t);
	assert_int_equal(cutter.packets_cut, 2);
	assert_int_equal(cutter.segments_max, 4);
	assert_int_equal(stats_now(t).segments_sent, 8); /* SYN-ACK and seven with text */
	assert_int_equal(stats_now(t).text_bytes_sent, 6 * 988 + 500);
}

static void
nothing_is_cut_where_the_configuration_forbids_it(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, true);
	write_and_end(t);
	assert_int_equal(cutter.packets_cut, 0);
	assert_int_equal(stats_now(t).segments_sent, 8);
}

/* virtio is such a port: what of the IP header changes with each segment it sets all the same. */
static void
port_without_ipv4_checksums_gets_packets_with_a_right_one(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, false);
	cutter.port.offloads &= ~(uint32_t)ESTAB_PORT_TX_IPV4_CHECKSUM;
	write_and_end(t);
	assert_int_equal(cutter.packets_cut, 2);
}

/* Which is why the bit alone is not enough. */
static void
nothing_is_cut_by_a_port_that_does_not_do_checksums_or_chains(void **state)
{
	static const uint32_t needed[] = { ESTAB_PORT_TX_TCP_CHECKSUM, ESTAB_PORT_TX_MULTI_SEGMENT,
		ESTAB_PORT_TX_TCP_SEGMENTATION };
	struct estab_port port = { .offloads = 0 };
	struct estab_stack_config config = { .port = &port };

	(void)state;
	for (size_t i = 0; i < RTE_DIM(needed); i++)
		port.offloads |= needed[i];
	assert_true(tso_is_granted(&config));
	for (size_t i = 0; i < RTE_DIM(needed); i++) {
		port.offloads &= ~needed[i];
		assert_false(tso_is_granted(&config));
		port.offloads |= needed[i];
	}
	config.port_offloads = port.offloads; /* of a caller that moves packets itself */
	config.port = NULL;
	assert_true(tso_is_granted(&config));
	config.tcp.no_tso = true;
	assert_false(tso_is_granted(&config));
}

static void
fin_is_on_the_last_segment_only(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, false);
	in_established(t);
	app_write(t, 10000); /* the whole initial window */
	for (unsigned int i = 0; i < 9; i++)
		expect(t, ". %u:%u(1000) ack 1", 1 + 1000 * i, 1001 + 1000 * i);
	expect(t, "P. 9001:10001(1000) ack 1");
	app_write(t, 2000);
	app_shutdown(t);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 10001");
	expect(t, ". 10001:11001(1000) ack 1");
	expect(t, "FP. 11001:12001(1000) ack 1");
	expect_nothing(t);
	assert_int_equal(cutter.packets_cut, 2);
}

/* However many segments a packet has, cwnd limits what is in flight. */
static void
packet_to_be_cut_ends_at_the_congestion_window(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, false);
	in_established(t);
	app_write(t, 20000);
	assert_int_equal(ignore_sent(t), 10);
	assert_int_equal(status_now(t).cwnd, 10000);
	arrive(t, ". 1:1(0) ack 501");
	assert_int_equal(status_now(t).cwnd, 10500);
	expect(t, ". 10001:11001(1000) ack 1");
	expect_nothing(t);
	assert_int_equal(cutter.packets_cut, 1);
}

/* The port would repeat the pointer, which counts from each segment's own number. */
static void
urgent_text_is_not_cut_by_the_port(void **state)
{
	struct fixture *t = *state;
	uint8_t text[2000];

	over_a_cutting_port(t, false);
	in_established(t);
	pattern_fill(STACK_TEXT_KEY, t->peer->write_at, text, sizeof(text));
	t->peer->write_at += (uint32_t)sizeof(text);
	assert_int_equal(estab_conn_write_urgent(t->peer->conn, text, sizeof(text)), sizeof(text));
	turn(t);
	expect(t, "U. 1:1001(1000) ack 1 urg 2000");
	expect(t, "UP. 1001:2001(1000) ack 1 urg 1000");
	assert_int_equal(cutter.packets_cut, 0);
}

/* A block that tells of one segment that came twice is told once (RFC 2883 4). */
static void
text_with_sack_blocks_is_not_cut_by_the_port(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, false);
	in_established_with(t, "mss 1000,sackOK");
	arrive(t, ". 11:21(10) ack 1");
	expect(t, ". 1:1(0) ack 1 <nop,nop,sack 11:21>");
	estab_conn_set_no_delay(t->peer->conn, true);
	app_write(t, 3 * 988);
	expect(t, ". 1:989(988) ack 1 <nop,nop,sack 11:21>");
	expect(t, ". 989:1977(988) ack 1 <nop,nop,sack 11:21>");
	expect(t, "P. 1977:2965(988) ack 1 <nop,nop,sack 11:21>");
	assert_int_equal(cutter.packets_cut, 0);
}

static void
what_is_sent_again_is_not_cut_by_the_port(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, false);
	in_established(t);
	app_write(t, 3000);
	ignore_sent(t);
	assert_int_equal(cutter.packets_cut, 1);
	advance(t, 1500);
	expect(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1001");
	ignore_sent(t);
	assert_int_equal(cutter.packets_cut, 1);
}

/* Neither drivers nor the IP header's length take any number. */
static void
packet_to_be_cut_is_bounded(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.initial_window = 200;
	over_a_cutting_port(t, false);
	in_established_with(t, "mss 1460,wscale 7");
	t->peer->write_at = 1;
	arrive(t, ". 1:1(0) ack 1 win 10000");
	app_write(t, 200000);
	assert_in_range(ignore_sent(t), 200000 / 1460, 200000 / 1440 + 1);
	assert_in_range(cutter.segments_max, 20, 44);
	assert_in_range(cutter.pieces_max, 2, 40);
}

static void
text_in_tiny_mbufs_makes_no_long_chain(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, false);
	in_established(t);
	app_queue_pieces(t, 500, 20);
	turn(t);
	for (unsigned int i = 0; i < 9; i++)
		expect(t, ". %u:%u(1000) ack 1", 1 + 1000 * i, 1001 + 1000 * i);
	expect(t, "P. 9001:10001(1000) ack 1");
	assert_in_range(cutter.pieces_max, 1, 40);
}

static void
packet_to_be_cut_has_no_more_mbufs_than_the_port_takes(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, false);
	cutter.port.mbufs_cut_max = 11;
	in_established(t);
	app_queue_pieces(t, 20, 500);
	turn(t);
	for (unsigned int i = 0; i < 9; i++)
		expect(t, ". %u:%u(1000) ack 1", 1 + 1000 * i, 1001 + 1000 * i);
	expect(t, "P. 9001:10001(1000) ack 1");
	assert_int_equal(cutter.pieces_max, 11);
	assert_int_equal(cutter.packets_cut, 2);
	assert_int_equal(cutter.segments_max, 5);
}

/* Of a packet to be cut each segment may lie in so many mbufs as one that is not (rte_eth_desc_lim). */
static void
segment_in_too_many_mbufs_is_not_part_of_a_packet_to_be_cut(void **state)
{
	struct fixture *t = *state;

	over_a_cutting_port(t, false);
	cutter.port.mbufs_max = 4;
	in_established(t);
	app_queue_pieces(t, 6, 500); /* three segments, two pieces each */
	app_queue_pieces(t, 4, 250); /* one of four pieces, with the headers in five */
	app_queue_pieces(t, 2, 450); /* one that ends within a piece, and the next begins there */
	app_queue_pieces(t, 1, 1100);
	turn(t);
	for (unsigned int i = 0; i < 5; i++)
		expect(t, ". %u:%u(1000) ack 1", 1 + 1000 * i, 1001 + 1000 * i);
	expect(t, "P. 5001:6001(1000) ack 1");
	assert_int_equal(cutter.packets_cut, 2);
	assert_int_equal(cutter.segments_max, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(full_segments_leave_as_one_packet_and_arrive_as_they_would_have),
		FIXTURE_TEST(nothing_is_cut_where_the_configuration_forbids_it),
		FIXTURE_TEST(port_without_ipv4_checksums_gets_packets_with_a_right_one),
		cmocka_unit_test(nothing_is_cut_by_a_port_that_does_not_do_checksums_or_chains),
		FIXTURE_TEST(fin_is_on_the_last_segment_only),
		FIXTURE_TEST(packet_to_be_cut_ends_at_the_congestion_window),
		FIXTURE_TEST(urgent_text_is_not_cut_by_the_port),
		FIXTURE_TEST(text_with_sack_blocks_is_not_cut_by_the_port),
		FIXTURE_TEST(what_is_sent_again_is_not_cut_by_the_port),
		FIXTURE_TEST(packet_to_be_cut_is_bounded),
		FIXTURE_TEST(text_in_tiny_mbufs_makes_no_long_chain),
		FIXTURE_TEST(packet_to_be_cut_has_no_more_mbufs_than_the_port_takes),
		FIXTURE_TEST(segment_in_too_many_mbufs_is_not_part_of_a_packet_to_be_cut),
	};

	return cmocka_run_group_tests_name("tso", tests, eal_start, eal_stop);
}
