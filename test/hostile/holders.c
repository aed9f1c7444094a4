/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections that take and never give: windows that stay closed (sockstress, VU#723308, RFC 6429),
 * readers and writers that do nearly nothing, ends that never come, handshakes that nobody accepts. What
 * they hold is bounded, and in the end it goes to somebody else.
 */
#include <errno.h>

#include "crowd.h"

#include <rte_mempool.h>

enum { WRITTEN = 2000 };

/* Stranger n has a closed window, and the user something for it. */
static struct stranger
open_with_closed_window(struct crowd *c, uint32_t n)
{
	struct stranger s = crowd_opened(c, n);

	(void)crowd_close_window(c, &s, WRITTEN);
	return s;
}

static uint64_t
pool_bytes(const struct crowd *c)
{
	return (uint64_t)c->pool->size * c->pool->elt_size;
}

static void
class_16_zero_windows_of_a_hundred_thousand_leave_room_for_others(void **state)
{
	enum { PEERS = 100000, AT_WORK = 4096 };
	struct crowd *c = *state;
	struct estab_stats stats;

	c->config.limits.connections = PEERS + 1024;
	c->config.limits.active_connections = AT_WORK;
	crowd_start(c);
	for (uint32_t n = 0; n < AT_WORK; n++)
		(void)open_with_closed_window(c, n);
	crowd_advance(c, 60000); /* they stall: now the others come */
	for (uint32_t n = AT_WORK; n < PEERS; n++)
		(void)open_with_closed_window(c, n);
	stats = crowd_stats(c);
	assert_int_equal(stats.connections_passive, PEERS);
	assert_true(stats.connections_shed > 0);
	assert_true(stats.send_memory <= pool_bytes(c) / 2 + 2 * c->pool->elt_size);
	crowd_advance(c, 60000);
	assert_int_equal(crowd_visits(c, PEERS, 50), 50);
	crowd_assert_memory(c);
}

/* Probes are answered, so that no timeout ends it: what is pinned is bounded, and given up for others. */
static void
class_16_windows_closed_for_ever_do_not_keep_the_memory_for_sending(void **state)
{
	enum { PEERS = 800 };
	struct crowd *c = *state;
	struct stranger peers[PEERS];

	c->mbufs = 1024;
	crowd_start(c);
	for (uint32_t n = 0; n < PEERS; n++)
		peers[n] = open_with_closed_window(c, n);
	assert_true(crowd_stats(c).send_memory > pool_bytes(c) / 4);
	assert_true(crowd_stats(c).send_memory <= pool_bytes(c) / 2 + 2 * c->pool->elt_size);
	crowd_keep_closed(c, peers, PEERS, 60);
	assert_int_equal(crowd_visits(c, PEERS, 50), 50);
	assert_true(crowd_stats(c).connections_shed > 0);
	crowd_assert_memory(c);
}

/* A user who reads nothing: what arrives for him is bounded, and others go on. */
static void
class_14_text_that_nobody_reads_leaves_the_pool_its_reserve(void **state)
{
	enum { PEERS = 300, TEXT = 1400 };
	struct crowd *c = *state;
	struct stranger peers[PEERS];

	crowd_start(c);
	for (uint32_t n = 0; n < PEERS; n++) {
		peers[n] = crowd_stranger(n);
		assert_true(crowd_open(c, &peers[n], "mss 1460,wscale 7"));
	}
	for (uint32_t i = 0; i < 20; i++)
		for (uint32_t n = 0; n < PEERS; n++)
			crowd_say(c, &peers[n], ". %u:%u(%u) ack 1", 1 + i * TEXT,
					1 + (i + 1) * TEXT, TEXT);
	crowd_turn(c);
	assert_true(rte_mempool_in_use_count(c->pool) <= c->mbufs / 2 + 2);
	assert_true(crowd_stats(c).drops[ESTAB_DROP_TCP_MEMORY_FULL] > 0);
	assert_true(crowd_ping(c, &peers[0]));
	assert_int_equal(crowd_visits(c, PEERS, 50), 50);
	crowd_assert_memory(c);
}

/* Slowloris: an octet now and then. Each costs a TCB, and nothing more while it thinks. */
static void
class_17_senders_of_an_octet_now_and_then_cost_a_tcb_each(void **state)
{
	enum { PEERS = 900 };
	struct crowd *c = *state;
	struct stranger peers[PEERS];
	struct estab_memory memory;
	uint8_t octet;

	crowd_start(c);
	for (uint32_t n = 0; n < PEERS; n++)
		peers[n] = crowd_opened(c, n);
	for (uint32_t i = 0; i < 5; i++) {
		crowd_advance(c, 10000);
		for (uint32_t n = 0; n < PEERS; n++)
			crowd_say(c, &peers[n], "P. %u:%u(1) ack 1", 1 + i, 2 + i);
		crowd_turn(c);
		for (uint32_t n = 0; n < PEERS; n++)
			assert_int_equal(estab_conn_read(peers[n].conn, &octet, 1), 1);
		assert_int_equal(crowd_visits(c, PEERS + 10 * i, 10), 10);
	}
	crowd_advance(c, 1000);
	estab_stack_memory(c->stack, &memory);
	assert_int_equal(crowd_stats(c).connections_open, PEERS);
	assert_int_equal(memory.works.used, 0);
	assert_int_equal(rte_mempool_in_use_count(c->pool), 0);
}

/* The user has closed; the peers acknowledge that, and never close themselves. */
static void
class_17_peers_that_never_close_are_gone_in_a_minute(void **state)
{
	enum { PEERS = 900 };
	struct crowd *c = *state;

	crowd_start(c);
	for (uint32_t n = 0; n < PEERS; n++) {
		struct stranger s = crowd_opened(c, n);

		estab_conn_close(s.conn);
		crowd_turn(c);
		crowd_say(c, &s, ". 1:1(0) ack 2");
		crowd_turn(c);
	}
	assert_int_equal(crowd_stats(c).connections_open, PEERS);
	assert_int_equal(crowd_visits(c, PEERS, 50), 50);
	crowd_advance(c, 61000);
	assert_int_equal(crowd_stats(c).connections_open, 0);
	assert_int_equal(crowd_stats(c).connections_timed_out, PEERS);
}

/* The peers have closed, got our FIN, and say no more: LAST-ACK ends after R2. */
static void
class_17_peers_that_never_acknowledge_the_end_are_given_up(void **state)
{
	enum { PEERS = 500 };
	struct crowd *c = *state;

	crowd_start(c);
	for (uint32_t n = 0; n < PEERS; n++) {
		struct stranger s = crowd_opened(c, n);

		crowd_say(c, &s, "F. 1:1(0) ack 1");
		crowd_turn(c);
		estab_conn_close(s.conn);
		crowd_turn(c);
	}
	assert_int_equal(crowd_stats(c).connections_open, PEERS);
	crowd_advance(c, 30 * 60 * 1000);
	assert_int_equal(crowd_stats(c).connections_open, 0);
	assert_int_equal(crowd_stats(c).connections_timed_out, PEERS);
}

static void
class_17_accept_queue_that_nobody_drains_is_bounded_and_hinders_no_other(void **state)
{
	enum { PEERS = 2000, BACKLOG = 16, OTHER_PORT = 81 };
	const struct estab_listen_config other = { .local.port = OTHER_PORT };
	struct crowd *c = *state;
	struct estab_listener *stuck, *listener;

	c->accepts_not = true;
	c->backlog = BACKLOG;
	crowd_start(c);
	for (uint32_t n = 0; n < PEERS; n++) {
		struct stranger s = crowd_stranger(n);

		(void)crowd_open(c, &s, "mss 1460");
	}
	assert_int_equal(crowd_stats(c).connections_open, BACKLOG);
	assert_true(crowd_stats(c).accept_queue_overflows >= PEERS - BACKLOG);
	assert_int_equal(estab_listen(c->stack, &other, &listener), 0);
	stuck = c->listener;
	c->listener = listener;
	c->accepts_not = false;
	c->visit_port = OTHER_PORT;
	assert_int_equal(crowd_visits(c, PEERS, 50), 50);
	estab_listener_close(stuck);
	crowd_turn(c);
	assert_int_equal(crowd_stats(c).connections_open, 0);
	crowd_assert_memory(c);
}

static void
class_18_time_wait_at_its_limit_ends_the_oldest_and_refuses_nobody(void **state)
{
	enum { PEERS = 5000, LIMIT = 100 };
	struct crowd *c = *state;

	c->config.limits.time_waits = LIMIT;
	crowd_start(c);
	for (uint32_t n = 0; n < PEERS; n++) {
		struct stranger s = crowd_opened(c, n);

		estab_conn_close(s.conn);
		crowd_turn(c);
		crowd_say(c, &s, "F. 1:1(0) ack 2");
		crowd_turn(c);
		assert_in_range(crowd_stats(c).connections_time_wait, 1, LIMIT);
	}
	assert_int_equal(crowd_stats(c).time_wait_recycled, PEERS - LIMIT);
	assert_int_equal(crowd_stats(c).connections_open, 0);
	assert_int_equal(crowd_visits(c, PEERS, 50), 50);
	crowd_assert_memory(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CROWD_TEST(class_14_text_that_nobody_reads_leaves_the_pool_its_reserve),
		CROWD_TEST(class_16_zero_windows_of_a_hundred_thousand_leave_room_for_others),
		CROWD_TEST(class_16_windows_closed_for_ever_do_not_keep_the_memory_for_sending),
		CROWD_TEST(class_17_senders_of_an_octet_now_and_then_cost_a_tcb_each),
		CROWD_TEST(class_17_peers_that_never_close_are_gone_in_a_minute),
		CROWD_TEST(class_17_peers_that_never_acknowledge_the_end_are_given_up),
		CROWD_TEST(class_17_accept_queue_that_nobody_drains_is_bounded_and_hinders_no_other),
		CROWD_TEST(class_18_time_wait_at_its_limit_ends_the_oldest_and_refuses_nobody),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
