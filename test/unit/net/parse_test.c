/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames become segments, or die under the right name. After each packet the kit checks that
 * received = segments + delivered + drops.
 */
#include "kit.h"

#define SYN_OPTIONS "020405b4 0402 080a 0a0b0c0d 00000000 01 030307"

/* Written out by hand, checksums too: 192.0.2.9:4660 > 192.0.2.1:80, S, seq 0x01020304. */
static const uint8_t literal_syn[] = {
	0x02,
	0x00,
	0x00,
	0x00,
	0x00,
	0x01,
	0x02,
	0x00,
	0x00,
	0x00,
	0x00,
	0x99,
	0x08,
	0x00,
	0x45,
	0x00,
	0x00,
	0x28,
	0x00,
	0x00,
	0x40,
	0x00,
	0x40,
	0x06,
	/* 4500+0028+4000+4006+c000+0209+c000+0201 = 24938 -> 493a -> ~ = b6c5 */
	0xb6,
	0xc5,
	0xc0,
	0x00,
	0x02,
	0x09,
	0xc0,
	0x00,
	0x02,
	0x01,
	0x12,
	0x34,
	0x00,
	0x50,
	0x01,
	0x02,
	0x03,
	0x04,
	0x00,
	0x00,
	0x00,
	0x00,
	0x50,
	0x02,
	0x10,
	0x00,
	/* c000+0209+c000+0201+0006+0014 = 18424; 1234+0050+0102+0304+5002+1000 = 768c;
	 * 18424+768c = 1fab0 -> fab1 -> ~ = 054e */
	0x05,
	0x4e,
	0x00,
	0x00,
};

static void
literal_syn_becomes_segment(void **state)
{
	struct frame frame = { .size = sizeof(literal_syn) };
	static const uint8_t peer[] = { 2, 0, 0, 0, 0, 0x99 };
	struct segment *seg;

	memcpy(frame.bytes, literal_syn, sizeof(literal_syn));
	seg = kit_expect_segment(*state, &frame);
	assert_int_equal(seg->seq, 0x01020304);
	assert_int_equal(seg->ack, 0);
	assert_int_equal(seg->flags, TCP_FLAG_SYN);
	assert_int_equal(seg->len, 1);
	assert_int_equal(seg->text_len, 0);
	assert_int_equal(seg->wnd, 0x1000);
	assert_int_equal(seg->options.seen, 0);
	assert_int_equal(seg->path.family, ESTAB_FAMILY_IPV4);
	assert_int_equal(seg->path.local.words[0], rte_cpu_to_be_32(0xc0000201));
	assert_int_equal(seg->path.remote.words[0], rte_cpu_to_be_32(0xc0000209));
	assert_int_equal(seg->path.local.words[1] | seg->path.remote.words[3], 0);
	assert_int_equal(seg->path.local_port, rte_cpu_to_be_16(80));
	assert_int_equal(seg->path.remote_port, rte_cpu_to_be_16(4660));
	assert_true(seg->path.mac_known);
	assert_memory_equal(seg->path.next_hop.addr_bytes, peer, 6);
	assert_int_equal(seg->path.hop_limit, 64);
	assert_int_equal(seg->path.tos, 0);
}

static void
each_single_bit_error_in_a_literal_syn_is_caught(void **state)
{
	struct kit *kit = *state;

	/* From the IP header on every bit is under one checksum or the other. */
	for (size_t bit = 14 * 8; bit < sizeof(literal_syn) * 8; bit++) {
		struct frame frame = { .size = sizeof(literal_syn) };

		memcpy(frame.bytes, literal_syn, sizeof(literal_syn));
		frame.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		kit_receive(kit, &frame);
		assert_int_equal(kit->burst->arrived_count, 0);
	}
}

static void
segment_with_options_and_text_is_trimmed_to_its_text_on_both_families(void **state)
{
	const struct frame frames[] = {
		frame_tcp4("a", "03", SYN_OPTIONS "68656c6c6f"),
		frame_tcp6("a", "03", SYN_OPTIONS "68656c6c6f"),
	};

	for (size_t i = 0; i < 2; i++) {
		struct segment *seg = kit_expect_segment(*state, &frames[i]);

		assert_int_equal(seg->path.family, i == 0 ? ESTAB_FAMILY_IPV4 : ESTAB_FAMILY_IPV6);
		assert_int_equal(seg->seq, 0x01020304);
		assert_int_equal(seg->ack, 0x05060708);
		assert_int_equal(seg->len, 7);
		assert_int_equal(seg->options.mss, 1460);
		assert_int_equal(seg->options.ts_val, 0x0a0b0c0d);
		assert_int_equal(seg->options.window_scale, 7);
		kit_expect_text(seg, "hello");
	}
}

static void
ethernet_padding_is_no_text(void **state)
{
	struct kit *kit = *state;
	struct frame frame = frame_tcp4("5", "18", "61");

	frame_add(&frame, "0000000000");
	kit_expect_text(kit_expect_segment(kit, &frame), "a");
	for (kit->split = 54; kit->split < frame.size; kit->split++)
		kit_expect_text(kit_expect_segment(kit, &frame), "a");
}

static void
packet_cut_into_mbufs_anywhere_is_read_all_the_same(void **state)
{
	struct kit *kit = *state;
	const struct frame frames[] = {
		frame_tcp4("a", "18", SYN_OPTIONS "68656c6c6f20776f726c64"),
		frame_tcp6("a", "18", SYN_OPTIONS "68656c6c6f20776f726c64"),
	};

	for (size_t i = 0; i < 2; i++)
		for (kit->split = 8; kit->split < frames[i].size; kit->split++)
			kit_expect_text(kit_expect_segment(kit, &frames[i]), "hello world");
}

/* Sums of odd pieces with many carries are where a chain checksum goes wrong. */
static void
chain_of_odd_pieces_of_large_bytes_sums_up_right(void **state)
{
	struct kit *kit = *state;
	struct frame frame = { .size = 0 };

	frame_add(&frame, ETHER4);
	frame_ip(&frame, IP4("06"));
	frame_l4(&frame, 6, TCP("5", "10"));
	memset(frame.bytes + frame.size, 0xff, 1401);
	frame.size += 1401;
	frame_seal(&frame);
	for (kit->split = 55; kit->split < 700; kit->split += 62)
		assert_int_equal(kit_expect_segment(kit, &frame)->text_len, 1401);
	frame.bytes[1000] = 0xfe;
	kit_expect_drop(kit, &frame, ESTAB_DROP_TCP_CHECKSUM);
}

static void
headers_split_over_shared_mbuf_are_dropped(void **state)
{
	struct kit *kit = *state;
	const struct frame frame = frame_tcp4("5", "10", "");
	struct rte_mbuf *mbuf;

	kit->split = 40;
	mbuf = kit_mbuf(kit, &frame);
	rte_mbuf_refcnt_update(mbuf, 1);
	kit->burst->rx[0] = mbuf;
	kit->burst->rx_count = 1;
	net_parse(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->stats.drops[ESTAB_DROP_HEADER_SPLIT], 1);
	assert_int_equal(kit->burst->arrived_count, 0);
	assert_int_equal(rte_mbuf_refcnt_read(mbuf), 1);
	rte_pktmbuf_free_seg(mbuf);
}

/* Every frame cut short anywhere dies, and is read no further than it goes. */
static void
frame_cut_short_anywhere_is_dropped(void **state)
{
	struct kit *kit = *state;
	const struct frame whole[] = {
		frame_tcp4("a", "02", SYN_OPTIONS),
		frame_tcp6("a", "02", SYN_OPTIONS),
	};

	for (size_t i = 0; i < 2; i++)
		for (size_t size = 0; size < whole[i].size; size++) {
			struct frame frame = whole[i];
			const enum estab_drop ip =
					i == 0 ? ESTAB_DROP_IPV4_HEADER : ESTAB_DROP_IPV6_HEADER;

			frame.size = size;
			kit_expect_drop(kit, &frame,
					size < 14 ? ESTAB_DROP_ETHERNET_TRUNCATED : ip);
		}
}

/* The same, with IP lengths that admit to it: then it is the TCP header that is too short. */
static void
tcp_header_cut_short_anywhere_is_dropped(void **state)
{
	for (size_t cut = 1; cut <= 40; cut++) {
		struct frame frame = frame_tcp4("a", "02", SYN_OPTIONS);

		frame.size -= cut;
		frame_seal(&frame);
		kit_expect_drop(*state, &frame, ESTAB_DROP_TCP_HEADER);
	}
}

static void
data_offset_below_five_or_past_the_end_is_dropped(void **state)
{
	static const char *const offsets[] = { "0", "4", "6", "f" };

	for (size_t i = 0; i < 4; i++) {
		const struct frame ipv4 = frame_tcp4(offsets[i], "10", "");
		const struct frame ipv6 = frame_tcp6(offsets[i], "10", "");

		kit_expect_drop(*state, &ipv4, ESTAB_DROP_TCP_HEADER);
		kit_expect_drop(*state, &ipv6, ESTAB_DROP_TCP_HEADER);
	}
}

static void
option_of_illegal_length_drops_the_segment(void **state)
{
	const struct frame zero = frame_tcp4("6", "10", "fd000101");
	const struct frame past = frame_tcp4("6", "10", "010102 04");

	kit_expect_drop(*state, &zero, ESTAB_DROP_TCP_OPTIONS);
	kit_expect_drop(*state, &past, ESTAB_DROP_TCP_OPTIONS);
}

static void
port_zero_is_dropped_on_either_side(void **state)
{
	for (size_t at = 34; at <= 36; at += 2) {
		struct frame frame = frame_tcp4("5", "02", "");

		memset(frame.bytes + at, 0, 2);
		frame_seal(&frame);
		kit_expect_drop(*state, &frame, ESTAB_DROP_TCP_PORT_ZERO);
	}
}

static void
seg_len_counts_syn_and_fin(void **state)
{
	static const struct {
		const char *flags;
		uint32_t len;
	} cases[] = { { "00", 2 }, { "01", 3 }, { "02", 3 }, { "03", 4 }, { "10", 2 },
		{ "04", 2 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct frame frame = frame_tcp6("5", cases[i].flags, "6162");

		assert_int_equal(kit_expect_segment(*state, &frame)->len, cases[i].len);
	}
}

static void
urgent_pointer_and_traffic_class_are_carried(void **state)
{
	struct frame ipv4 = frame_tcp4("5", "20", "");
	struct frame ipv6 = frame_tcp6("5", "20", "");
	struct segment *seg;

	ipv4.bytes[15] = 0xb9;
	ipv4.bytes[14 + 20 + 18] = 0x12;
	frame_seal(&ipv4);
	seg = kit_expect_segment(*state, &ipv4);
	assert_int_equal(seg->up, 0x1200);
	assert_int_equal(seg->ip_tos, 0xb9);
	ipv6.bytes[14] = 0x6b;
	ipv6.bytes[15] = 0x91;
	seg = kit_expect_segment(*state, &ipv6);
	assert_int_equal(seg->ip_tos, 0xb9);
}

static void
frame_to_others_is_dropped(void **state)
{
	static const char *const others[] = {
		"020000000002", /* another station */
		"01005e000001", /* IPv4 multicast */
		"333300000002", /* all IPv6 routers */
		"3333ff000002", /* another node's solicited-node group */
	};

	for (size_t i = 0; i < 4; i++) {
		struct frame frame = { .size = 0 };
		const struct frame tcp = frame_tcp6("5", "02", "");

		frame_add(&frame, others[i]);
		memcpy(frame.bytes + 6, tcp.bytes + 6, tcp.size - 6);
		frame.size = tcp.size;
		kit_expect_drop(*state, &frame, ESTAB_DROP_ETHERNET_NOT_OURS);
	}
}

static void
other_ether_type_is_dropped(void **state)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, US PEER "88cc 0207");
	kit_expect_drop(*state, &frame, ESTAB_DROP_ETHERNET_TYPE);
}

/* A SYN with a tag of that TCI in the frame. */
static struct frame
tagged_syn(const char *tci)
{
	const struct frame plain = frame_tcp4("5", "02", "");
	struct frame frame = { .size = 0 };

	frame_add(&frame, US PEER "8100");
	frame_add(&frame, tci);
	memcpy(frame.bytes + 16, plain.bytes + 12, plain.size - 12);
	frame.size = plain.size + 4;
	return frame;
}

static void
untagged_takes_no_tag_or_priority_tag_only(void **state)
{
	struct kit *kit = *state;
	const struct frame priority = tagged_syn("e000"), vlan = tagged_syn("0005");
	struct frame cut = tagged_syn("0000");

	kit_expect_segment(kit, &priority);
	kit_expect_drop(kit, &vlan, ESTAB_DROP_ETHERNET_VLAN);
	cut.size = 17;
	kit_expect_drop(kit, &cut, ESTAB_DROP_ETHERNET_TRUNCATED);
}

static void
vlan_takes_its_own_tag_only_wherever_it_is(void **state)
{
	struct kit *kit = *state;
	const struct frame ours = tagged_syn("2005"), other = tagged_syn("0006");
	const struct frame priority = tagged_syn("0000"), plain = frame_tcp4("5", "02", "");

	kit->config.interface.vlan = 5;
	kit_reconfigure(kit);
	kit_expect_segment(kit, &ours);
	kit_expect_drop(kit, &other, ESTAB_DROP_ETHERNET_VLAN);
	kit_expect_drop(kit, &priority, ESTAB_DROP_ETHERNET_VLAN);
	kit_expect_drop(kit, &plain, ESTAB_DROP_ETHERNET_VLAN);
	kit->rx_ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	kit->rx_vlan_tci = 0x2005;
	kit_expect_segment(kit, &plain);
	kit->rx_vlan_tci = 6;
	kit_expect_drop(kit, &plain, ESTAB_DROP_ETHERNET_VLAN);
}

/* The flags are worth something only where the offload was granted; UNKNOWN is always verified. */
static void
tcp_checksum_is_taken_from_the_port_only_where_granted(void **state)
{
	static const uint64_t flags[] = {
		RTE_MBUF_F_RX_L4_CKSUM_UNKNOWN,
		RTE_MBUF_F_RX_L4_CKSUM_BAD,
		RTE_MBUF_F_RX_L4_CKSUM_GOOD,
		RTE_MBUF_F_RX_L4_CKSUM_NONE,
	};
	static const bool accepted_when_granted[4][2] = {
		/* [flag][checksum is right] */
		{ false, true },
		{ false, false },
		{ true, true },
		{ true, true },
	};
	struct kit *kit = *state;

	for (unsigned int granted = 0; granted < 2; granted++) {
		kit->config.port_offloads = granted ? ESTAB_PORT_RX_TCP_CHECKSUM : 0;
		kit_reconfigure(kit);
		for (unsigned int flag = 0; flag < 4; flag++)
			for (unsigned int right = 0; right < 2; right++) {
				struct frame frame = frame_tcp4("5", "10", "");

				frame.bytes[50] ^= right ? 0 : 1;
				kit->rx_ol_flags = flags[flag];
				if (granted ? accepted_when_granted[flag][right] : right)
					kit_expect_segment(kit, &frame);
				else
					kit_expect_drop(kit, &frame, ESTAB_DROP_TCP_CHECKSUM);
			}
	}
}

static void
whole_burst_is_consumed_each_packet_once(void **state)
{
	struct kit *kit = *state;
	const struct frame good = frame_tcp4("5", "10", "61"), bad = frame_tcp4("4", "10", "");

	for (uint16_t i = 0; i < 64; i++)
		kit->burst->rx[i] = kit_mbuf(kit, i % 3 == 0 ? &bad : &good);
	kit->burst->rx_count = 64;
	net_parse(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->burst->rx_count, 0);
	assert_int_equal(kit->stats.rx_packets, 64);
	assert_int_equal(kit->burst->arrived_count, 42);
	assert_int_equal(kit->stats.segments_received, 42);
	assert_int_equal(kit->stats.drops[ESTAB_DROP_TCP_HEADER], 22);
	for (uint16_t i = 0; i < 42; i++)
		kit_expect_text(&kit->burst->arrived[i], "a");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(literal_syn_becomes_segment),
		TEST(each_single_bit_error_in_a_literal_syn_is_caught),
		TEST(segment_with_options_and_text_is_trimmed_to_its_text_on_both_families),
		TEST(ethernet_padding_is_no_text),
		TEST(packet_cut_into_mbufs_anywhere_is_read_all_the_same),
		TEST(chain_of_odd_pieces_of_large_bytes_sums_up_right),
		TEST(headers_split_over_shared_mbuf_are_dropped),
		TEST(frame_cut_short_anywhere_is_dropped),
		TEST(tcp_header_cut_short_anywhere_is_dropped),
		TEST(data_offset_below_five_or_past_the_end_is_dropped),
		TEST(option_of_illegal_length_drops_the_segment),
		TEST(port_zero_is_dropped_on_either_side),
		TEST(seg_len_counts_syn_and_fin),
		TEST(urgent_pointer_and_traffic_class_are_carried),
		TEST(frame_to_others_is_dropped),
		TEST(other_ether_type_is_dropped),
		TEST(untagged_takes_no_tag_or_priority_tag_only),
		TEST(vlan_takes_its_own_tag_only_wherever_it_is),
		TEST(tcp_checksum_is_taken_from_the_port_only_where_granted),
		TEST(whole_burst_is_consumed_each_packet_once),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
