/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What only IPv6 has of packets that no honest host sends: addresses of nobody or of a group, fragments,
 * chains of extension headers (RFC 8200 4, RFC 7112). Each dies by its name, and unanswered.
 */
#include "crowd.h"

#include <string.h>

#include <rte_mempool.h>

#include "seal.h"

enum {
	IP = FRAME_ETHERNET,
	BEHIND = FRAME_ETHERNET + FRAME_IPV6,
	MANY = 5000,
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	DESTINATION = 60,
};

/* The packets before any visitor came: nothing was sent, and all was dropped for that reason. */
static void
assert_dropped_in_silence(struct crowd *c, enum estab_drop reason, uint32_t n)
{
	crowd_turn(c);
	assert_int_equal(crowd_stats(c).drops[reason], n);
	assert_int_equal(c->frames_out, 0);
	assert_int_equal(rte_mempool_in_use_count(c->pool), 0);
	assert_int_equal(crowd_visits(c, 1, 8), 8);
	crowd_assert_memory(c);
}

static size_t
frame_of_syn(const struct crowd *c, uint32_t n, uint8_t frame[FRAME_MAX])
{
	const struct stranger s = crowd_stranger(n);

	return crowd_frame(c, &s, frame, "S 0:0(0) <mss 1460>");
}

/* An extension header of so many octets, padded, comes before what follows the header of IP. */
static uint8_t *
insert(uint8_t *frame, size_t *size, uint8_t kind, size_t octets)
{
	uint8_t *header = frame + BEHIND;

	memmove(header + octets, header, *size - BEHIND);
	memset(header, 0, octets); /* Pad1, all of it */
	header[0] = frame[IP + 6];
	header[1] = (uint8_t)(octets / 8 - 1);
	frame[IP + 6] = kind;
	*size += octets;
	frame[IP + 4] = (uint8_t)((*size - BEHIND) >> 8);
	frame[IP + 5] = (uint8_t)(*size - BEHIND);
	return header;
}

static void
class_08_ipv6_source_that_is_no_host_is_dropped(void **state)
{
	static const uint8_t sources[][16] = {
		{ 0 }, { [15] = 1 }, { 0xff, 0x02, [15] = 1 }, { 0xff, 0x0e, [15] = 0x42 },
		{ 0x20, 0x01, 0x0d, 0xb8, [12] = 0x0a, [15] = 1 }, /* our own */
	};
	struct crowd *c = *state;
	uint8_t frame[FRAME_MAX];

	crowd_start(c);
	for (uint32_t i = 0; i < RTE_DIM(sources) * 100; i++) {
		const size_t size = frame_of_syn(c, i, frame);

		memcpy(frame + IP + 8, sources[i % RTE_DIM(sources)], 16);
		seal_payload(frame, size);
		crowd_put(c, frame, size);
	}
	assert_dropped_in_silence(c, ESTAB_DROP_IP_SOURCE, RTE_DIM(sources) * 100);
}

/* All nodes, by interface, link and site; a group of anybody's; our own solicited-node group. */
static void
class_08_ipv6_segment_to_a_group_is_dropped(void **state)
{
	static const uint8_t targets[][16] = {
		{ 0xff, 0x01, [15] = 1 },
		{ 0xff, 0x02, [15] = 1 },
		{ 0xff, 0x05, [15] = 2 },
		{ 0xff, 0x1e, [15] = 0x42 },
		{ 0xff, 0x02, [11] = 1, [12] = 0xff, [15] = 1 },
	};
	struct crowd *c = *state;
	uint8_t frame[FRAME_MAX];

	crowd_start(c);
	for (uint32_t i = 0; i < RTE_DIM(targets) * 100; i++) {
		const size_t size = frame_of_syn(c, i, frame);

		memcpy(frame + IP + 24, targets[i % RTE_DIM(targets)], 16);
		seal_payload(frame, size);
		crowd_put(c, frame, size);
	}
	assert_dropped_in_silence(c, ESTAB_DROP_TCP_MULTICAST, RTE_DIM(targets) * 100);
}

/* Pieces without an end or a beginning, that overlap, and whole packets that say they are pieces (RFC 6946). */
static void
class_15_ipv6_fragments_are_dropped_and_never_kept(void **state)
{
	static const uint16_t places[] = { 0x0001, 0x0009, 0x0008, 0xfff8, 0xfff9, 0x0000 };
	struct crowd *c = *state;
	uint8_t frame[FRAME_MAX];

	crowd_start(c);
	for (uint32_t i = 0; i < MANY; i++) {
		const uint16_t place = places[i % RTE_DIM(places)];
		size_t size = frame_of_syn(c, i / 3, frame);
		uint8_t *header = insert(frame, &size, FRAGMENT, 8);

		header[1] = 0; /* reserved here */
		header[2] = (uint8_t)(place >> 8);
		header[3] = (uint8_t)place;
		header[6] = (uint8_t)(i / 3 >> 8); /* identification: pieces of one packet */
		header[7] = (uint8_t)(i / 3);
		crowd_put(c, frame, size);
	}
	assert_dropped_in_silence(c, ESTAB_DROP_IPV6_FRAGMENT, MANY);
}

/* Behind another header it is a fragment all the same: a filter's blind spot (RFC 7113). */
static void
class_15_ipv6_fragment_behind_another_header_is_dropped(void **state)
{
	struct crowd *c = *state;
	uint8_t frame[FRAME_MAX];

	crowd_start(c);
	for (uint32_t i = 0; i < MANY; i++) {
		size_t size = frame_of_syn(c, i, frame);

		insert(frame, &size, FRAGMENT, 8)[1] = 0;
		insert(frame, &size, i % 2 == 0 ? DESTINATION : HOP_BY_HOP, 8u << i % 3);
		crowd_put(c, frame, size);
	}
	assert_dropped_in_silence(c, ESTAB_DROP_IPV6_FRAGMENT, MANY);
}

/* A few are passed over; from nine on, or 256 octets, no more work is done for the packet. */
static void
class_10_extension_headers_are_passed_over_up_to_a_limit(void **state)
{
	enum { MOST = 8 };
	struct crowd *c = *state;
	uint8_t frame[FRAME_MAX];

	crowd_start(c);
	for (uint32_t n = 0; n < 100; n++) {
		size_t size = frame_of_syn(c, n, frame);

		for (uint32_t i = 0; i < n; i++)
			insert(frame, &size, DESTINATION, 8);
		crowd_put(c, frame, size);
		crowd_turn(c);
		assert_int_equal(c->frames_out, RTE_MIN(n, (uint32_t)MOST) + 1);
	}
	assert_crowd_drops(c, IPV6_EXTENSION, 100 - (MOST + 1));
	assert_int_equal(crowd_stats(c).syn_received, MOST + 1);
	assert_int_equal(crowd_visits(c, 200, 8), 8);
}

/* One that points beyond the packet, one that wants us to forward, options that promise what is not there. */
static void
class_10_extension_headers_that_lie_are_dropped(void **state)
{
	struct crowd *c = *state;
	uint8_t frame[FRAME_MAX], *header;

	crowd_start(c);
	for (uint32_t i = 0; i < MANY; i++) {
		size_t size = frame_of_syn(c, i, frame);

		header = insert(frame, &size, i % 4 == 1 ? ROUTING : DESTINATION, 16);
		if (i % 4 == 0)
			header[1] = (uint8_t)(8 + i % 200);
		else if (i % 4 == 1)
			header[3] = (uint8_t)(1 + i % 255); /* segments left */
		else if (i % 4 == 2)
			memcpy(header + 2, (uint8_t[]){ 1, (uint8_t)(13 + i % 200) }, 2);
		else
			memcpy(header + 2, (uint8_t[]){ (uint8_t)(0x40 + i % 0xc0), 12 }, 2);
		crowd_put(c, frame, size);
	}
	assert_dropped_in_silence(c, ESTAB_DROP_IPV6_EXTENSION, MANY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CROWD_TEST_IPV6(class_08_ipv6_source_that_is_no_host_is_dropped),
		CROWD_TEST_IPV6(class_08_ipv6_segment_to_a_group_is_dropped),
		CROWD_TEST_IPV6(class_15_ipv6_fragments_are_dropped_and_never_kept),
		CROWD_TEST_IPV6(class_15_ipv6_fragment_behind_another_header_is_dropped),
		CROWD_TEST_IPV6(class_10_extension_headers_are_passed_over_up_to_a_limit),
		CROWD_TEST_IPV6(class_10_extension_headers_that_lie_are_dropped),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
