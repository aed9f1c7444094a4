/* SPDX-License-Identifier: BSD-3-Clause */
/* When something is due in an open loop, and how much of it nobody has taken up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <math.h>

#include <cmocka.h>

#include "plan.h"

#define MS UINT64_C(1000000)

static struct plan
begin(uint32_t rate, bool poisson, uint64_t now_ns)
{
	struct plan plan;

	plan_init(&plan, poisson, 1);
	plan_begin(&plan, rate, now_ns);
	return plan;
}

static void
without_a_plan_everything_is_due_at_once(void **state)
{
	struct plan plan = begin(0, false, 5);

	(void)state;
	assert_int_equal(plan_next_ns(&plan, 7 * MS), 7 * MS);
	plan_take(&plan);
	assert_int_equal(plan_next_ns(&plan, 7 * MS), 7 * MS);
	assert_int_equal(plan_overdue(&plan, 1000 * MS), 0);
}

static void
constant_rate_is_due_at_equal_distances_without_drift(void **state)
{
	struct plan plan = begin(3, false, 5 * MS);
	static const uint64_t due_ns[] = { 0, 333333333, 666666666, 1000 * MS, 1333333333 };

	(void)state;
	for (unsigned int i = 0; i < 5; i++) {
		assert_int_equal(plan_next_ns(&plan, 0), 5 * MS + due_ns[i]);
		plan_take(&plan);
	}
	plan.taken = UINT64_C(3) * 1000000000; /* thirty years: without overflow */
	assert_int_equal(plan_next_ns(&plan, 0), 5 * MS + UINT64_C(1000000000) * 1000000000);
}

static void
overdue_is_what_the_plan_has_and_nobody_took(void **state)
{
	struct plan plan = begin(3, false, 5 * MS);

	(void)state;
	/* Due at 0, 333.333333, 666.666666 and 1000 ms. */
	assert_int_equal(plan_overdue(&plan, 5 * MS - 1), 0); /* a signal came before */
	assert_int_equal(plan_overdue(&plan, 5 * MS), 1);
	assert_int_equal(plan_overdue(&plan, 5 * MS + 333333332), 1);
	assert_int_equal(plan_overdue(&plan, 5 * MS + 333333333), 2);
	assert_int_equal(plan_overdue(&plan, 5 * MS + 999 * MS), 3);
	assert_int_equal(plan_overdue(&plan, 5 * MS + 1000 * MS), 4);
	plan.taken = 4;
	assert_int_equal(plan_overdue(&plan, 5 * MS + 1000 * MS), 0);
	plan = begin(UINT32_MAX, false, 5 * MS);
	assert_int_equal(plan_overdue(&plan, 5 * MS + 100000 * MS),
			UINT64_C(100) * UINT32_MAX + 5); /* at four per ns, 0 to 4 are due */
}

/*
 * Of 100,000 exponential pauses of 1 ms the mean is within 1 % of that (three sigma), and exp(-1) of
 * them, within 0.5 %, are longer; equal or evenly spread ones would be none, or half.
 */
static void
poisson_pauses_are_exponential(void **state)
{
	enum { PAUSES = 100000 };
	struct plan plan = begin(1000, true, 0);
	uint64_t before_ns = 0, longer = 0;

	(void)state;
	for (unsigned int i = 0; i < PAUSES; i++) {
		const uint64_t due_ns = plan_next_ns(&plan, 0);

		assert_true(due_ns >= before_ns);
		longer += due_ns - before_ns > MS;
		before_ns = due_ns;
		plan_take(&plan);
	}
	assert_true(fabs((double)before_ns / PAUSES / (double)MS - 1) < 0.01);
	assert_true(fabs((double)longer / PAUSES - exp(-1)) < 0.005);
}

static void
poisson_follows_from_the_seed(void **state)
{
	struct plan a = begin(1000, true, 0), b = begin(1000, true, 0), c;

	(void)state;
	plan_init(&c, true, 2);
	plan_begin(&c, 1000, 0);
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(plan_next_ns(&a, 0), plan_next_ns(&b, 0));
		plan_take(&a);
		plan_take(&b);
		plan_take(&c);
	}
	assert_int_not_equal(plan_next_ns(&a, 0), plan_next_ns(&c, 0));
}

static void
poisson_overdue_is_what_is_to_be_expected(void **state)
{
	struct plan plan = begin(1000, true, 0);
	const uint64_t due_ns = plan_next_ns(&plan, 0);

	(void)state;
	assert_int_equal(plan_overdue(&plan, due_ns - 1), 0);
	assert_int_equal(plan_overdue(&plan, due_ns + 1), 1);
	assert_int_equal(plan_overdue(&plan, due_ns + 100 * MS + 1), 101);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_plan_everything_is_due_at_once),
		cmocka_unit_test(constant_rate_is_due_at_equal_distances_without_drift),
		cmocka_unit_test(overdue_is_what_the_plan_has_and_nobody_took),
		cmocka_unit_test(poisson_pauses_are_exponential),
		cmocka_unit_test(poisson_follows_from_the_seed),
		cmocka_unit_test(poisson_overdue_is_what_is_to_be_expected),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
