/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What TCP-Fuzz (USENIX ATC 2021) found in TLDK, mTCP and F-Stack, as cases that carry the stack's
 * name and the number in its published list; TCP_FUZZ.md has all entries, also those that other
 * cases show. Here: numbers, timestamps, FINs and calls; headers and options are in
 * tcp_fuzz_octets.c.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

/* A read without room for anything neither waits nor takes, whatever there is. */
static void
tldk_1_mtcp_9_read_of_nothing_returns_0(void **state)
{
	struct fixture *t = *state;
	uint8_t byte;

	in_established(t);
	assert_int_equal(estab_conn_read(t->peer->conn, &byte, 0), 0);
	assert_false(estab_conn_at_end(t->peer->conn));
	arrive(t, "P. 1:11(10) ack 1");
	assert_int_equal(estab_conn_read(t->peer->conn, &byte, 0), 0);
	app_read(t, 10);
}

/* Neither does a write of nothing, while the connection sends. */
static void
mtcp_4_write_of_nothing_returns_0(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_write(t->peer->conn, "", 0), 0);
	turn(t);
	expect_nothing(t);
}

static void
tldk_10_write_of_nothing_after_the_fin_is_refused(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_1(t);
	assert_int_equal(estab_conn_write(t->peer->conn, "", 0), -EPIPE);
	arrive(t, ". 1:1(0) ack 2");
	assert_int_equal(estab_conn_write(t->peer->conn, "", 0), -EPIPE);
}

static void
tldk_21_read_of_nothing_after_the_end_returns_0(void **state)
{
	struct fixture *t = *state;
	uint8_t byte;

	in_close_wait(t);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 2");
	arrive(t, ". 2:2(0) ack 2");
	assert_state(t, "CLOSED");
	assert_int_equal(estab_conn_read(t->peer->conn, &byte, 0), 0);
	app_read_end(t);
}

/* What waits is text: the FIN behind it, and one that came alone, count for nothing. */
static void
tldk_3_waiting_text_is_counted_exactly(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:1001(1000) ack 1");
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 1000);
	app_read(t, 1000);
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 0);
	arrive(t, "FP. 1001:2001(1000) ack 1");
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 1000);
	app_read(t, 1000);
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 0);
	app_read_end(t);
}

/* 3.10.7.4 seventh: "Ignore the segment text." The connection goes on in its other direction. */
static void
tldk_7_mtcp_11_fstack_4_text_at_the_number_of_the_fin_changes_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1001(1000) ack 1");
	arrive(t, "F. 1001:1501(500) ack 1");
	app_read(t, 1500);
	ignore_sent(t);
	arrive(t, ". 1001:2001(1000) ack 1");
	arrive(t, "F. 1001:2001(1000) ack 1");
	assert_state(t, "CLOSE-WAIT");
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 0);
	app_read_end(t);
	ignore_sent(t);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1502");
}

/* Text may be believed together with its ACK only (RFC 5961 5.2): an old one is none the worse. */
static void
tldk_8_text_with_an_old_ack_is_taken(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 57);
	arrive(t, ". 1:21(20) ack 58");
	app_write(t, 51);
	arrive(t, ". 21:41(20) ack 1");
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 40);
	app_read(t, 40);
	ignore_sent(t);
}

/* RFC 5961 3.2: above RCV.NXT it is no reset, and the text before it may still come. */
static void
tldk_11_reset_above_rcv_nxt_ends_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1001(1000) ack 1");
	arrive(t, "R. 2001:3001(1000) ack 1");
	arrive(t, ". 1001:2001(1000) ack 1");
	assert_state(t, "ESTABLISHED");
	app_read(t, 2000);
	ignore_sent(t);
}

/* RFC 5961 5.2: what acknowledges the future or a distant past brings no text. */
static void
tldk_12_mtcp_6_fstack_2_text_with_an_impossible_ack_is_dropped(void **state)
{
	static const char *const impossible[] = { "2154233966", "863043694", "102", "2000000000" };
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	ignore_sent(t);
	for (unsigned int i = 0; i < 4; i++) {
		advance(t, 1000);
		ignore_sent(t);
		arrive(t, ". 1:1001(1000) ack %s", impossible[i]);
		expect(t, ". 101:101(0) ack 1");
		app_read_nothing(t);
	}
	assert_drops(t, TCP_ACK_UNACCEPTABLE, 4);
	arrive(t, ". 1:1001(1000) ack 101");
	app_read(t, 1000);
}

/* RFC 7323 4.3: TS.Recent follows every segment that is next. */
static void
tldk_13_echo_follows_the_peers_timestamps(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 1000 ecr 0");
	for (unsigned int i = 0; i < 4; i++) {
		arrive(t, "P. %u:%u(100) ack 1 <TS val %u ecr *>", 1 + 100 * i, 101 + 100 * i,
				2000 + 10 * i);
		advance(t, 500);
		expect(t, ". 1:1(0) ack %u <TS val * ecr %u>", 101 + 100 * i, 2000 + 10 * i);
	}
	app_read(t, 400);
}

/* The third segment of the handshake sets TS.Recent too, though it has no text. */
static void
mtcp_7_timestamp_of_the_third_segment_is_echoed(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) win 32792 <mss 1000,sackOK,TS val 100 ecr 0,wscale 7>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1 <TS val 1986949481 ecr *>");
	app_accept(t);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1 <TS val * ecr 1986949481>");
}

/* 3.10.7.2: "queue the segment text"; 3.4: a segment's numbers count, not how often it comes. */
static void
tldk_14_text_of_the_syn_is_read_once(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:10(10) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	arrive(t, "P. 1:11(10) ack 1");
	arrive(t, "P. 11:21(10) ack 1");
	app_read(t, 20);
	app_read_nothing(t);
	ignore_sent(t);
}

/* 3.10.7.3: "If there are other controls or text in the segment, then continue processing". */
static void
fstack_5_text_of_the_syn_ack_is_read_once(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S. 0:512(512) ack 1 win 19712");
	expect(t, ". 1:1(0) ack 513");
	arrive(t, ". 1:513(512) ack 1");
	arrive(t, ". 513:613(100) ack 1");
	app_read(t, 612);
	app_read_nothing(t);
	ignore_sent(t);
}

/* An echo says nothing of whether the SYN-ACK is the right one: its SEG.ACK does (3.10.7.3). */
static void
tldk_15_mtcp_12_fstack_7_syn_ack_with_a_strange_echo_establishes(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S. 0:0(0) ack 1 win 12288 <TS val 14624 ecr 25957>");
	expect(t, ". 1:1(0) ack 1 <TS val * ecr 14624>");
	assert_state(t, "ESTABLISHED");
	app_write(t, 57);
	expect(t, "P. 1:58(57) ack 1 <TS val * ecr 14624>");
}

/* Nor does the echo of the third segment. */
static void
fstack_1_third_segment_with_a_strange_echo_establishes(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) win 12336 <mss 1000,TS val 100 ecr 0>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1 <TS val 1634432634 ecr 1885498930>");
	app_accept(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1 <TS val * ecr 1634432634>");
}

/* MUST-15: 536 or 1220 octets, not none. */
static void
tldk_16_syn_ack_without_mss_lets_text_be_sent(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S. 0:0(0) ack 1 win 5792 <wscale 7>");
	expect(t, ". 1:1(0) ack 1");
	app_write(t, 57);
	expect(t, "P. 1:58(57) ack 1");
}

static void
established_with_timestamps_of(struct fixture *t, uint32_t value)
{
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,TS val %u ecr 0>", value);
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1 <TS val %u ecr 0>", value);
	app_accept(t);
}

/* A clock may stand at 0. The fixture checks that every segment still has the option. */
static void
tldk_18_tldk_19_timestamps_of_zero_are_timestamps(void **state)
{
	struct fixture *t = *state;

	established_with_timestamps_of(t, 0);
	arrive(t, "P. 1:11(10) ack 1 <TS val 0 ecr 7>");
	app_read(t, 10);
	app_write(t, 20);
	expect(t, "P. 1:21(20) ack 11 <TS val * ecr 0>");
	arrive(t, ". 11:11(0) ack 21 <TS val 0 ecr 0>");
	assert_true(status_now(t).timestamps);
	app_write(t, 20);
	expect(t, "P. 21:41(20) ack 11 <TS val * ecr 0>");
}

static void
tldk_19_syn_ack_with_timestamps_of_zero_agrees_on_them(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	t->peer->syn_timestamps = true;
	arrive(t, "S. 0:0(0) ack 1 win 5792 <mss 1460,sackOK,TS val 0 ecr 0,wscale 7>");
	expect(t, ". 1:1(0) ack 1 <TS val * ecr 0>");
}

/* RFC 7323 3.2: "a TCP SHOULD silently drop the segment". The text may come again. */
static void
mtcp_3_segment_that_lacks_its_timestamp_may_come_again(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 100 ecr 0");
	arrive(t, ". 1:101(100) ack 1");
	expect_nothing(t);
	assert_drops(t, TCP_TIMESTAMP_MISSING, 1);
	arrive(t, ". 1:101(100) ack 1 <TS val 1001 ecr *>");
	app_read(t, 100);
	ignore_sent(t);
}

/* RFC 7323 3.2: TSopt "MUST NOT" be sent where the SYNs did not agree on it (the fixture looks). */
static void
mtcp_5_fstack_6_timestamps_after_the_syns_are_not_answered(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) win 12336");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1 win 25710 <TS val 100 ecr 0>");
	app_accept(t);
	arrive(t, "P. 1:11(10) ack 1 <TS val 50 ecr 0>");
	app_read(t, 10);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 11 <>");
}

/* 3.10.7.4: a FIN above a gap, and then one within, while nobody is there to read. */
static void
tldk_22_fin_out_of_order_after_close_is_survived(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:1001(1000) ack 1");
	app_write(t, 5000);
	arrive(t, ". 1001:1001(0) ack 5001");
	app_read(t, 1000);
	ignore_sent(t);
	app_close(t);
	expect(t, "F. 5001:5001(0) ack 1001");
	arrive(t, "F. 2201:2201(0) ack 5002");
	ignore_sent(t);
	advance(t, 5000);
	ignore_sent(t);
	arrive(t, "F. 1001:2201(1200) ack 5002");
	assert_int_equal(stats_now(t).connections_open, 0); /* SHLD-3: the text has no reader */
	expect(t, "R 5002:5002(0)");
	expect_nothing(t);
}

/* SHLD-3. */
static void
tldk_26_unread_text_at_close_resets(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	app_read(t, 50);
	app_close(t);
	expect(t, "R 1:1(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* Which of the two comes first decides; either way nothing is lost that was acknowledged. */
static void
tldk_27_fin_below_text_that_was_taken_is_none(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1001:2001(1000) ack 1");
	arrive(t, "F. 1001:1001(0) ack 1");
	assert_state(t, "ESTABLISHED");
	app_read(t, 2000);
	app_read_nothing(t);
	ignore_sent(t);
	speak_as(t, 1);
	in_established(t);
	arrive(t, ". 1:1001(1000) ack 1");
	arrive(t, "F. 1001:1001(0) ack 1");
	arrive(t, ". 1001:2001(1000) ack 1");
	assert_state(t, "CLOSE-WAIT");
	app_read(t, 1000);
	app_read_end(t);
	ignore_sent(t);
}

/* The same octets again and again below what was read, and new ones behind them. */
static void
tldk_27_old_text_between_reads_disturbs_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1001(1000) ack 1");
	for (unsigned int i = 0; i < 3; i++) {
		arrive(t, ". %u:%u(100) ack 1", 301 + 100 * i, 401 + 100 * i);
		app_read(t, 20);
	}
	arrive(t, ". 1001:1201(200) ack 1");
	app_read(t, 1140);
	arrive(t, ". 1001:1101(100) ack 1");
	app_read_nothing(t);
	ignore_sent(t);
}

static void
mtcp_2_read_of_nothing_that_came_says_so(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_read_nothing(t);
}

/* One read takes what several segments have brought; app_read compares every octet. */
static void
mtcp_8_long_read_is_right(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	for (unsigned int i = 0; i < 8; i++)
		arrive(t, ". %u:%u(1000) ack 1", 1 + 1000 * i, 1001 + 1000 * i);
	app_read(t, 8000);
	ignore_sent(t);
}

/* 3.10.7.4: what came before is trimmed, the rest is taken. */
static void
mtcp_10_segment_that_begins_below_the_last_brings_its_rest(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1001(1000) ack 1");
	app_read(t, 1000);
	arrive(t, ". 501:1501(1000) ack 1");
	app_read(t, 500);
	app_read_nothing(t);
	ignore_sent(t);
}

/* Handshakes that end when nobody listens any more; --sanitize shows a use after free. */
static void
mtcp_13_listener_closed_during_handshakes_is_not_used_again(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		arrive(t, "S 0:0(0) win 65535 <mss 1000>");
		expect(t, "S. 0:0(0) ack 1");
	}
	arrive(t, ". 1:1(0) ack 1"); /* of the third, which waits to be accepted */
	estab_listener_close(t->listener);
	t->listener = NULL;
	turn(t);
	expect(t, "R 1:1(0)");
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		arrive(t, "P. 1:11(10) ack 1");
		expect(t, "R 1:1(0)");
	}
	expect_nothing(t);
}

/* Of segments with one number and different lengths each octet is taken once. */
static void
fstack_8_longer_segment_at_the_same_number_brings_its_rest(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1:1401(1400) ack 1");
	arrive(t, ". 1501:1601(100) ack 1");
	arrive(t, ". 1501:1701(200) ack 1");
	arrive(t, ". 1401:1501(100) ack 1");
	app_read(t, 1700);
	app_read_nothing(t);
	ignore_sent(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(tldk_1_mtcp_9_read_of_nothing_returns_0),
		FIXTURE_TEST(mtcp_4_write_of_nothing_returns_0),
		FIXTURE_TEST(tldk_10_write_of_nothing_after_the_fin_is_refused),
		FIXTURE_TEST(tldk_21_read_of_nothing_after_the_end_returns_0),
		FIXTURE_TEST(tldk_3_waiting_text_is_counted_exactly),
		FIXTURE_TEST(tldk_7_mtcp_11_fstack_4_text_at_the_number_of_the_fin_changes_nothing),
		FIXTURE_TEST(tldk_8_text_with_an_old_ack_is_taken),
		FIXTURE_TEST(tldk_11_reset_above_rcv_nxt_ends_nothing),
		FIXTURE_TEST(tldk_12_mtcp_6_fstack_2_text_with_an_impossible_ack_is_dropped),
		FIXTURE_TEST(tldk_13_echo_follows_the_peers_timestamps),
		FIXTURE_TEST(mtcp_7_timestamp_of_the_third_segment_is_echoed),
		FIXTURE_TEST(tldk_14_text_of_the_syn_is_read_once),
		FIXTURE_TEST(fstack_5_text_of_the_syn_ack_is_read_once),
		FIXTURE_TEST(tldk_15_mtcp_12_fstack_7_syn_ack_with_a_strange_echo_establishes),
		FIXTURE_TEST(fstack_1_third_segment_with_a_strange_echo_establishes),
		FIXTURE_TEST(tldk_16_syn_ack_without_mss_lets_text_be_sent),
		FIXTURE_TEST(tldk_18_tldk_19_timestamps_of_zero_are_timestamps),
		FIXTURE_TEST(tldk_19_syn_ack_with_timestamps_of_zero_agrees_on_them),
		FIXTURE_TEST(mtcp_3_segment_that_lacks_its_timestamp_may_come_again),
		FIXTURE_TEST(mtcp_5_fstack_6_timestamps_after_the_syns_are_not_answered),
		FIXTURE_TEST(tldk_22_fin_out_of_order_after_close_is_survived),
		FIXTURE_TEST(tldk_26_unread_text_at_close_resets),
		FIXTURE_TEST(tldk_27_fin_below_text_that_was_taken_is_none),
		FIXTURE_TEST(tldk_27_old_text_between_reads_disturbs_nothing),
		FIXTURE_TEST(mtcp_2_read_of_nothing_that_came_says_so),
		FIXTURE_TEST(mtcp_8_long_read_is_right),
		FIXTURE_TEST(mtcp_10_segment_that_begins_below_the_last_brings_its_rest),
		FIXTURE_TEST(mtcp_13_listener_closed_during_handshakes_is_not_used_again),
		FIXTURE_TEST(fstack_8_longer_segment_at_the_same_number_brings_its_rest),
	};

	return cmocka_run_group_tests_name("tcp_fuzz", tests, eal_start, eal_stop);
}
