/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packets that no honest host sends (malformed_ipv6.c has those of IPv6): of our own address or of nobody's (LAND), in fragments (teardrop,
 * FragmentSmack), with options that promise what is not there. Each dies by its name, and unanswered.
 */
#include "crowd.h"

#include <string.h>

#include <rte_mempool.h>

#include "seal.h"

enum {
	IP = FRAME_ETHERNET,
	TCP = FRAME_ETHERNET + FRAME_IPV4,
	MANY = 5000,
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

static void
class_08_land_from_our_own_address_and_port_is_dropped(void **state)
{
	const struct stranger ourselves = { .address = CROWD_STACK,
		.port = CROWD_PORT,
		.to_port = CROWD_PORT };
	struct crowd *c = *state;

	crowd_start(c);
	for (uint32_t i = 0; i < MANY; i++)
		crowd_say(c, &ourselves, i % 2 == 0 ? "S 0:0(0) <mss 1460>" : "S. 0:0(0) ack 1");
	assert_dropped_in_silence(c, ESTAB_DROP_IP_SOURCE, MANY);
}

static void
class_08_source_that_is_no_host_is_dropped(void **state)
{
	static const uint32_t sources[] = { 0, 0xffffffff, 0x7f000001, 0xe0000001, 0x0affffff,
		0xefffffff };
	struct crowd *c = *state;

	crowd_start(c);
	for (uint32_t i = 0; i < RTE_DIM(sources) * 100; i++) {
		const struct stranger s = { .address = sources[i % RTE_DIM(sources)],
			.port = (uint16_t)(1024 + i),
			.to_port = CROWD_PORT };

		crowd_say(c, &s, "S 0:0(0) <mss 1460>");
	}
	assert_dropped_in_silence(c, ESTAB_DROP_IP_SOURCE, RTE_DIM(sources) * 100);
}

/* The smurf's way round: an answer would go to everybody, or come from everybody. */
static void
class_08_segment_to_everybody_is_dropped(void **state)
{
	static const uint8_t targets[][4] = { { 255, 255, 255, 255 }, { 224, 0, 0, 1 },
		{ 10, 255, 255, 255 } };
	struct crowd *c = *state;
	uint8_t frame[FRAME_MAX];

	crowd_start(c);
	for (uint32_t i = 0; i < RTE_DIM(targets); i++) {
		const struct stranger s = crowd_stranger(i);
		const size_t size = crowd_frame(c, &s, frame, "S 0:0(0) <mss 1460>");

		memcpy(frame + IP + 16, targets[i], 4);
		seal_ipv4(frame + IP);
		crowd_put(c, frame, size);
	}
	crowd_turn(c);
	assert_int_equal(crowd_stats(c).rx_delivered, 0);
	assert_int_equal(c->frames_out, 0);
	assert_int_equal(crowd_visits(c, 1, 8), 8);
}

/* First ones without an end, ends without a beginning, pieces that overlap: nobody waits for the rest. */
static void
class_15_fragments_are_dropped_and_never_kept(void **state)
{
	struct crowd *c = *state;
	uint8_t frame[FRAME_MAX];

	crowd_start(c);
	for (uint32_t i = 0; i < MANY; i++) {
		static const uint16_t places[] = { 0x2000, 0x2001, 0x0001, 0x1fff, 0x3fff, 0x0003 };
		const struct stranger s = crowd_stranger(i / 3);
		const size_t size = crowd_frame(c, &s, frame, "P. 1:101(100) ack 1");
		const uint16_t place = places[i % RTE_DIM(places)];

		frame[IP + 4] = (uint8_t)(i / 3 >> 8); /* identification: pieces of one packet */
		frame[IP + 5] = (uint8_t)(i / 3);
		frame[IP + 6] = (uint8_t)(place >> 8);
		frame[IP + 7] = (uint8_t)place;
		seal_ipv4(frame + IP);
		crowd_put(c, frame, size);
	}
	assert_dropped_in_silence(c, ESTAB_DROP_IPV4_FRAGMENT, MANY);
}

/* A SYN with these forty octets where its options are. */
static void
say_options(struct crowd *c, uint32_t n, const uint8_t options[40])
{
	enum { ROOM = 40, HEADER = FRAME_TCP + ROOM };
	const struct stranger s = crowd_stranger(n);
	uint8_t frame[FRAME_MAX];
	size_t size = crowd_frame(c, &s, frame, "S 0:0(0)");

	memcpy(frame + size, options, ROOM);
	size += ROOM;
	frame[TCP + 12] = (HEADER / 4) << 4;
	frame[IP + 3] = FRAME_IPV4 + HEADER;
	seal_ipv4(frame + IP);
	seal_payload(frame, size);
	crowd_put(c, frame, size);
}

/* Kind and length of all values, alone and twice: none is believed beyond the header. */
static void
class_09_options_of_every_kind_and_length_are_survived(void **state)
{
	struct crowd *c = *state;
	struct estab_stats stats;
	uint32_t n = 0;

	c->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	crowd_start(c);
	for (unsigned int kind = 2; kind < 256; kind += kind < 9 ? 1 : 31) {
		for (unsigned int length = 0; length < 256; length++) {
			uint8_t options[40];

			memset(options, length % 3 == 0 ? 0xff : 0x01, sizeof(options));
			options[0] = options[20] = (uint8_t)kind;
			options[1] = options[21] = (uint8_t)length;
			say_options(c, n++, options);
		}
	}
	crowd_turn(c);
	stats = crowd_stats(c);
	assert_int_equal(stats.syn_cookies_sent + stats.drops[ESTAB_DROP_TCP_OPTIONS], n);
	assert_true(stats.drops[ESTAB_DROP_TCP_OPTIONS] >= n / 2);
	assert_int_equal(crowd_visits(c, 1, 8), 8);
	crowd_assert_memory(c);
}

/* CVE-2019-11479: an MSS of almost nothing would make a packet, and work, of each octet. */
/* Of a connection whose SYN has this option. @return how many segments of 4800 octets go at once: full ones */
static uint64_t
segments_with(struct crowd *c, const char *option)
{
	enum { TEXT = 4800 };
	struct stranger s = crowd_stranger(1);
	uint64_t before;

	c->config.tcp.initial_window = 255;
	crowd_start(c);
	assert_true(crowd_open(c, &s, option));
	before = crowd_stats(c).segments_sent;
	assert_int_equal(crowd_write(&s, TEXT), TEXT);
	crowd_turn(c);
	return crowd_stats(c).segments_sent - before;
}

static void
class_09_tiny_mss_does_not_multiply_the_packets(void **state)
{
	assert_int_equal(segments_with(*state, "mss 1"), 4800 / 48);
}

static void
class_09_mss_of_nothing_is_that_of_a_syn_without_it(void **state)
{
	assert_int_equal(segments_with(*state, "mss 0"), 4800 / 536);
}

static void
class_09_mss_of_nothing_is_none_for_a_cookie_too(void **state)
{
	struct crowd *c = *state;

	c->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	assert_int_equal(segments_with(c, "mss 0"), 4800 / 536);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CROWD_TESTS(class_08_land_from_our_own_address_and_port_is_dropped),
		CROWD_TEST(class_08_source_that_is_no_host_is_dropped),
		CROWD_TEST(class_08_segment_to_everybody_is_dropped),
		CROWD_TEST(class_15_fragments_are_dropped_and_never_kept),
		CROWD_TEST(class_09_options_of_every_kind_and_length_are_survived),
		CROWD_TEST(class_09_tiny_mss_does_not_multiply_the_packets),
		CROWD_TEST(class_09_mss_of_nothing_is_that_of_a_syn_without_it),
		CROWD_TEST(class_09_mss_of_nothing_is_none_for_a_cookie_too),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
