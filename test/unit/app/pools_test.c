/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Who has a pool of mbufs with whom: the two ends of a wire, where neither can use it up for the other; all stacks
 * of a device whose queues do not decide whose a packet is. And that each pool is looked at and freed once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_common.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "bench.h"
#include "pools.h"
#include "runtime.h"

enum { PAIRS = 2, MBUFS_EACH = 1000, LEFT = 64 << 20 };

static struct bench bench;
static struct bench_options options;
static struct party parties[ENDS_MAX * PAIRS];

/* Two stacks at each end; each is to have so many mbufs. */
static void
make_bench(uint32_t workload, unsigned int ends)
{
	memset(parties, 0, sizeof(parties));
	options = (struct bench_options){ .workload = workload,
		.loopback = ends == ENDS_MAX,
		.stack = { .mbufs = ends * PAIRS * MBUFS_EACH },
		.device = { .mbcache = 32 } };
	bench = (struct bench){ .options = &options,
		.end_count = ends,
		.party_count = ends * PAIRS,
		.parties = parties };
	for (unsigned int i = 0; i < bench.party_count; i++) {
		struct end *end = &bench.ends[i / PAIRS];

		if (i % PAIRS == 0)
			end->parties = &parties[i];
		end->map.places[end->map.count++].queue = (uint16_t)(i % PAIRS);
		end->device.data_room = RTE_MBUF_DEFAULT_BUF_SIZE;
		parties[i].end = end;
		parties[i].options = options;
		snprintf(parties[i].name, sizeof(parties[i].name), "p%u", i);
	}
}

static void
make_pools(void)
{
	for (unsigned int i = 0; i < bench.end_count; i++)
		assert_int_equal(pools_create(&bench, &bench.ends[i], LEFT), -1);
}

static struct rte_mempool *
pool_of(enum bench_end end, unsigned int pair)
{
	return bench.ends[end].parties[pair].pool;
}

static unsigned int
pools_of_their_own(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < bench.party_count; i++)
		n += parties[i].has_pool;
	return n;
}

/* One mbuf of each pool is not given back: each is missed once. */
static void
destroy_with_one_missing_in_each(unsigned int pools)
{
	assert_int_equal(pools_of_their_own(), pools);
	for (unsigned int i = 0; i < bench.party_count; i++)
		if (parties[i].has_pool)
			assert_non_null(rte_pktmbuf_alloc(parties[i].pool));
	pools_destroy(&bench);
	assert_int_equal(bench.mbufs_leaked, pools);
}

static void
short_talks_of_a_pair_have_one_pool_of_both_their_shares(void **state)
{
	static const uint32_t workloads[] = { WORKLOAD_OPEN, WORKLOAD_CRR, WORKLOAD_RR };

	(void)state;
	for (unsigned int w = 0; w < RTE_DIM(workloads); w++) {
		make_bench(workloads[w], ENDS_MAX);
		make_pools();
		for (unsigned int i = 0; i < PAIRS; i++) {
			assert_ptr_equal(pool_of(END_CLIENT, i), pool_of(END_SERVER, i));
			assert_int_equal(pool_of(END_CLIENT, i)->size, 2 * MBUFS_EACH);
		}
		assert_ptr_not_equal(pool_of(END_CLIENT, 0), pool_of(END_CLIENT, 1));
		destroy_with_one_missing_in_each(PAIRS);
	}
}

/* A stream and a flood take what they get: the other end must have some of its own. */
static void
streams_and_floods_have_a_pool_for_each_stack(void **state)
{
	static const uint32_t workloads[] = { WORKLOAD_STREAM, WORKLOAD_FLOOD };

	(void)state;
	for (unsigned int w = 0; w < RTE_DIM(workloads); w++) {
		make_bench(workloads[w], ENDS_MAX);
		make_pools();
		for (unsigned int i = 0; i < bench.party_count; i++) {
			assert_int_equal(parties[i].pool->size, MBUFS_EACH);
			for (unsigned int j = 0; j < i; j++)
				assert_ptr_not_equal(parties[i].pool, parties[j].pool);
		}
		destroy_with_one_missing_in_each(2 * PAIRS);
	}
}

/* Without RSS packets of one come from the queue of the other; with it each has its own. */
static void
stacks_of_a_device_have_one_pool_unless_it_spreads_packets(void **state)
{
	(void)state;
	make_bench(WORKLOAD_CRR, 1);
	make_pools();
	assert_ptr_equal(pool_of(END_CLIENT, 0), pool_of(END_CLIENT, 1));
	assert_int_equal(pool_of(END_CLIENT, 0)->size, PAIRS * MBUFS_EACH);
	destroy_with_one_missing_in_each(1);

	make_bench(WORKLOAD_CRR, 1);
	bench.ends[END_CLIENT].device.rss_types = 1;
	make_pools();
	assert_ptr_not_equal(pool_of(END_CLIENT, 0), pool_of(END_CLIENT, 1));
	assert_int_equal(pool_of(END_CLIENT, 1)->size, MBUFS_EACH);
	destroy_with_one_missing_in_each(PAIRS);

	make_bench(WORKLOAD_CRR, 1); /* it spreads them, but one of both has no queue */
	bench.ends[END_CLIENT].device.rss_types = 1;
	bench.ends[END_CLIENT].map.places[1].queue = 0;
	make_pools();
	assert_ptr_equal(pool_of(END_CLIENT, 0), pool_of(END_CLIENT, 1));
	destroy_with_one_missing_in_each(1);
}

/* What both lcores keep in their caches must leave most to be had by either. */
static void
caches_of_a_shared_pool_leave_it_a_quarter_each_at_most(void **state)
{
	(void)state;
	make_bench(WORKLOAD_CRR, ENDS_MAX);
	for (unsigned int i = 0; i < bench.party_count; i++)
		parties[i].options.device.mbcache = RTE_MEMPOOL_CACHE_MAX_SIZE;
	options.stack.mbufs = 4 * 600;
	for (unsigned int i = 0; i < bench.party_count; i++)
		parties[i].options.stack.mbufs = options.stack.mbufs;
	make_pools();
	assert_in_range(pool_of(END_CLIENT, 0)->cache_size, 1, 2 * 600 / 4);
	destroy_with_one_missing_in_each(PAIRS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(short_talks_of_a_pair_have_one_pool_of_both_their_shares),
		cmocka_unit_test(streams_and_floods_have_a_pool_for_each_stack),
		cmocka_unit_test(stacks_of_a_device_have_one_pool_unless_it_spreads_packets),
		cmocka_unit_test(caches_of_a_shared_pool_leave_it_a_quarter_each_at_most),
	};

	return cmocka_run_group_tests_name("pools", tests, runtime_start, runtime_stop);
}
