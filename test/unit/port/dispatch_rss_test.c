/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A device that spreads by itself: the owner of a connection is the stack at the queue that
 * rte_softrss_be and the table say, over both families; segments stay where the device brings them.
 */
#include <stdlib.h>

#include <rte_thash.h>

#include "desk.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, rss_setup, desk_teardown)

enum { TABLE = 128, TUPLES = 500 };

static struct estab_rss rss;

/* The verification key of the specification of RSS, for its test suite below. */
static const uint8_t verification_key[ESTAB_RSS_KEY_MIN] = { 0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b,
	0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae,
	0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b,
	0xbe, 0xac, 0x01, 0xfa };

static int
rss_setup(void **state)
{
	const int ret = desk_setup(state);
	struct desk *desk = *state;

	rss = (struct estab_rss){ .key_length = ESTAB_RSS_KEY_MIN, .table_size = TABLE };
	for (unsigned int i = 0; i < ESTAB_RSS_KEY_MIN; i++)
		rss.key[i] = (uint8_t)(i * 167 + 13);
	for (unsigned int i = 0; i < TABLE; i++)
		rss.table[i] = (uint16_t)(i * 7 / 5 % DESK_STACKS);
	for (unsigned int i = 0; i < DESK_STACKS; i++)
		desk->given[i] = desk->queues[i].port;
	desk->config.rss = &rss;
	return ret;
}

/* By DPDK's function and nothing of ours. */
static unsigned int
queue_by_dpdk(const struct frame *frame)
{
	const bool ipv4 = frame->bytes[12] == 0x08;
	uint32_t key[ESTAB_RSS_KEY_MIN / 4], words[9];
	const uint32_t size = ipv4 ? 3 : 9;

	memcpy(words, frame->bytes + (ipv4 ? 26 : 22), size * 4); /* addresses and ports */
	for (uint32_t i = 0; i < size; i++)
		words[i] = rte_be_to_cpu_32(words[i]);
	memcpy(key, rss.key, sizeof(key));
	rte_convert_rss_key(key, key, sizeof(key));
	return rss.table[rte_softrss_be(words, size, (const uint8_t *)key) % TABLE];
}

static void
owner_is_the_queue_of_softrss_and_the_table(void **state)
{
	static const uint8_t families[] = { ESTAB_FAMILY_IPV4, ESTAB_FAMILY_IPV6 };
	struct desk *desk = *state;

	desk_open(desk);
	for (unsigned int f = 0; f < RTE_DIM(families); f++) {
		const struct estab_endpoint local = desk_local(families[f]);
		unsigned int by_stack[DESK_STACKS] = { 0 };

		for (uint16_t i = 0; i < TUPLES; i++) {
			const uint16_t port = (uint16_t)(i * 131);
			const struct frame frame = desk_segment(families[f], port, 0);
			const struct estab_endpoint remote = desk_remote(families[f], port);
			const unsigned int queue = queue_by_dpdk(&frame);

			assert_int_equal(desk_owner(desk, families[f], port), queue);
			assert_int_equal(estab_rss_queue(&rss, &local, &remote), queue);
			by_stack[queue]++;
		}
		for (unsigned int i = 0; i < DESK_STACKS; i++)
			assert_in_range(by_stack[i], TUPLES / 8, TUPLES / 2);
	}
}

/* "RSS verification suite": what arrives at 161.142.100.80:1766 from 66.9.149.187:2794 hashes to
 * 0x51ccc178; IPv6, 3ffe:2501:200:3::1 port 1766 from 3ffe:2501:200:1fff::7 port 2794, 0x40207d3d */
static void
known_answers_of_the_specification(void **state)
{
	static const struct {
		const char *local, *remote;
		uint32_t hash;
	} cases[] = {
		{ "161.142.100.80", "66.9.149.187", 0x51ccc178 },
		{ "3ffe:2501:200:3::1", "3ffe:2501:200:1fff::7", 0x40207d3d },
	};

	(void)state;
	memcpy(rss.key, verification_key, sizeof(verification_key));
	for (unsigned int i = 0; i < TABLE; i++)
		rss.table[i] = (uint16_t)i;
	for (unsigned int i = 0; i < RTE_DIM(cases); i++) {
		struct estab_endpoint local = { .port = 1766 }, remote = { .port = 2794 };

		assert_int_equal(estab_address_parse(cases[i].local, &local.address), 0);
		assert_int_equal(estab_address_parse(cases[i].remote, &remote.address), 0);
		assert_int_equal(estab_rss_queue(&rss, &local, &remote), cases[i].hash % TABLE);
	}
}

static void
segments_stay_at_the_queue_that_the_device_chose(void **state)
{
	struct desk *desk = *state;

	desk_open(desk);
	for (uint16_t i = 0; i < TUPLES; i++) {
		const struct frame frame = desk_segment(ESTAB_FAMILY_IPV4, (uint16_t)(1000 + i), 0);
		struct rte_mbuf *packet;

		desk_put(desk, i % DESK_STACKS, &frame);
		assert_int_equal(desk->ports[i % DESK_STACKS]
						 .rx_burst(desk->ports[i % DESK_STACKS].context,
								 &packet, 1),
				1);
		rte_pktmbuf_free(packet);
	}
	assert_int_equal(desk_stats(desk).dispatch_handed_over, 0);
}

/* The device knows nothing of quotes. */
static void
errors_are_handed_to_the_owner_of_the_quoted_connection(void **state)
{
	struct desk *desk = *state;
	struct frame frame = { .size = 0 };
	const unsigned int owner = (desk_open(desk), desk_owner(desk, ESTAB_FAMILY_IPV4, 0x1234));
	unsigned int got[DESK_STACKS];

	frame_add(&frame, ETHER4 IP4("01") "0301 0000 00000000 4500 0028 0000 4000 4006 0000");
	frame_add(&frame, US4 PEER4 "0050 1234 00000000");
	for (unsigned int queue = 0; queue < DESK_STACKS; queue++)
		desk_put(desk, queue, &frame);
	desk_count(desk, 64, got);
	assert_int_equal(got[owner], DESK_STACKS);
	assert_int_equal(desk_stats(desk).dispatch_handed_over, DESK_STACKS - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(owner_is_the_queue_of_softrss_and_the_table),
		TEST(known_answers_of_the_specification),
		TEST(segments_stay_at_the_queue_that_the_device_chose),
		TEST(errors_are_handed_to_the_owner_of_the_quoted_connection),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
