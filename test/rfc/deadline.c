/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * estab_stack_deadline: a caller that sleeps until it misses nothing, and does not wake for nothing
 * too often. (That no timer is late is part of every other case: time only passes in steps to the
 * deadline there.)
 */
#include <rte_mbuf.h>

#include "eal.h"
#include "fixture.h"

#define SECOND UINT64_C(1000000000)

static uint64_t
deadline(const struct fixture *t)
{
	return estab_stack_deadline(t->stack);
}

static void
stack_at_rest_has_no_deadline(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	turn(t);
	assert_true(deadline(t) == UINT64_MAX);
}

static void
established_at_rest_has_no_deadline_before_long(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	advance(t, 600 * 1000); /* what is left of the handshake's timers runs out */
	assert_true(deadline(t) > t->now_ns + 3600 * SECOND);
}

static void
syn_received_deadline_is_the_retransmission(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	assert_true(deadline(t) > t->now_ns);
	assert_true(deadline(t) <= t->now_ns + SECOND + SECOND / 100);
}

static void
established_written_text_makes_the_deadline_now(void **state)
{
	struct fixture *t = *state;
	const uint8_t byte = 0;

	in_established(t);
	assert_int_equal(estab_conn_write(t->peer->conn, &byte, 1), 1);
	assert_true(deadline(t) <= t->now_ns);
}

static void
established_shutdown_makes_the_deadline_now(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_shutdown(t->peer->conn), 0);
	assert_true(deadline(t) <= t->now_ns);
}

static void
established_abort_makes_the_deadline_now(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	assert_true(deadline(t) <= t->now_ns);
	turn(t);
	assert_true(next_sent(t)->flags & PACKET_RST);
}

static void
closed_connect_makes_the_deadline_now(void **state)
{
	struct fixture *t = *state;
	struct estab_connect_config config = { .remote.port = 80 };

	in_established(t);
	config.remote = status_now(t).remote;
	config.local.port = FIXTURE_PORT + 1;
	speak_as(t, 1);
	t->peer->port = FIXTURE_PEER_PORT;
	t->peer->stack_port = FIXTURE_PORT + 1;
	assert_int_equal(estab_connect(t->stack, &config, &t->peer->conn), 0);
	assert_true(deadline(t) <= t->now_ns);
	turn(t);
	expect(t, "S 0:0(0)");
}

static void
established_text_outstanding_deadline_is_the_retransmission(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = SECOND;
	in_established(t);
	app_write(t, 100);
	assert_true(deadline(t) > t->now_ns);
	assert_true(deadline(t) <= t->now_ns + SECOND + SECOND / 100);
}

static void
established_delayed_ack_deadline_is_the_delay(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.delayed_ack_ns = SECOND / 10;
	in_established(t);
	arrive(t, "P. 1:11(10) ack 1");
	assert_true(deadline(t) > t->now_ns);
	assert_true(deadline(t) <= t->now_ns + SECOND / 10 + SECOND / 100);
}

static void
time_wait_deadline_is_two_msl(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	advance(t, 30000);
	assert_true(deadline(t) > t->now_ns);
	assert_true(deadline(t) <= t->now_ns + 30 * SECOND + SECOND / 100);
}

/* The halves of a turn, for a caller that brings its own packets, do what the whole does. */
static void
listen_syn_by_the_halves_of_a_turn_is_answered(void **state)
{
	struct rte_mbuf *in[4], *out[4];
	struct fixture *t = *state;
	uint16_t n;

	in_listen(t);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1000>");
	n = t->port.port.rx_burst(&t->port, in, 4);
	assert_int_equal(n, 1);
	assert_int_equal(estab_stack_receive_burst(t->stack, in, n, t->now_ns), 1);
	n = estab_stack_transmit_burst(t->stack, out, 4, t->now_ns);
	assert_int_equal(n, 1);
	assert_int_equal(t->port.port.tx_burst(&t->port, out, n), 1);
	turn(t);
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
}

/* A machine that was suspended: the clock jumps further than the 32 bits of a tick tell apart. */
static void
established_clock_jump_of_days_lets_every_timer_expire(void **state)
{
	const uint64_t days_ns = UINT64_C(4) * 86400 * 1000000000;
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	t->now_ns += days_ns;
	turn(t);
	expect(t, "P. 1:101(100) ack 1");
	ignore_sent(t);
}

static void
time_wait_clock_jump_of_days_ends_it(void **state)
{
	const uint64_t days_ns = UINT64_C(4) * 86400 * 1000000000;
	struct fixture *t = *state;

	in_time_wait(t);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	t->now_ns += days_ns;
	turn(t);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(stack_at_rest_has_no_deadline),
		FIXTURE_TEST(established_at_rest_has_no_deadline_before_long),
		FIXTURE_TEST(syn_received_deadline_is_the_retransmission),
		FIXTURE_TEST(established_written_text_makes_the_deadline_now),
		FIXTURE_TEST(established_shutdown_makes_the_deadline_now),
		FIXTURE_TEST(established_abort_makes_the_deadline_now),
		FIXTURE_TEST(closed_connect_makes_the_deadline_now),
		FIXTURE_TEST(established_text_outstanding_deadline_is_the_retransmission),
		FIXTURE_TEST(established_delayed_ack_deadline_is_the_delay),
		FIXTURE_TEST(time_wait_deadline_is_two_msl),
		FIXTURE_TEST(listen_syn_by_the_halves_of_a_turn_is_answered),
		FIXTURE_TEST(established_clock_jump_of_days_lets_every_timer_expire),
		FIXTURE_TEST(time_wait_clock_jump_of_days_ends_it),
	};

	return cmocka_run_group_tests_name("deadline", tests, eal_start, eal_stop);
}
