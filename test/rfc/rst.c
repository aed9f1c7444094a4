/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Resets: sent for segments of no connection (3.5.2, 3.10.7.1), received in every state (3.5.3,
 * 3.10.7.4 second, RFC 5961 3), and SYNs in synchronized states (RFC 5961 4).
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

/*
 * 3.10.7.1: "An incoming segment not containing a RST causes a RST to be sent in response. [...] If
 * the ACK bit is off, sequence number zero is used, <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>"
 */
static void
closed_syn_is_answered_with_reset_that_acknowledges_it(void **state)
{
	struct fixture *t = *state;

	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "R. 0:0(0) ack 1 <>");
	expect_nothing(t);
	assert_drops(t, TCP_NO_CONNECTION, 1);
	assert_int_equal(stats_now(t).rst_sent, 1);
}

static void
closed_syn_with_text_counts_both_in_the_reset(void **state)
{
	struct fixture *t = *state;

	arrive(t, "S 0:10(10)");
	expect(t, "R. 0:0(0) ack 11");
	expect_nothing(t);
}

static void
closed_fin_with_text_and_no_ack_counts_both_in_the_reset(void **state)
{
	struct fixture *t = *state;

	arrive(t, "F 5:15(10)");
	expect(t, "R. 0:0(0) ack 16");
	expect_nothing(t);
}

static void
closed_text_without_any_flag_is_answered_with_reset(void **state)
{
	struct fixture *t = *state;

	arrive(t, "- 5:15(10)");
	expect(t, "R. 0:0(0) ack 15");
	expect_nothing(t);
}

/* 3.10.7.1: "If the ACK bit is on, <SEQ=SEG.ACK><CTL=RST>" */
static void
closed_ack_is_answered_with_reset_at_its_ack(void **state)
{
	struct fixture *t = *state;

	arrive(t, ". 5:15(10) ack 77");
	expect(t, "R 77:77(0) <>");
	expect_nothing(t);
}

static void
closed_syn_ack_is_answered_with_reset_at_its_ack(void **state)
{
	struct fixture *t = *state;

	arrive(t, "S. 5:5(0) ack 4000000000 <mss 1000>");
	expect(t, "R 4000000000:4000000000(0)");
	expect_nothing(t);
}

static void
closed_fin_ack_is_answered_with_reset_at_its_ack(void **state)
{
	struct fixture *t = *state;

	arrive(t, "F. 5:5(0) ack 9");
	expect(t, "R 9:9(0)");
	expect_nothing(t);
}

/* 3.10.7.1: "An incoming segment containing a RST is discarded." */
static void
closed_rst_is_discarded(void **state)
{
	struct fixture *t = *state;

	arrive(t, "R 5:5(0)");
	arrive(t, "R. 5:5(0) ack 7");
	arrive(t, "SR 5:5(0)");
	expect_nothing(t);
	assert_drops(t, TCP_STRAY_RST, 3);
	assert_int_equal(stats_now(t).rst_sent, 0);
}

/* A port where nobody listens, beside one where somebody does. */
static void
listen_segment_to_another_port_is_answered_with_reset(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	t->peer->stack_port = FIXTURE_PORT + 1;
	arrive(t, "S 0:0(0)");
	expect(t, "R. 0:0(0) ack 1");
	expect_nothing(t);
}

static void
assert_was_reset(struct fixture *t)
{
	expect_nothing(t);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	app_read_error(t, -ECONNRESET);
	assert_int_equal(stats_now(t).connections_reset, 1);
	assert_int_equal(stats_now(t).rst_sent, 0);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
}

/*
 * MUST-12: "If the local TCP connection is closed by the remote side due to a FIN or RST received
 * from the remote side, then the local application MUST be informed whether it closed normally or
 * was aborted."
 * RFC 5961 3.2: "If the RST bit is set and the sequence number exactly matches the next expected
 * sequence number (RCV.NXT), then TCP MUST reset the connection."
 */
static void
must_12_established_rst_at_rcv_nxt_resets_and_tells_the_user(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "R 1:1(0)");
	assert_was_reset(t);
}

static void
established_rst_with_ack_at_rcv_nxt_resets(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "R. 1:1(0) ack 1");
	assert_was_reset(t);
}

/* SHLD-2: "TCP implementations SHOULD allow a received RST segment to include data." */
static void
shld_2_established_rst_with_data_resets(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "R. 1:21(20) ack 1");
	assert_was_reset(t);
}

static void
fin_wait_1_rst_resets(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_1(t);
	arrive(t, "R 1:1(0)");
	assert_was_reset(t);
}

static void
fin_wait_2_rst_resets(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	arrive(t, "R 1:1(0)");
	assert_was_reset(t);
}

static void
close_wait_rst_resets(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	arrive(t, "R 2:2(0)");
	expect_nothing(t);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_conn_error(t->peer->conn), -ECONNRESET);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* 3.10.7.4: "CLOSING STATE, LAST-ACK STATE: If the RST bit is set, then enter the CLOSED state" */
static void
closing_rst_closes(void **state)
{
	struct fixture *t = *state;

	in_closing(t);
	arrive(t, "R 2:2(0)");
	expect_nothing(t);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
}

static void
last_ack_rst_closes(void **state)
{
	struct fixture *t = *state;

	in_last_ack(t);
	arrive(t, "R 2:2(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* A reset does not take away what was received before it. */
static void
established_rst_after_text_text_is_read_before_the_error(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive_later(t, "P. 1:101(100) ack 1");
	arrive(t, "R 101:101(0)");
	ignore_sent(t);
	app_read(t, 100);
	app_read_error(t, -ECONNRESET);
}

/*
 * RFC 5961 3.2: "If the RST bit is set and the sequence number does not exactly match the next
 * expected sequence value, yet is within the current receive window, TCP MUST send an
 * acknowledgment (challenge ACK): <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>"
 */
static void
established_rst_in_window_is_challenged(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "R 2:2(0)");
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
	assert_drops(t, TCP_RST_UNACCEPTABLE, 1);
	assert_int_equal(stats_now(t).challenge_acks_sent, 1);
}

static void
established_rst_at_last_byte_of_window_is_challenged(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "R %u:%u(0)", t->peer->edge - 1, t->peer->edge - 1);
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
}

/* A peer that lost its memory answers the challenge with the exact RST. */
static void
established_challenged_peer_resets_with_the_right_number(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "R 500:500(0)");
	expect(t, ". 1:1(0) ack 1");
	arrive(t, "R 1:1(0)");
	assert_was_reset(t);
}

/*
 * RFC 5961 3.2: "If the RST bit is set and the sequence number is outside the current receive
 * window, silently drop the segment."
 */
static void
established_rst_outside_window_is_dropped_silently(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "R 0:0(0)");
	arrive(t, "R %u:%u(0)", t->peer->edge, t->peer->edge);
	arrive(t, "R. 4000000000:4000000000(0) ack 1");
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
	assert_int_equal(stats_now(t).rx_delivered + 3, stats_now(t).rx_packets);
}

/*
 * RFC 5961 4.2: "If the SYN bit is set, irrespective of the sequence number, TCP MUST send an ACK
 * (also referred to as challenge ACK) to the remote peer [...] After sending the acknowledgment,
 * TCP MUST drop the unacceptable segment and stop processing further."
 */
static void
established_syn_is_challenged_whatever_its_number(void **state)
{
	static const uint32_t numbers[] = { 0, 1, 2, 3000000000 };
	struct fixture *t = *state;

	for (unsigned int i = 0; i < 4; i++) {
		speak_as(t, i);
		in_established(t);
		arrive(t, "S %u:%u(0) <mss 1000>", numbers[i], numbers[i]);
		expect(t, ". 1:1(0) ack 1");
		expect_nothing(t);
		assert_state(t, "ESTABLISHED");
	}
	assert_int_equal(stats_now(t).drops[ESTAB_DROP_TCP_SYN_UNEXPECTED] +
					stats_now(t).drops[ESTAB_DROP_TCP_OUT_OF_WINDOW],
			4);
}

static void
established_syn_ack_is_challenged(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
}

/* Two ends that each believe the other is wrong must not talk for ever: a RST is never answered. */
static void
rst_of_any_kind_is_never_answered_with_rst(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	for (uint32_t seq = 0; seq < 200000; seq += 1009)
		arrive(t, "R. %u:%u(0) ack %u", seq, seq, seq);
	assert_int_equal(stats_now(t).rst_sent, 0);
	ignore_sent(t);
}

/* 3.10.5: ABORT in a synchronized state: "Send a reset segment: <SEQ=SND.NXT><CTL=RST>" */
static void
established_abort_sends_reset(void **state)
{
	struct fixture *t = *state;
	const struct packet *rst;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	app_abort(t);
	rst = next_sent(t);
	assert_non_null(rst);
	assert_true(rst->flags & PACKET_RST);
	assert_int_equal(rst->seq, 101);
	assert_int_equal(rst->text_len, 0);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	arrive(t, ". 1:1(0) ack 101");
	expect(t, "R 101:101(0)");
}

/* 3.10.5: ABORT in CLOSING, LAST-ACK, TIME-WAIT: "Respond with "ok" and delete the TCB" */
static void
closing_abort_deletes_the_connection(void **state)
{
	struct fixture *t = *state;

	in_closing(t);
	app_abort(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	ignore_sent(t);
}

/* 3.10.5: ABORT in SYN-SENT: "Delete the TCB, enter CLOSED state, and return." */
static void
syn_sent_abort_sends_nothing(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	app_abort(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* The next segment is a RST with timestamps; its TSecr. */
static uint32_t
expect_rst_with_timestamps(struct fixture *t, unsigned int flags)
{
	const struct packet *packet = next_sent(t);

	assert_non_null(packet);
	assert_int_equal(packet->flags, flags);
	assert_true(packet->options & PACKET_TS);
	assert_int_equal(packet->ack, flags & PACKET_ACK ? 1 : 0);
	return packet->ts_ecr;
}

/*
 * RFC 7323 3.2: "the TSopt MUST be sent in every non-<RST> segment for the duration of the connection,
 * and SHOULD be sent in an <RST> segment". "If the ACK bit is not set in the outgoing TCP header, the
 * sender of that segment SHOULD set the TSecr field to zero."
 */
static void
established_abort_carries_the_timestamps_that_were_agreed(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 1000 ecr 0");
	app_abort(t);
	assert_int_equal(expect_rst_with_timestamps(t, PACKET_RST), 0);
	speak_as(t, 1);
	in_established(t);
	app_abort(t);
	expect(t, "R 1:1(0)");
}

/* The same of the RST that answers text after close. */
static void
fin_wait_2_reset_of_text_after_close_carries_the_timestamps(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,TS val 1000 ecr 0");
	app_close(t);
	arrive(t, ". 1:1(0) ack 2 <TS val 1001 ecr *>");
	ignore_sent(t);
	arrive(t, "P. 1:101(100) ack 2 <TS val 1002 ecr *>");
	assert_int_equal(expect_rst_with_timestamps(t, PACKET_RST), 0);
}

/* The same where the SYN-ACK, with its option, is all that there is of the connection. */
static void
syn_received_reset_of_a_wrong_ack_carries_the_timestamps(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,TS val 1000 ecr 0>");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 2 <TS val 1001 ecr *>");
	assert_int_equal(expect_rst_with_timestamps(t, PACKET_RST), 0);
	expect_nothing(t);
}

/* tcp.rst_with_ack: with an ACK the TSecr counts. */
static void
established_abort_carries_an_ack_where_that_is_the_policy(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rst_with_ack = true;
	in_established_with(t, "mss 1000,TS val 1000 ecr 0");
	app_abort(t);
	assert_int_equal(expect_rst_with_timestamps(t, PACKET_RST | PACKET_ACK), 1000);
	speak_as(t, 1);
	in_established(t);
	app_abort(t);
	expect(t, "R. 1:1(0) ack 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(closed_syn_is_answered_with_reset_that_acknowledges_it),
		FIXTURE_TEST(closed_syn_with_text_counts_both_in_the_reset),
		FIXTURE_TEST(closed_fin_with_text_and_no_ack_counts_both_in_the_reset),
		FIXTURE_TEST(closed_text_without_any_flag_is_answered_with_reset),
		FIXTURE_TEST(closed_ack_is_answered_with_reset_at_its_ack),
		FIXTURE_TEST(closed_syn_ack_is_answered_with_reset_at_its_ack),
		FIXTURE_TEST(closed_fin_ack_is_answered_with_reset_at_its_ack),
		FIXTURE_TEST(closed_rst_is_discarded),
		FIXTURE_TEST(listen_segment_to_another_port_is_answered_with_reset),
		FIXTURE_TEST(must_12_established_rst_at_rcv_nxt_resets_and_tells_the_user),
		FIXTURE_TEST(established_rst_with_ack_at_rcv_nxt_resets),
		FIXTURE_TEST(shld_2_established_rst_with_data_resets),
		FIXTURE_TEST(fin_wait_1_rst_resets),
		FIXTURE_TEST(fin_wait_2_rst_resets),
		FIXTURE_TEST(close_wait_rst_resets),
		FIXTURE_TEST(closing_rst_closes),
		FIXTURE_TEST(last_ack_rst_closes),
		FIXTURE_TEST(established_rst_after_text_text_is_read_before_the_error),
		FIXTURE_TEST(established_rst_in_window_is_challenged),
		FIXTURE_TEST(established_rst_at_last_byte_of_window_is_challenged),
		FIXTURE_TEST(established_challenged_peer_resets_with_the_right_number),
		FIXTURE_TEST(established_rst_outside_window_is_dropped_silently),
		FIXTURE_TEST(established_syn_is_challenged_whatever_its_number),
		FIXTURE_TEST(established_syn_ack_is_challenged),
		FIXTURE_TEST(rst_of_any_kind_is_never_answered_with_rst),
		FIXTURE_TEST(established_abort_sends_reset),
		FIXTURE_TEST(closing_abort_deletes_the_connection),
		FIXTURE_TEST(syn_sent_abort_sends_nothing),
		FIXTURE_TEST(established_abort_carries_the_timestamps_that_were_agreed),
		FIXTURE_TEST(fin_wait_2_reset_of_text_after_close_carries_the_timestamps),
		FIXTURE_TEST(syn_received_reset_of_a_wrong_ack_carries_the_timestamps),
		FIXTURE_TEST(established_abort_carries_an_ack_where_that_is_the_policy),
	};

	return cmocka_run_group_tests_name("rst", tests, eal_start, eal_stop);
}
