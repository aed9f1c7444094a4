/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The object pool. Its memory is DPDK's heap, so this starts EAL, without hugepages or devices.
 * Misuse is tried in a child process, which must die of it when the build has asserts.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <setjmp.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <rte_eal.h>
#include <rte_memory.h>

#include "base/pool.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TEST_HAS_ASAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define TEST_HAS_ASAN
#endif

enum { OBJECTS = 100, OBJECT_SIZE = 72 };

static struct pool pool;

static int
start_eal(void **state)
{
	char prefix[64], lcores[32],
			*args[] = {
				(char[]){ "test_pool" },
				(char[]){ "--no-huge" },
				(char[]){ "--no-pci" },
				(char[]){ "--no-telemetry" },
				(char[]){ "--no-shconf" },
				(char[]){ "-m" },
				(char[]){ "64" },
				prefix,
				lcores,
				NULL,
			};

	(void)state;
	snprintf(prefix, sizeof(prefix), "--file-prefix=estab_test_pool_%d", (int)getpid());
	snprintf(lcores, sizeof(lcores), "--lcores=0@%d", sched_getcpu());
	return rte_eal_init(sizeof(args) / sizeof(*args) - 1, args) < 0 ? -1 : 0;
}

static int
stop_eal(void **state)
{
	(void)state;
	return rte_eal_cleanup();
}

static int
make_pool(void **state)
{
	(void)state;
	return pool_init(&pool, "test", OBJECTS, OBJECT_SIZE, 0, SOCKET_ID_ANY);
}

static int
free_pool(void **state)
{
	(void)state;
	pool_fini(&pool);
	return 0;
}

static void
get_all(uint8_t **objects)
{
	for (uint32_t i = 0; i < OBJECTS; i++) {
		objects[i] = pool_get(&pool);
		assert_non_null(objects[i]);
	}
}

static void
full_pool_hands_out_every_object_once_then_null(void **state)
{
	uint8_t *objects[OBJECTS], seen[OBJECTS] = { 0 };

	(void)state;
	get_all(objects);
	assert_null(pool_get(&pool));
	for (uint32_t i = 0; i < OBJECTS; i++) {
		assert_true(pool_index(&pool, objects[i]) < OBJECTS);
		assert_int_equal(seen[pool_index(&pool, objects[i])]++, 0);
	}
}

static void
object_first_handed_out_is_zero(void **state)
{
	static const uint8_t zero[OBJECT_SIZE];
	uint8_t *objects[OBJECTS];

	(void)state;
	get_all(objects);
	for (uint32_t i = 0; i < OBJECTS; i++)
		assert_memory_equal(objects[i], zero, OBJECT_SIZE);
}

static void
objects_written_to_their_full_size_do_not_overlap(void **state)
{
	uint8_t *objects[OBJECTS];

	(void)state;
	get_all(objects);
	for (uint32_t i = 0; i < OBJECTS; i++)
		memset(objects[i], (int)i, OBJECT_SIZE);
	for (uint32_t i = 0; i < OBJECTS; i++) {
		for (uint32_t j = 0; j < OBJECT_SIZE; j++)
			assert_int_equal(objects[i][j], i);
	}
}

static void
object_put_back_last_is_got_first(void **state)
{
	void *a = pool_get(&pool), *b = pool_get(&pool);

	(void)state;
	pool_put(&pool, b);
	pool_put(&pool, a);
	assert_ptr_equal(pool_get(&pool), a);
	assert_ptr_equal(pool_get(&pool), b);
}

static void
exhausted_pool_refilled_hands_out_every_object_again(void **state)
{
	uint8_t *objects[OBJECTS], seen[OBJECTS] = { 0 };

	(void)state;
	get_all(objects);
	for (uint32_t i = 0; i < OBJECTS; i++)
		pool_put(&pool, objects[i]);
	get_all(objects);
	assert_null(pool_get(&pool));
	for (uint32_t i = 0; i < OBJECTS; i++)
		assert_int_equal(seen[pool_index(&pool, objects[i])]++, 0);
}

static void
counts_follow_get_and_put(void **state)
{
	void *a, *b;

	(void)state;
	assert_int_equal(pool_free_count(&pool), OBJECTS);
	assert_int_equal(pool_used_count(&pool), 0);
	a = pool_get(&pool);
	b = pool_get(&pool);
	assert_int_equal(pool_free_count(&pool), OBJECTS - 2);
	assert_int_equal(pool_used_count(&pool), 2);
	pool_put(&pool, a);
	assert_int_equal(pool_used_count(&pool), 1);
	pool_put(&pool, b);
	assert_int_equal(pool_free_count(&pool), OBJECTS);
}

static void
index_and_object_name_each_other(void **state)
{
	uint8_t *objects[OBJECTS];

	(void)state;
	get_all(objects);
	for (uint32_t i = 0; i < OBJECTS; i++)
		assert_ptr_equal(pool_at(&pool, pool_index(&pool, objects[i])), objects[i]);
}

static void
objects_are_aligned_as_asked(void **state)
{
	static const size_t aligns[] = { 0, 8, 16, 64, 128, 4096 };

	(void)state;
	for (size_t i = 0; i < sizeof(aligns) / sizeof(*aligns); i++) {
		const size_t expected = aligns[i] == 0 ? RTE_CACHE_LINE_SIZE : aligns[i];
		struct pool aligned;

		assert_int_equal(pool_init(&aligned, "aligned", 9, 3, aligns[i], SOCKET_ID_ANY), 0);
		for (uint32_t n = 0; n < 9; n++)
			assert_int_equal((uintptr_t)pool_get(&aligned) % expected, 0);
		pool_fini(&aligned);
	}
}

static void
pool_of_no_objects_is_always_empty(void **state)
{
	struct pool none;

	(void)state;
	assert_int_equal(pool_init(&none, "none", 0, 64, 0, SOCKET_ID_ANY), 0);
	assert_null(pool_get(&none));
	assert_int_equal(pool_free_count(&none), 0);
	pool_fini(&none);
}

static void
pool_larger_than_the_heap_is_refused(void **state)
{
	const size_t wraps = SIZE_MAX / 3 + 1; /* three of them need more than size_t can say */
	struct pool large;

	(void)state;
	assert_int_equal(pool_init(&large, "large", 1 << 20, 1 << 20, 0, SOCKET_ID_ANY), -ENOMEM);
	assert_int_equal(pool_init(&large, "larger", 3, wraps, 0, SOCKET_ID_ANY), -ENOMEM);
}

/* 48 of 64 MB, over and over: only works when each is given back. */
static void
pool_after_fini_leaves_its_memory_to_the_next(void **state)
{
	struct pool large;

	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(pool_init(&large, "large", 48 << 10, 1 << 10, 0, SOCKET_ID_ANY),
				0);
		memset(pool_get(&large), 0xff, 1 << 10);
		pool_fini(&large);
	}
}

static void
put_foreign_pointer(void)
{
	static uint64_t foreign[8];

	pool_put(&pool, foreign);
}

static void
put_middle_of_an_object(void)
{
	pool_put(&pool, (uint8_t *)pool_get(&pool) + 8);
}

static void
put_twice(void)
{
	void *object = pool_get(&pool);

	pool_get(&pool);
	pool_put(&pool, object);
	pool_put(&pool, object);
}

static void
put_object_that_was_never_out(void)
{
	pool_get(&pool);
	pool_put(&pool, pool_at(&pool, 1));
}

static void
write_after_put(void)
{
	volatile uint8_t *object = pool_get(&pool);

	pool_put(&pool, (void *)(uintptr_t)object);
	object[OBJECT_SIZE - 1] = 1;
}

static void
write_beyond_size(void)
{
	volatile uint8_t *object = pool_get(&pool);

	object[OBJECT_SIZE] = 1;
}

/* What waitpid() says of a child that does `misuse`, quietly. */
static int
status_after(void (*misuse)(void))
{
	int status;
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGABRT, SIG_DFL);
		if (freopen("/dev/null", "w", stderr) == NULL)
			_exit(0);
		misuse();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool
dies_of_an_assert(void (*misuse)(void))
{
	const int status = status_after(misuse);

	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void
misuse_of_put_is_an_assert(void **state)
{
	(void)state;
#ifdef NDEBUG
	skip();
#endif
	assert_true(dies_of_an_assert(put_foreign_pointer));
	assert_true(dies_of_an_assert(put_middle_of_an_object));
	assert_true(dies_of_an_assert(put_twice));
	assert_true(dies_of_an_assert(put_object_that_was_never_out));
}

static void
use_of_what_is_not_out_is_seen_by_address_sanitizer(void **state)
{
	(void)state;
#ifndef TEST_HAS_ASAN
	skip();
#endif
	assert_int_not_equal(status_after(write_after_put), 0);
	assert_int_not_equal(status_after(write_beyond_size), 0);
}

int
main(void)
{
#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, make_pool, free_pool)
	const struct CMUnitTest tests[] = {
		POOL_TEST(full_pool_hands_out_every_object_once_then_null),
		POOL_TEST(object_first_handed_out_is_zero),
		POOL_TEST(objects_written_to_their_full_size_do_not_overlap),
		POOL_TEST(object_put_back_last_is_got_first),
		POOL_TEST(exhausted_pool_refilled_hands_out_every_object_again),
		POOL_TEST(counts_follow_get_and_put),
		POOL_TEST(index_and_object_name_each_other),
		cmocka_unit_test(objects_are_aligned_as_asked),
		cmocka_unit_test(pool_of_no_objects_is_always_empty),
		cmocka_unit_test(pool_larger_than_the_heap_is_refused),
		cmocka_unit_test(pool_after_fini_leaves_its_memory_to_the_next),
		POOL_TEST(misuse_of_put_is_an_assert),
		POOL_TEST(use_of_what_is_not_out_is_seen_by_address_sanitizer),
	};

	return cmocka_run_group_tests_name("pool", tests, start_eal, stop_eal);
}
