/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Windows where the memory for text received is shared: how far they reach, and when that is counted. A
 * connection is to pin no more than is then left to all.
 */
#include <rte_mbuf.h>

#include "eal.h"
#include "fixture.h"

enum {
	SEGMENT = 1000,
	BUFFER = 2000000,
	MBUF = (int)sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE,
	UNIT = 128, /* of the window, with the scale that such a buffer has */
};

/* Established, with memory for so many mbufs. */
static void
in_memory_of(struct fixture *t, unsigned int mbufs)
{
	t->config.limits.receive_memory_bytes = (uint64_t)mbufs * MBUF;
	t->config.tcp.receive_buffer_bytes = t->config.tcp.receive_buffer_max_bytes = BUFFER;
	in_established_with(t, "mss 1000,wscale 7");
}

/* Nothing is in use: with half of 256 mbufs the connection leaves as much, and text is half of an mbuf. */
static void
memory_shared_window_is_half_of_it(void **state)
{
	struct fixture *t = *state;

	in_memory_of(t, 256);
	arrive(t, ". 1:1001(1000) ack 1");
	app_read(t, SEGMENT);
	advance(t, 100);
	ignore_sent(t);
	assert_in_range(status_now(t).rcv_wnd, 256 / 2 * MBUF / 2 - SEGMENT - UNIT,
			256 / 2 * MBUF / 2);
}

/*
 * 20 segments wait behind a gap: 20 mbufs are pinned, and 236 left. 108 more, and it has as many as all.
 * They hold what is still to come; what has come already lies within the window as well.
 */
static void
memory_shared_text_behind_a_gap_is_no_burden_to_the_window(void **state)
{
	enum { HELD = 20, MEMORY = 256, MORE = (MEMORY - HELD - HELD) / 2 };
	struct fixture *t = *state;

	in_memory_of(t, MEMORY);
	for (uint32_t i = 1; i <= HELD; i++)
		arrive_later(t, ". %u:%u(1000) ack 1", 1 + i * SEGMENT, 1 + (i + 1) * SEGMENT);
	turn(t); /* no ACK before all are there */
	assert_int_equal(stats_now(t).receive_memory, HELD * MBUF);
	assert_in_range(status_now(t).rcv_wnd, MORE * MBUF / 2 + HELD * SEGMENT - SEGMENT - UNIT,
			MORE * MBUF / 2 + HELD * SEGMENT);
	arrive(t, ". 1:1001(1000) ack 1");
	app_read(t, (1 + HELD) * SEGMENT);
	ignore_sent(t);
}

/* It would be opened by more if there were more memory, and each ACK tells of that. */
static void
memory_shared_segment_that_offers_less_is_counted(void **state)
{
	struct fixture *t = *state;

	in_memory_of(t, 64);
	assert_int_equal(stats_now(t).receive_windows_shared, 0);
	for (uint32_t i = 0; i < 4; i++) {
		arrive(t, ". %u:%u(1000) ack 1", 1 + i * SEGMENT, 1 + (i + 1) * SEGMENT);
		app_read(t, SEGMENT);
	}
	assert_int_equal(stats_now(t).receive_windows_shared, ignore_sent(t));
}

/* A window that is as wide as the buffer was promised: that it would not be now takes nothing away. */
static void
memory_shared_segment_that_offers_the_whole_buffer_is_not_counted(void **state)
{
	struct fixture *t = *state;

	t->config.limits.receive_memory_bytes = 64 * MBUF;
	t->config.tcp.receive_buffer_bytes = t->config.tcp.receive_buffer_max_bytes = UINT16_MAX;
	in_established(t);
	app_write(t, 5 * SEGMENT);
	assert_int_equal(ignore_sent(t), 5);
	assert_int_equal(status_now(t).rcv_wnd, UINT16_MAX);
	assert_int_equal(stats_now(t).receive_windows_shared, 0);
}

/* The user reads; nothing is sent, and so nothing is counted. */
static void
memory_shared_read_that_sends_nothing_is_not_counted(void **state)
{
	struct fixture *t = *state;
	uint64_t counted;

	in_memory_of(t, 64);
	arrive(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1001:2001(1000) ack 1");
	ignore_sent(t);
	counted = stats_now(t).receive_windows_shared;
	app_read(t, 2 * SEGMENT);
	expect_nothing(t);
	assert_int_equal(stats_now(t).receive_windows_shared, counted);
}

/*
 * A step of the window is more than the part of a connection in what memory there is: it is announced all the
 * same, for less cannot be, and who reads everything would wait for ever.
 */
static void
memory_shared_step_of_a_coarse_window_is_left_to_who_reads(void **state)
{
	enum { SCALE = 14, STEPS = 4 };
	const struct packet *packet;
	struct fixture *t = *state;
	uint16_t window = 0;

	t->config.limits.receive_memory_bytes = 8 * MBUF;
	t->config.tcp.window_scale_min = SCALE;
	in_established_with(t, "mss 1000,wscale 7");
	for (uint32_t at = 1; at < STEPS << SCALE; at += SEGMENT) {
		arrive(t, ". %u:%u(1000) ack 1", at, at + SEGMENT);
		app_read(t, SEGMENT);
	}
	advance(t, 100);
	while ((packet = next_sent(t)) != NULL)
		window = packet->win;
	assert_int_equal(window, 1);
	assert_drops(t, TCP_OUT_OF_WINDOW, 0);
}

/* The same for an ACK that leaves before the user could read what it acknowledges: there is a gap behind it. */
static void
memory_shared_step_of_a_coarse_window_is_left_before_an_octet_is_read(void **state)
{
	enum { SCALE = 14, EDGE = 1 << SCALE };
	const struct packet *packet;
	struct fixture *t = *state;
	uint16_t window = 0;
	uint32_t at;

	t->config.limits.receive_memory_bytes = 8 * MBUF;
	t->config.tcp.window_scale_min = SCALE;
	in_established_with(t, "mss 1000,wscale 7");
	for (at = 1; at < 3 * EDGE + 2 * SEGMENT; at += SEGMENT) {
		arrive(t, ". %u:%u(1000) ack 1", at, at + SEGMENT);
		app_read(t, SEGMENT);
	}
	arrive(t, ". %u:%u(1000) ack 1", at + 2 * SEGMENT, at + 3 * SEGMENT);
	ignore_sent(t);
	arrive(t, ". %u:%u(1) ack 1", at, at + 1);
	while ((packet = next_sent(t)) != NULL)
		window = packet->win;
	assert_int_equal(window, 1);
	app_read(t, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(memory_shared_window_is_half_of_it),
		FIXTURE_TEST(memory_shared_text_behind_a_gap_is_no_burden_to_the_window),
		FIXTURE_TEST(memory_shared_segment_that_offers_less_is_counted),
		FIXTURE_TEST(memory_shared_segment_that_offers_the_whole_buffer_is_not_counted),
		FIXTURE_TEST(memory_shared_read_that_sends_nothing_is_not_counted),
		FIXTURE_TEST(memory_shared_step_of_a_coarse_window_is_left_to_who_reads),
		FIXTURE_TEST(memory_shared_step_of_a_coarse_window_is_left_before_an_octet_is_read),
	};

	return cmocka_run_group_tests_name("shared_memory", tests, eal_start, eal_stop);
}
