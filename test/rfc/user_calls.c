/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9293 3.10.1 to 3.10.6: what each user call returns in each state. The RFC's words for an
 * error stand beside the errno that they have become in include/estab/conn.h.
 */
#include <errno.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include "eal.h"
#include "fixture.h"

/* Simultaneous open: our SYN has crossed the peer's. */
static void
in_syn_received_active(struct fixture *t)
{
	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
}

static void
in_last_ack_held(struct fixture *t)
{
	in_close_wait(t);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 2");
}

static void
in_time_wait_held(struct fixture *t)
{
	in_fin_wait_2(t);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
}

/* The connection was reset, and its error has been collected. */
static void
in_closed_held(struct fixture *t)
{
	in_established(t);
	arrive(t, "R. 1:1(0) ack 1");
	assert_int_equal(estab_conn_error(t->peer->conn), -ECONNRESET);
}

enum {
	QUEUED = 1,                   /* "queue the data"; one octet was given */
	NOTHING_YET = -EAGAIN,        /* "queue for processing", "queue the request" */
	AT_END = 0,                   /* RECEIVE: "error: connection closing" */
	CLOSING = -EPIPE,             /* SEND: "error: connection closing" */
	NO_SEND = -EPIPE,             /* SEND: "error: connection does not exist" */
	NO_CONNECTION = -ENOTCONN,    /* others: "error: connection does not exist" */
	ALREADY_EXISTS = -EADDRINUSE, /* OPEN: "error: connection already exists" */
	OK = 0,                       /* also where CLOSE is "strictly speaking" an error */
};

struct row {
	const char *state; /* STATUS: "return state = ..." */
	void (*bring)(struct fixture *t);
	int open;    /* of the same 4-tuple */
	int send;    /* of one octet */
	int receive; /* where no text waits */
	int close;   /* estab_conn_shutdown */
	bool reset;  /* ABORT: "send a reset segment" */
};

/* LISTEN is not here: a user has a listener there, not a connection (see below). */
static const struct row rows[] = {
	{ "CLOSED", in_closed_held, OK, NO_SEND, NO_CONNECTION, NO_CONNECTION, false },
	{ "SYN-SENT", in_syn_sent, ALREADY_EXISTS, QUEUED, NOTHING_YET, OK, false },
	{ "SYN-RECEIVED", in_syn_received_active, ALREADY_EXISTS, QUEUED, NOTHING_YET, OK, true },
	{ "ESTABLISHED", in_established, ALREADY_EXISTS, QUEUED, NOTHING_YET, OK, true },
	{ "FIN-WAIT-1", in_fin_wait_1, ALREADY_EXISTS, CLOSING, NOTHING_YET, OK, true },
	{ "FIN-WAIT-2", in_fin_wait_2, ALREADY_EXISTS, CLOSING, NOTHING_YET, OK, true },
	{ "CLOSE-WAIT", in_close_wait, ALREADY_EXISTS, QUEUED, AT_END, OK, true },
	{ "CLOSING", in_closing, ALREADY_EXISTS, CLOSING, AT_END, OK, false },
	{ "LAST-ACK", in_last_ack_held, ALREADY_EXISTS, CLOSING, AT_END, OK, false },
	{ "TIME-WAIT", in_time_wait_held, ALREADY_EXISTS, CLOSING, AT_END, OK, false },
};

/* Every row, each with a peer of its own. */
#define FOR_EACH_STATE(t, row)                                                                     \
	for (const struct row *row = rows; row < rows + RTE_DIM(rows) && bring(t, row); row++)

static bool
bring(struct fixture *t, const struct row *row)
{
	speak_as(t, (unsigned int)(row - rows));
	row->bring(t);
	ignore_sent(t);
	return true;
}

/* An active OPEN with the addresses and ports of this peer's connection. */
static int
open_again(struct fixture *t, const struct estab_conn_info *info, struct estab_conn **conn)
{
	const struct estab_connect_config config = {
		.remote = info->remote,
		.local = info->local,
	};

	return estab_connect(t->stack, &config, conn);
}

static void
open_call_by_state(void **state)
{
	struct fixture *t = *state;

	FOR_EACH_STATE(t, row)
	{
		const struct estab_conn_info info = status_now(t);
		struct estab_conn *again = NULL;

		assert_int_equal(open_again(t, &info, &again), row->open);
		if (row->open == OK)
			estab_conn_abort(again);
		assert_string_equal(status_now(t).state, row->state);
	}
}

static void
send_call_by_state(void **state)
{
	struct fixture *t = *state;
	const uint8_t octet = 0;

	FOR_EACH_STATE(t, row)
	{
		struct rte_mbuf *packet = rte_pktmbuf_alloc(t->pool);
		const uint32_t room = estab_conn_send_room(t->peer->conn);
		uint16_t taken;

		assert_non_null(rte_pktmbuf_append(packet, 1));
		assert_int_equal(room > 0, row->send == QUEUED);
		assert_int_equal(estab_conn_write(t->peer->conn, &octet, 1), row->send);
		assert_int_equal(estab_conn_write_urgent(t->peer->conn, &octet, 1), row->send);
		assert_int_equal(estab_conn_write(t->peer->conn, &octet, 0), RTE_MIN(row->send, 0));
		taken = estab_conn_send_burst(t->peer->conn, &packet, 1);
		assert_int_equal(taken, row->send == QUEUED);
		if (taken == 0)
			rte_pktmbuf_free(packet);
		assert_int_equal(status_now(t).send_queued, row->send == QUEUED ? 3 : 0);
		app_abort(t); /* the octets are none of the fixture's */
		ignore_sent(t);
	}
}

static void
receive_call_by_state(void **state)
{
	struct fixture *t = *state;
	struct rte_mbuf *packet;
	uint8_t octet;

	FOR_EACH_STATE(t, row)
	{
		for (unsigned int i = 0; i < 2; i++) { /* no answer is used up */
			assert_int_equal(estab_conn_read(t->peer->conn, &octet, 1), row->receive);
			assert_int_equal(estab_conn_read(t->peer->conn, &octet, 0), 0);
			assert_int_equal(estab_conn_receive_burst(t->peer->conn, &packet, 1), 0);
			assert_int_equal(estab_conn_at_end(t->peer->conn), row->receive == AT_END);
		}
		assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 0);
	}
}

static void
close_call_by_state(void **state)
{
	struct fixture *t = *state;

	FOR_EACH_STATE(t, row)
	{
		assert_int_equal(estab_conn_shutdown(t->peer->conn), row->close);
		assert_int_equal(estab_conn_shutdown(t->peer->conn), row->close);
		assert_int_equal(estab_conn_write(t->peer->conn, "", 1), -EPIPE);
		turn(t);
		ignore_sent(t);
	}
}

static void
abort_call_by_state(void **state)
{
	struct fixture *t = *state;

	FOR_EACH_STATE(t, row)
	{
		const struct packet *packet;

		app_abort(t);
		packet = next_sent(t);
		assert_int_equal(packet != NULL, row->reset);
		assert_true(packet == NULL || packet->flags == PACKET_RST);
		expect_nothing(t);
	}
}

static void
status_call_by_state(void **state)
{
	struct fixture *t = *state;

	FOR_EACH_STATE(t, row)
	assert_string_equal(status_now(t).state, row->state);
}

/* No state leaves an error behind that nobody has met. */
static void
error_call_by_state(void **state)
{
	struct fixture *t = *state;

	FOR_EACH_STATE(t, row)
	{
		assert_int_equal(estab_conn_error(t->peer->conn), 0);
		assert_int_equal(estab_conn_soft_error(t->peer->conn), 0);
	}
}

/* 3.10.1, LISTEN: the OPEN of another connection is none of the listener's business (MUST-42). */
static void
listen_open_active_is_another_connection(void **state)
{
	struct fixture *t = *state;
	const struct estab_listen_config again = { .local = { .port = FIXTURE_PORT } };
	struct estab_listener *listener;
	struct estab_conn *conn;

	in_listen(t);
	assert_int_equal(estab_listen(t->stack, &again, &listener), -EADDRINUSE);
	assert_int_equal(estab_accept_burst(t->listener, &conn, 1), 0);
	in_syn_sent(t);
}

/* SYN-RECEIVED from LISTEN has no pointer yet, and its 4-tuple is in use. */
static void
syn_received_passive_open_active_is_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_conn_info info;
	struct estab_conn *conn;

	in_established(t);
	info = status_now(t);
	speak_as(t, 1);
	in_syn_received(t);
	info.remote.port = t->peer->port;
	assert_int_equal(estab_accept_burst(t->listener, &conn, 1), 0);
	assert_int_equal(open_again(t, &info, &conn), -EADDRINUSE);
}

/* "All queued SENDs and RECEIVEs should be given "connection reset" notification": once. */
static void
pending_error_is_read_once_by_whichever_call_is_first(void **state)
{
	struct fixture *t = *state;
	uint8_t octet = 0;

	for (unsigned int first = 0; first < 3; first++) {
		speak_as(t, first);
		in_established(t);
		arrive(t, "R. 1:1(0) ack 1");
		if (first == 0)
			assert_int_equal(estab_conn_read(t->peer->conn, &octet, 1), -ECONNRESET);
		else if (first == 1)
			assert_int_equal(estab_conn_write(t->peer->conn, &octet, 1), -ECONNRESET);
		else
			assert_int_equal(estab_conn_error(t->peer->conn), -ECONNRESET);
		assert_int_equal(estab_conn_error(t->peer->conn), 0);
		assert_int_equal(estab_conn_read(t->peer->conn, &octet, 1), -ENOTCONN);
		assert_int_equal(estab_conn_write(t->peer->conn, &octet, 1), -EPIPE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(open_call_by_state),
		FIXTURE_TEST(send_call_by_state),
		FIXTURE_TEST(receive_call_by_state),
		FIXTURE_TEST(close_call_by_state),
		FIXTURE_TEST(abort_call_by_state),
		FIXTURE_TEST(status_call_by_state),
		FIXTURE_TEST(error_call_by_state),
		FIXTURE_TEST(listen_open_active_is_another_connection),
		FIXTURE_TEST(syn_received_passive_open_active_is_refused),
		FIXTURE_TEST(pending_error_is_read_once_by_whichever_call_is_first),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
