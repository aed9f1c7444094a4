/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SEND and RECEIVE by copying: every value that conn.h says they return, and every byte.
 */
#include <errno.h>

#include "bench.h"
#include "text.h"

#include "eal.h"

static uint8_t bytes[400000];

static ssize_t
try_write(struct fixture *t, size_t size)
{
	return estab_conn_write(t->peer->conn, bytes, size);
}

static ssize_t
try_read(struct fixture *t, size_t size)
{
	return estab_conn_read(t->peer->conn, bytes, size);
}

/* Bytes of no stream were written: they must not be sent. */
static void
forget_text(struct fixture *t)
{
	text_queue_clear(&tcb_of(t)->work->send);
}

static void
write_takes_what_the_buffer_has_room_for(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.send_buffer_bytes = 5000;
	in_established(t);
	assert_int_equal(try_write(t, 0), 0);
	assert_int_equal(try_write(t, 4990), 4990);
	assert_int_equal(try_write(t, 20), 10);
	assert_int_equal(try_write(t, 1), -EAGAIN);
	assert_int_equal(try_write(t, 0), 0);
	assert_int_equal(status_now(t).send_queued, 5000);
	forget_text(t);
}

/* Small writes share mbufs; the text is what was written. */
static void
write_of_single_bytes_fills_mbufs(void **state)
{
	struct fixture *t = *state;
	uint8_t copy[3000];

	in_established(t);
	pattern_fill(1, 0, bytes, sizeof(copy));
	for (size_t i = 0; i < sizeof(copy); i++)
		assert_int_equal(estab_conn_write(t->peer->conn, bytes + i, 1), 1);
	assert_int_equal(text_copy(tcb_of(t)->work->send.head, 0, copy, sizeof(copy)),
			sizeof(copy));
	assert_memory_equal(copy, bytes, sizeof(copy));
	assert_int_equal(rte_mempool_in_use_count(t->pool), 2); /* of 2048 bytes each */
	forget_text(t);
}

/* Somebody else's bytes lie behind the text of an mbuf that is attached or external. */
static void
write_after_a_clone_leaves_the_clone_alone(void **state)
{
	struct fixture *t = *state;
	struct rte_mbuf *packet, *clone;

	in_established(t);
	packet = text_mbuf(t->pool, 1, 0, 100);
	clone = rte_pktmbuf_clone(packet, t->pool);
	rte_pktmbuf_trim(clone, 50);
	assert_int_equal(estab_conn_send_burst(t->peer->conn, &clone, 1), 1);
	memset(bytes, 0xff, 50);
	assert_int_equal(try_write(t, 50), 50);
	assert_int_equal(pattern_check(1, 0, rte_pktmbuf_mtod(packet, uint8_t *), 100), 100);
	assert_int_equal(status_now(t).send_queued, 100);
	rte_pktmbuf_free(packet);
	forget_text(t);
}

/* The program keeps a clone of what it has sent: what lies behind it may be the program's, too. */
static void
write_after_a_shared_mbuf_leaves_its_room_alone(void **state)
{
	struct fixture *t = *state;
	struct rte_mbuf *packet, *clone;

	in_established(t);
	packet = rte_pktmbuf_alloc(t->pool);
	memset(rte_pktmbuf_append(packet, 100), 1, 100);
	clone = rte_pktmbuf_clone(packet, t->pool);
	assert_int_equal(estab_conn_send_burst(t->peer->conn, &packet, 1), 1);
	memset(rte_pktmbuf_mtod_offset(clone, uint8_t *, 100), 2, 50);
	memset(bytes, 3, 50);
	assert_int_equal(try_write(t, 50), 50);
	assert_int_equal(rte_pktmbuf_mtod_offset(clone, uint8_t *, 100)[49], 2);
	assert_int_equal(status_now(t).send_queued, 150);
	rte_pktmbuf_free(clone);
	forget_text(t);
}

static void
write_with_an_empty_pool_says_so_and_loses_nothing(void **state)
{
	struct fixture *t = *state;
	struct rte_mbuf *mbufs[FIXTURE_MBUFS];
	unsigned int n;

	in_established(t);
	n = rte_mempool_avail_count(t->pool);
	assert_int_equal(rte_pktmbuf_alloc_bulk(t->pool, mbufs, n), 0);
	assert_int_equal(try_write(t, 100), -ENOMEM);
	assert_int_equal(status_now(t).send_queued, 0);
	rte_pktmbuf_free(mbufs[--n]);
	assert_int_equal(try_write(t, 10000), RTE_MBUF_DEFAULT_DATAROOM); /* as far as it goes */
	assert_int_equal(try_write(t, 10000), -ENOMEM);
	rte_pktmbuf_free_bulk(mbufs, n);
	forget_text(t);
}

static void
write_before_established_is_queued(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	app_write(t, 100);
	expect_nothing(t);
	arrive(t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	expect(t, "P. 1:101(100) ack 1");
}

static void
write_after_shutdown_is_a_broken_pipe(void **state)
{
	struct fixture *t = *state;

	in_fin_wait_1(t);
	assert_int_equal(try_write(t, 1), -EPIPE);
	speak_as(t, 1);
	in_syn_sent(t);
	app_shutdown(t);
	assert_int_equal(try_write(t, 1), -EPIPE);
}

static void
write_after_a_reset_says_so_once(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "R. 1:1(0) ack 1");
	assert_int_equal(try_write(t, 1), -ECONNRESET);
	assert_int_equal(try_write(t, 1), -EPIPE);
	assert_int_equal(estab_conn_error(t->peer->conn), 0);
}

static void
write_in_close_wait_is_sent(void **state)
{
	struct fixture *t = *state;

	in_close_wait(t);
	app_write(t, 100);
	expect(t, "P. 1:101(100) ack 2");
}

/* Any size of read, across segments. */
static void
read_gives_the_text_whatever_the_size(void **state)
{
	struct fixture *t = *state;

	for (unsigned int i = 0; i < 5; i++) {
		static const uint32_t sizes[] = { 1, 7, 100, 150, 300 };

		speak_as(t, i);
		in_established(t);
		arrive(t, ". 1:101(100) ack 1");
		arrive(t, ". 101:301(200) ack 1");
		for (uint32_t left = 300; left > 0;) {
			const uint32_t n = RTE_MIN(sizes[i], left);

			app_read(t, n); /* compares the bytes */
			left -= n;
			assert_int_equal(estab_conn_receive_waiting(t->peer->conn), left);
		}
		assert_int_equal(try_read(t, 1), -EAGAIN);
		ignore_sent(t);
	}
}

static void
read_of_nothing_is_no_end_of_file(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_int_equal(try_read(t, 0), 0);
	assert_false(estab_conn_at_end(t->peer->conn));
	assert_int_equal(try_read(t, 1), -EAGAIN);
}

static void
read_before_established_finds_nothing_yet(void **state)
{
	struct fixture *t = *state;

	in_syn_sent(t);
	assert_int_equal(try_read(t, 1), -EAGAIN);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>"); /* simultaneous open */
	assert_state(t, "SYN-RECEIVED");
	assert_int_equal(try_read(t, 1), -EAGAIN);
	ignore_sent(t);
}

/* In every state that a FIN leads to: end of file, as often as one asks. */
static void
read_after_the_fin_is_end_of_file_for_ever(void **state)
{
	static void (*const bring[])(struct fixture *) = { in_close_wait, in_closing };
	struct fixture *t = *state;

	for (unsigned int i = 0; i < RTE_DIM(bring); i++) {
		speak_as(t, i);
		bring[i](t);
		for (unsigned int j = 0; j < 3; j++)
			assert_int_equal(try_read(t, 10), 0);
		assert_true(estab_conn_at_end(t->peer->conn));
	}
	arrive(t, ". 2:2(0) ack 2"); /* CLOSING to TIME-WAIT */
	assert_state(t, "TIME-WAIT");
	assert_int_equal(try_read(t, 10), 0);
}

static void
read_gives_text_then_the_error_then_not_connected(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:101(100) ack 1");
	arrive(t, "R. 101:101(0) ack 1");
	ignore_sent(t);
	assert_int_equal(try_read(t, 60), 60);
	assert_int_equal(try_read(t, 60), 40);
	assert_int_equal(try_read(t, 60), -ECONNRESET);
	assert_int_equal(try_read(t, 60), -ENOTCONN);
}

static void
read_reopens_the_window(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.receive_buffer_bytes = 4000;
	in_established(t);
	for (uint32_t at = 1; at < 4000; at += 1000)
		arrive(t, ". %u:%u(1000) ack 1", at, at + 1000);
	ignore_sent(t);
	app_read(t, 4000);
	expect(t, ". 1:1(0) ack 4001 win 4000");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(write_takes_what_the_buffer_has_room_for),
		FIXTURE_TEST(write_of_single_bytes_fills_mbufs),
		FIXTURE_TEST(write_after_a_clone_leaves_the_clone_alone),
		FIXTURE_TEST(write_after_a_shared_mbuf_leaves_its_room_alone),
		FIXTURE_TEST(write_with_an_empty_pool_says_so_and_loses_nothing),
		FIXTURE_TEST(write_before_established_is_queued),
		FIXTURE_TEST(write_after_shutdown_is_a_broken_pipe),
		FIXTURE_TEST(write_after_a_reset_says_so_once),
		FIXTURE_TEST(write_in_close_wait_is_sent),
		FIXTURE_TEST(read_gives_the_text_whatever_the_size),
		FIXTURE_TEST(read_of_nothing_is_no_end_of_file),
		FIXTURE_TEST(read_before_established_finds_nothing_yet),
		FIXTURE_TEST(read_after_the_fin_is_end_of_file_for_ever),
		FIXTURE_TEST(read_gives_text_then_the_error_then_not_connected),
		FIXTURE_TEST(read_reopens_the_window),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
