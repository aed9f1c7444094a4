/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a connection works with: taken when something begins, given back when all is done, and shared
 * among more connections than there are blocks.
 */
#include <errno.h>

#include <estab/memory.h>

#include "bench.h"

#include "eal.h"

/* How many connections are active. */
static uint32_t
active(struct fixture *t)
{
	return room(t)->works.used;
}

static bool
is_at_rest(const struct fixture *t)
{
	return tcb_of(t)->work == &t->stack->tcp.works.rest;
}

/* So many connections of the first peers, all at rest. */
static void
in_established_many(struct fixture *t, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		speak_as(t, i);
		in_established(t);
		assert_true(is_at_rest(t));
	}
	assert_int_equal(active(t), 0);
}

/* However many have been active, one after the other: what they leave is a TCB, and a place in the table. */
static void
established_at_rest_costs_at_most_256_bytes_all_in(void **state)
{
	enum { CONNECTIONS = 48, AT_REST_MAX = 256, BUCKET = 64 };
	struct fixture *t = *state;
	struct estab_memory memory;

	t->config.limits.connections = CONNECTIONS;
	in_established_many(t, CONNECTIONS);
	for (unsigned int i = 0; i < CONNECTIONS; i++) {
		speak_as(t, i);
		arrive(t, "P. 1:101(100) ack 1");
		app_read(t, 100);
		advance(t, 100);
		ignore_sent(t);
	}
	estab_stack_memory(t->stack, &memory);
	assert_int_equal(memory.works.used, 0);
	assert_int_equal(memory.works.touched, room(t)->works.pool.stride);
	assert_true(memory.connections.touched + flow_table_size(CONNECTIONS) <=
			CONNECTIONS * AT_REST_MAX + BUCKET);
	assert_int_equal(memory.flow_table.reserved, flow_table_size(room(t)->flows->entries_max));
	assert_int_equal(memory.reassemblies.touched + memory.recoveries.touched +
					memory.customs.touched + memory.pacings.touched,
			0);
}

static void
established_text_each_way_is_at_rest_once_read_and_acknowledged(void **state)
{
	struct fixture *t = *state;

	in_established_many(t, 1);
	arrive(t, "P. 1:101(100) ack 1");
	assert_false(is_at_rest(t)); /* unread */
	ignore_sent(t);
	app_write(t, 100);
	assert_int_equal(ignore_sent(t), 1);
	app_read(t, 100);
	turn(t);
	assert_false(is_at_rest(t)); /* in flight */
	arrive(t, ". 101:101(0) ack 101");
	assert_true(is_at_rest(t));
	assert_int_equal(active(t), 0);
}

/* Each of these is remembered in the block, and one alone keeps it. */
static void
established_anything_under_way_keeps_it_at_work(void **state)
{
	struct fixture *t = *state;
	const struct estab_keepalive keepalive = { .idle_ns = SECOND };

	in_established_many(t, 4);
	speak_as(t, 0);
	arrive(t, "P. 101:201(100) ack 1"); /* a gap */
	speak_as(t, 1);
	arrive(t, "P. 1:101(100) ack 1"); /* an ACK that is not yet due */
	ignore_sent(t);
	speak_as(t, 2);
	assert_int_equal(estab_conn_set_keepalive(t->peer->conn, &keepalive), 0);
	turn(t);
	speak_as(t, 3);
	arrive(t, "U. 1:1(0) ack 1 urg 50"); /* a mark that is yet to come */
	for (unsigned int i = 0; i < 4; i++) {
		speak_as(t, i);
		assert_false(is_at_rest(t));
	}
	ignore_sent(t);
	speak_as(t, 1);
	app_read(t, 100);
	advance(t, 100);
	assert_true(is_at_rest(t)); /* acknowledged by now */
	assert_int_equal(active(t), 3);
	for (unsigned int i = 0; i < 4; i++) {
		speak_as(t, i);
		estab_conn_abort(t->peer->conn);
		t->peer->conn = NULL;
	}
	turn(t);
	ignore_sent(t);
	assert_int_equal(active(t), 0);
}

/* What is sent after a rest is numbered, timed and windowed as if there had been none. */
static void
established_after_a_rest_goes_on_where_it_was(void **state)
{
	struct fixture *t = *state;

	in_established_many(t, 2);
	for (uint32_t i = 0; i < 3; i++) {
		for (unsigned int peer = 0; peer < 2; peer++) { /* the blocks change hands */
			const uint32_t at = 1 + 100 * i;

			speak_as(t, peer);
			arrive(t, "P. %u:%u(100) ack %u win 500", at, at + 100, at);
			app_read(t, 100);
			ignore_sent(t);
			app_write(t, 100);
			expect(t, "P. %u:%u(100) ack %u", at, at + 100, at + 100);
			assert_int_equal(status_now(t).snd_wnd, 500);
			arrive(t, ". %u:%u(0) ack %u win 700", at + 100, at + 100, at + 100);
			expect_nothing(t);
			assert_true(is_at_rest(t));
			assert_int_equal(tcb_of(t)->snd_wnd, 700);
		}
	}
}

/* The block that somebody has left is not taken with its timers, or what they are for. */
static void
established_block_of_one_that_retransmitted_begins_anew(void **state)
{
	struct fixture *t = *state;

	in_established_many(t, 2);
	speak_as(t, 0);
	app_write(t, 100);
	advance(t, 2000);
	assert_true(status_now(t).retransmissions > 0);
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	turn(t);
	ignore_sent(t);
	speak_as(t, 1);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	assert_int_equal(status_now(t).retransmissions, 0);
	arrive(t, ". 1:1(0) ack 101");
	advance(t, 5000);
	expect_nothing(t);
	assert_true(is_at_rest(t));
}

static void
closed_and_held_is_at_rest(void **state)
{
	struct fixture *t = *state;

	in_established_many(t, 1);
	app_write(t, 100);
	ignore_sent(t);
	arrive(t, "R. 1:1(0) ack 1");
	assert_true(is_at_rest(t));
	assert_int_equal(estab_conn_write(t->peer->conn, "x", 1), -ECONNRESET);
}

static void
work_used_up_segment_has_to_come_again(void **state)
{
	struct fixture *t = *state;

	t->config.limits.active_connections = 1;
	in_established_many(t, 2);
	speak_as(t, 0);
	arrive(t, "P. 1:101(100) ack 1");
	ignore_sent(t);
	speak_as(t, 1);
	arrive(t, "P. 1:101(100) ack 1");
	expect_nothing(t);
	assert_drops(t, TCP_ACTIVE_FULL, 1);
	speak_as(t, 0);
	app_read(t, 100);
	advance(t, 100);
	ignore_sent(t);
	speak_as(t, 1);
	arrive(t, "P. 1:101(100) ack 1");
	app_read(t, 100);
	advance(t, 100);
	expect(t, ". 1:1(0) ack 101");
}

/* A user whose send takes nothing is told when it may go on. */
static void
work_used_up_send_takes_nothing_until_told(void **state)
{
	struct fixture *t = *state;

	t->config.limits.active_connections = 1;
	in_established_many(t, 2);
	speak_as(t, 0);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
	speak_as(t, 1);
	app_events(t);
	assert_int_equal(estab_conn_write(t->peer->conn, "x", 1), -EAGAIN);
	turn(t);
	assert_int_equal(app_events(t), 0);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 0);
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 101");
	turn(t);
	speak_as(t, 1);
	assert_int_equal(app_events(t) & ESTAB_EVENT_WRITABLE, ESTAB_EVENT_WRITABLE);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 1");
}

/* A close cannot be refused: the FIN waits; an abort needs nothing and does not wait. */
static void
work_used_up_close_waits_and_abort_does_not(void **state)
{
	struct fixture *t = *state;

	t->config.limits.active_connections = 1;
	in_established_many(t, 3);
	speak_as(t, 0);
	app_write(t, 100);
	ignore_sent(t);
	speak_as(t, 1);
	assert_int_equal(estab_conn_shutdown(t->peer->conn), 0);
	turn(t);
	expect_nothing(t);
	speak_as(t, 2);
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	turn(t);
	expect(t, "R 1:1(0)");
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 101");
	turn(t);
	speak_as(t, 1);
	expect(t, "F. 1:1(0) ack 1");
}

static void
work_used_up_connection_is_refused(void **state)
{
	struct fixture *t = *state;

	t->config.limits.active_connections = 1;
	in_established_many(t, 1);
	app_write(t, 100);
	ignore_sent(t);
	speak_as(t, 1);
	in_syn_received(t);
	arrive(t, ". 1:1(0) ack 1");
	assert_drops(t, TCP_CONNECTIONS_FULL, 1);
	ignore_sent(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_at_rest_costs_at_most_256_bytes_all_in),
		FIXTURE_TEST(established_text_each_way_is_at_rest_once_read_and_acknowledged),
		FIXTURE_TEST(established_anything_under_way_keeps_it_at_work),
		FIXTURE_TEST(established_after_a_rest_goes_on_where_it_was),
		FIXTURE_TEST(established_block_of_one_that_retransmitted_begins_anew),
		FIXTURE_TEST(closed_and_held_is_at_rest),
		FIXTURE_TEST(work_used_up_segment_has_to_come_again),
		FIXTURE_TEST(work_used_up_send_takes_nothing_until_told),
		FIXTURE_TEST(work_used_up_close_waits_and_abort_does_not),
		FIXTURE_TEST(work_used_up_connection_is_refused),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
