/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which timers fire when, and what they lead to: one case per timer and per end of patience.
 */
#include <errno.h>

#include "bench.h"

#include "eal.h"
#include "tcp/timeout.h"

static void
established_silent_has_no_timer(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	advance(t, 7200000);
	expect_nothing(t);
	assert_int_equal(tcp_timeouts_next(room(t)), UINT64_MAX);
	assert_state(t, "ESTABLISHED");
}

/* 3.8.6.3: one segment of text, acknowledged 40 ms later. */
static void
established_single_segment_is_acknowledged_after_the_delay(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:101(100) ack 1");
	expect_nothing(t);
	assert_in_range(tcp_timeouts_next(room(t)), t->now_ns + 1, t->now_ns + 40 * MS);
	advance(t, 39);
	expect_nothing(t);
	advance(t, 1);
	expect(t, ". 1:1(0) ack 101");
	assert_int_equal(stats_now(t).delayed_acks, 1);
	app_read(t, 100);
}

/* RFC 6298 5.4, 5.5: the earliest segment again, the timer backed off. */
static void
established_unacknowledged_text_is_sent_again_with_doubled_rto(void **state)
{
	struct fixture *t = *state;
	uint64_t rto = 1000;

	in_established(t);
	rto = status_now(t).rto_us / 1000;
	app_write(t, 2500);
	ignore_sent(t);
	for (unsigned int i = 1; i <= 3; i++, rto *= 2) { /* then: path_mtu_suspect */
		advance(t, rto - 1);
		expect_nothing(t);
		advance(t, 1);
		expect(t, ". 1:1001(1000) ack 1");
		expect_nothing(t);
		assert_int_equal(status_now(t).rto_us, 2 * rto * 1000);
		assert_int_equal(status_now(t).retransmissions, i);
		assert_int_equal(stats_now(t).retransmission_timeouts, i);
	}
}

/* RFC 6298 5.5: "a maximum value MAY be placed on RTO". */
static void
rto_is_not_backed_off_beyond_its_maximum(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_max_ns = 3 * SECOND;
	in_established(t);
	app_write(t, 100);
	advance(t, 20000);
	assert_int_equal(status_now(t).rto_us, 3000000);
}

/* MUST-20 (b): "When the number of transmissions of the same segment reaches a threshold R2 ...
 * close the connection." */
static void
established_text_sent_r2_times_in_vain_ends_the_connection(void **state)
{
	struct fixture *t = *state;
	unsigned int sent = 0;

	t->config.tcp.r2_retransmissions = 3;
	in_established(t);
	app_events(t);
	app_write(t, 100);
	advance(t, 3600000);
	while (next_sent(t) != NULL)
		sent++;
	assert_int_equal(sent, 4); /* once, and three times again */
	assert_state(t, "CLOSED");
	assert_true((app_events(t) & ESTAB_EVENT_CLOSED) != 0);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
	assert_int_equal(stats_now(t).connections_failed, 0);
	app_read_error(t, -ETIMEDOUT);
}

/* Any progress starts the count anew. */
static void
established_ack_of_new_text_starts_r2_anew(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.r2_retransmissions = 3;
	in_established(t);
	for (uint32_t i = 0; i < 4; i++) {
		app_write(t, 100);
		advance(t, status_now(t).rto_us / 1000 + 10);
		assert_true(status_now(t).retransmissions > 0);
		arrive(t, ". 1:1(0) ack %u", 101 + 100 * i);
		assert_int_equal(status_now(t).retransmissions, 0);
	}
	assert_state(t, "ESTABLISHED");
	ignore_sent(t);
}

/* SHLD-10: R1 is 3 retransmissions; then the next hop is asked for anew. */
static void
established_after_r1_the_next_hop_is_resolved_anew(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	for (unsigned int i = 1; i <= 3; i++) {
		assert_true(tcb_of(t)->path.mac_known);
		advance(t, status_now(t).rto_us / 1000);
	}
	assert_int_equal(status_now(t).retransmissions, 3);
	assert_false(tcb_of(t)->path.mac_known);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 101");
	assert_true(tcb_of(t)->path.mac_known); /* learnt from the peer's frame */
}

/* MUST-23: R2 of a SYN is at least 3 minutes. */
static void
syn_sent_in_vain_ends_after_more_than_three_minutes(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	advance(t, 180000);
	assert_state(t, "SYN-SENT");
	advance(t, 180000);
	assert_state(t, "CLOSED");
	assert_int_equal(ignore_sent(t), 7);
	assert_int_equal(stats_now(t).connections_failed, 1);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
	assert_int_equal(estab_conn_error(t->peer->conn), -ETIMEDOUT);
}

static void
with_closed_window(struct fixture *t)
{
	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 100);
	expect_nothing(t);
}

/* SHLD-29, SHLD-30: the first probe after an RTO, then exponentially later. */
static void
established_closed_window_is_probed_ever_more_rarely(void **state)
{
	struct fixture *t = *state;
	uint64_t rto;

	with_closed_window(t);
	rto = status_now(t).rto_us / 1000;
	for (unsigned int i = 1; i <= 6; i++, rto *= 2) {
		advance(t, rto - 1);
		expect_nothing(t);
		advance(t, 1);
		expect(t, ". 1:2(1) ack 1");
		expect_nothing(t);
		assert_int_equal(stats_now(t).zero_window_probes, i);
		arrive(t, ". 1:1(0) ack 1 win 0");
	}
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
}

/* MUST-37: "As long as the receiving TCP peer continues to send acknowledgments in response to the
 * probe segments, the sending TCP peer MUST allow the connection to stay open." */
static void
established_closed_window_is_probed_for_ever_while_the_peer_answers(void **state)
{
	struct fixture *t = *state;
	uint32_t rto_us;

	t->config.tcp.r2_retransmissions = 3;
	with_closed_window(t);
	rto_us = status_now(t).rto_us;
	for (unsigned int i = 0; i < 100; i++) {
		advance(t,
				(uint64_t)rto_us / 1000 << (i < 16 ? i : 16) < 120000
						? (uint64_t)rto_us / 1000 << (i < 16 ? i : 16)
						: 120000);
		expect(t, ". 1:2(1) ack 1");
		expect_nothing(t);
		arrive(t, ". 1:1(0) ack 1 win 0");
	}
	assert_state(t, "ESTABLISHED");
	assert_int_equal(status_now(t).rto_us, rto_us); /* probes back off by themselves */
	arrive(t, ". 1:1(0) ack 1 win 1000");
	expect(t, "P. 1:101(100) ack 1");
}

static void
established_closed_window_of_a_peer_that_is_gone_ends_at_r2(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.r2_retransmissions = 3;
	with_closed_window(t);
	advance(t, 600000);
	assert_int_equal(ignore_sent(t), 3);
	assert_state(t, "CLOSED");
	app_read_error(t, -ETIMEDOUT);
}

/* 3.8.6.2.1 (4): what silly-window avoidance holds back goes in the end, all that fits. */
static void
established_text_held_back_goes_at_the_override_timeout(void **state)
{
	struct fixture *t = *state;

	in_established(t); /* MAX.SND.WND is 65535 */
	arrive(t, ". 1:1(0) ack 1 win 200");
	app_write(t, 500);
	expect_nothing(t);
	advance(t, status_now(t).rto_us / 1000);
	expect(t, ". 1:201(200) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).zero_window_probes, 0);
}

/* A closed connection does not wait for the peer's FIN for ever. */
static void
fin_wait_2_closed_ends_after_its_time(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	app_close(t);
	advance(t, 59999);
	assert_int_equal(stats_now(t).connections_open, 1);
	advance(t, 1);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
}

static void
fin_wait_1_closed_ends_its_time_after_fin_wait_2_begins(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_1(t);
	app_close(t);
	advance(t, 100);
	arrive(t, ". 1:1(0) ack 2");
	advance(t, 59999);
	assert_int_equal(stats_now(t).connections_open, 1);
	advance(t, 1);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* Half-closed, but still read from: the peer may take as long as it likes. */
static void
fin_wait_2_still_held_stays(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	advance(t, 7200000);
	assert_state(t, "FIN-WAIT-2");
	arrive(t, ". 1:101(100) ack 2");
	app_read(t, 100);
	ignore_sent(t);
}

/* The stack took it from the user: as after a close. */
static void
fin_wait_2_drained_ends_after_its_time(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_2(t);
	app_drain(t);
	advance(t, 60000);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* Two timers of one connection due in the same tick: both are served. */
static void
established_two_timers_due_at_once_both_fire(void **state)
{
	struct fixture *t = *state;
	struct tcb *tcb;

	in_established(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 1:101(100) ack 1");
	tcb = tcb_of(t);
	tcb->work->deadlines[TIMER_RETRANSMIT] = tcb->work->deadlines[TIMER_DELAYED_ACK];
	advance(t, 41);
	assert_int_equal(stats_now(t).retransmission_timeouts, 1);
	expect(t, "P. 1:101(100) ack 101");
	app_read(t, 100);
	ignore_sent(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_silent_has_no_timer),
		FIXTURE_TEST(established_single_segment_is_acknowledged_after_the_delay),
		FIXTURE_TEST(established_unacknowledged_text_is_sent_again_with_doubled_rto),
		FIXTURE_TEST(rto_is_not_backed_off_beyond_its_maximum),
		FIXTURE_TEST(established_text_sent_r2_times_in_vain_ends_the_connection),
		FIXTURE_TEST(established_ack_of_new_text_starts_r2_anew),
		FIXTURE_TEST(established_after_r1_the_next_hop_is_resolved_anew),
		FIXTURE_TEST(syn_sent_in_vain_ends_after_more_than_three_minutes),
		FIXTURE_TEST(established_closed_window_is_probed_ever_more_rarely),
		FIXTURE_TEST(established_closed_window_is_probed_for_ever_while_the_peer_answers),
		FIXTURE_TEST(established_closed_window_of_a_peer_that_is_gone_ends_at_r2),
		FIXTURE_TEST(established_text_held_back_goes_at_the_override_timeout),
		FIXTURE_TEST(fin_wait_2_closed_ends_after_its_time),
		FIXTURE_TEST(fin_wait_1_closed_ends_its_time_after_fin_wait_2_begins),
		FIXTURE_TEST(fin_wait_2_still_held_stays),
		FIXTURE_TEST(fin_wait_2_drained_ends_after_its_time),
		FIXTURE_TEST(established_two_timers_due_at_once_both_fire),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
