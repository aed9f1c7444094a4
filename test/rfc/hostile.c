/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What hostile eyes found: forged, unlucky and odd circumstances, one case each.
 */
#include <errno.h>

#include "eal.h"
#include "fixture.h"
#include "fixture_internal.h"

/* RFC 7323 2.2: "The window field in a segment where the SYN bit is set ... MUST NOT be scaled." */
static void
syn_received_by_both_window_of_the_syn_ack_is_not_scaled(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	arrive(t, "S 0:0(0) win 1000 <mss 1000,wscale 7>");
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, "S. 0:0(0) ack 1 win 1000 <mss 1000,wscale 7>");
	assert_int_equal(status_now(t).snd_wnd, 1000);
}

static void
in_established_with_timestamps(struct fixture *t)
{
	in_established_with(t, "mss 1000,TS val 1000 ecr 0");
	arrive(t, "P. 1:101(100) ack 1 <TS val 1001 ecr *>");
	app_read(t, 100);
	advance(t, 100);
	ignore_sent(t);
}

/* A RST that is not believed must not set TS.Recent. */
static void
established_forged_reset_with_text_does_not_set_ts_recent(void **state)
{
	struct fixture *t = *state;

	in_established_with_timestamps(t);
	arrive(t, "R. 51:151(100) ack 1 <TS val 1000000000 ecr *>");
	ignore_sent(t);
	assert_state(t, "ESTABLISHED");
	arrive(t, "P. 101:201(100) ack 1 <TS val 1002 ecr *>");
	assert_drops(t, TCP_PAWS, 0);
	app_read(t, 100);
}

/* Nor text whose ACK is not believed (RFC 5961 5.2). */
static void
established_forged_text_does_not_set_ts_recent(void **state)
{
	struct fixture *t = *state;

	in_established_with_timestamps(t);
	arrive(t, "P. 51:151(100) ack 777777 <TS val 1000000000 ecr *>");
	ignore_sent(t);
	arrive(t, "P. 101:201(100) ack 1 <TS val 1002 ecr *>");
	assert_drops(t, TCP_PAWS, 0);
	app_read(t, 100);
}

/* MUST-13: a SYN that nobody takes does not end TIME-WAIT. */
static void
time_wait_syn_without_a_listener_does_not_end_it(void **state)
{
	struct fixture *t = *state;

	in_time_wait(t);
	ignore_sent(t);
	estab_listener_close(t->listener);
	t->listener = NULL;
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	arrive(t, "S 100000:100000(0) win 1000 <mss 1000>");
	ignore_sent(t);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
}

/* Probes say nothing of the path: RTO is what it was when the window opens again. */
static void
established_window_long_closed_leaves_rto_alone(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1");
	arrive(t, ". 1:1(0) ack 11 win 0");
	app_write(t, 1000);
	for (unsigned int i = 0; i < 12; i++) {
		advance(t, 60000);
		ignore_sent(t);
		arrive(t, ". 1:1(0) ack 11 win 0");
	}
	arrive(t, ". 1:1(0) ack 11 win 60000");
	ignore_sent(t);
	assert_true(status_now(t).rto_us < 1000000);
}

static void
time_wait_keep_alive_set_by_a_holder_sends_nothing(void **state)
{
	const struct estab_keepalive keepalive = { .idle_ns = 1000000000,
		.interval_ns = 1000000000,
		.probes = 1 };
	struct fixture *t = *state;

	in_established(t);
	app_shutdown(t);
	arrive(t, "F. 1:1(0) ack 2");
	ignore_sent(t);
	assert_state(t, "TIME-WAIT");
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &keepalive), 0);
	advance(t, 10000);
	expect_nothing(t);
}

/* RFC 5681 3.1: "if the SYN or SYN/ACK is lost, the initial window ... MUST be ... 1 SMSS". */
static void
syn_received_syn_ack_lost_begins_with_one_segment(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	advance(t, 3500);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	assert_int_equal(status_now(t).cwnd, 1000);
}

static void
leave_the_link(struct fixture *t)
{
	struct estab_interface *interface = &t->config.interface;

	for (unsigned int i = 0; i < interface->address_count; i++)
		interface->addresses[i].prefix_length =
				interface->addresses[i].address.family == ESTAB_FAMILY_IPV4 ? 32
											    : 128;
}

/* A peer that came from off-link, and no gateway: the hop it came by is the only one there is. */
static void
established_past_r1_without_a_route_goes_on_as_before(void **state)
{
	struct fixture *t = *state;
	unsigned int n = 0;

	leave_the_link(t);
	in_established(t);
	app_write(t, 10);
	expect(t, "P. 1:11(10) ack 1");
	advance(t, 100000);
	while (next_sent(t) != NULL)
		n++;
	assert_true(n >= 6);
	assert_int_equal(stats_now(t).tx_dropped_unresolved, 0);
}

static void
closed_connect_off_link_without_a_gateway_is_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_connect_config config = { .remote = fixture_peer_endpoint(t) };
	struct estab_conn *conn;

	leave_the_link(t);
	start(t);
	assert_int_equal(estab_connect(t->stack, &config, &conn), -ENETUNREACH);
}

/*
 * "FIN ... No more data from sender": the first FIN beyond a gap says where the text ends; neither
 * text behind it nor another FIN moves that.
 */
static void
established_fin_beyond_a_gap_is_not_moved_by_text_or_fin(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "F. 111:111(0) ack 1");
	expect(t, ". 1:1(0) ack 1");
	arrive(t, "P. 111:231(120) ack 1");
	expect(t, ". 1:1(0) ack 1");
	assert_drops(t, TCP_TEXT_AFTER_FIN, 1);
	arrive(t, "F. 51:51(0) ack 1");
	arrive(t, "F. 91:131(40) ack 1"); /* kept up to 111 */
	assert_int_equal(ignore_sent(t), 2);
	arrive(t, "P. 1:91(90) ack 1");
	expect(t, ". 1:1(0) ack 112");
	assert_state(t, "CLOSE-WAIT");
	app_read(t, 110);
	app_read_end(t);
}

static void
established_text_up_to_a_fin_beyond_a_gap_is_cut_there(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "F. 111:111(0) ack 1");
	ignore_sent(t);
	arrive(t, "P. 1:131(130) ack 1");
	expect(t, ". 1:1(0) ack 112");
	assert_state(t, "CLOSE-WAIT");
	app_read(t, 110);
	app_read_end(t);
}

/* A FIN that contradicts the text that is there already waits for its turn. */
static void
established_fin_below_text_beyond_a_gap_counts_in_its_turn(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 101:201(100) ack 1");
	arrive(t, "F. 51:51(0) ack 1");
	ignore_sent(t);
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 201");
	assert_state(t, "ESTABLISHED");
	arrive(t, "F. 201:201(0) ack 1");
	expect(t, ". 1:1(0) ack 202");
	assert_state(t, "CLOSE-WAIT");
	app_read(t, 200);
	app_read_end(t);
}

/* The FIN of a SYN is known before anything else is. */
static void
syn_received_text_behind_the_fin_of_the_syn_is_dropped(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive(t, "SF 0:0(0) win 65535 <mss 1000>");
	ignore_sent(t);
	arrive(t, "P. 1:101(100) ack 1");
	app_accept(t);
	expect(t, ". 1:1(0) ack 2");
	assert_state(t, "CLOSE-WAIT");
	assert_drops(t, TCP_TEXT_AFTER_FIN, 1);
	app_read_end(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(syn_received_by_both_window_of_the_syn_ack_is_not_scaled),
		FIXTURE_TEST(established_forged_reset_with_text_does_not_set_ts_recent),
		FIXTURE_TEST(established_forged_text_does_not_set_ts_recent),
		FIXTURE_TEST(time_wait_syn_without_a_listener_does_not_end_it),
		FIXTURE_TEST(established_window_long_closed_leaves_rto_alone),
		FIXTURE_TEST(time_wait_keep_alive_set_by_a_holder_sends_nothing),
		FIXTURE_TEST(syn_received_syn_ack_lost_begins_with_one_segment),
		FIXTURE_TEST(established_past_r1_without_a_route_goes_on_as_before),
		FIXTURE_TEST(closed_connect_off_link_without_a_gateway_is_refused),
		FIXTURE_TEST(established_fin_beyond_a_gap_is_not_moved_by_text_or_fin),
		FIXTURE_TEST(established_text_up_to_a_fin_beyond_a_gap_is_cut_there),
		FIXTURE_TEST(established_fin_below_text_beyond_a_gap_counts_in_its_turn),
		FIXTURE_TEST(syn_received_text_behind_the_fin_of_the_syn_is_dropped),
	};

	return cmocka_run_group_tests_name("hostile", tests, eal_start, eal_stop);
}
