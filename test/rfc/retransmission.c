/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Retransmission (3.8.1 to 3.8.3, RFC 6298), slow start and fast retransmit (RFC 5681, RFC 6582).
 * The minimal and the initial timeout are one second in these cases, so that it makes no difference
 * whether the handshake gave a round-trip time.
 */
#include <errno.h>

#include <rte_mbuf.h>

#include "eal.h"
#include "fixture.h"

static void
in_established_rto_1s(struct fixture *t)
{
	t->config.tcp.congestion = ESTAB_CONGESTION_NEWRENO;
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established(t);
}

static void
established_acknowledged_text_is_not_retransmitted(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 1:1(0) ack 101");
	advance(t, 3600 * 1000);
	expect_nothing(t);
	assert_int_equal(stats_now(t).segments_retransmitted, 0);
}

/* 3.10.8: "if the retransmission timeout expires on a segment in the retransmission queue, send the
 * segment at the front of the retransmission queue again" */
static void
established_silence_retransmits_the_first_segment(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 3000);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1001:2001(1000) ack 1");
	expect(t, ". 2001:3001(1000) ack 1");
	advance(t, 950);
	expect_nothing(t);
	advance(t, 100);
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).retransmission_timeouts, 1);
	arrive(t, ". 1:1(0) ack 3001");
	advance(t, 60000);
	expect_nothing(t);
}

/*
 * MUST-19: "exponential backoff". RFC 6298 5.5: "The host MUST set RTO <- RTO * 2 ("back off the
 * timer")."
 */
static void
must_19_established_silence_backs_off(void **state)
{
	struct fixture *t = *state;
	uint64_t wait_ms = 1000;

	in_established_rto_1s(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	for (unsigned int i = 0; i < 6; i++, wait_ms *= 2) {
		advance(t, wait_ms - wait_ms / 20);
		expect_nothing(t);
		advance(t, wait_ms / 20 + 10);
		expect(t, "P. 1:101(100) ack 1");
		expect_nothing(t);
	}
}

/* RFC 6298 2.5: "A maximum value MAY be placed on RTO provided it is at least 60 seconds." */
static void
established_silence_backs_off_to_the_maximum(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.rto_max_ns = UINT64_C(60000000000);
	in_established_rto_1s(t);
	app_write(t, 100);
	advance(t, 127000); /* 1 + 2 + 4 + ... + 32 + 60: eight transmissions */
	ignore_sent(t);
	for (unsigned int i = 0; i < 3; i++) {
		advance(t, 61000);
		expect(t, "P. 1:101(100) ack 1");
		expect_nothing(t);
	}
}

/*
 * MUST-20: "When the number of transmissions of the same segment reaches a threshold R2 greater
 * than R1, close the connection."
 */
static void
must_20_established_silence_closes_after_r2_retransmissions(void **state)
{
	struct fixture *t = *state;
	uint32_t n;

	t->config.tcp.r2_retransmissions = 4;
	in_established_rto_1s(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	advance(t, 1000 + 2000 + 4000 + 8000 + 8000);
	n = ignore_sent(t);
	assert_int_equal(n, 4);
	assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	advance(t, 8100);
	assert_true(app_events(t) & ESTAB_EVENT_CLOSED);
	app_read_error(t, -ETIMEDOUT);
	assert_int_equal(stats_now(t).connections_timed_out, 1);
	ignore_sent(t);
	app_close(t);
	expect_nothing(t);
	assert_int_equal(stats_now(t).connections_open, 0);
}

/* SHLD-11: "The value of R2 SHOULD correspond to at least 100 seconds." */
static void
shld_11_established_silence_is_borne_for_100_seconds(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	app_write(t, 100);
	advance(t, 100000);
	assert_false(app_events(t) & ESTAB_EVENT_CLOSED);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 101");
	assert_state(t, "ESTABLISHED");
}

/*
 * MUST-18: Karn's algorithm: no sample from a segment that was sent twice. RFC 6298 5.7 and 3.8.2:
 * the backed-off value is kept "until a subsequent segment with new data has been sent and
 * acknowledged without retransmission".
 */
static void
must_18_ack_of_a_retransmission_keeps_the_backed_off_timeout(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	advance(t, 1100);
	expect(t, "P. 1:101(100) ack 1");
	arrive(t, ". 1:1(0) ack 101");
	app_write(t, 100);
	expect(t, "P. 101:201(100) ack 1");
	advance(t, 1900);
	expect_nothing(t);
	advance(t, 150);
	expect(t, "P. 101:201(100) ack 1");
}

static void
must_18_ack_of_a_segment_sent_once_ends_the_back_off(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 100);
	advance(t, 3200); /* two retransmissions */
	assert_int_equal(ignore_sent(t), 3);
	arrive(t, ". 1:1(0) ack 101");
	app_write(t, 100);
	expect(t, "P. 101:201(100) ack 1");
	arrive(t, ". 1:1(0) ack 201");
	app_write(t, 100);
	expect(t, "P. 201:301(100) ack 1");
	advance(t, 1050);
	expect(t, "P. 201:301(100) ack 1");
}

/* RFC 6928: ten segments before the first acknowledgment. */
static void
established_write_sends_the_initial_window(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 50000);
	assert_int_equal(ignore_sent(t), 10);
	assert_int_equal(status_now(t).snd_nxt - status_now(t).snd_una, 10000);
}

/* MUST-19, RFC 5681 3.1: slow start: cwnd grows by up to one segment per acknowledged segment. */
static void
must_19_established_ack_in_slow_start_releases_two_segments(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 50000);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, ". 1:1(0) ack 1001");
	expect(t, ". 10001:11001(1000) ack 1");
	expect(t, ". 11001:12001(1000) ack 1");
	expect_nothing(t);
}

/* The peer acknowledges one full segment more, as long as there is one; @return cwnd */
static uint32_t
acknowledge_one(struct fixture *t, uint32_t *ack)
{
	*ack += 1000;
	assert_true((int32_t)(status_now(t).snd_nxt - (t->peer->stack_iss + *ack)) >= 0);
	arrive(t, ". 1:1(0) ack %u", *ack);
	ignore_sent(t);
	return status_now(t).cwnd;
}

/* MUST-19, RFC 5681 3.1: above ssthresh cwnd grows by one segment in each round trip. */
static void
must_19_established_above_ssthresh_congestion_is_avoided(void **state)
{
	struct fixture *t = *state;
	uint32_t ack = 1, begin = 0;

	in_established_rto_1s(t);
	app_write(t, 200000);
	advance(t, 1100); /* ten in flight are lost: ssthresh is half of them */
	ignore_sent(t);
	assert_int_equal(status_now(t).ssthresh, 5000);
	acknowledge_one(t, &ack);
	arrive(t, ". 1:1(0) ack 1001"); /* RFC 5682 2.1 step 3a: the loss was real */
	ignore_sent(t);
	while (begin < 5000)
		begin = acknowledge_one(t, &ack);
	for (uint32_t acked = 0; acked < begin; acked += 1000)
		acknowledge_one(t, &ack);
	assert_in_range(status_now(t).cwnd - begin, 700, 1200);
}

/* RFC 5681 3.1: after a timeout "cwnd MUST be set to no more than the loss window, LW, which equals
 * 1 full-sized segment" */
static void
must_19_established_timeout_starts_again_with_one_segment(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 50000);
	assert_int_equal(ignore_sent(t), 10);
	advance(t, 1100);
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
	assert_int_equal(status_now(t).cwnd, 1000);
	assert_int_equal(status_now(t).ssthresh, 5000);
	arrive(t, ". 1:1(0) ack 1001");
	assert_in_range(ignore_sent(t), 1, 2);
}

/*
 * RFC 5681 3.2: "The TCP sender SHOULD use the "fast retransmit" algorithm to detect and repair
 * loss, based on incoming duplicate ACKs." The third one counts.
 */
static void
established_third_duplicate_ack_retransmits(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 5000);
	assert_int_equal(ignore_sent(t), 5);
	arrive(t, ". 1:1(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 1");
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).fast_retransmits, 1);
	arrive(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 5001");
	advance(t, 60000);
	expect_nothing(t);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
}

static void
established_three_duplicate_acks_in_one_burst_retransmit(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 5000);
	ignore_sent(t);
	arrive_later(t, ". 1:1(0) ack 1");
	arrive_later(t, ". 1:1(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
}

/* RFC 5681 2: an ACK with text, or with another window, is no duplicate. */
static void
established_window_updates_are_no_duplicate_acks(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 5000);
	ignore_sent(t);
	for (unsigned int i = 1; i <= 5; i++)
		arrive(t, ". 1:1(0) ack 1 win %u", 60000 - i);
	expect_nothing(t);
	assert_int_equal(stats_now(t).fast_retransmits, 0);
}

static void
established_acks_with_text_are_no_duplicate_acks(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 5000);
	ignore_sent(t);
	for (uint32_t seq = 1; seq < 51; seq += 10)
		arrive(t, "P. %u:%u(10) ack 1", seq, seq + 10);
	ignore_sent(t);
	app_read(t, 50);
	assert_int_equal(stats_now(t).fast_retransmits, 0);
}

/* RFC 5681 2: there must be text outstanding. */
static void
established_duplicate_acks_without_text_outstanding_do_nothing(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	for (unsigned int i = 0; i < 5; i++)
		arrive(t, ". 1:1(0) ack 1");
	expect_nothing(t);
	assert_int_equal(status_now(t).cwnd, 10000);
}

/* RFC 6582 3.2 step 3: a partial acknowledgment retransmits "the first unacknowledged segment". */
static void
established_partial_ack_in_fast_recovery_retransmits_the_next_hole(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 5000);
	assert_int_equal(ignore_sent(t), 5);
	for (unsigned int i = 0; i < 3; i++)
		arrive(t, ". 1:1(0) ack 1");
	expect(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 2001");
	expect(t, ". 2001:3001(1000) ack 1");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 5001");
	expect_nothing(t);
	assert_int_equal(status_now(t).cwnd <= 5000, 1);
}

/* RFC 5681 3.2: fast recovery halves the window (equation 4), it does not start anew. */
static void
established_fast_retransmit_halves_the_window(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 10000);
	assert_int_equal(ignore_sent(t), 10);
	for (unsigned int i = 0; i < 3; i++)
		arrive(t, ". 1:1(0) ack 1");
	expect(t, ". 1:1001(1000) ack 1");
	assert_int_equal(status_now(t).ssthresh, 5000);
	arrive(t, ". 1:1(0) ack 10001");
	assert_in_range(status_now(t).cwnd, 1000, 5000);
}

/* Lost more than once: the timer repairs what duplicate ACKs do not. */
static void
established_retransmission_lost_again_is_repaired_by_the_timer(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	app_write(t, 5000);
	ignore_sent(t);
	for (unsigned int i = 0; i < 3; i++)
		arrive(t, ". 1:1(0) ack 1");
	expect(t, ". 1:1001(1000) ack 1");
	advance(t, 1100);
	expect(t, ". 1:1001(1000) ack 1");
	ignore_sent(t);
}

/* The mempool is empty when text is to be sent: it is sent later, nothing is lost. */
static void
established_write_without_mbufs_says_so(void **state)
{
	struct fixture *t = *state;
	uint8_t byte = 0;
	struct rte_mbuf *taken[FIXTURE_MBUFS];
	unsigned int n = 0;

	in_established_rto_1s(t);
	while (n < FIXTURE_MBUFS && (taken[n] = rte_pktmbuf_alloc(t->pool)) != NULL)
		n++;
	assert_int_equal(estab_conn_write(t->peer->conn, &byte, 1), -ENOMEM);
	rte_pktmbuf_free_bulk(taken, n);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
}

/* The port takes nothing for a while: what is owed waits and leaves in order. */
static void
established_port_full_for_a_while_loses_nothing(void **state)
{
	struct fixture *t = *state;

	in_established_rto_1s(t);
	t->port.tx_room = 2;
	app_write(t, 5000);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1001:2001(1000) ack 1");
	expect_nothing(t);
	t->port.tx_room = UINT32_MAX;
	turn(t);
	expect(t, ". 2001:3001(1000) ack 1");
	expect(t, ". 3001:4001(1000) ack 1");
	expect(t, ". 4001:5001(1000) ack 1");
	expect_nothing(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_acknowledged_text_is_not_retransmitted),
		FIXTURE_TEST(established_silence_retransmits_the_first_segment),
		FIXTURE_TEST(must_19_established_silence_backs_off),
		FIXTURE_TEST(established_silence_backs_off_to_the_maximum),
		FIXTURE_TEST(must_20_established_silence_closes_after_r2_retransmissions),
		FIXTURE_TEST(shld_11_established_silence_is_borne_for_100_seconds),
		FIXTURE_TEST(must_18_ack_of_a_retransmission_keeps_the_backed_off_timeout),
		FIXTURE_TEST(must_18_ack_of_a_segment_sent_once_ends_the_back_off),
		FIXTURE_TEST(established_write_sends_the_initial_window),
		FIXTURE_TEST(must_19_established_ack_in_slow_start_releases_two_segments),
		FIXTURE_TEST(must_19_established_above_ssthresh_congestion_is_avoided),
		FIXTURE_TEST(must_19_established_timeout_starts_again_with_one_segment),
		FIXTURE_TEST(established_third_duplicate_ack_retransmits),
		FIXTURE_TEST(established_three_duplicate_acks_in_one_burst_retransmit),
		FIXTURE_TEST(established_window_updates_are_no_duplicate_acks),
		FIXTURE_TEST(established_acks_with_text_are_no_duplicate_acks),
		FIXTURE_TEST(established_duplicate_acks_without_text_outstanding_do_nothing),
		FIXTURE_TEST(established_partial_ack_in_fast_recovery_retransmits_the_next_hole),
		FIXTURE_TEST(established_fast_retransmit_halves_the_window),
		FIXTURE_TEST(established_retransmission_lost_again_is_repaired_by_the_timer),
		FIXTURE_TEST(established_write_without_mbufs_says_so),
		FIXTURE_TEST(established_port_full_for_a_while_loses_nothing),
	};

	return cmocka_run_group_tests_name("retransmission", tests, eal_start, eal_stop);
}
