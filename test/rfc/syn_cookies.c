/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SYN cookies (RFC 4987 3.6) in the three modes: always, auto (above the limit of records), never.
 */
#include <stdio.h>

#include <rte_mempool.h>

#include "eal.h"
#include "fixture.h"

static void
with_cookies(struct fixture *t)
{
	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	in_listen(t);
}

static void
always_syn_leaves_no_record_and_is_never_answered_again(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	assert_int_equal(stats_now(t).connections_half_open, 0);
	assert_int_equal(stats_now(t).syn_cookies_sent, 1);
	assert_int_equal(rte_mempool_in_use_count(t->pool), 0);
	advance(t, 200000);
	expect_nothing(t);
}

static void
always_ack_of_the_cookie_establishes(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	advance(t, 3000);
	arrive(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).syn_cookies_accepted, 1);
	assert_int_equal(stats_now(t).connections_passive, 1);
	app_accept(t);
	assert_state(t, "ESTABLISHED");
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, "P. 1:101(100) ack 101");
	app_read(t, 100);
	app_close(t);
	expect(t, "F. 101:101(0) ack 101");
}

/* Terms are worked out once for SYNs alike: of unlike ones each gets its own, whoever was before. */
static void
always_syns_of_one_burst_are_granted_what_each_offers(void **state)
{
	static const char *const offers[] = { "mss 1000,sackOK,TS val 7 ecr 0,nop,wscale 7",
		"mss 1000", "mss 1000,sackOK,TS val 8 ecr 0,nop,wscale 7",
		"mss 900,nop,nop,sackOK" };
	static const bool timestamps[] = { true, false, true, false };
	struct fixture *t = *state;

	with_cookies(t);
	for (unsigned int n = 0; n < 4; n++) {
		speak_as(t, n);
		arrive_later(t, "S 0:0(0) win 65535 <%s>", offers[n]);
	}
	turn(t);
	for (unsigned int n = 0; n < 4; n++) {
		const struct packet *packet;

		speak_as(t, n);
		packet = next_sent(t);
		assert_non_null(packet);
		assert_int_equal((packet->options & PACKET_TS) != 0, timestamps[n]);
		assert_int_equal((packet->options & PACKET_WSCALE) != 0, timestamps[n]);
		assert_int_equal((packet->options & PACKET_SACK_OK) != 0, n != 1);
	}
}

static void
always_text_in_the_third_segment_is_delivered(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "P. 1:101(100) ack 1");
	app_accept(t);
	app_read(t, 100);
}

static void
always_text_and_fin_in_the_third_segment_are_delivered(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "FP. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 102");
	app_accept(t);
	app_read(t, 100);
	app_read_end(t);
}

/* The third segment was lost; what comes next carries the same acknowledgment. */
static void
always_second_text_segment_alone_establishes_or_waits_for_the_first(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "P. 101:201(100) ack 1");
	ignore_sent(t);
	if (stats_now(t).rst_sent > 0)
		return; /* its number is none that the cookie was made for */
	arrive(t, "P. 1:101(100) ack 1");
	arrive(t, "P. 101:201(100) ack 1");
	ignore_sent(t);
	app_accept(t);
	app_read(t, 200);
}

/* With timestamps every option that the SYN had is remembered exactly. */
static void
always_options_with_timestamps_are_remembered(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	for (unsigned int scale = 0; scale <= 14; scale++) {
		struct estab_conn_info info;
		const struct packet *syn_ack;

		speak_as(t, scale);
		arrive(t, "S 0:0(0) win 65535 <mss 1000,sackOK,TS val 100 ecr 0,wscale %u>", scale);
		syn_ack = next_sent(t);
		assert_non_null(syn_ack);
		assert_int_equal(syn_ack->options,
				PACKET_MSS | PACKET_SACK_OK | PACKET_TS | PACKET_WSCALE);
		assert_int_equal(syn_ack->ts_ecr, 100);
		advance(t, 100);
		arrive(t, ". 1:1(0) ack 1 win 100 <TS val 200 ecr *>");
		app_accept(t);
		info = status_now(t);
		assert_true(info.timestamps && info.sack && info.window_scale);
		assert_int_equal(info.snd_wscale, scale);
		assert_int_equal(info.snd_wnd, 100u << scale);
		assert_in_range(info.mss, 500, 1000 - 12);
	}
}

/* What the SYN-ACK confirms is what the connection does; it may be less than was offered. */
static void
always_options_without_timestamps_are_what_the_syn_ack_confirmed(void **state)
{
	static const char *const offers[] = { "mss 1460", "mss 1460,sackOK", "mss 1460,wscale 7",
		"mss 1460,sackOK,wscale 7", "mss 1460,sackOK,wscale 2", "mss 536,wscale 14",
		"mss 100,sackOK,wscale 8", "sackOK", "wscale 3", "mss 65535,sackOK,wscale 10" };
	struct fixture *t = *state;

	with_cookies(t);
	for (unsigned int i = 0; i < 10; i++) {
		struct estab_conn_info info;
		struct packet_pattern offer;
		uint8_t confirmed;
		char text[80];

		speak_as(t, i);
		snprintf(text, sizeof(text), "S 0:0(0) win 65535 <%s>", offers[i]);
		assert_null(packet_parse(text, &offer));
		arrive(t, "%s", text);
		confirmed = next_sent(t)->options;
		assert_int_equal(confirmed & ~(offer.packet.options | PACKET_MSS), 0);
		arrive(t, ". 1:1(0) ack 1 win 100");
		app_accept(t);
		info = status_now(t);
		assert_int_equal(info.sack, (confirmed & PACKET_SACK_OK) != 0);
		assert_int_equal(info.window_scale, (confirmed & PACKET_WSCALE) != 0);
		assert_false(info.timestamps);
		assert_true(info.snd_wscale <= offer.packet.wscale);
		if (offer.packet.options & PACKET_MSS)
			assert_true(info.mss <= offer.packet.mss);
		else
			assert_true(info.mss <= (t->family == ESTAB_FAMILY_IPV4 ? 536 : 1220));
	}
}

/* One guess in 2^27 is right; these thirty are chosen, so that none is. */
static void
always_ack_that_is_no_cookie_is_answered_with_reset(void **state)
{
	struct fixture *t = *state;
	unsigned int tries = 0;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	for (uint32_t ack = 2; ack != 1u << 31; ack *= 2, tries++) {
		arrive(t, ". 1:1(0) ack %u", ack);
		expect(t, "R %u:%u(0)", ack, ack);
	}
	expect_nothing(t);
	assert_drops(t, TCP_COOKIE_WRONG, tries);
	assert_int_equal(stats_now(t).connections_open, 0);
	app_accept_nothing(t);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* The acknowledged number is right, the peer's own is not that of its SYN. */
static void
always_cookie_with_another_sequence_number_is_refused(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 2:2(0) ack 1");
	expect(t, "R 1:1(0)");
	assert_int_equal(stats_now(t).connections_open, 0);
}

static void
always_cookie_of_another_peer_is_refused(void **state)
{
	struct fixture *t = *state;
	uint32_t iss, stack_iss;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	iss = t->peer->iss;
	stack_iss = t->peer->stack_iss;
	speak_as(t, 1);
	t->peer->iss = iss;
	arrive(t, ". 1:1(0) ack %u", stack_iss + 1);
	expect(t, "R %u:%u(0)", stack_iss + 1, stack_iss + 1);
	assert_int_equal(stats_now(t).connections_open, 0);
}

static void
always_old_cookie_is_refused(void **state)
{
	struct fixture *t = *state;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	advance(t, 600 * 1000);
	arrive(t, ". 1:1(0) ack 1");
	expect(t, "R 1:1(0)");
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* The queue is full: no connection, no memory; the same ACK, later, still succeeds. */
static void
always_cookie_with_queue_full_is_dropped_and_retried(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	app_listen_backlog(t, 1);
	for (unsigned int i = 0; i < 2; i++) {
		speak_as(t, i);
		arrive(t, "S 0:0(0) win 65535 <mss 1000>");
		expect(t, "S. 0:0(0) ack 1");
	}
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 1");
	speak_as(t, 1);
	arrive(t, "P. 1:11(10) ack 1");
	expect_nothing(t);
	assert_drops(t, TCP_ACCEPT_QUEUE_FULL, 1);
	assert_int_equal(stats_now(t).connections_open, 1);
	speak_as(t, 0);
	app_accept(t);
	speak_as(t, 1);
	arrive(t, "P. 1:11(10) ack 1");
	app_accept(t);
	app_read(t, 10);
}

/* The timestamps of a connection made by a cookie go on from those of its SYN-ACK. */
static void
always_timestamps_never_go_back(void **state)
{
	struct fixture *t = *state;
	uint32_t first;

	with_cookies(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,TS val 100 ecr 0>");
	expect(t, "S. 0:0(0) ack 1");
	first = t->peer->ts_val;
	arrive(t, ". 1:1(0) ack 1 <TS val 101 ecr *>");
	app_accept(t);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1");
	assert_in_range(t->peer->ts_val - first, 0, 1000);
}

/* A cookie and a record cannot be told apart by the user; the limit decides which it is. */
static void
auto_syn_above_the_limit_gets_a_cookie(void **state)
{
	struct fixture *t = *state;

	t->config.limits.syn_records = 2;
	in_listen(t);
	for (unsigned int i = 0; i < 4; i++) {
		speak_as(t, i);
		arrive(t, "S 0:0(0) win 65535 <mss 1000>");
		expect(t, "S. 0:0(0) ack 1");
	}
	assert_int_equal(stats_now(t).connections_half_open, 2);
	assert_int_equal(stats_now(t).syn_cookies_sent, 2);
	for (unsigned int i = 0; i < 4; i++) {
		speak_as(t, i);
		arrive(t, ". 1:1(0) ack 1");
		app_accept(t);
		app_write(t, 10);
		expect(t, "P. 1:11(10) ack 1");
	}
	assert_int_equal(stats_now(t).syn_cookies_accepted, 2);
	assert_int_equal(stats_now(t).connections_passive, 4);
}

static void
auto_syn_below_the_limit_gets_a_record_again(void **state)
{
	struct fixture *t = *state;

	t->config.limits.syn_records = 1;
	in_syn_received(t);
	arrive(t, ". 1:1(0) ack 1");
	speak_as(t, 1);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	assert_int_equal(stats_now(t).connections_half_open, 1);
	assert_int_equal(stats_now(t).syn_cookies_sent, 0);
}

static void
never_syn_above_the_limit_is_dropped(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_NEVER;
	t->config.limits.syn_records = 2;
	in_listen(t);
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		arrive(t, "S 0:0(0) win 65535 <mss 1000>");
		if (i < 2)
			expect(t, "S. 0:0(0) ack 1");
	}
	expect_nothing(t);
	assert_drops(t, TCP_SYN_RECORDS_FULL, 1);
	assert_int_equal(stats_now(t).syn_cookies_sent, 0);
	speak_as(t, 0);
	arrive(t, "R 1:1(0)");
	speak_as(t, 2);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
}

/* RFC 4987: a flood costs the defender no memory, and a SYN gets at most one answer. */
static void
always_flood_of_syns_costs_one_answer_each_and_no_memory(void **state)
{
	struct fixture *t = *state;
	uint32_t answers = 0;

	with_cookies(t);
	for (uint32_t i = 0; i < 2000; i++) {
		speak_as(t, i % FIXTURE_PEERS);
		speak_anew(t, i * 77777);
		arrive(t, "S 0:0(0) win 65535 <mss 1000>");
		answers += ignore_sent(t);
	}
	advance(t, 300000);
	assert_int_equal(answers + ignore_sent(t), 2000);
	assert_int_equal(rte_mempool_in_use_count(t->pool), 0);
	assert_int_equal(stats_now(t).connections_open + stats_now(t).connections_half_open, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(always_syn_leaves_no_record_and_is_never_answered_again),
		FIXTURE_TEST(always_ack_of_the_cookie_establishes),
		FIXTURE_TEST(always_syns_of_one_burst_are_granted_what_each_offers),
		FIXTURE_TEST(always_text_in_the_third_segment_is_delivered),
		FIXTURE_TEST(always_text_and_fin_in_the_third_segment_are_delivered),
		FIXTURE_TEST(always_second_text_segment_alone_establishes_or_waits_for_the_first),
		FIXTURE_TEST(always_options_with_timestamps_are_remembered),
		FIXTURE_TEST(always_options_without_timestamps_are_what_the_syn_ack_confirmed),
		FIXTURE_TEST(always_ack_that_is_no_cookie_is_answered_with_reset),
		FIXTURE_TEST(always_cookie_with_another_sequence_number_is_refused),
		FIXTURE_TEST(always_cookie_of_another_peer_is_refused),
		FIXTURE_TEST(always_old_cookie_is_refused),
		FIXTURE_TEST(always_cookie_with_queue_full_is_dropped_and_retried),
		FIXTURE_TEST(always_timestamps_never_go_back),
		FIXTURE_TEST(auto_syn_above_the_limit_gets_a_cookie),
		FIXTURE_TEST(auto_syn_below_the_limit_gets_a_record_again),
		FIXTURE_TEST(never_syn_above_the_limit_is_dropped),
		FIXTURE_TEST(always_flood_of_syns_costs_one_answer_each_and_no_memory),
	};

	return cmocka_run_group_tests_name("syn_cookies", tests, eal_start, eal_stop);
}
