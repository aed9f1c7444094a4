/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Listeners and accept queues: order, bound, and what becomes of both when the listener goes.
 */
#include <errno.h>

#include "bench.h"

#include "eal.h"
#include "tcp/open/listener.h"

/* Peers 0 to n - 1 finish their handshakes, the last one first; nobody is accepted. */
static void
finish_handshakes(struct fixture *t, unsigned int n)
{
	while (n-- > 0) {
		speak_as(t, n);
		in_syn_received(t);
		arrive(t, ". 1:1(0) ack 1");
	}
}

static void
accept_gives_the_oldest_first_and_as_many_as_asked_for(void **state)
{
	struct fixture *t = *state;
	struct estab_conn *conns[8];
	struct estab_conn_info info;

	finish_handshakes(t, 5);
	assert_int_equal(estab_accept_burst(t->listener, conns, 0), 0);
	assert_int_equal(estab_accept_burst(t->listener, conns, 2), 2);
	assert_int_equal(estab_accept_burst(t->listener, conns + 2, 6), 3);
	assert_int_equal(estab_accept_burst(t->listener, conns + 5, 1), 0);
	for (unsigned int i = 0; i < 5; i++) {
		estab_conn_status(conns[i], &info);
		assert_int_equal(info.remote.port, FIXTURE_PEER_PORT + 4 - i);
		assert_ptr_equal(estab_conn_user(conns[i]), t); /* "inherited" */
		t->peers[4 - i].conn = conns[i];
	}
}

static void
queue_is_full_at_the_backlog(void **state)
{
	struct fixture *t = *state;
	const struct listener *listener;

	app_listen_backlog(t, 2);
	listener = (const struct listener *)t->listener;
	assert_false(listener_is_full(listener));
	finish_handshakes(t, 1);
	speak_as(t, 1);
	in_syn_received(t);
	speak_as(t, 2);
	arrive(t, "S 0:0(0) win 65535"); /* half-open before the queue is full */
	expect(t, "S. 0:0(0) ack 1");
	speak_as(t, 1);
	arrive(t, ". 1:1(0) ack 1");
	assert_true(listener_is_full(listener));
	assert_int_equal(listener->accept_count, 2);
	speak_as(t, 2);
	arrive(t, ". 1:1(0) ack 1"); /* its handshake is not completed */
	assert_drops(t, TCP_ACCEPT_QUEUE_FULL, 1);
	speak_as(t, 3);
	arrive(t, "S 0:0(0) win 65535"); /* a SYN is not even answered */
	expect_nothing(t);
	assert_drops(t, TCP_ACCEPT_QUEUE_FULL, 2);
	assert_int_equal(stats_now(t).accept_queue_overflows, 2);
	app_accept_any(t);
	assert_false(listener_is_full(listener));
	speak_as(t, 2);
	arrive(t, ". 1:1(0) ack 1"); /* the peer tries again */
	assert_int_equal(listener->accept_count, 2);
}

/* It met its end while it waited: it is accepted all the same, and says so. */
static void
connection_reset_in_the_queue_is_accepted_with_its_error(void **state)
{
	struct fixture *t = *state;
	struct estab_event event;

	finish_handshakes(t, 1);
	arrive(t, ". 1:101(100) ack 1");
	arrive(t, "R. 101:101(0) ack 1");
	ignore_sent(t);
	assert_int_equal(stats_now(t).connections_open, 1);
	assert_int_equal(estab_accept_burst(t->listener, &t->peer->conn, 1), 1);
	assert_int_equal(estab_event_burst(t->stack, &event, 1), 1);
	assert_int_equal(event.what, ESTAB_EVENT_READABLE | ESTAB_EVENT_CLOSED);
	app_read(t, 100);
	app_read_error(t, -ECONNRESET);
	app_close(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* "Half-open connections are forgotten, connections that nobody accepted are aborted." */
static void
closing_the_listener_aborts_and_forgets(void **state)
{
	struct fixture *t = *state;

	finish_handshakes(t, 3);
	speak_as(t, 0);
	app_accept_any(t); /* peer 2, the oldest: it stays */
	speak_as(t, 3);
	in_syn_received(t);
	estab_listener_close(t->listener);
	t->listener = NULL;
	turn(t);
	for (unsigned int i = 0; i < 2; i++) {
		speak_as(t, i);
		expect(t, "R 1:1(0)");
	}
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 0);
	assert_int_equal(stats_now(t).connections_open, 1);
	speak_as(t, 2);
	assert_state(t, "ESTABLISHED");
	arrive(t, ". 1:101(100) ack 1");
	app_read(t, 100);
	speak_as(t, 3);
	arrive(t, ". 1:1(0) ack 1");
	speak_as(t, 2);
	ignore_sent(t);
	speak_as(t, 4);
	arrive(t, "S 0:0(0) win 65535");
	assert_drops(t, TCP_NO_CONNECTION, 2);
	ignore_sent(t);
}

static void
find_gives_the_listener_of_the_local_end(void **state)
{
	struct fixture *t = *state;
	struct path path = { .family = t->family, .local_port = rte_cpu_to_be_16(FIXTURE_PORT) };

	in_listen(t);
	assert_ptr_equal(listener_find(room(t), &path), t->listener);
	path.local_port = rte_cpu_to_be_16(FIXTURE_PORT + 1);
	assert_null(listener_find(room(t), &path));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(accept_gives_the_oldest_first_and_as_many_as_asked_for),
		FIXTURE_TEST(queue_is_full_at_the_backlog),
		FIXTURE_TEST(connection_reset_in_the_queue_is_accepted_with_its_error),
		FIXTURE_TEST(closing_the_listener_aborts_and_forgets),
		FIXTURE_TEST(find_gives_the_listener_of_the_local_end),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
