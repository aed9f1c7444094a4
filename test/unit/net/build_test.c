/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Segments become packets: compared byte by byte with frames of the kit's own making, and the send
 * queue's mbufs are as they were afterwards.
 */
#include <stdlib.h>

#include "kit.h"
#include "malloc_mempool.h"

#define TEST(function) cmocka_unit_test_setup_teardown(function, kit_setup, kit_teardown)

enum { TEXT_PIECES_MAX = 12 };

/* A path to the peer, whose MAC address is known. */
static struct path
peer_path(uint8_t family)
{
	struct path path = {
		.family = family,
		.local_port = rte_cpu_to_be_16(80),
		.remote_port = rte_cpu_to_be_16(4660),
		.hop_limit = 61,
		.tos = 0xb8,
		.mac_known = true,
		.next_hop = { { 2, 0, 0, 0, 0, 0x99 } },
	};
	struct frame addresses = { .size = 0 };

	if (family == ESTAB_FAMILY_IPV4) {
		frame_add(&addresses, US4 PEER4);
		memcpy(path.local.bytes, addresses.bytes, 4);
		memcpy(path.remote.bytes, addresses.bytes + 4, 4);
	} else {
		frame_add(&addresses, US6 PEER6);
		memcpy(path.local.bytes, addresses.bytes, 16);
		memcpy(path.remote.bytes, addresses.bytes + 16, 16);
	}
	return path;
}

static uint8_t
text_byte(size_t at)
{
	return (uint8_t)(0xff - at * 7 % 251);
}

/*
 * A flat list of mbufs as a send queue has it: pieces of the given sizes, next links only; pkt_len
 * and nb_segs are wrong on purpose, as nobody may look at them.
 */
static struct rte_mbuf *
make_text(struct rte_mempool *pool, const uint16_t *sizes, unsigned int count)
{
	struct rte_mbuf *first = NULL, **link = &first;
	size_t at = 0;

	for (unsigned int i = 0; i < count; i++) {
		struct rte_mbuf *piece = rte_pktmbuf_alloc(pool);

		assert_non_null(piece);
		for (uint16_t j = 0; j < sizes[i]; j++)
			rte_pktmbuf_mtod(piece, uint8_t *)[j] = text_byte(at++);
		piece->data_len = sizes[i];
		piece->pkt_len = 77777;
		piece->nb_segs = 99;
		*link = piece;
		link = &piece->next;
	}
	return first;
}

static void
free_text(struct rte_mbuf *piece)
{
	while (piece != NULL) {
		struct rte_mbuf *next = piece->next;

		assert_int_equal(rte_mbuf_refcnt_read(piece), 1);
		assert_int_equal(piece->pkt_len, 77777);
		assert_int_equal(piece->nb_segs, 99);
		piece->next = NULL;
		piece->nb_segs = 1;
		rte_pktmbuf_free_seg(piece);
		piece = next;
	}
}

static struct outgoing *
put_segment(struct kit *kit, const struct path *path, struct rte_mbuf *text, uint32_t offset,
		uint32_t length)
{
	struct outgoing *out = burst_outgoing(kit->burst);

	assert_non_null(out);
	out->path = path;
	out->seq = 0x11223344;
	out->ack = 0x55667788;
	out->wnd = 0x1000;
	out->flags = TCP_FLAG_ACK | TCP_FLAG_PSH;
	out->text = text;
	out->text_offset = offset;
	out->text_len = length;
	return out;
}

/* What put_segment must become, with timestamps, from the RFCs. */
static struct frame
expected_frame(uint8_t family, bool vlan, uint32_t offset, uint32_t length)
{
	struct frame frame = { .size = 0 };

	frame_add(&frame, PEER US);
	frame_add(&frame, vlan ? "8100 0005" : "");
	if (family == ESTAB_FAMILY_IPV4) {
		frame_add(&frame, "0800");
		frame_ip(&frame, "45b8 0000 0000 4000 3d06 0000" US4 PEER4);
	} else {
		frame_add(&frame, "86dd");
		frame_ip(&frame, "6b800000 0000 063d" US6 PEER6);
	}
	frame_l4(&frame, 6, "0050 1234 11223344 55667788 8018 1000 0000 0000");
	frame_add(&frame, "0101 080a 00000007 00000009");
	for (uint32_t i = 0; i < length; i++)
		frame.bytes[frame.size++] = text_byte(offset + i);
	frame_seal(&frame);
	return frame;
}

static void
add_timestamps(struct outgoing *out)
{
	out->options.seen = TCP_OPTION_TIMESTAMPS;
	out->options.ts_val = 7;
	out->options.ts_ecr = 9;
}

static void
syn_of_both_families_is_built_byte_by_byte(void **state)
{
	struct kit *kit = *state;

	for (unsigned int i = 0; i < 2; i++) {
		const struct path path = peer_path(i == 0 ? ESTAB_FAMILY_IPV4 : ESTAB_FAMILY_IPV6);
		struct outgoing *out = put_segment(kit, &path, NULL, 0, 0);
		struct frame expected = { .size = 0 };

		out->flags = TCP_FLAG_SYN;
		out->ack = 0;
		out->up = 0x0102;
		out->options.seen = TCP_OPTION_MSS | TCP_OPTION_WINDOW_SCALE;
		out->options.mss = 1460;
		out->options.window_scale = 7;
		frame_add(&expected, PEER US);
		frame_add(&expected, i == 0 ? "0800" : "86dd");
		frame_ip(&expected,
				i == 0 ? "45b8 0000 0000 4000 3d06 0000" US4 PEER4
				       : "6b800000 0000 063d" US6 PEER6);
		frame_l4(&expected, 6,
				"0050 1234 11223344 00000000 7002 1000 0000 0102"
				"020405b4 01030307");
		frame_seal(&expected);
		net_build(&kit->net, kit->burst, kit->now_ns);
		assert_int_equal(kit->burst->out_count, 0);
		kit_expect_sent(kit, &expected);
	}
	assert_int_equal(kit->stats.segments_sent, 2);
	assert_int_equal(kit->stats.rst_sent, 0);
}

static void
rst_is_counted(void **state)
{
	struct kit *kit = *state;
	const struct path path = peer_path(ESTAB_FAMILY_IPV4);

	put_segment(kit, &path, NULL, 0, 0)->flags = TCP_FLAG_RST | TCP_FLAG_ACK;
	put_segment(kit, &path, NULL, 0, 0);
	net_build(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->stats.segments_sent, 2);
	assert_int_equal(kit->stats.rst_sent, 1);
}

static void
check_text(struct kit *kit, uint8_t family, struct rte_mbuf *text, uint32_t offset, uint32_t length,
		uint16_t mbufs)
{
	const struct path path = peer_path(family);
	const struct frame expected =
			expected_frame(family, kit->config.interface.vlan != 0, offset, length);

	add_timestamps(put_segment(kit, &path, text, offset, length));
	net_build(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->burst->tx_count, 1);
	if (mbufs != 0)
		assert_int_equal(kit->burst->tx[0]->nb_segs, mbufs);
	kit_expect_sent(kit, &expected);
}

/* Lengths around every boundary, from anywhere in a queue of odd pieces, copied and cloned. */
static void
text_of_any_place_and_length_is_sent(void **state)
{
	static const uint16_t sizes[] = { 301, 0, 1, 499, 0, 1300, 3 };
	static const uint32_t offsets[] = { 0, 1, 300 };
	static const uint32_t lengths[] = { 1, 2, 255, 256, 257, 301, 302, 801, 1448 };
	struct kit *kit = *state;
	struct rte_mbuf *text = make_text(kit->pool, sizes, 7);

	for (unsigned int grid = 0; grid < 8; grid++) {
		kit->config.port_offloads = grid & 1 ? ESTAB_PORT_TX_MULTI_SEGMENT : 0;
		kit->config.interface.vlan = grid & 2 ? 5 : 0;
		kit_reconfigure(kit);
		for (size_t i = 0; i < 3; i++)
			for (size_t j = 0; j < 9; j++)
				check_text(kit, grid & 4 ? ESTAB_FAMILY_IPV6 : ESTAB_FAMILY_IPV4,
						text, offsets[i], lengths[j], grid & 1 ? 0 : 1);
	}
	free_text(text);
}

static void
short_text_is_copied_and_long_text_cloned(void **state)
{
	static const uint16_t sizes[] = { 1400 };
	struct kit *kit = *state;
	struct rte_mbuf *text = make_text(kit->pool, sizes, 1);

	kit->config.port_offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
	kit_reconfigure(kit);
	check_text(kit, ESTAB_FAMILY_IPV4, text, 10, 256, 1);
	check_text(kit, ESTAB_FAMILY_IPV4, text, 10, 257, 2);
	free_text(text);
}

static void
cloned_text_shares_the_bytes_and_holds_them_until_sent(void **state)
{
	static const uint16_t sizes[] = { 1400 };
	struct kit *kit = *state;
	const struct path path = peer_path(ESTAB_FAMILY_IPV4);
	struct rte_mbuf *text = make_text(kit->pool, sizes, 1);
	const struct rte_mbuf *clone;

	kit->config.port_offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
	kit_reconfigure(kit);
	put_segment(kit, &path, text, 100, 1000);
	net_build(&kit->net, kit->burst, kit->now_ns);
	clone = kit->burst->tx[0]->next;
	assert_ptr_equal(rte_pktmbuf_mtod(clone, uint8_t *),
			rte_pktmbuf_mtod(text, uint8_t *) + 100);
	assert_int_equal(rte_mbuf_refcnt_read(text), 2);
	kit_clear(kit);
	free_text(text);
}

static void
text_in_many_pieces_is_copied_where_it_fits(void **state)
{
	static const uint16_t sizes[] = { 100, 100, 100, 100, 100, 100, 100, 100 };
	static const uint16_t large[] = { 900, 900, 900, 900, 900 };
	struct kit *kit = *state;
	struct rte_mbuf *text = make_text(kit->pool, sizes, 8);

	kit->config.port_offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
	kit_reconfigure(kit);
	check_text(kit, ESTAB_FAMILY_IPV4, text, 0, 400, 5); /* four pieces: cloned */
	check_text(kit, ESTAB_FAMILY_IPV4, text, 0, 401, 1); /* five: copied */
	free_text(text);
	text = make_text(kit->pool, large, 5);
	check_text(kit, ESTAB_FAMILY_IPV6, text, 0, 3700, 6); /* five, but too large for one mbuf */
	free_text(text);
}

/* However the pieces lie, and also where the user moves packets himself. */
static void
text_in_more_pieces_than_the_port_takes_is_gathered(void **state)
{
	static const uint16_t limits[] = { 3, 4, 8, 40 };
	struct kit *kit = *state;
	uint16_t sizes[40];
	struct rte_mbuf *text;

	for (unsigned int i = 0; i < RTE_DIM(sizes); i++)
		sizes[i] = (uint16_t)(i % 3 == 0 ? 1 : 145 - i);
	text = make_text(kit->pool, sizes, RTE_DIM(sizes));
	for (size_t i = 0; i < RTE_DIM(limits); i++) {
		kit->config.port_offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
		kit->config.port_mbufs_max = limits[i];
		kit_reconfigure(kit);
		for (uint32_t length = 2000; length < 3200; length += 73) {
			const struct path path = peer_path(ESTAB_FAMILY_IPV6);
			const struct frame expected =
					expected_frame(ESTAB_FAMILY_IPV6, false, 7, length);

			add_timestamps(put_segment(kit, &path, text, 7, length));
			net_build(&kit->net, kit->burst, kit->now_ns);
			assert_in_range(kit->burst->tx[0]->nb_segs, 2, limits[i]);
			kit_expect_sent(kit, &expected);
		}
	}
	assert_int_equal(rte_mempool_in_use_count(kit->pool), RTE_DIM(sizes));
	free_text(text);
}

/* One is left for the headers. */
static void
text_to_be_gathered_without_mbufs_is_dropped_and_leaks_nothing(void **state)
{
	struct rte_mbuf *all[128 - 40 - 1];
	struct kit *kit = *state;
	const struct path path = peer_path(ESTAB_FAMILY_IPV4);
	uint16_t sizes[40];
	struct rte_mbuf *text;

	for (unsigned int i = 0; i < RTE_DIM(sizes); i++)
		sizes[i] = 90;
	text = make_text(kit->pool, sizes, RTE_DIM(sizes));
	kit->config.port_offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
	kit->config.port_mbufs_max = 4;
	kit_reconfigure(kit);
	assert_int_equal(rte_pktmbuf_alloc_bulk(kit->pool, all, RTE_DIM(all)), 0);
	put_segment(kit, &path, text, 0, 3600);
	net_build(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->burst->tx_count, 0);
	assert_int_equal(kit->stats.tx_dropped_no_mbuf, 1);
	assert_int_equal(rte_mempool_avail_count(kit->pool), 1);
	rte_pktmbuf_free_bulk(all, RTE_DIM(all));
	free_text(text);
}

static void
keep_external_buffer(void *address, void *opaque)
{
	(void)address;
	(*(unsigned int *)opaque)++;
}

static void
text_in_indirect_mbuf_or_external_buffer_is_cloned(void **state)
{
	static const uint16_t sizes[] = { 1400 };
	struct kit *kit = *state;
	struct rte_mbuf *direct = make_text(kit->pool, sizes, 1);
	struct rte_mbuf *indirect = rte_pktmbuf_alloc(kit->pool);
	struct rte_mbuf *external = rte_pktmbuf_alloc(kit->pool);
	unsigned int freed = 0;
	uint8_t *buffer = malloc(2048);
	struct rte_mbuf_ext_shared_info shared = { .free_cb = keep_external_buffer,
		.fcb_opaque = &freed };

	kit->config.port_offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
	kit_reconfigure(kit);
	rte_pktmbuf_attach(indirect, direct);
	check_text(kit, ESTAB_FAMILY_IPV4, indirect, 3, 1000, 2);
	rte_pktmbuf_free(indirect);
	rte_mbuf_ext_refcnt_set(&shared, 1);
	for (size_t i = 0; i < 1400; i++)
		buffer[i] = text_byte(i);
	rte_pktmbuf_attach_extbuf(external, buffer, RTE_BAD_IOVA, 2048, &shared);
	external->data_len = 1400;
	check_text(kit, ESTAB_FAMILY_IPV6, external, 3, 1000, 2);
	assert_int_equal(freed, 0);
	rte_pktmbuf_free(external);
	assert_int_equal(freed, 1);
	free_text(direct);
	free(buffer);
}

/* More segments than references are taken at a time, of two buffers in turn. */
static void
references_to_lent_text_are_as_many_as_packets_hold(void **state)
{
	enum { BUFFERS = 2, SEGMENTS = LOAN_REFERENCES + 3 };
	static uint8_t buffers[BUFFERS][1024];
	struct kit *kit = *state;
	const struct path path = peer_path(ESTAB_FAMILY_IPV4);
	unsigned int freed = 0;
	struct rte_mbuf_ext_shared_info shares[BUFFERS];
	struct rte_mbuf *texts[BUFFERS];

	kit->config.port_offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
	kit_reconfigure(kit);
	for (unsigned int i = 0; i < BUFFERS; i++) {
		texts[i] = rte_pktmbuf_alloc(kit->pool);
		assert_non_null(texts[i]);
		shares[i].free_cb = keep_external_buffer;
		shares[i].fcb_opaque = &freed;
		rte_mbuf_ext_refcnt_set(&shares[i], 1);
		rte_pktmbuf_attach_extbuf(texts[i], buffers[i], RTE_BAD_IOVA, 1024, &shares[i]);
		texts[i]->data_len = 1024;
	}
	for (unsigned int i = 0; i < SEGMENTS; i++)
		put_segment(kit, &path, texts[i / 10 % 2], 0, 1000);
	net_build(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->burst->tx_count, SEGMENTS);
	assert_int_equal(rte_mbuf_ext_refcnt_read(&shares[0]), 1 + 20);
	assert_int_equal(rte_mbuf_ext_refcnt_read(&shares[1]), 1 + SEGMENTS - 20);
	rte_pktmbuf_free_bulk(kit->burst->tx, SEGMENTS);
	kit->burst->tx_count = 0;
	for (unsigned int i = 0; i < BUFFERS; i++) {
		assert_int_equal(rte_mbuf_ext_refcnt_read(&shares[i]), 1);
		rte_pktmbuf_free(texts[i]);
	}
	assert_int_equal(freed, BUFFERS);
}

/* RFC 1071 sum of what the port will still have to add up, as DPDK asks for it in the mbuf. */
static void
checksums_are_left_to_the_port_where_it_does_them(void **state)
{
	const uint32_t both = ESTAB_PORT_TX_IPV4_CHECKSUM | ESTAB_PORT_TX_TCP_CHECKSUM;
	static const uint64_t flags[] = {
		RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM,
		RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV6,
	};
	static const uint16_t sizes[] = { 900 };
	struct kit *kit = *state;
	struct rte_mbuf *text = make_text(kit->pool, sizes, 1);

	for (unsigned int i = 0; i < 2; i++) {
		const uint8_t family = i == 0 ? ESTAB_FAMILY_IPV4 : ESTAB_FAMILY_IPV6;
		const struct path path = peer_path(family);
		struct frame expected = expected_frame(family, false, 0, 900);
		const size_t cksum = expected.l4 + 16;
		const struct rte_mbuf *packet;
		uint16_t pseudo;

		kit->config.port_offloads = both | ESTAB_PORT_TX_MULTI_SEGMENT;
		kit_reconfigure(kit);
		add_timestamps(put_segment(kit, &path, text, 0, 900));
		net_build(&kit->net, kit->burst, kit->now_ns);
		packet = kit->burst->tx[0];
		assert_int_equal(packet->l2_len, 14);
		assert_int_equal(packet->l3_len, i == 0 ? 20 : 40);
		assert_int_equal(packet->l4_len, 32);
		assert_true(packet->ol_flags == flags[i]);
		/* addresses + protocol + length 32 + 900, not complemented */
		pseudo = bytes_sum(expected.bytes + expected.ip + (i == 0 ? 12 : 8),
				i == 0 ? 8 : 32, 6 + 932);
		expected.bytes[cksum] = (uint8_t)(pseudo >> 8);
		expected.bytes[cksum + 1] = (uint8_t)pseudo;
		if (i == 0)
			memset(expected.bytes + expected.ip + 10, 0, 2);
		kit_expect_sent(kit, &expected);
	}
	free_text(text);
}

static void
each_checksum_offload_is_used_alone_too(void **state)
{
	struct kit *kit = *state;
	const struct path path = peer_path(ESTAB_FAMILY_IPV4);
	struct frame expected = expected_frame(ESTAB_FAMILY_IPV4, false, 0, 0);

	kit->config.port_offloads = ESTAB_PORT_TX_IPV4_CHECKSUM;
	kit_reconfigure(kit);
	add_timestamps(put_segment(kit, &path, NULL, 0, 0));
	net_build(&kit->net, kit->burst, kit->now_ns);
	assert_true(kit->burst->tx[0]->ol_flags == (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM));
	memset(expected.bytes + 24, 0, 2);
	kit_expect_sent(kit, &expected);
	kit->config.port_offloads = ESTAB_PORT_TX_TCP_CHECKSUM;
	kit_reconfigure(kit);
	add_timestamps(put_segment(kit, &path, NULL, 0, 0));
	net_build(&kit->net, kit->burst, kit->now_ns);
	assert_true(kit->burst->tx[0]->ol_flags == (RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_CKSUM));
}

static void
spent_mbufs_are_used_first_and_clean(void **state)
{
	struct kit *kit = *state;
	const struct path path = peer_path(ESTAB_FAMILY_IPV4);
	const struct frame expected = expected_frame(ESTAB_FAMILY_IPV4, false, 0, 0);
	struct rte_mbuf *spent = rte_pktmbuf_alloc(kit->pool),
			*other = rte_pktmbuf_alloc(kit->pool);

	spent->data_off = 5;
	spent->data_len = 1000;
	spent->pkt_len = 1000;
	spent->ol_flags = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_L4_CKSUM_GOOD;
	spent->vlan_tci = 7;
	spent->l2_len = 99;
	burst_spend(kit->burst, other);
	burst_spend(kit->burst, spent);
	add_timestamps(put_segment(kit, &path, NULL, 0, 0));
	net_build(&kit->net, kit->burst, kit->now_ns);
	assert_ptr_equal(kit->burst->tx[0], spent);
	assert_int_equal(spent->ol_flags, 0);
	assert_int_equal(spent->tx_offload, 0);
	assert_int_equal(spent->data_off, RTE_PKTMBUF_HEADROOM);
	assert_int_equal(kit->burst->spent_count, 0); /* and the other one was freed */
	kit_expect_sent(kit, &expected);
	assert_int_equal(rte_mempool_in_use_count(kit->pool), 0);
}

static void
spent_mbuf_that_is_too_small_is_passed_over(void **state)
{
	struct rte_mempool *small = malloc_mempool_create("small", 4, RTE_PKTMBUF_HEADROOM + 64);
	struct kit *kit = *state;
	const struct path path = peer_path(ESTAB_FAMILY_IPV4);
	struct rte_mbuf *spent = rte_pktmbuf_alloc(small);

	burst_spend(kit->burst, spent);
	put_segment(kit, &path, NULL, 0, 0);
	net_build(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->burst->tx_count, 1);
	assert_ptr_equal(kit->burst->tx[0]->pool, kit->pool);
	assert_int_equal(rte_mempool_in_use_count(small), 0);
	malloc_mempool_destroy(small);
}

static void
empty_pool_drops_the_segment_counts_and_leaks_nothing(void **state)
{
	static const uint16_t sizes[] = { 400, 400 };
	struct kit *kit = *state;
	const struct path path = peer_path(ESTAB_FAMILY_IPV4);
	struct rte_mbuf *text = make_text(kit->pool, sizes, 2), *all[126];

	kit->config.port_offloads = ESTAB_PORT_TX_MULTI_SEGMENT;
	kit_reconfigure(kit);
	assert_int_equal(rte_pktmbuf_alloc_bulk(kit->pool, all, 126), 0);
	for (unsigned int free_mbufs = 0; free_mbufs < 3; free_mbufs++) {
		if (free_mbufs > 0)
			rte_pktmbuf_free(all[126 - free_mbufs]);
		put_segment(kit, &path, text, 0, 800); /* needs three */
		net_build(&kit->net, kit->burst, kit->now_ns);
		assert_int_equal(kit->burst->tx_count, 0);
		assert_int_equal(kit->stats.tx_dropped_no_mbuf, free_mbufs + 1);
		assert_int_equal(rte_mempool_in_use_count(kit->pool), 128 - free_mbufs);
	}
	assert_int_equal(kit->stats.segments_sent, 0);
	rte_pktmbuf_free_bulk(all, 124);
	free_text(text);
}

static void
text_too_large_for_one_mbuf_of_a_port_without_chains_is_dropped(void **state)
{
	static const uint16_t sizes[] = { 1500, 1500 };
	struct kit *kit = *state;
	const struct path path = peer_path(ESTAB_FAMILY_IPV4);
	struct rte_mbuf *text = make_text(kit->pool, sizes, 2);

	put_segment(kit, &path, text, 0, 3000);
	net_build(&kit->net, kit->burst, kit->now_ns);
	assert_int_equal(kit->burst->tx_count, 0);
	assert_int_equal(kit->stats.tx_dropped_no_mbuf, 1);
	free_text(text);
}

/* What was built is what the other side parses: only a complement to the tests above. */
static void
built_segment_is_parsed_back(void **state)
{
	static const uint16_t sizes[] = { 700, 33 };
	struct kit *kit = *state;
	struct path path = peer_path(ESTAB_FAMILY_IPV6);
	struct rte_mbuf *text = make_text(kit->pool, sizes, 2);
	struct segment *seg;
	struct frame frame;

	add_timestamps(put_segment(kit, &path, text, 0, 733));
	net_build(&kit->net, kit->burst, kit->now_ns);
	frame.size = kit_flatten(kit->burst->tx[0], frame.bytes, sizeof(frame.bytes));
	kit->net.addresses[1].ip = path.remote; /* now we are the peer */
	memcpy(&kit->net.mac, &path.next_hop, 6);
	seg = kit_expect_segment(kit, &frame);
	assert_int_equal(seg->seq, 0x11223344);
	assert_int_equal(seg->ack, 0x55667788);
	assert_int_equal(seg->wnd, 0x1000);
	assert_int_equal(seg->text_len, 733);
	assert_int_equal(seg->options.ts_val, 7);
	assert_int_equal(seg->ip_tos, 0xb8);
	assert_memory_equal(&seg->path.remote, &path.local, 16);
	assert_int_equal(seg->path.remote_port, path.local_port);
	free_text(text);
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

/* Any segment that may be usual: text in one piece and short, no flag or option excluded. */
static void
put_any_segment(struct kit *kit, struct path *path, struct rte_mbuf *text, uint64_t *random)
{
	struct outgoing *out = burst_outgoing(kit->burst);

	path->local.words[0] = any_number(random);
	path->remote.words[0] = any_number(random);
	path->local_port = (uint16_t)any_number(random);
	path->remote_port = (uint16_t)any_number(random);
	path->tos = (uint8_t)(any_number(random) << 2);
	path->hop_limit = (uint8_t)any_number(random);
	out->path = path;
	out->seq = any_number(random);
	out->ack = any_number(random);
	out->wnd = (uint16_t)any_number(random);
	out->up = (uint16_t)any_number(random);
	out->flags = (uint8_t)any_number(random);
	out->ecn = any_number(random) & 3;
	out->options.seen = any_number(random) % 4 == 0 ? any_number(random) & 0x1f
							: TCP_OPTION_TIMESTAMPS;
	out->options.sack_count = 1;
	out->options.sack[0].right = any_number(random);
	out->options.mss = (uint16_t)any_number(random);
	out->options.window_scale = (uint8_t)any_number(random);
	out->options.ts_val = any_number(random);
	out->options.ts_ecr = any_number(random);
	if (any_number(random) % 2 == 0)
		return;
	out->text = text;
	out->text_offset = any_number(random) % 100;
	out->text_len = 1 + any_number(random) % 250;
}

/* The only packet in tx[], as bytes, and what its mbuf asks of the port. */
static size_t
take_packet(struct kit *kit, uint8_t *bytes, uint64_t *flags, uint64_t *offload)
{
	size_t size;

	assert_int_equal(kit->burst->tx_count, 1);
	size = kit_flatten(kit->burst->tx[0], bytes, 4096);
	*flags = kit->burst->tx[0]->ol_flags;
	*offload = kit->burst->tx[0]->tx_offload;
	kit_clear(kit);
	return size;
}

static void
usual_packets_are_as_those_built_header_by_header(void **state)
{
	static const uint16_t sizes[] = { 350 };
	struct kit *kit = *state;
	struct path path = peer_path(ESTAB_FAMILY_IPV4);
	struct rte_mbuf *text = make_text(kit->pool, sizes, 1);
	uint64_t random = 1;

	for (unsigned int i = 0; i < 4000; i++) {
		uint8_t usual[4096], other[4096];
		uint64_t flags[2], offload[2];
		struct outgoing again;
		size_t size;

		if (i % 1000 == 0) {
			kit->config.port_offloads = i / 1000 * ESTAB_PORT_TX_IPV4_CHECKSUM;
			kit_reconfigure(kit);
		}
		assert_true(kit->net.usual.writes);
		put_any_segment(kit, &path, text, &random);
		again = kit->burst->out[0];
		burst_spend(kit->burst, rte_pktmbuf_alloc(kit->pool));
		net_build(&kit->net, kit->burst, kit->now_ns);
		size = take_packet(kit, usual, &flags[0], &offload[0]);
		kit->net.usual.writes = false;
		*burst_outgoing(kit->burst) = again;
		net_build(&kit->net, kit->burst, kit->now_ns);
		kit->net.usual.writes = true;
		assert_int_equal(take_packet(kit, other, &flags[1], &offload[1]), size);
		assert_memory_equal(usual, other, size);
		assert_true(flags[0] == flags[1] && offload[0] == offload[1]);
	}
	free_text(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(syn_of_both_families_is_built_byte_by_byte),
		TEST(rst_is_counted),
		TEST(text_of_any_place_and_length_is_sent),
		TEST(short_text_is_copied_and_long_text_cloned),
		TEST(cloned_text_shares_the_bytes_and_holds_them_until_sent),
		TEST(text_in_many_pieces_is_copied_where_it_fits),
		TEST(text_in_more_pieces_than_the_port_takes_is_gathered),
		TEST(text_to_be_gathered_without_mbufs_is_dropped_and_leaks_nothing),
		TEST(text_in_indirect_mbuf_or_external_buffer_is_cloned),
		TEST(references_to_lent_text_are_as_many_as_packets_hold),
		TEST(checksums_are_left_to_the_port_where_it_does_them),
		TEST(each_checksum_offload_is_used_alone_too),
		TEST(spent_mbufs_are_used_first_and_clean),
		TEST(spent_mbuf_that_is_too_small_is_passed_over),
		TEST(empty_pool_drops_the_segment_counts_and_leaks_nothing),
		TEST(text_too_large_for_one_mbuf_of_a_port_without_chains_is_dropped),
		TEST(built_segment_is_parsed_back),
		TEST(usual_packets_are_as_those_built_header_by_header),
	};

	return cmocka_run_group_tests(tests, kit_group_setup, kit_group_teardown);
}
