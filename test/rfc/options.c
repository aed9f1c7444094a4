/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Options (3.2, 3.7.1): maximum segment size, window scale and timestamps (RFC 7323),
 * SACK-permitted (RFC 2018); unknown and broken ones.
 */
#include <stdio.h>

#include "eal.h"
#include "fixture.h"

static unsigned int
mss_of_mtu(const struct fixture *t)
{
	return t->family == ESTAB_FAMILY_IPV4 ? 1460 : 1440;
}

/* SHLD-5: an MSS option in every SYN. Nothing is offered back that was not offered. */
static void
shld_5_may_3_listen_syn_without_options_is_answered_with_mss_alone(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) win 65535");
	expect(t, "S. 0:0(0) ack 1 <mss %u>", mss_of_mtu(t));
}

static void
listen_syn_with_every_option_gets_every_option(void **state)
{
	struct fixture *t = *state;
	const struct packet *syn_ack;

	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,sackOK,TS val 100 ecr 0,nop,wscale 7>");
	syn_ack = next_sent(t);
	assert_non_null(syn_ack);
	assert_int_equal(syn_ack->options, PACKET_MSS | PACKET_WSCALE | PACKET_SACK_OK | PACKET_TS);
	assert_int_equal(syn_ack->mss, mss_of_mtu(t));
	assert_int_equal(syn_ack->ts_ecr, 100);
	assert_true((uint32_t)UINT16_MAX << syn_ack->wscale >= 262144);
}

static void
listen_syn_with_one_option_gets_that_one(void **state)
{
	static const struct {
		const char *offered;
		uint8_t bit;
	} options[] = {
		{ "wscale 0", PACKET_WSCALE },
		{ "wscale 9", PACKET_WSCALE },
		{ "sackOK", PACKET_SACK_OK },
		{ "TS val 9 ecr 0", PACKET_TS },
		{ "TS val 0 ecr 0", PACKET_TS },
	};
	struct fixture *t = *state;

	in_listen(t);
	for (unsigned int i = 0; i < 5; i++) {
		const struct packet *syn_ack;

		speak_as(t, i);
		arrive(t, "S 0:0(0) win 65535 <%s>", options[i].offered);
		syn_ack = next_sent(t);
		assert_non_null(syn_ack);
		assert_int_equal(syn_ack->options, PACKET_MSS | options[i].bit);
	}
}

static void
listen_syn_with_every_option_gets_only_what_is_configured(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.no_timestamps = true;
	t->config.tcp.no_window_scale = true;
	t->config.tcp.no_sack = true;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,sackOK,TS val 100 ecr 0,nop,wscale 7>");
	expect(t, "S. 0:0(0) ack 1 <mss %u>", mss_of_mtu(t));
	arrive(t, ". 1:1(0) ack 1 win 500 <TS val 101 ecr 0>");
	app_accept(t);
	assert_int_equal(status_now(t).snd_wnd, 500);
	assert_false(status_now(t).timestamps || status_now(t).sack || status_now(t).window_scale);
}

/*
 * MUST-15: "If an MSS Option is not received at connection setup, TCP implementations MUST assume a
 * default send MSS of 536 (576 - 40) for IPv4 or 1220 (1280 - 60) for IPv6"
 */
static void
must_15_peer_without_mss_gets_segments_of_the_default_size(void **state)
{
	struct fixture *t = *state;
	const unsigned int mss = t->family == ESTAB_FAMILY_IPV4 ? 536 : 1220;

	in_listen(t);
	arrive(t, "S 0:0(0) win 65535");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_write(t, 2 * mss);
	expect(t, ". 1:%u(%u) ack 1", 1 + mss, mss);
	expect(t, "P. %u:%u(%u) ack 1", 1 + mss, 1 + 2 * mss, mss);
	expect_nothing(t);
}

/* MUST-14: "TCP implementations MUST implement both sending and receiving the MSS Option" */
static void
must_14_peer_with_small_mss_gets_segments_of_that_size(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 700");
	app_write(t, 1500);
	expect(t, ". 1:701(700) ack 1");
	expect(t, ". 701:1401(700) ack 1");
}

/*
 * MUST-16: "The maximum size of a segment that a TCP endpoint really sends, the "effective send
 * MSS", MUST be the smaller of the send MSS [...] and the largest transmission size permitted by
 * the IP layer"
 */
static void
must_16_peer_with_huge_mss_gets_what_the_mtu_holds(void **state)
{
	struct fixture *t = *state;
	const unsigned int mss = mss_of_mtu(t);

	in_established_with(t, "mss 9000");
	app_write(t, 2 * mss);
	expect(t, ". 1:%u(%u) ack 1", 1 + mss, mss);
	expect(t, "P. %u:%u(%u) ack 1", 1 + mss, 1 + 2 * mss, mss);
}

/* MUST-16: "TCPhdrsize is the size of the fixed TCP header and any options." */
static void
must_16_options_make_the_text_of_a_full_segment_shorter(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 100 ecr 0");
	app_write(t, 2 * 988);
	expect(t, ". 1:989(988) ack 1");
	expect(t, "P. 989:1977(988) ack 1");
}

/*
 * MUST-16, SHLD-7: SACK blocks are options too. What fills a segment that carries them is full, so
 * Nagle's algorithm has nothing to wait for.
 */
static void
must_16_shld_7_text_full_beside_sack_blocks_does_not_wait(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK");
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 1001:2001(1000) ack 1");
	expect(t, ". 101:101(0) ack 1 <nop,nop,sack 1001:2001>");
	app_write(t, 987);
	expect_nothing(t);
	app_write(t, 1);
	expect(t, "P. 101:1089(988) ack 1 <nop,nop,sack 1001:2001>");
}

/* An MSS of nearly nothing must not make us send a packet per byte, nor none at all. */
static void
listen_syn_with_absurd_mss_is_served_with_small_segments(void **state)
{
	static const unsigned int absurd[] = { 0, 1, 20 };
	struct fixture *t = *state;

	for (unsigned int i = 0; i < 3; i++) {
		const struct packet *first;
		char option[16];

		speak_as(t, i);
		snprintf(option, sizeof(option), "mss %u", absurd[i]);
		in_established_with(t, option);
		app_write(t, 500);
		first = next_sent(t);
		assert_non_null(first);
		assert_in_range(first->text_len, 48, 500);
		ignore_sent(t);
	}
}

/*
 * RFC 7323 2.2: "The window field in a segment where the SYN bit is set [...] MUST NOT be scaled";
 * those of all others are.
 */
static void
rec_1_established_peer_window_is_scaled_by_the_peers_factor(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) win 3000 <mss 1000,wscale 7>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1 win 20");
	app_accept(t);
	assert_int_equal(status_now(t).snd_wnd, 20 * 128);
	arrive(t, ". 1:1(0) ack 1 win 65535");
	assert_int_equal(status_now(t).snd_wnd, 65535 * 128);
}

/*
 * RFC 7323 2.3: "If a Window Scale option is received with a shift.cnt value larger than 14, the
 * TCP SHOULD log the error but MUST use 14 instead of the specified value."
 */
static void
listen_syn_with_scale_above_14_is_read_as_14(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,wscale 15");
	assert_int_equal(status_now(t).snd_wscale, 14);
	speak_as(t, 1);
	in_established_with(t, "mss 1000,wscale 255");
	assert_int_equal(status_now(t).snd_wscale, 14);
}

/* Our own window is announced in units of our own factor, and covers the buffer. */
static void
established_our_window_is_scaled_by_our_factor(void **state)
{
	struct fixture *t = *state;
	const struct packet *ack;
	uint32_t window;

	in_established_with(t, "mss 1000,wscale 7");
	arrive(t, "P. 1:2(1) ack 1");
	app_read(t, 1);
	advance(t, 500);
	ack = next_sent(t);
	assert_non_null(ack);
	window = (uint32_t)ack->win << t->peer->wscale;
	assert_in_range(window, 262144 - 2 - (1u << t->peer->wscale), 262144);
}

/* RFC 7323 3.2: each segment echoes the peer's timestamp; the fixture checks that all have one. */
static void
established_timestamps_are_echoed(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 100 ecr 0");
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1 <TS val * ecr 1000>");
	arrive(t, "P. 1:11(10) ack 11 <TS val 1050 ecr *>");
	advance(t, 500);
	expect(t, ". 11:11(0) ack 11 <TS val * ecr 1050>");
}

/*
 * RFC 7323 4.1: the echo tells which transmission is acknowledged, so that Karn's algorithm need not
 * wait for a segment that was sent once (compare must_18_ack_of_a_retransmission_...).
 */
static void
established_echo_times_a_retransmission_and_ends_the_back_off(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_min_ns = 1000000000;
	in_established_with(t, "mss 1000,TS val 1000 ecr 0");
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	advance(t, 1100);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 1:1(0) ack 101 <TS val 1001 ecr *>");
	app_write(t, 100);
	expect(t, "P. 101:201(100) ack 1");
	advance(t, 900);
	expect_nothing(t);
	advance(t, 300);
	expect(t, "P. 101:201(100) ack 1");
}

/*
 * All answers to the text were lost but the last. It tells that the text came twice, and echoes when it
 * came first: until then we waited for nobody but ourselves, and the next loss shall not cost as much.
 */
static void
established_echo_beside_a_duplicate_report_is_no_round_trip(void **state)
{
	struct fixture *t = *state;
	uint32_t first_sent;

	t->config.tcp.rto_min_ns = 1000000000;
	in_established_with(t, "mss 1000,sackOK,TS val 1000 ecr 0");
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	first_sent = t->peer->ts_val;
	advance(t, 20000);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 101 <nop,nop,TS val 1002 ecr %u,nop,nop,sack 1:101>", first_sent);
	app_write(t, 100);
	expect(t, "P. 101:201(100) ack 1");
	arrive(t, ". 1:1(0) ack 201 <nop,nop,TS val 1003 ecr *>");
	app_write(t, 100);
	expect(t, "P. 201:301(100) ack 1");
	advance(t, 1100);
	expect(t, "P. 201:301(100) ack 1");
}

/* The same from a peer without SACK, who has no way to tell: the echo is older than what was sent last. */
static void
established_echo_of_a_sending_before_the_last_is_no_round_trip(void **state)
{
	struct fixture *t = *state;
	uint32_t first_sent;

	t->config.tcp.rto_min_ns = 1000000000;
	in_established_with(t, "mss 1000,TS val 1000 ecr 0");
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	first_sent = t->peer->ts_val;
	advance(t, 20000);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 101 <TS val 1002 ecr %u>", first_sent);
	app_write(t, 100);
	expect(t, "P. 101:201(100) ack 1");
	arrive(t, ". 1:1(0) ack 201 <TS val 1003 ecr *>");
	app_write(t, 100);
	expect(t, "P. 201:301(100) ack 1");
	advance(t, 1100);
	expect(t, "P. 201:301(100) ack 1");
}

/* RFC 7323 5.4: the timestamp clock ticks between once a second and once a millisecond. */
static void
established_timestamps_follow_a_clock(void **state)
{
	struct fixture *t = *state;
	uint32_t first;

	in_established_with(t, "mss 1000,TS val 100 ecr 0");
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1");
	first = t->peer->ts_val;
	arrive(t, ". 1:1(0) ack 11 <TS val 1001 ecr *>");
	advance(t, 10000);
	app_write(t, 10);
	expect(t, "P. 11:21(10) ack 1");
	assert_in_range(t->peer->ts_val - first, 10, 10000000);
}

/*
 * RFC 7323 4.3: a delayed ACK echoes the timestamp of the earliest segment that it acknowledges:
 * TS.Recent only moves with segments that begin at or before Last.ACK.sent.
 */
static void
established_delayed_ack_echoes_the_earliest_timestamp(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 100 ecr 0");
	arrive_later(t, "P. 1:11(10) ack 1 <TS val 1010 ecr *>");
	arrive(t, "P. 11:21(10) ack 1 <TS val 1020 ecr *>");
	advance(t, 500);
	expect(t, ". 1:1(0) ack 21 <TS val * ecr 1010>");
	expect_nothing(t);
}

/* RFC 7323 5.3 R1: SEG.TSval < TS.Recent: not acceptable; an ACK is sent, the segment dropped. */
static void
established_older_timestamp_is_dropped_and_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 100 ecr 0");
	arrive(t, "P. 1:11(10) ack 1 <TS val 999 ecr *>");
	expect(t, ". 1:1(0) ack 1 <TS val * ecr 1000>");
	expect_nothing(t);
	assert_drops(t, TCP_PAWS, 1);
	app_read_nothing(t);
	arrive(t, "P. 1:11(10) ack 1 <TS val 1000 ecr *>");
	app_read(t, 10);
}

/* RFC 7323 5.2: a RST is not subject to PAWS. */
static void
established_rst_with_older_timestamp_resets(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 100 ecr 0");
	arrive(t, "R. 1:1(0) ack 1 <TS val 1 ecr 0>");
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
}

/* RFC 7323 5.5: after 24 days of silence the last timestamp proves nothing. */
static void
established_older_timestamp_after_24_days_is_taken(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 100 ecr 0");
	advance(t, UINT64_C(25) * 24 * 3600 * 1000);
	arrive(t, "P. 1:11(10) ack 1 <TS val 999 ecr *>");
	app_read(t, 10);
}

/*
 * RFC 7323 3.2: "If a non-<RST> segment is received without a TSopt, a TCP SHOULD silently drop the
 * segment."
 */
static void
established_segment_without_negotiated_timestamp_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 100 ecr 0");
	arrive(t, "P. 1:11(10) ack 1");
	expect_nothing(t);
	app_read_nothing(t);
	assert_drops(t, TCP_TIMESTAMP_MISSING, 1);
	arrive(t, "R 1:1(0)");
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
}

/*
 * MUST-6: "A TCP implementation MUST (MUST-6) ignore without error any TCP Option it does not
 * implement, assuming that the option has a length field." MUST-5: "in any segment".
 */
static void
must_6_unknown_option_is_ignored(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) <mss 1000,unknown 254>");
	expect(t, "S. 0:0(0) ack 1 <mss %u>", mss_of_mtu(t));
	arrive(t, ". 1:1(0) ack 1 <unknown 77>");
	app_accept(t);
	arrive(t, "P. 1:11(10) ack 1 <unknown 30>");
	app_read(t, 10);
}

/*
 * MUST-7: "TCP implementations MUST be prepared to handle an illegal option length (e.g., zero)"
 */
static void
must_7_option_of_length_zero_is_dropped_and_counted(void **state)
{
	static const unsigned int kinds[] = { 2, 3, 4, 5, 8, 254 };
	struct fixture *t = *state;

	in_established(t);
	for (unsigned int i = 0; i < 6; i++)
		arrive(t, "P. 1:11(10) ack 1 <broken %u>", kinds[i]);
	assert_drops(t, TCP_OPTIONS, 6);
	app_read_nothing(t);
	assert_state(t, "ESTABLISHED");
	ignore_sent(t);
	arrive(t, "P. 1:11(10) ack 1");
	app_read(t, 10);
}

/* MUST-65: MSS is for SYNs; in another segment it changes nothing. */
static void
must_65_options_of_syns_in_other_segments_change_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 1000 <mss 100,sackOK,wscale 4>");
	assert_int_equal(status_now(t).snd_wnd, 1000);
	assert_int_equal(status_now(t).mss, 1000);
	assert_false(status_now(t).sack);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(shld_5_may_3_listen_syn_without_options_is_answered_with_mss_alone),
		FIXTURE_TEST(listen_syn_with_every_option_gets_every_option),
		FIXTURE_TEST(listen_syn_with_one_option_gets_that_one),
		FIXTURE_TEST(listen_syn_with_every_option_gets_only_what_is_configured),
		FIXTURE_TEST(must_15_peer_without_mss_gets_segments_of_the_default_size),
		FIXTURE_TEST(must_14_peer_with_small_mss_gets_segments_of_that_size),
		FIXTURE_TEST(must_16_peer_with_huge_mss_gets_what_the_mtu_holds),
		FIXTURE_TEST(must_16_options_make_the_text_of_a_full_segment_shorter),
		FIXTURE_TEST(must_16_shld_7_text_full_beside_sack_blocks_does_not_wait),
		FIXTURE_TEST(listen_syn_with_absurd_mss_is_served_with_small_segments),
		FIXTURE_TEST(rec_1_established_peer_window_is_scaled_by_the_peers_factor),
		FIXTURE_TEST(listen_syn_with_scale_above_14_is_read_as_14),
		FIXTURE_TEST(established_our_window_is_scaled_by_our_factor),
		FIXTURE_TEST(established_timestamps_are_echoed),
		FIXTURE_TEST(established_echo_times_a_retransmission_and_ends_the_back_off),
		FIXTURE_TEST(established_echo_beside_a_duplicate_report_is_no_round_trip),
		FIXTURE_TEST(established_echo_of_a_sending_before_the_last_is_no_round_trip),
		FIXTURE_TEST(established_timestamps_follow_a_clock),
		FIXTURE_TEST(established_delayed_ack_echoes_the_earliest_timestamp),
		FIXTURE_TEST(established_older_timestamp_is_dropped_and_acknowledged),
		FIXTURE_TEST(established_rst_with_older_timestamp_resets),
		FIXTURE_TEST(established_older_timestamp_after_24_days_is_taken),
		FIXTURE_TEST(established_segment_without_negotiated_timestamp_is_dropped),
		FIXTURE_TEST(must_6_unknown_option_is_ignored),
		FIXTURE_TEST(must_7_option_of_length_zero_is_dropped_and_counted),
		FIXTURE_TEST(must_65_options_of_syns_in_other_segments_change_nothing),
	};

	return cmocka_run_group_tests_name("options", tests, eal_start, eal_stop);
}
