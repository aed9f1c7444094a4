/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Urgent data (3.8.5, RFC 6093): text of the stream like any other, with a mark behind it.
 */
#include "eal.h"
#include "fixture_internal.h"

enum { CHUNK = 2000 };

static void
write_urgent(struct fixture *t, uint32_t bytes)
{
	uint8_t chunk[CHUNK];

	while (bytes > 0) {
		const uint32_t n = bytes < CHUNK ? bytes : CHUNK;

		pattern_fill(STACK_TEXT_KEY, t->peer->write_at, chunk, n);
		assert_int_equal(estab_conn_write_urgent(t->peer->conn, chunk, n), n);
		t->peer->write_at += n;
		bytes -= n;
	}
	turn(t);
}

/*
 * MUST-30: "TCP implementations MUST still include support for the urgent mechanism". MUST-62: "the
 * urgent pointer MUST point to the sequence number of the octet following the urgent data"
 */
static void
must_30_must_62_urgent_text_is_sent_with_a_pointer_behind_it(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_no_delay(t->peer->conn, true);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	write_urgent(t, 10);
	expect(t, "PU. 101:111(10) ack 1 urg 10");
	app_write(t, 50);
	expect(t, "P. 111:161(50) ack 1");
	expect_nothing(t);
}

/* The mark is seen from the segments before it, too. */
static void
must_62_segments_before_the_mark_point_to_it(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_no_delay(t->peer->conn, true);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 1500);
	write_urgent(t, 1);
	app_write(t, 999);
	arrive(t, ". 1:1(0) ack 1 win 65535");
	expect(t, "U. 1:1001(1000) ack 1 urg 1501");
	expect(t, "U. 1001:2001(1000) ack 1 urg 501");
	expect(t, "P. 2001:2501(500) ack 1");
	expect_nothing(t);
}

/* MUST-31: "a TCP implementation MUST support a sequence of urgent data of any length" */
static void
must_31_urgent_text_of_any_length_is_sent(void **state)
{
	const uint32_t mark = 200001;
	struct fixture *t = *state;
	const struct packet *packet;
	uint32_t end = 1;

	in_established(t);
	write_urgent(t, mark - 1);
	while ((packet = next_sent(t)) != NULL) {
		const uint32_t ahead = mark - packet->seq;

		assert_true(packet->flags & PACKET_URG);
		assert_int_equal(packet->urg, ahead < UINT16_MAX ? ahead : UINT16_MAX);
		end = packet->seq + packet->text_len;
		arrive(t, ". 1:1(0) ack %u", end);
	}
	assert_int_equal(end, mark);
}

/* MUST-31, the other way: the peer pushes the mark along. */
static void
must_31_urgent_text_of_any_length_is_received(void **state)
{
	struct fixture *t = *state;
	uint32_t seq = 1;

	in_established(t);
	for (; seq < 100001; seq += 1000) {
		arrive(t, "U. %u:%u(1000) ack 1 urg 65535", seq, seq + 1000);
		assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 1000 + 64535);
		app_read(t, 1000);
		ignore_sent(t);
	}
	arrive(t, "U. %u:%u(10) ack 1 urg 10", seq, seq + 10);
	app_read(t, 10);
}

/*
 * MUST-32: "A TCP implementation MUST inform the application layer asynchronously whenever it
 * receives an urgent pointer and there was previously no pending urgent data, or whenever the urgent
 * pointer advances in the data stream."
 */
static void
must_32_mark_is_told_when_it_appears_and_when_it_moves(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_events(t);
	arrive(t, "U. 1:1(0) ack 1 urg 500");
	assert_int_equal(app_events(t), ESTAB_EVENT_URGENT); /* before its text */
	arrive(t, "U. 1:1(0) ack 1 urg 500");
	arrive(t, "U. 1:1(0) ack 1 urg 300");
	assert_int_equal(app_events(t), 0);
	arrive(t, "U. 1:1(0) ack 1 urg 501");
	assert_int_equal(app_events(t), ESTAB_EVENT_URGENT);
	arrive(t, "P. 1:601(600) ack 1");
	app_read(t, 600);
	app_events(t);
	arrive(t, "PU. 601:611(10) ack 1 urg 10");
	assert_int_equal(app_events(t), ESTAB_EVENT_URGENT | ESTAB_EVENT_READABLE);
	app_read(t, 10);
	ignore_sent(t);
}

/*
 * MUST-33: "The TCP implementation MUST [...] provide a way for the application to learn how much
 * urgent data remains to be read from the connection, or at least to determine whether more urgent
 * data remains to be read"
 */
static void
must_33_user_learns_how_much_urgent_text_is_ahead(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
	arrive(t, "PU. 1:11(10) ack 1 urg 5");
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 5);
	app_read(t, 3);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 2);
	app_read(t, 2);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
	app_read(t, 5);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
}

/* SHLD-13: "new applications SHOULD NOT employ the TCP urgent mechanism": nothing does by itself. */
static void
shld_13_segments_are_not_urgent_unless_the_user_says_so(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;

	in_established(t);
	arrive(t, "PU. 1:11(10) ack 1 urg 10");
	app_read(t, 10);
	app_write(t, 5000);
	app_shutdown(t);
	advance(t, 5000);
	while ((packet = next_sent(t)) != NULL) {
		assert_int_equal(packet->flags & PACKET_URG, 0);
		assert_int_equal(packet->urg, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(must_30_must_62_urgent_text_is_sent_with_a_pointer_behind_it),
		FIXTURE_TEST(must_62_segments_before_the_mark_point_to_it),
		FIXTURE_TEST(must_31_urgent_text_of_any_length_is_sent),
		FIXTURE_TEST(must_31_urgent_text_of_any_length_is_received),
		FIXTURE_TEST(must_32_mark_is_told_when_it_appears_and_when_it_moves),
		FIXTURE_TEST(must_33_user_learns_how_much_urgent_text_is_ahead),
		FIXTURE_TEST(shld_13_segments_are_not_urgent_unless_the_user_says_so),
	};

	return cmocka_run_group_tests_name("urgent", tests, eal_start, eal_stop);
}
