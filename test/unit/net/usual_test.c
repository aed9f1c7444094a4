/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The short way through the headers of a usual packet against the long one, on the same bytes: where
 * the short one takes a packet, the long one takes it too and makes the same segment of it; where it
 * does not, it has touched nothing.
 */
#include <netinet/in.h>

#include <rte_mbuf.h>

#include "kit.h"
#include "net/ethernet.h"
#include "net/ipv4.h"
#include "net/tcp_header.h"
#include "net/usual_parse.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

#define BOTH_OFFLOADS (ESTAB_PORT_RX_IPV4_CHECKSUM | ESTAB_PORT_RX_TCP_CHECKSUM)
#define BOTH_GOOD     (RTE_MBUF_F_RX_IP_CKSUM_GOOD | RTE_MBUF_F_RX_L4_CKSUM_GOOD)

/* How often each way took a packet. */
struct score {
	unsigned int usual, long_way;
};

/* Three headers in turn. @return true where all of them go on */
static bool
parse_the_long_way(struct kit *kit, struct packet *packet, struct segment *seg)
{
	return ethernet_parse(&kit->net, packet) == GO_ON &&
			packet->ether_type == RTE_ETHER_TYPE_IPV4 &&
			ipv4_parse(&kit->net, packet) == GO_ON && packet->protocol == IPPROTO_TCP &&
			tcp_header_parse(&kit->net, packet, seg) == GO_ON;
}

static void
assert_same_options(const struct tcp_options *a, const struct tcp_options *b)
{
	assert_int_equal(a->seen, b->seen);
	assert_int_equal(a->sack_count, b->sack_count);
	assert_int_equal(a->mss, b->mss);
	assert_int_equal(a->window_scale, b->window_scale);
	assert_int_equal(a->ts_val, b->ts_val);
	assert_int_equal(a->ts_ecr, b->ts_ecr);
	assert_memory_equal(a->sack, b->sack, sizeof(a->sack));
}

static void
assert_same_path(const struct path *a, const struct path *b)
{
	assert_true(path_equal(a, b));
	assert_int_equal(a->hop_limit, b->hop_limit);
	assert_int_equal(a->tos, b->tos);
	assert_int_equal(a->mac_known, b->mac_known);
	assert_memory_equal(&a->next_hop, &b->next_hop, sizeof(a->next_hop));
}

static void
assert_same_segment(const struct segment *a, const struct segment *b)
{
	uint8_t text_a[4096], text_b[4096];

	assert_int_equal(a->flow, b->flow);
	assert_int_equal(a->hash, b->hash);
	assert_int_equal(a->seq, b->seq);
	assert_int_equal(a->ack, b->ack);
	assert_int_equal(a->len, b->len);
	assert_int_equal(a->text_len, b->text_len);
	assert_int_equal(a->wnd, b->wnd);
	assert_int_equal(a->up, b->up);
	assert_int_equal(a->flags, b->flags);
	assert_int_equal(a->ip_tos, b->ip_tos);
	assert_int_equal(a->fate, b->fate);
	assert_same_path(&a->path, &b->path);
	assert_same_options(&a->options, &b->options);
	assert_int_equal(kit_flatten(a->mbuf, text_a, sizeof(text_a)), a->text_len);
	assert_int_equal(kit_flatten(b->mbuf, text_b, sizeof(text_b)), a->text_len);
	assert_memory_equal(text_a, text_b, a->text_len);
}

static void
compare(struct kit *kit, const struct frame *frame, struct score *score)
{
	struct segment by_usual = { 0 }, by_long = { 0 };
	struct rte_mbuf *mbuf = kit_mbuf(kit, frame);
	struct packet packet = { .mbuf = kit_mbuf(kit, frame) };
	const bool usual = usual_parse(&kit->net, mbuf, &by_usual);
	const bool long_way = parse_the_long_way(kit, &packet, &by_long);
	uint8_t bytes[4096];

	score->usual += usual;
	score->long_way += long_way;
	if (usual) {
		assert_true(long_way);
		assert_same_segment(&by_usual, &by_long);
	} else {
		assert_int_equal(kit_flatten(mbuf, bytes, sizeof(bytes)), frame->size);
		assert_memory_equal(bytes, frame->bytes, frame->size);
	}
	rte_pktmbuf_free(usual ? by_usual.mbuf : mbuf);
	rte_pktmbuf_free(long_way ? by_long.mbuf : packet.mbuf);
}

/* Segments as a peer sends them, with and without text, options and padding. */
static unsigned int
write_frames(struct frame frames[8])
{
	unsigned int n = 0;

	frames[n++] = frame_tcp4("5", "02", "");
	frames[n++] = frame_tcp4("a", "02", "020405b4 0402080a 0a0b0c0d 00000000 01030307");
	frames[n++] = frame_tcp4("8", "10", "0101080a 0a0b0c0d 01020304");
	frames[n++] = frame_tcp4("8", "18", "0101080a 0a0b0c0d 01020304 68656c6c6f");
	frames[n++] = frame_tcp4("b", "10",
			"0101080a 0a0b0c0d 01020304 0101050a 00000001 00000009");
	frames[n++] = frame_tcp4("5", "11", "616263");
	frames[n] = frame_tcp4("5", "10", "");
	frame_add(&frames[n++], "0000 0000 0000"); /* Ethernet's least size */
	return n;
}

/* Each bit of each header turned over, alone. */
static void
turn_every_bit(struct kit *kit, const struct frame *frame, struct score *score)
{
	struct frame other = *frame;

	for (size_t bit = 0; bit < 8 * frame->size; bit++) {
		other.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		compare(kit, &other, score);
		other.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
usual_packets_are_taken_and_make_the_same_segments(void **state)
{
	struct kit *kit = *state;
	struct frame frames[8];
	const unsigned int n = write_frames(frames);
	struct score score = { 0 };

	for (unsigned int i = 0; i < n; i++)
		compare(kit, &frames[i], &score);
	assert_int_equal(score.usual, n);
	assert_int_equal(score.long_way, n);
}

/* With a NIC that vouches for all, so that wrong checksums do not hide what else is wrong. */
static void
packets_with_any_bit_turned_agree(void **state)
{
	struct kit *kit = *state;
	struct frame frames[8];
	const unsigned int n = write_frames(frames);
	struct score score = { 0 };

	kit->config.port_offloads = BOTH_OFFLOADS;
	kit_reconfigure(kit);
	kit->rx_ol_flags = BOTH_GOOD;
	for (unsigned int i = 0; i < n; i++)
		turn_every_bit(kit, &frames[i], &score);
	assert_true(score.usual > 0);
	assert_true(score.long_way >
			score.usual); /* IPv4 options, TTL ..., and not all are taken */
}

static void
packets_with_any_bit_turned_agree_on_checksums(void **state)
{
	struct kit *kit = *state;
	struct frame frames[8];
	const unsigned int n = write_frames(frames);
	struct score score = { 0 };

	for (unsigned int i = 0; i < n; i++)
		turn_every_bit(kit, &frames[i], &score);
	/* Only the Ethernet source and the padding are covered by no sum. */
	assert_true(score.usual > 0 && score.usual < n * 8 * 8 + 6 * 8);
}

static void
what_the_port_says_of_checksums_agrees(void **state)
{
	static const uint64_t said[] = { 0, RTE_MBUF_F_RX_IP_CKSUM_BAD, RTE_MBUF_F_RX_IP_CKSUM_GOOD,
		RTE_MBUF_F_RX_IP_CKSUM_NONE, RTE_MBUF_F_RX_L4_CKSUM_BAD,
		RTE_MBUF_F_RX_L4_CKSUM_GOOD, RTE_MBUF_F_RX_L4_CKSUM_NONE, BOTH_GOOD,
		RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED };
	struct kit *kit = *state;
	const struct frame right = frame_tcp4("5", "18", "616263");
	struct score score = { 0 };

	for (unsigned int i = 0; i < 4 * RTE_DIM(said); i++) {
		struct frame wrong = right;

		kit->config.port_offloads = (i & 1 ? ESTAB_PORT_RX_IPV4_CHECKSUM : 0) |
				(i & 2 ? ESTAB_PORT_RX_TCP_CHECKSUM : 0);
		kit_reconfigure(kit);
		kit->rx_ol_flags = said[i / 4];
		compare(kit, &right, &score);
		wrong.bytes[24] ^= 1; /* IPv4's checksum */
		compare(kit, &wrong, &score);
		wrong = right;
		wrong.bytes[50] ^= 1; /* TCP's */
		compare(kit, &wrong, &score);
	}
	assert_true(score.usual > 0);
}

static void
cut_and_split_packets_agree(void **state)
{
	struct kit *kit = *state;
	const struct frame whole = frame_tcp4("8", "18", "0101080a 0a0b0c0d 01020304 68656c6c6f");
	struct score score = { 0 };

	for (size_t size = 0; size <= whole.size; size++) {
		struct frame cut = whole;

		cut.size = size;
		compare(kit, &cut, &score);
	}
	assert_int_equal(score.usual, 1);
	kit->split = 40;
	compare(kit, &whole, &score);
	assert_int_equal(score.usual, 1);
	assert_int_equal(score.long_way, 2);
}

/* As text lent to a packet arrives: headers in one mbuf, the text in others, or a part of it. */
static void
chains_with_all_headers_in_their_first_mbuf_agree(void **state)
{
	enum { HEADERS = 14 + 20 + 32 };
	struct kit *kit = *state;
	const struct frame whole = frame_tcp4("8", "18",
			"0101080a 0a0b0c0d 01020304 68656c6c6f 68656c6c6f 68656c6c6f 68656c6c6f");
	struct frame padded = whole;

	frame_add(&padded, "0000 0000 0000");
	for (size_t split = 4; split < whole.size; split++) {
		struct score score = { 0 }, of_padded = { 0 };

		kit->split = split;
		compare(kit, &whole, &score);
		assert_int_equal(score.usual, split >= HEADERS);
		assert_int_equal(score.long_way, 1);
		compare(kit, &padded, &of_padded);
		assert_int_equal(of_padded.usual, 0);
	}
}

static void
chains_with_any_bit_turned_agree(void **state)
{
	struct kit *kit = *state;
	const struct frame frame = frame_tcp4("8", "18", "0101080a 0a0b0c0d 01020304 68656c6c6f");
	struct score score = { 0 };

	kit->split = 14 + 20 + 32;
	turn_every_bit(kit, &frame, &score);
	assert_true(score.usual > 0 && score.usual <= 6 * 8);
}

static void
no_packet_is_usual_where_a_tag_is_required(void **state)
{
	struct kit *kit = *state;
	const struct frame frame = frame_tcp4("5", "02", "");
	struct score score = { 0 };

	kit->config.interface.vlan = 5;
	kit_reconfigure(kit);
	compare(kit, &frame, &score);
	assert_int_equal(score.usual + score.long_way, 0);
}

/* A number that looks like any, the same in every run. */
static uint32_t
any_number(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (uint32_t)(*random >> 16);
}

/* Up to four bytes changed, to what headers like to have at their borders, or to anything. */
static void
change_bytes(struct frame *frame, uint64_t *random)
{
	static const uint8_t borders[] = { 0, 1, 2, 4, 5, 8, 10, 12, 14, 20, 54, 127, 198, 224,
		255 };

	for (uint32_t left = any_number(random) % 5; left > 0; left--) {
		const uint32_t at = any_number(random) % (uint32_t)frame->size;

		frame->bytes[at] = any_number(random) % 2 == 0
				? borders[any_number(random) % RTE_DIM(borders)]
				: (uint8_t)any_number(random);
	}
}

/* Us with several addresses, of which the prefixes are of every length in turn. */
static void
use_addresses(struct kit *kit, unsigned int round)
{
	struct estab_interface *interface = &kit->config.interface;
	struct estab_local_address *last = &interface->addresses[2];

	interface->address_count = round % 2 == 0 ? 2 : 3;
	interface->addresses[0].prefix_length = (uint8_t)(1 + round % 32);
	assert_int_equal(estab_address_parse("192.0.2.12", &last->address), 0);
	last->prefix_length = (uint8_t)(1 + (round + 16) % 32);
	kit->config.port_offloads = BOTH_OFFLOADS;
	kit_reconfigure(kit);
	kit->rx_ol_flags = BOTH_GOOD;
}

static void
packets_with_any_bytes_changed_agree(void **state)
{
	struct kit *kit = *state;
	struct frame frames[8];
	const unsigned int n = write_frames(frames);
	struct score score = { 0 };
	uint64_t random = 1;

	for (unsigned int i = 0; i < 64000; i++) {
		struct frame frame = frames[i % n];

		if (i % 1000 == 0)
			use_addresses(kit, i / 1000);
		change_bytes(&frame, &random);
		if (any_number(&random) % 4 == 0)
			frame.bytes[33] = (uint8_t)any_number(&random) % 16; /* ours: .1, .12 */
		compare(kit, &frame, &score);
	}
	assert_true(score.usual > 10000);
	assert_true(score.long_way > score.usual);
}

/* A peer may be 192.0.2.9 no more, nor anybody in its /24 but for those of the other prefix. */
static void
packets_to_and_from_a_whole_prefix_agree(void **state)
{
	struct kit *kit = *state;
	struct frame frame = frame_tcp4("5", "18", "616263");
	struct score score = { 0 };

	kit->config.port_offloads = BOTH_OFFLOADS;
	kit->config.interface.addresses[0].whole = true;
	kit_reconfigure(kit);
	kit->rx_ol_flags = BOTH_GOOD;
	frame.bytes[28] = 3; /* from 192.0.3.9 */
	for (unsigned int last = 0; last < 256; last++) {
		frame.bytes[33] = (uint8_t)last;
		compare(kit, &frame, &score);
	}
	assert_int_equal(score.usual, 254);
	assert_int_equal(score.long_way, 254);
	frame.bytes[28] = 2;
	frame.bytes[33] = 1;
	for (unsigned int last = 0; last < 256; last++) {
		frame.bytes[29] = (uint8_t)last;
		compare(kit, &frame, &score);
	}
	assert_int_equal(score.usual, 254);
	/* RFC 1122 3.2.1.3: no host's is 192.0.2.0, but it was never looked at so closely. */
	assert_int_equal(score.long_way, 255);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(usual_packets_are_taken_and_make_the_same_segments),
		TEST(packets_with_any_bit_turned_agree),
		TEST(packets_with_any_bit_turned_agree_on_checksums),
		TEST(what_the_port_says_of_checksums_agrees),
		TEST(cut_and_split_packets_agree),
		TEST(chains_with_all_headers_in_their_first_mbuf_agree),
		TEST(chains_with_any_bit_turned_agree),
		TEST(packets_with_any_bytes_changed_agree),
		TEST(packets_to_and_from_a_whole_prefix_agree),
		TEST(no_packet_is_usual_where_a_tag_is_required),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
