/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pipeACK (RFC 7661 4.2): the greatest sample of a period of a second, and when a sample is forgotten.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tcp/congestion/pipe_ack.h"

enum { PERIOD = 1000 };

static struct pipe_ack pipe_ack;

static uint32_t
value_at(uint32_t now_ms)
{
	return pipe_ack_value(&pipe_ack, now_ms, PERIOD);
}

/* "When no measurements are available ... the pipeACK variable is set to the 'undefined value'" */
static void
without_a_sample_it_is_undefined(void **state)
{
	(void)state;
	pipe_ack_forget(&pipe_ack);
	assert_int_equal(value_at(0), PIPE_ACK_UNDEFINED);
	assert_int_equal(value_at(1000000), PIPE_ACK_UNDEFINED);
	pipe_ack_sample(&pipe_ack, 5, 1000000, PERIOD);
	assert_int_equal(value_at(1000000), 5);
	pipe_ack_forget(&pipe_ack);
	assert_int_equal(value_at(1000000), PIPE_ACK_UNDEFINED);
}

/* 4.2: the greatest of what was measured of late */
static void
greatest_sample_counts_whenever_it_was_made(void **state)
{
	(void)state;
	pipe_ack_forget(&pipe_ack);
	pipe_ack_sample(&pipe_ack, 70, 0, PERIOD);
	pipe_ack_sample(&pipe_ack, 30, 100, PERIOD);
	pipe_ack_sample(&pipe_ack, 40, 600, PERIOD);
	assert_int_equal(value_at(600), 70);
	pipe_ack_sample(&pipe_ack, 90, 650, PERIOD);
	assert_int_equal(value_at(650), 90);
}

/* 4.2: no more than the greatest sample of the sampling period */
static void
sample_is_forgotten_within_a_period_and_not_in_half_of_it(void **state)
{
	(void)state;
	pipe_ack_forget(&pipe_ack);
	for (uint32_t now_ms = 5000; now_ms <= 9000; now_ms += 10)
		pipe_ack_sample(&pipe_ack, now_ms < 7000 ? 80 : 20, now_ms, PERIOD);
	assert_int_equal(value_at(9000), 20);
	for (uint32_t last = 6000; last < 7000; last += 70) {
		pipe_ack_forget(&pipe_ack);
		for (uint32_t now_ms = 5000; now_ms <= 9000; now_ms += 10) {
			pipe_ack_sample(&pipe_ack, now_ms <= last ? 80 : 20, now_ms, PERIOD);
			if (now_ms < last + PERIOD / 2)
				assert_int_equal(value_at(now_ms), 80);
			else if (now_ms >= last + PERIOD)
				assert_int_equal(value_at(now_ms), 20);
		}
	}
}

/* Silence is a rate too: nothing was acknowledged, which is not the same as nothing being known. */
static void
silence_of_a_period_leaves_nothing(void **state)
{
	(void)state;
	pipe_ack_forget(&pipe_ack);
	pipe_ack_sample(&pipe_ack, 80, 5000, PERIOD);
	assert_int_equal(value_at(5499), 80);
	assert_int_equal(value_at(6000), 0);
	assert_int_equal(value_at(400000), 0);
	pipe_ack_sample(&pipe_ack, 10, 400000, PERIOD);
	assert_int_equal(value_at(400000), 10);
}

static void
milliseconds_may_wrap(void **state)
{
	(void)state;
	pipe_ack_forget(&pipe_ack);
	pipe_ack_sample(&pipe_ack, 80, UINT32_MAX - 100, PERIOD);
	pipe_ack_sample(&pipe_ack, 20, 450, PERIOD);
	assert_int_equal(value_at(450), 80);
	assert_int_equal(value_at(950), 20);
}

/* "Max(3*RTT, 1 second)" */
static void
period_is_three_round_trips_or_a_second(void **state)
{
	(void)state;
	assert_int_equal(pipe_ack_period_ms(0), 1000);
	assert_int_equal(pipe_ack_period_ms(333333), 1000);
	assert_int_equal(pipe_ack_period_ms(400000), 1200);
	assert_int_equal(pipe_ack_period_ms(UINT32_MAX), 12884901);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_sample_it_is_undefined),
		cmocka_unit_test(greatest_sample_counts_whenever_it_was_made),
		cmocka_unit_test(sample_is_forgotten_within_a_period_and_not_in_half_of_it),
		cmocka_unit_test(silence_of_a_period_leaves_nothing),
		cmocka_unit_test(milliseconds_may_wrap),
		cmocka_unit_test(period_is_three_round_trips_or_a_second),
	};

	return cmocka_run_group_tests_name("tcp_pipe_ack", tests, NULL, NULL);
}
