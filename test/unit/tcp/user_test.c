/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The user calls of include/estab/conn.h: what each returns and does, state by state, where no
 * text is copied.
 */
#include <errno.h>

#include "bench.h"
#include "text.h"

#include "eal.h"
#include "tcp/user/user.h"

/* A connection of this peer in each state, held by the user; the words of conn.h's info.state. */
static void
in_time_wait_held(struct fixture *t)
{
	in_fin_wait_2(t);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
}

static void
in_last_ack_held(struct fixture *t)
{
	in_close_wait(t);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 2");
}

static void
in_closed_held(struct fixture *t)
{
	in_established(t);
	arrive(t, "R. 1:1(0) ack 1");
	expect_nothing(t);
}

/* Simultaneous open: our SYN has crossed the peer's. */
static void
in_syn_received_active(struct fixture *t)
{
	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
}

struct situation {
	const char *state;
	void (*bring)(struct fixture *t);
	bool may_send;     /* 3.10.2: text is queued or sent */
	int shutdown;      /* what estab_conn_shutdown says */
	const char *after; /* the state that a shutdown leads to */
	bool fin;          /* and a FIN leaves */
	bool reset;        /* an abort tells the peer (3.10.5) */
};

static const struct situation situations[] = {
	{ "SYN-SENT", in_syn_sent, true, 0, "SYN-SENT", false, false },
	{ "SYN-RECEIVED", in_syn_received_active, true, 0, "SYN-RECEIVED", false, true },
	{ "ESTABLISHED", in_established, true, 0, "FIN-WAIT-1", true, true },
	{ "FIN-WAIT-1", in_fin_wait_1, false, 0, "FIN-WAIT-1", false, true },
	{ "FIN-WAIT-2", in_fin_wait_2, false, 0, "FIN-WAIT-2", false, true },
	{ "CLOSE-WAIT", in_close_wait, true, 0, "LAST-ACK", true, true },
	{ "CLOSING", in_closing, false, 0, "CLOSING", false, false },
	{ "LAST-ACK", in_last_ack_held, false, 0, "LAST-ACK", false, false },
	{ "TIME-WAIT", in_time_wait_held, false, 0, "TIME-WAIT", false, false },
	{ "CLOSED", in_closed_held, false, -ENOTCONN, "CLOSED", false, false },
};

/* Every situation, each with a peer of its own. */
#define FOR_EACH_SITUATION(t, s)                                                                   \
	for (const struct situation *s = situations;                                               \
			s < situations + RTE_DIM(situations) && bring(t, s); s++)

static bool
bring(struct fixture *t, const struct situation *s)
{
	speak_as(t, (unsigned int)(s - situations));
	s->bring(t);
	assert_state(t, s->state);
	ignore_sent(t);
	return true;
}

static void
send_takes_text_only_where_it_may_be_sent(void **state)
{
	struct fixture *t = *state;

	FOR_EACH_SITUATION(t, s)
	{
		struct rte_mbuf *packet = text_mbuf(t->pool, 1, 0, 10);
		const uint16_t taken = estab_conn_send_burst(t->peer->conn, &packet, 1);

		assert_int_equal(taken, s->may_send);
		assert_int_equal(estab_conn_send_room(t->peer->conn),
				s->may_send ? 262144 - 10 : 0);
		assert_int_equal(status_now(t).send_queued, s->may_send ? 10 : 0);
		if (taken == 0)
			rte_pktmbuf_free(packet);
		text_queue_clear(
				&tcb_of(t)->work->send); /* of another pattern than the fixture's */
	}
}

static void
shutdown_says_and_does_what_the_state_allows(void **state)
{
	struct fixture *t = *state;

	FOR_EACH_SITUATION(t, s)
	{
		const struct packet *packet;

		assert_int_equal(estab_conn_shutdown(t->peer->conn), s->shutdown);
		assert_int_equal(estab_conn_shutdown(t->peer->conn), s->shutdown);
		assert_state(t, s->after);
		assert_int_equal(estab_conn_send_room(t->peer->conn), 0);
		turn(t);
		packet = next_sent(t);
		assert_int_equal(packet != NULL, s->fin);
		assert_true(packet == NULL || (packet->flags & PACKET_FIN) != 0);
		expect_nothing(t);
	}
}

static void
abort_tells_the_peer_where_it_knows_of_the_connection(void **state)
{
	struct fixture *t = *state;

	FOR_EACH_SITUATION(t, s)
	{
		const uint64_t open = stats_now(t).connections_open;
		const struct packet *packet;

		app_abort(t);
		packet = next_sent(t);
		assert_int_equal(packet != NULL, s->reset);
		assert_true(packet == NULL || packet->flags == PACKET_RST);
		expect_nothing(t);
		assert_int_equal(stats_now(t).connections_open, open - 1);
	}
}

/* 3.6.1: text that was never received: "it SHOULD send a RST". */
static void
close_with_unread_text_resets(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:101(100) ack 1");
	app_close(t);
	expect(t, "R 1:1(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_reset, 1);
}

/* The peer will never hear of it: the connection is over already. */
static void
close_with_unread_text_of_a_connection_that_is_over_sends_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:101(100) ack 1");
	arrive(t, "R. 101:101(0) ack 1");
	ignore_sent(t);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

static void
close_delivers_queued_text_and_then_the_fin(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 1500);
	app_close(t);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, "FP. 1001:1501(500) ack 1");
	arrive(t, ". 1:1(0) ack 1502");
	arrive(t, "F. 1:1(0) ack 1502");
	expect(t, ". 1502:1502(0) ack 2");
	assert_int_equal(stats_now(t).connections_closed, 1);
}

/* 3.10.4, SYN-SENT: "Delete the TCB and return". */
static void
close_in_syn_sent_forgets_the_connection(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	arrive(t, "S. 0:0(0) ack 1");
	expect(t, "R 1:1(0)");
}

/* 3.10.4, SYN-RECEIVED: "queue for processing after entering ESTABLISHED state". */
static void
shutdown_before_established_follows_the_handshake(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	app_write(t, 100);
	app_shutdown(t);
	expect_nothing(t);
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(t, "FP. 1:101(100) ack 1");
	assert_state(t, "FIN-WAIT-1");
}

/* The send buffer is a number of bytes; the packet that crosses it is taken whole. */
static void
send_takes_packets_while_there_is_room(void **state)
{
	struct fixture *t = *state;
	struct rte_mbuf *packets[8];

	t->config.tcp.send_buffer_bytes = 1000;
	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_events(t);
	for (uint16_t i = 0; i < 8; i++)
		packets[i] = text_mbuf(t->pool, 1, 300 * i, 300);
	assert_int_equal(estab_conn_send_burst(t->peer->conn, packets, 3), 3);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 100);
	assert_int_equal(estab_conn_send_burst(t->peer->conn, packets + 3, 5), 1);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 0);
	assert_int_equal(estab_conn_send_burst(t->peer->conn, packets + 4, 4), 0);
	assert_int_equal(status_now(t).send_queued, 1200);
	rte_pktmbuf_free_bulk(packets + 4, 4);
	text_queue_clear(&tcb_of(t)->work->send);
}

/* ESTAB_EVENT_WRITABLE "follows" a send that fell short, once there is room worth the call. */
static void
refused_sender_is_told_once_when_half_of_the_buffer_is_free(void **state)
{
	struct fixture *t = *state;
	struct rte_mbuf *packet;

	t->config.tcp.send_buffer_bytes = 4000;
	in_established(t);
	app_write(t, 4000);
	ignore_sent(t);
	app_events(t);
	arrive(t, ". 1:1(0) ack 2001");
	assert_int_equal(app_events(t), 0); /* nobody was refused */
	app_write(t, 2000);
	packet = text_mbuf(t->pool, 1, 0, 10);
	assert_int_equal(estab_conn_send_burst(t->peer->conn, &packet, 1), 0);
	rte_pktmbuf_free(packet);
	arrive(t, ". 1:1(0) ack 3001");
	assert_int_equal(app_events(t), 0); /* 3000 of 4000 are in use still */
	arrive(t, ". 1:1(0) ack 4001");
	assert_int_equal(app_events(t), ESTAB_EVENT_WRITABLE);
	arrive(t, ". 1:1(0) ack 6001");
	assert_int_equal(app_events(t), 0);
	ignore_sent(t);
}

static void
receive_hands_over_a_long_segments_text_per_mbuf(void **state)
{
	struct fixture *t = *state;
	struct rte_mbuf *packets[4];

	in_established(t);
	arrive(t, ". 1:601(600) ack 1");
	arrive(t, ". 601:1301(700) ack 1");
	arrive(t, ". 1301:2101(800) ack 1");
	ignore_sent(t);
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 2100);
	assert_int_equal(estab_conn_receive_burst(t->peer->conn, packets, 0), 0);
	assert_int_equal(estab_conn_receive_burst(t->peer->conn, packets, 2), 2);
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 800);
	assert_int_equal(estab_conn_receive_burst(t->peer->conn, packets + 2, 2), 1);
	assert_int_equal(estab_conn_receive_burst(t->peer->conn, packets + 3, 1), 0);
	for (uint16_t i = 0; i < 3; i++) {
		assert_int_equal(packets[i]->pkt_len, 600 + 100 * i);
		assert_int_equal(packets[i]->nb_segs, 1);
		assert_null(packets[i]->next);
		rte_pktmbuf_free(packets[i]);
	}
	assert_false(estab_conn_at_end(t->peer->conn));
}

static void
end_is_reached_when_the_last_byte_before_the_fin_was_received(void **state)
{
	struct fixture *t = *state;
	struct rte_mbuf *packet;

	in_established(t);
	arrive(t, "F. 1:101(100) ack 1");
	ignore_sent(t);
	assert_false(estab_conn_at_end(t->peer->conn));
	assert_int_equal(estab_conn_receive_burst(t->peer->conn, &packet, 1), 1);
	rte_pktmbuf_free(packet);
	assert_true(estab_conn_at_end(t->peer->conn));
}

static void
error_is_read_once(void **state)
{
	struct fixture *t = *state;

	in_closed_held(t);
	assert_int_equal(estab_conn_error(t->peer->conn), -ECONNRESET);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
	speak_as(t, 1);
	in_syn_sent(t);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
	arrive(t, "R. 0:0(0) ack 1");
	assert_int_equal(estab_conn_error(t->peer->conn), -ECONNREFUSED);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
}

/* MUST-17: "an application MUST be able to disable the Nagle algorithm on an individual
 * connection". */
static void
nagle_is_on_until_it_is_turned_off(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	app_write(t, 100);
	expect_nothing(t);
	estab_conn_set_no_delay(t->peer->conn, true);
	turn(t);
	expect(t, "P. 101:201(100) ack 1");
	app_write(t, 100);
	expect(t, "P. 201:301(100) ack 1");
	estab_conn_set_no_delay(t->peer->conn, false);
	app_write(t, 100);
	expect_nothing(t);
}

static void
user_pointer_is_whatever_the_application_keeps(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_ptr_equal(estab_conn_user(t->peer->conn), t); /* the listener's */
	estab_conn_set_user(t->peer->conn, NULL);
	assert_null(estab_conn_user(t->peer->conn));
}

/* What is over has no timers: settings that would arm one are taken and arm nothing. */
static void
closed_settings_of_a_held_connection_arm_nothing(void **state)
{
	struct fixture *t = *state;
	const struct estab_keepalive keepalive = { .idle_ns = 1000000 };

	in_established(t);
	app_write(t, 100);
	ignore_sent(t);
	arrive(t, "R 1:1(0)");
	assert_state(t, "CLOSED");
	assert_int_equal(estab_conn_set_user_timeout(t->peer->conn, 1000000), 0);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &keepalive), 0);
	assert_int_equal(estab_conn_set_linger(t->peer->conn, 1000000), 0);
	advance(t, 1000);
	assert_state(t, "CLOSED");
	assert_int_equal(stats_now(t).connections_timed_out, 0);
	app_close(t);
	advance(t, 1000);
	expect_nothing(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(send_takes_text_only_where_it_may_be_sent),
		FIXTURE_TEST(shutdown_says_and_does_what_the_state_allows),
		FIXTURE_TEST(abort_tells_the_peer_where_it_knows_of_the_connection),
		FIXTURE_TEST(close_with_unread_text_resets),
		FIXTURE_TEST(close_with_unread_text_of_a_connection_that_is_over_sends_nothing),
		FIXTURE_TEST(close_delivers_queued_text_and_then_the_fin),
		FIXTURE_TEST(close_in_syn_sent_forgets_the_connection),
		FIXTURE_TEST(shutdown_before_established_follows_the_handshake),
		FIXTURE_TEST(send_takes_packets_while_there_is_room),
		FIXTURE_TEST(refused_sender_is_told_once_when_half_of_the_buffer_is_free),
		FIXTURE_TEST(receive_hands_over_a_long_segments_text_per_mbuf),
		FIXTURE_TEST(end_is_reached_when_the_last_byte_before_the_fin_was_received),
		FIXTURE_TEST(error_is_read_once),
		FIXTURE_TEST(nagle_is_on_until_it_is_turned_off),
		FIXTURE_TEST(user_pointer_is_whatever_the_application_keeps),
		FIXTURE_TEST(closed_settings_of_a_held_connection_arm_nothing),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
