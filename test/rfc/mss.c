/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The maximum segment size that the user asks for (3.7.1, 3.10.1): announced in every SYN of ours, in
 * place of the interface's where it is smaller, and a limit of what is sent.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"
#include "fixture_internal.h"

static unsigned int
mss_of_mtu(const struct fixture *t)
{
	return t->family == ESTAB_FAMILY_IPV4 ? 1460 : 1440;
}

/* Segments of 1000 octets of text, whatever larger the peer would take. */
static void
expect_segments_of_1000(struct fixture *t)
{
	app_write(t, 2000);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, "P. 1001:2001(1000) ack 1");
	assert_int_equal(status_now(t).mss, 1000);
	assert_int_equal(status_now(t).mss_announced, 1000);
}

static void
listen_mss_asked_for_is_announced_and_limits(void **state)
{
	struct fixture *t = *state;

	t->mss = 1000;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1400>");
	expect(t, "S. 0:0(0) ack 1 <mss 1000>");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	expect_segments_of_1000(t);
}

static void
syn_received_lost_syn_ack_announces_the_same_again(void **state)
{
	struct fixture *t = *state;

	t->mss = 1000;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1400>");
	expect(t, "S. 0:0(0) ack 1 <mss 1000>");
	advance(t, 1000);
	expect(t, "S. 0:0(0) ack 1 <mss 1000>");
}

static void
listen_smaller_mss_of_the_peer_goes_before_what_is_asked_for(void **state)
{
	struct fixture *t = *state;

	t->mss = 1000;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 900>");
	expect(t, "S. 0:0(0) ack 1 <mss 1000>");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_write(t, 1000);
	expect(t, ". 1:901(900) ack 1");
}

static void
listen_cookie_announces_and_limits_as_a_record_does(void **state)
{
	struct fixture *t = *state;

	t->mss = 1000;
	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1460>");
	expect(t, "S. 0:0(0) ack 1 <mss 1000>");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	expect_segments_of_1000(t);
}

/* Options are taken off what is sent, not off what is announced (RFC 6691). */
static void
listen_timestamps_are_taken_off_the_mss_asked_for(void **state)
{
	struct fixture *t = *state;

	t->mss = 1000;
	in_established_with(t, "mss 1400,TS val 100 ecr 0");
	app_write(t, 988);
	expect(t, "P. 1:989(988) ack 1");
	assert_int_equal(status_now(t).mss_announced, 1000);
}

static void
connect_mss_asked_for_is_announced_and_limits(void **state)
{
	struct fixture *t = *state;

	t->mss = 1000;
	t->config.tcp.no_timestamps = t->config.tcp.no_sack = t->config.tcp.no_window_scale = true;
	app_connect(t);
	expect(t, "S 0:0(0) <mss 1000>");
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1400>");
	expect(t, ". 1:1(0) ack 1");
	expect_segments_of_1000(t);
}

static void
syn_sent_simultaneous_open_announces_what_was_asked_for(void **state)
{
	struct fixture *t = *state;

	t->mss = 1000;
	t->config.tcp.no_timestamps = t->config.tcp.no_sack = t->config.tcp.no_window_scale = true;
	app_connect(t);
	expect(t, "S 0:0(0) <mss 1000>");
	arrive(t, "S 0:0(0) win 65535 <mss 1400>");
	expect(t, "S. 0:0(0) ack 1 <mss 1000>");
	arrive(t, ". 1:1(0) ack 1");
	expect_segments_of_1000(t);
}

/* SHLD-6: the MTU's is the most. */
static void
listen_mss_above_the_interfaces_is_the_interfaces(void **state)
{
	struct fixture *t = *state;

	t->mss = 9000;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 9000>");
	expect(t, "S. 0:0(0) ack 1 <mss %u>", mss_of_mtu(t));
}

static void
open_mss_without_room_for_text_is_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_listen_config listen = { .local.port = FIXTURE_PORT, .mss = 47 };
	struct estab_connect_config connect = { .remote = fixture_peer_endpoint(t), .mss = 47 };
	struct estab_listener *listener;
	struct estab_conn *conn;

	start(t);
	assert_int_equal(estab_listen(t->stack, &listen, &listener), -EINVAL);
	assert_int_equal(estab_connect(t->stack, &connect, &conn), -EINVAL);
	listen.mss = connect.mss = 48;
	assert_int_equal(estab_listen(t->stack, &listen, &listener), 0);
	assert_int_equal(estab_connect(t->stack, &connect, &t->peer->conn), 0);
	app_abort(t);
	ignore_sent(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(listen_mss_asked_for_is_announced_and_limits),
		FIXTURE_TEST(syn_received_lost_syn_ack_announces_the_same_again),
		FIXTURE_TEST(listen_smaller_mss_of_the_peer_goes_before_what_is_asked_for),
		FIXTURE_TEST(listen_cookie_announces_and_limits_as_a_record_does),
		FIXTURE_TEST(listen_timestamps_are_taken_off_the_mss_asked_for),
		FIXTURE_TEST(connect_mss_asked_for_is_announced_and_limits),
		FIXTURE_TEST(syn_sent_simultaneous_open_announces_what_was_asked_for),
		FIXTURE_TEST(listen_mss_above_the_interfaces_is_the_interfaces),
		FIXTURE_TEST(open_mss_without_room_for_text_is_refused),
	};

	return cmocka_run_group_tests_name("mss", tests, eal_start, eal_stop);
}
