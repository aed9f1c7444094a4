/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Axes that end at round numbers and mark them, values as people read them, lines that are interrupted
 * where there is no value, and text that cannot become markup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "html.h"
#include "plot.h"

static struct plot plot; /* large */
static char *text;
static size_t size;

static FILE *
begin(void)
{
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	return out;
}

static int
forget(void **state)
{
	(void)state;
	free(text);
	text = NULL;
	memset(&plot, 0, sizeof(plot));
	return 0;
}

static void
linear_axis_ends_at_a_round_number(void **state)
{
	const struct plot_scale scale = plot_scale_linear(0, 873, 100, 0);
	double marks[PLOT_MARKS_MAX];

	(void)state;
	assert_true(scale.low == 0 && scale.high == 1000);
	assert_int_equal(plot_scale_marks(&scale, marks), 6);
	assert_true(marks[0] == 0 && marks[1] == 200 && marks[5] == 1000);
	assert_true(plot_scale_place(&scale, 250) == 75);
	assert_true(plot_scale_place(&scale, 5000) == 0);
}

static void
linear_axis_of_nothing_has_room(void **state)
{
	const struct plot_scale scale = plot_scale_linear(0, 0, 0, 10);
	double marks[PLOT_MARKS_MAX];

	(void)state;
	assert_true(scale.high > scale.low);
	assert_true(plot_scale_marks(&scale, marks) >= 2);
	assert_true(plot_scale_place(&scale, 0) == 0);
}

static void
logarithmic_axis_marks_powers_of_ten(void **state)
{
	const struct plot_scale scale = plot_scale_logarithmic(35, 20000, 0, 400);
	double marks[PLOT_MARKS_MAX];

	(void)state;
	assert_int_equal(plot_scale_marks(&scale, marks), 5);
	assert_true(fabs(marks[0] - 10) < 1e-9 && fabs(marks[4] - 1e5) < 1e-4);
	assert_true(fabs(plot_scale_place(&scale, 1000) - 200) < 1e-9);
}

static void
logarithmic_axis_of_one_value_is_a_decade(void **state)
{
	const struct plot_scale scale = plot_scale_logarithmic(100, 100, 0, 1);

	(void)state;
	assert_true(fabs(scale.low - 10) < 1e-9 && fabs(scale.high - 100) < 1e-9);
}

static void
logarithmic_axis_has_no_more_decades_than_marks(void **state)
{
	const struct plot_scale scale = plot_scale_logarithmic(1e-30, 1e30, 0, 1);
	double marks[PLOT_MARKS_MAX];

	(void)state;
	assert_int_equal(plot_scale_marks(&scale, marks), PLOT_MARKS_MAX);
	assert_true(plot_scale_place(&scale, 1e-20) == 0);
}

static void
values_are_written_with_their_unit(void **state)
{
	char buf[PLOT_TEXT_MAX];

	(void)state;
	assert_string_equal(plot_text(PLOT_COUNT, 0, buf), "0");
	assert_string_equal(plot_text(PLOT_COUNT, 1500000, buf), "1.5M");
	assert_string_equal(plot_text(PLOT_PER_SECOND, 999.96, buf), "1k");
	assert_string_equal(plot_text(PLOT_BITS, 2.5e10, buf), "25 Gbit/s");
	assert_string_equal(plot_text(PLOT_RATIO, 0.5, buf), "50 %");
	assert_string_equal(plot_text(PLOT_SECONDS, 90, buf), "90 s");
	assert_string_equal(plot_text(PLOT_MICROSECONDS, 12.5, buf), "12.5 \u00b5s");
	assert_string_equal(plot_text(PLOT_MICROSECONDS, 1500, buf), "1.5 ms");
	assert_string_equal(plot_text(PLOT_MICROSECONDS, 2e6, buf), "2 s");
	assert_string_equal(plot_text(PLOT_SHARE, 1, buf), "0 %");
	assert_string_equal(plot_text(PLOT_SHARE, 1000, buf), "99.9 %");
}

static void
make_plot(const char *name)
{
	static const double values[] = { 10, NAN, 30, 20 };

	plot.id = "rate";
	plot.title = name;
	plot.x_unit = PLOT_SECONDS;
	plot.line_count = 1;
	plot.lines[0].name = name;
	for (unsigned int i = 0; i < 4; i++)
		plot.lines[0].points[i] = (struct plot_point){ i + 1, values[i] };
	plot.lines[0].count = 4;
}

static void
line_is_interrupted_where_there_is_no_value(void **state)
{
	const char *line;
	FILE *out = begin();

	(void)state;
	make_plot("made");
	assert_true(plot_has_points(&plot));
	plot_write(&plot, out);
	fclose(out);
	line = strstr(text, "<path class=\"line s0\" d=\"M");
	assert_non_null(line);
	line = strchr(line, 'M');
	assert_int_equal(strcspn(line + 1, "ML\""), strcspn(line + 1, "M"));
	line = strchr(line + 1, 'M');
	assert_int_equal(line[strcspn(line, "L\"")], 'L');
	assert_non_null(strstr(text, "<title>1 s\nmade: 10</title>"));
	assert_non_null(strstr(text, "<title>2 s</title>"));
}

static void
no_value_at_all_is_no_picture(void **state)
{
	FILE *out = begin();

	(void)state;
	make_plot("made");
	for (unsigned int i = 0; i < plot.lines[0].count; i++)
		plot.lines[0].points[i].y = NAN;
	assert_false(plot_has_points(&plot));
	plot_write(&plot, out);
	fclose(out);
	assert_null(strstr(text, "<svg"));
	assert_non_null(strstr(text, "</figure>"));
}

static void
zero_has_no_place_on_a_logarithmic_axis(void **state)
{
	(void)state;
	make_plot("made");
	plot.y_logarithmic = true;
	for (unsigned int i = 0; i < plot.lines[0].count; i++)
		plot.lines[0].points[i].y = 0;
	assert_false(plot_has_points(&plot));
}

static void
names_are_escaped(void **state)
{
	FILE *out = begin();

	(void)state;
	make_plot("<b onload='x'>&\"");
	plot.note = "<i>";
	plot_write(&plot, out);
	fclose(out);
	assert_null(strstr(text, "<b"));
	assert_null(strstr(text, "<i>"));
	assert_non_null(strstr(text, "&lt;b onload=&#39;x&#39;&gt;&amp;&quot;"));
}

static void
json_cannot_end_its_script(void **state)
{
	json_t *json = json_pack("{s:s}", "a", "</script><!-- & \u00b5"), *back;
	FILE *out = begin();

	(void)state;
	html_json(json, out);
	fclose(out);
	assert_null(strpbrk(text, "<>&"));
	back = json_loads(text, 0, NULL);
	assert_true(json_equal(json, back));
	json_decref(json);
	json_decref(back);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linear_axis_ends_at_a_round_number),
		cmocka_unit_test(linear_axis_of_nothing_has_room),
		cmocka_unit_test(logarithmic_axis_marks_powers_of_ten),
		cmocka_unit_test(logarithmic_axis_of_one_value_is_a_decade),
		cmocka_unit_test(logarithmic_axis_has_no_more_decades_than_marks),
		cmocka_unit_test(values_are_written_with_their_unit),
		cmocka_unit_test_teardown(line_is_interrupted_where_there_is_no_value, forget),
		cmocka_unit_test_teardown(no_value_at_all_is_no_picture, forget),
		cmocka_unit_test_teardown(zero_has_no_place_on_a_logarithmic_axis, forget),
		cmocka_unit_test_teardown(names_are_escaped, forget),
		cmocka_unit_test_teardown(json_cannot_end_its_script, forget),
	};

	return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
