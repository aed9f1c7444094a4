/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one segment of a burst makes of a connection is so for the next one of the same burst, although both were
 * looked up before either was looked at: LISTEN, SYN-RECEIVED, ESTABLISHED, TIME-WAIT and back (RFC 9293 3.10.7).
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

/* 3.10.7.4, first: the second is a retransmission, and no other connection. */
static void
listen_syn_twice_in_one_burst_opens_one_connection(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1460>");
	arrive(t, "S 0:0(0) win 65535 <mss 1460>");
	expect(t, "S. 0:0(0) ack 1");
	ignore_sent(t);
	assert_int_equal(stats_now(t).connections_half_open, 1);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_accept_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 0);
}

/* MUST-11: back in LISTEN, as if the SYN had not been. */
static void
listen_syn_and_rst_in_one_burst_leave_nothing(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1460>");
	arrive(t, "R 1:1(0)");
	ignore_sent(t);
	assert_int_equal(stats_now(t).connections_half_open, 0);
	arrive(t, ". 1:1(0) ack 1");
	expect(t, "R 1:1(0)");
	expect_nothing(t);
}

/* The handshake ends, and the text belongs to the connection that it has made. */
static void
syn_received_ack_and_text_in_one_burst_are_one_connections(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive_later(t, ". 1:1(0) ack 1");
	arrive(t, "P. 1:101(100) ack 1");
	app_accept(t);
	app_accept_nothing(t);
	app_read(t, 100);
	ignore_sent(t);
}

/* The record is gone when the next SYN comes. */
static void
syn_received_rst_and_another_syn_in_one_burst_begin_anew(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive_later(t, "R 1:1(0)");
	speak_anew(t, t->peer->iss + 5000);
	arrive(t, "S 0:0(0) win 65535 <mss 1460>");
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 1);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* 3.10.7.4: the connection is CLOSED, and its TCB may be another's, when the next segment is looked at. */
static void
established_rst_and_text_in_one_burst_text_finds_no_connection(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive_later(t, "R 1:1(0)");
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, "R 1:1(0)");
	expect_nothing(t);
	assert_int_equal(estab_conn_error(t->peer->conn), -ECONNRESET);
}

/* The TCB has become a record of TIME-WAIT, which acknowledges the FIN again. */
static void
fin_wait_2_fin_twice_in_one_burst_is_time_wait_once(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	app_close(t);
	arrive_later(t, "F. 1:1(0) ack 2");
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	ignore_sent(t);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* MAY-2: what the first SYN has reopened, the second is a retransmission of. */
static void
time_wait_syn_twice_in_one_burst_reopens_once(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	arrive_later(t, "S 70000:70000(0) win 65535 <mss 1460>");
	arrive(t, "S 70000:70000(0) win 65535 <mss 1460>");
	ignore_sent(t);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
	assert_int_equal(stats_now(t).connections_half_open, 1);
}

/* As before, but nothing stands for the connection when the second comes: each gets a cookie. */
static void
time_wait_syn_twice_in_one_burst_gets_two_cookies(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	in_established_with(t, "mss 1000,TS val 900 ecr 0");
	app_close(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, "F. 1:1(0) ack 2 <TS val 1010 ecr *>");
	expect(t, ". 2:2(0) ack 2");
	advance(t, 10);
	speak_anew(t, t->peer->iss + 70000);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1000,TS val 1020 ecr 0>");
	arrive(t, "S 0:0(0) win 65535 <mss 1000,TS val 1020 ecr 0>");
	expect(t, "S. 0:0(0) ack 1");
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
	assert_int_equal(stats_now(t).syn_cookies_sent, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(listen_syn_twice_in_one_burst_opens_one_connection),
		FIXTURE_TEST(listen_syn_and_rst_in_one_burst_leave_nothing),
		FIXTURE_TEST(syn_received_ack_and_text_in_one_burst_are_one_connections),
		FIXTURE_TEST(syn_received_rst_and_another_syn_in_one_burst_begin_anew),
		FIXTURE_TEST(established_rst_and_text_in_one_burst_text_finds_no_connection),
		FIXTURE_TEST(fin_wait_2_fin_twice_in_one_burst_is_time_wait_once),
		FIXTURE_TEST(time_wait_syn_twice_in_one_burst_reopens_once),
		FIXTURE_TEST(time_wait_syn_twice_in_one_burst_gets_two_cookies),
	};

	return cmocka_run_group_tests_name("one_burst", tests, eal_start, eal_stop);
}
