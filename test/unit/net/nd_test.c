/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Neighbour discovery (RFC 4861 7.1, 7.2): answers byte by byte, and what is refused.
 */
#include "kit.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

#define OUR_GROUP_MAC "3333ff000001"
#define OUR_GROUP     "ff0200000000000000000001ff000001"
#define ALL_NODES     "ff020000000000000000000000000001"
#define UNSPECIFIED   "00000000000000000000000000000000"
#define HEAD          "60000000 0000 3aff"
#define SOLICIT       "8700 0000 00000000"

static struct frame
message(const char *ether, const char *ip, const char *icmp)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, ether);
	frame_add(&frame, "86dd");
	frame_ip(&frame, ip);
	frame_l4(&frame, 58, icmp);
	frame_seal(&frame);
	return frame;
}

static const struct neighbour *
neighbour_of_peer(const struct kit *kit)
{
	const union ip_address peer = { .bytes = { 0x20, 1, 0x0d, 0xb8, [15] = 9 } };

	return neighbour_find(&kit->net.neighbours, &peer, ESTAB_FAMILY_IPV6);
}

static void
multicast_solicitation_is_answered_with_solicited_advertisement(void **state)
{
	const struct frame solicitation =
			message(OUR_GROUP_MAC PEER, HEAD PEER6 OUR_GROUP, SOLICIT US6 "0101" PEER);
	/* type 136, flags solicited and override, target, target link-layer address */
	const struct frame advertisement =
			message(PEER US, HEAD US6 PEER6, "8800 0000 60000000" US6 "0201" US);
	struct kit *kit = *state;

	kit_expect_used(kit, &solicitation, 1);
	kit_expect_sent(kit, &advertisement);
	assert_int_equal(kit->stats.nd_received, 1);
	assert_non_null(neighbour_of_peer(kit));
	assert_int_equal(neighbour_of_peer(kit)->mac.addr_bytes[5], 0x99);
}

/* Another stack at the same device does. */
static void
solicitation_that_another_stack_answers_is_learnt_in_silence(void **state)
{
	const struct frame solicitation =
			message(OUR_GROUP_MAC PEER, HEAD PEER6 OUR_GROUP, SOLICIT US6 "0101" PEER);
	struct kit *kit = *state;

	kit->config.port_offloads = ESTAB_PORT_NEIGHBOURS_ANSWERED;
	kit_reconfigure(kit);
	kit_expect_used(kit, &solicitation, 0);
	assert_non_null(neighbour_of_peer(kit));
}

static void
unicast_solicitation_without_option_is_answered_and_not_learnt(void **state)
{
	const struct frame solicitation = message(US PEER, HEAD PEER6 US6, SOLICIT US6);
	const struct frame advertisement =
			message(PEER US, HEAD US6 PEER6, "8800 0000 60000000" US6 "0201" US);

	kit_expect_used(*state, &solicitation, 1);
	kit_expect_sent(*state, &advertisement);
	assert_null(neighbour_of_peer(*state));
}

static void
duplicate_address_probe_is_answered_to_all_nodes(void **state)
{
	const struct frame probe =
			message(OUR_GROUP_MAC PEER, HEAD UNSPECIFIED OUR_GROUP, SOLICIT US6);
	/* RFC 4861 7.2.4: solicited flag zero, to the all-nodes address */
	const struct frame advertisement = message("333300000001" US, HEAD US6 ALL_NODES,
			"8800 0000 20000000" US6 "0201" US);

	kit_expect_used(*state, &probe, 1);
	kit_expect_sent(*state, &advertisement);
}

static void
solicitation_with_nonce_and_unknown_options_is_answered(void **state)
{
	const struct frame solicitation = message(OUR_GROUP_MAC PEER, HEAD PEER6 OUR_GROUP,
			SOLICIT US6 "0e01 010203040506"
				    "fe02 0000000000000000000000000000"
				    "0101" PEER);

	kit_expect_used(*state, &solicitation, 1);
	assert_non_null(neighbour_of_peer(*state));
}

static void
malformed_solicitations_are_dropped(void **state)
{
	const struct frame wrong[] = {
		/* a router passed it on */
		message(US PEER, "60000000 0000 3afe" PEER6 US6, SOLICIT US6),
		message(US PEER, HEAD PEER6 US6, "8701 0000 00000000" US6),      /* code */
		message(US PEER, HEAD PEER6 US6, "8700 0000 00000000 20010db8"), /* short */
		message(US PEER, HEAD PEER6 US6, SOLICIT ALL_NODES),             /* of a group */
		message(US PEER, HEAD PEER6 US6, SOLICIT US6 "0100" PEER),       /* option length */
		message(US PEER, HEAD PEER6 US6, SOLICIT US6 "0102" PEER),
		message(US PEER, HEAD PEER6 US6, SOLICIT US6 "0101 0200"),
		message(US PEER, HEAD PEER6 US6, SOLICIT US6 "0101" ALL), /* group as MAC */
		/* unspecified source: with an option, and to other than the group */
		message(OUR_GROUP_MAC PEER, HEAD UNSPECIFIED OUR_GROUP, SOLICIT US6 "0101" PEER),
		message(US PEER, HEAD UNSPECIFIED US6, SOLICIT US6),
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		kit_expect_drop(*state, &wrong[i], ESTAB_DROP_ND_MALFORMED);
}

static void
solicitation_for_others_is_dropped(void **state)
{
	const struct frame other = message(US PEER, HEAD PEER6 US6,
			SOLICIT "20010db8000000000000000000000002"
				"0101" PEER);

	kit_expect_drop(*state, &other, ESTAB_DROP_ND_NOT_OURS);
	assert_null(neighbour_of_peer(*state));
}

/* flags: 40 solicited, 20 override */
static struct frame
advertisement(const char *flags, const char *option)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, US PEER "86dd");
	frame_ip(&frame, HEAD PEER6 US6);
	frame_l4(&frame, 58, "8800 0000");
	frame_add(&frame, flags);
	frame_add(&frame, "000000" PEER6);
	frame_add(&frame, option);
	frame_seal(&frame);
	return frame;
}

static void
learn_peer(struct kit *kit)
{
	const struct frame solicitation =
			message(OUR_GROUP_MAC PEER, HEAD PEER6 OUR_GROUP, SOLICIT US6 "0101" PEER);

	kit_expect_used(kit, &solicitation, 1);
}

static void
advertisement_nobody_asked_for_is_dropped(void **state)
{
	const struct frame unasked = advertisement("60", "0201" PEER);

	kit_expect_drop(*state, &unasked, ESTAB_DROP_ND_NOT_OURS);
	assert_null(neighbour_of_peer(*state));
}

static void
advertisement_changes_known_address_only_with_override(void **state)
{
	const struct frame timid = advertisement("40", "0201 020000000077");
	const struct frame bold = advertisement("20", "0201 020000000077");
	const struct frame empty = advertisement("60", "");
	struct kit *kit = *state;

	learn_peer(kit);
	kit_expect_drop(kit, &timid, ESTAB_DROP_ND_NOT_OURS);
	kit_expect_drop(kit, &empty, ESTAB_DROP_ND_NOT_OURS);
	assert_int_equal(neighbour_of_peer(kit)->mac.addr_bytes[5], 0x99);
	kit_expect_used(kit, &bold, 0);
	assert_int_equal(neighbour_of_peer(kit)->mac.addr_bytes[5], 0x77);
}

static void
malformed_advertisements_are_dropped(void **state)
{
	const struct frame wrong[] = {
		message(US PEER, "60000000 0000 3a40" PEER6 US6,
				"8800 0000 60000000" PEER6 "0201" PEER),
		message(US PEER, HEAD PEER6 US6, "8801 0000 60000000" PEER6 "0201" PEER),
		message(US PEER, HEAD PEER6 US6, "8800 0000 60000000" ALL_NODES "0201" PEER),
		/* solicited, yet to everybody */
		message("333300000001" PEER, HEAD PEER6 ALL_NODES,
				"8800 0000 60000000" PEER6 "0201" PEER),
	};

	learn_peer(*state);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		kit_expect_drop(*state, &wrong[i], ESTAB_DROP_ND_MALFORMED);
}

static void
solicitation_for_any_host_of_a_whole_prefix_is_answered(void **state)
{
	struct frame solicitation =
			message("3333ffabcdef" PEER, HEAD PEER6 "ff0200000000000000000001ffabcdef",
					SOLICIT "20010db8000000000000000000abcdef"
						"0101" PEER);
	struct kit *kit = *state;
	struct estab_interface *interface = &kit->config.interface;

	kit_expect_drop(kit, &solicitation, ESTAB_DROP_ETHERNET_NOT_OURS);
	interface->addresses[1] =
			(struct estab_local_address){ .prefix_length = 64, .whole = true };
	interface->addresses[1].address = (struct estab_address){ ESTAB_FAMILY_IPV6,
		{ 0x20, 1, 0x0d, 0xb8, [15] = 1 } };
	kit_reconfigure(kit);
	kit_receive(kit, &solicitation); /* the peer, 2001:db8::9, would be one of us */
	assert_int_equal(kit->burst->tx_count, 0);
	solicitation = message("3333ffabcdef" PEER,
			HEAD "fe800000000000000000000000000009"
			     "ff0200000000000000000001ffabcdef",
			SOLICIT "20010db8000000000000000000abcdef"
				"0101" PEER);
	kit_expect_used(kit, &solicitation, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(multicast_solicitation_is_answered_with_solicited_advertisement),
		TEST(unicast_solicitation_without_option_is_answered_and_not_learnt),
		TEST(duplicate_address_probe_is_answered_to_all_nodes),
		TEST(solicitation_with_nonce_and_unknown_options_is_answered),
		TEST(solicitation_that_another_stack_answers_is_learnt_in_silence),
		TEST(solicitation_for_any_host_of_a_whole_prefix_is_answered),
		TEST(malformed_solicitations_are_dropped),
		TEST(solicitation_for_others_is_dropped),
		TEST(advertisement_nobody_asked_for_is_dropped),
		TEST(advertisement_changes_known_address_only_with_override),
		TEST(malformed_advertisements_are_dropped),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
