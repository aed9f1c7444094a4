/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Urgent data (3.8.5, RFC 6093): text of the stream like any other, with a mark behind it.
 */
#include <errno.h>

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

/* 3.8.5: the mark is of the stream: what is sent again points to it as the first time. */
static void
must_62_urgent_text_sent_again_points_to_the_mark(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	write_urgent(t, 10);
	expect(t, "U. 1:11(10) ack 1 urg 10");
	advance(t, 1100);
	expect(t, "U. 1:11(10) ack 1 urg 10");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 11");
	app_write(t, 10);
	expect(t, "P. 11:21(10) ack 1");
}

/* A second urgent write moves the mark; the segments up to it are urgent. */
static void
must_62_second_urgent_write_moves_the_mark(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	write_urgent(t, 10);
	expect(t, "U. 1:11(10) ack 1 urg 10");
	write_urgent(t, 20); /* Nagle: it waits */
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 11");
	expect(t, "U. 11:31(20) ack 1 urg 20");
}

/*
 * 3.8.5: "The absence of this flag indicates that there is no urgent data outstanding": a closed
 * window hides the text, not that it is urgent.
 */
static void
must_30_closed_window_does_not_hide_that_text_is_urgent(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	write_urgent(t, 10);
	arrive(t, "P. 1:11(10) ack 1 win 0");
	arrive(t, "P. 11:21(10) ack 1 win 0");
	expect(t, "U. 1:1(0) ack 21 urg 10");
	advance(t, 1100);
	expect(t, "U. 1:2(1) ack 21 urg 10");
	ignore_sent(t);
	app_read(t, 20);
}

/* Before the connection is established the text is queued, and its mark with it. */
static void
must_30_syn_sent_urgent_text_leaves_with_its_mark(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	write_urgent(t, 10);
	expect_nothing(t);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, "U. 1:11(10) ack 1 urg 10");
	expect_nothing(t);
}

/* 3.8.5: "the user must also send at least one data octet": where none was taken is no mark. */
static void
must_30_urgent_write_that_takes_nothing_leaves_no_mark(void **state)
{
	struct fixture *t = *state;
	uint8_t byte = 0;

	t->config.tcp.send_buffer_bytes = 2048;
	in_established(t);
	assert_int_equal(estab_conn_write_urgent(t->peer->conn, &byte, 0), 0);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 2048);
	assert_int_equal(estab_conn_write_urgent(t->peer->conn, &byte, 1), -EAGAIN);
	arrive(t, ". 1:1(0) ack 1 win 65535");
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1001:2001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 2001");
	app_shutdown(t);
	assert_int_equal(estab_conn_write_urgent(t->peer->conn, &byte, 1), -EPIPE);
	ignore_sent(t);
}

/* MUST-62: the mark stands behind the last octet that was taken. */
static void
must_62_urgent_write_that_falls_short_marks_what_it_took(void **state)
{
	struct fixture *t = *state;
	uint8_t text[3000];

	t->config.tcp.send_buffer_bytes = 2048;
	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	pattern_fill(STACK_TEXT_KEY, 1, text, sizeof(text));
	assert_int_equal(estab_conn_write_urgent(t->peer->conn, text, sizeof(text)), 2048);
	arrive(t, ". 1:1(0) ack 1 win 65535");
	expect(t, "U. 1:1001(1000) ack 1 urg 2048");
	ignore_sent(t);
}

/* MUST-32, MUST-33: the pointer may be far ahead of its text, and is told with it still to come. */
static void
must_33_text_up_to_the_mark_is_counted_before_it_has_arrived(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "U. 1:11(10) ack 1 urg 100");
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 100);
	app_read(t, 10);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 90);
	arrive(t, "P. 11:111(100) ack 1");
	app_read(t, 89);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 1);
	app_read(t, 11);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
	ignore_sent(t);
}

/* MUST-32: a gap before the urgent text is no reason to wait. */
static void
must_32_mark_behind_a_gap_is_told_at_once(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_events(t);
	arrive(t, "U. 101:111(10) ack 1 urg 10");
	assert_int_equal(app_events(t), ESTAB_EVENT_URGENT);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 110);
	arrive(t, ". 1:101(100) ack 1");
	app_read(t, 110);
	ignore_sent(t);
}

/* MUST-66: "A TCP receiver MUST process the RST and URG fields of all incoming segments, even when
 * the receive window is zero." */
static void
must_66_must_32_mark_at_a_closed_window_is_told(void **state)
{
	struct fixture *t = *state;
	uint32_t seq = 1;

	t->config.tcp.receive_buffer_bytes = 4000;
	in_established(t);
	for (; seq < 4001; seq += 1000)
		arrive(t, ". %u:%u(1000) ack 1", seq, seq + 1000);
	assert_int_equal(status_now(t).rcv_wnd, 0);
	app_events(t);
	arrive(t, "U. 4001:4002(1) ack 1 urg 1");
	assert_int_equal(app_events(t), ESTAB_EVENT_URGENT);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 4001);
	app_read(t, 4000);
	app_read_nothing(t);
	ignore_sent(t);
}

/* 3.8.5: "a TCP receiver should be robust to invalid urgent pointer values". */
static void
must_32_pointer_to_what_was_read_is_not_told(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	app_read(t, 100);
	app_events(t);
	arrive(t, "U. 101:101(0) ack 1 urg 0");
	arrive(t, "U. 51:101(50) ack 1 urg 50"); /* again, and old */
	assert_int_equal(app_events(t), 0);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
	ignore_sent(t);
}

/* A segment of which one half is known: the pointer counts from its first octet all the same. */
static void
must_62_pointer_of_a_segment_known_in_part_counts_from_its_beginning(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:11(10) ack 1");
	arrive(t, "U. 1:21(20) ack 1 urg 20");
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 20);
	app_read(t, 20);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
	ignore_sent(t);
}

/* 3.10.7.4, sixth: after the peer's FIN "This should not occur [...] Ignore the URG." */
static void
close_wait_mark_is_ignored(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	app_events(t);
	arrive(t, "U. 2:2(0) ack 1 urg 10");
	assert_int_equal(app_events(t), 0);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
}

/* The pointer counts from SEG.SEQ, where a SYN is: ten octets of text are urgent. */
static void
must_62_syn_sent_pointer_of_the_syn_ack_counts_from_the_syn(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "SU. 0:0(0) ack 1 urg 11 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_true(app_events(t) & ESTAB_EVENT_URGENT);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 10);
}

/* The same of a simultaneous open, where the SYN-ACK brings the SYN a second time. */
static void
must_62_syn_received_pointer_of_the_syn_ack_counts_from_the_syn(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S 0:0(0) <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "SU. 0:0(0) ack 1 urg 8 <mss 1000>");
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 7);
	ignore_sent(t);
}

/* MUST-32: a mark that came before the user accepted the connection is told when it has. */
static void
must_32_syn_received_mark_is_told_after_accept(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, "U. 1:11(10) ack 1 urg 10");
	app_accept(t);
	assert_true(app_events(t) & ESTAB_EVENT_URGENT);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 10);
	app_read(t, 10);
	ignore_sent(t);
}

/*
 * 3.10.7.2: "any other control or text should be queued for processing later", and so 3.10.7.3: the mark
 * of a SYN is told when the connection is established.
 */
static void
must_32_listen_mark_of_the_syn_is_told_after_accept(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "SU 0:10(10) win 65535 urg 21 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 11:11(0) ack 1");
	app_accept(t);
	assert_true(app_events(t) & ESTAB_EVENT_URGENT);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 20);
	app_read(t, 10);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 10);
	ignore_sent(t);
}

static void
must_32_syn_sent_mark_of_a_bare_syn_is_told_when_established(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "SU 0:0(0) win 65535 urg 8 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	assert_int_equal(app_events(t) & ESTAB_EVENT_URGENT, 0);
	arrive(t, ". 1:1(0) ack 1");
	assert_true(app_events(t) & ESTAB_EVENT_URGENT);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 7);
}

/* A pointer to the SYN itself, or to the octet after it, marks nothing; nor does one without URG. */
static void
syn_sent_pointer_that_marks_no_text_is_not_told(void **state)
{
	static const char *const syns[] = { "SU 0:0(0) win 65535 urg 1 <mss 1000>",
		"SU 0:0(0) win 65535 urg 0 <mss 1000>", "S 0:0(0) win 65535 urg 9 <mss 1000>" };
	struct fixture *t = *state;

	for (unsigned int i = 0; i < sizeof(syns) / sizeof(*syns); i++) {
		speak_as(t, i);
		in_syn_sent(t);
		arrive(t, "%s", syns[i]);
		expect(t, "S. 0:0(0) ack 1");
		arrive(t, ". 1:1(0) ack 1");
		assert_int_equal(app_events(t) & ESTAB_EVENT_URGENT, 0);
		assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
	}
}

/* No text comes behind the FIN, whatever the pointer says. */
static void
close_wait_mark_beyond_the_fin_ends_with_the_text(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "FPU. 1:11(10) ack 1 urg 500");
	ignore_sent(t);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 10);
	app_read(t, 10);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
	app_read_end(t);
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
		FIXTURE_TEST(must_62_urgent_text_sent_again_points_to_the_mark),
		FIXTURE_TEST(must_62_second_urgent_write_moves_the_mark),
		FIXTURE_TEST(must_30_closed_window_does_not_hide_that_text_is_urgent),
		FIXTURE_TEST(must_30_syn_sent_urgent_text_leaves_with_its_mark),
		FIXTURE_TEST(must_30_urgent_write_that_takes_nothing_leaves_no_mark),
		FIXTURE_TEST(must_62_urgent_write_that_falls_short_marks_what_it_took),
		FIXTURE_TEST(must_33_text_up_to_the_mark_is_counted_before_it_has_arrived),
		FIXTURE_TEST(must_32_mark_behind_a_gap_is_told_at_once),
		FIXTURE_TEST(must_66_must_32_mark_at_a_closed_window_is_told),
		FIXTURE_TEST(must_32_pointer_to_what_was_read_is_not_told),
		FIXTURE_TEST(must_62_pointer_of_a_segment_known_in_part_counts_from_its_beginning),
		FIXTURE_TEST(close_wait_mark_is_ignored),
		FIXTURE_TEST(must_62_syn_sent_pointer_of_the_syn_ack_counts_from_the_syn),
		FIXTURE_TEST(must_62_syn_received_pointer_of_the_syn_ack_counts_from_the_syn),
		FIXTURE_TEST(must_32_syn_received_mark_is_told_after_accept),
		FIXTURE_TEST(must_32_listen_mark_of_the_syn_is_told_after_accept),
		FIXTURE_TEST(must_32_syn_sent_mark_of_a_bare_syn_is_told_when_established),
		FIXTURE_TEST(syn_sent_pointer_that_marks_no_text_is_not_told),
		FIXTURE_TEST(close_wait_mark_beyond_the_fin_ends_with_the_text),
	};

	return cmocka_run_group_tests_name("urgent", tests, eal_start, eal_stop);
}
