/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A histogram as a curve: where its points are, that they agree with histogram_quantile, and that the text
 * is what HdrHistogram's tools read: lines of four numbers, then one of three, then remarks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "percentiles.h"

enum { POINTS_MAX = 200 };

static struct histogram histogram;
static struct percentile points[POINTS_MAX];

static int
empty(void **state)
{
	(void)state;
	histogram_init(&histogram);
	return 0;
}

static unsigned int
walk_all(void)
{
	struct percentile_walk walk;
	unsigned int count = 0;

	percentile_walk_begin(&walk, &histogram);
	while (count < POINTS_MAX && percentile_walk_next(&walk, &points[count]))
		count++;
	return count;
}

static char *
write_all(void)
{
	static char *text; /* of gcc 12 one on the stack is dangling at -O3 */
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	percentiles_write(&histogram, out);
	fclose(out);
	return text;
}

static void
empty_histogram_has_no_points(void **state)
{
	(void)state;
	assert_int_equal(walk_all(), 0);
}

static void
one_value_is_all_percentiles(void **state)
{
	(void)state;
	histogram_record(&histogram, 42);
	assert_int_equal(walk_all(), 2);
	assert_true(points[0].share == 0 && points[1].share == 1);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(points[i].value, 42);
		assert_int_equal(points[i].total, 1);
	}
}

/* Of 1 to 1000, exact up to 128: 0, 10, 20, 30, 40 %, then 50, 55 ... 75, 77.5 ... 100 %. */
static void
ticks_halve_towards_all(void **state)
{
	static const double shares[] = { 0, .1, .2, .3, .4, .5, .55, .6, .65, .7, .75, .775 };
	unsigned int count;

	(void)state;
	for (uint64_t value = 1; value <= 1000; value++)
		histogram_record(&histogram, value);
	count = walk_all();
	assert_true(count > 40 && count < POINTS_MAX);
	for (unsigned int i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		assert_true(points[i].share - shares[i] < 1e-12 &&
				shares[i] - points[i].share < 1e-12);
	assert_int_equal(points[0].value, 1);
	assert_int_equal(points[1].value, 100);
	assert_int_equal(points[1].total, 100);
	assert_true(points[count - 1].share == 1);
	assert_int_equal(points[count - 1].value, 1000);
	assert_int_equal(points[count - 1].total, 1000);
}

static void
points_agree_with_the_quantiles(void **state)
{
	unsigned int count;

	(void)state;
	for (uint64_t value = 1; value <= 100000; value++)
		histogram_record(&histogram, value * value);
	count = walk_all();
	for (unsigned int i = 1; i + 1 < count; i++) {
		const unsigned int below = (unsigned int)(points[i].share * 1e6);

		assert_true(points[i].share > points[i - 1].share);
		assert_true(points[i].value >= points[i - 1].value);
		assert_true((double)points[i].total >= points[i].share * 1e5);
		assert_true(points[i].value >= histogram_quantile(&histogram, below));
		assert_true(points[i].value <= histogram_quantile(&histogram, below + 1));
	}
}

static void
text_is_four_columns_and_a_last_of_three(void **state)
{
	char *text, *rest, *line;
	unsigned int fours = 0, threes = 0, remarks = 0;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		histogram_record(&histogram, 1000000 * (1 + i / 990));
	text = rest = write_all();
	line = strsep(&rest, "\n");
	assert_string_equal(line, "       Value     Percentile TotalCount 1/(1-Percentile)");
	assert_string_equal(strsep(&rest, "\n"), "");
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		double value, share, inverse;
		unsigned long total;
		const int columns =
				sscanf(line, "%lf %lf %lu %lf", &value, &share, &total, &inverse);

		fours += columns == 4;
		threes += columns == 3;
		remarks += line[0] == '#';
		if (columns == 4)
			assert_true(inverse - 1 / (1 - share) < 0.01);
		if (columns == 3)
			assert_true(value == 2 && share == 1 && total == 1000);
	}
	assert_true(fours > 30);
	assert_int_equal(threes, 1);
	assert_int_equal(remarks, 3);
	free(text);
}

/* Values of 2 and 4 ms, as many of each: the mean is 3 and so far are they from it; within 1/128. */
static void
remarks_have_mean_deviation_and_count(void **state)
{
	double mean, deviation, max;
	unsigned long count;
	char *text;

	(void)state;
	for (unsigned int i = 0; i < 500; i++) {
		histogram_record(&histogram, 2000000);
		histogram_record(&histogram, 4000000);
	}
	text = write_all();
	assert_int_equal(sscanf(strstr(text, "#[Mean"), "#[Mean    = %lf, StdDeviation   = %lf]",
					 &mean, &deviation),
			2);
	assert_int_equal(sscanf(strstr(text, "#[Max"), "#[Max     = %lf, Total count    = %lu]",
					 &max, &count),
			2);
	assert_true(mean > 2.97 && mean < 3.03);
	assert_true(deviation > 0.98 && deviation < 1.02);
	assert_true(max == 4);
	assert_int_equal(count, 1000);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(empty_histogram_has_no_points, empty),
		cmocka_unit_test_setup(one_value_is_all_percentiles, empty),
		cmocka_unit_test_setup(ticks_halve_towards_all, empty),
		cmocka_unit_test_setup(points_agree_with_the_quantiles, empty),
		cmocka_unit_test_setup(text_is_four_columns_and_a_last_of_three, empty),
		cmocka_unit_test_setup(remarks_have_mean_deviation_and_count, empty),
	};

	return cmocka_run_group_tests_name("percentiles", tests, NULL, NULL);
}
