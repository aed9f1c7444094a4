/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Reassembly against a plain array: which bytes are kept, whose bytes win where segments overlap,
 * what SACK tells of it, and where the limits are. Positions are relative to RCV.NXT at the start,
 * which lies just before the wrap of sequence numbers.
 */
#include "bare.h"
#include "text.h"

#include "eal.h"
#include "tcp/text/reassembly.h"

enum {
	MBUFS = 2047,
	POOL = 4, /* connections with a gap at once */
	WINDOW = 2000,
	START = -1000,       /* RCV.NXT at the start, as a sequence number */
	SEGMENTS_MAX = 1000, /* of a connection; lower where a case is about it */
	ROUNDS = 3000,
};

/* What is known of each position: nothing, or a byte and that it was received. */
struct model {
	bool kept[WINDOW + 2];
	uint8_t byte[WINDOW + 2];
	uint32_t next; /* everything before it was received in order */
};

static struct bare bare;
static struct tcb *tcb;
static struct rte_mempool *pool;
static struct model model;

static int
start(void **state)
{
	(void)state;
	tcb = bare_init(&bare);
	tcb->rcv_nxt = (uint32_t)START;
	bare.tcp.config.reassembly_segments = SEGMENTS_MAX;
	memset(&model, 0, sizeof(model));
	pool = text_pool_create("reassembly", MBUFS);
	if (pool == NULL)
		return -1;
	return pool_init(&bare.tcp.reassemblies, "reassembly", POOL, sizeof(struct reassembly), 64,
			SOCKET_ID_ANY);
}

static int
stop(void **state)
{
	unsigned int left;

	(void)state;
	if (tcb->work->reassembly != NULL)
		reassembly_destroy(tcb);
	text_queue_clear(&tcb->work->receive);
	left = rte_mempool_in_use_count(pool) + pool_used_count(&bare.tcp.reassemblies);
	malloc_mempool_destroy(pool);
	pool_fini(&bare.tcp.reassemblies);
	return left == 0 ? 0 : -1;
}

static struct segment
segment_of(uint64_t key, uint32_t left, uint32_t right, uint16_t piece)
{
	struct segment seg = {
		.seq = (uint32_t)START + left,
		.text_len = (uint16_t)(right - left),
		.len = right - left,
		.flags = TCP_FLAG_ACK,
		.fate = FATE_DELIVERED,
	};

	if (right > left)
		seg.mbuf = text_packet(pool, key, left, right - left, piece);
	return seg;
}

/* Text [left, right) of stream `key` arrives beyond the gap; true: some of it was kept. */
static bool
insert(uint64_t key, uint32_t left, uint32_t right, uint16_t piece)
{
	struct segment seg = segment_of(key, left, right, piece);
	const bool kept = reassembly_insert(tcb, &seg);

	assert_int_equal(seg.mbuf == NULL, kept);
	assert_int_equal(seg.fate == FATE_DELIVERED, kept);
	rte_pktmbuf_free(seg.mbuf);
	return kept;
}

static bool
insert_refused(uint32_t left, uint32_t right, unsigned int fate)
{
	struct segment seg = segment_of(1, left, right, 100);
	const bool kept = reassembly_insert(tcb, &seg);

	rte_pktmbuf_free(seg.mbuf);
	return !kept && seg.fate == fate;
}

static bool
insert_fin(uint32_t left, uint32_t right)
{
	struct segment seg = segment_of(1, left, right, 100);

	seg.flags |= TCP_FLAG_FIN;
	seg.len++;
	return reassembly_insert(tcb, &seg);
}

/* Where the run of kept positions ends that holds this one. */
static uint32_t
model_run_end(uint32_t at)
{
	while (model.kept[at])
		at++;
	return at;
}

/* The same in the model: from the first byte that is new, up to a run that reaches further. */
static bool
model_insert(uint64_t key, uint32_t left, uint32_t right)
{
	while (left < right && model.kept[left])
		left++;
	if (left == right)
		return false;
	for (; left < right && model_run_end(left) <= right; left++) {
		model.kept[left] = true;
		model.byte[left] = pattern_byte(key, left);
	}
	return true;
}

/* Text arrives in order, up to `right`: as input does it. */
static void
arrive_in_order(uint64_t key, uint32_t right, uint16_t piece)
{
	const uint32_t left = tcb->rcv_nxt - (uint32_t)START;

	text_queue_append(&tcb->work->receive, text_packet(pool, key, left, right - left, piece));
	tcb->rcv_nxt += right - left;
	if (tcb->work->reassembly != NULL)
		reassembly_collect(tcb);
}

/* What arrives in order goes before what was kept. */
static void
model_arrive(uint64_t key, uint32_t right)
{
	for (; model.next < right; model.next++) {
		model.kept[model.next] = true;
		model.byte[model.next] = pattern_byte(key, model.next);
	}
	while (model.kept[model.next])
		model.next++;
}

/* Runs of kept positions beyond the gap are the blocks, in order. */
static void
assert_blocks_are_the_runs(void)
{
	const uint16_t count =
			tcb->work->reassembly == NULL ? 0 : tcb->work->reassembly->block_count;
	uint16_t i = 0;

	for (uint32_t at = model.next; at < WINDOW; at++) {
		const struct reassembly_block *block;
		uint8_t bytes[WINDOW];
		uint32_t left = at;

		if (!model.kept[at])
			continue;
		while (model.kept[at])
			at++;
		assert_true(i < count);
		block = &tcb->work->reassembly->blocks[i++];
		assert_int_equal(block->left, (uint32_t)START + left);
		assert_int_equal(block->right, (uint32_t)START + at);
		assert_int_equal(block->text.bytes, at - left);
		assert_int_equal(text_copy(block->text.head, 0, bytes, WINDOW), at - left);
		assert_memory_equal(bytes, model.byte + left, at - left);
	}
	assert_int_equal(i, count);
}

/* All that is contiguous is in the receive queue, byte for byte. */
static void
assert_received(void)
{
	uint8_t bytes[WINDOW];

	assert_int_equal(tcb->rcv_nxt, (uint32_t)START + model.next);
	assert_int_equal(tcb->work->receive.bytes, model.next);
	assert_int_equal(text_copy(tcb->work->receive.head, 0, bytes, WINDOW), model.next);
	assert_memory_equal(bytes, model.byte, model.next);
}

/* A new connection of the same case. */
static void
begin_again(void)
{
	if (tcb->work->reassembly != NULL)
		reassembly_destroy(tcb);
	text_queue_clear(&tcb->work->receive);
	tcb->rcv_nxt = (uint32_t)START;
	memset(&model, 0, sizeof(model));
}

static void
insert_both(uint64_t key, uint32_t left, uint32_t right, uint16_t piece)
{
	assert_int_equal(insert(key, left, right, piece), model_insert(key, left, right));
	assert_blocks_are_the_runs();
}

/* Fill the gap: everything contiguous is the user's, the rest is kept on. */
static void
fill_gap(uint32_t right)
{
	arrive_in_order(9, right, 100);
	model_arrive(9, right);
	assert_received();
	assert_blocks_are_the_runs();
}

enum { SMALL = 7 }; /* all segments within positions 1 to 6 */

/* Before, after, touching, overlapping, within, around, the same: in either order. */
static void
two_segments_in_every_relation_keep_what_came_first(void **state)
{
	(void)state;
	for (uint32_t a = 1; a < SMALL; a++)
		for (uint32_t b = a + 1; b <= SMALL; b++)
			for (uint32_t c = 1; c < SMALL; c++)
				for (uint32_t d = c + 1; d <= SMALL; d++) {
					begin_again();
					insert_both(1, a, b, 2);
					insert_both(2, c, d, 3);
					fill_gap(1 + (a + b + c + d) % SMALL);
				}
}

static void
three_segments_in_every_relation_keep_what_came_first(void **state)
{
	const uint32_t pairs = SMALL * SMALL;

	(void)state;
	for (uint32_t n = 0; n < pairs * pairs * pairs; n++) {
		const uint32_t p[] = { n % pairs, n / pairs % pairs, n / pairs / pairs };
		bool proper = true;

		for (unsigned int i = 0; i < 3; i++)
			proper = proper && p[i] / SMALL < p[i] % SMALL;
		if (!proper)
			continue;
		begin_again();
		for (unsigned int i = 0; i < 3; i++)
			insert_both(i + 1, p[i] / SMALL + 1, p[i] % SMALL + 1, (uint16_t)(i + 1));
		fill_gap(1 + n % SMALL);
	}
}

static void
random_segments_agree_with_the_model(void **state)
{
	struct random random = { 9293 };
	unsigned int complete = 0;

	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		const uint32_t left = (uint32_t)(model.next + 1 + random_below(&random, 900));
		const uint32_t length = (uint32_t)(1 + random_below(&random, 120));
		const uint16_t piece = (uint16_t)(1 + random_below(&random, 150));

		if (left + length < WINDOW && random_chance(&random, 950000)) {
			if (tcb->work->reassembly == NULL ||
					tcb->work->reassembly->block_count < REASSEMBLY_BLOCKS_MAX)
				insert_both(i, left, left + length, piece);
		} else if (model.next + length < WINDOW) {
			arrive_in_order(i, model.next + length, piece);
			model_arrive(i, model.next + length);
			assert_received();
			assert_blocks_are_the_runs();
		}
		if (model.next > WINDOW - 200) {
			complete++;
			begin_again();
		}
	}
	assert_true(complete > 10);
}

/* What a connection keeps is given back with the last gap. */
static void
closing_the_last_gap_gives_the_queue_back(void **state)
{
	(void)state;
	assert_true(insert(1, 100, 200, 50));
	assert_int_equal(pool_used_count(&bare.tcp.reassemblies), 1);
	arrive_in_order(1, 100, 100);
	assert_null(tcb->work->reassembly);
	assert_int_equal(pool_used_count(&bare.tcp.reassemblies), 0);
	assert_int_equal(tcb->work->receive.bytes, 200);
	assert_int_equal(bare.stats.text_bytes_received, 100); /* input counts what is in order */
}

/* The promise to the peer is used up by what is collected. */
static void
collected_text_comes_out_of_the_window(void **state)
{
	(void)state;
	tcb->rcv_wnd = 1000;
	assert_true(insert(1, 100, 250, 50));
	tcb->rcv_wnd -= 150; /* input takes what is in order, the queue what follows */
	arrive_in_order(1, 150, 100);
	assert_int_equal(tcb->rcv_wnd, 1000 - 150 - 100);
}

/* RFC 2018 4: SACK blocks are what the option says, from left edge to the number after the last. */
static void
assert_sack(uint8_t blocks_max, const uint32_t *edges, uint8_t count)
{
	struct tcp_options options = { .seen = TCP_OPTION_TIMESTAMPS };

	reassembly_sack(tcb, &options, blocks_max);
	assert_int_equal(options.sack_count, count);
	assert_int_equal(options.seen, TCP_OPTION_TIMESTAMPS | (count > 0 ? TCP_OPTION_SACK : 0));
	for (uint8_t i = 0; i < count; i++) {
		assert_int_equal(options.sack[i].left, (uint32_t)START + edges[2 * i]);
		assert_int_equal(options.sack[i].right, (uint32_t)START + edges[2 * i + 1]);
	}
}

static void
block_number_33_is_refused_and_the_others_still_grow(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < REASSEMBLY_BLOCKS_MAX; i++)
		assert_true(insert(1, 10 + 20 * i, 20 + 20 * i, 100));
	assert_true(insert_refused(1900, 1910, ESTAB_DROP_TCP_REASSEMBLY_FULL));
	assert_true(insert_refused(1, 2, ESTAB_DROP_TCP_REASSEMBLY_FULL));
	assert_true(insert(1, 20, 25, 100)); /* a block grows */
	assert_true(insert(1, 25, 30, 100)); /* and joins the next: there is room for one again */
	assert_int_equal(tcb->work->reassembly->block_count, REASSEMBLY_BLOCKS_MAX - 1);
	assert_true(insert(1, 1900, 1910, 100));
}

/* What a segment brings again takes no place any more. */
static void
segment_around_blocks_takes_their_place(void **state)
{
	(void)state;
	bare.tcp.config.reassembly_segments = 4;
	assert_true(insert(1, 100, 110, 100));
	assert_true(insert(1, 200, 210, 100));
	assert_true(insert(1, 300, 310, 100));
	assert_true(insert(2, 50, 305, 100));
	assert_sack(4, (const uint32_t[]){ 50, 310 }, 1);
	assert_int_equal(tcb->work->reassembly->segments, 2);
	assert_true(insert(1, 400, 410, 100));
	assert_true(insert(1, 500, 510, 100));
	assert_true(insert_refused(600, 610, ESTAB_DROP_TCP_REASSEMBLY_FULL));
}

static void
segment_beyond_the_limit_is_refused(void **state)
{
	(void)state;
	bare.tcp.config.reassembly_segments = 3;
	assert_true(insert(1, 10, 20, 100));
	assert_true(insert(1, 20, 30, 100));
	assert_false(insert(1, 10, 30, 100)); /* nothing new: takes no room */
	assert_true(insert(1, 50, 60, 100));
	assert_true(insert_refused(60, 70, ESTAB_DROP_TCP_REASSEMBLY_FULL));
	assert_true(insert_fin(70, 70)); /* a FIN alone takes no mbuf */
}

static void
connection_beyond_the_pool_is_refused(void **state)
{
	struct reassembly *others[POOL];

	(void)state;
	for (unsigned int i = 0; i < POOL; i++)
		others[i] = pool_get(&bare.tcp.reassemblies);
	assert_true(insert_refused(10, 20, ESTAB_DROP_TCP_REASSEMBLY_FULL));
	assert_null(tcb->work->reassembly);
	for (unsigned int i = 0; i < POOL; i++)
		pool_put(&bare.tcp.reassemblies, others[i]);
}

static void
fin_beyond_a_gap_waits_for_the_text_before_it(void **state)
{
	(void)state;
	assert_true(insert_fin(50, 60));
	assert_false(reassembly_reached_fin(tcb));
	arrive_in_order(1, 40, 100);
	assert_false(reassembly_reached_fin(tcb));
	arrive_in_order(1, 50, 100);
	assert_int_equal(tcb->rcv_nxt, (uint32_t)START + 60);
	assert_true(reassembly_reached_fin(tcb));
}

static void
fin_alone_beyond_a_gap_is_remembered(void **state)
{
	(void)state;
	assert_true(insert_fin(30, 30));
	assert_int_equal(tcb->work->reassembly->block_count, 0);
	arrive_in_order(1, 29, 100);
	assert_false(reassembly_reached_fin(tcb));
	arrive_in_order(1, 30, 100);
	assert_true(reassembly_reached_fin(tcb));
}

/* The FIN counts even where the text that came with it was there before. */
static void
fin_with_text_received_before_is_remembered(void **state)
{
	struct segment seg;

	(void)state;
	assert_true(insert(1, 40, 70, 100));
	seg = segment_of(2, 60, 70, 100);
	seg.flags |= TCP_FLAG_FIN;
	assert_false(reassembly_insert(tcb, &seg));
	assert_int_equal(seg.fate, ESTAB_DROP_TCP_DUPLICATE_TEXT);
	rte_pktmbuf_free(seg.mbuf);
	arrive_in_order(1, 40, 100);
	assert_int_equal(tcb->rcv_nxt, (uint32_t)START + 70);
	assert_true(reassembly_reached_fin(tcb));
}

static void
no_queue_has_reached_no_fin(void **state)
{
	(void)state;
	assert_false(reassembly_reached_fin(tcb));
}

/* "the first SACK block ... MUST specify the contiguous block of data containing the segment which
 * triggered this ACK" */
static void
first_sack_block_holds_the_latest_segment(void **state)
{
	(void)state;
	insert(1, 100, 200, 100);
	assert_sack(4, (const uint32_t[]){ 100, 200 }, 1);
	insert(1, 300, 400, 100);
	assert_sack(4, (const uint32_t[]){ 300, 400, 100, 200 }, 2);
	insert(1, 50, 60, 100);
	assert_sack(4, (const uint32_t[]){ 50, 60, 300, 400, 100, 200 }, 3);
	insert(1, 400, 450, 100); /* a block grows */
	assert_sack(4, (const uint32_t[]){ 300, 450, 50, 60, 100, 200 }, 3);
	insert(1, 60, 100, 100); /* two become one */
	assert_sack(4, (const uint32_t[]){ 50, 200, 300, 450 }, 2);
	insert(1, 310, 320, 100); /* seen before: its block all the same */
	assert_sack(4, (const uint32_t[]){ 300, 450, 50, 200 }, 2);
}

static void
sack_tells_as_many_blocks_as_fit(void **state)
{
	(void)state;
	for (uint32_t i = 1; i <= 6; i++)
		insert(1, 100 * i, 100 * i + 10, 100);
	for (uint8_t max = 1; max <= 4; max++) {
		struct tcp_options options = { .seen = 0 };

		reassembly_sack(tcb, &options, max);
		assert_int_equal(options.sack_count, max);
		assert_int_equal(options.sack[0].left, (uint32_t)START + 600);
		for (uint8_t i = 1; i < max; i++) {
			assert_int_equal(options.sack[i].right, options.sack[i].left + 10);
			assert_int_not_equal(options.sack[i].left, options.sack[i - 1].left);
		}
	}
}

/* The block of the latest segment has been received in full: the others are still told. */
static void
sack_after_the_latest_block_was_collected_tells_the_rest(void **state)
{
	(void)state;
	insert(1, 300, 400, 100);
	insert(1, 100, 200, 100);
	arrive_in_order(1, 100, 100);
	assert_sack(4, (const uint32_t[]){ 300, 400 }, 1);
}

static void
fin_alone_has_no_sack_block(void **state)
{
	(void)state;
	insert_fin(30, 30);
	assert_sack(4, NULL, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(two_segments_in_every_relation_keep_what_came_first),
		CASE(three_segments_in_every_relation_keep_what_came_first),
		CASE(random_segments_agree_with_the_model),
		CASE(closing_the_last_gap_gives_the_queue_back),
		CASE(collected_text_comes_out_of_the_window),
		CASE(block_number_33_is_refused_and_the_others_still_grow),
		CASE(segment_around_blocks_takes_their_place),
		CASE(segment_beyond_the_limit_is_refused),
		CASE(connection_beyond_the_pool_is_refused),
		CASE(fin_beyond_a_gap_waits_for_the_text_before_it),
		CASE(fin_alone_beyond_a_gap_is_remembered),
		CASE(fin_with_text_received_before_is_remembered),
		CASE(no_queue_has_reached_no_fin),
		CASE(first_sack_block_holds_the_latest_segment),
		CASE(sack_tells_as_many_blocks_as_fit),
		CASE(sack_after_the_latest_block_was_collected_tells_the_rest),
		CASE(fin_alone_has_no_sack_block),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
