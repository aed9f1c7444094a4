/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Congestion window validation (RFC 7661) as the peer sees it: a connection has brought its window to
 * 40 segments and then sends ten at a time, ten times a second. Under each controller that goes by cwnd.
 */
#include "eal.h"
#include "fixture.h"

enum { MSS = 1000, SECOND_MS = 1000 };

static const enum estab_congestion controllers[] = { ESTAB_CONGESTION_NEWRENO,
	ESTAB_CONGESTION_CUBIC };

static uint32_t
use(struct fixture *t, uint32_t from, uint32_t segments)
{
	return app_write_acknowledged(t, from, MSS, segments);
}

/* Ten segments every 100 ms, for so long; RTO is a second, so that this is no pause. */
static uint32_t
trickle(struct fixture *t, uint32_t from, uint32_t ms)
{
	for (; ms > 0; ms -= 100) {
		advance(t, 100);
		from = use(t, from, 10);
	}
	return from;
}

static uint32_t
in_rate_limited_with(struct fixture *t, enum estab_congestion controller, const char *options)
{
	uint32_t from = 1;

	t->config.tcp.congestion = controller;
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established_with(t, options);
	from = use(t, from, 10);
	from = use(t, from, 20);
	assert_int_equal(status_now(t).cwnd, 40 * MSS);
	return trickle(t, from, 2 * SECOND_MS);
}

static uint32_t
in_rate_limited_under(struct fixture *t, enum estab_congestion controller)
{
	return in_rate_limited_with(t, controller, "mss 1000");
}

/* 4.4: cwnd is kept: it neither grows nor falls while less than half of it is used. */
static void
check_kept(struct fixture *t, enum estab_congestion controller)
{
	const uint32_t from = in_rate_limited_under(t, controller);

	trickle(t, from, 120 * SECOND_MS);
	assert_int_equal(status_now(t).cwnd, 40 * MSS);
}

static void
rfc7661_4_4_newreno_window_not_used_is_kept(void **state)
{
	check_kept(*state, ESTAB_CONGESTION_NEWRENO);
}

static void
rfc7661_4_4_cubic_window_not_used_is_kept(void **state)
{
	check_kept(*state, ESTAB_CONGESTION_CUBIC);
}

/*
 * 4.4.1: half of the greater of pipeACK and LossFlightSize during recovery: ten were acknowledged in a
 * round trip, four are in flight. Then less half of the one that was sent again.
 */
static void
check_loss(struct fixture *t, enum estab_congestion controller)
{
	const uint32_t from = in_rate_limited_under(t, controller);

	app_write(t, 4 * MSS);
	assert_int_equal(ignore_sent(t), 4);
	for (unsigned int i = 0; i < 3; i++)
		arrive(t, ". 1:1(0) ack %u", from);
	expect(t, ". %u:%u(1000) ack 1", from, from + MSS);
	assert_int_equal(status_now(t).ssthresh, 5 * MSS);
	arrive(t, ". 1:1(0) ack %u", from + 4 * MSS);
	assert_int_equal(status_now(t).cwnd, 4500);
	assert_int_equal(status_now(t).ssthresh, 4500); /* RFC 5681 3.2 step 6 */
}

static void
rfc7661_4_4_1_newreno_loss_is_answered_by_what_was_used(void **state)
{
	check_loss(*state, controllers[0]);
}

static void
rfc7661_4_4_1_cubic_loss_is_answered_by_what_was_used(void **state)
{
	check_loss(*state, controllers[1]);
}

/* R of 4.4.1: two were sent again, and that one of them came twice makes them no fewer. */
static void
rfc7661_4_4_1_octets_sent_again_count_though_they_came_twice(void **state)
{
	struct fixture *t = *state;
	const uint32_t from = in_rate_limited_with(t, controllers[0], "mss 1000,sackOK");

	app_write(t, 6 * MSS);
	assert_int_equal(ignore_sent(t), 6);
	arrive(t, ". 1:1(0) ack %u <nop,nop,sack %u:%u>", from, from + 2 * MSS, from + 6 * MSS);
	assert_int_equal(ignore_sent(t), 2);
	assert_int_equal(status_now(t).ssthresh, 5 * MSS);
	arrive(t, ". 1:1(0) ack %u <nop,nop,sack %u:%u>", from + 6 * MSS, from, from + MSS);
	assert_int_equal(status_now(t).ssthresh, 4 * MSS);
}

/* A window of 32 segments has lost one, and that is repaired. @return the number after the last */
static uint32_t
in_recovered(struct fixture *t)
{
	uint32_t from;

	t->config.tcp.initial_window = 2;
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established(t);
	from = use(t, 1, 2);
	from = use(t, from, 4);
	from = use(t, from, 8);
	from = use(t, from, 16);
	app_write(t, 32 * MSS);
	assert_int_equal(ignore_sent(t), 32);
	for (unsigned int i = 0; i < 3; i++)
		arrive(t, ". 1:1(0) ack %u", from);
	ignore_sent(t);
	from += 32 * MSS;
	arrive(t, ". 1:1(0) ack %u", from);
	assert_in_range(status_now(t).cwnd, 16 * MSS, 23 * MSS);
	return from;
}

/* 4.2: after a recovery pipeACK is undefined, and cwnd counts as validated: no bounded burst. */
static void
rfc7661_4_2_window_after_a_recovery_is_validated(void **state)
{
	struct fixture *t = *state;

	in_recovered(t);
	app_write(t, 30 * MSS);
	assert_in_range(ignore_sent(t), 16, 23); /* not two */
}

/*
 * 4.2: but not for ever. In a pause of more than the sampling period the window is not used; it is
 * kept, where that is the policy, but for the burst (4.4.2).
 */
static void
rfc7661_4_2_window_after_a_recovery_and_a_pause_is_not_validated(void **state)
{
	struct fixture *t = *state;
	uint32_t from, cwnd;

	t->config.tcp.idle_keeps_cwnd = true;
	from = in_recovered(t);
	cwnd = status_now(t).cwnd;
	advance(t, 10 * SECOND_MS);
	app_write(t, 30 * MSS);
	assert_int_equal(status_now(t).cwnd, cwnd);
	assert_int_equal(ignore_sent(t), 2);
	for (unsigned int i = 0; i < 6; i++) { /* nor is it by the next round trips alone */
		from += MSS;
		arrive(t, ". 1:1(0) ack %u", from);
		assert_in_range(ignore_sent(t), 1, 3);
	}
}

/* 4.4.3: an hour has twelve times five minutes: the initial window is left. */
static void
rfc7661_4_4_3_window_after_a_recovery_and_an_hour_is_the_initial_window(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.idle_keeps_cwnd = true;
	in_recovered(t);
	advance(t, 3600 * SECOND_MS);
	app_write(t, 30 * MSS);
	assert_int_equal(status_now(t).cwnd, 2 * MSS);
	assert_int_equal(ignore_sent(t), 2);
}

/* 4.4.2: bursts are bounded: the initial window at once, and again for an ACK. */
static void
rfc7661_4_4_2_burst_into_a_window_not_used_is_bounded(void **state)
{
	struct fixture *t = *state;
	uint32_t from = in_rate_limited_under(t, ESTAB_CONGESTION_CUBIC);

	app_write(t, 60 * MSS);
	assert_int_equal(ignore_sent(t), 10);
	from += MSS;
	arrive(t, ". 1:1(0) ack %u", from);
	assert_int_equal(ignore_sent(t), 11);
	from += MSS;
	arrive(t, ". 1:1(0) ack %u", from);
	assert_int_equal(ignore_sent(t), 11);
}

/* Bring this peer's window to 40 segments. @return the number after the last */
static uint32_t
grow(struct fixture *t, unsigned int n)
{
	uint32_t from = 1;

	speak_as(t, n);
	in_established(t);
	from = use(t, from, 10);
	from = use(t, from, 20);
	assert_int_equal(status_now(t).cwnd, 40 * MSS);
	return from;
}

/* Sixty segments are written; the burst is looked at, and the rest is sent and acknowledged. */
static void
check_burst(struct fixture *t, unsigned int n, uint32_t from)
{
	const uint32_t end = from + 60 * MSS;
	uint32_t sent;

	speak_as(t, n);
	app_write(t, 60 * MSS);
	sent = ignore_sent(t);
	assert_int_equal(sent, 10);
	for (; from != end; sent = ignore_sent(t)) {
		from += sent * MSS;
		arrive(t, ". 1:1(0) ack %u", from);
	}
}

/* The numbers of one connection say nothing to another, though they work in turns. */
static void
rfc7661_4_4_2_burst_is_bounded_also_where_two_connections_take_turns(void **state)
{
	struct fixture *t = *state;
	uint32_t from[2];

	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	from[0] = grow(t, 0);
	from[1] = grow(t, 1);
	for (unsigned int i = 0; i < 40; i++) {
		advance(t, 50);
		speak_as(t, i % 2);
		from[i % 2] = use(t, from[i % 2], 10);
	}
	check_burst(t, 0, from[0]);
	check_burst(t, 1, from[1]);
}

/* One ACK for a whole flight is followed by as much, and by the initial window: that validates it. */
static void
rfc7661_4_4_2_ack_of_a_whole_flight_lets_another_follow(void **state)
{
	struct fixture *t = *state;
	uint32_t from = in_rate_limited_under(t, ESTAB_CONGESTION_CUBIC);

	app_write(t, 40 * MSS);
	for (unsigned int flight = 10; flight <= 20; flight += 10) {
		assert_int_equal(ignore_sent(t), flight);
		from += flight * MSS;
		arrive(t, ". 1:1(0) ack %u", from);
	}
}

/* 4.4.3: after five minutes half of cwnd is left, and at least the initial window. */
static void
check_adjusted(struct fixture *t, enum estab_congestion controller)
{
	uint32_t from = in_rate_limited_under(t, controller);

	for (unsigned int i = 0; i < 330; i++) {
		advance(t, 900);
		from = use(t, from, 10);
	}
	assert_int_equal(status_now(t).cwnd, 40 * MSS); /* 297 seconds */
	for (unsigned int i = 0; i < 10; i++) {
		advance(t, 900);
		from = use(t, from, 10);
	}
	assert_int_equal(status_now(t).cwnd, 20 * MSS);
}

static void
rfc7661_4_4_3_newreno_window_not_used_for_five_minutes_is_halved(void **state)
{
	check_adjusted(*state, controllers[0]);
}

static void
rfc7661_4_4_3_cubic_window_not_used_for_five_minutes_is_halved(void **state)
{
	check_adjusted(*state, controllers[1]);
}

/* Where the user wants it a pause leaves the window alone (4.4), but for the burst (4.4.2). */
static void
rfc7661_4_4_window_of_an_idle_connection_is_kept_where_that_is_the_policy(void **state)
{
	struct fixture *t = *state;
	uint32_t from;

	t->config.tcp.idle_keeps_cwnd = true;
	from = in_rate_limited_under(t, ESTAB_CONGESTION_NEWRENO);
	advance(t, 10 * SECOND_MS);
	app_write(t, 60 * MSS);
	assert_int_equal(status_now(t).cwnd, 40 * MSS);
	assert_int_equal(ignore_sent(t), 10);
	arrive(t, ". 1:1(0) ack %u", from + MSS);
	assert_int_equal(ignore_sent(t), 11);
}

/* BBR asks the path: neither bursts nor losses are bounded by what was used. */
static void
rfc7661_bbr_is_left_alone(void **state)
{
	struct fixture *t = *state;
	uint32_t from;

	t->config.tcp.congestion = ESTAB_CONGESTION_BBR;
	t->config.tcp.initial_window = 2;
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	in_established(t);
	from = use(t, 1, 2);
	for (unsigned int i = 0; i < 20; i++) {
		advance(t, 100);
		from = use(t, from, 1);
	}
	app_write(t, 60 * MSS);
	advance(t, 1);
	assert_true(ignore_sent(t) > 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(rfc7661_4_4_newreno_window_not_used_is_kept),
		FIXTURE_TEST(rfc7661_4_4_cubic_window_not_used_is_kept),
		FIXTURE_TEST(rfc7661_4_4_1_newreno_loss_is_answered_by_what_was_used),
		FIXTURE_TEST(rfc7661_4_4_1_cubic_loss_is_answered_by_what_was_used),
		FIXTURE_TEST(rfc7661_4_4_1_octets_sent_again_count_though_they_came_twice),
		FIXTURE_TEST(rfc7661_4_2_window_after_a_recovery_is_validated),
		FIXTURE_TEST(rfc7661_4_2_window_after_a_recovery_and_a_pause_is_not_validated),
		FIXTURE_TEST(rfc7661_4_4_3_window_after_a_recovery_and_an_hour_is_the_initial_window),
		FIXTURE_TEST(rfc7661_4_4_2_burst_into_a_window_not_used_is_bounded),
		FIXTURE_TEST(rfc7661_4_4_2_burst_is_bounded_also_where_two_connections_take_turns),
		FIXTURE_TEST(rfc7661_4_4_2_ack_of_a_whole_flight_lets_another_follow),
		FIXTURE_TEST(rfc7661_4_4_3_newreno_window_not_used_for_five_minutes_is_halved),
		FIXTURE_TEST(rfc7661_4_4_3_cubic_window_not_used_for_five_minutes_is_halved),
		FIXTURE_TEST(rfc7661_4_4_window_of_an_idle_connection_is_kept_where_that_is_the_policy),
		FIXTURE_TEST(rfc7661_bbr_is_left_alone),
	};

	return cmocka_run_group_tests_name("congestion_validation", tests, eal_start, eal_stop);
}
