/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text and FIN on a SYN (RFC 9293 3.10.7.2, 3.10.7.3): kept, not delivered before ESTABLISHED, and
 * not acknowledged before either, so that what was not kept comes again.
 */
#include <rte_mbuf.h>

#include "eal.h"
#include "fixture.h"

/*
 * 3.10.7.2 third: "Set RCV.NXT to SEG.SEQ+1, IRS is set to SEG.SEQ, and any other control or text should be queued for
 * processing later."
 */
static void
listen_syn_with_text_is_acknowledged_without_it(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	app_accept_nothing(t);
	assert_int_equal(stats_now(t).text_bytes_received, 0);
	assert_int_equal(stats_now(t).syn_text_kept, 1);
}

static void
syn_received_ack_delivers_the_text_of_the_syn(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 101:101(0) ack 1");
	app_accept(t);
	assert_true(estab_conn_receive_waiting(t->peer->conn) == 100);
	app_read(t, 100);
	advance(t, 100);
	expect(t, ". 1:1(0) ack 101");
	expect_nothing(t);
	assert_int_equal(stats_now(t).text_bytes_received, 100);
}

/* The SYN-ACK has not acknowledged it, so a careful peer sends it again: once is delivered. */
static void
syn_received_text_again_with_the_ack_is_delivered_once(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "P. 1:151(150) ack 1");
	app_accept(t);
	app_read(t, 150);
	app_read_nothing(t);
	advance(t, 100);
	expect(t, ". 1:1(0) ack 151");
	expect_nothing(t);
}

static void
syn_received_fin_of_the_syn_is_taken_after_its_text(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "SF 0:100(100) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 102:102(0) ack 1");
	expect(t, ". 1:1(0) ack 102");
	app_accept(t);
	assert_state(t, "CLOSE-WAIT");
	app_read(t, 100);
	app_read_end(t);
}

static void
syn_received_fin_of_the_syn_alone_is_taken(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "SF 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 2:2(0) ack 1");
	expect(t, ". 1:1(0) ack 2");
	app_accept(t);
	assert_state(t, "CLOSE-WAIT");
	app_read_end(t);
}

/* The SYN again, with its text: the SYN-ACK again, and still one copy. */
static void
syn_received_same_syn_with_text_again_is_answered_again(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	for (unsigned int i = 0; i < 3; i++) {
		arrive(t, "S 0:100(100) win 65535 <mss 1000>");
		expect(t, "S. 0:0(0) ack 1");
	}
	assert_drops(t, TCP_DUPLICATE_SYN, 2);
	assert_int_equal(stats_now(t).syn_text_kept, 1);
	arrive(t, ". 101:101(0) ack 1");
	app_accept(t);
	app_read(t, 100);
	app_read_nothing(t);
}

/* Another SYN in the window ends the attempt (3.10.7.4 fourth), and its text with it. */
static void
syn_received_other_syn_forgets_the_text(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "S 50:50(0) win 65535 <mss 1000>");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 0);
}

static void
syn_received_reset_forgets_the_text(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "R 1:1(0) win 0");
	assert_int_equal(stats_now(t).connections_half_open, 0);
}

static void
syn_received_given_up_forgets_the_text(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	advance(t, 200000);
	ignore_sent(t);
	assert_int_equal(stats_now(t).connections_half_open, 0);
}

/* Text in the limit's worth of mbufs is kept; the peers beyond it have to send theirs again. */
static void
listen_text_of_syns_beyond_the_limit_has_to_come_again(void **state)
{
	struct fixture *t = *state;
	const uint32_t mbuf = (uint32_t)sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE;

	t->config.limits.syn_text_bytes = 2 * mbuf;
	in_listen(t);
	for (unsigned int i = 0; i < 4; i++) {
		speak_as(t, i);
		arrive(t, "S 0:100(100) win 65535 <mss 1000>");
		expect(t, "S. 0:0(0) ack 1");
	}
	assert_int_equal(stats_now(t).syn_text_kept, 2);
	assert_int_equal(stats_now(t).syn_text_refused, 2);
	arrive(t, ". 101:101(0) ack 1");
	arrive(t, "P. 1:101(100) ack 1");
	app_accept(t);
	app_read(t, 100);
	ignore_sent(t);
	speak_as(t, 0); /* makes room by being established */
	arrive(t, ". 101:101(0) ack 1");
	app_accept(t);
	app_read(t, 100);
	speak_as(t, 4);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	assert_int_equal(stats_now(t).syn_text_kept, 3);
	ignore_sent(t);
}

/* A cookie remembers nothing. */
static void
listen_text_of_a_syn_answered_by_a_cookie_has_to_come_again(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	in_listen(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "P. 1:101(100) ack 1");
	app_accept(t);
	app_read(t, 100);
	advance(t, 100);
	expect(t, ". 1:1(0) ack 101");
	assert_int_equal(stats_now(t).syn_text_kept, 0);
}

/*
 * 3.10.7.3 fourth: "If there are other controls or text in the segment, then continue processing at
 * the sixth step under Section 3.10.7.4".
 */
static void
syn_sent_syn_ack_with_text_is_delivered(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S. 0:100(100) ack 1 win 65535 <mss 1000>");
	expect(t, ". 1:1(0) ack 101");
	app_read(t, 100);
}

static void
syn_sent_syn_ack_with_text_and_fin_is_taken_whole(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "SF. 0:100(100) ack 1 win 65535 <mss 1000>");
	expect(t, ". 1:1(0) ack 102");
	assert_state(t, "CLOSE-WAIT");
	app_read(t, 100);
	app_read_end(t);
}

/*
 * Simultaneous open: "If there are other controls or text in the segment, queue them for processing
 * after the ESTABLISHED state has been reached".
 */
static void
syn_sent_syn_with_text_is_delivered_when_established(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000,sackOK>");
	expect(t, "S. 0:0(0) ack 1");
	app_read_nothing(t);
	assert_state(t, "SYN-RECEIVED");
	arrive(t, ". 101:101(0) ack 1");
	app_read(t, 100);
	advance(t, 100);
	expect(t, ". 1:1(0) ack 101");
	expect_nothing(t);
}

static void
syn_sent_syn_with_text_and_fin_is_taken_when_established(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "SF 0:100(100) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 102:102(0) ack 1");
	expect(t, ". 1:1(0) ack 102");
	assert_state(t, "CLOSE-WAIT");
	app_read(t, 100);
	app_read_end(t);
}

/* What waits beyond no gap is no SACK block. */
static void
syn_received_ack_with_text_of_the_syn_waiting_has_no_sack(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000,sackOK>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "P. 70000:70010(10) ack 1"); /* beyond the window */
	expect(t, ". 1:1(0) ack 1 <>");
}

/* SHLD-3: the user has closed before it could read: the peer must learn that its text is lost. */
static void
shld_3_syn_received_closed_by_the_user_text_of_the_syn_is_answered_with_reset(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	app_close(t);
	ignore_sent(t);
	arrive(t, ". 101:101(0) ack 1");
	expect(t, "R 1:1(0)");
	assert_int_equal(stats_now(t).connections_open, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(listen_syn_with_text_is_acknowledged_without_it),
		FIXTURE_TEST(syn_received_ack_delivers_the_text_of_the_syn),
		FIXTURE_TEST(syn_received_text_again_with_the_ack_is_delivered_once),
		FIXTURE_TEST(syn_received_fin_of_the_syn_is_taken_after_its_text),
		FIXTURE_TEST(syn_received_fin_of_the_syn_alone_is_taken),
		FIXTURE_TEST(syn_received_same_syn_with_text_again_is_answered_again),
		FIXTURE_TEST(syn_received_other_syn_forgets_the_text),
		FIXTURE_TEST(syn_received_reset_forgets_the_text),
		FIXTURE_TEST(syn_received_given_up_forgets_the_text),
		FIXTURE_TEST(listen_text_of_syns_beyond_the_limit_has_to_come_again),
		FIXTURE_TEST(listen_text_of_a_syn_answered_by_a_cookie_has_to_come_again),
		FIXTURE_TEST(syn_sent_syn_ack_with_text_is_delivered),
		FIXTURE_TEST(syn_sent_syn_ack_with_text_and_fin_is_taken_whole),
		FIXTURE_TEST(syn_sent_syn_with_text_is_delivered_when_established),
		FIXTURE_TEST(syn_sent_syn_with_text_and_fin_is_taken_when_established),
		FIXTURE_TEST(syn_received_ack_with_text_of_the_syn_waiting_has_no_sack),
		FIXTURE_TEST(shld_3_syn_received_closed_by_the_user_text_of_the_syn_is_answered_with_reset),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
