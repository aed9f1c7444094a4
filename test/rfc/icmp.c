/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ICMP errors about a connection (3.9.2.2, RFC 5927): which reach the user, and which end something.
 */
#include <errno.h>

#include "eal.h"
#include "quote.h"

/* A segment with text leaves the stack, to be quoted. */
static void
send_text(struct fixture *t, struct raw *sent)
{
	static const uint8_t text[100];

	assert_int_equal(estab_conn_write(t->peer->conn, text, sizeof(text)), sizeof(text));
	assert_true(raw_take(t, sent));
}

/* An error about the segment arrives; types and codes by family. */
static void
report(struct fixture *t, const uint8_t ipv4[2], const uint8_t ipv6[2], const struct raw *sent)
{
	const uint8_t *what = t->family == ESTAB_FAMILY_IPV4 ? ipv4 : ipv6;
	struct raw error;

	raw_icmp(t, &error, what[0], what[1], 0, sent);
	raw_arrive(t, &error);
}

/*
 * Destination Unreachable 0, 1, 5, Time Exceeded 0, 1, Parameter Problem 0, 1, 2; for IPv6 no route,
 * prohibited, address unreachable, Time Exceeded 0, 1, Parameter Problem 0, 1, 2.
 */
static const uint8_t soft_ipv4[][2] = { { 3, 0 }, { 3, 1 }, { 3, 5 }, { 11, 0 }, { 11, 1 },
	{ 12, 0 }, { 12, 1 }, { 12, 2 } };
static const uint8_t soft_ipv6[][2] = { { 1, 0 }, { 1, 1 }, { 1, 3 }, { 3, 0 }, { 3, 1 }, { 4, 0 },
	{ 4, 1 }, { 4, 2 } };
static const unsigned int soft_count = sizeof(soft_ipv4) / sizeof(*soft_ipv4);

/*
 * MUST-56: "Since these [...] messages indicate soft error conditions, a TCP implementation MUST NOT
 * abort the connection". SHLD-25: "SHOULD make the information available to the application."
 */
static void
must_56_shld_25_soft_error_is_told_and_ends_nothing(void **state)
{
	struct fixture *t = *state;
	struct raw sent;

	in_established(t);
	send_text(t, &sent);
	for (unsigned int i = 0; i < soft_count; i++) {
		app_events(t);
		report(t, soft_ipv4[i], soft_ipv6[i], &sent);
		assert_int_equal(app_events(t), ESTAB_EVENT_TROUBLE);
		assert_int_equal(estab_conn_soft_error(t->peer->conn),
				i == 0 ? -ENETUNREACH : -EHOSTUNREACH);
		assert_state(t, "ESTABLISHED");
	}
	arrive(t, "P. 1:11(10) ack 101");
	app_read(t, 10);
	ignore_sent(t);
}

/*
 * MUST-54: "A TCP implementation MUST act on an ICMP error message passed up from the IP layer,
 * directing it to the connection that created the error."
 */
static void
must_54_error_goes_to_the_connection_that_it_quotes(void **state)
{
	struct fixture *t = *state;
	struct raw sent;

	in_established(t);
	speak_as(t, 1);
	in_established(t);
	app_events(t);
	speak_as(t, 0);
	send_text(t, &sent);
	app_events(t);
	report(t, soft_ipv4[1], soft_ipv6[2], &sent);
	assert_int_equal(app_events(t), ESTAB_EVENT_TROUBLE);
	speak_as(t, 1);
	assert_int_equal(app_events(t), 0);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), 0);
}

/* RFC 5927 4.1: a quote that is in flight nowhere is a forgery, or too late. */
static void
must_54_error_about_acknowledged_text_is_ignored(void **state)
{
	struct fixture *t = *state;
	struct raw sent;

	in_established(t);
	send_text(t, &sent);
	arrive(t, ". 1:1(0) ack 101");
	app_events(t);
	report(t, soft_ipv4[1], soft_ipv6[2], &sent);
	assert_int_equal(app_events(t), 0);
	assert_drops(t, ICMP_OUT_OF_WINDOW, 1);
}

/* An attempt to connect whose SYN is in our hands; the next hop is known from another attempt. */
static void
in_syn_sent_with_syn(struct fixture *t, struct raw *syn)
{
	struct estab_connect_config config = { .local.port = FIXTURE_PORT };
	struct estab_conn_info info;

	speak_as(t, 1);
	in_syn_sent(t);
	info = status_now(t);
	speak_as(t, 0);
	config.remote.address = info.remote.address;
	config.remote.port = t->peer->port;
	assert_int_equal(estab_connect(t->stack, &config, &t->peer->conn), 0);
	assert_true(raw_take(t, syn));
}

/* MUST-56 before the connection is established. */
static void
must_56_syn_sent_soft_error_ends_nothing(void **state)
{
	struct fixture *t = *state;
	struct raw syn;

	in_syn_sent_with_syn(t, &syn);
	for (unsigned int i = 0; i < soft_count; i++)
		report(t, soft_ipv4[i], soft_ipv6[i], &syn);
	assert_state(t, "SYN-SENT");
	assert_int_equal(app_events(t) & ESTAB_EVENT_CLOSED, 0);
}

/* Protocol and port unreachable; for IPv6 port unreachable only (RFC 4443 3.1). */
static const uint8_t hard_ipv4[][2] = { { 3, 2 }, { 3, 3 } };
static const uint8_t hard_ipv6[][2] = { { 1, 4 }, { 1, 4 } };

/*
 * SHLD-26: Destination Unreachable 2 to 4: "These are hard error conditions, so TCP implementations
 * SHOULD abort the connection." As RFC 5927 5.2 has it: while it is not yet synchronized; a peer
 * that has answered is there, and only a forger can say that it is not.
 */
static void
shld_26_syn_sent_hard_error_ends_the_attempt(void **state)
{
	struct fixture *t = *state;
	struct raw syn;

	in_syn_sent_with_syn(t, &syn);
	report(t, hard_ipv4[1], hard_ipv6[1], &syn);
	assert_state(t, "CLOSED");
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	assert_int_equal(estab_conn_error(t->peer->conn), -ECONNREFUSED);
}

static void
shld_26_syn_sent_protocol_unreachable_ends_the_attempt(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	quote_arrive(t, t->family == ESTAB_FAMILY_IPV4 ? 3 : 1,
			t->family == ESTAB_FAMILY_IPV4 ? 2 : 4, 0, "S 0:0(0)");
	assert_state(t, "CLOSED");
	assert_int_equal(estab_conn_error(t->peer->conn), -ECONNREFUSED);
	assert_int_equal(stats_now(t).connections_failed, 1);
	assert_int_equal(stats_now(t).icmp_errors_taken, 1);
	advance(t, 600000);
	expect_nothing(t);
}

static void
shld_26_established_hard_error_is_no_more_than_told(void **state)
{
	struct fixture *t = *state;
	struct raw sent;

	in_established(t);
	send_text(t, &sent);
	for (unsigned int i = 0; i < 2; i++) {
		app_events(t);
		report(t, hard_ipv4[i], hard_ipv6[i], &sent);
		assert_int_equal(app_events(t), ESTAB_EVENT_TROUBLE);
		assert_int_equal(estab_conn_soft_error(t->peer->conn), -ECONNREFUSED);
		assert_state(t, "ESTABLISHED");
	}
}

/*
 * MUST-55: "TCP implementations MUST silently discard any received ICMP Source Quench messages."
 * ICMPv6 has none: there a type that nobody knows.
 */
static void
must_55_source_quench_is_discarded_silently(void **state)
{
	static const uint8_t quench[] = { 4, 0 }, unknown[] = { 100, 0 };
	struct fixture *t = *state;
	struct estab_conn_info before;
	struct raw sent;
	uint32_t frames;

	in_established(t);
	send_text(t, &sent);
	app_events(t);
	before = status_now(t);
	frames = t->stack_frames;
	report(t, quench, unknown, &sent);
	assert_int_equal(app_events(t), 0);
	assert_int_equal(t->stack_frames, frames);
	assert_int_equal(status_now(t).cwnd, before.cwnd);
	assert_drops(t, ICMP_UNHANDLED, 1);
}

/* Host unreachable, or address unreachable, about the segment. */
static void
host_unreachable(struct fixture *t, const char *notation)
{
	const bool ipv4 = t->family == ESTAB_FAMILY_IPV4;

	quote_arrive(t, ipv4 ? 3 : 1, ipv4 ? 1 : 3, 0, notation);
}

/* RFC 5927 4.1: SND.UNA =< SEG.SEQ < SND.NXT, at both ends. */
static void
must_54_error_is_believed_from_snd_una_up_to_snd_nxt(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 300);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 101");
	app_events(t);
	host_unreachable(t, ". 100:101(1) ack 1");
	host_unreachable(t, ". 301:302(1) ack 1");
	host_unreachable(t, ". 2147483749:2147483750(1) ack 1");
	assert_int_equal(app_events(t), 0);
	assert_drops(t, ICMP_OUT_OF_WINDOW, 3);
	host_unreachable(t, ". 101:102(1) ack 1");
	assert_int_equal(app_events(t), ESTAB_EVENT_TROUBLE);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), -EHOSTUNREACH);
	host_unreachable(t, ". 300:301(1) ack 1");
	assert_int_equal(app_events(t), ESTAB_EVENT_TROUBLE);
	assert_int_equal(stats_now(t).icmp_errors_taken, 2);
}

/* The report is news once. */
static void
must_47_soft_error_is_read_once(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), 0);
	app_write(t, 100);
	ignore_sent(t);
	host_unreachable(t, ". 1:101(100) ack 1");
	assert_int_equal(estab_conn_soft_error(t->peer->conn), -EHOSTUNREACH);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), 0);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
	app_read_nothing(t);
}

/* MUST-56: the text is sent again as if nothing had been said, and arrives. */
static void
must_56_text_is_sent_again_after_a_soft_error(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	host_unreachable(t, ". 1:101(100) ack 1");
	advance(t, 900);
	expect_nothing(t);
	advance(t, 200);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 1:1(0) ack 101");
	advance(t, 60000);
	expect_nothing(t);
}

/* MUST-56: an attempt goes on, and succeeds. */
static void
must_56_syn_sent_handshake_is_completed_after_a_soft_error(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	host_unreachable(t, "S 0:0(0)");
	assert_int_equal(app_events(t), ESTAB_EVENT_TROUBLE);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), -EHOSTUNREACH);
	advance(t, 1100);
	expect(t, "S 0:0(0)");
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_state(t, "ESTABLISHED");
}

/* Nobody's segment, a listener's, one of a half-open connection: nothing ends, nothing is sent. */
static void
must_54_error_about_no_connection_is_counted(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	host_unreachable(t, "S. 0:0(0) ack 1");
	speak_as(t, 1);
	host_unreachable(t, ". 1:101(100) ack 1");
	expect_nothing(t);
	assert_drops(t, ICMP_NO_CONNECTION, 2);
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_state(t, "ESTABLISHED");
}

/* A message that was damaged, cut off, or that quotes no TCP. */
static void
must_54_error_that_quotes_no_segment_is_dropped(void **state)
{
	struct fixture *t = *state;
	const bool ipv4 = t->family == ESTAB_FAMILY_IPV4;
	struct raw quoted, error;

	in_established(t);
	app_write(t, 100);
	ignore_sent(t);
	app_events(t);
	quote_build(t, &quoted, ". 1:101(100) ack 1");
	raw_icmp(t, &error, ipv4 ? 3 : 1, ipv4 ? 1 : 3, 0, &quoted);
	error.bytes[error.l4 + 9] ^= 1; /* behind the checksum's back */
	raw_arrive(t, &error);
	assert_drops(t, ICMP_MALFORMED, 1);
	raw_icmp(t, &error, ipv4 ? 3 : 1, ipv4 ? 1 : 3, 0, &quoted);
	error.size = error.l4 + 8 + (ipv4 ? 20 : 40) + 7; /* one octet short of a sequence number */
	raw_seal(&error);
	raw_arrive(t, &error);
	assert_drops(t, ICMP_MALFORMED, 2);
	raw_ip(&quoted)[ipv4 ? 9 : 6] = 17;
	raw_icmp(t, &error, ipv4 ? 3 : 1, ipv4 ? 1 : 3, 0, &quoted);
	raw_arrive(t, &error);
	assert_drops(t, ICMP_QUOTE, 1);
	assert_int_equal(app_events(t), 0);
}

/* RFC 792: the IP header and 64 bits: an old router's whole quote is enough. */
static void
must_54_quote_of_eight_octets_is_enough(void **state)
{
	struct fixture *t = *state;
	const bool ipv4 = t->family == ESTAB_FAMILY_IPV4;
	struct raw quoted, error;

	in_established(t);
	app_write(t, 100);
	ignore_sent(t);
	app_events(t);
	quote_build(t, &quoted, ". 1:101(100) ack 1");
	raw_icmp(t, &error, ipv4 ? 3 : 1, ipv4 ? 1 : 3, 0, &quoted);
	error.size = error.l4 + 8 + (ipv4 ? 20 : 40) + 8;
	raw_seal(&error);
	raw_arrive(t, &error);
	assert_int_equal(app_events(t), ESTAB_EVENT_TROUBLE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(must_56_shld_25_soft_error_is_told_and_ends_nothing),
		FIXTURE_TEST(must_54_error_goes_to_the_connection_that_it_quotes),
		FIXTURE_TEST(must_54_error_about_acknowledged_text_is_ignored),
		FIXTURE_TEST(must_56_syn_sent_soft_error_ends_nothing),
		FIXTURE_TEST(shld_26_syn_sent_hard_error_ends_the_attempt),
		FIXTURE_TEST(shld_26_syn_sent_protocol_unreachable_ends_the_attempt),
		FIXTURE_TEST(shld_26_established_hard_error_is_no_more_than_told),
		FIXTURE_TEST(must_55_source_quench_is_discarded_silently),
		FIXTURE_TEST(must_54_error_is_believed_from_snd_una_up_to_snd_nxt),
		FIXTURE_TEST(must_47_soft_error_is_read_once),
		FIXTURE_TEST(must_56_text_is_sent_again_after_a_soft_error),
		FIXTURE_TEST(must_56_syn_sent_handshake_is_completed_after_a_soft_error),
		FIXTURE_TEST(must_54_error_about_no_connection_is_counted),
		FIXTURE_TEST(must_54_error_that_quotes_no_segment_is_dropped),
		FIXTURE_TEST(must_54_quote_of_eight_octets_is_enough),
	};

	return cmocka_run_group_tests_name("icmp", tests, eal_start, eal_stop);
}
