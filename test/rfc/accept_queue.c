/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The accept queue of a listener: finished handshakes wait there, up to the backlog; what happens
 * to a connection meanwhile is met by whoever accepts it.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

static void
syn_from(struct fixture *t, unsigned int n)
{
	speak_as(t, n);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
}

static void
handshake_from(struct fixture *t, unsigned int n)
{
	syn_from(t, n);
	arrive(t, ". 1:1(0) ack 1");
}

static void
listen_handshakes_are_accepted_oldest_first(void **state)
{
	struct estab_conn *conns[4];
	struct fixture *t = *state;

	in_listen(t);
	handshake_from(t, 2);
	handshake_from(t, 0);
	handshake_from(t, 1);
	assert_int_equal(estab_accept_burst(t->listener, conns, 2), 2);
	t->peers[2].conn = conns[0];
	t->peers[0].conn = conns[1];
	assert_int_equal(estab_accept_burst(t->listener, conns, 4), 1);
	t->peers[1].conn = conns[0];
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		assert_int_equal(status_now(t).remote.port, FIXTURE_PEER_PORT + i);
		assert_ptr_equal(estab_conn_user(t->peer->conn), t); /* the listener's */
	}
	app_accept_nothing(t);
}

/* The third handshake is not completed; its peer goes on trying and succeeds when there is room. */
static void
syn_received_ack_with_queue_full_is_dropped_and_retried(void **state)
{
	struct fixture *t = *state;

	app_listen_backlog(t, 2);
	for (unsigned int i = 0; i < 3; i++)
		syn_from(t, i);
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		arrive(t, ". 1:1(0) ack 1");
	}
	expect_nothing(t);
	assert_drops(t, TCP_ACCEPT_QUEUE_FULL, 1);
	assert_int_equal(stats_now(t).accept_queue_overflows, 1);
	assert_int_equal(stats_now(t).connections_open, 2);
	assert_int_equal(stats_now(t).connections_half_open, 1);
	app_accept_any(t);
	app_accept_any(t);
	advance(t, 1100);
	speak_as(t, 2);
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_state(t, "ESTABLISHED");
}

static void
syn_received_text_with_queue_full_is_delivered_after_the_retry(void **state)
{
	struct fixture *t = *state;

	app_listen_backlog(t, 1);
	syn_from(t, 0);
	syn_from(t, 1);
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 1");
	speak_as(t, 1);
	arrive(t, ". 1:1(0) ack 1");
	arrive(t, "P. 1:101(100) ack 1");
	expect_nothing(t);
	assert_drops(t, TCP_ACCEPT_QUEUE_FULL, 2);
	speak_as(t, 0);
	app_accept(t);
	speak_as(t, 1);
	arrive(t, "P. 1:101(100) ack 1");
	app_accept(t);
	app_read(t, 100);
}

static void
syn_received_rst_with_queue_full_still_ends_the_handshake(void **state)
{
	struct fixture *t = *state;

	app_listen_backlog(t, 1);
	syn_from(t, 0);
	syn_from(t, 1);
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 1");
	speak_as(t, 1);
	arrive(t, "R 1:1(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 0);
}

static void
established_unaccepted_text_waits_for_the_user(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	handshake_from(t, 0);
	arrive(t, ". 1:1001(1000) ack 1");
	arrive(t, "P. 1001:1501(500) ack 1");
	advance(t, 500);
	ignore_sent(t);
	assert_int_equal(app_events(t), 0); /* no event names a connection still in the queue */
	app_accept(t);
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 1500);
	app_read(t, 1500);
}

static void
established_unaccepted_fin_is_met_by_the_user(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	handshake_from(t, 0);
	arrive(t, "FP. 1:11(10) ack 1");
	expect(t, ". 1:1(0) ack 12");
	app_accept(t);
	app_read(t, 10);
	app_read_end(t);
	app_close(t);
	expect(t, "F. 1:1(0) ack 12");
}

static void
established_unaccepted_rst_is_met_by_the_user(void **state)
{
	struct fixture *t = *state;
	struct estab_conn *conn;

	in_listen(t);
	handshake_from(t, 0);
	arrive(t, "R. 1:1(0) ack 1");
	expect_nothing(t);
	assert_int_equal(estab_accept_burst(t->listener, &conn, 1), 1);
	t->peer->conn = conn;
	app_read_error(t, -ECONNRESET);
}

/* The queue is of finished handshakes: those that the peer reset do not stay in it for ever. */
static void
established_unaccepted_resets_do_not_block_the_queue(void **state)
{
	struct fixture *t = *state;

	app_listen_backlog(t, 2);
	handshake_from(t, 0);
	handshake_from(t, 1);
	arrive(t, "R. 1:1(0) ack 1");
	speak_as(t, 0);
	arrive(t, "R. 1:1(0) ack 1");
	expect_nothing(t);
	app_accept_any(t);
	app_accept_any(t);
	handshake_from(t, 2);
	app_accept(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(listen_handshakes_are_accepted_oldest_first),
		FIXTURE_TEST(syn_received_ack_with_queue_full_is_dropped_and_retried),
		FIXTURE_TEST(syn_received_text_with_queue_full_is_delivered_after_the_retry),
		FIXTURE_TEST(syn_received_rst_with_queue_full_still_ends_the_handshake),
		FIXTURE_TEST(established_unaccepted_text_waits_for_the_user),
		FIXTURE_TEST(established_unaccepted_fin_is_met_by_the_user),
		FIXTURE_TEST(established_unaccepted_rst_is_met_by_the_user),
		FIXTURE_TEST(established_unaccepted_resets_do_not_block_the_queue),
	};

	return cmocka_run_group_tests_name("accept_queue", tests, eal_start, eal_stop);
}
