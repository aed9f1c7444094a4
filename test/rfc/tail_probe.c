/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Tail loss probes, RFC 8985 7, and recoveries that turn out to have been needless: by D-SACK, by
 * timestamps (RFC 3522, RFC 4015), by F-RTO (RFC 5682). Segments have 1000 octets of text.
 */
#include "eal.h"
#include "fixture.h"

enum { RTT_MS = 100, PTO_MS = 2 * RTT_MS + 2 };

/* Established with a round trip of 100 ms and these options; one segment has gone both ways. */
static void
in_established_slowly(struct fixture *t, const char *options, const char *stamps)
{
	t->config.tcp.rto_min_ns = UINT64_C(1000000000);
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,%s>", options);
	assert_int_equal(ignore_sent(t), 1);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1%s", stamps);
	app_accept(t);
	expect_nothing(t);
}

static void
in_established_sack(struct fixture *t)
{
	in_established_slowly(t, "sackOK", "");
}

/* RFC 8985 7.2: "PTO = 2 * SRTT"; 7.3: without new text the last segment goes again. */
static void
established_silence_after_a_flight_probes_its_last_segment(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	app_write(t, 4000);
	assert_int_equal(ignore_sent(t), 4);
	advance(t, PTO_MS - 2);
	expect_nothing(t);
	advance(t, 4);
	expect(t, "P. 3001:4001(1000) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).tail_probes, 1);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
	advance(t, 900); /* at most one: the rest is for the retransmission timer */
	expect_nothing(t);
	advance(t, 200);
	expect(t, ". 1:1001(1000) ack 1");
	assert_int_equal(stats_now(t).retransmission_timeouts, 1);
}

/* RFC 7323 2.4, SHLD-16: the window is obeyed also for what is sent again. */
static void
established_tail_beyond_a_shrunk_window_is_not_probed(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	app_write(t, 4000);
	assert_int_equal(ignore_sent(t), 4);
	arrive(t, ". 1:1(0) ack 1001 win 1000");
	advance(t, 900);
	expect_nothing(t);
	assert_int_equal(stats_now(t).tail_probes, 0);
	advance(t, 300);
	expect(t, ". 1001:2001(1000) ack 1");
	expect_nothing(t);
	assert_int_equal(stats_now(t).retransmission_timeouts, 1);
}

/* The SACK of the probe tells what was lost before it: no timeout is needed. */
static void
established_lost_tail_is_repaired_by_the_sack_of_the_probe(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	app_write(t, 4000);
	ignore_sent(t);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1001");
	advance(t, PTO_MS + 2);
	expect(t, "P. 3001:4001(1000) ack 1");
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 3001:4001>");
	advance(t, RTT_MS / 4 + 2);
	expect(t, ". 1001:2001(1000) ack 1");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 4001");
	advance(t, 3000);
	expect_nothing(t);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
}

/* 7.3: "If an unsent segment exists AND the receive window allows new data, send" it. */
static void
established_silence_with_text_that_waits_probes_with_that(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	app_write(t, 12000);
	assert_int_equal(ignore_sent(t), 10);
	advance(t, PTO_MS + 2);
	expect(t, ". 10001:11001(1000) ack 1");
	expect_nothing(t);
}

/* 7.2: a single segment may wait for the peer's delayed ACK. */
static void
established_single_segment_is_probed_later(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	app_write(t, 1000);
	ignore_sent(t);
	advance(t, 900);
	expect_nothing(t);
	advance(t, 200);
	expect(t, "P. 1:1001(1000) ack 1"); /* in the place of the timeout, and not one */
	assert_int_equal(stats_now(t).tail_probes, 1);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
}

/* No ACK for this long: nothing is probed. */
static void
assert_silence_probes_nothing(struct fixture *t)
{
	app_write(t, 4000);
	assert_int_equal(ignore_sent(t), 4);
	advance(t, 900);
	expect_nothing(t);
	assert_int_equal(stats_now(t).tail_probes, 0);
	arrive(t, ". 1:1(0) ack 4001");
}

static void
established_where_configured_nothing_is_probed(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.no_tail_probe = true;
	in_established_sack(t);
	assert_silence_probes_nothing(t);
}

/* What the probe brings about is told by SACK. */
static void
established_without_sack_nothing_is_probed(void **state)
{
	struct fixture *t = *state;

	in_established_slowly(t, "nop", "");
	assert_silence_probes_nothing(t);
}

/* 7.3: one probe at a time, also where new text follows it. */
static void
established_probe_that_is_out_is_not_followed_by_another(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	app_write(t, 12000);
	assert_int_equal(ignore_sent(t), 10);
	advance(t, PTO_MS + 2);
	expect(t, ". 10001:11001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1001");
	expect(t, "P. 11001:12001(1000) ack 1");
	advance(t, 2 * PTO_MS);
	expect_nothing(t);
	assert_int_equal(stats_now(t).tail_probes, 1);
	arrive(t, ". 1:1(0) ack 12001");
}

/* 7.4.2: the probe repaired a loss that nobody else has seen: cwnd falls all the same. */
static void
established_loss_repaired_by_the_probe_reduces_the_window(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	app_write(t, 10000);
	ignore_sent(t);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 9001");
	advance(t, 1200);
	expect(t, "P. 9001:10001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 10001");
	app_write(t, 1000);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 11001");
	assert_in_range(status_now(t).ssthresh, 2000, 20000);
}

/* 7.4.1: original and probe have both arrived, says the D-SACK. */
static void
established_needless_probe_leaves_the_window_alone(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	app_write(t, 10000);
	ignore_sent(t);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 9001");
	advance(t, 1200);
	expect(t, "P. 9001:10001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 10001");
	arrive(t, ". 1:1(0) ack 10001 <nop,nop,sack 9001:10001>");
	app_write(t, 1000);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 11001");
	assert_true(status_now(t).ssthresh > 1000000);
}

/* Three segments were overtaken by their successors, all sent again, and all came twice. */
static void
established_recovery_is_taken_back_when_all_came_twice(void **state)
{
	struct fixture *t = *state;
	uint32_t cwnd;

	in_established_sack(t);
	app_write(t, 10000);
	ignore_sent(t);
	cwnd = status_now(t).cwnd;
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:5001>");
	expect(t, ". 1:1001(1000) ack 1");
	assert_true(status_now(t).ssthresh < cwnd);
	arrive(t, ". 1:1(0) ack 5001");
	arrive(t, ". 1:1(0) ack 5001 <nop,nop,sack 1:1001>");
	assert_true(status_now(t).cwnd >= cwnd);
	assert_true(status_now(t).ssthresh > cwnd);
	assert_int_equal(stats_now(t).recoveries_undone, 1);
	assert_int_equal(stats_now(t).duplicates_reported, 1);
	arrive(t, ". 1:1(0) ack 10001");
}

/*
 * RFC 3708 3: a duplicate of what was sent but once is a copy that the network has made. The loss of
 * 1:1001 was real; the peer (or one that lies) has 1001:2001 twice, of no more octets than were sent
 * again, and the rest of it as well.
 */
static void
rfc3708_3_duplicate_of_what_was_sent_once_takes_nothing_back(void **state)
{
	struct fixture *t = *state;
	uint32_t ssthresh;

	in_established_sack(t);
	app_write(t, 10000);
	ignore_sent(t);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:5001>");
	expect(t, ". 1:1001(1000) ack 1");
	ssthresh = status_now(t).ssthresh;
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:2001 1001:5001>");
	assert_int_equal(stats_now(t).recoveries_undone, 0);
	assert_int_equal(status_now(t).ssthresh, ssthresh);
	arrive(t, ". 1:1(0) ack 5001");
	arrive(t, ". 1:1(0) ack 5001 <nop,nop,sack 1:1001>"); /* from a network that makes copies */
	assert_int_equal(stats_now(t).duplicates_reported, 2);
	assert_int_equal(stats_now(t).recoveries_undone, 0);
	arrive(t, ". 1:1(0) ack 10001");
}

/* RFC 3708 3: two losses, each followed by the claim that all that was sacked has come twice. */
static void
rfc3708_3_peer_that_claims_all_came_twice_has_no_reduction_taken_back(void **state)
{
	struct fixture *t = *state;
	uint32_t una = 1;

	in_established_sack(t);
	for (unsigned int i = 0; i < 2; i++, una += 8000) {
		app_write(t, 8000);
		ignore_sent(t);
		advance(t, RTT_MS);
		arrive(t, ". 1:1(0) ack %u <nop,nop,sack %u:%u>", una, una + 1000, una + 5000);
		ignore_sent(t);
		arrive(t, ". 1:1(0) ack %u <nop,nop,sack %u:%u %u:%u>", una, una + 1000, una + 5000,
				una + 1000, una + 5000);
		advance(t, RTT_MS);
		arrive(t, ". 1:1(0) ack %u", una + 8000);
		ignore_sent(t);
	}
	assert_int_equal(stats_now(t).fast_retransmits, 2);
	assert_int_equal(stats_now(t).recoveries_undone, 0);
}

/* The duplicate of a probe, sent before the episode, says nothing of what it has sent again. */
static void
rfc3708_3_duplicate_of_a_probe_does_not_count(void **state)
{
	struct fixture *t = *state;

	in_established_sack(t);
	app_write(t, 10000);
	ignore_sent(t);
	advance(t, 2 * RTT_MS + 1000);
	expect(t, "P. 9001:10001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:10001>");
	expect(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 9001:10001 1001:10001>");
	assert_int_equal(stats_now(t).recoveries_undone, 0);
	arrive(t, ". 1:1(0) ack 10001 <nop,nop,sack 1:1001>");
	assert_int_equal(stats_now(t).recoveries_undone, 1);
}

/* RFC 3522 3.2: the ACK echoes a timestamp from before the retransmission. */
static void
established_recovery_is_taken_back_by_an_older_timestamp(void **state)
{
	struct fixture *t = *state;
	uint32_t cwnd, sent_at;

	in_established_slowly(t, "sackOK,TS val 100 ecr 0", " <nop,nop,TS val 200 ecr 0>");
	app_write(t, 8000);
	sent_at = next_sent(t)->ts_val;
	ignore_sent(t);
	cwnd = status_now(t).cwnd;
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,TS val 300 ecr %u,nop,nop,sack 989:4941>", sent_at);
	assert_int_equal(ignore_sent(t), 1);
	assert_true(status_now(t).ssthresh < cwnd);
	advance(t, 10);
	arrive(t, ". 1:1(0) ack 7905 <nop,nop,TS val 310 ecr %u>", sent_at);
	assert_int_equal(stats_now(t).recoveries_undone, 1);
	assert_true(status_now(t).ssthresh > cwnd);
}

/* RFC 5682: after the timeout an ACK of what was sent but once. */
static void
established_needless_timeout_is_taken_back(void **state)
{
	struct fixture *t = *state;
	uint32_t cwnd;

	t->config.tcp.no_tail_probe = true;
	in_established_sack(t);
	app_write(t, 8000);
	ignore_sent(t);
	cwnd = status_now(t).cwnd;
	advance(t, 1100);
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 2001"); /* the originals were late: the second was sent but once */
	expect_nothing(t);              /* and nothing is sent again */
	assert_int_equal(stats_now(t).recoveries_undone, 1);
	assert_true(status_now(t).cwnd >= cwnd);
	assert_int_equal(status_now(t).lost, 0);
	arrive(t, ". 1:1(0) ack 8001");
}

/* RFC 5682 2.1 step 2b, 3a: new text is tried; a duplicate then says that the loss was real. */
static void
established_timeout_tries_new_text_before_it_sends_all_again(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.no_tail_probe = true;
	in_established_sack(t);
	app_write(t, 14000);
	assert_int_equal(ignore_sent(t), 10);
	advance(t, 1100);
	expect(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 1001");
	expect(t, ". 10001:11001(1000) ack 1");
	expect(t, ". 11001:12001(1000) ack 1");
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack 1001 <nop,nop,sack 10001:11001>");
	expect(t, ". 1001:2001(1000) ack 1");
	assert_int_equal(stats_now(t).recoveries_undone, 0);
	arrive(t, ". 1:1(0) ack 12001");
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 14001");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_silence_after_a_flight_probes_its_last_segment),
		FIXTURE_TEST(established_tail_beyond_a_shrunk_window_is_not_probed),
		FIXTURE_TEST(established_lost_tail_is_repaired_by_the_sack_of_the_probe),
		FIXTURE_TEST(established_silence_with_text_that_waits_probes_with_that),
		FIXTURE_TEST(established_single_segment_is_probed_later),
		FIXTURE_TEST(established_where_configured_nothing_is_probed),
		FIXTURE_TEST(established_without_sack_nothing_is_probed),
		FIXTURE_TEST(established_probe_that_is_out_is_not_followed_by_another),
		FIXTURE_TEST(established_loss_repaired_by_the_probe_reduces_the_window),
		FIXTURE_TEST(established_needless_probe_leaves_the_window_alone),
		FIXTURE_TEST(established_recovery_is_taken_back_when_all_came_twice),
		FIXTURE_TEST(rfc3708_3_duplicate_of_what_was_sent_once_takes_nothing_back),
		FIXTURE_TEST(rfc3708_3_peer_that_claims_all_came_twice_has_no_reduction_taken_back),
		FIXTURE_TEST(rfc3708_3_duplicate_of_a_probe_does_not_count),
		FIXTURE_TEST(established_recovery_is_taken_back_by_an_older_timestamp),
		FIXTURE_TEST(established_needless_timeout_is_taken_back),
		FIXTURE_TEST(established_timeout_tries_new_text_before_it_sends_all_again),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
