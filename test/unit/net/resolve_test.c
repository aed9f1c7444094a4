/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Next hops: who is asked, what waits meanwhile, when it ends; and the table behind that.
 */
#include <errno.h>

#include "kit.h"
#include "net/route.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

#define SECOND UINT64_C(1000000000)

static struct path
path_to(const char *remote)
{
	struct estab_address address;
	struct path path = { .hop_limit = 64, .local_port = 0x5000, .remote_port = 0x3412 };

	assert_int_equal(estab_address_parse(remote, &address), 0);
	path.family = address.family;
	path_address_import(&address, &path.remote);
	assert_int_equal(estab_address_parse(path.family == ESTAB_FAMILY_IPV4 ? "192.0.2.1"
									      : "2001:db8::1",
					 &address),
			0);
	path_address_import(&address, &path.local);
	return path;
}

/* Build one segment with that sequence number. */
static void
send_on(struct kit *kit, const struct path *path, uint32_t seq)
{
	struct outgoing *out = burst_outgoing(kit->burst);

	out->path = path;
	out->seq = seq;
	out->flags = TCP_FLAG_SYN;
	net_build(&kit->net, kit->burst, kit->now_ns);
}

static void
expect_arp_request(struct kit *kit, const char *target)
{
	struct frame request = { .size = 0 };

	frame_add(&request, ALL US "0806 0001 0800 0604 0001" US US4 "000000000000");
	frame_add(&request, target);
	kit_expect_sent(kit, &request);
}

static struct frame
arp_reply(const char *mac, const char *ip)
{
	struct frame reply = { .size = 0 };

	frame_add(&reply, US);
	frame_add(&reply, mac);
	frame_add(&reply, "0806 0001 0800 0604 0002");
	frame_add(&reply, mac);
	frame_add(&reply, ip);
	frame_add(&reply, US US4);
	return reply;
}

/* tx[0] goes to the MAC address ending in that byte and carries that sequence number. */
static void
expect_segment_sent(struct kit *kit, uint8_t mac, uint32_t seq, size_t ip_length)
{
	uint8_t bytes[256];
	const uint8_t expected_mac[] = { 2, 0, 0, 0, 0, mac };
	const uint8_t expected_seq[] = { (uint8_t)(seq >> 24), (uint8_t)(seq >> 16),
		(uint8_t)(seq >> 8), (uint8_t)seq };

	assert_int_equal(kit->burst->tx_count, 1);
	kit_flatten(kit->burst->tx[0], bytes, sizeof(bytes));
	assert_memory_equal(bytes, expected_mac, 6);
	assert_memory_equal(bytes + 14 + ip_length + 4, expected_seq, 4);
	kit_clear(kit);
}

static void
segment_waits_for_arp_and_goes_when_answered(void **state)
{
	const struct path path = path_to("192.0.2.9");
	const struct frame reply = arp_reply(PEER, PEER4);
	struct kit *kit = *state;

	assert_true(net_deadline(&kit->net) == UINT64_MAX);
	send_on(kit, &path, 7);
	expect_arp_request(kit, PEER4);
	assert_int_equal(net_deadline(&kit->net), kit->now_ns + SECOND);
	kit_expect_used(kit, &reply, 1);
	expect_segment_sent(kit, 0x99, 7, 20);
	send_on(kit, &path, 8);
	expect_segment_sent(kit, 0x99, 8, 20);
	assert_int_equal(kit->stats.tx_dropped_unresolved, 0);
}

static void
segment_waits_for_neighbour_discovery_and_goes_when_answered(void **state)
{
	const struct path path = path_to("2001:db8::9");
	struct frame solicitation = { .size = 0 }, advertisement = { .size = 0 };
	struct kit *kit = *state;

	frame_add(&solicitation, "3333ff000009" US "86dd");
	frame_ip(&solicitation, "60000000 0000 3aff" US6 "ff0200000000000000000001ff000009");
	frame_l4(&solicitation, 58, "8700 0000 00000000" PEER6 "0101" US);
	frame_seal(&solicitation);
	frame_add(&advertisement, ETHER6);
	frame_ip(&advertisement, "60000000 0000 3aff" PEER6 US6);
	frame_l4(&advertisement, 58, "8800 0000 40000000" PEER6 "0201" PEER);
	frame_seal(&advertisement);
	send_on(kit, &path, 7);
	kit_expect_sent(kit, &solicitation);
	kit_expect_used(kit, &advertisement, 1);
	expect_segment_sent(kit, 0x99, 7, 40);
}

static void
second_segment_replaces_the_waiting_one_and_asks_no_more(void **state)
{
	const struct path path = path_to("192.0.2.9");
	const struct frame reply = arp_reply(PEER, PEER4);
	struct kit *kit = *state;

	send_on(kit, &path, 1);
	expect_arp_request(kit, PEER4);
	send_on(kit, &path, 2);
	assert_int_equal(kit->burst->tx_count, 0);
	assert_int_equal(kit->stats.tx_dropped_unresolved, 1);
	kit_expect_used(kit, &reply, 1);
	expect_segment_sent(kit, 0x99, 2, 20);
}

static void
three_requests_a_second_apart_then_the_segment_is_dropped(void **state)
{
	const struct path path = path_to("192.0.2.9");
	struct kit *kit = *state;

	send_on(kit, &path, 1);
	expect_arp_request(kit, PEER4);
	for (unsigned int i = 0; i < 2; i++) {
		kit->now_ns += SECOND - 1;
		net_timeouts(&kit->net, kit->burst, kit->now_ns);
		assert_int_equal(kit->burst->tx_count, 0);
		kit->now_ns++;
		assert_int_equal(net_deadline(&kit->net), kit->now_ns);
		net_timeouts(&kit->net, kit->burst, kit->now_ns);
		expect_arp_request(kit, PEER4);
	}
	kit->now_ns += SECOND;
	net_timeouts(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->burst->tx_count, 0);
	assert_int_equal(kit->stats.tx_dropped_unresolved, 1);
	assert_true(net_deadline(&kit->net) == UINT64_MAX);
	assert_null(neighbour_find(&kit->net.neighbours, &path.remote, path.family));
	send_on(kit, &path, 2); /* and it begins anew */
	expect_arp_request(kit, PEER4);
}

static void
off_link_goes_by_the_gateway_and_without_one_nowhere(void **state)
{
	const struct path ipv4 = path_to("198.51.100.1"), ipv6 = path_to("2001:db8:1::1");
	struct kit *kit = *state;

	send_on(kit, &ipv4, 1);
	expect_arp_request(kit, "c00002fe");
	kit->config.interface.gateway_ipv4.family = ESTAB_FAMILY_ANY;
	kit->config.interface.gateway_ipv6.family = ESTAB_FAMILY_ANY;
	kit_reconfigure(kit);
	send_on(kit, &ipv4, 1);
	send_on(kit, &ipv6, 1);
	assert_int_equal(kit->burst->tx_count, 0);
	assert_int_equal(kit->stats.tx_dropped_unresolved, 2);
}

static void
known_mac_of_the_path_asks_nobody(void **state)
{
	struct path path = path_to("192.0.2.9");
	struct kit *kit = *state;

	path.mac_known = true;
	path.next_hop = (struct rte_ether_addr){ { 2, 0, 0, 0, 0, 0x55 } };
	send_on(kit, &path, 3);
	expect_segment_sent(kit, 0x55, 3, 20);
	assert_null(neighbour_find(&kit->net.neighbours, &path.remote, path.family));
}

static void
old_entry_is_used_while_it_is_asked_again_and_forgotten_when_silent(void **state)
{
	const struct path path = path_to("192.0.2.9");
	const struct frame reply = arp_reply(PEER, PEER4);
	struct kit *kit = *state;
	uint8_t bytes[256];

	send_on(kit, &path, 1);
	kit_expect_used(kit, &reply, 1);
	kit_clear(kit);
	kit->now_ns += 60 * SECOND - 1;
	send_on(kit, &path, 2);
	expect_segment_sent(kit, 0x99, 2, 20);
	kit->now_ns++;
	send_on(kit, &path, 3);
	assert_int_equal(kit->burst->tx_count, 2); /* the segment, then the question */
	kit_flatten(kit->burst->tx[0], bytes, sizeof(bytes));
	assert_int_equal(bytes[5], 0x99);
	kit_flatten(kit->burst->tx[1], bytes, sizeof(bytes));
	assert_int_equal(bytes[13], 0x06);
	kit_clear(kit);
	send_on(kit, &path, 4);
	expect_segment_sent(kit, 0x99, 4, 20);
	for (unsigned int i = 0; i < 3; i++) {
		kit->now_ns += SECOND;
		net_timeouts(&kit->net, kit->burst, kit->now_ns);
	}
	assert_int_equal(kit->burst->tx_count, 2);
	assert_null(neighbour_find(&kit->net.neighbours, &path.remote, path.family));
	assert_int_equal(kit->stats.tx_dropped_unresolved, 0);
}

static void
suspected_entry_is_used_while_it_is_asked_again_once(void **state)
{
	struct path path = path_to("192.0.2.9");
	const struct frame reply = arp_reply(PEER, PEER4);
	struct kit *kit = *state;
	uint8_t bytes[256];

	send_on(kit, &path, 1);
	kit_expect_used(kit, &reply, 1);
	kit_clear(kit);
	path.next_hop_suspect = true;
	send_on(kit, &path, 2);
	assert_int_equal(kit->burst->tx_count, 2); /* the segment, then the question */
	kit_flatten(kit->burst->tx[0], bytes, sizeof(bytes));
	assert_int_equal(bytes[5], 0x99);
	kit_flatten(kit->burst->tx[1], bytes, sizeof(bytes));
	assert_int_equal(bytes[13], 0x06);
	kit_clear(kit);
	send_on(kit, &path, 3);
	expect_segment_sent(kit, 0x99, 3, 20);
}

static void
full_table_evicts_the_least_recently_used_with_its_segment(void **state)
{
	struct path paths[3] = { path_to("192.0.2.10"), path_to("192.0.2.11"),
		path_to("192.0.2.12") };
	struct kit *kit = *state;
	struct neighbour_table *table = &kit->net.neighbours;

	kit->config.limits.neighbours = 2;
	kit_reconfigure(kit);
	send_on(kit, &paths[0], 1);
	send_on(kit, &paths[1], 1);
	send_on(kit, &paths[0], 2); /* now 1 is the least recently used */
	assert_int_equal(kit->stats.tx_dropped_unresolved, 1);
	send_on(kit, &paths[2], 1);
	assert_int_equal(kit->stats.tx_dropped_unresolved, 2);
	assert_non_null(neighbour_find(table, &paths[0].remote, ESTAB_FAMILY_IPV4));
	assert_null(neighbour_find(table, &paths[1].remote, ESTAB_FAMILY_IPV4));
	assert_non_null(neighbour_find(table, &paths[2].remote, ESTAB_FAMILY_IPV4));
}

/* ARP tells where 192.0.2.`last` is. */
static void
answer_for(struct kit *kit, uint8_t last)
{
	struct frame reply = arp_reply(PEER, PEER4);

	reply.bytes[14 + 8 + 6 + 3] = last;
	kit_expect_used(kit, &reply, 1);
	kit_clear(kit);
}

static void
full_table_keeps_the_one_whose_mac_was_used_last(void **state)
{
	struct path paths[3] = { path_to("192.0.2.10"), path_to("192.0.2.11"),
		path_to("192.0.2.12") };
	struct kit *kit = *state;
	struct neighbour_table *table = &kit->net.neighbours;

	kit->config.limits.neighbours = 2;
	kit_reconfigure(kit);
	for (uint8_t i = 0; i < 2; i++) {
		send_on(kit, &paths[i], 1);
		answer_for(kit, (uint8_t)(10 + i));
	}
	send_on(kit, &paths[0], 2);
	expect_segment_sent(kit, 0x99, 2, 20);
	send_on(kit, &paths[2], 1);
	assert_non_null(neighbour_find(table, &paths[0].remote, ESTAB_FAMILY_IPV4));
	assert_null(neighbour_find(table, &paths[1].remote, ESTAB_FAMILY_IPV4));
}

static void
only_entry_that_was_given_up_is_asked_for_anew(void **state)
{
	const struct path path = path_to("192.0.2.9");
	struct kit *kit = *state;

	kit->config.limits.neighbours = 1;
	kit_reconfigure(kit);
	send_on(kit, &path, 1);
	for (unsigned int i = 0; i < 3; i++) {
		kit->now_ns += SECOND;
		net_timeouts(&kit->net, kit->burst, kit->now_ns);
	}
	kit_clear(kit);
	assert_null(neighbour_find(&kit->net.neighbours, &path.remote, ESTAB_FAMILY_IPV4));
	send_on(kit, &path, 2);
	expect_arp_request(kit, PEER4);
}

static struct frame
arp_request_from(uint8_t last)
{
	struct frame request = { .size = 0 };

	frame_add(&request, ALL PEER "0806 0001 0800 0604 0001" PEER PEER4 "000000000000" US4);
	request.bytes[14 + 8 + 6 + 3] = last;
	return request;
}

static void
strangers_asking_for_us_are_answered_but_fill_no_table_in_use(void **state)
{
	const struct path path = path_to("192.0.2.9");
	const struct frame reply = arp_reply(PEER, PEER4);
	struct kit *kit = *state;
	struct neighbour_table *table = &kit->net.neighbours;
	struct frame request;

	kit->config.limits.neighbours = 4;
	kit_reconfigure(kit);
	send_on(kit, &path, 1);
	kit_expect_used(kit, &reply, 1);
	for (uint8_t last = 100; last < 200; last++) {
		request = arp_request_from(last);
		kit_expect_used(kit, &request, 1);
	}
	assert_non_null(neighbour_find(table, &path.remote, ESTAB_FAMILY_IPV4));
	kit->now_ns += 60 * SECOND; /* all are old now: the first to ask gets the oldest's place */
	request = arp_request_from(200);
	kit_expect_used(kit, &request, 1);
	assert_null(neighbour_find(table, &path.remote, ESTAB_FAMILY_IPV4));
}

static void
destroyed_room_frees_waiting_segments(void **state)
{
	struct path path = path_to("192.0.2.9");
	struct kit *kit = *state;

	send_on(kit, &path, 1);
	kit_clear(kit);
	assert_int_equal(rte_mempool_in_use_count(kit->pool), 1);
	kit_reconfigure(kit);
	assert_int_equal(rte_mempool_in_use_count(kit->pool), 0);
}

static void
source_address_is_of_the_remote_prefix_else_the_first(void **state)
{
	static const struct {
		const char *remote, *local;
	} cases[] = {
		{ "192.0.2.77", "192.0.2.1" },
		{ "10.1.2.3", "10.0.0.1" },
		{ "198.51.100.1", "192.0.2.1" },
		{ "2001:db8::7", "2001:db8::1" },
		{ "2001:db8:7::1", "2001:db8::1" },
		{ "fe80::7", "fe80::1" },
	};
	struct kit *kit = *state;
	struct estab_interface *interface = &kit->config.interface;
	static const char *const ours[] = { "192.0.2.1", "10.0.0.1", "fe80::1", "2001:db8::1" };
	static const uint8_t prefixes[] = { 24, 8, 64, 64 };
	struct path expected;
	union ip_address local;

	interface->address_count = 4;
	for (unsigned int i = 0; i < 4; i++) {
		estab_address_parse(ours[i], &interface->addresses[i].address);
		interface->addresses[i].prefix_length = prefixes[i];
	}
	kit_reconfigure(kit);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct path remote = path_to(cases[i].remote);

		expected = path_to(cases[i].local);
		assert_int_equal(net_source_address(&kit->net, &remote.remote, remote.family,
						 &local),
				0);
		assert_memory_equal(&local, &expected.remote, sizeof(local));
	}
	interface->address_count = 2;
	kit_reconfigure(kit);
	expected = path_to("2001:db8::7");
	assert_int_equal(net_source_address(&kit->net, &expected.remote, ESTAB_FAMILY_IPV6, &local),
			-EADDRNOTAVAIL);
}

static void
prefix_holds_by_whole_and_part_bytes(void **state)
{
	static const struct {
		const char *ours, *other;
		uint8_t length;
		bool holds;
	} cases[] = {
		{ "192.0.2.1", "203.0.113.9", 0, true },
		{ "192.0.2.129", "192.0.2.255", 25, true },
		{ "192.0.2.129", "192.0.2.127", 25, false },
		{ "192.0.2.1", "192.0.2.0", 31, true },
		{ "192.0.2.1", "192.0.2.2", 31, false },
		{ "192.0.2.1", "192.0.2.1", 32, true },
		{ "192.0.2.1", "192.0.2.3", 32, false },
		{ "2001:db8::1", "2001:db8:8000::1", 33, false },
		{ "2001:db8::1", "2001:db8:7fff::1", 33, true },
		{ "2001:db8::1", "2001:db8::2", 127, false },
		{ "2001:db8::1", "2001:db8::1", 128, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct path ours = path_to(cases[i].ours), other = path_to(cases[i].other);
		const struct net_address address = { .ip = ours.remote,
			.family = ours.family,
			.prefix_length = cases[i].length };

		assert_int_equal(route_prefix_holds(&address, &other.remote), cases[i].holds);
	}
}

static void
unusable_peers_are_groups_loopback_unspecified_and_ourselves(void **state)
{
	static const char *const unusable[] = { "0.0.0.0", "0.1.2.3", "127.0.0.1", "224.0.0.1",
		"239.255.255.255", "255.255.255.255", "192.0.2.255", "192.0.2.1", "::", "::1",
		"ff02::1", "::ffff:192.0.2.9", "2001:db8::1" };
	static const char *const usable[] = { "192.0.2.9", "192.0.2.254", "223.255.255.255",
		"1.0.0.1", "198.51.100.255", "2001:db8::9", "fe80::9", "::2" };
	struct kit *kit = *state;

	for (size_t i = 0; i < sizeof(unusable) / sizeof(unusable[0]); i++) {
		const struct path path = path_to(unusable[i]);

		assert_true(net_is_unusable_peer(&kit->net, &path.remote, path.family));
	}
	for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++) {
		const struct path path = path_to(usable[i]);

		assert_false(net_is_unusable_peer(&kit->net, &path.remote, path.family));
	}
}

/* RFC 3021: both addresses of a /31 are hosts; and a /32 is nobody's broadcast. */
static void
prefix_of_31_bits_has_no_broadcast_address(void **state)
{
	const struct path upper = path_to("192.0.2.1");
	struct kit *kit = *state;
	struct estab_local_address *ours = &kit->config.interface.addresses[0];

	assert_int_equal(estab_address_parse("192.0.2.0", &ours->address), 0);
	ours->prefix_length = 31;
	kit_reconfigure(kit);
	assert_false(net_is_unusable_peer(&kit->net, &upper.remote, ESTAB_FAMILY_IPV4));
	ours->prefix_length = 30;
	kit_reconfigure(kit);
	assert_false(net_is_unusable_peer(&kit->net, &upper.remote, ESTAB_FAMILY_IPV4));
	assert_true(route_is_ipv4_group(&kit->net, rte_cpu_to_be_32(0xc0000203)));
	ours->prefix_length = 32;
	kit_reconfigure(kit);
	assert_false(route_is_ipv4_group(&kit->net, rte_cpu_to_be_32(0xc0000200)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(segment_waits_for_arp_and_goes_when_answered),
		TEST(segment_waits_for_neighbour_discovery_and_goes_when_answered),
		TEST(second_segment_replaces_the_waiting_one_and_asks_no_more),
		TEST(three_requests_a_second_apart_then_the_segment_is_dropped),
		TEST(off_link_goes_by_the_gateway_and_without_one_nowhere),
		TEST(known_mac_of_the_path_asks_nobody),
		TEST(old_entry_is_used_while_it_is_asked_again_and_forgotten_when_silent),
		TEST(suspected_entry_is_used_while_it_is_asked_again_once),
		TEST(full_table_evicts_the_least_recently_used_with_its_segment),
		TEST(full_table_keeps_the_one_whose_mac_was_used_last),
		TEST(only_entry_that_was_given_up_is_asked_for_anew),
		TEST(strangers_asking_for_us_are_answered_but_fill_no_table_in_use),
		TEST(destroyed_room_frees_waiting_segments),
		TEST(source_address_is_of_the_remote_prefix_else_the_first),
		TEST(prefix_holds_by_whole_and_part_bytes),
		TEST(prefix_of_31_bits_has_no_broadcast_address),
		TEST(unusable_peers_are_groups_loopback_unspecified_and_ourselves),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
