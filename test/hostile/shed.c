/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Class 14, mbufs run short: what is given up, in which order, and that a ping is answered all the while
 * (lib/tcp/shed.h). The memory for text is given limits here that alone would let it empty the pool.
 */
#include <errno.h>

#include "crowd.h"

#include <rte_mbuf.h>
#include <rte_mempool.h>

enum {
	MBUFS = 512,
	RESERVE = 64,
	PIECE = 1400,
};

/* mbufs that a test takes out of the pool, as a driver's ring or another stack would. */
struct taken {
	struct rte_mbuf *mbufs[MBUFS];
	unsigned int count;
};

static struct taken taken;

static void
start_with_reserve(struct crowd *c)
{
	c->mbufs = MBUFS;
	c->config.limits.mbufs_reserved = RESERVE;
	c->config.limits.receive_memory_bytes = UINT64_C(1) << 30;
	c->config.limits.send_memory_bytes = UINT64_C(1) << 30;
	crowd_start(c);
	taken.count = 0;
}

/* Leave so many in the pool. */
static void
leave(struct crowd *c, unsigned int left)
{
	while (rte_mempool_avail_count(c->pool) > left) {
		taken.mbufs[taken.count] = rte_pktmbuf_alloc(c->pool);
		assert_non_null(taken.mbufs[taken.count]);
		taken.count++;
	}
}

static void
give_back(void)
{
	rte_pktmbuf_free_bulk(taken.mbufs, taken.count);
	taken.count = 0;
}

/* Time for the stack to look at the pool, several times. */
static void
pass(struct crowd *c)
{
	for (unsigned int i = 0; i < 10; i++)
		crowd_advance(c, 1);
}

static struct stranger
open_with_gap(struct crowd *c, uint32_t n)
{
	struct stranger s = crowd_opened(c, n);

	for (uint32_t at = 1 + PIECE; at < 8 * PIECE; at += PIECE)
		crowd_say(c, &s, ". %u:%u(%d) ack 1", at, at + PIECE, PIECE);
	crowd_turn(c);
	return s;
}

/* Stalls when it is returned, and says so: the stack has it under its eye for half a minute. */
static struct stranger
open_that_stalls(struct crowd *c, uint32_t n)
{
	struct stranger s = crowd_opened(c, n);

	assert_int_equal(crowd_close_window(c, &s, PIECE), PIECE);
	crowd_keep_closed(c, &s, 1, 40);
	return s;
}

static bool
is_open(const struct stranger *s)
{
	struct estab_conn_info info;

	estab_conn_status(s->conn, &info);
	return info.state[0] == 'E';
}

static void
class_14_enough_mbufs_nothing_is_given_up(void **state)
{
	struct crowd *c = *state;
	struct stranger gap, stalled;

	start_with_reserve(c);
	stalled = open_that_stalls(c, 1);
	gap = open_with_gap(c, 2);
	leave(c, RESERVE);
	pass(c);
	assert_true(is_open(&stalled) && is_open(&gap));
	assert_int_equal(crowd_stats(c).mbuf_shortages, 0);
	assert_int_equal(crowd_stats(c).out_of_order_shed, 0);
	assert_int_equal(crowd_stats(c).connections_shed, 0);
	give_back();
}

/* First: the peer has it still, and sends it again. */
static void
class_14_mbufs_short_text_beyond_gaps_goes_first(void **state)
{
	struct crowd *c = *state;
	struct stranger gap, stalled;

	start_with_reserve(c);
	stalled = open_that_stalls(c, 1);
	gap = open_with_gap(c, 2);
	leave(c, RESERVE - 1); /* 7 come back: that is below the reserve and a quarter */
	pass(c);
	assert_int_equal(crowd_stats(c).mbuf_shortages, 1);
	assert_int_equal(crowd_stats(c).out_of_order_shed, 7);
	assert_int_equal(crowd_stats(c).connections_shed, 0);
	assert_true(is_open(&stalled) && is_open(&gap));
	assert_true(crowd_ping(c, &gap));
	/* None is taken while mbufs are short; text in order is. */
	crowd_say(c, &gap, ". %d:%d(%d) ack 1", 1 + PIECE, 1 + 2 * PIECE, PIECE);
	crowd_turn(c);
	assert_crowd_drops(c, TCP_MEMORY_FULL, 1);
	crowd_say(c, &gap, ". 1:%d(%d) ack 1", 1 + PIECE, PIECE);
	crowd_turn(c);
	assert_int_equal(estab_conn_receive_waiting(gap.conn), PIECE);
	give_back();
	pass(c);
	crowd_say(c, &gap, ". %d:%d(%d) ack 1", 1 + 2 * PIECE, 1 + 3 * PIECE, PIECE);
	crowd_turn(c);
	assert_crowd_drops(c, TCP_MEMORY_FULL, 1);
	assert_int_equal(crowd_stats(c).out_of_order_queued, 8);
}

/* Second: with a RST, and a user who is told why. */
static void
class_14_mbufs_short_stalled_peers_go_second(void **state)
{
	struct crowd *c = *state;
	struct stranger idle, stalled;

	start_with_reserve(c);
	idle = crowd_opened(c, 3);
	stalled = open_that_stalls(c, 1);
	leave(c, RESERVE - 1);
	crowd_advance(c, 1);
	assert_false(is_open(&stalled));
	assert_int_equal(estab_conn_error(stalled.conn), -ENOBUFS);
	assert_int_equal(crowd_stats(c).connections_shed, 1);
	assert_int_equal(crowd_stats(c).rst_sent, 1);
	assert_true(is_open(&idle));
	assert_true(crowd_ping(c, &idle));
	give_back();
	estab_conn_close(stalled.conn);
}

/* The one that stalls longest goes before the other, and no more than are needed. */
static void
class_14_mbufs_short_who_stalls_longest_goes_before_others(void **state)
{
	struct crowd *c = *state;
	struct stranger first, second;

	start_with_reserve(c);
	second = crowd_opened(c, 2);
	first = open_that_stalls(c, 1);
	assert_int_equal(crowd_close_window(c, &second, PIECE), PIECE);
	crowd_advance(c, 40000);
	leave(c, RESERVE - 1);
	crowd_advance(c, 1);
	assert_false(is_open(&first));
	assert_true(is_open(&second));
	assert_int_equal(crowd_stats(c).connections_shed, 1);
	give_back();
	estab_conn_close(first.conn);
}

/* Third: who is there stays, and is served. */
static void
class_14_mbufs_short_and_nobody_stalls_new_connections_are_refused(void **state)
{
	struct crowd *c = *state;
	struct stranger old, new = crowd_stranger(2);

	start_with_reserve(c);
	old = crowd_opened(c, 1);
	leave(c, RESERVE - 1);
	pass(c);
	crowd_say(c, &new, "S 0:0(0) <mss 1460>");
	crowd_turn(c);
	assert_null(crowd_heard(c, &new));
	assert_crowd_drops(c, TCP_MBUFS_SHORT, 1);
	assert_true(crowd_ping(c, &new));
	crowd_say(c, &old, "P. 1:101(100) ack 1");
	crowd_turn(c);
	assert_int_equal(estab_conn_receive_waiting(old.conn), 100);
	assert_int_equal(crowd_write(&old, 100), 100);
	crowd_turn(c);
	assert_int_equal(crowd_heard(c, &old)->text_len, 100);
	give_back();
	pass(c);
	crowd_advance(c, 200);
	assert_int_equal(crowd_visits(c, 10, 8), 8);
}

/* All at once, by peers alone: every mbuf but the reserve is pinned by who stalls. */
static void
class_14_pool_pinned_by_peers_alone_is_free_again_in_a_minute(void **state)
{
	enum { PEERS = 450 };
	struct crowd *c = *state;

	start_with_reserve(c);
	for (uint32_t n = 0; n < PEERS; n++) {
		struct stranger s = crowd_stranger(n);

		if (!crowd_open(c, &s, "mss 1460"))
			continue;
		(void)crowd_close_window(c, &s, PIECE);
		assert_true(crowd_ping(c, &s));
	}
	assert_true(rte_mempool_avail_count(c->pool) < RESERVE);
	crowd_advance(c, 60000);
	assert_true(rte_mempool_avail_count(c->pool) >= RESERVE);
	assert_true(crowd_stats(c).connections_shed > 0);
	assert_int_equal(crowd_visits(c, PEERS, 8), 8);
	crowd_assert_memory(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CROWD_TEST(class_14_enough_mbufs_nothing_is_given_up),
		CROWD_TEST(class_14_mbufs_short_text_beyond_gaps_goes_first),
		CROWD_TEST(class_14_mbufs_short_stalled_peers_go_second),
		CROWD_TEST(class_14_mbufs_short_who_stalls_longest_goes_before_others),
		CROWD_TEST(class_14_mbufs_short_and_nobody_stalls_new_connections_are_refused),
		CROWD_TEST(class_14_pool_pinned_by_peers_alone_is_free_again_in_a_minute),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
