/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HyStart++ (RFC 9406 4.2) in rounds of so many samples: eight are needed before a round is judged,
 * and the least of them counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tcp/congestion/hystart.h"

enum { BEGIN = 5000, SEGMENT = 1000 };

static struct hystart hystart;
static uint32_t snd_una;

/* The round trip took between so many and so many microseconds. */
static bool
sample_of(uint32_t least_us, uint32_t most_us, uint32_t una, uint32_t nxt)
{
	const struct round_trip sample = { least_us, most_us };

	return hystart_on_sample(&hystart, &sample, una, nxt);
}

static void
begin(void)
{
	snd_una = BEGIN;
	hystart_init(&hystart, BEGIN + 1);
	/* the first ACK ends the round in which nothing was sent yet */
	sample_of(HYSTART_NONE, HYSTART_NONE, snd_una + 1, snd_una + 1);
	snd_una++;
}

/* A round of n segments, each acknowledged by itself after so long; @return slow start is over */
static bool
round_of(unsigned int n, uint32_t rtt_us)
{
	const uint32_t end = snd_una + n * SEGMENT;
	bool over = false;

	hystart.window_end = end;
	for (unsigned int i = 0; i < n; i++) {
		snd_una += SEGMENT;
		over |= sample_of(rtt_us, rtt_us, snd_una, end + n * SEGMENT);
	}
	return over;
}

static bool
is_conservative(void)
{
	return hystart_growth(&hystart, 4000) == 1000; /* CSS_GROWTH_DIVISOR = 4 */
}

static void
steady_round_trip_lets_slow_start_go_on(void **state)
{
	(void)state;
	begin();
	for (unsigned int i = 0; i < 20; i++)
		assert_false(round_of(16, 50000));
	assert_int_equal(hystart_growth(&hystart, 2000), 2000);
}

/* RttThresh = max(4 ms, min(lastRoundMinRTT / 8, 16 ms)) */
static void
round_trip_longer_by_the_threshold_slows_down(void **state)
{
	static const struct {
		uint32_t first_us, threshold_us;
	} cases[] = { { 100, 4000 }, { 32000, 4000 }, { 80000, 10000 }, { 128000, 16000 },
		{ 400000, 16000 } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin();
		round_of(8, cases[i].first_us);
		round_of(8, cases[i].first_us + cases[i].threshold_us - 1);
		assert_false(is_conservative());
		begin();
		round_of(8, cases[i].first_us);
		round_of(8, cases[i].first_us + cases[i].threshold_us);
		assert_true(is_conservative());
	}
}

/* N_RTT_SAMPLE = 8 */
static void
seven_samples_judge_nothing(void **state)
{
	(void)state;
	begin();
	round_of(8, 50000);
	round_of(7, 90000);
	assert_false(is_conservative());
}

/* One short sample in a round: the delay was not that of a queue. */
static void
least_sample_of_a_round_counts(void **state)
{
	(void)state;
	begin();
	round_of(8, 50000);
	hystart.window_end = snd_una + 100 * SEGMENT;
	sample_of(50000, 50000, snd_una, snd_una);
	for (unsigned int i = 0; i < 20; i++)
		sample_of(90000, 90000, snd_una, snd_una);
	assert_false(is_conservative());
}

/* Where no more is known than bounds, what may have been no growth is none. */
static void
growth_must_be_certain(void **state)
{
	(void)state;
	for (unsigned int certain = 0; certain <= 1; certain++) {
		begin();
		hystart.window_end = snd_una + 8 * SEGMENT;
		for (unsigned int i = 0; i < 8; i++)
			sample_of(30000, 50000, snd_una += SEGMENT, hystart.window_end + SEGMENT);
		for (unsigned int i = 0; i < 8; i++)
			sample_of(56249 + certain, 90000, snd_una, snd_una);
		assert_int_equal(is_conservative(), certain); /* 50 ms and an eighth of that */
	}
}

/* "CSS_ROUNDS = 5": the one in which it began counts. */
static void
five_conservative_rounds_end_slow_start(void **state)
{
	(void)state;
	begin();
	round_of(8, 50000);
	for (unsigned int i = 0; i < 4; i++)
		assert_false(round_of(8, 70000));
	assert_true(round_of(8, 70000));
}

/* "if (currentRoundMinRTT < cssBaselineMinRtt) ... resume slow start including HyStart++" */
static void
shorter_round_trip_resumes_slow_start(void **state)
{
	(void)state;
	begin();
	round_of(8, 50000);
	round_of(8, 70000);
	assert_true(is_conservative());
	round_of(8, 69999);
	assert_false(is_conservative());
	round_of(8, 90000); /* and it is watched again */
	assert_true(is_conservative());
	for (unsigned int i = 0; i < 3; i++)
		assert_false(round_of(8, 90000));
	assert_true(round_of(8, 90000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steady_round_trip_lets_slow_start_go_on),
		cmocka_unit_test(round_trip_longer_by_the_threshold_slows_down),
		cmocka_unit_test(seven_samples_judge_nothing),
		cmocka_unit_test(least_sample_of_a_round_counts),
		cmocka_unit_test(growth_must_be_certain),
		cmocka_unit_test(five_conservative_rounds_end_slow_start),
		cmocka_unit_test(shorter_round_trip_resumes_slow_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
