/* SPDX-License-Identifier: BSD-3-Clause */
/* Which rate is tried next, when a search is over, and what a step may lose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "steps.h"

/* Search below a capacity; nothing else tells whether a rate is kept. @return what was found */
static uint32_t
found(uint32_t begin, uint32_t capacity, unsigned int *tries)
{
	struct search search = { .begin = begin };
	uint32_t rate;

	*tries = 0;
	while ((rate = search_next(&search)) != 0) {
		assert_true(rate > search.kept);
		assert_true(search.lost == 0 || rate < search.lost);
		assert_true(++*tries < STEPS_MAX);
		search_note(&search, rate, rate <= capacity);
	}
	return search.kept;
}

static void
search_finds_every_capacity_to_a_hundredth(void **state)
{
	static const uint32_t begins[] = { 1, 1000, 1000000, UINT32_MAX };
	unsigned int tries;

	(void)state;
	for (unsigned int i = 0; i < 4; i++) {
		for (uint64_t capacity = 1; capacity < UINT32_MAX; capacity = capacity * 3 + 1) {
			const uint32_t rate = found(begins[i], (uint32_t)capacity, &tries);

			assert_true(rate <= capacity);
			assert_true((double)rate * 101 / 100 + 1 >= (double)capacity);
			assert_true(tries <= 64);
		}
	}
}

static void
search_without_a_limit_ends_at_the_greatest_rate(void **state)
{
	unsigned int tries;

	(void)state;
	assert_int_equal(found(1000, UINT32_MAX, &tries), UINT32_MAX);
	assert_true(tries <= 24);
}

static void
search_that_nothing_is_good_enough_for_finds_none(void **state)
{
	unsigned int tries;

	(void)state;
	assert_int_equal(found(1000, 0, &tries), 0);
	assert_true(tries <= 12);
}

static void
ramp_goes_from_one_rate_to_the_other_either_way(void **state)
{
	const struct ramp up = { .from = 1000, .to = 20000, .count = 4 };
	const struct ramp down = { .from = UINT32_MAX, .to = 1, .count = 100 };

	(void)state;
	assert_int_equal(ramp_rate(&up, 0), 1000);
	assert_int_equal(ramp_rate(&up, 1), 7333);
	assert_int_equal(ramp_rate(&up, 2), 13666);
	assert_int_equal(ramp_rate(&up, 3), 20000);
	assert_int_equal(ramp_rate(&down, 0), UINT32_MAX);
	assert_int_equal(ramp_rate(&down, 99), 1);
	for (uint32_t k = 1; k < 100; k++)
		assert_true(ramp_rate(&down, k) < ramp_rate(&down, k - 1));
}

static void
step_without_loss_is_kept_and_each_kind_of_loss_counts(void **state)
{
	struct step step = { .planned = 1000 };

	(void)state;
	assert_true(step_is_kept(&step, 0));
	step.errors = 1;
	assert_false(step_is_kept(&step, 0));
	step.errors = 0;
	step.overdue = 1;
	assert_false(step_is_kept(&step, 0));
	step.overdue = 0;
	step.retransmitted = 1;
	assert_false(step_is_kept(&step, 0));
	assert_int_equal(step_lost(&step), 1);
}

static void
step_may_lose_as_much_as_was_granted(void **state)
{
	struct step step = { .planned = 1000, .errors = 1, .retransmitted = 1 };

	(void)state;
	assert_false(step_is_kept(&step, 1999));
	assert_true(step_is_kept(&step, 2000));
}

static void
step_in_which_nothing_was_opened_is_not_kept(void **state)
{
	const struct step step = { .planned = 0 };

	(void)state;
	assert_false(step_is_kept(&step, 1000000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(search_finds_every_capacity_to_a_hundredth),
		cmocka_unit_test(search_without_a_limit_ends_at_the_greatest_rate),
		cmocka_unit_test(search_that_nothing_is_good_enough_for_finds_none),
		cmocka_unit_test(ramp_goes_from_one_rate_to_the_other_either_way),
		cmocka_unit_test(step_without_loss_is_kept_and_each_kind_of_loss_counts),
		cmocka_unit_test(step_may_lose_as_much_as_was_granted),
		cmocka_unit_test(step_in_which_nothing_was_opened_is_not_kept),
	};

	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}
