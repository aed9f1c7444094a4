/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Opening a connection: passive (3.10.7.2, SYN-RECEIVED in 3.10.7.4), listeners beside one another.
 */
#include <errno.h>
#include <stdio.h>

#include "eal.h"
#include "fixture.h"

/*
 * 3.10.7.2: "Set RCV.NXT to SEG.SEQ+1, IRS is set to SEG.SEQ [...] ISS should be selected and a SYN
 * segment sent of the form: <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>"
 */
static void
listen_syn_is_answered_with_syn_ack(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:0(0) win 65535");
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	app_accept_nothing(t);
	assert_int_equal(stats_now(t).syn_received, 1);
	assert_int_equal(stats_now(t).syn_ack_sent, 1);
}

/* 3.10.7.2: "An incoming RST should be ignored. Return." */
static void
listen_rst_is_ignored(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "R 1:1(0)");
	arrive(t, "SR 1:1(0)");
	arrive(t, "R. 1:1(0) ack 5");
	expect_nothing(t);
}

/*
 * 3.10.7.2: "Any acknowledgment is bad if it arrives on a connection still in the LISTEN state. An
 * acceptable reset segment should be formed for any arriving ACK-bearing segment. The RST should be
 * formatted as follows: <SEQ=SEG.ACK><CTL=RST>"
 */
static void
listen_ack_is_answered_with_reset(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, ". 1:1(0) ack 77");
	expect(t, "R 77:77(0)");
	arrive(t, "S. 1:1(0) ack 78");
	expect(t, "R 78:78(0)");
	arrive(t, "F. 1:1(0) ack 79");
	expect(t, "R 79:79(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* 3.10.7.2: "Fourth, other data or control: This should not be reached. Drop the segment" */
static void
listen_segment_with_neither_syn_nor_ack_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "- 1:11(10)");
	arrive(t, "F 1:1(0)");
	expect_nothing(t);
	assert_drops(t, TCP_LISTEN_UNACCEPTABLE, 2);
}

/* 3.10.7.4: "If SND.UNA < SEG.ACK =< SND.NXT, then enter ESTABLISHED state" */
static void
syn_received_ack_establishes(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 0);
	assert_int_equal(stats_now(t).connections_passive, 1);
	app_accept(t);
	assert_state(t, "ESTABLISHED");
	app_read_nothing(t);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
}

static void
syn_received_ack_with_text_establishes_and_delivers(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, "P. 1:101(100) ack 1");
	app_accept(t);
	app_read(t, 100);
	app_read_nothing(t);
	advance(t, 500);
	expect(t, ". 1:1(0) ack 101");
	expect_nothing(t);
}

static void
syn_received_fin_with_text_establishes_delivers_and_ends(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, "FP. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 102");
	app_accept(t);
	assert_state(t, "CLOSE-WAIT");
	app_read(t, 100);
	app_read_end(t);
}

/*
 * 3.10.7.2: "any other control or text should be queued for processing later": or, what a receiver
 * may always do, not taken yet. Whichever, the user gets it once.
 */
static void
listen_syn_with_text_text_is_delivered_once(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "S 0:10(10) <mss 1000>");
	expect(t, "S. 0:0(0)");
	arrive(t, "P. 1:21(20) ack 1");
	app_accept(t);
	app_read(t, 20);
	app_read_nothing(t);
}

/* The SYN-ACK was lost: the peer asks again and gets the same answer. */
static void
syn_received_syn_again_is_answered_with_the_same_syn_ack(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	advance(t, 500);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 1);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* RFC 6298 2.1, 5.5: after 1 s, then twice as long each time; then it is given up. */
static void
syn_received_no_answer_retransmits_with_back_off_and_gives_up(void **state)
{
	struct fixture *t = *state;
	uint64_t wait_ms = 1000;

	t->config.tcp.syn_ack_retransmissions = 3;
	in_syn_received(t);
	for (unsigned int i = 0; i < 3; i++, wait_ms *= 2) {
		advance(t, wait_ms * 9 / 10);
		expect_nothing(t);
		advance(t, wait_ms / 10 + 20);
		expect(t, "S. 0:0(0) ack 1");
		expect_nothing(t);
	}
	advance(t, wait_ms * 9 / 10);
	assert_int_equal(stats_now(t).connections_half_open, 1);
	advance(t, wait_ms / 10 + 100);
	assert_int_equal(stats_now(t).connections_half_open, 0);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 1");
	expect(t, "R 1:1(0)");
	app_accept_nothing(t);
}

/*
 * 3.10.7.4: "If this connection was initiated with a passive OPEN (i.e., came from the LISTEN
 * state), then return this connection to LISTEN state and return. The user need not be informed."
 */
static void
must_11_syn_received_rst_returns_to_listen(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, "R 1:1(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 0);
	arrive(t, ". 1:1(0) ack 1");
	expect(t, "R 1:1(0)");
	speak_anew(t, 4711);
	arrive(t, "S 0:0(0) <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
}

/* RFC 5961 3.2: only the exact number resets; another in the window is challenged. */
static void
syn_received_rst_outside_window_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, "R 100000:100000(0)");
	arrive(t, "R 0:0(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 1);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/*
 * 3.10.7.4, SYN-RECEIVED: "If the segment acknowledgment is not acceptable, form a reset segment
 * <SEQ=SEG.ACK><CTL=RST> and send it."
 */
static void
syn_received_unacceptable_ack_is_answered_with_reset(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, ". 1:1(0) ack 2");
	expect(t, "R 2:2(0)");
	arrive(t, ". 1:1(0) ack 0");
	expect(t, "R 0:0(0)");
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 1);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/*
 * 3.10.7.4: "If an incoming segment is not acceptable, an acknowledgment should be sent in reply
 * (unless the RST bit is set [...]): <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>"
 */
static void
syn_received_segment_outside_window_is_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, ". 100000:100000(0) ack 1");
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	app_accept_nothing(t);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* 3.10.7.4 fifth: "if the ACK bit is off, drop the segment and return" */
static void
syn_received_segment_without_ack_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, "P 1:11(10)");
	expect_nothing(t);
	app_accept_nothing(t);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_read_nothing(t);
}

/*
 * MUST-8: "A TCP implementation MUST use the above type of "clock" for clock-driven selection of
 * initial sequence numbers"; it "is incremented roughly every 4 microseconds".
 */
static void
must_8_isn_follows_a_clock_of_four_microseconds(void **state)
{
	struct fixture *t = *state;
	uint32_t first, ticks;

	in_syn_received(t);
	first = t->peer->stack_iss;
	arrive(t, "R 1:1(0)");
	advance(t, 1000);
	speak_anew(t, t->peer->iss);
	arrive(t, "S 0:0(0) <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	ticks = t->peer->stack_iss - first;
	assert_in_range(ticks, 249000, 251000);
}

/* SHLD-1: "ISN = M + F(localip, localport, remoteip, remoteport, secretkey)" */
static void
shld_1_isn_of_one_peer_tells_nothing_of_another(void **state)
{
	struct fixture *t = *state;
	uint32_t last = 0, near = 0;

	in_listen(t);
	for (unsigned int i = 0; i < 16; i++) {
		speak_as(t, i);
		arrive(t, "S 0:0(0) <mss 1000>");
		expect(t, "S. 0:0(0) ack 1");
		near += i > 0 && t->peer->stack_iss - last + 1000000 < 2000000;
		last = t->peer->stack_iss;
	}
	assert_in_range(near, 0, 1); /* by chance: once in 140 runs of another secret */
}

static struct estab_listener *
listen_at(struct fixture *t, uint8_t family, uint8_t host, int wanted)
{
	struct estab_listen_config config = { .local = { .port = FIXTURE_PORT } };
	struct estab_listener *listener = NULL;
	char text[32];

	start(t);
	if (host > 0) {
		snprintf(text, sizeof(text), family == 4 ? "192.0.2.%u" : "2001:db8::%u", host);
		assert_int_equal(estab_address_parse(text, &config.local.address), 0);
	}
	config.local.address.family = family;
	assert_int_equal(estab_listen(t->stack, &config, &listener), wanted);
	return listener;
}

static void
connect_to_host(struct fixture *t, unsigned int n, uint8_t host)
{
	speak_as(t, n);
	t->peer->stack_host = host;
	arrive(t, "S 0:0(0) <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
}

static void
accept_and_abort(struct estab_listener *listener, uint16_t wanted)
{
	struct estab_conn *conns[8];
	const uint16_t n = estab_accept_burst(listener, conns, 8);

	for (uint16_t i = 0; i < n; i++)
		estab_conn_abort(conns[i]);
	assert_int_equal(n, wanted);
}

/*
 * MUST-41: "Every passive OPEN call either creates a new connection record in LISTEN state, or it
 * returns an error; it MUST NOT affect any previously created connection record." The most specific
 * listener gets the connection. MUST-42: "functionally allow an application to LISTEN on a port
 * while a connection block with the same local port is in SYN-SENT or SYN-RECEIVED state"
 */
static void
must_41_specific_listener_goes_before_wildcards(void **state)
{
	struct fixture *t = *state;
	struct estab_listener *any, *family, *specific;

	any = listen_at(t, 0, 0, 0);
	connect_to_host(t, 0, 2);
	family = listen_at(t, t->family, 0, 0);
	connect_to_host(t, 1, 2);
	connect_to_host(t, 2, 1);
	specific = listen_at(t, t->family, 2, 0);
	connect_to_host(t, 3, 2);
	connect_to_host(t, 4, 1);
	accept_and_abort(any, 1);
	accept_and_abort(family, 3);
	accept_and_abort(specific, 1);
	estab_listener_close(any);
	estab_listener_close(family);
	estab_listener_close(specific);
}

static void
listen_on_another_address_only_leaves_this_one_closed(void **state)
{
	struct fixture *t = *state;

	t->listener = listen_at(t, t->family, 2, 0);
	arrive(t, "S 0:0(0) <mss 1000>");
	expect(t, "R. 0:0(0) ack 1");
	expect_nothing(t);
}

static void
listen_on_the_other_family_only_leaves_this_one_closed(void **state)
{
	struct fixture *t = *state;

	t->listener = listen_at(t, t->family == 4 ? 6 : 4, 0, 0);
	arrive(t, "S 0:0(0) <mss 1000>");
	expect(t, "R. 0:0(0) ack 1");
	expect_nothing(t);
}

static void
listen_with_bad_endpoints_is_refused(void **state)
{
	const struct estab_listen_config config = { .local = { .port = 0 } };
	const struct estab_listen_config no_family = { .local = { .address.family = 9,
								       .port = 9 } };
	struct estab_listener *listener;
	struct fixture *t = *state;

	t->listener = listen_at(t, t->family, 1, 0);
	listen_at(t, t->family, 1, -EADDRINUSE);
	listen_at(t, t->family, 77, -EADDRNOTAVAIL);
	assert_int_equal(estab_listen(t->stack, &config, &listener), -EINVAL);
	assert_int_equal(estab_listen(t->stack, &no_family, &listener), -EINVAL);
}

static void
listener_close_forgets_half_open_and_aborts_unaccepted(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	speak_as(t, 1);
	arrive(t, "S 0:0(0) <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	estab_listener_close(t->listener);
	t->listener = NULL;
	turn(t);
	assert_true(next_sent(t)->flags & PACKET_RST);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_half_open, 0);
	assert_int_equal(stats_now(t).connections_open, 0);
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 1");
	expect(t, "R 1:1(0)");
}

/* What was to be told of a connection is forgotten with it: its RST is still to be sent. */
static void
listener_close_aborts_unaccepted_that_has_text(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, "P. 1:101(100) ack 1");
	ignore_sent(t);
	estab_listener_close(t->listener);
	t->listener = NULL;
	turn(t);
	expect(t, "R 1:1(0)");
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* No TCB is left: the handshake is not completed, the record stays, and the peer retries. */
static void
syn_received_no_tcb_left_drops_the_ack(void **state)
{
	struct fixture *t = *state;

	t->config.limits.connections = 1;
	in_established(t);
	speak_as(t, 1);
	arrive(t, "S 0:0(0) <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_drops(t, TCP_CONNECTIONS_FULL, 1);
	app_accept_nothing(t);
	speak_as(t, 0);
	app_abort(t);
	ignore_sent(t);
	speak_as(t, 1);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(listen_syn_is_answered_with_syn_ack),
		FIXTURE_TEST(listen_rst_is_ignored),
		FIXTURE_TEST(listen_ack_is_answered_with_reset),
		FIXTURE_TEST(listen_segment_with_neither_syn_nor_ack_is_dropped),
		FIXTURE_TEST(syn_received_ack_establishes),
		FIXTURE_TEST(syn_received_ack_with_text_establishes_and_delivers),
		FIXTURE_TEST(syn_received_fin_with_text_establishes_delivers_and_ends),
		FIXTURE_TEST(listen_syn_with_text_text_is_delivered_once),
		FIXTURE_TEST(syn_received_syn_again_is_answered_with_the_same_syn_ack),
		FIXTURE_TEST(syn_received_no_answer_retransmits_with_back_off_and_gives_up),
		FIXTURE_TEST(must_11_syn_received_rst_returns_to_listen),
		FIXTURE_TEST(syn_received_rst_outside_window_is_dropped),
		FIXTURE_TEST(syn_received_unacceptable_ack_is_answered_with_reset),
		FIXTURE_TEST(syn_received_segment_outside_window_is_acknowledged),
		FIXTURE_TEST(syn_received_segment_without_ack_is_dropped),
		FIXTURE_TEST(must_8_isn_follows_a_clock_of_four_microseconds),
		FIXTURE_TEST(shld_1_isn_of_one_peer_tells_nothing_of_another),
		FIXTURE_TEST(must_41_specific_listener_goes_before_wildcards),
		FIXTURE_TEST(listen_on_another_address_only_leaves_this_one_closed),
		FIXTURE_TEST(listen_on_the_other_family_only_leaves_this_one_closed),
		FIXTURE_TEST(listen_with_bad_endpoints_is_refused),
		FIXTURE_TEST(listener_close_forgets_half_open_and_aborts_unaccepted),
		FIXTURE_TEST(listener_close_aborts_unaccepted_that_has_text),
		FIXTURE_TEST(syn_received_no_tcb_left_drops_the_ack),
	};

	return cmocka_run_group_tests_name("open", tests, eal_start, eal_stop);
}
