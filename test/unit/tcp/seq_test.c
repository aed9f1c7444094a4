/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Serial arithmetic where the circle closes: around 0, 2^31 and 2^32.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_common.h>

#include "tcp/seq.h"

static const uint32_t bases[] = {
	0,
	1,
	0x7ffffffe,
	0x7fffffff,
	0x80000000,
	0x80000001,
	0xfffffffe,
	0xffffffff,
};

static void
number_ahead_by_less_than_half_the_circle_is_greater(void **state)
{
	static const uint32_t steps[] = { 1, 2, 0x3fffffff, 0x40000000, 0x7ffffffe, 0x7fffffff };

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(bases); i++) {
		for (unsigned int j = 0; j < RTE_DIM(steps); j++) {
			const uint32_t a = bases[i], b = a + steps[j];

			assert_true(seq_lt(a, b) && seq_leq(a, b));
			assert_true(seq_gt(b, a) && seq_geq(b, a));
			assert_false(seq_lt(b, a) || seq_leq(b, a));
			assert_false(seq_gt(a, b) || seq_geq(a, b));
			assert_int_equal(seq_max(a, b), b);
			assert_int_equal(seq_max(b, a), b);
			assert_int_equal(seq_min(a, b), a);
			assert_int_equal(seq_min(b, a), a);
		}
	}
}

static void
number_is_neither_less_nor_greater_than_itself(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(bases); i++) {
		const uint32_t a = bases[i];

		assert_false(seq_lt(a, a) || seq_gt(a, a));
		assert_true(seq_leq(a, a) && seq_geq(a, a));
		assert_int_equal(seq_max(a, a), a);
		assert_int_equal(seq_min(a, a), a);
	}
}

/* What the comment in seq.h says of the one pair that has no order. */
static void
numbers_half_the_circle_apart_are_each_less(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(bases); i++) {
		const uint32_t a = bases[i], b = a + 0x80000000;

		assert_true(seq_lt(a, b) && seq_lt(b, a));
		assert_true(seq_leq(a, b) && seq_leq(b, a));
	}
}

static void
window_holds_its_first_and_not_the_one_after_its_last(void **state)
{
	static const uint32_t sizes[] = { 1, 2, 65535, 0x40000000, 0x80000000, 0xffffffff };

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(bases); i++) {
		for (unsigned int j = 0; j < RTE_DIM(sizes); j++) {
			const uint32_t first = bases[i], size = sizes[j];

			assert_true(seq_in_window(first, first, size));
			assert_true(seq_in_window(first + size - 1, first, size));
			assert_false(seq_in_window(first + size, first, size));
			assert_false(seq_in_window(first - 1, first, size));
		}
	}
}

static void
window_of_zero_holds_nothing(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(bases); i++) {
		assert_false(seq_in_window(bases[i], bases[i], 0));
		assert_false(seq_in_window(bases[i] - 1, bases[i], 0));
		assert_false(seq_in_window(bases[i] + 1, bases[i], 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(number_ahead_by_less_than_half_the_circle_is_greater),
		cmocka_unit_test(number_is_neither_less_nor_greater_than_itself),
		cmocka_unit_test(numbers_half_the_circle_apart_are_each_less),
		cmocka_unit_test(window_holds_its_first_and_not_the_one_after_its_last),
		cmocka_unit_test(window_of_zero_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
