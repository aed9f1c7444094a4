/* SPDX-License-Identifier: BSD-3-Clause */
/* Seconds as rows of CSV: one line of names, one of values for each, and as many cells in all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "series.h"

static char *text;
static size_t size;

static FILE *
begin(void)
{
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	return out;
}

static void
end(FILE *out, const char *expected)
{
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
}

static void
seconds_are_a_head_and_a_row_each(void **state)
{
	struct series series;
	FILE *out = begin();

	(void)state;
	series_init(&series, out);
	series_add(&series, json_pack("{s:f, s:i}", "second", 1.0, "errors", 0));
	series_add(&series, json_pack("{s:f, s:i}", "second", 2.5, "errors", 7));
	assert_int_equal(json_array_size(series.intervals), 2);
	series_fini(&series);
	end(out, "second,errors\n1,0\n2.5,7\n");
}

static void
object_within_has_both_names(void **state)
{
	json_t *object = json_pack("{s:i, s:{s:i, s:{s:f, s:f}}, s:s}", "a", 1, "b", "c", 2, "d",
			"p50", 0.5, "p99", 1234567.25, "phase", "holding");
	FILE *out = begin();

	(void)state;
	series_csv_head(object, out);
	series_csv_row(object, out);
	json_decref(object);
	end(out, "a,b_c,b_d_p50,b_d_p99,phase\n1,2,0.5,1234567.25,holding\n");
}

static void
text_with_a_comma_is_quoted(void **state)
{
	json_t *object = json_pack("{s:s, s:s}", "a,b", "x", "c", "say \"y\"\n");
	FILE *out = begin();

	(void)state;
	series_csv_head(object, out);
	series_csv_row(object, out);
	json_decref(object);
	end(out, "\"a,b\",c\nx,\"say \"\"y\"\"\n\"\n");
}

static void
without_a_file_they_are_kept_all_the_same(void **state)
{
	struct series series;

	(void)state;
	series_init(&series, NULL);
	series_add(&series, json_pack("{s:i}", "errors", 3));
	assert_int_equal(json_integer_value(json_object_get(json_array_get(series.intervals, 0),
					 "errors")),
			3);
	series_fini(&series);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_are_a_head_and_a_row_each),
		cmocka_unit_test(object_within_has_both_names),
		cmocka_unit_test(text_with_a_comma_is_quoted),
		cmocka_unit_test(without_a_file_they_are_kept_all_the_same),
	};

	return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}
