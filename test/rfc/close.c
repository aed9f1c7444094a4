/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Closing (3.6, 3.10.4, eighth step of 3.10.7.4): actively, passively, simultaneously; FINs with
 * text, again, out of order, never answered; closing with text unread.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

/* Figure 12, TCP Peer A: four segments. */
static void
established_close_takes_four_segments(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_close(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, ". 1:1(0) ack 2");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 1);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	assert_int_equal(stats_now(t).rst_sent, 0);
}

/*
 * 3.10.7.4, FIN-WAIT-1: "If our FIN has been ACKed (perhaps in this segment), then enter TIME-WAIT"
 */
static void
fin_wait_1_fin_that_acknowledges_ours_enters_time_wait(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_1(t);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	expect_nothing(t);
	app_read_end(t);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
}

/* Figure 12, TCP Peer B: no TIME-WAIT on this side. */
static void
close_wait_close_sends_fin_and_its_ack_ends_all(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	app_read_end(t);
	app_close(t);
	expect(t, "F. 1:1(0) ack 2");
	arrive(t, ". 2:2(0) ack 2");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
	assert_int_equal(stats_now(t).connections_closed, 1);
	arrive(t, ". 2:2(0) ack 2");
	expect(t, "R 2:2(0)");
}

/* Figure 13: FINs that cross. */
static void
fin_wait_1_fin_enters_closing_then_time_wait(void **state)
{
	struct fixture *t = *state;

	in_closing(t);
	arrive(t, ". 2:2(0) ack 2");
	expect_nothing(t);
	app_read_end(t);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
}

/* 3.10.7.4, CLOSING: "if the ACK acknowledges our FIN, then enter the TIME-WAIT state; otherwise,
 * ignore the segment." */
static void
closing_old_ack_stays(void **state)
{
	struct fixture *t = *state;

	in_closing(t);
	arrive(t, ". 2:2(0) ack 1");
	expect_nothing(t);
	assert_state(t, "CLOSING");
}

/*
 * MUST-12: "the local application MUST be informed whether it closed normally or was aborted."
 */
static void
must_12_graceful_end_is_told_without_error(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	assert_true(app_events(t) & ESTAB_EVENT_READABLE);
	app_read_end(t);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 2");
	assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	arrive(t, ". 2:2(0) ack 2");
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
	app_read_end(t);
}

/* 3.10.4: "Queue this until all preceding SENDs have been segmentized, then form a FIN segment" */
static void
established_shutdown_with_text_queued_sends_fin_in_the_last_segment(void **state)
{
	struct fixture *t = *state;
	const struct packet *last;

	in_established(t);
	app_write(t, 2000);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1001:2001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 2001 win 0");
	app_write(t, 300);
	expect_nothing(t);
	app_shutdown(t);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 2001 win 65535");
	last = next_sent(t);
	assert_non_null(last);
	assert_int_equal(last->text_len, 300);
	assert_int_equal(last->flags & (PACKET_FIN | PACKET_ACK), PACKET_FIN | PACKET_ACK);
	expect_nothing(t);
	assert_state(t, "FIN-WAIT-1");
	arrive(t, ". 1:1(0) ack 2301");
	assert_state(t, "FIN-WAIT-1");
	arrive(t, ". 1:1(0) ack 2302");
	assert_state(t, "FIN-WAIT-2");
}

/* 3.10.4: "an "ok" response would be acceptable, too, as long as a second FIN is not emitted" */
static void
fin_wait_2_shutdown_again_sends_no_second_fin(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_1(t);
	app_shutdown(t);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 2");
	app_shutdown(t);
	app_close(t);
	expect_nothing(t);
}

/* A FIN is retransmitted like text. */
static void
fin_wait_1_silence_retransmits_the_fin(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_fin_wait_1(t);
	advance(t, 900);
	expect_nothing(t);
	advance(t, 150);
	expect(t, "F. 1:1(0) ack 1");
	advance(t, 1900);
	expect_nothing(t);
	advance(t, 150);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, ". 1:1(0) ack 2");
	assert_state(t, "FIN-WAIT-2");
}

/* The user has closed, and the peer's window holds back the rest of the text with the FIN. */
static void
in_last_ack_with_text_unsent(struct fixture *t)
{
	in_established(t);
	arrive(t, "F. 1:1(0) ack 1 win 1000");
	expect(t, ". 1:1(0) ack 2");
	app_write(t, 1500);
	expect(t, ". 1:1001(1000) ack 2");
	app_shutdown(t);
	expect_nothing(t);
	assert_state(t, "LAST-ACK");
}

/* 3.10.4 and 3.10.5: "queue this request until all preceding SENDs have been segmentized". */
static void
last_ack_abort_before_our_fin_has_left_resets(void **state)
{
	struct fixture *t = *state;

	in_last_ack_with_text_unsent(t);
	app_abort(t);
	expect(t, "R 1001:1001(0)");
	expect_nothing(t);
}

static void
last_ack_rst_before_our_fin_has_left_is_an_error(void **state)
{
	struct fixture *t = *state;

	in_last_ack_with_text_unsent(t);
	arrive(t, "R 2:2(0)");
	app_read_error(t, -ECONNRESET);
}

/* 3.10.5: with both FINs out there is nothing left to be told. */
static void
last_ack_abort_is_silent(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 2");
	app_abort(t);
	expect_nothing(t);
}

static void
shld_3_last_ack_close_with_unread_text_resets(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "FP. 1:101(100) ack 1");
	ignore_sent(t);
	app_shutdown(t);
	expect(t, "F. 1:1(0) ack 102");
	app_close(t);
	expect(t, "R 2:2(0)");
	expect_nothing(t);
}

static void
last_ack_silence_retransmits_the_fin_and_gives_up(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	t->config.tcp.r2_retransmissions = 3;
	in_last_ack(t);
	advance(t, 1100);
	expect(t, "F. 1:1(0) ack 2");
	advance(t, 2100);
	expect(t, "F. 1:1(0) ack 2");
	advance(t, 4100);
	expect(t, "F. 1:1(0) ack 2");
	advance(t, 9000);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

static void
closing_silence_retransmits_the_fin(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_closing(t);
	advance(t, 1100);
	expect(t, "F. 1:1(0) ack 2");
	expect_nothing(t);
}

/* 3.10.7.4: a FIN that comes again is old: "an acknowledgment should be sent in reply". */
static void
close_wait_fin_again_is_acknowledged_again(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	arrive(t, "F. 1:1(0) ack 1");
	expect(t, ". 1:1(0) ack 2");
	expect_nothing(t);
	assert_state(t, "CLOSE-WAIT");
}

/* The end of file comes after the text before it, and only once that is complete. */
static void
established_fin_with_text_delivers_text_then_end(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "FP. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 102");
	expect_nothing(t);
	assert_false(estab_conn_at_end(t->peer->conn));
	app_read(t, 50);
	assert_false(estab_conn_at_end(t->peer->conn));
	app_read(t, 50);
	app_read_end(t);
}

static void
established_fin_before_its_text_ends_only_after_the_gap_is_filled(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "F. 101:101(0) ack 1");
	expect(t, ". 1:1(0) ack 1");
	app_read_nothing(t);
	assert_state(t, "ESTABLISHED");
	arrive(t, "P. 1:101(100) ack 1");
	if (stats_now(t).out_of_order_queued == 0) /* a FIN alone need not be kept */
		arrive(t, "F. 101:101(0) ack 1");
	advance(t, 500);
	app_read(t, 100);
	app_read_end(t);
	assert_state(t, "CLOSE-WAIT");
}

static void
established_fin_with_text_out_of_order_is_kept(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "FP. 101:201(100) ack 1");
	expect(t, ". 1:1(0) ack 1");
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 202");
	app_read(t, 200);
	app_read_end(t);
}

/* 3.10.7.4 seventh, CLOSE-WAIT: "Ignore the segment text." */
static void
close_wait_text_past_the_fin_is_ignored(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	arrive(t, "P. 2:12(10) ack 1");
	app_read_end(t);
	assert_drops(t, TCP_TEXT_AFTER_FIN, 1);
	assert_state(t, "CLOSE-WAIT");
}

/*
 * SHLD-3: "If such a host issues a CLOSE call while received data is still pending in the TCP
 * connection, or if new data is received after CLOSE is called, its TCP implementation SHOULD send
 * a RST to show that data was lost"
 */
static void
shld_3_established_close_with_text_unread_sends_reset(void **state)
{
	struct fixture *t = *state;
	const struct packet *rst;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	app_close(t);
	rst = next_sent(t);
	assert_non_null(rst);
	assert_int_equal(rst->flags & (PACKET_RST | PACKET_FIN), PACKET_RST);
	assert_int_equal(rst->seq, 1);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	arrive(t, "P. 101:201(100) ack 1");
	expect(t, "R 1:1(0)");
}

static void
shld_3_close_wait_close_with_text_unread_sends_reset(void **state)
{
	struct fixture *t = *state;
	const struct packet *rst;

	in_established(t);
	arrive(t, "FP. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 102");
	app_close(t);
	rst = next_sent(t);
	assert_non_null(rst);
	assert_true(rst->flags & PACKET_RST);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

static void
shld_3_fin_wait_1_text_after_close_is_answered_with_reset(void **state)
{
	struct fixture *t = *state;
	const struct packet *rst;

	in_established(t);
	app_close(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, "P. 1:101(100) ack 1");
	rst = next_sent(t);
	assert_non_null(rst);
	assert_true(rst->flags & PACKET_RST);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_drops(t, TCP_TEXT_AFTER_CLOSE, 1);
}

static void
may_1_shld_3_fin_wait_2_text_after_close_is_answered_with_reset(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	app_close(t);
	arrive(t, "P. 1:101(100) ack 2");
	assert_true(next_sent(t)->flags & PACKET_RST);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* Text that was received before is no new data: it is acknowledged, not reset. */
static void
fin_wait_2_old_text_after_close_is_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	app_read(t, 100);
	app_close(t);
	expect(t, "F. 1:1(0) ack 101");
	arrive(t, ". 101:101(0) ack 2");
	arrive(t, "P. 1:101(100) ack 2");
	expect(t, ". 2:2(0) ack 101");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 1);
}

/* Closed by the user, the peer never sends its FIN: it is not waited for without end. */
static void
fin_wait_2_closed_by_the_user_ends_after_the_timeout(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	app_close(t);
	advance(t, 59000);
	assert_int_equal(stats_now(t).connections_open, 1);
	advance(t, 2000);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
	ignore_sent(t);
}

/* Closed with text still to be sent: it is delivered before the FIN (3.6). */
static void
established_close_with_text_queued_delivers_it(void **state)
{
	struct fixture *t = *state;
	uint32_t end = 1;

	in_established(t);
	app_write(t, 30000);
	app_close(t);
	for (unsigned int i = 0; i < 100 && end < 30002; i++) {
		const struct packet *packet;

		while ((packet = next_sent(t)) != NULL) {
			assert_false(packet->flags & PACKET_RST);
			assert_int_equal(packet->seq, end);
			end += packet->text_len + (packet->flags & PACKET_FIN ? 1 : 0);
		}
		arrive(t, ". 1:1(0) ack %u", end);
	}
	assert_int_equal(end, 30002);
	arrive(t, "F. 1:1(0) ack %u", end);
	expect(t, ". 30002:30002(0) ack 2");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_close_takes_four_segments),
		FIXTURE_TEST(fin_wait_1_fin_that_acknowledges_ours_enters_time_wait),
		FIXTURE_TEST(close_wait_close_sends_fin_and_its_ack_ends_all),
		FIXTURE_TEST(fin_wait_1_fin_enters_closing_then_time_wait),
		FIXTURE_TEST(closing_old_ack_stays),
		FIXTURE_TEST(must_12_graceful_end_is_told_without_error),
		FIXTURE_TEST(established_shutdown_with_text_queued_sends_fin_in_the_last_segment),
		FIXTURE_TEST(fin_wait_2_shutdown_again_sends_no_second_fin),
		FIXTURE_TEST(fin_wait_1_silence_retransmits_the_fin),
		FIXTURE_TEST(last_ack_abort_before_our_fin_has_left_resets),
		FIXTURE_TEST(last_ack_rst_before_our_fin_has_left_is_an_error),
		FIXTURE_TEST(last_ack_abort_is_silent),
		FIXTURE_TEST(shld_3_last_ack_close_with_unread_text_resets),
		FIXTURE_TEST(last_ack_silence_retransmits_the_fin_and_gives_up),
		FIXTURE_TEST(closing_silence_retransmits_the_fin),
		FIXTURE_TEST(close_wait_fin_again_is_acknowledged_again),
		FIXTURE_TEST(established_fin_with_text_delivers_text_then_end),
		FIXTURE_TEST(established_fin_before_its_text_ends_only_after_the_gap_is_filled),
		FIXTURE_TEST(established_fin_with_text_out_of_order_is_kept),
		FIXTURE_TEST(close_wait_text_past_the_fin_is_ignored),
		FIXTURE_TEST(shld_3_established_close_with_text_unread_sends_reset),
		FIXTURE_TEST(shld_3_close_wait_close_with_text_unread_sends_reset),
		FIXTURE_TEST(shld_3_fin_wait_1_text_after_close_is_answered_with_reset),
		FIXTURE_TEST(may_1_shld_3_fin_wait_2_text_after_close_is_answered_with_reset),
		FIXTURE_TEST(fin_wait_2_old_text_after_close_is_acknowledged),
		FIXTURE_TEST(fin_wait_2_closed_by_the_user_ends_after_the_timeout),
		FIXTURE_TEST(established_close_with_text_queued_delivers_it),
	};

	return cmocka_run_group_tests_name("close", tests, eal_start, eal_stop);
}
