/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The timer wheel by its promises, one by one, and then against a model that keeps every armed
 * timer in a plain array and searches it: the same timers must leave in the same order.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/timer_wheel.h"

static struct timer_wheel wheel;

static unsigned int
advance(uint64_t now, struct timer_node **expired)
{
	return timer_wheel_advance(&wheel, now, expired, 16);
}

static void
zeroed_node_is_not_armed_and_may_be_cancelled(void **state)
{
	struct timer_node node = { 0 }, *expired[16];

	(void)state;
	timer_wheel_init(&wheel, 5);
	assert_false(timer_node_is_armed(&node));
	timer_wheel_cancel(&wheel, &node);
	assert_int_equal(advance(UINT64_MAX - 1, expired), 0);
	assert_true(timer_wheel_next(&wheel) == UINT64_MAX);
}

/* Expiries on both sides of each level's borders, seen from a `now` with mixed digits. */
static void
armed_node_leaves_at_its_tick_and_not_one_before(void **state)
{
	static const uint64_t starts[] = { 0, 63, 4095, 123456789, (UINT64_C(1) << 36) - 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++) {
		for (unsigned int bit = 0; bit < 63; bit++) {
			const uint64_t expires = starts[i] + (UINT64_C(1) << bit);
			struct timer_node node = { 0 }, *expired[16];

			timer_wheel_init(&wheel, starts[i]);
			timer_wheel_arm(&wheel, &node, expires);
			assert_int_equal(advance(expires - 1, expired), 0);
			assert_true(timer_node_is_armed(&node));
			assert_int_equal(advance(expires, expired), 1);
			assert_ptr_equal(expired[0], &node);
			assert_false(timer_node_is_armed(&node));
			assert_int_equal(advance(expires + 1, expired), 0);
		}
	}
}

static void
node_armed_for_now_or_the_past_leaves_with_the_next_advance(void **state)
{
	struct timer_node present = { 0 }, past = { 0 }, *expired[16];

	(void)state;
	timer_wheel_init(&wheel, 1000);
	timer_wheel_arm(&wheel, &present, 1000);
	timer_wheel_arm(&wheel, &past, 3);
	assert_int_equal(timer_wheel_next(&wheel), 1000);
	assert_int_equal(advance(1000, expired), 2);
	assert_ptr_equal(expired[0], &present);
	assert_ptr_equal(expired[1], &past);
	assert_int_equal(past.expires, 3);
}

static void
node_armed_for_the_past_can_be_cancelled(void **state)
{
	struct timer_node past = { 0 }, *expired[16];

	(void)state;
	timer_wheel_init(&wheel, 1000);
	timer_wheel_arm(&wheel, &past, 3);
	timer_wheel_cancel(&wheel, &past);
	assert_int_equal(advance(2000, expired), 0);
	assert_true(timer_wheel_next(&wheel) == UINT64_MAX);
}

static void
rearmed_node_leaves_once_at_its_last_expiry(void **state)
{
	struct timer_node node = { 0 }, *expired[16];

	(void)state;
	timer_wheel_init(&wheel, 0);
	timer_wheel_arm(&wheel, &node, 100000);
	timer_wheel_arm(&wheel, &node, 10);
	timer_wheel_arm(&wheel, &node, 500);
	assert_int_equal(advance(499, expired), 0);
	assert_int_equal(advance(200000, expired), 1);
	assert_int_equal(advance(300000, expired), 0);
}

static void
cancelled_node_stays_while_its_neighbours_leave(void **state)
{
	struct timer_node nodes[3] = { 0 }, *expired[16];

	(void)state;
	for (unsigned int out = 0; out < 3; out++) {
		timer_wheel_init(&wheel, 0);
		memset(nodes, 0, sizeof(nodes));
		for (unsigned int i = 0; i < 3; i++)
			timer_wheel_arm(&wheel, &nodes[i], 70);
		timer_wheel_cancel(&wheel, &nodes[out]);
		assert_false(timer_node_is_armed(&nodes[out]));
		assert_int_equal(advance(70, expired), 2);
		assert_ptr_equal(expired[0], &nodes[out == 0 ? 1 : 0]);
		assert_ptr_equal(expired[1], &nodes[out == 2 ? 1 : 2]);
	}
}

/* A microsecond tick and a hundred hours: stepping through it would take minutes. */
static void
jump_of_hours_takes_every_node_in_order_of_expiry(void **state)
{
	const uint64_t hour = UINT64_C(3600) * 1000 * 1000;
	struct timer_node nodes[8] = { 0 }, *expired[16];

	(void)state;
	for (unsigned int round = 0; round < 1000; round++) {
		timer_wheel_init(&wheel, round);
		for (unsigned int i = 0; i < 8; i++)
			timer_wheel_arm(&wheel, &nodes[i], round + (8 - i) * 12 * hour);
		assert_int_equal(advance(round + 100 * hour, expired), 8);
		for (unsigned int i = 0; i < 8; i++)
			assert_ptr_equal(expired[i], &nodes[7 - i]);
	}
}

static void
limited_advance_hands_out_the_rest_at_the_same_tick(void **state)
{
	struct timer_node nodes[5] = { 0 }, late = { 0 }, *expired[16];

	(void)state;
	timer_wheel_init(&wheel, 0);
	for (unsigned int i = 0; i < 5; i++)
		timer_wheel_arm(&wheel, &nodes[i], 200 + i / 3);
	timer_wheel_arm(&wheel, &late, 5000);
	assert_int_equal(timer_wheel_advance(&wheel, 1000, expired, 0), 0);
	assert_int_equal(timer_wheel_advance(&wheel, 1000, expired, 2), 2);
	assert_ptr_equal(expired[0], &nodes[0]);
	assert_true(timer_wheel_next(&wheel) <= 200);
	assert_int_equal(timer_wheel_advance(&wheel, 1000, expired, 2), 2);
	assert_ptr_equal(expired[0], &nodes[2]);
	assert_int_equal(timer_wheel_advance(&wheel, 1000, expired, 2), 1);
	assert_ptr_equal(expired[0], &nodes[4]);
	assert_int_equal(timer_wheel_advance(&wheel, 1000, expired, 2), 0);
	assert_true(timer_node_is_armed(&late));
}

/* Its owner arms an expired node again for the past, for ever: the others must get their turn. */
static void
node_rearmed_from_the_expired_array_waits_behind_the_others(void **state)
{
	struct timer_node nodes[3] = { 0 }, *expired[16];

	(void)state;
	timer_wheel_init(&wheel, 50);
	for (unsigned int i = 0; i < 3; i++)
		timer_wheel_arm(&wheel, &nodes[i], 60);
	for (unsigned int turn = 0; turn < 9; turn++) {
		assert_int_equal(timer_wheel_advance(&wheel, 80, expired, 1), 1);
		assert_ptr_equal(expired[0], &nodes[turn % 3]);
		timer_wheel_arm(&wheel, expired[0], 60);
	}
}

static void
overdue_node_makes_next_the_tick_last_advanced_to(void **state)
{
	struct timer_node node = { 0 }, *expired[16];

	(void)state;
	timer_wheel_init(&wheel, 0);
	assert_int_equal(advance(7777, expired), 0);
	timer_wheel_arm(&wheel, &node, 10);
	assert_int_equal(timer_wheel_next(&wheel), 7777);
}

/* 4110 is on level 0 as seen from 4100, on level 2 as seen from 4000. */
static void
clock_that_steps_back_moves_nothing(void **state)
{
	struct timer_node kept = { 0 }, cancelled = { 0 }, *expired[16];

	(void)state;
	timer_wheel_init(&wheel, 4100);
	timer_wheel_arm(&wheel, &kept, 4110);
	timer_wheel_arm(&wheel, &cancelled, 4105);
	assert_int_equal(advance(4000, expired), 0);
	timer_wheel_cancel(&wheel, &cancelled);
	assert_int_equal(timer_wheel_next(&wheel), 4110);
	assert_int_equal(advance(4109, expired), 0);
	assert_int_equal(advance(4110, expired), 1);
	assert_true(timer_wheel_next(&wheel) == UINT64_MAX);
}

/* The model. */

enum { NODES = 400, OPERATIONS = 150000 };

struct model {
	struct timer_node nodes[NODES];
	uint64_t due[NODES];   /* the tick at which node i leaves */
	uint64_t order[NODES]; /* the operation that armed it; 0 when it is not armed */
	uint64_t operation;
	uint64_t now;
	uint64_t random;
	uint64_t n_expired;
};

/* splitmix64 */
static uint64_t
draw(struct model *model)
{
	uint64_t z = model->random += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A number of up to `bits_max` bits; small ones are as likely as large ones. */
static uint64_t
draw_distance(struct model *model, unsigned int bits_max)
{
	const unsigned int bits = (unsigned int)(draw(model) % (bits_max + 1));

	return draw(model) & ((UINT64_C(1) << bits) - 1);
}

/* The armed node that leaves first, or NODES. */
static unsigned int
model_first(const struct model *model)
{
	unsigned int first = NODES;

	for (unsigned int i = 0; i < NODES; i++) {
		if (model->order[i] == 0)
			continue;
		if (first == NODES || model->due[i] < model->due[first] ||
				(model->due[i] == model->due[first] &&
						model->order[i] < model->order[first]))
			first = i;
	}
	return first;
}

static void
model_arm(struct model *model, unsigned int i)
{
	const uint64_t distance = draw_distance(model, 40);
	const uint64_t past = draw_distance(model, 10);
	const uint64_t expires = draw(model) % 16 == 0 && past < model->now ? model->now - past
									    : model->now + distance;

	timer_wheel_arm(&wheel, &model->nodes[i], expires);
	model->due[i] = expires > wheel.now ? expires : wheel.now;
	model->order[i] = model->operation;
}

static void
model_cancel(struct model *model, unsigned int i)
{
	timer_wheel_cancel(&wheel, &model->nodes[i]);
	model->order[i] = 0;
}

static void
model_advance(struct model *model)
{
	const unsigned int max = (unsigned int)draw_distance(model, 9);
	struct timer_node *expired[1 << 9];
	unsigned int n;

	if (draw(model) % 4 != 0)
		model->now += draw_distance(model, draw(model) % 64 == 0 ? 42 : 24);
	n = timer_wheel_advance(&wheel, model->now, expired, max);
	assert_true(n <= max);
	for (unsigned int i = 0; i < n; i++) {
		const unsigned int first = model_first(model);

		assert_int_not_equal(first, NODES);
		assert_ptr_equal(expired[i], &model->nodes[first]);
		assert_true(model->due[first] <= model->now);
		model->order[first] = 0;
	}
	if (n < max) {
		const unsigned int first = model_first(model);

		assert_true(first == NODES || model->due[first] > model->now);
	}
	model->n_expired += n;
}

static void
model_check(const struct model *model)
{
	const unsigned int first = model_first(model);
	const uint64_t next = timer_wheel_next(&wheel);

	for (unsigned int i = 0; i < NODES; i++)
		assert_int_equal(timer_node_is_armed(&model->nodes[i]), model->order[i] != 0);
	if (first == NODES)
		assert_true(next == UINT64_MAX);
	else
		assert_true(next <= model->due[first] && next >= wheel.now);
}

static void
run_model(uint64_t start, uint64_t seed)
{
	static struct model model;

	model = (struct model){ .now = start, .random = seed };
	timer_wheel_init(&wheel, start);
	while (++model.operation <= OPERATIONS) {
		const unsigned int i = (unsigned int)(draw(&model) % NODES);
		const unsigned int what = (unsigned int)(draw(&model) % 16);

		if (what < 11)
			model_arm(&model, i);
		else if (what < 13)
			model_cancel(&model, i);
		else
			model_advance(&model);
		if (model.operation % 16 == 0)
			model_check(&model);
	}
	assert_true(model.n_expired > OPERATIONS / 20);
}

static void
random_operations_from_zero_agree_with_the_model(void **state)
{
	(void)state;
	run_model(0, 1);
}

static void
random_operations_across_the_36_bit_border_agree_with_the_model(void **state)
{
	(void)state;
	run_model((UINT64_C(1) << 36) - 1000, 2);
}

static void
random_operations_across_the_63_bit_border_agree_with_the_model(void **state)
{
	(void)state;
	run_model((UINT64_C(1) << 63) - 1000, 3);
}

/* A caller that sleeps until timer_wheel_next() must get there, and never overshoot. */
static void
advancing_to_next_again_and_again_takes_every_node_at_its_own_tick(void **state)
{
	static struct model model;
	unsigned int left = NODES;

	(void)state;
	model = (struct model){ .random = 4 };
	timer_wheel_init(&wheel, 77);
	for (unsigned int i = 0; i < NODES; i++)
		timer_wheel_arm(&wheel, &model.nodes[i], 78 + draw_distance(&model, 44));
	for (unsigned int step = 0; left > 0; step++) {
		struct timer_node *expired[16];
		const uint64_t next = timer_wheel_next(&wheel);
		const unsigned int n = advance(next, expired);

		for (unsigned int i = 0; i < n; i++)
			assert_int_equal(expired[i]->expires, next);
		left -= n;
		assert_true(step < NODES * (TIMER_LEVELS + 1));
	}
	assert_true(timer_wheel_next(&wheel) == UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroed_node_is_not_armed_and_may_be_cancelled),
		cmocka_unit_test(armed_node_leaves_at_its_tick_and_not_one_before),
		cmocka_unit_test(node_armed_for_now_or_the_past_leaves_with_the_next_advance),
		cmocka_unit_test(node_armed_for_the_past_can_be_cancelled),
		cmocka_unit_test(rearmed_node_leaves_once_at_its_last_expiry),
		cmocka_unit_test(cancelled_node_stays_while_its_neighbours_leave),
		cmocka_unit_test(jump_of_hours_takes_every_node_in_order_of_expiry),
		cmocka_unit_test(limited_advance_hands_out_the_rest_at_the_same_tick),
		cmocka_unit_test(node_rearmed_from_the_expired_array_waits_behind_the_others),
		cmocka_unit_test(overdue_node_makes_next_the_tick_last_advanced_to),
		cmocka_unit_test(clock_that_steps_back_moves_nothing),
		cmocka_unit_test(random_operations_from_zero_agree_with_the_model),
		cmocka_unit_test(random_operations_across_the_36_bit_border_agree_with_the_model),
		cmocka_unit_test(random_operations_across_the_63_bit_border_agree_with_the_model),
		cmocka_unit_test(
				advancing_to_next_again_and_again_takes_every_node_at_its_own_tick),
	};

	return cmocka_run_group_tests_name("timer_wheel", tests, NULL, NULL);
}
