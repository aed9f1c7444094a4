/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a stack says that it has taken of memory.
 */
#include <estab/memory.h>

#include "eal.h"
#include "fixture.h"
#include "stack.h"

static struct estab_memory
memory_now(struct fixture *t)
{
	struct estab_memory memory;

	memset(&memory, 0xff, sizeof(memory));
	estab_stack_memory(t->stack, &memory);
	return memory;
}

static void
new_stack_has_reserved_all_and_touched_no_connection(void **state)
{
	struct fixture *t = *state;
	const struct estab_memory_part *parts;
	struct estab_memory memory;

	start(t);
	memory = memory_now(t);
	parts = (const struct estab_memory_part *)&memory;
	for (size_t i = 0; i < sizeof(memory) / sizeof(*parts); i++) {
		assert_true(parts[i].used <= parts[i].touched);
		assert_true(parts[i].touched <= parts[i].reserved);
	}
	assert_int_equal(memory.connections.touched + memory.syn_records.touched, 0);
	assert_int_equal(memory.time_waits.touched + memory.reassemblies.touched, 0);
	assert_int_equal(memory.stack.used, sizeof(struct estab_stack));
	assert_true(memory.flow_table.touched > 0);
	assert_int_equal(memory.flow_table.used, 0);
	assert_true(memory.neighbours.touched > 0);
}

/* SYN record, then TCB, then TIME-WAIT: each is used in its time, and stays touched. */
static void
memory_follows_a_connection_through_its_life(void **state)
{
	struct fixture *t = *state;
	struct estab_memory memory;

	in_syn_received(t);
	memory = memory_now(t);
	assert_true(memory.syn_records.used >= sizeof(struct syn_record));
	assert_int_equal(memory.connections.touched, 0);
	assert_int_equal(memory.flow_table.used, sizeof(uintptr_t));
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	memory = memory_now(t);
	assert_int_equal(memory.syn_records.used, 0);
	assert_true(memory.syn_records.touched > 0);
	assert_true(memory.connections.used >= sizeof(struct tcb));
	assert_int_equal(memory.connections.used, memory.connections.touched);
	assert_int_equal(memory.connections.reserved,
			memory.connections.used * t->stack->tcp.tcbs.n_objects);
	app_close(t);
	expect(t, "F. 1:1(0) ack 1");
	assert_true(memory_now(t).works.used > 0); /* a FIN to be acknowledged */
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	memory = memory_now(t);
	assert_int_equal(memory.connections.used, 0);
	assert_true(memory.connections.touched > 0);
	assert_true(memory.time_waits.used > 0);
	advance(t, 60000);
	memory = memory_now(t);
	assert_int_equal(memory.time_waits.used + memory.flow_table.used + memory.works.used, 0);
}

static void
table_grows_with_the_limits(void **state)
{
	struct fixture *t = *state;
	uint64_t entries;
	struct estab_memory memory;

	start(t);
	memory = memory_now(t);
	entries = t->stack->flows.entries_max;
	assert_in_range(memory.flow_table.reserved, entries * sizeof(uintptr_t), entries * 32);
}

/* A TCB and its place in the table, at limits round and odd: the table's last bucket is all beside it. */
static void
connection_at_rest_takes_at_most_256_bytes_at_every_limit(void **state)
{
	enum { AT_REST_MAX = 256, BUCKET = 64 };
	static const uint64_t limits[] = { 1, 1000, 16384, 65537, 1000001, 1 << 20, 9000000,
		10000000, 100000007 };
	struct fixture *t = *state;
	uint64_t each;

	in_syn_received(t);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	each = memory_now(t).connections.touched;
	assert_in_range(each, sizeof(struct tcb), sizeof(struct tcb) + TCB_ALIGN - 1);
	for (size_t i = 0; i < sizeof(limits) / sizeof(*limits); i++)
		assert_true(limits[i] * each + flow_table_size((uint32_t)limits[i]) <=
				limits[i] * AT_REST_MAX + BUCKET);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(new_stack_has_reserved_all_and_touched_no_connection),
		FIXTURE_TEST(memory_follows_a_connection_through_its_life),
		FIXTURE_TEST(table_grows_with_the_limits),
		FIXTURE_TEST(connection_at_rest_takes_at_most_256_bytes_at_every_limit),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
