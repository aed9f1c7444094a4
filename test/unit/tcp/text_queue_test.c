/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Text queues and cuts, byte by byte: every cut of every shape of packet, and a long random run
 * against a plain array.
 */
#include <stdlib.h>

#include "text.h"

#include "eal.h"
#include "tcp/text/text_queue.h"

enum {
	MBUFS = 1023,
	KEY = 7,
	BYTES_MAX = 4096, /* in a queue of the random run */
	ROUNDS = 200000,
	EXTERNAL_BYTES = 16384,
};

static struct rte_mempool *pool;

static int
start(void **state)
{
	(void)state;
	pool = text_pool_create("text_queue", MBUFS);
	return pool == NULL ? -1 : 0;
}

static int
stop(void **state)
{
	const unsigned int left = rte_mempool_in_use_count(pool);

	(void)state;
	malloc_mempool_destroy(pool);
	return left == 0 ? 0 : -1;
}

/* An empty mbuf, as a caller's packet may begin with, hold or end with. */
static struct rte_mbuf *
empty(void)
{
	return text_mbuf(pool, KEY, 0, 0);
}

static struct rte_mbuf *
chain(struct rte_mbuf *first, struct rte_mbuf *rest)
{
	assert_int_equal(rte_pktmbuf_chain(first, rest), 0);
	return first;
}

/* The queue holds bytes [at, at + length) of the stream, and its own accounts are right. */
static void
assert_queue(const struct text_queue *queue, uint64_t at, uint32_t length)
{
	static uint8_t bytes[2 * BYTES_MAX];
	const struct rte_mbuf *mbuf;

	assert_int_equal(queue->bytes, length);
	assert_int_equal(text_copy(queue->head, 0, bytes, sizeof(bytes)), length);
	assert_int_equal(pattern_check(KEY, at, bytes, length), length);
	assert_int_equal(queue->head == NULL, length == 0);
	assert_int_equal(queue->tail == NULL, length == 0);
	for (mbuf = queue->head; mbuf != NULL; mbuf = mbuf->next) {
		assert_true(mbuf->data_len > 0);
		if (mbuf->next == NULL)
			assert_ptr_equal(mbuf, queue->tail);
	}
}

/* The packet holds them, and DPDK finds nothing wrong with it. */
static void
assert_packet(const struct rte_mbuf *packet, uint64_t at, uint32_t length)
{
	uint8_t bytes[TEXT_MBUF_BYTES];
	const char *why = NULL;

	assert_int_equal(packet->pkt_len, length);
	assert_int_equal(text_copy(packet, 0, bytes, sizeof(bytes)), length);
	assert_int_equal(pattern_check(KEY, at, bytes, length), length);
	if (rte_mbuf_check(packet, 1, &why) != 0)
		fail_msg("%s", why);
}

static void
empty_queue_gives_nothing(void **state)
{
	struct text_queue queue = { 0 }, other = { 0 };

	(void)state;
	assert_null(text_queue_take(&queue));
	text_queue_discard(&queue, 0);
	text_queue_clear(&queue);
	text_queue_join(&queue, &other);
	assert_queue(&queue, 0, 0);
}

static void
chain_becomes_one_piece_of_text_per_mbuf(void **state)
{
	struct text_queue queue = { 0 };
	struct rte_mbuf *mbuf;

	(void)state;
	text_queue_append(&queue, text_packet(pool, KEY, 0, 250, 100));
	text_queue_append(&queue, text_packet(pool, KEY, 250, 50, 100));
	assert_queue(&queue, 0, 300);
	for (unsigned int i = 0; i < 4; i++) {
		static const uint32_t at[] = { 0, 100, 200, 250, 300 };

		mbuf = text_queue_take(&queue);
		assert_null(mbuf->next);
		assert_int_equal(mbuf->nb_segs, 1);
		assert_packet(mbuf, at[i], at[i + 1] - at[i]);
		rte_pktmbuf_free(mbuf);
		assert_queue(&queue, at[i + 1], 300 - at[i + 1]);
	}
}

static void
empty_mbufs_are_freed_and_left_out(void **state)
{
	struct text_queue queue = { 0 };
	struct rte_mbuf *packet;

	(void)state;
	text_queue_append(&queue, empty());
	text_queue_append(&queue, chain(empty(), empty()));
	assert_queue(&queue, 0, 0);
	assert_int_equal(rte_mempool_in_use_count(pool), 0);
	packet = chain(empty(), text_packet(pool, KEY, 0, 10, 10));
	packet = chain(packet, empty());
	packet = chain(packet, text_packet(pool, KEY, 10, 10, 10));
	text_queue_append(&queue, chain(packet, empty()));
	assert_queue(&queue, 0, 20);
	assert_int_equal(rte_mempool_in_use_count(pool), 2);
	text_queue_clear(&queue);
}

static void
count_free(void *address, void *opaque)
{
	(void)address;
	(*(unsigned int *)opaque)++;
}

/* As drivers receive that put several packets into one buffer. */
static struct rte_mbuf *
external_of(struct rte_mempool *mbufs, uint64_t at, uint16_t length,
		struct rte_mbuf_ext_shared_info *share, void *buffer)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(mbufs);

	assert_non_null(mbuf);
	rte_mbuf_ext_refcnt_update(share, 1);
	rte_pktmbuf_attach_extbuf(mbuf, buffer, RTE_BAD_IOVA, EXTERNAL_BYTES, share);
	pattern_fill(KEY, at, (uint8_t *)buffer + at, length);
	mbuf->data_off = (uint16_t)at;
	mbuf->data_len = length;
	mbuf->pkt_len = length;
	return mbuf;
}

static struct rte_mbuf *
external(uint64_t at, uint16_t length, struct rte_mbuf_ext_shared_info *share, void *buffer)
{
	return external_of(pool, at, length, share, buffer);
}

/* Each would pin two mbufs' worth: its own, which lies idle, and its part of the other. */
static void
octets_in_external_buffers_are_copied_together(void **state)
{
	static uint8_t buffer[EXTERNAL_BYTES];
	unsigned int freed = 0;
	struct rte_mbuf_ext_shared_info share = { .free_cb = count_free, .fcb_opaque = &freed };
	struct text_queue queue = { 0 };

	(void)state;
	rte_mbuf_ext_refcnt_set(&share, 1);
	for (uint16_t at = 0; at < 60; at++)
		text_queue_append(&queue, external(at, 1, &share, buffer));
	assert_queue(&queue, 0, 60);
	assert_int_equal(rte_mempool_in_use_count(pool), 1);
	assert_int_equal(rte_mbuf_ext_refcnt_read(&share), 1);
	text_queue_clear(&queue);
	assert_int_equal(queue.pinned, 0);
}

/* What is long for an mbuf stays where it is. */
static void
long_text_in_an_external_buffer_is_not_copied(void **state)
{
	static uint8_t buffer[EXTERNAL_BYTES];
	unsigned int freed = 0;
	struct rte_mbuf_ext_shared_info share = { .free_cb = count_free, .fcb_opaque = &freed };
	struct text_queue queue = { 0 };

	(void)state;
	rte_mbuf_ext_refcnt_set(&share, 1);
	text_queue_append(&queue, external(0, 1000, &share, buffer));
	assert_int_equal(rte_mbuf_ext_refcnt_read(&share), 2);
	assert_queue(&queue, 0, 1000);
	text_queue_clear(&queue);
	assert_int_equal(rte_mbuf_ext_refcnt_read(&share), 1);
}

/* Short text stays where it is, and what was to take it goes back to the pool, of which so many are in use. */
static void
check_not_moved(struct rte_mempool *mbufs, unsigned int in_use)
{
	static uint8_t buffer[EXTERNAL_BYTES];
	unsigned int freed = 0;
	struct rte_mbuf_ext_shared_info share = { .free_cb = count_free, .fcb_opaque = &freed };
	struct text_queue queue = { 0 };

	rte_mbuf_ext_refcnt_set(&share, 1);
	text_queue_append(&queue, external_of(mbufs, 0, 20, &share, buffer));
	assert_queue(&queue, 0, 20);
	assert_int_equal(rte_mempool_in_use_count(mbufs), in_use);
	assert_int_equal(rte_mbuf_ext_refcnt_read(&share), 2);
	text_queue_clear(&queue);
	assert_int_equal(rte_mbuf_ext_refcnt_read(&share), 1);
	assert_int_equal(rte_mempool_in_use_count(mbufs), in_use - 1);
}

static void
short_text_in_an_external_buffer_stays_where_the_mbufs_of_its_pool_have_no_room(void **state)
{
	struct rte_mempool *narrow = malloc_mempool_create("narrow", 4, RTE_PKTMBUF_HEADROOM + 8);

	(void)state;
	assert_non_null(narrow);
	check_not_moved(narrow, 1);
	malloc_mempool_destroy(narrow);
}

static void
short_text_in_an_external_buffer_stays_where_its_pool_is_empty(void **state)
{
	struct rte_mbuf *others[MBUFS - 1];

	(void)state;
	assert_int_equal(rte_pktmbuf_alloc_bulk(pool, others, MBUFS - 1), 0);
	check_not_moved(pool, MBUFS);
	rte_pktmbuf_free_bulk(others, MBUFS - 1);
}

/* An mbuf with room behind its text. */
static struct rte_mbuf *
roomy(uint64_t at, uint16_t length)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool);

	pattern_fill(KEY, at, (uint8_t *)rte_pktmbuf_append(mbuf, length), length);
	return mbuf;
}

/* Octets that come one by one share mbufs. */
static void
short_text_is_copied_behind_the_last(void **state)
{
	struct text_queue queue = { 0 };

	(void)state;
	for (unsigned int i = 0; i < 3 * TEXT_MBUF_BYTES; i++)
		text_queue_append(&queue, roomy(i, 1));
	assert_queue(&queue, 0, 3 * TEXT_MBUF_BYTES);
	assert_int_equal(rte_mempool_in_use_count(pool), 3);
	text_queue_clear(&queue);
}

/* What somebody else refers to, and what does not fit, is left as it is. */
static void
short_text_is_not_copied_into_what_is_shared_or_full(void **state)
{
	struct text_queue queue = { 0 };
	struct rte_mbuf *clone = rte_pktmbuf_alloc(pool);

	(void)state;
	text_queue_append(&queue, roomy(0, 10));
	rte_pktmbuf_attach(clone, queue.head);
	text_queue_append(&queue, roomy(10, 10));
	assert_int_equal(queue.head->data_len, 10);
	assert_queue(&queue, 0, 20);
	rte_pktmbuf_free(clone);
	text_queue_append(&queue, roomy(20, TEXT_MBUF_BYTES - 9));
	assert_int_equal(queue.tail->data_len, TEXT_MBUF_BYTES - 9);
	assert_queue(&queue, 0, 20 + TEXT_MBUF_BYTES - 9);
	text_queue_clear(&queue);
}

static void
keep(void *address, void *opaque)
{
	(void)address;
	(void)opaque;
}

/* A buffer that serves many mbufs would be counted with each, and one connection seem to take all. */
static void
mbuf_pins_no_more_of_a_buffer_that_is_not_its_own_than_of_its_own(void **state)
{
	static uint8_t bytes[60000];
	static struct rte_mbuf_ext_shared_info shared = { .free_cb = keep };
	const uint32_t own = rte_pktmbuf_data_room_size(pool), head = sizeof(struct rte_mbuf);
	struct rte_mbuf *direct = roomy(0, 100), *clone = rte_pktmbuf_alloc(pool);
	struct rte_mbuf *large = rte_pktmbuf_alloc(pool), *small = rte_pktmbuf_alloc(pool);
	struct text_queue queue = { 0 };

	(void)state;
	rte_mbuf_ext_refcnt_set(&shared, 2);
	rte_pktmbuf_attach_extbuf(large, bytes, RTE_BAD_IOVA, sizeof(bytes), &shared);
	rte_pktmbuf_attach_extbuf(small, bytes, RTE_BAD_IOVA, 10, &shared);
	rte_pktmbuf_attach(clone, direct);
	assert_int_equal(text_packet_pins(direct), head + own);
	assert_int_equal(text_packet_pins(clone), head + 2 * own);
	assert_int_equal(text_packet_pins(large), head + 2 * own);
	assert_int_equal(text_packet_pins(small), head + own + 10);
	rte_pktmbuf_free(direct);
	clone->data_len = large->data_len = (uint16_t)(own / 2); /* too long to be copied */
	text_queue_append(&queue, clone);
	text_queue_append(&queue, large);
	rte_pktmbuf_free(small);
	assert_int_equal(queue.pinned, 2 * head + 4 * own);
	text_queue_clear(&queue);
	assert_int_equal(queue.pinned, 0);
}

static void
join_moves_everything_to_the_end(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 300 };

	(void)state;
	for (unsigned int i = 0; i < 9; i++) {
		const uint32_t first = sizes[i / 3], second = sizes[i % 3];
		struct text_queue queue = { 0 }, other = { 0 };

		text_queue_append(&queue, text_packet(pool, KEY, 0, first, 100));
		text_queue_append(&other, text_packet(pool, KEY, first, second, 100));
		text_queue_join(&queue, &other);
		assert_queue(&queue, 0, first + second);
		assert_queue(&other, 0, 0);
		text_queue_append(&queue, text_packet(pool, KEY, first + second, 5, 5));
		assert_queue(&queue, 0, first + second + 5);
		text_queue_clear(&queue);
	}
}

static void
discard_takes_any_number_of_bytes_off_the_front(void **state)
{
	(void)state;
	for (uint32_t n = 0; n <= 100; n++) {
		struct text_queue queue = { 0 };

		text_queue_append(&queue, text_packet(pool, KEY, 0, 100, 33));
		text_queue_discard(&queue, n);
		assert_queue(&queue, n, 100 - n);
		assert_int_equal(rte_mempool_in_use_count(pool), n == 100 ? 0 : 4 - n / 33);
		text_queue_clear(&queue);
		assert_queue(&queue, 0, 0);
		assert_int_equal(rte_mempool_in_use_count(pool), 0);
	}
}

/* An mbuf that somebody else still refers to (a clone on its way out) is not changed under them. */
static void
discarded_text_stays_whole_for_who_still_refers_to_it(void **state)
{
	struct text_queue queue = { 0 };
	struct rte_mbuf *clone;

	(void)state;
	text_queue_append(&queue, text_packet(pool, KEY, 0, 200, 100));
	clone = rte_pktmbuf_alloc(pool);
	rte_pktmbuf_attach(clone, queue.head);
	clone->pkt_len = clone->data_len;
	text_queue_discard(&queue, 150);
	assert_packet(clone, 0, 100);
	assert_queue(&queue, 150, 50);
	rte_pktmbuf_free(clone);
	text_queue_clear(&queue);
}

static void
front_is_cut_off_wherever_the_mbufs_end(void **state)
{
	(void)state;
	for (uint16_t piece = 1; piece <= 25; piece++) {
		for (uint32_t cut = 0; cut < 24; cut++) {
			struct rte_mbuf *packet = text_packet(pool, KEY, 0, 24, piece);

			packet = text_cut_front(packet, cut);
			assert_packet(packet, cut, 24 - cut);
			assert_int_equal(rte_mempool_in_use_count(pool), packet->nb_segs);
			rte_pktmbuf_free(packet);
		}
	}
}

static void
end_is_cut_off_wherever_the_mbufs_end(void **state)
{
	(void)state;
	for (uint16_t piece = 1; piece <= 25; piece++) {
		for (uint32_t length = 1; length <= 24; length++) {
			struct rte_mbuf *packet = text_packet(pool, KEY, 0, 24, piece);

			text_cut_to(packet, length);
			assert_packet(packet, 0, length);
			assert_int_equal(packet->nb_segs, (length + piece - 1) / piece);
			assert_int_equal(rte_mempool_in_use_count(pool), packet->nb_segs);
			rte_pktmbuf_free(packet);
		}
	}
}

static void
cuts_skip_empty_mbufs(void **state)
{
	struct rte_mbuf *packet = chain(empty(), text_packet(pool, KEY, 0, 10, 10));

	(void)state;
	packet = chain(chain(packet, empty()), text_packet(pool, KEY, 10, 10, 10));
	packet = chain(packet, empty());
	packet = text_cut_front(packet, 10);
	assert_packet(packet, 10, 10);
	text_cut_to(packet, 10);
	assert_packet(packet, 10, 10);
	text_cut_to(packet, 1);
	assert_packet(packet, 10, 1);
	assert_int_equal(packet->nb_segs, 1);
	rte_pktmbuf_free(packet);
}

/* Two queues of the stream, one behind the other: [at, middle) and [middle, end). */
struct model {
	struct text_queue front, back;
	uint64_t at, middle, end;
};

static void
step(struct model *m, struct random *random)
{
	const uint32_t length = (uint32_t)random_below(random, 400);
	const uint16_t piece = (uint16_t)(1 + random_below(random, 120));
	struct rte_mbuf *mbuf;

	switch (random_below(random, 6)) {
	case 0:
	case 1:
		if (m->end - m->at > BYTES_MAX)
			break;
		text_queue_append(&m->back, text_packet(pool, KEY, m->end, length, piece));
		m->end += length;
		break;
	case 2:
		text_queue_join(&m->front, &m->back);
		m->middle = m->end;
		break;
	case 3:
		mbuf = text_queue_take(&m->front);
		if (mbuf != NULL) {
			assert_packet(mbuf, m->at, mbuf->data_len);
			m->at += mbuf->data_len;
		}
		rte_pktmbuf_free(mbuf);
		break;
	default:
		text_queue_discard(&m->front, RTE_MIN(length, m->front.bytes));
		m->at = RTE_MIN(m->at + length, m->middle);
	}
}

static void
random_run_agrees_with_the_stream(void **state)
{
	struct random random = { 20261122 };
	struct model m = { .at = 0 };

	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		step(&m, &random);
		if (i % 16 == 0) {
			assert_queue(&m.front, m.at, (uint32_t)(m.middle - m.at));
			assert_queue(&m.back, m.middle, (uint32_t)(m.end - m.middle));
		}
	}
	assert_true(m.at > 1000000);
	text_queue_clear(&m.front);
	text_queue_clear(&m.back);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(octets_in_external_buffers_are_copied_together),
		CASE(long_text_in_an_external_buffer_is_not_copied),
		CASE(short_text_in_an_external_buffer_stays_where_the_mbufs_of_its_pool_have_no_room),
		CASE(short_text_in_an_external_buffer_stays_where_its_pool_is_empty),
		CASE(empty_queue_gives_nothing),
		CASE(chain_becomes_one_piece_of_text_per_mbuf),
		CASE(empty_mbufs_are_freed_and_left_out),
		CASE(short_text_is_copied_behind_the_last),
		CASE(short_text_is_not_copied_into_what_is_shared_or_full),
		CASE(mbuf_pins_no_more_of_a_buffer_that_is_not_its_own_than_of_its_own),
		CASE(join_moves_everything_to_the_end),
		CASE(discard_takes_any_number_of_bytes_off_the_front),
		CASE(discarded_text_stays_whole_for_who_still_refers_to_it),
		CASE(front_is_cut_off_wherever_the_mbufs_end),
		CASE(end_is_cut_off_wherever_the_mbufs_end),
		CASE(cuts_skip_empty_mbufs),
		CASE(random_run_agrees_with_the_stream),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
