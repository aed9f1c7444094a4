/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ARP (RFC 826): what is answered, byte by byte, and what is refused.
 */
#include "kit.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

#define ARP_REQUEST "0001 0800 06 04 0001"
#define ARP_REPLY   "0001 0800 06 04 0002"
#define NOBODY      "000000000000"

static struct frame
frame_of(const char *hex)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, hex);
	return frame;
}

static const struct neighbour *
neighbour_of_peer(const struct kit *kit)
{
	const union ip_address peer = { .bytes = { 192, 0, 2, 9 } };

	return neighbour_find(&kit->net.neighbours, &peer, ESTAB_FAMILY_IPV4);
}

static void
request_for_us_is_answered_to_where_it_came_from(void **state)
{
	/* The frame's source (..98) differs from the sender's address (..99): the frame counts. */
	const struct frame request = frame_of(ALL "020000000098"
						  "0806" ARP_REQUEST PEER PEER4 NOBODY US4);
	const struct frame reply = frame_of("020000000098" US "0806" ARP_REPLY US US4 PEER PEER4);
	struct kit *kit = *state;

	kit_expect_used(kit, &request, 1);
	kit_expect_sent(kit, &reply);
	assert_int_equal(kit->stats.arp_received, 1);
}

/* Another stack at the same device does. */
static void
request_that_another_stack_answers_is_learnt_in_silence(void **state)
{
	const struct frame request = frame_of(ALL PEER "0806" ARP_REQUEST PEER PEER4 NOBODY US4);
	struct kit *kit = *state;

	kit->config.port_offloads = ESTAB_PORT_NEIGHBOURS_ANSWERED;
	kit_reconfigure(kit);
	kit_expect_used(kit, &request, 0);
	assert_non_null(neighbour_of_peer(kit));
}

static void
request_in_chain_or_shared_mbuf_is_answered_in_a_fresh_one(void **state)
{
	const struct frame request = frame_of(ALL PEER "0806" ARP_REQUEST PEER PEER4 NOBODY US4);
	const struct frame reply = frame_of(PEER US "0806" ARP_REPLY US US4 PEER PEER4);
	struct kit *kit = *state;
	struct rte_mbuf *shared = kit_mbuf(kit, &request);

	rte_mbuf_refcnt_update(shared, 1);
	kit->burst->rx[0] = shared;
	kit->burst->rx_count = 1;
	net_parse(&kit->net, kit->burst, kit->now_ns);
	assert_ptr_not_equal(kit->burst->tx[0], shared);
	assert_memory_equal(rte_pktmbuf_mtod(shared, void *), request.bytes, request.size);
	kit_expect_sent(kit, &reply);
	rte_pktmbuf_free(shared);
	kit->split = 20;
	kit_expect_used(kit, &request, 1);
	kit_expect_sent(kit, &reply);
}

static void
request_on_vlan_is_answered_with_the_tag(void **state)
{
	const struct frame request = frame_of(ALL PEER "0806" ARP_REQUEST PEER PEER4 NOBODY US4);
	const struct frame tagged =
			frame_of(ALL PEER "8100 6005 0806" ARP_REQUEST PEER PEER4 NOBODY US4);
	const struct frame reply = frame_of(PEER US "8100 0005 0806" ARP_REPLY US US4 PEER PEER4);
	struct kit *kit = *state;

	kit->config.interface.vlan = 5;
	kit_reconfigure(kit);
	kit_expect_used(kit, &tagged, 1);
	kit_expect_sent(kit, &reply);
	kit->rx_ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	kit->rx_vlan_tci = 5;
	kit_expect_used(kit, &request, 1);
	assert_int_equal(kit->burst->tx[0]->ol_flags, 0);
	kit_expect_sent(kit, &reply);
}

static void
probe_for_our_address_is_answered_and_not_learnt(void **state)
{
	const struct frame probe = frame_of(ALL PEER "0806" ARP_REQUEST PEER "00000000" NOBODY US4);
	const struct frame reply = frame_of(PEER US "0806" ARP_REPLY US US4 PEER "00000000");
	struct kit *kit = *state;

	kit_expect_used(kit, &probe, 1);
	kit_expect_sent(kit, &reply);
	assert_null(neighbour_of_peer(kit));
}

static void
request_for_others_is_dropped_and_not_learnt(void **state)
{
	const struct frame request =
			frame_of(ALL PEER "0806" ARP_REQUEST PEER PEER4 NOBODY "c0000202");
	const struct frame reply = frame_of(US PEER "0806" ARP_REPLY PEER PEER4 US US4);
	struct kit *kit = *state;

	kit_expect_drop(kit, &request, ESTAB_DROP_ARP_NOT_OURS);
	assert_null(neighbour_of_peer(kit));
	kit_expect_drop(kit, &reply, ESTAB_DROP_ARP_NOT_OURS); /* nobody asked */
	assert_null(neighbour_of_peer(kit));
}

static void
malformed_arp_is_dropped(void **state)
{
	static const char *const wrong[] = {
		ALL PEER "0806"
			 "0006 0800 06 04 0001" PEER PEER4 NOBODY US4, /* hardware type */
		ALL PEER "0806"
			 "0001 86dd 06 04 0001" PEER PEER4 NOBODY US4, /* protocol type */
		ALL PEER "0806"
			 "0001 0800 08 04 0001" PEER PEER4 NOBODY US4, /* lengths */
		ALL PEER "0806"
			 "0001 0800 06 10 0001" PEER PEER4 NOBODY US4,
		ALL PEER "0806"
			 "0001 0800 06 04 0003" PEER PEER4 NOBODY US4, /* reverse ARP */
		ALL PEER "0806" ARP_REQUEST ALL PEER4 NOBODY US4,      /* sender is a group */
		ALL PEER "0806" ARP_REQUEST NOBODY PEER4 NOBODY US4,
		ALL PEER "0806" ARP_REQUEST PEER "e0000001" NOBODY US4,
		ALL PEER "0806" ARP_REQUEST PEER "c00002ff" NOBODY US4,
		ALL PEER "0806" ARP_REQUEST PEER US4 NOBODY US4, /* claims our address */
		US PEER "0806" ARP_REPLY PEER "00000000" US US4,
		ALL PEER "0806" ARP_REQUEST PEER PEER4 NOBODY "c00002", /* cut */
		ALL PEER "0806",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct frame frame = frame_of(wrong[i]);

		kit_expect_drop(*state, &frame, ESTAB_DROP_ARP_MALFORMED);
	}
}

static void
one_who_asks_for_us_is_learnt_and_gratuitous_arp_updates_him(void **state)
{
	const struct frame request = frame_of(ALL PEER "0806" ARP_REQUEST PEER PEER4 NOBODY US4);
	const struct frame gratuitous =
			frame_of(ALL "020000000077"
				     "0806" ARP_REQUEST "020000000077" PEER4 NOBODY PEER4);
	struct kit *kit = *state;

	kit_expect_drop(kit, &gratuitous, ESTAB_DROP_ARP_NOT_OURS);
	kit_expect_used(kit, &request, 1);
	assert_non_null(neighbour_of_peer(kit));
	assert_int_equal(neighbour_of_peer(kit)->mac.addr_bytes[5], 0x99);
	kit_expect_used(kit, &gratuitous, 0);
	assert_int_equal(neighbour_of_peer(kit)->mac.addr_bytes[5], 0x77);
}

static void
request_with_empty_pool_is_used_and_counted(void **state)
{
	const struct frame request = frame_of(ALL PEER "0806" ARP_REQUEST PEER PEER4 NOBODY US4);
	struct rte_mbuf *all[128], *shared;
	struct kit *kit = *state;

	shared = kit_mbuf(kit, &request);
	rte_mbuf_refcnt_update(shared, 1);
	assert_int_equal(rte_pktmbuf_alloc_bulk(kit->pool, all, 127), 0);
	kit->burst->rx[0] = shared;
	kit->burst->rx_count = 1;
	net_parse(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->stats.rx_delivered, 1);
	assert_int_equal(kit->stats.tx_dropped_no_mbuf, 1);
	assert_int_equal(kit->burst->tx_count, 0);
	rte_pktmbuf_free_bulk(all, 127);
	rte_pktmbuf_free(shared);
}

static void
request_for_any_host_of_a_whole_prefix_is_answered(void **state)
{
	static const struct {
		const char *target;
		bool ours;
	} cases[] = {
		{ "0a010001", true },  /* 10.1.0.1, the address itself */
		{ "0a01fffe", true },  /* the last host */
		{ "0a0100ff", true },  /* in the middle */
		{ "0a010000", false }, /* the network */
		{ "0a01ffff", false }, /* its broadcast address */
		{ "0a020001", false }, /* next door */
		{ "c0000203", false }, /* beside our one address of another prefix */
	};
	struct kit *kit = *state;
	struct estab_interface *interface = &kit->config.interface;

	interface->addresses[interface->address_count++] =
			(struct estab_local_address){ .address = { ESTAB_FAMILY_IPV4,
								      { 10, 1, 0, 1 } },
				.prefix_length = 16,
				.whole = true };
	kit_reconfigure(kit);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct frame request = frame_of(ALL PEER "0806" ARP_REQUEST PEER PEER4 NOBODY);
		struct frame reply = frame_of(PEER US "0806" ARP_REPLY US);

		frame_add(&request, cases[i].target);
		frame_add(&reply, cases[i].target);
		frame_add(&reply, PEER PEER4);
		kit_clear(kit);
		if (cases[i].ours) {
			kit_expect_used(kit, &request, 1);
			kit_expect_sent(kit, &reply);
		} else {
			kit_receive(kit, &request);
			assert_int_equal(kit->burst->tx_count, 0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(request_for_us_is_answered_to_where_it_came_from),
		TEST(request_in_chain_or_shared_mbuf_is_answered_in_a_fresh_one),
		TEST(request_on_vlan_is_answered_with_the_tag),
		TEST(probe_for_our_address_is_answered_and_not_learnt),
		TEST(request_for_others_is_dropped_and_not_learnt),
		TEST(request_that_another_stack_answers_is_learnt_in_silence),
		TEST(malformed_arp_is_dropped),
		TEST(one_who_asks_for_us_is_learnt_and_gratuitous_arp_updates_him),
		TEST(request_for_any_host_of_a_whole_prefix_is_answered),
		TEST(request_with_empty_pool_is_used_and_counted),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
