/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a window that the peer closes does to congestion control (RFC 9293 3.8.6.1, RFC 5681 4.1): probes
 * are no use of cwnd, and what was in flight behind the closed window has to be sent again.
 */
#include "eal.h"
#include "fixture.h"

enum { MSS = 1000, INITIAL_WINDOW = 10 };

static uint32_t
use(struct fixture *t, uint32_t from, uint32_t segments)
{
	return app_write_acknowledged(t, from, MSS, segments);
}

/* cwnd is 40 segments, and used. @return the number after the last */
static uint32_t
in_grown_with(struct fixture *t, const char *options)
{
	uint32_t from = 1;

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established_with(t, options);
	from = use(t, from, 10);
	from = use(t, from, 20);
	assert_int_equal(status_now(t).cwnd, 40 * MSS);
	return from;
}

static uint32_t
in_grown(struct fixture *t)
{
	return in_grown_with(t, "mss 1000");
}

/* For that long each segment of the stack is answered: nothing new, window zero. */
static void
keep_closed(struct fixture *t, unsigned int seconds, uint32_t ack)
{
	for (unsigned int i = 0; i < seconds * 10; i++) {
		advance(t, 100);
		if (ignore_sent(t) > 0)
			arrive(t, ". 1:1(0) ack %u win 0", ack);
	}
}

/* All is acknowledged, the window is closed for 20 seconds, and 40 segments wait. */
static uint32_t
in_closed(struct fixture *t)
{
	const uint32_t from = in_grown(t);

	arrive(t, ". 1:1(0) ack %u win 0", from);
	app_write(t, 40 * MSS);
	expect_nothing(t);
	keep_closed(t, 20, from);
	assert_true(stats_now(t).zero_window_probes > 2);
	return from;
}

/* RFC 5681 4.1: nothing but probes was sent for longer than RTO. The octet of the probe was not taken. */
static void
rfc5681_4_1_window_reopened_begins_with_the_initial_window(void **state)
{
	struct fixture *t = *state;
	const uint32_t from = in_closed(t);

	arrive(t, ". 1:1(0) ack %u win 65535", from);
	assert_int_equal(ignore_sent(t), INITIAL_WINDOW);
	assert_int_equal(status_now(t).cwnd, INITIAL_WINDOW * MSS);
}

/* The same where the peer takes the octet, just after a probe: that was no use of cwnd. */
static void
rfc5681_4_1_window_reopened_by_a_probe_begins_with_the_initial_window(void **state)
{
	struct fixture *t = *state;
	const uint32_t from = in_closed(t);

	while (ignore_sent(t) == 0)
		advance(t, 100);
	arrive(t, ". 1:1(0) ack %u win 65535", from + 1);
	assert_int_equal(ignore_sent(t), INITIAL_WINDOW);
	assert_int_equal(status_now(t).cwnd, INITIAL_WINDOW * MSS);
}

/* RFC 7661 4.4.2: where cwnd is kept, it is not sent in one burst. */
static void
rfc7661_4_4_2_burst_into_a_reopened_window_is_bounded(void **state)
{
	struct fixture *t = *state;
	uint32_t from;

	t->config.tcp.idle_keeps_cwnd = true;
	from = in_closed(t);
	arrive(t, ". 1:1(0) ack %u win 65535", from);
	assert_int_equal(ignore_sent(t), INITIAL_WINDOW);
	assert_int_equal(status_now(t).cwnd, 40 * MSS);
}

/* RFC 6298 5: probes had backed off (SHLD-30), but the timer of what is sent now is RTO. */
static void
established_loss_after_the_window_reopened_is_found_within_rto(void **state)
{
	struct fixture *t = *state;
	const uint32_t from = in_closed(t);

	while (ignore_sent(t) == 0)
		advance(t, 100); /* a probe has just left: the next is due in more than ten seconds */
	arrive(t, ". 1:1(0) ack %u win 0", from);
	arrive(t, ". 1:1(0) ack %u win 65535", from);
	assert_int_equal(ignore_sent(t), INITIAL_WINDOW);
	advance(t, 1100);
	expect(t, ". %u:%u(1000) ack 1", from, from + MSS);
}

/* The timer ran for the first probe; what leaves instead of that probe has all of RTO to be acknowledged. */
static void
check_timer_begins_anew(struct fixture *t, uint32_t octets, uint32_t segments)
{
	const uint32_t from = in_grown(t);

	arrive(t, ". 1:1(0) ack %u win 0", from);
	app_write(t, octets);
	advance(t, 900);
	arrive(t, ". 1:1(0) ack %u win 65535", from);
	assert_int_equal(ignore_sent(t), segments);
	advance(t, 900);
	expect_nothing(t);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
}

static void
established_window_reopened_before_the_first_probe_starts_the_timer_anew(void **state)
{
	check_timer_begins_anew(*state, 40 * MSS, 40);
}

/* What one segment holds goes the short way. */
static void
established_window_reopened_before_the_first_probe_starts_the_timer_of_one_anew(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.no_tail_probe = true;
	check_timer_begins_anew(t, 500, 1);
}

/* The same of the override timeout (3.8.6.2.1): the window was open, and too small for a segment. */
static void
established_window_that_grows_before_the_override_timeout_starts_the_timer_anew(void **state)
{
	struct fixture *t = *state;
	const uint32_t from = in_grown(t);

	arrive(t, ". 1:1(0) ack %u win 300", from);
	app_write(t, 40 * MSS);
	expect_nothing(t);
	advance(t, 900);
	arrive(t, ". 1:1(0) ack %u win 65535", from);
	assert_int_equal(ignore_sent(t), 40);
	advance(t, 900);
	expect_nothing(t);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
}

/* A pause below RTO changes nothing. */
static void
established_window_closed_for_a_moment_keeps_cwnd(void **state)
{
	struct fixture *t = *state;
	const uint32_t from = in_grown(t);

	arrive(t, ". 1:1(0) ack %u win 0", from);
	app_write(t, 40 * MSS);
	advance(t, 500);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack %u win 65535", from);
	assert_int_equal(ignore_sent(t), 40);
}

/*
 * 40 segments are in flight when the peer closes its window over them; the timer finds them unanswered.
 * @return the first
 */
static uint32_t
in_closed_over_flight(struct fixture *t, const char *options)
{
	uint32_t from;

	from = in_grown_with(t, options);
	app_write(t, 40 * MSS);
	assert_int_equal(ignore_sent(t), 40);
	arrive(t, ". 1:1(0) ack %u win 0", from);
	keep_closed(t, 20, from);
	return from;
}

/*
 * RFC 5681 3.1: the loss window, and what of the 40 CUBIC leaves; once, though there were several
 * probes. What is acknowledged then opens the window again as after any timeout.
 */
static void
check_flight_lost(struct fixture *t, const char *options)
{
	const uint32_t from = in_closed_over_flight(t, options);

	assert_int_equal(status_now(t).ssthresh, 28 * MSS);
	arrive(t, ". 1:1(0) ack %u win 65535", from);
	assert_int_equal(status_now(t).cwnd, MSS);
	expect(t, ". %u:%u(1000) ack 1", from, from + MSS);
	expect_nothing(t);
	arrive(t, ". 1:1(0) ack %u win 65535", from + MSS);
	assert_int_equal(ignore_sent(t), 2);
}

static void
rfc5681_3_1_flight_behind_a_closed_window_is_answered_once_as_lost(void **state)
{
	check_flight_lost(*state, "mss 1000");
}

static void
rfc5681_3_1_flight_behind_a_closed_window_is_lost_with_sack_too(void **state)
{
	check_flight_lost(*state, "mss 1000,sackOK");
}

/* Nor because of the tail probe that nobody answered before: what it was for was sent again since. */
static void
established_tail_probed_before_the_window_closes_is_lost_once(void **state)
{
	struct fixture *t = *state;
	uint32_t from = in_grown_with(t, "mss 1000,sackOK"), end = from + 40 * MSS;

	app_write(t, 40 * MSS);
	assert_int_equal(ignore_sent(t), 40);
	advance(t, 500);
	assert_int_equal(stats_now(t).tail_probes, 1);
	arrive(t, ". 1:1(0) ack %u win 0", from);
	keep_closed(t, 20, from);
	app_write(t, MSS);
	while (from != end + MSS) { /* what ACKs of more than was probed tell (RFC 8985 7.4.2) */
		from += MSS;
		arrive(t, ". 1:1(0) ack %u win 65535", from);
		ignore_sent(t);
	}
	assert_int_equal(status_now(t).ssthresh, 28 * MSS);
}

/* Nor is it lost a second time where the timer had found that before the window was closed. */
static void
established_flight_lost_before_the_window_closes_is_answered_once(void **state)
{
	struct fixture *t = *state;
	const uint32_t from = in_grown(t);

	app_write(t, 40 * MSS);
	assert_int_equal(ignore_sent(t), 40);
	advance(t, 1100);
	assert_int_equal(status_now(t).ssthresh, 28 * MSS);
	arrive(t, ". 1:1(0) ack %u win 0", from);
	keep_closed(t, 20, from);
	assert_int_equal(status_now(t).ssthresh, 28 * MSS);
}

/*
 * 3.8.6.2.1 (4): the override timeout sends for the first time what fits into a small window. That is no
 * retransmission: its loss is answered like any other, and R1 counts from there.
 */
static void
established_loss_of_what_the_override_timeout_has_sent_is_answered(void **state)
{
	struct fixture *t = *state;
	const uint32_t from = in_grown(t);

	arrive(t, ". 1:1(0) ack %u win 300", from);
	app_write(t, MSS);
	expect_nothing(t);
	advance(t, 1100);
	expect(t, ". %u:%u(300) ack 1", from, from + 300);
	advance(t, 1100);
	expect(t, ". %u:%u(300) ack 1", from, from + 300);
	assert_int_equal(status_now(t).cwnd, MSS);
	assert_int_equal(stats_now(t).retransmission_timeouts, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(rfc5681_4_1_window_reopened_begins_with_the_initial_window),
		FIXTURE_TEST(rfc5681_4_1_window_reopened_by_a_probe_begins_with_the_initial_window),
		FIXTURE_TEST(rfc7661_4_4_2_burst_into_a_reopened_window_is_bounded),
		FIXTURE_TEST(established_loss_after_the_window_reopened_is_found_within_rto),
		FIXTURE_TEST(established_window_reopened_before_the_first_probe_starts_the_timer_anew),
		FIXTURE_TEST(established_window_reopened_before_the_first_probe_starts_the_timer_of_one_anew),
		FIXTURE_TEST(established_window_that_grows_before_the_override_timeout_starts_the_timer_anew),
		FIXTURE_TEST(established_window_closed_for_a_moment_keeps_cwnd),
		FIXTURE_TEST(rfc5681_3_1_flight_behind_a_closed_window_is_answered_once_as_lost),
		FIXTURE_TEST(rfc5681_3_1_flight_behind_a_closed_window_is_lost_with_sack_too),
		FIXTURE_TEST(established_tail_probed_before_the_window_closes_is_lost_once),
		FIXTURE_TEST(established_loss_of_what_the_override_timeout_has_sent_is_answered),
		FIXTURE_TEST(established_flight_lost_before_the_window_closes_is_answered_once),
	};

	return cmocka_run_group_tests_name("closed_window", tests, eal_start, eal_stop);
}
