/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Half-closed connections (3.6.1): "a host is permitted to continue sending data in the open
 * direction on a half-closed connection", for as long as it likes.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

/* 3.6: "The user who CLOSEs may continue to RECEIVE until the TCP receiver is told that the remote
 * peer has CLOSED also." */
static void
fin_wait_2_text_of_the_peer_is_delivered_and_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	for (uint32_t seq = 1; seq < 40001; seq += 2000) {
		arrive_later(t, ". %u:%u(1000) ack 2", seq, seq + 1000);
		arrive(t, "P. %u:%u(1000) ack 2", seq + 1000, seq + 2000);
		app_read(t, 2000);
		advance(t, 500);
		assert_int_equal(ignore_sent(t) > 0, 1);
	}
	arrive(t, "F. 40001:40001(0) ack 2");
	expect(t, ". 2:2(0) ack 40002");
	app_read_end(t);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	assert_int_equal(stats_now(t).text_bytes_received, 40000);
}

static void
fin_wait_1_text_of_the_peer_is_delivered(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_1(t);
	arrive(t, "P. 1:101(100) ack 1");
	app_read(t, 100);
	arrive(t, "FP. 101:201(100) ack 2");
	expect(t, ". 2:2(0) ack 202");
	app_read(t, 100);
	app_read_end(t);
}

/* All is acknowledged: no timer is left of it, and no text. */
static void
fin_wait_1_ack_of_text_and_fin_leaves_nothing_to_send_again(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	app_shutdown(t);
	expect(t, "F. 101:101(0) ack 1");
	arrive_later(t, ". 1:1(0) ack 102");
	turn(t);
	expect_nothing(t);
	assert_state(t, "FIN-WAIT-2");
	assert_int_equal(status_now(t).send_queued, 0);
	advance(t, 10 * 1000);
	expect_nothing(t);
	assert_int_equal(stats_now(t).segments_retransmitted, 0);
	assert_int_equal(stats_now(t).tail_probes, 0);
}

/* Karn: the SYN-ACK that went twice has measured nothing, and the receive buffer grows by the round trip. */
static void
fin_wait_1_first_round_trip_is_measured_by_the_fin(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	advance(t, 1000);
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_int_equal(status_now(t).rtt_us, 0);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 1");
	advance(t, 50);
	arrive(t, ". 1:1(0) ack 2");
	assert_state(t, "FIN-WAIT-2");
	assert_int_equal(status_now(t).rtt_us, 50 * 1000);
}

/* Shut down but not closed: the user still wants to read, so nothing ends by itself. */
static void
fin_wait_2_of_a_shut_down_connection_waits_for_ever(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	advance(t, 24 * 3600 * 1000);
	expect_nothing(t);
	assert_state(t, "FIN-WAIT-2");
	arrive(t, "P. 1:101(100) ack 2");
	app_read(t, 100);
}

/* The peer has closed its side; ours sends as long as it likes. */
static void
close_wait_text_of_the_user_is_sent(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	app_read_end(t);
	advance(t, 24 * 3600 * 1000);
	expect_nothing(t);
	for (uint32_t seq = 1; seq < 20001; seq += 2000) {
		app_write(t, 2000);
		expect(t, ". %u:%u(1000) ack 2", seq, seq + 1000);
		expect(t, ". %u:%u(1000) ack 2", seq + 1000, seq + 2000);
		arrive(t, ". 2:2(0) ack %u", seq + 2000);
		expect_nothing(t);
	}
	app_shutdown(t);
	expect(t, "F. 20001:20001(0) ack 2");
	arrive(t, ". 2:2(0) ack 20002");
	expect_nothing(t);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
}

/* 3.10.2: "FIN-WAIT-1 [...]: Return "error: connection closing" and do not service request." */
static void
fin_wait_2_write_is_refused(void **state)
{
	struct fixture *t = *state;
	uint8_t byte = 0;

	in_fin_wait_1(t);
	assert_int_equal(estab_conn_write(t->peer->conn, &byte, 1), -EPIPE);
	arrive(t, ". 1:1(0) ack 2");
	assert_int_equal(estab_conn_write(t->peer->conn, &byte, 1), -EPIPE);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 0);
	turn(t);
	expect_nothing(t);
}

/* 3.6: "A TCP implementation will signal a user [...] that the remote peer has closed" */
static void
established_fin_is_told_as_readable(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_events(t);
	arrive(t, "F. 1:1(0) ack 1");
	expect(t, ". 1:1(0) ack 2");
	assert_int_equal(app_events(t), ESTAB_EVENT_READABLE);
	app_read_end(t);
	app_read_end(t);
}

/* Our text is still being retransmitted when the peer's FIN has long been taken. */
static void
close_wait_silence_retransmits_text(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 2");
	advance(t, 1100);
	expect(t, "P. 1:101(100) ack 2");
	ignore_sent(t);
	arrive(t, ". 2:2(0) ack 101");
	expect_nothing(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(fin_wait_2_text_of_the_peer_is_delivered_and_acknowledged),
		FIXTURE_TEST(fin_wait_1_text_of_the_peer_is_delivered),
		FIXTURE_TEST(fin_wait_1_ack_of_text_and_fin_leaves_nothing_to_send_again),
		FIXTURE_TEST(fin_wait_1_first_round_trip_is_measured_by_the_fin),
		FIXTURE_TEST(fin_wait_2_of_a_shut_down_connection_waits_for_ever),
		FIXTURE_TEST(close_wait_text_of_the_user_is_sent),
		FIXTURE_TEST(fin_wait_2_write_is_refused),
		FIXTURE_TEST(established_fin_is_told_as_readable),
		FIXTURE_TEST(close_wait_silence_retransmits_text),
	};

	return cmocka_run_group_tests_name("half_close", tests, eal_start, eal_stop);
}
