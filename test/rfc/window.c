/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Windows (3.8.6): ours, which closes and opens with what the user reads; the peer's, which is
 * obeyed, probed when it is zero, and not trusted to stay. The fixture checks in every case that
 * the right edge of our window never moves left (SHLD-14).
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

enum { BUFFER = 10000 };

/* Ten segments of 1000 fill the receive buffer; the last one is acknowledged with window zero. */
static void
with_receive_buffer_full(struct fixture *t)
{
	t->config.tcp.receive_buffer_bytes = BUFFER;
	in_established(t);
	for (uint32_t seq = 1; seq < BUFFER; seq += 2000) {
		arrive_later(t, ". %u:%u(1000) ack 1", seq, seq + 1000);
		arrive(t, ". %u:%u(1000) ack 1", seq + 1000, seq + 2000);
	}
	advance(t, 500);
	ignore_sent(t);
	assert_int_equal(status_now(t).receive_queued, BUFFER);
	assert_int_equal(t->peer->edge, BUFFER + 1);
}

static void
listen_syn_is_offered_the_whole_buffer(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.receive_buffer_bytes = BUFFER;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1 win %u", BUFFER);
}

/* "Keeping the right window edge fixed as data arrives and is acknowledged requires that the
 * receiver offer less than its full buffer space" */
static void
shld_14_established_unread_text_shrinks_the_window_not_its_edge(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.receive_buffer_bytes = BUFFER;
	in_established(t);
	arrive_later(t, ". 1:1001(1000) ack 1");
	arrive_later(t, ". 1001:2001(1000) ack 1");
	arrive(t, ". 2001:3001(1000) ack 1");
	advance(t, 500);
	expect(t, ". 1:1(0) ack 3001 win 7000");
	expect_nothing(t);
}

static void
established_full_buffer_closes_the_window(void **state)
{
	struct fixture *t = *state;

	with_receive_buffer_full(t);
	arrive(t, ". 10001:10002(1) ack 1");
	expect(t, ". 1:1(0) ack 10001 win 0");
	expect_nothing(t);
	app_read(t, BUFFER);
}

/* "When the receiving TCP peer has a zero window and a segment arrives, it must still send an
 * acknowledgment showing its next expected sequence number and current window (zero)." */
static void
may_8_established_every_probe_of_our_zero_window_is_acknowledged(void **state)
{
	struct fixture *t = *state;

	with_receive_buffer_full(t);
	for (unsigned int i = 0; i < 5; i++) {
		arrive(t, ". 10001:10002(1) ack 1");
		expect(t, ". 1:1(0) ack 10001 win 0");
		advance(t, 1000);
	}
	arrive(t, ". 10000:10000(0) ack 1"); /* the other kind of probe: an old number */
	expect(t, ". 1:1(0) ack 10001 win 0");
	expect_nothing(t);
}

/* 3.10.7.4: "special allowance should be made to accept valid ACKs, URGs, and RSTs." */
static void
established_ack_with_our_window_closed_is_taken(void **state)
{
	struct fixture *t = *state;

	with_receive_buffer_full(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 10001 win 0");
	arrive(t, ". 10001:10001(0) ack 101");
	expect_nothing(t);
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
}

static void
established_ack_that_rides_on_text_with_our_window_closed_is_taken(void **state)
{
	struct fixture *t = *state;

	with_receive_buffer_full(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 10001 win 0");
	arrive(t, ". 10001:10002(1) ack 101");
	expect(t, ". 101:101(0) ack 10001 win 0");
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
}

/* MUST-66: "A TCP receiver MUST process the RST and URG fields of all incoming segments, even when
 * the receive window is zero" */
static void
must_66_established_rst_with_our_window_closed_resets(void **state)
{
	struct fixture *t = *state;

	with_receive_buffer_full(t);
	arrive(t, "R. 10001:10001(0) ack 1");
	expect_nothing(t);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
}

static void
must_66_established_urgent_mark_with_our_window_closed_is_told(void **state)
{
	struct fixture *t = *state;

	with_receive_buffer_full(t);
	app_events(t);
	arrive(t, "U. 10001:10001(0) ack 1 urg 7");
	assert_int_equal(app_events(t), ESTAB_EVENT_URGENT);
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), BUFFER + 7);
	arrive(t, "U. 10001:10011(10) ack 1 urg 10");
	assert_int_equal(app_events(t), ESTAB_EVENT_URGENT);
	expect(t, ". 1:1(0) ack 10001 win 0");
	app_read(t, BUFFER);
	ignore_sent(t);
}

static void
established_fin_with_our_window_closed_waits_for_room(void **state)
{
	struct fixture *t = *state;

	with_receive_buffer_full(t);
	arrive(t, "F. 10001:10001(0) ack 1");
	ignore_sent(t);
	app_read(t, BUFFER);
	ignore_sent(t);
	arrive(t, "F. 10001:10001(0) ack 1"); /* if the first was not taken */
	app_read_end(t);
}

/* The peer waits for a window: when it opens by enough, it is told without being asked. */
static void
established_reading_reopens_a_closed_window(void **state)
{
	struct fixture *t = *state;

	with_receive_buffer_full(t);
	app_read(t, BUFFER);
	expect(t, ". 1:1(0) ack 10001 win %u", BUFFER);
	expect_nothing(t);
	arrive(t, "P. 10001:10101(100) ack 1");
	app_read(t, 100);
}

/*
 * MUST-39: "A TCP implementation MUST include a SWS avoidance algorithm in the receiver": the edge
 * moves only by min(RCV.BUFF / 2, Eff.snd.MSS) or more.
 */
static void
must_39_reading_little_does_not_open_the_window_a_little(void **state)
{
	struct fixture *t = *state;

	with_receive_buffer_full(t);
	for (unsigned int i = 0; i < 9; i++)
		app_read(t, 100);
	expect_nothing(t);
	arrive(t, ". 10001:10002(1) ack 1");
	expect(t, ". 1:1(0) ack 10001 win 0");
	app_read(t, BUFFER - 900);
	ignore_sent(t);
	assert_int_equal(t->peer->edge, 1 + 2 * BUFFER);
}

/* Many windows' worth of text through a small buffer. */
static void
established_text_of_many_windows_is_delivered(void **state)
{
	struct fixture *t = *state;
	uint32_t seq = 1;

	t->config.tcp.receive_buffer_bytes = 3000;
	in_established(t);
	for (unsigned int i = 0; i < 100; i++) {
		while (t->peer->edge - seq >= 1000) {
			arrive(t, ". %u:%u(1000) ack 1", seq, seq + 1000);
			seq += 1000;
		}
		app_read(t, status_now(t).receive_queued);
		advance(t, 500);
		ignore_sent(t);
	}
	assert_true(seq > 200000);
	app_read_nothing(t);
}

/* "The sending TCP endpoint packages the data to be transmitted into segments that fit the current
 * window" */
static void
established_peer_window_is_obeyed(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 3000");
	app_write(t, 20000);
	for (uint32_t seq = 1; seq < 3001; seq += 1000)
		expect(t, ". %u:%u(1000) ack 1", seq, seq + 1000);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 1001 win 3000");
	expect(t, ". 3001:4001(1000) ack 1");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 1001 win 4000");
	expect(t, ". 4001:5001(1000) ack 1");
	expect_nothing(t);
}

/* MUST-1: "the window size MUST be treated as an unsigned number" */
static void
must_1_peer_window_above_32767_is_no_negative_number(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 40000");
	assert_int_equal(status_now(t).snd_wnd, 40000);
	app_write(t, 1000);
	expect(t, "P. 1:1001(1000) ack 1");
}

/*
 * MUST-38: sender's silly window avoidance: a window opened by a little is not filled by a little.
 */
static void
must_38_peer_window_opened_a_little_is_not_filled(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 3000");
	app_write(t, 20000);
	assert_int_equal(ignore_sent(t), 3);
	arrive(t, ". 1:1(0) ack 1001 win 2100");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 2001 win 1200");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 2001 win 2000");
	expect(t, ". 3001:4001(1000) ack 1");
	expect_nothing(t);
}

/* SHLD-7: Nagle: "If there is unacknowledged data [...], then the sending TCP endpoint buffers all
 * user data [...] until the outstanding data has been acknowledged or until the TCP endpoint can
 * send a full-sized segment" */
static void
shld_7_established_small_text_waits_for_the_ack(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	app_write(t, 100);
	app_write(t, 100);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 101");
	expect(t, "P. 101:301(200) ack 1");
	app_write(t, 1050);
	expect(t, ". 301:1301(1000) ack 1");
	expect_nothing(t);
}

/* MUST-17: "there MUST be a way for an application to disable the Nagle algorithm on an individual
 * connection" */
static void
must_17_no_delay_sends_small_text_at_once(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	estab_conn_set_no_delay(t->peer->conn, true);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	app_write(t, 100);
	expect(t, "P. 101:201(100) ack 1");
	expect_nothing(t);
}

static void
must_17_no_delay_sends_what_waits(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	app_write(t, 10);
	expect_nothing(t);
	estab_conn_set_no_delay(t->peer->conn, true);
	turn(t);
	expect(t, "P. 101:111(10) ack 1");
}

/* MUST-61: "MUST set the PSH bit in the last buffered segment" */
static void
must_61_last_segment_of_a_write_is_pushed(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;

	in_established(t);
	app_write(t, 3000);
	for (unsigned int i = 0; i < 2; i++)
		assert_non_null(next_sent(t));
	packet = next_sent(t);
	assert_non_null(packet);
	assert_true(packet->flags & PACKET_PSH);
}

static void
answer_probe(struct fixture *t, const char *window)
{
	const struct packet *probe = next_sent(t);

	assert_non_null(probe);
	assert_in_range(probe->text_len, 0, 1);
	assert_true(probe->seq == 1 || (probe->seq == 0 && probe->text_len == 0));
	assert_true(probe->flags & PACKET_ACK);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 1 win %s", window);
}

/*
 * MUST-36: "Probing of zero (offered) windows MUST be supported". SHLD-29: "the first zero-window
 * probe when a zero window has existed for the retransmission timeout period". SHLD-30: "SHOULD
 * increase exponentially the interval between successive probes".
 */
static void
must_36_shld_29_shld_30_peer_window_zero_is_probed_with_back_off(void **state)
{
	struct fixture *t = *state;
	uint64_t wait_ms = 1000;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 5000);
	expect_nothing(t);
	for (unsigned int i = 0; i < 5; i++, wait_ms *= 2) {
		advance(t, wait_ms - wait_ms / 10);
		expect_nothing(t);
		advance(t, wait_ms / 10 + 50);
		answer_probe(t, "0");
		expect_nothing(t);
	}
	assert_int_equal(stats_now(t).zero_window_probes, 5);
	arrive(t, ". 1:1(0) ack 1 win 65535");
	expect(t, ". 1:1001(1000) ack 1");
	assert_int_equal(ignore_sent(t), 4);
}

/*
 * For that long each segment of the stack is answered: nothing new, window zero. @return how many
 */
static unsigned int
keep_window_closed(struct fixture *t, unsigned int seconds, uint32_t ack)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < seconds * 10; i++) {
		advance(t, 100);
		for (; next_sent(t) != NULL; n++) {
			assert_true(n < seconds); /* else we answer each other for ever */
			arrive(t, ". 1:1(0) ack %u win 0", ack);
		}
	}
	return n;
}

/*
 * MUST-37: "As long as the receiving TCP peer continues to send acknowledgments in response to the
 * probe segments, the sending TCP peer MUST allow the connection to stay open".
 */
static void
must_37_peer_window_zero_for_hours_keeps_the_connection(void **state)
{
	struct fixture *t = *state;
	unsigned int probes;

	t->config.tcp.r2_retransmissions = 4;
	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 5000);
	probes = keep_window_closed(t, 3 * 3600, 1);
	assert_in_range(probes, 3 * 3600 / 130, 3 * 3600 / 30);
	assert_state(t, "ESTABLISHED");
	arrive(t, ". 1:1(0) ack 1 win 65535");
	expect(t, ". 1:1001(1000) ack 1");
}

/* A peer that answers no probe is given up like one that acknowledges nothing. */
static void
established_unanswered_probes_close_the_connection(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.r2_retransmissions = 4;
	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 5000);
	advance(t, 600 * 1000);
	ignore_sent(t);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
}

/* A FIN waits behind text for the window like text. */
static void
fin_wait_1_peer_window_zero_is_probed_until_the_fin_is_out(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 10);
	app_close(t);
	advance(t, 1500);
	assert_true(ignore_sent(t) > 0);
	arrive(t, ". 1:1(0) ack 1 win 100");
	expect(t, "FP. 1:11(10) ack 1");
	arrive(t, "F. 1:1(0) ack 12");
	expect(t, ". 12:12(0) ack 2");
}

/*
 * MUST-34: "a sending TCP peer MUST be robust against window shrinking, which may cause the "usable
 * window" to become negative". SHLD-15: "SHOULD NOT send new data". SHLD-16: "SHOULD retransmit
 * normally the old unacknowledged data between SND.UNA and SND.UNA+SND.WND".
 */
static void
must_34_shld_15_shld_16_peer_window_shrunk_below_the_flight_is_survived(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established(t);
	app_write(t, 20000);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, ". 1:1(0) ack 1001 win 2000");
	expect_nothing(t);
	advance(t, 1100);
	expect(t, ". 1001:2001(1000) ack 1");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 10001 win 20000");
	assert_true(ignore_sent(t) > 0);
	assert_state(t, "ESTABLISHED");
}

/*
 * MUST-35: "If the window shrinks to zero, the TCP implementation MUST probe it in the standard
 * way"
 */
static void
must_35_shld_17_peer_window_shrunk_to_zero_is_probed(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.r2_retransmissions = 4;
	in_established(t);
	app_write(t, 5000);
	assert_int_equal(ignore_sent(t), 5);
	arrive(t, ". 1:1(0) ack 1001 win 0");
	assert_true(keep_window_closed(t, 3600, 1001) > 10);
	assert_state(t, "ESTABLISHED");
	arrive(t, ". 1:1(0) ack 1001 win 65535");
	advance(t, 130000);
	assert_true(ignore_sent(t) > 0);
}

/* "The check here prevents using old segments to update the window." */
static void
established_window_of_an_old_segment_is_not_believed(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1 win 1000");
	arrive(t, ". 1:1(0) ack 1 win 9000");
	assert_int_equal(status_now(t).snd_wnd, 1000);
	app_write(t, 100);
	arrive(t, ". 101:101(0) ack 101 win 3000");
	arrive(t, ". 101:101(0) ack 50 win 7000");
	assert_int_equal(status_now(t).snd_wnd, 3000);
	ignore_sent(t);
}

/* The send buffer is a limit too: what does not fit is left with the user, who is told later. */
static void
established_send_buffer_full_takes_what_fits_and_tells_of_room(void **state)
{
	struct fixture *t = *state;
	uint8_t text[8000] = { 0 };

	t->config.tcp.send_buffer_bytes = 5000;
	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 4000);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 1000);
	app_write(t, 1000);
	assert_int_equal(estab_conn_write(t->peer->conn, text, 1), -EAGAIN);
	app_events(t);
	arrive(t, ". 1:1(0) ack 1 win 65535");
	assert_int_equal(app_events(t), 0);
	arrive(t, ". 1:1(0) ack 5001");
	assert_int_equal(app_events(t), ESTAB_EVENT_WRITABLE);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 5000);
	ignore_sent(t);
}

/* An ACK must be acceptable to the peer: an octet that probes its closed window lies outside of it. */
static void
established_ack_while_probing_stays_within_the_peers_window(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 100);
	advance(t, 5000);
	ignore_sent(t);
	arrive(t, "P. 1:601(600) ack 1 win 0");
	arrive(t, "P. 601:1201(600) ack 1 win 0");
	expect(t, ". 1:1(0) ack 1201");
}

/*
 * The peer has probed our closed window with an octet (3.8.6.1), which we took when there was room,
 * and keeps to its side of that window with its ACKs. What such an ACK says is heard.
 */
static void
established_ack_from_before_the_peers_probe_is_taken(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:2(1) ack 1");
	ignore_sent(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 2");
	advance(t, 1500);
	expect(t, "P. 1:101(100) ack 2");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 101");
	expect(t, ". 101:101(0) ack 2");
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
	advance(t, 5000);
	expect_nothing(t);
}

/*
 * Both windows were closed, both sides probe, and both windows open: each takes the other's octet,
 * and neither has heard that its own was taken. 3.8.6.1: the sender must learn of the reopening.
 */
static void
established_two_closed_windows_that_open_are_both_noticed(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;

	t->config.tcp.receive_buffer_bytes = 2048;
	in_established(t);
	arrive(t, "P. 1:1025(1024) ack 1 win 0");
	arrive(t, "P. 1025:2049(1024) ack 1 win 0");
	app_write(t, 3000);
	advance(t, 10000);
	assert_true(ignore_sent(t) > 0);
	app_read(t, 2048);
	ignore_sent(t);
	arrive(t, "P. 2049:2050(1) ack 1 win 0"); /* its probe; we have sent an octet, too */
	ignore_sent(t);
	arrive(t, ". 2049:2049(0) ack 2 win 10000"); /* it took ours, and has room now */
	packet = next_sent(t);
	while (packet != NULL && packet->text_len == 0)
		packet = next_sent(t);
	assert_non_null(packet);
	assert_int_equal(packet->seq, 2);
}

/*
 * RFC 7323 2.4: a shift can cut off a part of the window that was promised without it. What lies there
 * has been sent, and an ACK has the number behind it: before it the peer would find it old.
 */
static void
established_ack_stays_behind_text_in_a_window_that_was_rounded(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S. 0:0(0) ack 1 win 1000 <mss 1000,wscale 7>");
	expect(t, ". 1:1(0) ack 1");
	app_write(t, 1000);
	expect(t, "P. 1:1001(1000) ack 1");
	arrive(t, "P. 1:101(100) ack 1 win 7"); /* 896 */
	advance(t, 500);
	expect(t, ". 1001:1001(0) ack 101");
	ignore_sent(t);
	arrive(t, ". 101:101(0) ack 1 win 6"); /* 768: that was taken back, and may not be promised */
	arrive(t, "P. 101:201(100) ack 1 win 6");
	advance(t, 500);
	expect(t, ". 769:769(0) ack 201");
	ignore_sent(t);
	arrive(t, ". 201:201(0) ack 1001 win 7");
}

/* The same of a peer that keeps to the rounded window with its ACKs: what they say is heard. */
static void
established_ack_from_before_the_part_cut_off_is_taken(void **state)
{
	struct fixture *t = *state;
	uint32_t unit;

	t->config.tcp.receive_buffer_bytes = 1 << 20;
	in_established_with(t, "mss 1000,wscale 7");
	unit = 1U << status_now(t).rcv_wscale;
	assert_true(unit > 2);
	arrive(t, "P. 1:1001(1000) ack 1");
	ignore_sent(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1001");
	advance(t, 1500);
	ignore_sent(t);
	arrive(t, ". %u:%u(0) ack 101", 1000 - unit, 1000 - unit); /* too far */
	ignore_sent(t);
	assert_int_not_equal(status_now(t).snd_una, status_now(t).snd_nxt);
	arrive(t, ". %u:%u(0) ack 101", 1001 - unit, 1001 - unit);
	ignore_sent(t);
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(listen_syn_is_offered_the_whole_buffer),
		FIXTURE_TEST(shld_14_established_unread_text_shrinks_the_window_not_its_edge),
		FIXTURE_TEST(established_full_buffer_closes_the_window),
		FIXTURE_TEST(may_8_established_every_probe_of_our_zero_window_is_acknowledged),
		FIXTURE_TEST(established_ack_with_our_window_closed_is_taken),
		FIXTURE_TEST(established_ack_that_rides_on_text_with_our_window_closed_is_taken),
		FIXTURE_TEST(must_66_established_rst_with_our_window_closed_resets),
		FIXTURE_TEST(must_66_established_urgent_mark_with_our_window_closed_is_told),
		FIXTURE_TEST(established_fin_with_our_window_closed_waits_for_room),
		FIXTURE_TEST(established_reading_reopens_a_closed_window),
		FIXTURE_TEST(must_39_reading_little_does_not_open_the_window_a_little),
		FIXTURE_TEST(established_text_of_many_windows_is_delivered),
		FIXTURE_TEST(established_peer_window_is_obeyed),
		FIXTURE_TEST(must_1_peer_window_above_32767_is_no_negative_number),
		FIXTURE_TEST(must_38_peer_window_opened_a_little_is_not_filled),
		FIXTURE_TEST(shld_7_established_small_text_waits_for_the_ack),
		FIXTURE_TEST(must_17_no_delay_sends_small_text_at_once),
		FIXTURE_TEST(must_17_no_delay_sends_what_waits),
		FIXTURE_TEST(must_61_last_segment_of_a_write_is_pushed),
		FIXTURE_TEST(must_36_shld_29_shld_30_peer_window_zero_is_probed_with_back_off),
		FIXTURE_TEST(must_37_peer_window_zero_for_hours_keeps_the_connection),
		FIXTURE_TEST(established_unanswered_probes_close_the_connection),
		FIXTURE_TEST(fin_wait_1_peer_window_zero_is_probed_until_the_fin_is_out),
		FIXTURE_TEST(must_34_shld_15_shld_16_peer_window_shrunk_below_the_flight_is_survived),
		FIXTURE_TEST(must_35_shld_17_peer_window_shrunk_to_zero_is_probed),
		FIXTURE_TEST(established_window_of_an_old_segment_is_not_believed),
		FIXTURE_TEST(established_send_buffer_full_takes_what_fits_and_tells_of_room),
		FIXTURE_TEST(established_ack_while_probing_stays_within_the_peers_window),
		FIXTURE_TEST(established_ack_from_before_the_peers_probe_is_taken),
		FIXTURE_TEST(established_two_closed_windows_that_open_are_both_noticed),
		FIXTURE_TEST(established_ack_stays_behind_text_in_a_window_that_was_rounded),
		FIXTURE_TEST(established_ack_from_before_the_part_cut_off_is_taken),
	};

	return cmocka_run_group_tests_name("window", tests, eal_start, eal_stop);
}
