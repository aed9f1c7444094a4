/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Questions to an lcore, which is a thread of this test, or nobody: who does not answer is given up, and
 * is asked for nothing more until he has answered after all.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_pause.h>

#include "runtime.h"
#include "telemetry_ask.h"

enum { SLOTS = TELEMETRY_SCAN + 904 };

static struct desk desk;
static atomic_bool ended;
static uint32_t lowest, highest; /* of the slots that were looked at */

static const struct estab_conn *
free_slot(const void *owner, uint32_t slot)
{
	(void)owner;
	lowest = slot < lowest ? slot : lowest;
	highest = slot > highest ? slot : highest;
	return NULL;
}

static const struct histogram *
histogram_named(const void *owner, const char *name)
{
	return strcmp(name, "connect") == 0 ? owner : NULL;
}

static struct histogram recorded;

static const struct telemetry_source source = {
	.stack_count = 1,
	.stacks = { { .desk = &desk, .lcore = 7, .owner = &recorded, .slots = SLOTS } },
	.conn = free_slot,
	.histogram = histogram_named,
};

static void *
serve(void *argument)
{
	(void)argument;
	while (!atomic_load(&ended)) {
		desk_serve(&desk);
		rte_pause();
	}
	return NULL;
}

static void
begin(pthread_t *lcore)
{
	atomic_store(&ended, false);
	assert_int_equal(pthread_create(lcore, NULL, serve, NULL), 0);
}

static void
end(pthread_t lcore)
{
	atomic_store(&ended, true);
	assert_int_equal(pthread_join(lcore, NULL), 0);
}

static void
expect_looked(struct telemetry_paper *paper, uint32_t from, uint32_t slots, uint32_t looked)
{
	lowest = UINT32_MAX;
	highest = 0;
	assert_true(telemetry_ask_conns(paper, from, slots, TELEMETRY_PAGE));
	assert_int_equal(paper->found, 0);
	assert_int_equal(paper->looked, looked);
	if (looked > 0) {
		assert_int_equal(lowest, from);
		assert_int_equal(highest, from + looked - 1);
	}
}

static void
many_slots_are_looked_at_in_parts_and_none_beyond(void **state)
{
	struct telemetry_paper *paper = telemetry_paper(&source, 0);
	pthread_t lcore;

	(void)state;
	assert_non_null(paper);
	begin(&lcore);
	expect_looked(paper, 0, UINT32_MAX, TELEMETRY_SCAN);
	expect_looked(paper, TELEMETRY_SCAN, UINT32_MAX, SLOTS - TELEMETRY_SCAN);
	expect_looked(paper, SLOTS - 1, UINT32_MAX, 1);
	expect_looked(paper, 5, 1, 1);
	expect_looked(paper, SLOTS, UINT32_MAX, 0);
	expect_looked(paper, UINT32_MAX, UINT32_MAX, 0);
	end(lcore);
}

static void
histogram_is_copied_one_of_another_name_is_not(void **state)
{
	struct telemetry_paper *paper = telemetry_paper(&source, 0);
	pthread_t lcore;

	(void)state;
	assert_non_null(paper);
	histogram_record(&recorded, 1000);
	begin(&lcore);
	assert_true(telemetry_ask_histogram(paper, "connect"));
	assert_true(paper->has_histogram);
	assert_int_equal(paper->histogram.max, 1000);
	assert_true(telemetry_ask_histogram(paper,
			"connect and then more than a name has room for, so that it is cut"));
	assert_false(paper->has_histogram);
	end(lcore);
}

static void
lcore_that_does_not_answer_is_asked_nothing_more_until_it_has(void **state)
{
	struct telemetry_paper *paper = telemetry_paper(&source, 0);

	(void)state;
	assert_non_null(paper);
	assert_false(telemetry_ask_conns(paper, 0, 1, 1));
	assert_null(telemetry_paper(&source, 0));
	desk_serve(&desk);
	assert_ptr_equal(telemetry_paper(&source, 0), paper);
}

/* The last: nothing is waited for any more in this process. */
static void
asking_ends_waiting_lcore_is_given_up(void **state)
{
	struct telemetry_paper *paper = telemetry_paper(&source, 0);

	(void)state;
	assert_non_null(paper);
	telemetry_ask_no_more();
	assert_false(telemetry_ask_conns(paper, 0, 1, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_slots_are_looked_at_in_parts_and_none_beyond),
		cmocka_unit_test(histogram_is_copied_one_of_another_name_is_not),
		cmocka_unit_test(lcore_that_does_not_answer_is_asked_nothing_more_until_it_has),
		cmocka_unit_test(asking_ends_waiting_lcore_is_given_up),
	};

	return cmocka_run_group_tests_name("telemetry_ask", tests, runtime_start, runtime_stop);
}
