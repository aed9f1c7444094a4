/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The orderly end of a program: every open connection gets its FIN and is seen out, none a reset.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"

/* Every segment to this peer until now is looked at: no RST, and how many FINs. */
static unsigned int
count_fins(struct fixture *t)
{
	const struct packet *packet;
	unsigned int n = 0;

	while ((packet = next_sent(t)) != NULL) {
		assert_false(packet->flags & PACKET_RST);
		n += (packet->flags & PACKET_FIN) != 0;
	}
	return n;
}

static void
established_drain_sends_fin_to_everyone(void **state)
{
	struct fixture *t = *state;

	for (unsigned int i = 0; i < 5; i++) {
		speak_as(t, i);
		in_established(t);
	}
	assert_int_equal(app_drain(t), 5);
	for (unsigned int i = 0; i < 5; i++) {
		speak_as(t, i);
		expect(t, "F. 1:1(0) ack 1");
	}
	expect_nothing(t);
	for (unsigned int i = 0; i < 5; i++) {
		speak_as(t, i);
		arrive(t, "F. 1:1(0) ack 2");
		expect(t, ". 2:2(0) ack 2");
	}
	turn(t);
	assert_int_equal(t->draining, 0);
	assert_int_equal(stats_now(t).rst_sent, 0);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* A cookie that comes back too late finds nobody: no connection must begin that nobody would end. */
static void
listen_cookie_after_drain_has_begun_is_reset(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.syn_cookies = ESTAB_SYN_COOKIES_ALWAYS;
	app_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	assert_int_equal(app_drain(t), 0);
	arrive(t, ". 1:1(0) ack 1");
	expect(t, "R 1:1(0)");
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_drops(t, TCP_SHUTTING_DOWN, 1);
}

static void
established_unaccepted_drain_sends_fin(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	arrive(t, ". 1:1(0) ack 1");
	assert_int_equal(app_drain(t), 1);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	assert_int_equal(t->draining, 0);
}

static void
established_with_text_unread_drain_sends_fin_not_reset(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	assert_int_equal(app_drain(t), 1);
	expect(t, "F. 1:1(0) ack 101");
	expect_nothing(t);
}

static void
established_with_text_queued_drain_delivers_it_before_the_fin(void **state)
{
	struct fixture *t = *state;
	uint32_t end = 1;

	in_established(t);
	app_write(t, 30000);
	assert_int_equal(app_drain(t), 1);
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
	assert_int_equal(t->draining, 1);
	arrive(t, "F. 1:1(0) ack 30002");
	assert_int_equal(t->draining, 0);
}

/* The peer goes on sending, more than any buffer holds: it is acknowledged and thrown away. */
static void
fin_wait_text_during_drain_is_accepted_and_discarded(void **state)
{
	struct fixture *t = *state;
	uint32_t seq = 1;

	t->config.tcp.receive_buffer_bytes = 10000;
	in_established(t);
	app_drain(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, ". 1:1(0) ack 2");
	for (; seq < 50001; seq += 1000) {
		arrive(t, "P. %u:%u(1000) ack 2", seq, seq + 1000);
		advance(t, 200);
		assert_int_equal(count_fins(t), 0);
		assert_true(t->peer->edge - seq > 1000);
	}
	assert_int_equal(t->draining, 1);
	arrive(t, "F. %u:%u(0) ack 2", seq, seq);
	expect(t, ". 2:2(0) ack %u", seq + 1);
	assert_int_equal(t->draining, 0);
	assert_int_equal(stats_now(t).rst_sent, 0);
}

static void
close_wait_drain_sends_fin_and_ends_with_its_ack(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	assert_int_equal(app_drain(t), 1);
	expect(t, "F. 1:1(0) ack 2");
	arrive(t, ". 2:2(0) ack 2");
	assert_int_equal(t->draining, 0);
	expect_nothing(t);
}

/* Closed by the user before: seen out as well. */
static void
fin_wait_2_closed_by_the_user_drain_waits_for_the_peer(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	app_close(t);
	assert_int_equal(app_drain(t), 1);
	expect_nothing(t);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	assert_int_equal(t->draining, 0);
}

static void
draining_syn_opens_nothing(void **state)
{
	struct fixture *t = *state;
	const struct packet *answer;

	in_established(t);
	app_drain(t);
	expect(t, "F. 1:1(0) ack 1");
	speak_as(t, 1);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	answer = next_sent(t);
	assert_true(answer == NULL || answer->flags & PACKET_RST);
	assert_int_equal(stats_now(t).connections_half_open, 0);
	assert_drops(t, TCP_SHUTTING_DOWN, 1);
}

static void
draining_connect_is_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_connect_config config = { .remote.port = 80 };
	struct estab_conn *conn;

	in_established(t);
	config.remote.address = status_now(t).remote.address;
	app_drain(t);
	expect(t, "F. 1:1(0) ack 1");
	assert_int_equal(estab_connect(t->stack, &config, &conn), -ESHUTDOWN);
}

/* A connection of which the handshake is not finished has nobody to say goodbye to. */
static void
syn_sent_drain_ends_at_once(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	assert_int_equal(app_drain(t), 0);
	assert_int_equal(count_fins(t), 0);
	assert_int_equal(stats_now(t).connections_open, 0);
}

static void
listen_drain_of_nothing_ends_at_once(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	assert_int_equal(app_drain(t), 0);
	expect_nothing(t);
}

/* The FIN is lost: it is sent again, and a silent peer does not hold the drain for ever. */
static void
fin_wait_1_silence_during_drain_retransmits_and_gives_up(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	t->config.tcp.r2_retransmissions = 3;
	in_established(t);
	app_drain(t);
	expect(t, "F. 1:1(0) ack 1");
	advance(t, 1100);
	expect(t, "F. 1:1(0) ack 1");
	assert_int_equal(t->draining, 1);
	advance(t, 60000);
	assert_int_equal(t->draining, 0);
	ignore_sent(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_drain_sends_fin_to_everyone),
		FIXTURE_TEST(listen_cookie_after_drain_has_begun_is_reset),
		FIXTURE_TEST(established_unaccepted_drain_sends_fin),
		FIXTURE_TEST(established_with_text_unread_drain_sends_fin_not_reset),
		FIXTURE_TEST(established_with_text_queued_drain_delivers_it_before_the_fin),
		FIXTURE_TEST(fin_wait_text_during_drain_is_accepted_and_discarded),
		FIXTURE_TEST(close_wait_drain_sends_fin_and_ends_with_its_ack),
		FIXTURE_TEST(fin_wait_2_closed_by_the_user_drain_waits_for_the_peer),
		FIXTURE_TEST(draining_syn_opens_nothing),
		FIXTURE_TEST(draining_connect_is_refused),
		FIXTURE_TEST(syn_sent_drain_ends_at_once),
		FIXTURE_TEST(listen_drain_of_nothing_ends_at_once),
		FIXTURE_TEST(fin_wait_1_silence_during_drain_retransmits_and_gives_up),
	};

	return cmocka_run_group_tests_name("drain", tests, eal_start, eal_stop);
}
