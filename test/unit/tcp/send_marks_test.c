/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Marks of sending: exact while they are few, intervals that hold the truth when they are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tcp/recovery/send_marks.h"

enum { APART_US = 50 };

static struct send_marks marks;

static int
forget(void **state)
{
	(void)state;
	marks = (struct send_marks){ .count = 0 };
	return 0;
}

static void
runs_of_one_time_share_a_mark(void **state)
{
	(void)state;
	send_marks_push(&marks, 1000, 7, APART_US);
	send_marks_push(&marks, 2000, 7, APART_US);
	assert_int_equal(marks.count, 1);
	assert_int_equal(marks.marks[0].end, 2000);
	send_marks_push(&marks, 3000, 8, APART_US);
	assert_int_equal(marks.count, 2);
	assert_int_equal(marks.marks[1].first_us, 8);
}

static void
what_is_acknowledged_needs_no_mark(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 3; i++)
		send_marks_push(&marks, i * 1000, i * 100, APART_US);
	send_marks_acknowledge(&marks, 1500);
	assert_int_equal(marks.count, 2);
	assert_int_equal(marks.marks[0].end, 2000);
	send_marks_acknowledge(&marks, 3000);
	assert_int_equal(marks.count, 0);
}

/* Whatever is sent when: the mark that covers an octet has its time within its interval. */
static void
intervals_hold_the_time_of_every_octet(void **state)
{
	uint32_t sent_us[200], i, k;

	(void)state;
	for (i = 0; i < 200; i++) {
		sent_us[i] = i * 10 + (i % 7 == 0 ? 5 : 0) + (i > 100 ? 5000 : 0);
		send_marks_push(&marks, i + 1, sent_us[i], APART_US);
		assert_in_range(marks.count, 1, SEND_MARKS_MAX);
	}
	assert_int_equal(marks.marks[marks.count - 1].end, 200);
	for (i = 0, k = 0; i < 200; i++) {
		while (marks.marks[k].end <= i)
			k++;
		assert_in_range(sent_us[i], marks.marks[k].first_us, marks.marks[k].last_us);
	}
}

/* The pause between two bursts is what is worth knowing: marks across it are joined last. */
static void
runs_close_together_are_joined_before_distant_ones(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < 4 * SEND_MARKS_MAX; i++)
		send_marks_push(&marks, i + 1, 1000 + i * 60, APART_US);
	send_marks_push(&marks, 100, 900000, APART_US);
	assert_int_equal(marks.marks[marks.count - 1].first_us, 900000);
	for (i = 0; i + 1u < marks.count; i++)
		assert_in_range(marks.marks[i].last_us, 1000, 3000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(runs_of_one_time_share_a_mark, forget),
		cmocka_unit_test_setup(what_is_acknowledged_needs_no_mark, forget),
		cmocka_unit_test_setup(intervals_hold_the_time_of_every_octet, forget),
		cmocka_unit_test_setup(runs_close_together_are_joined_before_distant_ones, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
