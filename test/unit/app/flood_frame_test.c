/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Frames of a flood: what they say of themselves is right, they come from where they should and from
 * nobody who is there, and the seed makes them.
 */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "flood_frame.h"

enum { FRAMES = 5000, PORTS = 3 };

static const struct estab_local_address from4 = { { ESTAB_FAMILY_IPV4, { 198, 18 } }, 15, false },
					from6 = { { ESTAB_FAMILY_IPV6, { 0x20, 1, 0, 2 } }, 48,
						false };
static const struct estab_endpoint server4 = { { ESTAB_FAMILY_IPV4, { 198, 18, 0, 2 } }, 7 },
				   server6 = { { ESTAB_FAMILY_IPV6, { 0x20, 1, 0, 2, [15] = 2 } },
					   7 };

static const uint8_t flags_of[FLOOD_KIND_COUNT] = {
	[FLOOD_SYN] = RTE_TCP_SYN_FLAG,
	[FLOOD_ACK] = RTE_TCP_ACK_FLAG,
	[FLOOD_RST] = RTE_TCP_RST_FLAG,
	[FLOOD_FIN] = RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG,
	[FLOOD_SYN_ACK] = RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG,
};

/* The sums that stand in a frame are what DPDK makes of it where they are not. */
static void
check_sums(struct rte_ipv4_hdr *ip4, struct rte_ipv6_hdr *ip6, struct rte_tcp_hdr *tcp)
{
	const uint16_t sum = tcp->cksum;

	tcp->cksum = 0;
	if (ip6 != NULL) {
		assert_int_equal(sum, rte_ipv6_udptcp_cksum(ip6, tcp));
		return;
	}
	assert_int_equal(sum, rte_ipv4_udptcp_cksum(ip4, tcp));
	tcp->cksum = ip4->hdr_checksum;
	ip4->hdr_checksum = 0;
	assert_int_equal(tcp->cksum, rte_ipv4_cksum(ip4));
}

static void
check_tcp(const struct rte_tcp_hdr *tcp, enum flood_kind kind, unsigned int length)
{
	const uint16_t to = rte_be_to_cpu_16(tcp->dst_port);

	assert_int_equal(tcp->tcp_flags, flags_of[kind]);
	assert_in_range(to, 7, 7 + PORTS - 1);
	assert_in_range(rte_be_to_cpu_16(tcp->src_port), 1024, UINT16_MAX);
	assert_int_equal(4u * (tcp->data_off >> 4), length);
}

static void
frames_over_ipv4_are_right(void **state)
{
	struct flood_frames frames;
	_Alignas(16) uint8_t frame[FLOOD_FRAME_MAX];

	(void)state;
	for (int kind = FLOOD_SYN; kind < FLOOD_KIND_COUNT; kind++) {
		flood_frames_init(&frames, (enum flood_kind)kind, &from4, &server4, PORTS, 1);
		for (unsigned int i = 0; i < FRAMES; i++) {
			const struct rte_ether_hdr *ether = (const void *)frame;
			struct rte_ipv4_hdr *ip = (void *)(frame + sizeof(*ether));

			flood_frames_write(&frames, frame);
			assert_int_equal(ether->ether_type, RTE_BE16(RTE_ETHER_TYPE_IPV4));
			check_sums(ip, NULL, (void *)(ip + 1));
			assert_int_equal(rte_be_to_cpu_32(ip->src_addr) >> 17,
					RTE_IPV4(198U, 18, 0, 0) >> 17);
			assert_int_equal(ip->dst_addr, RTE_BE32(RTE_IPV4(198U, 18, 0, 2)));
			check_tcp((const void *)(ip + 1), (enum flood_kind)kind,
					frames.length - 14u - 20u);
		}
	}
}

static void
frames_over_ipv6_are_right(void **state)
{
	struct flood_frames frames;
	_Alignas(16) uint8_t frame[FLOOD_FRAME_MAX];

	(void)state;
	for (int kind = FLOOD_SYN; kind < FLOOD_KIND_COUNT; kind++) {
		flood_frames_init(&frames, (enum flood_kind)kind, &from6, &server6, PORTS, 1);
		for (unsigned int i = 0; i < FRAMES; i++) {
			const struct rte_ether_hdr *ether = (const void *)frame;
			struct rte_ipv6_hdr *ip = (void *)(frame + sizeof(*ether));

			flood_frames_write(&frames, frame);
			assert_int_equal(ether->ether_type, RTE_BE16(RTE_ETHER_TYPE_IPV6));
			check_sums(NULL, ip, (void *)(ip + 1));
			assert_memory_equal(&ip->src_addr, from6.address.bytes, 6);
			assert_memory_equal(&ip->dst_addr, server6.address.bytes, 16);
			check_tcp((const void *)(ip + 1), (enum flood_kind)kind,
					frames.length - 14u - 40u);
		}
	}
}

static uint32_t
next_source(struct flood_frames *frames)
{
	_Alignas(16) uint8_t frame[FLOOD_FRAME_MAX];
	const struct rte_ipv4_hdr *ip = (const void *)(frame + RTE_ETHER_HDR_LEN);

	flood_frames_write(frames, frame);
	return rte_be_to_cpu_32(ip->src_addr);
}

/* Of 256 addresses 251 are nobody's: each of these comes, and none of the others. */
static void
frames_come_from_every_address_but_those_of_others(void **state)
{
	const struct estab_local_address from = { { ESTAB_FAMILY_IPV4, { 198, 18, 0, 0 } }, 24,
		false };
	const struct estab_address client = { ESTAB_FAMILY_IPV4, { 198, 18, 0, 1 } },
				   gateway = { ESTAB_FAMILY_IPV4, { 198, 18, 0, 9 } };
	struct flood_frames frames;
	unsigned int seen[256] = { 0 };

	(void)state;
	flood_frames_init(&frames, FLOOD_SYN, &from, &server4, 1, 1);
	flood_frames_reserve(&frames, &client);
	flood_frames_reserve(&frames, &gateway);
	for (unsigned int i = 0; i < FRAMES; i++) {
		const uint32_t source = next_source(&frames);

		assert_int_equal(source >> 8, RTE_IPV4(198U, 18, 0, 0) >> 8);
		seen[source & 0xff]++;
	}
	for (unsigned int host = 0; host < 256; host++) {
		const bool reserved = host <= 2 || host == 9 || host == 255;
		const struct flood_address address = { 0, RTE_IPV4(198U, 18, 0, host) };

		assert_int_equal(seen[host] == 0, reserved);
		assert_int_equal(flood_frames_has_source(&frames, address), !reserved);
	}
}

static void
address_beyond_the_prefix_is_no_source(void **state)
{
	struct flood_frames frames;

	(void)state;
	flood_frames_init(&frames, FLOOD_SYN, &from4, &server4, 1, 1);
	assert_true(flood_frames_has_source(&frames,
			(struct flood_address){ 0, RTE_IPV4(198U, 19, 0, 0) }));
	assert_false(flood_frames_has_source(&frames,
			(struct flood_address){ 0, RTE_IPV4(198U, 20, 0, 0) }));
	flood_frames_init(&frames, FLOOD_SYN, &from6, &server6, 1, 1);
	assert_true(flood_frames_has_source(&frames,
			(struct flood_address){ UINT64_C(0x200100020000ffff), 7 }));
	assert_false(flood_frames_has_source(&frames,
			(struct flood_address){ UINT64_C(0x2001000200010000), 7 }));
}

static void
seed_makes_the_frames(void **state)
{
	struct flood_frames one, same, other;
	unsigned int different = 0;

	(void)state;
	flood_frames_init(&one, FLOOD_SYN, &from4, &server4, 1, 1);
	flood_frames_init(&same, FLOOD_SYN, &from4, &server4, 1, 1);
	flood_frames_init(&other, FLOOD_SYN, &from4, &server4, 1, 2);
	for (unsigned int i = 0; i < 100; i++) {
		const uint32_t source = next_source(&one);

		assert_int_equal(next_source(&same), source);
		different += next_source(&other) != source;
	}
	assert_true(different > 90); /* of 131072 addresses */
}

static void
frame_goes_between_these_two(void **state)
{
	const uint8_t to[6] = { 2, 0, 0, 0, 0, 1 }, from[6] = { 2, 0, 0, 0, 0, 2 };
	_Alignas(16) uint8_t frame[FLOOD_FRAME_MAX];
	struct flood_frames frames;

	(void)state;
	flood_frames_init(&frames, FLOOD_SYN, &from4, &server4, 1, 1);
	flood_frames_set_macs(&frames, to, from);
	flood_frames_write(&frames, frame);
	assert_memory_equal(frame, to, 6);
	assert_memory_equal(frame + 6, from, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_over_ipv4_are_right),
		cmocka_unit_test(frames_over_ipv6_are_right),
		cmocka_unit_test(frames_come_from_every_address_but_those_of_others),
		cmocka_unit_test(address_beyond_the_prefix_is_no_source),
		cmocka_unit_test(seed_makes_the_frames),
		cmocka_unit_test(frame_goes_between_these_two),
	};

	return cmocka_run_group_tests_name("flood_frame", tests, NULL, NULL);
}
