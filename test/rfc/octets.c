/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What TCP and IP headers carry, octet by octet: checksums, options and padding (3.1, 3.2), Time to
 * Live, Diffserv, IP options, addresses that are nobody's (3.9.2).
 */
#include <stdio.h>
#include <string.h>

#include "eal.h"
#include "raw.h"

/* A call of the user without the turn that the fixture's own helpers take. */
static void
write_octets(struct fixture *t, size_t n)
{
	static const uint8_t text[2000];

	assert_int_equal(estab_conn_write(t->peer->conn, text, n), n);
}

/* The next frame that leaves has right checksums. */
static void
assert_next_sums_are_right(struct fixture *t)
{
	struct raw raw;

	assert_true(raw_take(t, &raw));
	assert_true(raw_sums_are_right(&raw));
}

/* MUST-2: "The sender MUST generate it" */
static void
must_2_every_kind_of_segment_carries_the_right_checksum(void **state)
{
	struct fixture *t = *state;
	struct raw raw;

	in_listen(t);
	raw_build(t, &raw, "S 0:0(0)");
	assert_int_equal(memory_port_put(&t->port, t->pool, raw.bytes, raw.size), 0);
	assert_next_sums_are_right(t); /* SYN-ACK */
	speak_as(t, 1);
	in_established(t);
	for (size_t n = 1; n < 1000; n += 333) {
		write_octets(t, n); /* odd and even, copied and shared */
		assert_next_sums_are_right(t);
		estab_conn_set_no_delay(t->peer->conn, true);
	}
	estab_conn_shutdown(t->peer->conn);
	assert_next_sums_are_right(t); /* FIN */
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	assert_next_sums_are_right(t); /* RST */
}

/* MUST-3: "the receiver MUST check it." */
static void
must_3_segment_with_a_wrong_checksum_is_dropped_and_counted(void **state)
{
	struct fixture *t = *state;
	struct raw raw;

	in_established(t);
	for (unsigned int bit = 0; bit < 8; bit++) {
		raw_build(t, &raw, "P. 1:11(10) ack 1");
		raw.bytes[raw.size - 1 - bit] ^= (uint8_t)(1u << bit);
		raw_arrive(t, &raw);
	}
	raw_build(t, &raw, "P. 1:11(10) ack 1");
	memset(raw_tcp(&raw) + 16, 0, 2); /* "no checksum" is none of TCP's */
	raw_arrive(t, &raw);
	assert_drops(t, TCP_CHECKSUM, 9);
	app_read_nothing(t);
	expect_nothing(t);
	arrive(t, "P. 1:11(10) ack 1");
	app_read(t, 10);
}

/* Open with these options, and see which size the text of a full segment has. */
static void
assert_segments_after_options(struct fixture *t, const uint8_t *options, size_t n, uint32_t size)
{
	struct raw raw;

	in_listen(t);
	raw_build(t, &raw, "S 0:0(0)");
	raw_set_options(&raw, options, n);
	raw_arrive(t, &raw);
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_write(t, 2 * size);
	expect(t, ". 1:%u(%u) ack 1", 1 + size, size);
	expect(t, "P. %u:%u(%u) ack 1", 1 + size, 1 + 2 * size, size);
}

/* MUST-4: "MUST support the following: End of Option List, No-Operation, Maximum Segment Size" */
static void
must_4_end_no_operation_and_mss_are_understood(void **state)
{
	static const uint8_t options[] = { 1, 1, 1, 1, 2, 4, 0x02, 0xbc, 0, 2, 4, 1 };

	assert_segments_after_options(*state, options, sizeof(options), 700);
}

/* MUST-64: "a TCP implementation MUST be able to process options even if they do not begin on a
 * word boundary" */
static void
must_64_option_at_an_odd_octet_is_understood(void **state)
{
	static const uint8_t options[] = { 1, 2, 4, 0x02, 0xbc, 254, 3, 9 };

	assert_segments_after_options(*state, options, sizeof(options), 700);
}

/* MUST-5: "A TCP implementation MUST be able to receive a TCP Option in any segment" */
static void
must_5_options_in_any_segment_are_received(void **state)
{
	static const uint8_t options[] = { 1, 254, 6, 1, 2, 3, 4, 0 };
	static const char *const segments[] = { "P. 1:11(10) ack 1", ". 11:11(0) ack 1",
		"PU. 11:21(10) ack 1 urg 3", "F. 21:21(0) ack 1" };
	struct fixture *t = *state;
	struct raw raw;

	in_established(t);
	for (unsigned int i = 0; i < 4; i++) {
		raw_build(t, &raw, segments[i]);
		raw_set_options(&raw, options, sizeof(options));
		raw_arrive(t, &raw);
	}
	app_read(t, 20);
	app_read_end(t);
	app_events(t);
	raw_build(t, &raw, "R. 22:22(0) ack 1");
	raw_set_options(&raw, options, sizeof(options));
	raw_arrive(t, &raw);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_drops(t, TCP_OPTIONS, 0);
	ignore_sent(t);
}

/* Walk over the options of what the stack has sent. @return whether the walk ends where they end */
static bool
options_are_well_formed(struct raw *raw)
{
	const uint8_t *options = raw_tcp(raw) + FRAME_TCP;
	const size_t n = raw_tcp_header(raw) - FRAME_TCP;
	size_t at = 0;

	while (at < n && options[at] != 0) {
		if (options[at] != 1 && (n - at < 2 || options[at + 1] < 2))
			return false;
		at += options[at] == 1 ? 1 : options[at + 1];
	}
	for (; at < n; at++) { /* MUST-69 */
		if (options[at] != 0)
			return false;
	}
	return at == n;
}

/*
 * MUST-68: "all TCP Options except End of Option List Option (EOL) and No-Operation (NOP) MUST have
 * length fields". MUST-69: "The TCP header padding is used to ensure that the TCP header ends, and
 * data begins, on a 32-bit boundary. The padding is composed of zeros."
 */
static void
must_68_must_69_options_sent_have_lengths_and_zeros_behind(void **state)
{
	static const uint8_t offers[][12] = { { 2, 4, 3, 0xe8 }, { 1, 3, 3, 7 }, { 1, 1, 4, 2 },
		{ 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0 }, { 3, 3, 7, 4, 2, 0 },
		{ 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0 } };
	struct fixture *t = *state;
	struct raw raw;

	in_listen(t);
	for (unsigned int i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		speak_as(t, i);
		raw_build(t, &raw, "S 0:0(0)");
		raw_set_options(&raw, offers[i], sizeof(offers[i]));
		assert_int_equal(memory_port_put(&t->port, t->pool, raw.bytes, raw.size), 0);
		assert_true(raw_take(t, &raw));
		assert_true(options_are_well_formed(&raw));
		assert_int_equal(raw.size, raw.l4 + raw_tcp_header(&raw));
	}
}

/*
 * MUST-67: "The MSS value to be sent in an MSS Option MUST be less than or equal to MMS_R - 20".
 * SHLD-6: "SHOULD use the smallest effective MTU of the interface to calculate the value".
 */
static void
must_67_shld_6_mss_sent_is_the_mtu_less_the_fixed_headers(void **state)
{
	struct fixture *t = *state;
	const unsigned int headers = t->family == ESTAB_FAMILY_IPV4 ? 40 : 60;

	t->config.interface.mtu = 1400;
	in_listen(t);
	arrive(t, "S 0:0(0) <mss 9000>");
	expect(t, "S. 0:0(0) ack 1 <mss %u>", 1400 - headers);
	speak_as(t, 1);
	arrive(t, "S 0:0(0) <mss 100,sackOK,TS val 7 ecr 0>");
	expect(t, "S. 0:0(0) ack 1 <mss %u,sackOK,TS val * ecr 7>", 1400 - headers);
	speak_as(t, 2);
	app_connect(t);
	assert_int_equal(next_sent(t)->mss, 1400 - headers);
}

/* MUST-49: "The TTL value used to send TCP segments MUST be configurable." */
static void
must_49_time_to_live_is_as_configured(void **state)
{
	struct fixture *t = *state;
	struct raw raw;

	t->config.tcp.hop_limit = 17;
	in_listen(t);
	raw_build(t, &raw, "S 0:0(0)");
	assert_int_equal(memory_port_put(&t->port, t->pool, raw.bytes, raw.size), 0);
	assert_true(raw_take(t, &raw));
	assert_int_equal(raw_hop_limit(&raw), 17);
	raw_build(t, &raw, "R 1:1(0)");
	raw_arrive(t, &raw);
}

/*
 * MUST-48: "The application layer MUST be able to specify the Differentiated Services field for
 * segments that are sent on a connection." SHLD-21: "should be able to change the Diffserv field
 * during the connection lifetime". SHLD-22: "passed unchanged". SHLD-23: nothing else changes it.
 */
static void
must_48_shld_21_shld_22_shld_23_diffserv_is_what_the_user_says(void **state)
{
	static const uint8_t fields[] = { 0xb8, 0x28, 0xfc, 0 };
	struct fixture *t = *state;
	struct raw raw;

	in_established(t);
	estab_conn_set_no_delay(t->peer->conn, true);
	write_octets(t, 10);
	assert_true(raw_take(t, &raw));
	assert_int_equal(raw_tos(&raw), 0);
	for (unsigned int i = 0; i < 4; i++) {
		estab_conn_set_tos(t->peer->conn, fields[i]);
		write_octets(t, 10);
		assert_true(raw_take(t, &raw));
		assert_int_equal(raw_tos(&raw), fields[i]);
		write_octets(t, 400);
		assert_true(raw_take(t, &raw));
		assert_int_equal(raw_tos(&raw), fields[i]);
	}
}

static void
set_tos(struct raw *raw, uint8_t tos)
{
	uint8_t *ip = raw_ip(raw);

	if (raw->family == ESTAB_FAMILY_IPV4) {
		ip[1] = tos;
	} else {
		ip[0] = (uint8_t)(0x60 | tos >> 4);
		ip[1] = (uint8_t)(tos << 4);
	}
	raw_seal(raw);
}

/* MAY-9: "MAY pass the most recently received Diffserv field up to the application layer." */
static void
may_9_diffserv_of_the_last_segment_is_told(void **state)
{
	struct fixture *t = *state;
	struct raw raw;

	in_established(t);
	raw_build(t, &raw, "P. 1:11(10) ack 1");
	set_tos(&raw, 0xb8);
	raw_arrive(t, &raw);
	assert_int_equal(estab_conn_received_tos(t->peer->conn), 0xb8);
	raw_build(t, &raw, "P. 11:21(10) ack 1");
	set_tos(&raw, 0x28);
	raw_arrive(t, &raw);
	assert_int_equal(estab_conn_received_tos(t->peer->conn), 0x28);
	app_read(t, 20);
}

/* Timestamp, Record Route, Router Alert and a kind that nobody knows. */
static const uint8_t ipv4_options[][8] = {
	{ 68, 8, 5, 0, 0, 0, 0, 0 },
	{ 7, 7, 4, 0, 0, 0, 0, 0 },
	{ 148, 4, 0, 0, 1, 1, 1, 0 },
	{ 158, 6, 1, 2, 3, 4, 1, 0 },
};

/* Hop-by-Hop and Destination Options: the next header is TCP; padding, and a kind to be skipped. */
static const uint8_t ipv6_extensions[][8] = {
	{ 6, 0, 1, 4, 0, 0, 0, 0 },
	{ 6, 0, 0x1e, 4, 1, 2, 3, 4 },
};
static const uint8_t ipv6_kinds[] = { 0, 60 };

/* MUST-50: "When received options are passed up to TCP from the IP layer, a TCP implementation MUST
 * ignore options that it does not understand." */
static void
must_50_ip_options_are_ignored(void **state)
{
	struct fixture *t = *state;
	uint32_t seq = 1;
	char notation[64];
	struct raw raw;

	in_established(t);
	for (unsigned int i = 0; i < 4; i++, seq += 10) {
		snprintf(notation, sizeof(notation), "P. %u:%u(10) ack 1", seq, seq + 10);
		raw_build(t, &raw, notation);
		if (t->family == ESTAB_FAMILY_IPV4)
			raw_insert_after_ip(&raw, 0, ipv4_options[i], 8);
		else
			raw_insert_after_ip(&raw, ipv6_kinds[i / 2], ipv6_extensions[i % 2], 8);
		raw_arrive(t, &raw);
	}
	app_read(t, 40);
	ignore_sent(t);
}

static const uint8_t source_routes[][8] = {
	{ 131, 7, 4, 192, 0, 2, 77, 0 }, /* loose */
	{ 137, 7, 8, 192, 0, 2, 77, 0 }, /* strict, at its end */
};

/* Next header TCP, 24 octets, type 0, one segment left. */
static const uint8_t routing_header[24] = { 6, 2, 0, 1, 0, 0, 0, 0, 0x20, 0x01, 0x0d, 0xb8 };

/*
 * MUST-51 to MUST-53 and SHLD-24 want source routes specified, recorded and followed back. Not here:
 * such packets are dropped, as RFC 7126 4.3 advises, and RFC 5095 for IPv6; nothing answers along a
 * route that the sender has chosen.
 */
static void
must_51_must_52_must_53_shld_24_source_routed_packet_is_dropped(void **state)
{
	struct fixture *t = *state;
	struct raw raw;

	in_listen(t);
	for (unsigned int i = 0; i < 2; i++) {
		raw_build(t, &raw, "S 0:0(0)");
		if (t->family == ESTAB_FAMILY_IPV4)
			raw_insert_after_ip(&raw, 0, source_routes[i], 8);
		else
			raw_insert_after_ip(&raw, 43, routing_header, 24);
		raw_arrive(t, &raw);
	}
	expect_nothing(t);
	assert_int_equal(stats_now(t).syn_received, 0);
	assert_int_equal(stats_now(t).drops[t->family == ESTAB_FAMILY_IPV4
							 ? ESTAB_DROP_IPV4_SOURCE_ROUTE
							 : ESTAB_DROP_IPV6_EXTENSION],
			2);
}

/*
 * MAY-4: "the same IP identification field MAY be used". All our packets are atomic (RFC 6864 4.1)
 * and have the same one.
 */
static void
may_4_retransmission_has_the_same_ip_identity(void **state)
{
	struct fixture *t = *state;
	struct raw first, again;

	in_established(t);
	write_octets(t, 100);
	assert_true(raw_take(t, &first));
	t->now_ns += UINT64_C(1500000000);
	assert_true(raw_take(t, &again));
	assert_memory_equal(raw_tcp(&first) + 4, raw_tcp(&again) + 4,
			4); /* it is the same segment */
	if (t->family == ESTAB_FAMILY_IPV4)
		assert_memory_equal(raw_ip(&first) + 4, raw_ip(&again) + 4, 4);
	assert_int_equal(first.size, again.size);
}

/* Put an address into the frame: where = 0 for the source, 1 for the destination. */
static void
set_address(struct raw *raw, unsigned int where, const char *text)
{
	const size_t size = raw->family == ESTAB_FAMILY_IPV4 ? 4 : 16;
	struct estab_address address;

	assert_int_equal(estab_address_parse(text, &address), 0);
	assert_int_equal(address.family, raw->family);
	memcpy(raw_ip(raw) + (size == 4 ? 12 : 8) + where * size, address.bytes, size);
	raw_seal(raw);
}

/* A SYN arrives with this address in it, and nothing comes of it. */
static void
assert_syn_is_discarded(struct fixture *t, unsigned int where, const char *address)
{
	struct raw raw;

	raw_build(t, &raw, "S 0:0(0)");
	set_address(&raw, where, address);
	raw_arrive(t, &raw);
	expect_nothing(t);
	assert_int_equal(stats_now(t).syn_received, 0);
}

/* MUST-57: "A TCP implementation MUST silently discard an incoming SYN segment that is addressed to
 * a broadcast or multicast address." */
static void
must_57_syn_to_broadcast_or_multicast_is_discarded_silently(void **state)
{
	static const char *const ipv4[] = { "255.255.255.255", "192.0.2.255", "224.0.0.1",
		"239.1.2.3" };
	static const char *const ipv6[] = { "ff02::1", "ff02::1:ff00:1", "ff0e::1", "ff01::1" };
	struct fixture *t = *state;
	const uint32_t frames = t->stack_frames;

	in_listen(t);
	for (unsigned int i = 0; i < 4; i++)
		assert_syn_is_discarded(t, 1, t->family == ESTAB_FAMILY_IPV4 ? ipv4[i] : ipv6[i]);
	assert_int_equal(t->stack_frames, frames);
	assert_int_equal(stats_now(t).rx_delivered, 0);
}

/*
 * MUST-63: "An incoming SYN with an invalid source address MUST be ignored either by TCP or by the
 * IP layer".
 */
static void
must_63_syn_from_an_invalid_address_is_ignored(void **state)
{
	static const char *const ipv4[] = { "255.255.255.255", "224.0.0.1", "127.0.0.1", "0.0.0.0",
		"192.0.2.1" };
	static const char *const ipv6[] = { "ff02::1", "ff0e::7", "::1", "::", "2001:db8::1" };
	struct fixture *t = *state;

	in_listen(t);
	for (unsigned int i = 0; i < 5; i++)
		assert_syn_is_discarded(t, 0, t->family == ESTAB_FAMILY_IPV4 ? ipv4[i] : ipv6[i]);
	assert_drops(t, IP_SOURCE, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(must_2_every_kind_of_segment_carries_the_right_checksum),
		FIXTURE_TEST(must_3_segment_with_a_wrong_checksum_is_dropped_and_counted),
		FIXTURE_TEST(must_4_end_no_operation_and_mss_are_understood),
		FIXTURE_TEST(must_64_option_at_an_odd_octet_is_understood),
		FIXTURE_TEST(must_5_options_in_any_segment_are_received),
		FIXTURE_TEST(must_68_must_69_options_sent_have_lengths_and_zeros_behind),
		FIXTURE_TEST(must_67_shld_6_mss_sent_is_the_mtu_less_the_fixed_headers),
		FIXTURE_TEST(must_49_time_to_live_is_as_configured),
		FIXTURE_TEST(must_48_shld_21_shld_22_shld_23_diffserv_is_what_the_user_says),
		FIXTURE_TEST(may_9_diffserv_of_the_last_segment_is_told),
		FIXTURE_TEST(must_50_ip_options_are_ignored),
		FIXTURE_TEST(must_51_must_52_must_53_shld_24_source_routed_packet_is_dropped),
		FIXTURE_TEST(may_4_retransmission_has_the_same_ip_identity),
		FIXTURE_TEST(must_57_syn_to_broadcast_or_multicast_is_discarded_silently),
		FIXTURE_TEST(must_63_syn_from_an_invalid_address_is_ignored),
	};

	return cmocka_run_group_tests_name("octets", tests, eal_start, eal_stop);
}
