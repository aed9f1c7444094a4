/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text of SYNs where no conversation of the fixture leads: more of it than the window or the memory
 * takes.
 */
#include "bare.h"
#include "text.h"

#include "eal.h"
#include "tcp/text/reassembly.h"
#include "tcp/open/syn_text.h"

enum { MBUFS = 63, TEXT = 100 };

static struct bare bare;
static struct rte_mempool *pool;

static int
start(void **state)
{
	(void)state;
	bare_init(&bare)->state = TCP_STATE_SYN_RECEIVED;
	bare.tcp.syn_text_max = 100000;
	pool = text_pool_create("syn_text", MBUFS);
	if (pool == NULL)
		return -1;
	return pool_init(&bare.tcp.reassemblies, "reassembly", 1, sizeof(struct reassembly), 64,
			SOCKET_ID_ANY);
}

static int
stop(void **state)
{
	unsigned int left;

	(void)state;
	if (bare.work.reassembly != NULL)
		reassembly_destroy(&bare.tcb);
	left = rte_mempool_in_use_count(pool) + pool_used_count(&bare.tcp.reassemblies) +
			bare.tcp.syn_text_pinned;
	malloc_mempool_destroy(pool);
	pool_fini(&bare.tcp.reassemblies);
	return left == 0 ? 0 : -1;
}

static struct segment
syn_with_text_and_fin(void)
{
	return (struct segment){
		.mbuf = text_packet(pool, 1, 0, TEXT, 30),
		.seq = BARE_IRS,
		.len = TEXT + 2,
		.text_len = TEXT,
		.flags = TCP_FLAG_SYN | TCP_FLAG_FIN,
		.fate = FATE_DELIVERED,
	};
}

static void
simultaneous_open_keeps_what_the_window_takes(void **state)
{
	struct tcb *tcb = &bare.tcb;
	struct segment seg = syn_with_text_and_fin();

	(void)state;
	tcb->rcv_wnd = 70;
	syn_text_queue(tcb, &seg);
	assert_null(seg.mbuf);
	assert_int_equal(seg.fate, FATE_DELIVERED);
	assert_int_equal(tcb->work->reassembly->block_count, 1);
	assert_int_equal(tcb->work->reassembly->blocks[0].left, tcb->rcv_nxt);
	assert_int_equal(tcb->work->reassembly->blocks[0].text.bytes, 70);
	assert_false(tcb->work->reassembly->fin);
}

static void
simultaneous_open_without_room_leaves_the_text_to_the_peer(void **state)
{
	struct reassembly *other = pool_get(&bare.tcp.reassemblies);
	struct segment seg = syn_with_text_and_fin();

	(void)state;
	syn_text_queue(&bare.tcb, &seg);
	assert_non_null(seg.mbuf);
	assert_int_equal(seg.fate, FATE_DELIVERED); /* the SYN was */
	assert_int_equal(bare.stats.syn_text_refused, 1);
	rte_pktmbuf_free(seg.mbuf);
	pool_put(&bare.tcp.reassemblies, other);
}

/* Memory is counted by whole mbufs, and given back. */
static void
record_counts_the_mbufs_of_its_text(void **state)
{
	const uint32_t mbuf =
			(uint32_t)sizeof(struct rte_mbuf) + RTE_PKTMBUF_HEADROOM + TEXT_MBUF_BYTES;
	struct syn_record record = { .irs = BARE_IRS };
	struct segment seg = syn_with_text_and_fin();

	(void)state;
	syn_text_keep(&bare.tcp, &record, &seg);
	assert_null(seg.mbuf);
	assert_true(record.fin);
	assert_int_equal(bare.tcp.syn_text_pinned, 4 * mbuf); /* pieces of 30 */
	syn_text_hand_over(&bare.tcp, &record, &bare.tcb);
	assert_null(record.text);
	assert_int_equal(bare.tcp.syn_text_pinned, 0);
	assert_int_equal(bare.work.reassembly->blocks[0].text.bytes, TEXT);
	assert_true(bare.work.reassembly->fin);
}

static void
record_beyond_the_limit_keeps_neither_text_nor_fin(void **state)
{
	struct syn_record record = { .irs = BARE_IRS };
	struct segment seg = syn_with_text_and_fin();

	(void)state;
	bare.tcp.syn_text_max = text_packet_pins(seg.mbuf) - 1;
	syn_text_keep(&bare.tcp, &record, &seg);
	assert_non_null(seg.mbuf);
	assert_null(record.text);
	assert_false(record.fin);
	rte_pktmbuf_free(seg.mbuf);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(simultaneous_open_keeps_what_the_window_takes),
		CASE(simultaneous_open_without_room_leaves_the_text_to_the_peer),
		CASE(record_counts_the_mbufs_of_its_text),
		CASE(record_beyond_the_limit_keeps_neither_text_nor_fin),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
