/* SPDX-License-Identifier: BSD-3-Clause */
/* The promise of histogram.h: a quantile is never below the true one and at most 1/128 above it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "histogram.h"

static struct histogram histogram;

static int
empty(void **state)
{
	(void)state;
	histogram_init(&histogram);
	return 0;
}

static void
assert_about(uint64_t value, uint64_t truth)
{
	assert_true(value >= truth);
	assert_true(value - truth <= truth / 128);
}

static void
empty_gives_zero(void **state)
{
	(void)state;
	assert_int_equal(histogram_quantile(&histogram, 500000), 0);
	assert_int_equal(histogram.count, 0);
	assert_int_equal(histogram.max, 0);
}

static void
small_values_are_exact(void **state)
{
	(void)state;
	for (uint64_t value = 1; value <= 100; value++)
		histogram_record(&histogram, value);
	assert_int_equal(histogram_quantile(&histogram, 500000), 50);
	assert_int_equal(histogram_quantile(&histogram, 900000), 90);
	assert_int_equal(histogram_quantile(&histogram, 990000), 99);
	assert_int_equal(histogram_quantile(&histogram, 999000), 100);
	assert_int_equal(histogram_quantile(&histogram, 0), 1);
}

static void
every_magnitude_keeps_its_precision(void **state)
{
	(void)state;
	for (unsigned int bits = 0; bits < 64; bits++) {
		const uint64_t power = UINT64_C(1) << bits;
		const uint64_t values[] = { power - 1, power, power + power / 3,
			power + (power - 1) };

		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			histogram_init(&histogram);
			histogram_record(&histogram, values[i]);
			histogram_record(&histogram, UINT64_MAX);
			assert_about(histogram_quantile(&histogram, 500000), values[i]);
		}
	}
}

static void
large_values_follow_their_order(void **state)
{
	(void)state;
	for (uint64_t i = 1; i <= 100000; i++)
		histogram_record(&histogram, i * 1000);
	assert_about(histogram_quantile(&histogram, 500000), 50000000);
	assert_about(histogram_quantile(&histogram, 900000), 90000000);
	assert_about(histogram_quantile(&histogram, 999000), 99900000);
	assert_int_equal(histogram_quantile(&histogram, 1000000), 100000000);
}

static void
one_slow_value_shows_in_the_tail_only(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 999; i++)
		histogram_record(&histogram, 10);
	histogram_record(&histogram, 5000000);
	assert_int_equal(histogram_quantile(&histogram, 990000), 10);
	assert_int_equal(histogram_quantile(&histogram, 999000), 10);
	assert_int_equal(histogram_quantile(&histogram, 1000000), 5000000);
	assert_int_equal(histogram.max, 5000000);
}

static void
one_in_ten_thousand_is_the_9999th_part(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 9999; i++)
		histogram_record(&histogram, 10);
	histogram_record(&histogram, 5000000);
	assert_int_equal(histogram_quantile(&histogram, 999900), 10);
	assert_int_equal(histogram_quantile(&histogram, 999901), 5000000);
}

/* The percentiles rise, and the last is 99.99. */
static void
shares_are_told_in_order(void **state)
{
	(void)state;
	for (unsigned int i = 1; i < HISTOGRAM_SHARES; i++)
		assert_true(histogram_shares[i].per_million > histogram_shares[i - 1].per_million);
	assert_int_equal(histogram_shares[HISTOGRAM_SHARES - 1].per_million, 999900);
}

static void
sum_is_as_if_all_had_been_recorded_in_one(void **state)
{
	static struct histogram other;

	(void)state;
	histogram_init(&other);
	for (unsigned int i = 0; i < 600; i++)
		histogram_record(&histogram, 10);
	for (unsigned int i = 0; i < 400; i++)
		histogram_record(&other, 100);
	histogram_record(&other, 7000);
	histogram_add(&histogram, &other);
	assert_int_equal(histogram.count, 1001);
	assert_int_equal(histogram.max, 7000);
	assert_int_equal(histogram_quantile(&histogram, 500000), 10);
	assert_int_equal(histogram_quantile(&histogram, 900000), 100);
	assert_int_equal(histogram_quantile(&histogram, 1000000), 7000);
	histogram_init(&other);
	histogram_add(&histogram, &other);
	assert_int_equal(histogram.max, 7000);
}

static void
copy_is_alike_whichever_held_more(void **state)
{
	static struct histogram copy;

	(void)state;
	histogram_init(&copy);
	histogram_record(&copy, 1 << 30);
	histogram_record(&histogram, 77);
	histogram_copy(&copy, &histogram);
	assert_memory_equal(&copy, &histogram, sizeof(copy));
	histogram_record(&histogram, 1 << 30);
	histogram_copy(&copy, &histogram);
	assert_memory_equal(&copy, &histogram, sizeof(copy));
}

static void
since_leaves_out_what_was_there_before(void **state)
{
	static struct histogram before, since;

	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		histogram_record(&histogram, 1000000);
	histogram_copy(&before, &histogram);
	histogram_since(&since, &histogram, &before);
	assert_int_equal(since.count, 0);
	assert_int_equal(since.max, 0);
	for (unsigned int value = 1; value <= 100; value++)
		histogram_record(&histogram, value);
	histogram_since(&since, &histogram, &before);
	assert_int_equal(since.count, 100);
	assert_int_equal(since.max, 100);
	assert_int_equal(histogram_quantile(&since, 500000), 50);
	histogram_record(&histogram, 999999);
	histogram_since(&since, &histogram, &before);
	assert_true(since.max >= 999999 && since.max <= 1000000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(empty_gives_zero, empty),
		cmocka_unit_test_setup(small_values_are_exact, empty),
		cmocka_unit_test_setup(every_magnitude_keeps_its_precision, empty),
		cmocka_unit_test_setup(large_values_follow_their_order, empty),
		cmocka_unit_test_setup(one_slow_value_shows_in_the_tail_only, empty),
		cmocka_unit_test_setup(one_in_ten_thousand_is_the_9999th_part, empty),
		cmocka_unit_test(shares_are_told_in_order),
		cmocka_unit_test_setup(sum_is_as_if_all_had_been_recorded_in_one, empty),
		cmocka_unit_test_setup(copy_is_alike_whichever_held_more, empty),
		cmocka_unit_test_setup(since_leaves_out_what_was_there_before, empty),
	};

	return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
