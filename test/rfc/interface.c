/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the user may ask of a connection and what it is told (3.9.1): addresses of an OPEN, limits of
 * patience, trouble that ends nothing, pushing.
 */
#include <errno.h>
#include <string.h>

#include "eal.h"
#include "fixture.h"

/* MUST-43: "an optional local IP address parameter [...] MUST be supported" */
static void
must_43_open_names_its_local_address(void **state)
{
	struct fixture *t = *state;
	struct estab_connect_config config = { .local.port = FIXTURE_PORT };

	config.remote.port = t->peer->port;
	t->peer->stack_host = 2; /* the fixture wants the SYN to come from there */
	assert_int_equal(estab_address_parse(t->family == ESTAB_FAMILY_IPV4 ? "192.0.2.100"
									    : "2001:db8::64",
					 &config.remote.address),
			0);
	assert_int_equal(estab_address_parse(t->family == ESTAB_FAMILY_IPV4 ? "192.0.2.2"
									    : "2001:db8::2",
					 &config.local.address),
			0);
	start(t);
	assert_int_equal(estab_connect(t->stack, &config, &t->peer->conn), 0);
	turn(t);
	expect(t, "S 0:0(0)");
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	assert_memory_equal(status_now(t).local.address.bytes, config.local.address.bytes, 16);
}

/*
 * MUST-44: "If the parameter is not specified, the TCP implementation MUST ask the IP layer to
 * choose a local IP address for active OPEN"
 */
static void
must_44_open_without_local_address_takes_one_of_the_stack(void **state)
{
	struct fixture *t = *state;
	struct estab_address first;

	assert_int_equal(estab_address_parse(t->family == ESTAB_FAMILY_IPV4 ? "192.0.2.1"
									    : "2001:db8::1",
					 &first),
			0);
	in_syn_sent(t); /* the SYN has come from that address */
	assert_memory_equal(status_now(t).local.address.bytes, first.bytes, 16);
}

/* MUST-45: "At all times, a previous segment [...] MUST use that same address". */
static void
must_45_segments_of_a_connection_come_from_its_address(void **state)
{
	struct fixture *t = *state;

	t->peer->stack_host = 2; /* the fixture knows no segment from another */
	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	advance(t, 300);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, "F. 1:1(0) ack 101");
	expect(t, ". 101:101(0) ack 2");
	app_close(t);
	expect(t, "F. 101:101(0) ack 2");
	arrive(t, ". 2:2(0) ack 102");
	arrive(t, ". 2:2(0) ack 102");
	expect(t, "R 102:102(0)");
}

/* The number with which a stack of this secret answers this peer's SYN, at the fixture's time. */
static uint32_t
iss_with_secret(struct fixture *t, uint8_t secret)
{
	memset(t->config.secret, secret, sizeof(t->config.secret));
	in_listen(t);
	speak_anew(t, 1000);
	arrive(t, "S 0:0(0) <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	estab_stack_destroy(t->stack);
	t->stack = NULL;
	t->listener = NULL;
	return t->peer->stack_iss;
}

/* MUST-9: "The PRF [...] MUST NOT be computable from the outside": it depends on the secret. */
static void
must_9_isn_depends_on_the_secret(void **state)
{
	struct fixture *t = *state;
	const uint32_t first = iss_with_secret(t, 1);

	assert_int_equal(iss_with_secret(t, 1), first);
	assert_int_not_equal(iss_with_secret(t, 2), first);
	assert_int_not_equal(iss_with_secret(t, 3), first);
}

/* Silence after a write. @return retransmissions until the event is told, at most 20 */
static unsigned int
retransmissions_until(struct fixture *t, uint32_t event)
{
	unsigned int n = 0;

	app_events(t);
	for (unsigned int i = 0; i < 2000 && n < 20; i++) {
		advance(t, 100);
		n += next_sent(t) != NULL;
		if (app_events(t) & event)
			return n;
	}
	return n;
}

static void
write_into_silence(struct fixture *t)
{
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
}

/* MUST-21: "An application MUST [...] be able to set the value for R2 for a particular connection" */
static void
must_21_user_sets_r2_of_a_connection(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 4, 3), -EINVAL);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 2, 3), 0);
	write_into_silence(t);
	assert_int_equal(retransmissions_until(t, ESTAB_EVENT_CLOSED), 3);
	app_read_error(t, -ETIMEDOUT);
	ignore_sent(t);
	speak_as(t, 1);
	in_established(t);
	write_into_silence(t);
	assert_true(retransmissions_until(t, ESTAB_EVENT_CLOSED) > 3);
}

/*
 * MUST-47: "There MUST be a mechanism for reporting soft TCP error conditions to the application."
 * SHLD-9: "TCP SHOULD inform the application of the delivery problem", between R1 and R2.
 */
static void
must_47_shld_9_silence_past_r1_is_told_and_ends_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(estab_conn_set_retransmissions(t->peer->conn, 2, 8), 0);
	write_into_silence(t);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), 0);
	assert_int_equal(retransmissions_until(t, ESTAB_EVENT_TROUBLE), 2);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), -ETIMEDOUT);
	assert_int_equal(estab_conn_soft_error(t->peer->conn), 0);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
	arrive(t, "P. 1:11(10) ack 101");
	app_read(t, 10);
	ignore_sent(t);
}

/*
 * MUST-20: "When the number of transmissions of the same segment reaches or exceeds threshold R1, pass
 * negative advice [...] to the IP layer, to trigger dead-gateway diagnosis": the next hop is asked
 * for anew.
 */
static void
must_20_silence_past_r1_asks_for_the_next_hop_anew(void **state)
{
	struct fixture *t = *state;
	uint64_t questions;

	in_established(t);
	write_into_silence(t);
	questions = t->stack_frames - stats_now(t).segments_sent;
	advance(t, 200 + 400 + 100);
	assert_int_equal(ignore_sent(t), 2);
	assert_int_equal(t->stack_frames - stats_now(t).segments_sent, questions);
	assert_int_equal(retransmissions_until(t, ESTAB_EVENT_TROUBLE), 1);
	assert_int_equal(t->stack_frames - stats_now(t).segments_sent, questions + 1);
	ignore_sent(t);
}

/* The same of a next hop that the neighbour table knows, and has known for less than a minute. */
static void
must_20_silence_past_r1_asks_for_a_next_hop_that_is_known(void **state)
{
	struct fixture *t = *state;
	uint64_t questions;

	in_syn_sent(t);
	arrive(t, "S. 0:0(0) ack 1 <mss 1000>");
	expect(t, ". 1:1(0) ack 1");
	write_into_silence(t);
	questions = t->stack_frames - stats_now(t).segments_sent;
	assert_int_equal(questions, 1);
	assert_int_equal(retransmissions_until(t, ESTAB_EVENT_TROUBLE), 3);
	assert_int_equal(t->stack_frames - stats_now(t).segments_sent, questions + 1);
	arrive(t, ". 1:1(0) ack 101"); /* it was not at fault */
	app_write(t, 100);
	assert_int_equal(t->stack_frames - stats_now(t).segments_sent, questions + 1);
	ignore_sent(t);
}

/* MUST-22: a SYN is handled in the same way. */
static void
must_20_must_22_syn_sent_silence_past_r1_asks_for_the_next_hop_anew(void **state)
{
	struct fixture *t = *state;
	uint64_t questions;

	in_syn_sent(t);
	questions = t->stack_frames - stats_now(t).segments_sent;
	assert_int_equal(retransmissions_until(t, ESTAB_EVENT_TROUBLE), 3);
	assert_int_equal(t->stack_frames - stats_now(t).segments_sent, questions + 1);
	ignore_sent(t);
}

/* SHLD-10: "The value of R1 SHOULD correspond to at least 3 retransmissions" */
static void
shld_10_r1_is_three_retransmissions(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	write_into_silence(t);
	assert_int_equal(retransmissions_until(t, ESTAB_EVENT_TROUBLE), 3);
	ignore_sent(t);
}

/*
 * SHLD-20: "an application program that does not want to receive such ERROR_REPORT calls SHOULD be
 * able to effectively disable these calls": a report that nobody reads disturbs nothing.
 */
static void
shld_20_trouble_left_unread_disturbs_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	write_into_silence(t);
	retransmissions_until(t, ESTAB_EVENT_TROUBLE);
	arrive(t, "P. 1:11(10) ack 101");
	app_read(t, 10);
	app_read_nothing(t);
	app_write(t, 10);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
	ignore_sent(t);
	arrive(t, "F. 11:11(0) ack 111");
	app_read_end(t);
	ignore_sent(t);
}

/*
 * MUST-60: "A TCP endpoint [...] MUST NOT buffer data indefinitely" where a SEND has no PUSH flag;
 * estab_conn_write is one with it.
 */
static void
must_60_text_leaves_without_being_pushed(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 1);
	expect(t, "P. 1:2(1) ack 1");
	app_write(t, 1); /* Nagle: until the ACK */
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 2");
	expect(t, "P. 2:3(1) ack 1");
	arrive(t, ". 1:1(0) ack 3 win 0");
	app_write(t, 1);
	arrive(t, ". 1:1(0) ack 3 win 1");
	expect(t, "P. 3:4(1) ack 1");
}

/*
 * MAY-16: "data MAY be aggregated". SHLD-27: "the sending TCP peer SHOULD collapse successive PSH
 * bits when it packetizes data". SHLD-28: "to send a maximum-sized segment whenever possible".
 */
static void
may_16_shld_27_shld_28_writes_that_wait_leave_as_full_segments(void **state)
{
	struct fixture *t = *state;
	const struct packet *packet;

	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	for (unsigned int i = 0; i < 5; i++)
		app_write(t, 500);
	arrive(t, ". 1:1(0) ack 1 win 65535");
	for (unsigned int i = 0; i < 2; i++) {
		packet = next_sent(t);
		assert_non_null(packet);
		assert_int_equal(packet->text_len, 1000);
		assert_int_equal(packet->flags & PACKET_PSH, 0);
	}
	arrive(t, ". 1:1(0) ack 2001");
	expect(t, "P. 2001:2501(500) ack 1");
	expect_nothing(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(must_43_open_names_its_local_address),
		FIXTURE_TEST(must_44_open_without_local_address_takes_one_of_the_stack),
		FIXTURE_TEST(must_45_segments_of_a_connection_come_from_its_address),
		FIXTURE_TEST(must_9_isn_depends_on_the_secret),
		FIXTURE_TEST(must_21_user_sets_r2_of_a_connection),
		FIXTURE_TEST(must_47_shld_9_silence_past_r1_is_told_and_ends_nothing),
		FIXTURE_TEST(must_20_silence_past_r1_asks_for_the_next_hop_anew),
		FIXTURE_TEST(must_20_silence_past_r1_asks_for_a_next_hop_that_is_known),
		FIXTURE_TEST(must_20_must_22_syn_sent_silence_past_r1_asks_for_the_next_hop_anew),
		FIXTURE_TEST(shld_10_r1_is_three_retransmissions),
		FIXTURE_TEST(shld_20_trouble_left_unread_disturbs_nothing),
		FIXTURE_TEST(must_60_text_leaves_without_being_pushed),
		FIXTURE_TEST(may_16_shld_27_shld_28_writes_that_wait_leave_as_full_segments),
	};

	return cmocka_run_group_tests_name("interface", tests, eal_start, eal_stop);
}
