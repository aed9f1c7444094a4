/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The IPv4 header (RFC 791): what is skipped, what is dropped, under which name.
 */
#include "kit.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

static void
ipv4_header_that_contradicts_itself_is_dropped(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} wrong[] = {
		{ 14, 0x35 }, /* version 3 */
		{ 14, 0x65 }, /* version 6 under the type of IPv4 */
		{ 14, 0x44 }, /* header of 16 bytes */
		{ 14, 0x4b }, /* header longer than the packet */
		{ 17, 0x13 }, /* total length below the header's */
		{ 16, 0x10 }, /* total length above the packet's */
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct frame frame = frame_tcp4("5", "02", "");

		frame.bytes[wrong[i].at] = wrong[i].value;
		kit_expect_drop(*state, &frame, ESTAB_DROP_IPV4_HEADER);
	}
}

static void
ipv4_fragments_are_dropped_and_df_alone_is_not(void **state)
{
	static const struct {
		uint8_t high, low;
	} fragments[] = { { 0x20, 0 }, { 0x60, 0 }, { 0, 1 }, { 0x1f, 0xff }, { 0x20, 0xb9 } };
	struct frame frame = frame_tcp4("5", "02", "");

	for (size_t i = 0; i < 5; i++) {
		frame.bytes[20] = fragments[i].high;
		frame.bytes[21] = fragments[i].low;
		frame_seal(&frame);
		kit_expect_drop(*state, &frame, ESTAB_DROP_IPV4_FRAGMENT);
	}
	frame.bytes[20] = 0;
	frame.bytes[21] = 0;
	frame_seal(&frame);
	kit_expect_segment(*state, &frame);
}

/* An IPv4 header with four bytes of options. */
static struct frame
ipv4_with_options(const char *options)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, ETHER4);
	frame_ip(&frame, "4600 0000 0000 4000 4006 0000" PEER4 US4);
	frame_add(&frame, options);
	frame_l4(&frame, 6, TCP("5", "02"));
	frame_add(&frame, "6162");
	frame_seal(&frame);
	return frame;
}

static void
ipv4_options_are_skipped_source_routes_dropped(void **state)
{
	const struct frame alert = ipv4_with_options("94040000"),
			   none = ipv4_with_options("00ffffff");
	const struct frame nops = ipv4_with_options("01010101");
	const struct frame loose = ipv4_with_options("01830304"),
			   strict = ipv4_with_options("89030400");
	const struct frame zero = ipv4_with_options("01940000"),
			   past = ipv4_with_options("01019403");

	kit_expect_text(kit_expect_segment(*state, &alert), "ab");
	kit_expect_text(kit_expect_segment(*state, &none), "ab");
	kit_expect_text(kit_expect_segment(*state, &nops), "ab");
	kit_expect_drop(*state, &loose, ESTAB_DROP_IPV4_SOURCE_ROUTE);
	kit_expect_drop(*state, &strict, ESTAB_DROP_IPV4_SOURCE_ROUTE);
	kit_expect_drop(*state, &zero, ESTAB_DROP_IPV4_HEADER);
	kit_expect_drop(*state, &past, ESTAB_DROP_IPV4_HEADER);
}

static struct frame
ipv4_between(const char *source, const char *target, const char *protocol)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, ETHER4);
	frame_ip(&frame, "4500 0000 0000 4000 40");
	frame_add(&frame, protocol);
	frame_add(&frame, "0000");
	frame_add(&frame, source);
	frame_add(&frame, target);
	frame_l4(&frame, 6, TCP("5", "02"));
	frame_seal(&frame);
	return frame;
}

static void
ipv4_sources_that_cannot_be_are_dropped(void **state)
{
	static const char *const sources[] = { "00000000", "7f000001", "e0000001", "efffffff",
		"ffffffff", "c00002ff", US4, "00010203" };

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct frame frame = ipv4_between(sources[i], US4, "06");

		kit_expect_drop(*state, &frame, ESTAB_DROP_IP_SOURCE);
	}
}

static void
ipv4_to_groups_is_silently_dropped_by_name(void **state)
{
	static const char *const targets[] = { "ffffffff", "c00002ff", "e0000001" };
	struct frame frame;

	for (size_t i = 0; i < 3; i++) {
		frame = ipv4_between(PEER4, targets[i], "06");
		kit_expect_drop(*state, &frame, ESTAB_DROP_TCP_MULTICAST);
	}
	frame = frame_tcp4("5", "02", ""); /* unicast IP in a broadcast frame: RFC 1122 3.3.6 */
	memset(frame.bytes, 0xff, 6);
	kit_expect_drop(*state, &frame, ESTAB_DROP_TCP_MULTICAST);
}

static void
ipv4_to_others_or_of_other_protocols_is_dropped(void **state)
{
	const struct frame other = ipv4_between(PEER4, "c0000202", "06");
	const struct frame udp = ipv4_between(PEER4, US4, "11");
	const struct frame icmpv6 = ipv4_between(PEER4, US4, "3a");

	kit_expect_drop(*state, &other, ESTAB_DROP_IP_NOT_OURS);
	kit_expect_drop(*state, &udp, ESTAB_DROP_IP_PROTOCOL);
	kit_expect_drop(*state, &icmpv6, ESTAB_DROP_IP_PROTOCOL);
}

static void
ipv4_checksum_is_taken_from_the_port_only_where_granted(void **state)
{
	static const uint64_t flags[] = {
		RTE_MBUF_F_RX_IP_CKSUM_UNKNOWN,
		RTE_MBUF_F_RX_IP_CKSUM_BAD,
		RTE_MBUF_F_RX_IP_CKSUM_GOOD,
		RTE_MBUF_F_RX_IP_CKSUM_NONE,
	};
	static const bool accepted_when_granted[4][2] = {
		{ false, true },
		{ false, false },
		{ true, true },
		{ true, true },
	};
	struct kit *kit = *state;

	for (unsigned int granted = 0; granted < 2; granted++) {
		kit->config.port_offloads = granted ? ESTAB_PORT_RX_IPV4_CHECKSUM : 0;
		kit_reconfigure(kit);
		for (unsigned int flag = 0; flag < 4; flag++)
			for (unsigned int right = 0; right < 2; right++) {
				struct frame frame = frame_tcp4("5", "10", "");

				frame.bytes[24] ^= right ? 0 : 1;
				kit->rx_ol_flags = flags[flag];
				if (granted ? accepted_when_granted[flag][right] : right)
					kit_expect_segment(kit, &frame);
				else
					kit_expect_drop(kit, &frame, ESTAB_DROP_IPV4_CHECKSUM);
			}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ipv4_header_that_contradicts_itself_is_dropped),
		TEST(ipv4_fragments_are_dropped_and_df_alone_is_not),
		TEST(ipv4_options_are_skipped_source_routes_dropped),
		TEST(ipv4_sources_that_cannot_be_are_dropped),
		TEST(ipv4_to_groups_is_silently_dropped_by_name),
		TEST(ipv4_to_others_or_of_other_protocols_is_dropped),
		TEST(ipv4_checksum_is_taken_from_the_port_only_where_granted),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
