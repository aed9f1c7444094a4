/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Stacks without a queue to send through: all they send leaves through another's, in order, or stays
 * theirs.
 */
#include "desk.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, desk_setup, desk_teardown)

/* Stack 0 receives, and so sends for the others. */
static void
turn_of_the_sender(struct desk *desk)
{
	struct rte_mbuf *packet;

	assert_int_equal(desk->ports[0].rx_burst(desk->ports[0].context, &packet, 1), 0);
}

static void
others_packets_leave_in_order_when_the_owner_of_the_queue_receives(void **state)
{
	struct desk *desk = *state;
	uint8_t next[DESK_STACKS] = { 0 };
	int byte;

	desk_open(desk);
	for (uint8_t i = 0; i < 180; i++)
		assert_true(desk_send(desk, 1 + i % 3u, (uint8_t)(i / 3 | (1 + i % 3) << 6)));
	assert_int_equal(desk_sent(desk, 0), -1);
	turn_of_the_sender(desk);
	for (uint8_t i = 0; i < 180; i++) {
		byte = desk_sent(desk, 0);
		assert_true(byte >= 0);
		assert_int_equal(byte & 0x3f, next[byte >> 6]++);
	}
	assert_int_equal(desk_sent(desk, 0), -1);
}

static void
own_queue_is_used_at_once(void **state)
{
	struct desk *desk = *state;

	desk->given[2].tx_burst = desk->queues[2].port.tx_burst;
	desk->given[2].context = &desk->queues[2];
	desk_open(desk);
	assert_true(desk_send(desk, 0, 1));
	assert_true(desk_send(desk, 2, 2));
	assert_int_equal(desk_sent(desk, 0), 1);
	assert_int_equal(desk_sent(desk, 2), 2);
}

static void
full_queue_loses_nothing_and_fills_the_ring_until_its_stack_is_told(void **state)
{
	struct desk *desk = *state;
	unsigned int taken = 0;
	uint8_t next = 0;
	int byte;

	desk->config.ring_packets = 127;
	desk_open(desk);
	desk->queues[0].tx_room = 5;
	for (unsigned int i = 0; i < 400; i++) {
		taken += desk_send(desk, 1, (uint8_t)taken);
		turn_of_the_sender(desk);
	}
	assert_in_range(taken, 5 + 127,
			5 + 127 + 64); /* sent, in the ring, waiting for the queue */
	desk->queues[0].tx_room = UINT32_MAX;
	turn_of_the_sender(desk);
	for (unsigned int i = 0; i < taken; i++) {
		byte = desk_sent(desk, 0);
		assert_int_equal(byte, next++);
	}
	assert_int_equal(desk_sent(desk, 0), -1);
}

static void
stack_that_fills_its_ring_does_not_starve_another(void **state)
{
	struct desk *desk = *state;
	unsigned int from_2 = 0;
	int byte;

	desk->config.ring_packets = 127;
	desk_open(desk);
	for (unsigned int i = 0; i < 50; i++) {
		desk->queues[0].tx_room = 64;
		while (desk_send(desk, 1, 1))
			;
		desk_send(desk, 2, 2);
		turn_of_the_sender(desk);
		while ((byte = desk_sent(desk, 0)) != -1)
			from_2 += byte == 2;
	}
	assert_true(from_2 > 20);
}

/* Odd first bytes can never be sent. */
static uint16_t
prepare_even(void *context, struct rte_mbuf **packets, uint16_t n)
{
	uint16_t i = 0;

	(void)context;
	while (i < n && *rte_pktmbuf_mtod(packets[i], const uint8_t *) % 2 == 0)
		i++;
	return i;
}

static void
what_the_queue_refuses_for_others_is_dropped_and_counted(void **state)
{
	struct desk *desk = *state;

	desk->given[0].tx_prepare = prepare_even;
	desk_open(desk);
	for (uint8_t byte = 0; byte < 10; byte++)
		assert_true(desk_send(desk, 3, byte));
	turn_of_the_sender(desk);
	for (uint8_t byte = 0; byte < 10; byte += 2)
		assert_int_equal(desk_sent(desk, 0), byte);
	assert_int_equal(desk_sent(desk, 0), -1);
	assert_int_equal(desk_stats(desk).tx_dropped_refused, 5);
	assert_ptr_not_equal(desk->ports[0].tx_prepare,
			NULL); /* of its own packets, by its stack */
	assert_ptr_equal(desk->ports[3].tx_prepare, NULL);
}

static void
offloads_are_those_that_every_way_of_a_packet_has(void **state)
{
	struct desk *desk = *state;

	desk->given[1] = desk->queues[1].port;
	desk->given[0].mbufs_max = 5;
	desk->given[0].mbufs_cut_max = 6;
	desk->given[0].offloads = ESTAB_PORT_RX_TCP_CHECKSUM | ESTAB_PORT_TX_TCP_CHECKSUM;
	desk->given[1].offloads = ESTAB_PORT_RX_TCP_CHECKSUM | ESTAB_PORT_RX_IPV4_CHECKSUM;
	desk_open(desk);
	assert_int_equal(desk->ports[0].offloads,
			ESTAB_PORT_RX_TCP_CHECKSUM | ESTAB_PORT_TX_TCP_CHECKSUM);
	assert_int_equal(desk->ports[1].offloads,
			ESTAB_PORT_RX_TCP_CHECKSUM | ESTAB_PORT_NEIGHBOURS_ANSWERED);
	assert_int_equal(desk->ports[1].mbufs_max, 0);
	assert_int_equal(desk->ports[2].mbufs_max, 5); /* that of the queue it sends through */
	assert_int_equal(desk->ports[2].mbufs_cut_max, 6);
	assert_int_equal(desk->ports[3].mbufs_max, 0); /* the two queues in turn */
	assert_int_equal(desk->ports[2].offloads,
			ESTAB_PORT_RX_TCP_CHECKSUM | ESTAB_PORT_TX_TCP_CHECKSUM |
					ESTAB_PORT_NEIGHBOURS_ANSWERED);
}

/* In the rings, and waiting for a queue that takes nothing: the teardown counts mbufs. */
static void
destroy_frees_what_is_on_its_way(void **state)
{
	struct desk *desk = *state;
	struct rte_mbuf *packets[64];

	desk_open(desk);
	desk->queues[0].tx_room = 0;
	for (uint16_t i = 0; i < 64; i++) {
		const struct frame frame = desk_segment(ESTAB_FAMILY_IPV6, (uint16_t)(1000 + i), 1);

		desk_put(desk, 0, &frame);
		assert_true(desk_send(desk, 1 + i % 3u, 1));
	}
	rte_pktmbuf_free_bulk(packets,
			desk->ports[0].rx_burst(desk->ports[0].context, packets, 64));
	assert_true(desk_stats(desk).dispatch_handed_over > 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(others_packets_leave_in_order_when_the_owner_of_the_queue_receives),
		TEST(own_queue_is_used_at_once),
		TEST(full_queue_loses_nothing_and_fills_the_ring_until_its_stack_is_told),
		TEST(stack_that_fills_its_ring_does_not_starve_another),
		TEST(what_the_queue_refuses_for_others_is_dropped_and_counted),
		TEST(offloads_are_those_that_every_way_of_a_packet_has),
		TEST(destroy_frees_what_is_on_its_way),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
