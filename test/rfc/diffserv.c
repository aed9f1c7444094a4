/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Differentiated Services field of every kind of segment, in both directions (3.9.1.9). What
 * the user sets and changes while text flows is in octets.c, too.
 */
#include "eal.h"
#include "fixture.h"

enum {
	EF = 0xb8, /* expedited forwarding: DSCP 46 */
	AF11 = 0x28,
};

/*
 * MUST-48: "The application layer MUST be able to specify the Differentiated Services field for
 * segments that are sent on a connection": from the SYN on.
 */
static void
must_48_syn_sent_syn_carries_the_field(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	estab_conn_set_tos(t->peer->conn, EF);
	advance(t, 1100);
	expect(t, "S 0:0(0) tos 184");
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1 tos 184");
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1 tos 184");
}

/* MUST-48, SHLD-22: text, its repetition, ACK, FIN: all are segments of the connection. */
static void
must_48_shld_22_every_kind_of_segment_carries_the_field(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_tos(t->peer->conn, EF);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1 tos 184");
	advance(t, 1100);
	expect(t, "P. 1:11(10) ack 1 tos 184");
	ignore_sent(t);
	arrive(t, "P. 1:11(10) ack 11");
	advance(t, 500);
	expect(t, ". 11:11(0) ack 11 tos 184");
	app_read(t, 10);
	arrive(t, ". 21:31(10) ack 11");
	expect(t, ". 11:11(0) ack 11 tos 184");
	app_shutdown(t);
	expect(t, "F. 11:11(0) ack 11 tos 184");
}

static void
must_48_shld_22_abort_carries_the_field(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_tos(t->peer->conn, EF);
	app_abort(t);
	expect(t, "R 1:1(0) tos 184");
}

/* SHLD-22: a probe of a closed window. */
static void
shld_22_window_probe_carries_the_field(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_tos(t->peer->conn, AF11);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 10);
	advance(t, 1100);
	expect(t, ". 1:2(1) ack 1 tos 40");
	ignore_sent(t);
}

/* SHLD-21: "the application SHOULD be able to change the Differentiated Services field". */
static void
shld_21_change_counts_for_what_is_sent_again(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_tos(t->peer->conn, EF);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1 tos 184");
	estab_conn_set_tos(t->peer->conn, AF11);
	advance(t, 1100);
	expect(t, "P. 1:11(10) ack 1 tos 40");
	ignore_sent(t);
	estab_conn_set_tos(t->peer->conn, 0);
	arrive(t, ". 1:1(0) ack 11");
	app_write(t, 10);
	expect(t, "P. 11:21(10) ack 1 tos 0");
}

/* RFC 3168 5: the lower two bits are not the user's. */
static void
must_48_user_cannot_set_the_bits_of_ecn(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_tos(t->peer->conn, EF | 3);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1 tos 184");
	estab_conn_set_tos(t->peer->conn, 3);
	app_write(t, 10);
	arrive(t, ". 1:1(0) ack 11");
	expect(t, "P. 11:21(10) ack 1 tos 0");
}

/* "for segments that are sent on a connection": and on no other. */
static void
must_48_field_is_of_one_connection(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_tos(t->peer->conn, EF);
	speak_as(t, 1);
	in_established(t);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1 tos 0");
}

/* 3.9.1.9: the field "will be specified independently in each direction on the connection". */
static void
shld_22_field_of_the_peer_does_not_become_ours(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:11(10) ack 1 tos 184");
	advance(t, 500);
	expect(t, ". 1:1(0) ack 11 tos 0");
	app_read(t, 10);
}

/* MAY-9: "TCP implementations MAY pass the most recently received Differentiated Services field up
 * to the application." */
static void
may_9_field_of_the_syn_ack_is_told(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	assert_int_equal(estab_conn_received_tos(t->peer->conn), 0);
	arrive(t, "S. 0:0(0) ack 1 tos 40 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_int_equal(estab_conn_received_tos(t->peer->conn), AF11);
}

/* ECN bits included; also of segments without text. */
static void
may_9_field_of_an_ack_is_told(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 tos 187");
	assert_int_equal(estab_conn_received_tos(t->peer->conn), EF | 3);
	arrive(t, ". 1:1(0) ack 1");
	assert_int_equal(estab_conn_received_tos(t->peer->conn), 0);
}

/* Of a segment that is acceptable: a forger's is not. */
static void
may_9_field_of_an_unacceptable_segment_is_not_told(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 tos 40");
	arrive(t, ". 3000000000:3000000000(0) ack 1 tos 184");
	ignore_sent(t);
	assert_int_equal(estab_conn_received_tos(t->peer->conn), AF11);
}

/* What is sent in TIME-WAIT is of the connection, too. */
static void
shld_22_time_wait_ack_carries_the_field(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_tos(t->peer->conn, EF);
	app_shutdown(t);
	arrive(t, "F. 1:1(0) ack 2");
	app_close(t);
	ignore_sent(t);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	arrive(t, "F. 1:1(0) ack 2 tos 40");
	expect(t, ". 2:2(0) ack 2 tos 184");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(must_48_syn_sent_syn_carries_the_field),
		FIXTURE_TEST(must_48_shld_22_every_kind_of_segment_carries_the_field),
		FIXTURE_TEST(must_48_shld_22_abort_carries_the_field),
		FIXTURE_TEST(shld_22_window_probe_carries_the_field),
		FIXTURE_TEST(shld_21_change_counts_for_what_is_sent_again),
		FIXTURE_TEST(must_48_user_cannot_set_the_bits_of_ecn),
		FIXTURE_TEST(must_48_field_is_of_one_connection),
		FIXTURE_TEST(shld_22_field_of_the_peer_does_not_become_ours),
		FIXTURE_TEST(may_9_field_of_the_syn_ack_is_told),
		FIXTURE_TEST(may_9_field_of_an_ack_is_told),
		FIXTURE_TEST(may_9_field_of_an_unacceptable_segment_is_not_told),
		FIXTURE_TEST(shld_22_time_wait_ack_carries_the_field),
	};

	return cmocka_run_group_tests_name("diffserv", tests, eal_start, eal_stop);
}
