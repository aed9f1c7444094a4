/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A port that takes nothing for a while: what timers have asked for waits, and meanwhile the peer goes on
 * to speak. What leaves at last is what is right then (RFC 9293 3.8.6, RFC 8985 7.3), not when the
 * timer expired. Segments have 1000 octets of text.
 */
#include "eal.h"
#include "fixture.h"

enum { RTT_MS = 100, PTO_MS = 2 * RTT_MS + 2, RTO_MS = 1000 };

static void
in_established_slowly(struct fixture *t, const char *options)
{
	t->config.tcp.rto_min_ns = UINT64_C(1000000) * RTO_MS;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000%s>", options);
	ignore_sent(t);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	expect_nothing(t);
}

/* Time passes while the port is stuck. */
static void
wait_stuck(struct fixture *t, uint64_t ms)
{
	t->now_ns += ms * 1000000;
	turn(t);
}

/* Forget the frames that had made it stuck, and look at what the connection sends. */
static void
unstick_the_port(struct fixture *t)
{
	t->port.tx_room = UINT32_MAX;
	turn(t);
	speak_as(t, 1);
	while (next_sent(t) != NULL)
		;
	speak_as(t, 0);
}

/* SHLD-16, RFC 7323 2.4: the tail lies beyond the window by now. */
static void
tail_probe_that_waited_is_not_sent_beyond_a_window_that_has_shrunk(void **state)
{
	struct fixture *t = *state;

	in_established_slowly(t, ",sackOK");
	app_write(t, 4000);
	assert_int_equal(ignore_sent(t), 4);
	stick_the_port(t);
	wait_stuck(t, PTO_MS + 10);
	assert_int_equal(stats_now(t).tail_probes, 1);
	arrive(t, ". 1:1(0) ack 1 win 1000 <nop,nop,sack 1001:2001>");
	unstick_the_port(t);
	expect_nothing(t);
	advance(t, RTT_MS);
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
}

/* RFC 6298 5.4: the timer has expired meanwhile, and one segment is all that goes. */
static void
tail_probe_that_waited_gives_way_to_the_timeout(void **state)
{
	struct fixture *t = *state;

	in_established_slowly(t, ",sackOK");
	app_write(t, 4000);
	assert_int_equal(ignore_sent(t), 4);
	stick_the_port(t);
	wait_stuck(t, PTO_MS + 10);
	assert_int_equal(stats_now(t).tail_probes, 1);
	wait_stuck(t, RTO_MS + 200);
	assert_int_equal(stats_now(t).retransmission_timeouts, 1);
	unstick_the_port(t);
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
}

/* RFC 8985 7.3: what was lost is known and sent; the last segment has arrived. */
static void
tail_probe_that_waited_gives_way_to_the_sack(void **state)
{
	struct fixture *t = *state;

	in_established_slowly(t, ",sackOK");
	app_write(t, 4000);
	assert_int_equal(ignore_sent(t), 4);
	stick_the_port(t);
	wait_stuck(t, PTO_MS + 10);
	assert_int_equal(stats_now(t).tail_probes, 1);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:4001>");
	unstick_the_port(t);
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
}

/*
 * 3.8.6.1: five short segments are in flight, the peer closes the window and opens it again before the
 * probe has left, and says that the last one has arrived.
 */
static void
window_probe_that_waited_is_none_where_the_window_is_open_again(void **state)
{
	struct fixture *t = *state;

	in_established_slowly(t, ",sackOK");
	estab_conn_set_no_delay(t->peer->conn, true);
	for (unsigned int i = 0; i < 5; i++)
		app_write(t, 100);
	assert_int_equal(ignore_sent(t), 5);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 1000);
	stick_the_port(t);
	wait_stuck(t, RTO_MS + 200);
	wait_stuck(t, 1);
	arrive(t, ". 1:1(0) ack 1 win 65535 <nop,nop,sack 401:501>");
	unstick_the_port(t);
	expect_nothing(t);
	advance(t, RTT_MS / 4 + 1); /* RFC 8985 6.2: the time in which they may have been overtaken */
	expect(t, ". 1:401(400) ack 1");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 501");
	expect(t, "P. 501:1501(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1501");
	expect_nothing(t);
}

/* RFC 6298 5.1, 3.8.6.1: the timer has expired, the window closes, and what is in flight has a timer again. */
static void
timeout_that_waited_until_the_window_was_closed_leaves_a_timer(void **state)
{
	struct fixture *t = *state;

	in_established_slowly(t, "");
	app_write(t, 4000);
	assert_int_equal(ignore_sent(t), 4);
	stick_the_port(t);
	wait_stuck(t, RTO_MS + 200);
	assert_int_equal(stats_now(t).retransmission_timeouts, 1);
	arrive(t, ". 1:1(0) ack 1 win 0");
	unstick_the_port(t);
	expect_nothing(t);
	advance(t, 2 * RTO_MS + 200);
	expect(t, ". 1:2(1) ack 1");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 4001 win 65535");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(tail_probe_that_waited_is_not_sent_beyond_a_window_that_has_shrunk),
		FIXTURE_TEST(tail_probe_that_waited_gives_way_to_the_timeout),
		FIXTURE_TEST(tail_probe_that_waited_gives_way_to_the_sack),
		FIXTURE_TEST(window_probe_that_waited_is_none_where_the_window_is_open_again),
		FIXTURE_TEST(timeout_that_waited_until_the_window_was_closed_leaves_a_timer),
	};

	return cmocka_run_group_tests_name("stuck_port", tests, eal_start, eal_stop);
}
