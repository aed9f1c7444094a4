/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The size of a full segment on a path that takes less than the link (3.7.1, 3.7.2): what routers
 * say (RFC 1191, RFC 8201), and what silence says where they are not heard (RFC 4821, RFC 2923 2.1).
 */
#include <stdio.h>

#include "eal.h"
#include "quote.h"

/* One case, of what the other family does not have. */
#define FAMILY_TEST(name, family)                                                                  \
	{                                                                                          \
#name "_ipv" #family, name, fixture_setup, fixture_teardown,                       \
				(void *)(uintptr_t)(family)                                        \
	}

enum {
	LINK_MTU = 1500,
	SEGMENTS = 10, /* the initial window */
};

/* Fixed headers of a packet. */
static uint32_t
headers(const struct fixture *t)
{
	return t->family == ESTAB_FAMILY_IPV4 ? 40 : 60;
}

/* The least packet that we are ever brought down to: RFC 8200 5; for IPv4 what Linux has. */
static uint32_t
floor_of(const struct fixture *t)
{
	return t->family == ESTAB_FAMILY_IPV4 ? 552 : 1280;
}

/* Both ends are on links of 1500, the way between them is not asked yet. */
static void
in_established_full(struct fixture *t)
{
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established_with(t, t->family == ESTAB_FAMILY_IPV4 ? "mss 1460" : "mss 1440");
}

/* Ten full segments are in flight, the first of them is seq 1. @return text in each */
static uint32_t
in_flight(struct fixture *t)
{
	const uint32_t size = LINK_MTU - headers(t);

	in_established_full(t);
	app_write(t, SEGMENTS * size);
	for (uint32_t seq = 1; seq < SEGMENTS * size; seq += size) {
		const struct packet *packet = next_sent(t);

		assert_non_null(packet);
		assert_int_equal(packet->seq, seq);
		assert_int_equal(packet->text_len, size);
	}
	expect_nothing(t);
	return size;
}

/* Exactly the text from begin to end leaves now, in order, in segments of that size. */
static void
expect_text(struct fixture *t, uint32_t begin, uint32_t end, uint32_t size)
{
	const struct packet *packet;

	for (; begin < end; begin += packet->text_len) {
		packet = next_sent(t);
		assert_non_null(packet);
		assert_int_equal(packet->seq, begin);
		assert_int_equal(packet->text_len, end - begin < size ? end - begin : size);
	}
	expect_nothing(t);
}

/* After the text up to here was acknowledged, a write leaves in segments of that size. */
static void
expect_full_segments_of(struct fixture *t, uint32_t acknowledged, uint32_t size)
{
	arrive(t, ". 1:1(0) ack %u", acknowledged);
	ignore_sent(t);
	app_write(t, 2 * size);
	expect_text(t, acknowledged, acknowledged + 2 * size, size);
}

/*
 * MUST-16: "the "effective send MSS", MUST be the smaller of the send MSS [...] and the largest
 * transmission size permitted by the IP layer". RFC 1191 6.4: lost segments need not wait for the
 * timer, and are sent again "no larger than the new PMTU".
 */
static void
must_16_too_big_sends_all_that_is_in_flight_again_in_smaller_segments(void **state)
{
	struct fixture *t = *state;
	const uint32_t end = 1 + SEGMENTS * in_flight(t);

	quote_too_big(t, 1400, ". 1:101(100) ack 1");
	expect_text(t, 1, end, 1400 - headers(t));
	assert_int_equal(status_now(t).mss, 1400 - headers(t));
	assert_int_equal(stats_now(t).icmp_errors_taken, 1);
	expect_full_segments_of(t, end, 1400 - headers(t));
}

/* RFC 1191 6.4: such a retransmission "should not change the congestion window". */
static void
too_big_is_no_congestion(void **state)
{
	struct fixture *t = *state;
	struct estab_conn_info before, after;

	in_flight(t);
	before = status_now(t);
	quote_too_big(t, 1400, ". 1:101(100) ack 1");
	after = status_now(t);
	assert_true(ignore_sent(t) > 0);
	assert_int_equal(after.cwnd, before.cwnd);
	assert_int_equal(after.ssthresh, before.ssthresh);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
	assert_int_equal(app_events(t) & (ESTAB_EVENT_TROUBLE | ESTAB_EVENT_CLOSED), 0);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), 0);
}

/* RFC 1191 6.4: one must not retransmit for every message: each packet of a flight brings one. */
static void
too_big_of_each_segment_in_flight_sends_again_once(void **state)
{
	struct fixture *t = *state;
	const uint32_t size = in_flight(t);
	char notation[64];

	for (uint32_t seq = 1; seq < SEGMENTS * size; seq += size) {
		snprintf(notation, sizeof(notation), ". %u:%u(100) ack 1", seq, seq + 100);
		quote_too_big(t, 1400, notation);
	}
	expect_text(t, 1, 1 + SEGMENTS * size, 1400 - headers(t));
}

/* A path that narrows twice. */
static void
too_big_twice_lowers_twice(void **state)
{
	struct fixture *t = *state;
	const uint32_t end = 1 + SEGMENTS * in_flight(t);

	quote_too_big(t, 1400, ". 1:101(100) ack 1");
	expect_text(t, 1, end, 1400 - headers(t));
	quote_too_big(t, 1300, ". 1:101(100) ack 1");
	expect_text(t, 1, end, 1300 - headers(t));
}

/* RFC 8201 4: "A node must not increase its estimate of the Path MTU in response to the contents of
 * a Packet Too Big message." */
static void
too_big_never_raises_the_segment_size(void **state)
{
	static const uint16_t mtus[] = { 1401, 1499, 1500, 9000, 65535 };
	struct fixture *t = *state;
	const uint32_t end = 1 + SEGMENTS * in_flight(t);

	quote_too_big(t, 1400, ". 1:101(100) ack 1");
	ignore_sent(t);
	for (unsigned int i = 0; i < sizeof(mtus) / sizeof(*mtus); i++) {
		quote_too_big(t, mtus[i], ". 1:101(100) ack 1");
		expect_nothing(t);
		assert_int_equal(status_now(t).mss, 1400 - headers(t));
	}
	expect_full_segments_of(t, end, 1400 - headers(t));
}

/* RFC 8201 4: the very minimum is a path MTU like any other. */
static void
too_big_at_the_minimum_lowers_to_it(void **state)
{
	struct fixture *t = *state;
	const uint32_t end = 1 + SEGMENTS * in_flight(t);

	quote_too_big(t, (uint16_t)floor_of(t), ". 1:101(100) ack 1");
	expect_text(t, 1, end, floor_of(t) - headers(t));
}

/* RFC 5927 7: forged messages are to make packets as small as can be; IPv4 has a bound, too. */
static void
too_big_below_the_minimum_lowers_to_the_minimum(void **state)
{
	static const uint16_t mtus[] = { 551, 100, 68, 1 };
	struct fixture *t = *state;
	const uint32_t end = 1 + SEGMENTS * in_flight(t);

	for (unsigned int i = 0; i < sizeof(mtus) / sizeof(*mtus); i++) {
		quote_too_big(t, mtus[i], ". 1:101(100) ack 1");
		if (i == 0)
			expect_text(t, 1, end, floor_of(t) - headers(t));
		expect_nothing(t);
		assert_int_equal(status_now(t).mss, floor_of(t) - headers(t));
	}
}

/*
 * RFC 8201 4: "If a node receives a Packet Too Big message reporting a next-hop MTU that is less
 * than the IPv6 minimum link MTU, it must discard it."
 */
static void
too_big_below_the_minimum_is_discarded(void **state)
{
	static const uint16_t mtus[] = { 1279, 1000, 68, 0 };
	struct fixture *t = *state;
	const uint32_t size = in_flight(t);

	for (unsigned int i = 0; i < sizeof(mtus) / sizeof(*mtus); i++) {
		quote_too_big(t, mtus[i], ". 1:101(100) ack 1");
		expect_nothing(t);
		assert_int_equal(status_now(t).mss, size);
	}
}

/* RFC 1191 5: a router that does not know of next-hop MTUs leaves the field zero: ours to guess. */
static void
too_big_of_an_old_router_lowers_to_something_smaller(void **state)
{
	struct fixture *t = *state;
	const uint32_t size = in_flight(t);
	uint32_t mss;

	quote_too_big(t, 0, ". 1:101(100) ack 1");
	mss = status_now(t).mss;
	assert_in_range(mss, floor_of(t) - headers(t), size - 1);
	expect_text(t, 1, 1 + SEGMENTS * size, mss);
}

/* 3.7.1: options are part of the packet: "the sender must decrease the size of the TCP data". */
static void
must_16_too_big_counts_the_options(void **state)
{
	struct fixture *t = *state;
	uint32_t length;

	in_established_with(t, "mss 1460,TS val 1000 ecr 0");
	length = 3u * status_now(t).mss;
	app_write(t, length);
	ignore_sent(t);
	quote_too_big(t, 1400, ". 1:101(100) ack 1");
	expect_text(t, 1, 1 + length, 1400 - headers(t) - 12);
}

/* The peer's MSS is smaller than the path: nothing of ours was too big. */
static void
must_16_too_big_above_the_size_that_the_peer_takes_changes_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t); /* mss 1000 */
	app_write(t, 5000);
	ignore_sent(t);
	quote_too_big(t, 1400, ". 1:101(100) ack 1");
	expect_nothing(t);
	assert_int_equal(status_now(t).mss, 1000);
}

/* RFC 5927 7: what quotes nothing in flight is forged, or too late. */
static void
too_big_about_nothing_in_flight_changes_nothing(void **state)
{
	struct fixture *t = *state;
	const uint32_t size = in_flight(t);
	const uint32_t end = 1 + SEGMENTS * size;
	char notation[64];

	arrive(t, ". 1:1(0) ack %u", 1 + size);
	ignore_sent(t);
	quote_too_big(t, 1400, ". 1:101(100) ack 1"); /* acknowledged */
	snprintf(notation, sizeof(notation), ". %u:%u(100) ack 1", end, end + 100);
	quote_too_big(t, 1400, notation); /* not yet sent */
	quote_too_big(t, 1400, ". 3000000000:3000000100(100) ack 1");
	expect_nothing(t);
	assert_int_equal(status_now(t).mss, size);
	assert_drops(t, ICMP_OUT_OF_WINDOW, 3);
}

/* The FIN is in flight with the text: it goes again, behind it. */
static void
fin_wait_1_too_big_sends_text_and_fin_again(void **state)
{
	struct fixture *t = *state;
	const uint32_t size = 1300 - headers(t);

	in_established_full(t);
	app_write(t, 2000);
	app_shutdown(t);
	ignore_sent(t);
	quote_too_big(t, 1300, ". 1:101(100) ack 1");
	expect(t, ". 1:%u(%u) ack 1", 1 + size, size);
	expect(t, "F. %u:2001(%u) ack 1", 1 + size, 2000 - size);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 2002");
	assert_state(t, "FIN-WAIT-2");
}

/* RFC 5927 7.1: a SYN is not too big for any path: the attempt goes on, with its next try. */
static void
syn_sent_too_big_ends_nothing(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	quote_too_big(t, 1400, "S 0:0(0)");
	assert_state(t, "SYN-SENT");
	assert_int_equal(app_events(t) & ESTAB_EVENT_CLOSED, 0);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_state(t, "ESTABLISHED");
}

/* One path is not the other. */
static void
too_big_lowers_the_segment_size_of_its_connection_only(void **state)
{
	struct fixture *t = *state;
	const uint32_t size = in_flight(t);

	speak_as(t, 1);
	in_established_with(t, "mss 1400");
	speak_as(t, 0);
	quote_too_big(t, 1300, ". 1:101(100) ack 1");
	assert_int_not_equal(status_now(t).mss, size);
	speak_as(t, 1);
	assert_int_equal(status_now(t).mss, 1400);
}

/*
 * RFC 2923 2.1: a black hole: full segments are lost again and again, and no router says why. RFC
 * 4821: smaller ones are tried then. R1 (SHLD-10) is where losses are no longer bad luck.
 */
static void
black_hole_halves_the_packet_after_repeated_timeouts(void **state)
{
	struct fixture *t = *state;
	const uint32_t size = in_flight(t);
	const uint32_t half = t->family == ESTAB_FAMILY_IPV4 ? LINK_MTU / 2 : floor_of(t);
	const struct packet *packet;
	uint64_t rto_ms = 1000;

	for (unsigned int i = 0; i < 3; i++, rto_ms *= 2) {
		advance(t, rto_ms + 20);
		packet = next_sent(t);
		assert_non_null(packet);
		assert_int_equal(packet->seq, 1);
		assert_int_equal(packet->text_len, size);
		expect_nothing(t);
	}
	advance(t, rto_ms + 20);
	packet = next_sent(t);
	assert_non_null(packet);
	assert_int_equal(packet->seq, 1);
	assert_int_equal(packet->text_len, half - headers(t));
	expect_nothing(t); /* RFC 5681 3.1: the loss window is one full-sized segment */
	arrive(t, ". 1:1(0) ack %u", half - headers(t) + 1);
	assert_true(ignore_sent(t) > 0);
	assert_int_equal(status_now(t).mss, half - headers(t));
}

/* However long the silence lasts, no packet is smaller than every path takes. */
static void
black_hole_halves_no_further_than_the_minimum(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;
	uint32_t least = UINT32_MAX;

	in_flight(t);
	advance(t, 300000);
	while ((packet = next_sent(t)) != NULL)
		least = packet->seq == 1 && packet->text_len < least ? packet->text_len : least;
	assert_int_equal(least, floor_of(t) - headers(t));
	assert_state(t, "ESTABLISHED");
}

/* What is lost is small: its size is not the reason. */
static void
black_hole_is_not_suspected_of_small_segments(void **state)
{
	struct fixture *t = *state;

	in_established_full(t);
	app_write(t, 100);
	advance(t, 100000);
	assert_true(ignore_sent(t) > 4);
	assert_int_equal(status_now(t).mss, LINK_MTU - headers(t));
}

/* The last of a stream is seldom full, and may yet be more than the path takes. */
static void
black_hole_is_found_by_a_segment_that_is_not_full(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;
	uint32_t least = UINT32_MAX;

	in_established_full(t);
	app_write(t, LINK_MTU - headers(t) - 50);
	advance(t, 100000);
	while ((packet = next_sent(t)) != NULL)
		least = packet->seq == 1 && packet->text_len < least ? packet->text_len : least;
	assert_in_range(least, 1, floor_of(t) - headers(t));
}

/* Text gets through a black hole to its end. */
static void
black_hole_does_not_stop_the_stream(void **state)
{
	struct fixture *t = *state;
	const uint32_t end = 1 + SEGMENTS * in_flight(t);
	const struct packet *packet;
	uint32_t next = 1;

	for (unsigned int i = 0; i < 200 && next < end; i++) {
		advance(t, 500);
		while ((packet = next_sent(t)) != NULL) {
			if (packet->text_len + headers(t) <= 1300 && packet->seq == next)
				next += packet->text_len;
		}
		if (next > 1)
			arrive(t, ". 1:1(0) ack %u", next);
	}
	assert_int_equal(next, end);
	assert_state(t, "ESTABLISHED");
}

/* 3.7.2: path MTU discovery relies on "setting the IPv4 DF (don't fragment) flag". */
static void
segments_with_text_must_not_be_fragmented(void **state)
{
	static const uint8_t text[1000];
	struct fixture *t = *state;
	struct raw raw;

	in_established_full(t);
	assert_int_equal(estab_conn_write(t->peer->conn, text, sizeof(text)), sizeof(text));
	assert_true(raw_take(t, &raw));
	assert_int_equal(raw_ip(&raw)[6], 0x40);
	assert_int_equal(raw_ip(&raw)[7], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(must_16_too_big_sends_all_that_is_in_flight_again_in_smaller_segments),
		FIXTURE_TEST(too_big_is_no_congestion),
		FIXTURE_TEST(too_big_of_each_segment_in_flight_sends_again_once),
		FIXTURE_TEST(too_big_twice_lowers_twice),
		FIXTURE_TEST(too_big_never_raises_the_segment_size),
		FIXTURE_TEST(too_big_at_the_minimum_lowers_to_it),
		FAMILY_TEST(too_big_below_the_minimum_lowers_to_the_minimum, 4),
		FAMILY_TEST(too_big_below_the_minimum_is_discarded, 6),
		FAMILY_TEST(too_big_of_an_old_router_lowers_to_something_smaller, 4),
		FIXTURE_TEST(must_16_too_big_counts_the_options),
		FIXTURE_TEST(must_16_too_big_above_the_size_that_the_peer_takes_changes_nothing),
		FIXTURE_TEST(too_big_about_nothing_in_flight_changes_nothing),
		FIXTURE_TEST(fin_wait_1_too_big_sends_text_and_fin_again),
		FIXTURE_TEST(syn_sent_too_big_ends_nothing),
		FIXTURE_TEST(too_big_lowers_the_segment_size_of_its_connection_only),
		FIXTURE_TEST(black_hole_halves_the_packet_after_repeated_timeouts),
		FIXTURE_TEST(black_hole_halves_no_further_than_the_minimum),
		FIXTURE_TEST(black_hole_is_not_suspected_of_small_segments),
		FIXTURE_TEST(black_hole_does_not_stop_the_stream),
		FIXTURE_TEST(black_hole_is_found_by_a_segment_that_is_not_full),
		FAMILY_TEST(segments_with_text_must_not_be_fragmented, 4),
	};

	return cmocka_run_group_tests_name("path_mtu", tests, eal_start, eal_stop);
}
