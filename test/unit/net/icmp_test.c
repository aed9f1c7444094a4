/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Echo of both families (RFC 792, RFC 4443): answers byte by byte, and what is not answered.
 */
#include "kit.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

enum { ICMP = 1, ICMPV6 = 58 };

static struct frame
echo(const char *ether, const char *ip, uint8_t protocol, const char *message)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, ether);
	frame_ip(&frame, ip);
	frame_l4(&frame, protocol, message);
	frame_seal(&frame);
	return frame;
}

#define PING4 echo(ETHER4, IP4("01"), ICMP, "0800 0000 1234 0001 00010203040506")
#define PONG4                                                                                      \
	echo(PEER US "0800", "4500 0000 0000 4000 4001 0000" US4 PEER4, ICMP,                      \
			"0000 0000 1234 0001 00010203040506")
#define PING6 echo(ETHER6, IP6("3a"), ICMPV6, "8000 0000 1234 0001 00010203040506")
#define PONG6                                                                                      \
	echo(PEER US "86dd", "60000000 0000 3a40" US6 PEER6, ICMPV6,                               \
			"8100 0000 1234 0001 00010203040506")

static void
echo_is_answered_in_both_families(void **state)
{
	const struct frame ping4 = PING4, pong4 = PONG4, ping6 = PING6, pong6 = PONG6;
	struct kit *kit = *state;

	kit_expect_used(kit, &ping4, 1);
	kit_expect_sent(kit, &pong4);
	kit_expect_used(kit, &ping6, 1);
	kit_expect_sent(kit, &pong6);
	assert_int_equal(kit->stats.icmp_echo_answered, 2);
}

static void
echo_in_chain_cut_anywhere_is_answered(void **state)
{
	const struct frame ping4 = PING4, pong4 = PONG4, ping6 = PING6, pong6 = PONG6;
	struct kit *kit = *state;

	for (kit->split = 7; kit->split < ping4.size; kit->split++) {
		kit_expect_used(kit, &ping4, 1);
		kit_expect_sent(kit, &pong4);
	}
	for (kit->split = 7; kit->split < ping6.size; kit->split++) {
		kit_expect_used(kit, &ping6, 1);
		kit_expect_sent(kit, &pong6);
	}
}

static void
echo_padded_by_ethernet_is_answered_without_the_padding(void **state)
{
	struct frame ping = PING4;
	const struct frame pong = PONG4;

	frame_add(&ping, "00000000000000");
	kit_expect_used(*state, &ping, 1);
	kit_expect_sent(*state, &pong);
}

static void
echo_in_mbuf_without_headroom_is_answered(void **state)
{
	const struct frame ping = echo(US PEER "8100 0000 0800", IP4("01"), ICMP,
			"0800 0000 1234 0001 00010203040506");
	const struct frame pong = PONG4;
	struct kit *kit = *state;

	kit->rx_data_off = 2;
	kit_expect_used(kit, &ping, 1);
	kit_expect_sent(kit, &pong);
}

static void
echo_does_not_hand_receive_flags_to_the_port(void **state)
{
	const struct frame ping = PING4;
	struct kit *kit = *state;

	kit->rx_ol_flags = RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_RSS_HASH;
	kit_expect_used(kit, &ping, 1);
	assert_int_equal(kit->burst->tx[0]->ol_flags, 0);
	assert_int_equal(kit->burst->tx[0]->vlan_tci, 0);
}

static void
echo_keeps_traffic_class(void **state)
{
	struct frame ping = PING4, pong = PONG4;

	ping.bytes[15] = 0xb8;
	frame_seal(&ping);
	pong.bytes[15] = 0xb8;
	frame_seal(&pong);
	kit_expect_used(*state, &ping, 1);
	kit_expect_sent(*state, &pong);
}

static void
echo_to_groups_is_not_answered(void **state)
{
	const struct frame subnet =
			echo(ALL PEER "0800", "4500 0000 0000 4000 4001 0000" PEER4 "c00002ff",
					ICMP, "0800 0000 1234 0001 00");
	const struct frame ethernet =
			echo(ALL PEER "0800", IP4("01"), ICMP, "0800 0000 1234 0001 00");
	const struct frame nodes = echo("333300000001" PEER "86dd",
			"60000000 0000 3a40" PEER6 "ff020000000000000000000000000001", ICMPV6,
			"8000 0000 1234 0001 00");

	kit_expect_drop(*state, &subnet, ESTAB_DROP_ICMP_UNHANDLED);
	kit_expect_drop(*state, &ethernet, ESTAB_DROP_ICMP_UNHANDLED);
	kit_expect_drop(*state, &nodes, ESTAB_DROP_ICMP_UNHANDLED);
}

static void
wrong_checksum_or_short_message_is_dropped(void **state)
{
	struct frame ping4 = PING4, ping6 = PING6;
	const struct frame short4 = echo(ETHER4, IP4("01"), ICMP, "0800 0000 1234 00");
	const struct frame short6 = echo(ETHER6, IP6("3a"), ICMPV6, "8000 0000 1234 00");

	ping4.bytes[ping4.size - 1] ^= 1;
	ping6.bytes[ping6.size - 1] ^= 1;
	kit_expect_drop(*state, &ping4, ESTAB_DROP_ICMP_MALFORMED);
	kit_expect_drop(*state, &ping6, ESTAB_DROP_ICMP_MALFORMED);
	kit_expect_drop(*state, &short4, ESTAB_DROP_ICMP_MALFORMED);
	kit_expect_drop(*state, &short6, ESTAB_DROP_ICMP_MALFORMED);
}

static void
other_messages_are_counted_and_not_answered(void **state)
{
	static const char *const types4[] = { "0000", "1100", "0400", "0500", "0801", "0d00" };
	static const char *const types6[] = { "8100", "0500", "7f00", "8001", "8600", "8900" };

	for (size_t i = 0; i < 6; i++) {
		struct frame ipv4 = PING4, ipv6 = PING6;
		struct frame type4 = { .size = 0 }, type6 = { .size = 0 };

		frame_add(&type4, types4[i]);
		memcpy(ipv4.bytes + ipv4.l4, type4.bytes, 2);
		frame_seal(&ipv4);
		kit_expect_drop(*state, &ipv4, ESTAB_DROP_ICMP_UNHANDLED);
		frame_add(&type6, types6[i]);
		memcpy(ipv6.bytes + ipv6.l4, type6.bytes, 2);
		frame_seal(&ipv6);
		kit_expect_drop(*state, &ipv6, ESTAB_DROP_ICMP_UNHANDLED);
	}
}

/* A driver that joins fragments (af_packet) hands up more than the link can carry back. */
static void
echo_longer_than_the_mtu_is_dropped(void **state)
{
	const struct frame ping4 = PING4, ping6 = PING6;
	struct kit *kit = *state;

	kit->net.mtu = 20 + 14;
	kit_expect_drop(kit, &ping4, ESTAB_DROP_ICMP_TOO_LARGE);
	kit->net.mtu = 20 + 15;
	kit_expect_used(kit, &ping4, 1);
	kit->net.mtu = 40 + 14;
	kit_expect_drop(kit, &ping6, ESTAB_DROP_ICMP_TOO_LARGE);
	kit->net.mtu = 40 + 15;
	kit_expect_used(kit, &ping6, 1);
}

static void
echo_from_unspecified_source_is_dropped(void **state)
{
	const struct frame ping =
			echo(ETHER6, "60000000 0000 3a40 00000000000000000000000000000000" US6,
					ICMPV6, "8000 0000 1234 0001 00");

	kit_expect_drop(*state, &ping, ESTAB_DROP_IP_SOURCE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(echo_is_answered_in_both_families),
		TEST(echo_in_chain_cut_anywhere_is_answered),
		TEST(echo_padded_by_ethernet_is_answered_without_the_padding),
		TEST(echo_in_mbuf_without_headroom_is_answered),
		TEST(echo_does_not_hand_receive_flags_to_the_port),
		TEST(echo_keeps_traffic_class),
		TEST(echo_to_groups_is_not_answered),
		TEST(wrong_checksum_or_short_message_is_dropped),
		TEST(other_messages_are_counted_and_not_answered),
		TEST(echo_longer_than_the_mtu_is_dropped),
		TEST(echo_from_unspecified_source_is_dropped),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
