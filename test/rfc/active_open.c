/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Active OPEN (3.10.1), SYN-SENT (3.10.7.3), and two peers that open towards each other (3.5).
 */
#include <errno.h>
#include <string.h>

#include "eal.h"
#include "fixture.h"

static unsigned int
mss_of_mtu(const struct fixture *t)
{
	return t->family == ESTAB_FAMILY_IPV4 ? 1460 : 1440;
}

/* 3.10.1: "A SYN segment of the form <SEQ=ISS><CTL=SYN> is sent." Every option is offered. */
static void
closed_connect_sends_syn_with_every_option(void **state)
{
	struct fixture *t = *state;
	const struct packet *syn;

	app_connect(t);
	syn = next_sent(t);
	assert_non_null(syn);
	assert_int_equal(syn->flags, PACKET_SYN);
	assert_int_equal(syn->options, PACKET_MSS | PACKET_WSCALE | PACKET_SACK_OK | PACKET_TS);
	assert_int_equal(syn->mss, mss_of_mtu(t));
	assert_int_equal(syn->ts_ecr, 0);
	assert_int_equal(syn->text_len, 0);
	assert_true((uint32_t)UINT16_MAX << syn->wscale >= 262144);
	expect_nothing(t);
}

static void
closed_connect_offers_only_what_is_configured(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.no_timestamps = true;
	t->config.tcp.no_window_scale = true;
	t->config.tcp.no_sack = true;
	app_connect(t);
	expect(t, "S 0:0(0) <mss %u>", mss_of_mtu(t));
}

/*
 * 3.10.7.3: "If SND.UNA > ISS (our SYN has been ACKed), change the connection state to ESTABLISHED,
 * form an ACK segment <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK> and send it."
 */
static void
syn_sent_syn_ack_establishes_and_is_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(t, ". 1:1(0) ack 1 <>");
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
	assert_int_equal(app_events(t) & ESTAB_EVENT_CONNECTED, ESTAB_EVENT_CONNECTED);
	assert_int_equal(stats_now(t).connections_active, 1);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1 <>");
}

static void
syn_sent_syn_ack_with_every_option_uses_them(void **state)
{
	struct fixture *t = *state;
	struct estab_conn_info info;

	in_syn_sent(t);
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1000,sackOK,TS val 7 ecr *,wscale 5>");
	expect(t, ". 1:1(0) ack 1 <TS val * ecr 7>");
	info = status_now(t);
	assert_true(info.timestamps && info.sack && info.window_scale);
	assert_int_equal(info.snd_wscale, 5);
	assert_int_equal(info.snd_wnd, 65535); /* RFC 7323 2.2: a SYN's window is not scaled */
	assert_int_equal(info.mss, 1000 - 12);
}

/* 3.10.7.3: "If there are other controls or text in the segment, then continue processing" */
static void
syn_sent_syn_ack_with_text_is_delivered(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "SP. 0:10(10) ack 1 <mss 1000>");
	advance(t, 500);
	ignore_sent(t);
	arrive(t, "P. 1:21(20) ack 1"); /* again, in case the text of the SYN was not taken */
	app_read(t, 20);
	app_read_nothing(t);
}

static void
syn_sent_syn_ack_with_fin_is_acknowledged_and_ends(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	ignore_sent(t);
	arrive(t, "F. 1:1(0) ack 1");
	expect(t, ". 1:1(0) ack 2");
	app_read_end(t);
	assert_state(t, "CLOSE-WAIT");
}

/*
 * MUST-22: "SYN retransmissions MUST be handled in the general way just described for data
 * retransmissions, including notification of the application layer." MUST-23: "R2 for a SYN segment
 * MUST be set large enough to provide retransmission of the segment for at least 3 minutes"
 */
static void
must_22_must_23_syn_sent_silence_retransmits_for_three_minutes(void **state)
{
	struct fixture *t = *state;
	uint64_t wait_ms = 1000, past_ms = 0;
	unsigned int n = 0;

	in_syn_sent(t);
	for (; wait_ms <= 64000; wait_ms *= 2, n++) {
		advance(t, wait_ms - wait_ms / 20);
		expect_nothing(t);
		advance(t, wait_ms / 20 + 20);
		expect(t, "S 0:0(0)");
		expect_nothing(t);
		past_ms += wait_ms;
	}
	assert_int_equal(n, 7);
	advance(t, 180000 - past_ms);
	assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	advance(t, 120000);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_conn_error(t->peer->conn), -ETIMEDOUT);
	assert_int_equal(stats_now(t).connections_failed, 1);
	expect_nothing(t);
}

/*
 * 3.10.7.3: "If the RST bit is set [...] If the ACK was acceptable, then signal to the user "error:
 * connection reset", drop the segment, enter CLOSED state, delete TCB, and return."
 */
static void
syn_sent_rst_with_acceptable_ack_is_refused(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "R. 0:0(0) ack 1");
	expect_nothing(t);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_conn_error(t->peer->conn), -ECONNREFUSED);
	assert_int_equal(estab_conn_error(t->peer->conn), 0); /* read once */
	assert_int_equal(stats_now(t).connections_failed, 1);
	advance(t, 10000);
	expect_nothing(t);
}

/* 3.10.7.3: "Otherwise (no ACK), drop the segment and return." */
static void
syn_sent_rst_without_ack_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "R 0:0(0)");
	expect_nothing(t);
	assert_state(t, "SYN-SENT");
	assert_int_equal(app_events(t), 0);
}

/*
 * 3.10.7.3: "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset (unless the RST bit is set, if so
 * drop the segment and return) <SEQ=SEG.ACK><CTL=RST> and discard the segment."
 */
static void
syn_sent_unacceptable_ack_is_answered_with_reset(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, ". 0:0(0) ack 77");
	expect(t, "R 77:77(0)");
	arrive(t, "S. 0:0(0) ack 2 <mss 1000>");
	expect(t, "R 2:2(0)");
	arrive(t, "S. 0:0(0) ack 0 <mss 1000>");
	expect(t, "R 0:0(0)");
	expect_nothing(t);
	assert_state(t, "SYN-SENT");
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_state(t, "ESTABLISHED");
}

static void
syn_sent_rst_with_unacceptable_ack_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "R. 0:0(0) ack 77");
	arrive(t, "R. 0:0(0) ack 0");
	expect_nothing(t);
	assert_state(t, "SYN-SENT");
}

/* 3.10.7.3: "Fifth, if neither of the SYN or RST bits is set, then drop the segment and return." */
static void
syn_sent_acceptable_ack_without_syn_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "P. 1:11(10) ack 1");
	arrive(t, "F. 1:1(0) ack 1");
	arrive(t, "F 1:1(0)");
	expect_nothing(t);
	assert_state(t, "SYN-SENT");
}

/* 3.10.4, SYN-SENT: "Delete the TCB and return "error: closing" responses to any queued SENDs" */
static void
syn_sent_close_deletes_the_connection(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, "R 1:1(0)");
}

static void
syn_sent_read_finds_nothing_yet(void **state)
{
	struct fixture *t = *state;
	uint8_t byte = 0;

	in_syn_sent(t);
	assert_int_equal(estab_conn_read(t->peer->conn, &byte, 1), -EAGAIN);
	assert_false(estab_conn_at_end(t->peer->conn));
}

/* 3.10.2, SYN-SENT: "Queue the data for transmission after entering ESTABLISHED state." */
static void
syn_sent_write_is_queued_until_established(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	app_write(t, 100);
	expect_nothing(t);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, "P. 1:101(100) ack 1");
	expect_nothing(t);
}

/*
 * MUST-46: "A TCP implementation MUST reject as an error a local OPEN call for an invalid remote IP
 * address (e.g., a broadcast or multicast address)"
 */
static void
must_46_connect_to_invalid_address_is_refused(void **state)
{
	static const char *const bad[] = { "224.0.0.1", "255.255.255.255", "0.0.0.0", "ff02::1",
		"::" };
	struct estab_connect_config config = { .remote.port = 80 };
	struct fixture *t = *state;
	struct estab_conn *conn;

	start(t);
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(estab_address_parse(bad[i], &config.remote.address), 0);
		assert_int_equal(estab_connect(t->stack, &config, &conn), -EINVAL);
	}
	assert_int_equal(estab_address_parse("192.0.2.100", &config.remote.address), 0);
	config.remote.port = 0;
	assert_int_equal(estab_connect(t->stack, &config, &conn), -EINVAL);
	turn(t);
	expect_nothing(t);
}

static void
closed_connect_of_a_tuple_in_use_is_refused(void **state)
{
	struct estab_connect_config config = { .local.port = FIXTURE_PORT };
	struct fixture *t = *state;
	struct estab_conn *conn;

	in_syn_sent(t);
	config.remote = status_now(t).remote;
	assert_int_equal(estab_connect(t->stack, &config, &conn), -EADDRINUSE);
}

static void
closed_connect_beyond_the_limit_of_connections_is_refused(void **state)
{
	struct estab_connect_config config = { .local.port = FIXTURE_PORT + 1 };
	struct fixture *t = *state;
	struct estab_conn *conn;

	t->config.limits.connections = 1;
	in_syn_sent(t);
	config.remote = status_now(t).remote;
	assert_int_equal(estab_connect(t->stack, &config, &conn), -ENOBUFS);
}

/* Without a local port each connection gets one of its own from the configured range. */
static void
closed_connects_get_ports_of_their_own_until_the_range_is_used_up(void **state)
{
	struct fixture *t = *state;
	struct estab_connect_config config = { 0 };
	struct estab_conn *conns[5];
	uint32_t seen = 0;
	char text[32];

	t->config.tcp.ephemeral_port_first = 50000;
	t->config.tcp.ephemeral_port_last = 50003;
	start(t);
	strcpy(text, t->family == 4 ? "192.0.2.100" : "2001:db8::100");
	assert_int_equal(estab_address_parse(text, &config.remote.address), 0);
	config.remote.port = 80;
	for (unsigned int i = 0; i < 4; i++) {
		struct estab_conn_info info;

		assert_int_equal(estab_connect(t->stack, &config, &conns[i]), 0);
		estab_conn_status(conns[i], &info);
		assert_in_range(info.local.port, 50000, 50003);
		seen |= UINT32_C(1) << (info.local.port - 50000);
	}
	assert_int_equal(seen, 0xf);
	assert_int_equal(estab_connect(t->stack, &config, &conns[4]), -EADDRNOTAVAIL);
	for (unsigned int i = 0; i < 4; i++)
		estab_conn_abort(conns[i]);
}

/*
 * MUST-10: "A TCP implementation MUST support simultaneous open attempts." Figure 7: SYN-SENT, then
 * a SYN: SYN-RECEIVED, <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>; then the peer's SYN,ACK: ESTABLISHED.
 */
static void
must_10_syn_sent_syn_opens_simultaneously(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
	assert_state(t, "SYN-RECEIVED");
	assert_false(app_events(t) & ESTAB_EVENT_CONNECTED);
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	assert_state(t, "ESTABLISHED");
	assert_true(app_events(t) & ESTAB_EVENT_CONNECTED);
	ignore_sent(t); /* the peer's SYN is old by now: an acknowledgment is allowed */
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1");
	arrive(t, "P. 1:11(10) ack 11");
	app_read(t, 10);
}

static void
must_10_syn_received_plain_ack_completes_simultaneous_open(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
}

static void
simultaneous_open_negotiates_options(void **state)
{
	struct fixture *t = *state;
	struct estab_conn_info info;
	const struct packet *syn_ack;

	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,sackOK,TS val 5 ecr 0,wscale 6>");
	syn_ack = next_sent(t);
	assert_non_null(syn_ack);
	assert_int_equal(syn_ack->flags, PACKET_SYN | PACKET_ACK);
	assert_int_equal(syn_ack->options, PACKET_MSS | PACKET_SACK_OK | PACKET_TS | PACKET_WSCALE);
	assert_int_equal(syn_ack->ts_ecr, 5);
	arrive(t, ". 1:1(0) ack 1 <TS val 6 ecr *>");
	info = status_now(t);
	assert_true(info.timestamps && info.sack && info.window_scale);
	assert_int_equal(info.snd_wscale, 6);
}

/* Linux answers our SYN with its SYN,ACK: both are in one burst where we were late to look. */
static void
syn_sent_syn_and_syn_ack_in_one_burst_are_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1000>");
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_state(t, "ESTABLISHED");
}

/* In SYN-RECEIVED by simultaneous open a lost SYN,ACK is sent again. */
static void
simultaneous_open_silence_retransmits_syn_ack(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	advance(t, 900);
	expect_nothing(t);
	advance(t, 2200);
	expect(t, "S. 0:0(0) ack 1");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 1");
	assert_state(t, "ESTABLISHED");
}

/*
 * MUST-11: "a TCP implementation MUST keep track of whether a connection has reached SYN-RECEIVED
 * state as the result of a passive OPEN or an active OPEN." 3.10.7.4: "If this connection was
 * initiated with an active OPEN (i.e., came from SYN-SENT state), then the connection was refused;
 * signal the user "connection refused"."
 */
static void
must_11_syn_received_of_active_open_rst_is_refused(void **state)
{
	struct fixture *t = *state;

	in_listen(t); /* which must not get the connection */
	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "R 1:1(0)");
	expect_nothing(t);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_conn_error(t->peer->conn), -ECONNREFUSED);
	app_accept_nothing(t);
}

/* MUST-42: listening on the port from which a connection is being opened. */
static void
must_42_listen_beside_syn_sent_accepts_others(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	speak_as(t, 1);
	in_established(t);
	speak_as(t, 0);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_state(t, "ESTABLISHED");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(closed_connect_sends_syn_with_every_option),
		FIXTURE_TEST(closed_connect_offers_only_what_is_configured),
		FIXTURE_TEST(syn_sent_syn_ack_establishes_and_is_acknowledged),
		FIXTURE_TEST(syn_sent_syn_ack_with_every_option_uses_them),
		FIXTURE_TEST(syn_sent_syn_ack_with_text_is_delivered),
		FIXTURE_TEST(syn_sent_syn_ack_with_fin_is_acknowledged_and_ends),
		FIXTURE_TEST(must_22_must_23_syn_sent_silence_retransmits_for_three_minutes),
		FIXTURE_TEST(syn_sent_rst_with_acceptable_ack_is_refused),
		FIXTURE_TEST(syn_sent_rst_without_ack_is_dropped),
		FIXTURE_TEST(syn_sent_unacceptable_ack_is_answered_with_reset),
		FIXTURE_TEST(syn_sent_rst_with_unacceptable_ack_is_dropped),
		FIXTURE_TEST(syn_sent_acceptable_ack_without_syn_is_dropped),
		FIXTURE_TEST(syn_sent_close_deletes_the_connection),
		FIXTURE_TEST(syn_sent_read_finds_nothing_yet),
		FIXTURE_TEST(syn_sent_write_is_queued_until_established),
		FIXTURE_TEST(must_46_connect_to_invalid_address_is_refused),
		FIXTURE_TEST(closed_connect_of_a_tuple_in_use_is_refused),
		FIXTURE_TEST(closed_connect_beyond_the_limit_of_connections_is_refused),
		FIXTURE_TEST(closed_connects_get_ports_of_their_own_until_the_range_is_used_up),
		FIXTURE_TEST(must_10_syn_sent_syn_opens_simultaneously),
		FIXTURE_TEST(must_10_syn_received_plain_ack_completes_simultaneous_open),
		FIXTURE_TEST(simultaneous_open_negotiates_options),
		FIXTURE_TEST(syn_sent_syn_and_syn_ack_in_one_burst_are_acknowledged),
		FIXTURE_TEST(simultaneous_open_silence_retransmits_syn_ack),
		FIXTURE_TEST(must_11_syn_received_of_active_open_rst_is_refused),
		FIXTURE_TEST(must_42_listen_beside_syn_sent_accepts_others),
	};

	return cmocka_run_group_tests_name("active_open", tests, eal_start, eal_stop);
}
