/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Explicit Congestion Notification, RFC 3168 6.1 (RFC 9293 SHLD-8). In the notation E is ECE, W is
 * CWR; tos 2 is ECT(0), tos 3 is CE. The timeouts are one second.
 */
#include "eal.h"
#include "fixture.h"

static void
in_established_ecn_under(struct fixture *t, enum estab_congestion controller)
{
	t->config.tcp.congestion = controller;
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_listen(t);
	arrive(t, "SEW 0:0(0) win 65535 <mss 1000>");
	expect(t, "SE. 0:0(0) ack 1 tos 0");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_true(status_now(t).ecn);
	expect_nothing(t);
}

static void
in_established_ecn(struct fixture *t)
{
	in_established_ecn_under(t, ESTAB_CONGESTION_NEWRENO);
}

/* 6.1.1: "ECN-setup SYN" has both flags, "ECN-setup SYN-ACK" has ECE and not CWR. */
static void
shld_8_listen_syn_with_both_flags_is_answered_with_ece(void **state)
{
	in_established_ecn(*state);
}

static void
shld_8_listen_syn_with_one_flag_agrees_to_nothing(void **state)
{
	static const char *const syns[] = { "S", "SE", "SW" };
	struct fixture *t = *state;

	in_listen(t);
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		arrive(t, "%s 0:0(0) win 65535 <mss 1000>", syns[i]);
		expect(t, "S. 0:0(0) ack 1");
		arrive(t, ". 1:1(0) ack 1");
		app_accept(t);
		assert_false(status_now(t).ecn);
		app_write(t, 100);
		expect(t, "P. 1:101(100) ack 1 tos 0");
	}
}

static void
shld_8_listen_ecn_off_agrees_to_nothing(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.ecn = ESTAB_ECN_OFF;
	in_listen(t);
	arrive(t, "SEW 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
}

/* A record's SYN-ACK that is sent again says the same. */
static void
syn_received_syn_ack_sent_again_has_ece(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "SEW 0:0(0) win 65535 <mss 1000>");
	expect(t, "SE. 0:0(0) ack 1");
	advance(t, 1100);
	expect(t, "SE. 0:0(0) ack 1");
}

/* 6.1.1: a host that received "at least one non-ECN-setup SYN" MUST NOT set ECT. */
static void
syn_received_syn_again_without_flags_agrees_to_nothing(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "SEW 0:0(0) win 65535 <mss 1000>");
	expect(t, "SE. 0:0(0) ack 1");
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_false(status_now(t).ecn);
}

/* A cookie has a bit for it in the timestamp, and none without. */
static void
listen_cookie_with_timestamps_remembers_ecn(void **state)
{
	struct fixture *t = *state;
	const struct packet *syn_ack;

	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	in_listen(t);
	arrive(t, "SEW 0:0(0) win 65535 <mss 1000,TS val 100 ecr 0>");
	syn_ack = next_sent(t);
	assert_non_null(syn_ack);
	assert_int_equal(syn_ack->flags, PACKET_SYN | PACKET_ACK | PACKET_ECE);
	arrive(t, ". 1:1(0) ack 1 <TS val 101 ecr *>");
	app_accept(t);
	assert_true(status_now(t).ecn);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1 tos 2");
}

static void
listen_cookie_without_timestamps_agrees_to_nothing(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	in_listen(t);
	arrive(t, "SEW 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_false(status_now(t).ecn);
}

static void
in_syn_sent_asking(struct fixture *t)
{
	t->config.tcp.ecn = ESTAB_ECN_ASK;
	t->config.tcp.rto_initial_ns = 1000000000;
	app_connect(t);
	expect(t, "SEW 0:0(0) tos 0");
}

static void
shld_8_syn_sent_asks_and_syn_ack_with_ece_agrees(void **state)
{
	struct fixture *t = *state;

	in_syn_sent_asking(t);
	arrive(t, "SE. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(t, ". 1:1(0) ack 1 tos 0");
	assert_true(status_now(t).ecn);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1 tos 2");
}

/* Both flags in a SYN-ACK are those of our SYN, sent back by a peer that knows nothing of them. */
static void
syn_sent_syn_ack_with_other_flags_agrees_to_nothing(void **state)
{
	static const char *const answers[] = { "S.", "SEW.", "SW." };
	struct fixture *t = *state;

	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		in_syn_sent_asking(t);
		arrive(t, "%s 0:0(0) ack 1 win 65535 <mss 1000>", answers[i]);
		expect(t, ". 1:1(0) ack 1");
		assert_false(status_now(t).ecn);
		app_write(t, 100);
		expect(t, "P. 1:101(100) ack 1 tos 0");
	}
}

/* A peer that was not asked must not answer so. */
static void
syn_sent_syn_ack_with_ece_unasked_agrees_to_nothing(void **state)
{
	struct fixture *t = *state;

	app_connect(t);
	expect(t, "S 0:0(0)");
	arrive(t, "SE. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_false(status_now(t).ecn);
}

/* 6.1.1.1: some boxes drop such SYNs, so that others follow without; then "MUST NOT set ECT". */
static void
syn_sent_two_syns_lost_are_followed_by_one_without_flags(void **state)
{
	struct fixture *t = *state;

	in_syn_sent_asking(t);
	advance(t, 1100);
	expect(t, "SEW 0:0(0)");
	advance(t, 2100);
	expect(t, "S 0:0(0)");
	arrive(t, "SE. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_false(status_now(t).ecn);
}

static void
syn_sent_crossing_syn_that_asks_is_answered_with_ece(void **state)
{
	struct fixture *t = *state;

	in_syn_sent_asking(t);
	arrive(t, "SEW 0:0(0) win 65535 <mss 1000>");
	expect(t, "SE. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	assert_true(status_now(t).ecn);
}

/* 6.1.4, 6.1.5: "pure" ACKs and what is sent again are not ECT; 6.1.2: new text is. */
static void
shld_8_established_new_text_is_ect_and_nothing_else(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	app_write(t, 1000);
	expect(t, "P. 1:1001(1000) ack 1 tos 2");
	advance(t, 1100);
	expect(t, "P. 1:1001(1000) ack 1 tos 0");
	arrive(t, "P. 1:101(100) ack 1001");
	advance(t, 100);
	expect(t, ". 1001:1001(0) ack 101 tos 0");
	app_read(t, 100);
	app_shutdown(t);
	expect(t, "F. 1001:1001(0) ack 101 tos 0");
}

static void
established_window_probe_is_not_ect(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 100);
	expect_nothing(t);
	advance(t, 1100);
	expect(t, ". 1:2(1) ack 1 tos 0");
}

static void
established_diffserv_stays_beside_ect(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	estab_conn_set_tos(t->peer->conn, 46 << 2);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1 tos 186");
}

/* 6.1.3: "ECN-Echo ... in a series of ACK packets ... until it receives a CWR packet". */
static void
shld_8_established_mark_is_echoed_until_cwr(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	arrive(t, "P. 1:1001(1000) ack 1 tos 3");
	expect(t, "E. 1:1(0) ack 1001"); /* at once */
	arrive(t, ". 1001:2001(1000) ack 1 tos 2");
	arrive(t, "P. 2001:3001(1000) ack 1 tos 2");
	expect(t, "E. 1:1(0) ack 3001");
	app_write(t, 100);
	expect(t, "PE. 1:101(100) ack 3001 tos 2");
	arrive(t, ".W 3001:4001(1000) ack 101 tos 2");
	arrive(t, "P. 4001:5001(1000) ack 101 tos 2");
	expect(t, ". 101:101(0) ack 5001");
	assert_int_equal(stats_now(t).ecn_marks_received, 1);
	app_read(t, 5000);
}

/* A packet with both: the CWR is for the mark before, the mark is new. */
static void
established_mark_on_the_packet_with_cwr_is_echoed(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	arrive(t, "P. 1:1001(1000) ack 1 tos 3");
	expect(t, "E. 1:1(0) ack 1001");
	arrive(t, "PW. 1001:2001(1000) ack 1 tos 3");
	expect(t, "E. 1:1(0) ack 2001");
	app_read(t, 2000);
}

static void
established_mark_outside_the_window_is_ignored(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	arrive(t, "P. 1:1001(1000) ack 1 tos 2");
	advance(t, 100);
	expect(t, ". 1:1(0) ack 1001");
	arrive(t, "P. 1:1001(1000) ack 1 tos 3"); /* received before */
	expect(t, ". 1:1(0) ack 1001");
	app_read(t, 1000);
}

static void
established_mark_not_agreed_upon_is_ignored(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:1001(1000) ack 1 tos 3");
	advance(t, 100);
	expect(t, ". 1:1(0) ack 1001");
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1001 tos 0");
	arrive(t, "E. 1001:1001(0) ack 101");
	assert_int_equal(status_now(t).cwnd, 10000);
	app_read(t, 1000);
}

/*
 * 6.1.2: the window is reduced as for a loss, nothing is sent again, and "the CWR flag in the first
 * new data packet sent after the window reduction"; once for a window of data, however many ECEs.
 */
static void
shld_8_established_ece_halves_the_window_once_and_is_answered_with_cwr(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	app_write(t, 30000);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, "E. 1:1(0) ack 1001");
	assert_int_equal(status_now(t).cwnd, 5000);
	assert_int_equal(status_now(t).ssthresh, 5000);
	expect_nothing(t); /* nine are in flight */
	for (uint32_t ack = 2001; ack <= 5001; ack += 1000)
		arrive(t, "E. 1:1(0) ack %u", ack);
	expect_nothing(t);
	assert_int_equal(status_now(t).cwnd, 5000);
	arrive(t, "E. 1:1(0) ack 6001");
	expect(t, ".W 10001:11001(1000) ack 1 tos 2");
	arrive(t, "E. 1:1(0) ack 7001");
	expect(t, ". 11001:12001(1000) ack 1 tos 2");
	arrive(t, "E. 1:1(0) ack 10001"); /* all that was in flight; CWR is still on its way */
	ignore_sent(t);
	assert_int_equal(status_now(t).cwnd, 5000);
	assert_int_equal(stats_now(t).ecn_reductions, 1);
	assert_int_equal(stats_now(t).segments_retransmitted, 0);
}

/* A mark of the next window of data counts again. */
static void
established_ece_of_the_next_window_reduces_again(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	app_write(t, 40000);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, "E. 1:1(0) ack 6001");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 11001");
	ignore_sent(t);
	assert_int_equal(status_now(t).cwnd, 6000); /* a window was acknowledged */
	arrive(t, "E. 1:1(0) ack 12001");
	assert_in_range(status_now(t).cwnd, 2000, 3000);
	assert_int_equal(stats_now(t).ecn_reductions, 2);
}

/* Every packet is marked, window after window. */
static void
mark_all(struct fixture *t, enum estab_congestion controller)
{
	uint32_t ack = 1;

	in_established_ecn_under(t, controller);
	app_write(t, 60000);
	for (unsigned int i = 0; i < 8; i++) {
		ack += 1000 * ignore_sent(t);
		arrive(t, "E. 1:1(0) ack %u", ack);
	}
	assert_int_equal(status_now(t).cwnd, 1000);
	assert_int_equal(status_now(t).ssthresh, 2000);
	assert_int_equal(ignore_sent(t), 1);
}

/* 6.1.2: "The value of the congestion window is bounded below by a value of one MSS". */
static void
established_marks_without_end_reduce_newreno_to_one_segment(void **state)
{
	mark_all(*state, ESTAB_CONGESTION_NEWRENO);
}

/* RFC 9438 4.6: "MUST continue to reduce cwnd ... until it reaches a value of 1 SMSS". */
static void
established_marks_without_end_reduce_cubic_to_one_segment(void **state)
{
	mark_all(*state, ESTAB_CONGESTION_CUBIC);
}

static void
established_marks_without_end_reduce_dctcp_to_one_segment(void **state)
{
	mark_all(*state, ESTAB_CONGESTION_DCTCP);
}

/* 6.1.2: "only once in response to a series of dropped and/or CE packets from a single window". */
static void
established_loss_in_a_window_reduced_for_a_mark_reduces_no_further(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	app_write(t, 30000);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, "E. 1:1(0) ack 1001");
	for (unsigned int i = 0; i < 3; i++)
		arrive(t, "E. 1:1(0) ack 1001");
	expect(t, ". 1001:2001(1000) ack 1 tos 0");
	assert_int_equal(status_now(t).ssthresh, 5000);
}

/* 6.1.2: "reduces its congestion window for any reason": the peer is told by CWR. */
static void
established_timeout_is_told_by_cwr(void **state)
{
	struct fixture *t = *state;

	in_established_ecn(t);
	app_write(t, 1000);
	expect(t, "P. 1:1001(1000) ack 1 tos 2");
	advance(t, 1100);
	expect(t, "P. 1:1001(1000) ack 1 tos 0");
	arrive(t, ". 1:1(0) ack 1001");
	app_write(t, 1000);
	expect(t, "PW. 1001:2001(1000) ack 1 tos 2");
	app_write(t, 1000);
	expect(t, "P. 2001:3001(1000) ack 1 tos 2");
}

static void
in_established_dctcp(struct fixture *t)
{
	t->config.tcp.congestion = ESTAB_CONGESTION_DCTCP;
	t->config.tcp.receive_buffer_bytes = 8192;
	in_listen(t);
	arrive(t, "SEW 0:0(0) win 65535 <mss 1000>");
	expect(t, "SE. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* RFC 8257 3.2: ECE says of each segment whether it was marked; CWR does not matter. */
static void
established_dctcp_echoes_what_each_segment_had(void **state)
{
	struct fixture *t = *state;

	in_established_dctcp(t);
	arrive(t, "P. 1:1001(1000) ack 1 tos 3");
	arrive(t, "P. 1001:2001(1000) ack 1 tos 3");
	expect(t, "E. 1:1(0) ack 2001");
	arrive(t, "P. 2001:3001(1000) ack 1 tos 2");
	arrive(t, "P. 3001:4001(1000) ack 1 tos 2");
	expect(t, ". 1:1(0) ack 4001");
	expect_nothing(t);
	app_read(t, 4000);
}

/* RFC 8257 3.2, Figure 1: "Send immediate ACK" for what a delayed ACK would have told otherwise. */
static void
established_dctcp_change_acknowledges_what_was_before_by_itself(void **state)
{
	struct fixture *t = *state;

	in_established_dctcp(t);
	arrive(t, "P. 1:1001(1000) ack 1 tos 2");
	expect_nothing(t); /* delayed */
	arrive(t, "P. 1001:2001(1000) ack 1 tos 3");
	expect(t, ". 1:1(0) ack 1001");
	expect(t, "E. 1:1(0) ack 2001");
	arrive(t, "P. 2001:3001(1000) ack 1 tos 3");
	arrive(t, "P. 3001:4001(1000) ack 1 tos 2");
	expect(t, "E. 1:1(0) ack 3001");
	expect(t, ". 1:1(0) ack 4001");
	expect_nothing(t);
	app_read(t, 4000);
}

static void
established_dctcp_change_within_a_burst_is_told_where_it_was(void **state)
{
	struct fixture *t = *state;

	in_established_dctcp(t);
	arrive_later(t, "P. 1:1001(1000) ack 1 tos 2");
	arrive_later(t, "P. 1001:2001(1000) ack 1 tos 2");
	arrive_later(t, "P. 2001:3001(1000) ack 1 tos 3");
	turn(t);
	expect(t, ". 1:1(0) ack 2001 win 6192"); /* the edge stays where it is, at 8193 */
	expect(t, "E. 1:1(0) ack 3001 win 5192");
	expect_nothing(t);
	app_read(t, 3000);
}

/* A connection that a RST ends in the same burst owes no ACK any more. */
static void
established_dctcp_change_before_a_rst_is_told_nobody(void **state)
{
	struct fixture *t = *state;

	in_established_dctcp(t);
	arrive(t, "P. 1:1001(1000) ack 1 tos 2");
	expect_nothing(t); /* delayed */
	arrive_later(t, "P. 1001:2001(1000) ack 1 tos 3");
	arrive_later(t, "R 2001:2001(0)");
	turn(t);
	expect_nothing(t);
	app_read(t, 2000);
}

/* RFC 8257 3.3: alpha is 1 at first, so that the first mark halves the window, as RFC 3168 does. */
static void
established_dctcp_first_mark_halves_the_window(void **state)
{
	struct fixture *t = *state;

	in_established_dctcp(t);
	app_write(t, 30000);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, "E. 1:1(0) ack 1001");
	assert_in_range(status_now(t).cwnd, 5000, 5400);
	assert_string_equal(status_now(t).congestion, "dctcp");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(shld_8_listen_syn_with_both_flags_is_answered_with_ece),
		FIXTURE_TEST(shld_8_listen_syn_with_one_flag_agrees_to_nothing),
		FIXTURE_TEST(shld_8_listen_ecn_off_agrees_to_nothing),
		FIXTURE_TEST(syn_received_syn_ack_sent_again_has_ece),
		FIXTURE_TEST(syn_received_syn_again_without_flags_agrees_to_nothing),
		FIXTURE_TEST(listen_cookie_with_timestamps_remembers_ecn),
		FIXTURE_TEST(listen_cookie_without_timestamps_agrees_to_nothing),
		FIXTURE_TEST(shld_8_syn_sent_asks_and_syn_ack_with_ece_agrees),
		FIXTURE_TEST(syn_sent_syn_ack_with_other_flags_agrees_to_nothing),
		FIXTURE_TEST(syn_sent_syn_ack_with_ece_unasked_agrees_to_nothing),
		FIXTURE_TEST(syn_sent_two_syns_lost_are_followed_by_one_without_flags),
		FIXTURE_TEST(syn_sent_crossing_syn_that_asks_is_answered_with_ece),
		FIXTURE_TEST(shld_8_established_new_text_is_ect_and_nothing_else),
		FIXTURE_TEST(established_window_probe_is_not_ect),
		FIXTURE_TEST(established_diffserv_stays_beside_ect),
		FIXTURE_TEST(shld_8_established_mark_is_echoed_until_cwr),
		FIXTURE_TEST(established_mark_on_the_packet_with_cwr_is_echoed),
		FIXTURE_TEST(established_mark_outside_the_window_is_ignored),
		FIXTURE_TEST(established_mark_not_agreed_upon_is_ignored),
		FIXTURE_TEST(shld_8_established_ece_halves_the_window_once_and_is_answered_with_cwr),
		FIXTURE_TEST(established_ece_of_the_next_window_reduces_again),
		FIXTURE_TEST(established_marks_without_end_reduce_newreno_to_one_segment),
		FIXTURE_TEST(established_marks_without_end_reduce_cubic_to_one_segment),
		FIXTURE_TEST(established_marks_without_end_reduce_dctcp_to_one_segment),
		FIXTURE_TEST(established_dctcp_change_before_a_rst_is_told_nobody),
		FIXTURE_TEST(established_loss_in_a_window_reduced_for_a_mark_reduces_no_further),
		FIXTURE_TEST(established_timeout_is_told_by_cwr),
		FIXTURE_TEST(established_dctcp_echoes_what_each_segment_had),
		FIXTURE_TEST(established_dctcp_change_acknowledges_what_was_before_by_itself),
		FIXTURE_TEST(established_dctcp_change_within_a_burst_is_told_where_it_was),
		FIXTURE_TEST(established_dctcp_first_mark_halves_the_window),
	};

	return cmocka_run_group_tests_name("ecn", tests, eal_start, eal_stop);
}
