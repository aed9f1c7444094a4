/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What text takes of memory: receive buffers that grow with what the user reads in a round trip, and
 * what remains possible for every connection where the memory of the stack is short.
 */
#include <errno.h>

#include <rte_mbuf.h>

#include "eal.h"
#include "fixture.h"

enum {
	SEGMENT = 1000,
	BUFFER = 10000,
	MBUF = (int)sizeof(struct rte_mbuf) + RTE_MBUF_DEFAULT_BUF_SIZE,
	ROUND_TRIP_MS = 10,
};

/* Established after a handshake of that round-trip time; text is read as it comes. */
static void
in_established_across(struct fixture *t)
{
	t->config.tcp.receive_buffer_bytes = BUFFER;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000>");
	expect(t, "S. 0:0(0) ack 1");
	advance(t, ROUND_TRIP_MS);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
}

/* So many full segments arrive and are read, and a round trip passes. */
static uint32_t
one_round(struct fixture *t, uint32_t at, unsigned int segments)
{
	for (unsigned int i = 0; i < segments; i++, at += SEGMENT)
		arrive_later(t, ". %u:%u(1000) ack 1", at, at + SEGMENT);
	turn(t);
	advance(t, ROUND_TRIP_MS);
	app_read(t, segments * SEGMENT);
	ignore_sent(t);
	return at;
}

/* A window's worth in every round trip: the window is what holds the peer back. */
static void
established_window_read_in_a_round_trip_grows_the_buffer_up_to_its_limit(void **state)
{
	struct fixture *t = *state;
	uint32_t at = 1;

	t->config.tcp.receive_buffer_max_bytes = 3 * BUFFER;
	in_established_across(t);
	assert_int_equal(status_now(t).receive_buffer, BUFFER);
	at = one_round(t, one_round(t, at, 10),
			10); /* the first read of the second ends the first */
	assert_int_equal(status_now(t).receive_buffer, 2 * BUFFER);
	assert_int_equal(status_now(t).rcv_wnd, 2 * BUFFER);
	at = one_round(t, one_round(t, at, 20), 20);
	assert_int_equal(status_now(t).receive_buffer, 3 * BUFFER);
	one_round(t, one_round(t, at, 30), 30);
	assert_int_equal(status_now(t).receive_buffer, 3 * BUFFER);
	assert_int_equal(stats_now(t).receive_buffers_grown, 2);
}

static void
established_half_a_window_in_a_round_trip_leaves_the_buffer(void **state)
{
	struct fixture *t = *state;
	uint32_t at = 1;

	t->config.tcp.receive_buffer_max_bytes = 3 * BUFFER;
	in_established_across(t);
	for (unsigned int i = 0; i < 10; i++)
		at = one_round(t, at, 5);
	assert_int_equal(status_now(t).receive_buffer, BUFFER);
}

/* What is read within one round trip is one measure, in however many calls. */
static void
established_reads_within_a_round_trip_are_added_up(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.receive_buffer_max_bytes = 3 * BUFFER;
	in_established_across(t);
	one_round(t, 1, 1); /* ends the round trip of the handshake */
	for (uint32_t at = 1001; at < 10000; at += SEGMENT) {
		arrive(t, ". %u:%u(1000) ack 1", at, at + SEGMENT);
		app_read(t, SEGMENT);
	}
	assert_int_equal(status_now(t).receive_buffer, BUFFER);
	one_round(t, 10001, 1);
	assert_int_equal(status_now(t).receive_buffer, 2 * BUFFER);
}

static void
established_limit_below_the_buffer_never_grows_it(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.receive_buffer_max_bytes = BUFFER;
	in_established_across(t);
	one_round(t, one_round(t, 1, 10), 10);
	assert_int_equal(status_now(t).receive_buffer, BUFFER);
}

/* The shift of the window is chosen for what the buffer may become (RFC 7323 2.3). */
static void
listen_window_scale_is_that_of_the_largest_buffer(void **state)
{
	struct fixture *t = *state;

	t->config.tcp.receive_buffer_bytes = BUFFER;
	t->config.tcp.receive_buffer_max_bytes = UINT32_C(4) << 20;
	in_listen(t);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,wscale 0>");
	expect(t, "S. 0:0(0) ack 1 win 10000 <mss %d,nop,wscale 7>", t->family == 4 ? 1460 : 1440);
}

/* Full segments that nobody reads; the peer goes on whatever it is told. */
static void
fill_memory(struct fixture *t, unsigned int segments)
{
	for (uint32_t i = 0; i < segments; i++)
		arrive(t, ". %u:%u(1000) ack 1", 1 + i * SEGMENT, 1 + (i + 1) * SEGMENT);
	ignore_sent(t);
}

static void
memory_used_up_text_has_to_come_again(void **state)
{
	struct fixture *t = *state;

	t->config.limits.receive_memory_bytes = 16 * MBUF;
	in_established(t);
	fill_memory(t, 16);
	arrive(t, ". 16001:17001(1000) ack 1"); /* one above: the limit is looked at before */
	ignore_sent(t);
	assert_drops(t, TCP_MEMORY_FULL, 0);
	arrive(t, ". 17001:18001(1000) ack 1");
	expect(t, ". 1:1(0) ack 17001");
	assert_drops(t, TCP_MEMORY_FULL, 1);
	assert_int_equal(stats_now(t).receive_memory, 17 * MBUF);
	app_read(t, 17000);
	ignore_sent(t);
	assert_int_equal(stats_now(t).receive_memory, 0);
	arrive(t, ". 17001:18001(1000) ack 1");
	app_read(t, SEGMENT);
	ignore_sent(t);
}

/* Near the limit the right edge stands still, but for two segments. */
static void
memory_short_window_does_not_grow(void **state)
{
	struct fixture *t = *state;

	t->config.limits.receive_memory_bytes = 16 * MBUF;
	t->config.tcp.receive_buffer_bytes = 20000;
	in_established(t);
	fill_memory(t, 15);
	assert_int_equal(status_now(t).rcv_wnd, 5000);
	speak_as(t, 1);
	in_established(t); /* was promised before anything was known */
	for (uint32_t at = 1; at < 4001; at += SEGMENT) {
		ignore_sent(t);
		arrive(t, ". %u:%u(1000) ack 1", at, at + SEGMENT);
		if (at < 3001)
			app_read(t, SEGMENT);
	}
	expect(t, ". 1:1(0) ack 4001 win 16000");
	app_read(t, SEGMENT);
	expect_nothing(t); /* no window update */
}

enum { LARGE = 1400 };

/* A peer that sends all its window allows, to a user who reads nothing. @return octets */
static uint32_t
hoard(struct fixture *t)
{
	uint32_t at = 1;

	in_established_with(t, "mss 1400,wscale 7");
	for (; at < 1000 * LARGE && status_now(t).rcv_wnd >= LARGE; at += LARGE) {
		arrive(t, ". %u:%u(1400) ack 1", at, at + LARGE);
		ignore_sent(t);
	}
	return at - 1;
}

/* Each may hold as much as is left to all. What is promised is never taken back: see segment_sent. */
static void
memory_that_hoarders_hold_leaves_who_reads_a_window_of_many_segments(void **state)
{
	enum { MEMORY = 1024, HOARDERS = 3 };
	struct fixture *t = *state;
	uint32_t held[HOARDERS], at = 1;

	t->config.limits.receive_memory_bytes = MEMORY * MBUF;
	t->config.tcp.receive_buffer_bytes = 2000000;
	for (unsigned int i = 0; i < HOARDERS; i++) {
		const uint64_t left = MEMORY * MBUF - (i > 0 ? stats_now(t).receive_memory : 0);

		speak_as(t, i);
		held[i] = hoard(t);
		assert_in_range(stats_now(t).receive_memory, MEMORY * MBUF - left + left / 4,
				MEMORY * MBUF - left / 2);
	}
	assert_true(stats_now(t).receive_windows_shared > 0);
	speak_as(t, HOARDERS);
	in_established_with(t, "mss 1400,wscale 7");
	for (unsigned int i = 0; i < 300; i++, at += LARGE) {
		arrive(t, ". %u:%u(1400) ack 1", at, at + LARGE);
		app_read(t, LARGE);
		ignore_sent(t);
		assert_in_range(status_now(t).rcv_wnd, 40 * LARGE, MEMORY * MBUF / 8);
	}
	assert_drops(t, TCP_MEMORY_FULL, 0);
	for (unsigned int i = 0; i < HOARDERS; i++) {
		speak_as(t, i);
		app_read(t, held[i]); /* what was shared comes back: the peer is told */
		assert_true(ignore_sent(t) > 0);
		assert_true(status_now(t).rcv_wnd >= 80 * LARGE);
	}
}

/* Five peers have had three mbufs each, of which one each was taken: memory is for two. */
static void
with_memory_used_up_twice_over(struct fixture *t)
{
	t->config.limits.receive_memory_bytes = 2 * MBUF;
	for (unsigned int i = 0; i < 5; i++) {
		speak_as(t, i);
		in_established(t);
		fill_memory(t, 3);
	}
	assert_int_equal(stats_now(t).receive_memory, 5 * MBUF);
}

static void
abort_first(struct fixture *t, unsigned int peers)
{
	for (unsigned int i = 0; i < peers; i++) {
		speak_as(t, i);
		estab_conn_abort(t->peer->conn);
		t->peer->conn = NULL;
	}
	turn(t);
	ignore_sent(t);
}

/* Text of SYNs is bounded by itself until the handshake is done; then it counts as any other. */
static void
memory_used_up_twice_over_text_of_a_syn_has_to_come_again(void **state)
{
	struct fixture *t = *state;

	with_memory_used_up_twice_over(t);
	speak_as(t, 5);
	arrive(t, "S 0:100(100) win 65535 <mss 1000>");
	ignore_sent(t);
	arrive(t, ". 101:101(0) ack 1");
	ignore_sent(t);
	app_accept(t);
	assert_int_equal(stats_now(t).receive_memory, 5 * MBUF);
	assert_int_equal(stats_now(t).syn_text_refused, 1);
	abort_first(t, 6);
}

/* Anything that a peer can put within its window: what is counted is what is missing in the pool. */
static void
established_hostile_text_pins_what_is_counted_and_no_more_than_its_limit(void **state)
{
	enum { SIZE = 20000, LIMIT = SIZE * 6 + 2 * MBUF };
	struct fixture *t = *state;
	uint32_t random = 12345;

	t->lenient = true;
	t->config.tcp.receive_buffer_bytes = SIZE;
	in_established(t);
	for (unsigned int i = 0; i < 3000; i++) {
		static const char *const flags[] = { ".", "P.", "U." };
		uint32_t at, length, held;

		random = random * 1664525 + 1013904223;
		length = (random >> 8) % 4 == 0 ? 1 + (random >> 10) % 1400
						: 1 + (random >> 10) % 3;
		at = 1 + (random >> 4) % SIZE;
		if (i % 7 == 0)
			at = 1 + (uint32_t)(stats_now(t).text_bytes_received);
		arrive(t, "%s %u:%u(%u) ack 1", flags[i % 3], at, at + length, length);
		ignore_sent(t);
		held = rte_mempool_in_use_count(t->pool) * MBUF;
		assert_int_equal(stats_now(t).receive_memory, held);
		assert_in_range(held, 0, LIMIT);
	}
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	turn(t);
	ignore_sent(t);
}

/* However short memory is: who reads goes on. */
static void
memory_used_up_connection_that_is_read_goes_on(void **state)
{
	struct fixture *t = *state;

	t->config.limits.receive_memory_bytes = 4 * MBUF;
	in_established(t);
	fill_memory(t, 6);
	assert_true(stats_now(t).drops[ESTAB_DROP_TCP_MEMORY_FULL] > 0);
	speak_as(t, 1);
	in_established(t);
	for (uint32_t at = 1; at < 200000; at += SEGMENT) {
		arrive(t, ". %u:%u(1000) ack 1", at, at + SEGMENT);
		app_read(t, SEGMENT);
	}
	ignore_sent(t);
	assert_true(status_now(t).rcv_wnd >= SEGMENT);
	speak_as(t, 0);
	app_read(t, 5000);
	ignore_sent(t);
}

/* A train is what its segments are one by one: two are left to a connection that is not read. */
static void
memory_used_up_train_is_taken_up_to_two_segments(void **state)
{
	struct fixture *t = *state;

	t->config.limits.receive_memory_bytes = 6 * MBUF;
	in_established(t);
	fill_memory(t, 8);
	assert_int_equal(stats_now(t).receive_memory, 7 * MBUF);
	speak_as(t, 1);
	in_established(t);
	for (uint32_t at = 1; at < 10001; at += SEGMENT)
		arrive_later(t, ". %u:%u(1000) ack 1", at, at + SEGMENT);
	turn(t);
	expect(t, ". 1:1(0) ack 2001");
	assert_int_equal(stats_now(t).receive_memory, 9 * MBUF);
	for (unsigned int i = 0; i < 2; i++) {
		ignore_sent(t);
		speak_as(t, i);
		app_read(t, i == 0 ? 7000 : 2000);
	}
	ignore_sent(t);
}

/* What is left to each is bounded for all together: mbufs must remain in which packets can arrive. */
static void
memory_used_up_twice_over_nothing_is_taken(void **state)
{
	struct fixture *t = *state;

	with_memory_used_up_twice_over(t);
	assert_drops(t, TCP_MEMORY_FULL, 10);
	abort_first(t, 5);
}

/* A peer that leaves gaps open does not keep others from having any. */
static void
reassemblies_used_up_the_oldest_is_given_up(void **state)
{
	struct fixture *t = *state;

	t->config.limits.reassemblies = 1;
	for (unsigned int i = 0; i < 2; i++) {
		speak_as(t, i);
		in_established(t);
		arrive(t, ". 1001:2001(1000) ack 1");
		expect(t, ". 1:1(0) ack 1");
	}
	assert_int_equal(stats_now(t).out_of_order_shed, 1);
	arrive(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1:1(0) ack 2001");
	app_read(t, 2000);
	ignore_sent(t);
}

/* Out-of-order text goes first, and the oldest of it before the rest (RFC 2018 8). */
static void
memory_short_oldest_text_beyond_a_gap_is_given_up(void **state)
{
	struct fixture *t = *state;

	t->config.limits.receive_memory_bytes = 16 * MBUF;
	for (unsigned int i = 0; i < 2; i++) {
		speak_as(t, i);
		in_established(t);
		for (uint32_t at = 1001; at < 4001; at += SEGMENT)
			arrive(t, ". %u:%u(1000) ack 1", at, at + SEGMENT);
		ignore_sent(t);
	}
	speak_as(t, 2);
	in_established(t);
	fill_memory(t, 10); /* the last of them finds 15 mbufs in use */
	assert_int_equal(stats_now(t).out_of_order_shed, 3);
	assert_drops(t, TCP_MEMORY_FULL, 0);
	speak_as(t, 1); /* kept */
	arrive(t, ". 1:1001(1000) ack 1");
	expect(t, ". 1:1(0) ack 4001");
	speak_as(t, 0); /* given up */
	arrive(t, ". 1:1001(1000) ack 1");
	advance(t, 100);
	expect(t, ". 1:1(0) ack 1001");
	for (unsigned int i = 0; i < 3; i++) {
		speak_as(t, i);
		estab_conn_abort(t->peer->conn);
		t->peer->conn = NULL;
	}
	turn(t);
	ignore_sent(t);
	assert_int_equal(stats_now(t).receive_memory, 0);
}

static void
memory_short_text_beyond_a_gap_is_refused(void **state)
{
	struct fixture *t = *state;

	t->config.limits.receive_memory_bytes = 16 * MBUF;
	in_established(t);
	fill_memory(t, 15);
	arrive(t, ". 16001:17001(1000) ack 1");
	expect(t, ". 1:1(0) ack 15001");
	assert_drops(t, TCP_MEMORY_FULL, 1);
}

/* Octets that come one by one take no more memory than in one piece. */
static void
established_single_octets_are_copied_together(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	for (uint32_t at = 1; at <= 3000; at++) {
		arrive(t, "P. %u:%u(1) ack 1", at, at + 1);
		ignore_sent(t);
	}
	assert_int_equal(stats_now(t).receive_memory, 2 * MBUF);
	app_read(t, 3000);
	assert_int_equal(stats_now(t).receive_memory, 0);
	ignore_sent(t);
}

/* Every other octet, and then the others: the seams are closed. */
static void
established_every_other_octet_is_copied_together(void **state)
{
	struct fixture *t = *state;
	uint32_t at = 1;

	in_established(t);
	for (unsigned int round = 0; round < 20; round++, at += 64) {
		for (uint32_t i = 1; i < 64; i += 2)
			arrive(t, "P. %u:%u(1) ack 1", at + i, at + i + 1);
		assert_int_equal(stats_now(t).receive_memory, (32 + (round > 0)) * MBUF);
		for (uint32_t i = 0; i < 64; i += 2)
			arrive(t, "P. %u:%u(1) ack 1", at + i, at + i + 1);
		assert_int_equal(stats_now(t).receive_memory, MBUF);
		ignore_sent(t);
	}
	app_read(t, 20 * 64);
	ignore_sent(t);
}

/* A connection whose user writes all that is taken, and whose peer acknowledges nothing. */
static void
hold_send_memory(struct fixture *t, unsigned int peer)
{
	speak_as(t, peer);
	in_established(t);
	while (estab_conn_send_room(t->peer->conn) > 0)
		app_write(t, RTE_MIN(estab_conn_send_room(t->peer->conn), 2000u));
	ignore_sent(t);
}

/* Nobody takes more than is left to the others. */
static void
memory_for_sending_that_two_hold_leaves_a_third_all_it_wants(void **state)
{
	struct fixture *t = *state;

	t->config.limits.send_memory_bytes = 30 * MBUF;
	t->config.tcp.send_buffer_bytes = 100000;
	hold_send_memory(t, 0);
	assert_int_equal(stats_now(t).send_memory, 16 * MBUF);
	hold_send_memory(t, 1);
	assert_int_equal(stats_now(t).send_memory, 24 * MBUF);
	speak_as(t, 2);
	in_established(t);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 100000);
	abort_first(t, 2);
}

/* Where it is used up the others can still send a little at a time. */
static void
memory_for_sending_used_up_leaves_room_for_two_segments(void **state)
{
	struct fixture *t = *state;
	const uint8_t octet = 0;

	t->config.limits.send_memory_bytes = 8 * MBUF;
	for (unsigned int i = 0; i < 3; i++)
		hold_send_memory(t, i);
	assert_int_equal(estab_conn_write(t->peer->conn, &octet, 1), -EAGAIN);
	assert_int_equal(stats_now(t).send_memory, 8 * MBUF);
	speak_as(t, 3);
	in_established(t);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 2000);
	app_write(t, 2000);
	assert_int_equal(estab_conn_write(t->peer->conn, &octet, 1), -EAGAIN);
	expect(t, ". 1:1001(1000) ack 1");
	expect(t, "P. 1001:2001(1000) ack 1");
	(void)app_events(t);
	arrive(t, ". 1:1(0) ack 2001");
	assert_true(app_events(t) & ESTAB_EVENT_WRITABLE);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 2000);
	abort_first(t, 3);
}

/*
 * What is left to each is bounded for all together, as it is for what arrives; and who is given nothing
 * has nothing in flight that would be acknowledged: it is told all the same.
 */
static void
memory_for_sending_used_up_twice_over_nothing_is_taken_and_who_waits_is_told(void **state)
{
	struct fixture *t = *state;
	const uint8_t octet = 0;

	t->config.limits.send_memory_bytes = 2 * MBUF;
	for (unsigned int i = 0; i < 8; i++)
		hold_send_memory(t, i);
	assert_int_equal(stats_now(t).send_memory, 5 * MBUF);
	speak_as(t, 7);
	assert_int_equal(estab_conn_send_room(t->peer->conn), 0);
	assert_int_equal(estab_conn_write(t->peer->conn, &octet, 1), -EAGAIN);
	(void)app_events(t);
	assert_true(estab_stack_deadline(t->stack) > t->now_ns);
	abort_first(t, 3);
	speak_as(t, 7);
	assert_true(app_events(t) & ESTAB_EVENT_WRITABLE);
	assert_true(estab_conn_send_room(t->peer->conn) > 0);
	assert_int_equal(stats_now(t).send_memory, MBUF);
	speak_as(t, 3);
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	turn(t);
	ignore_sent(t);
}

/* As soon as there is room again, not only when all is well: the others may hold theirs for ever. */
static void
memory_for_sending_a_little_free_again_who_waits_is_told(void **state)
{
	struct fixture *t = *state;
	const uint8_t octet = 0;

	t->config.limits.send_memory_bytes = 2 * MBUF;
	for (unsigned int i = 0; i < 8; i++)
		hold_send_memory(t, i);
	assert_int_equal(estab_conn_write(t->peer->conn, &octet, 1), -EAGAIN);
	(void)app_events(t);
	abort_first(t, 1);
	speak_as(t, 7);
	assert_true(estab_conn_send_room(t->peer->conn) > 0);
	assert_true(app_events(t) & ESTAB_EVENT_WRITABLE);
	assert_true(stats_now(t).send_memory > 2 * MBUF);
}

/* One that ends while it waits leaves nothing behind: the next turns have nobody to tell. */
static void
memory_for_sending_used_up_who_waits_and_ends_is_forgotten(void **state)
{
	struct fixture *t = *state;
	const uint8_t octet = 0;

	t->config.limits.send_memory_bytes = 2 * MBUF;
	for (unsigned int i = 0; i < 7; i++)
		hold_send_memory(t, i);
	assert_int_equal(estab_conn_write(t->peer->conn, &octet, 1), -EAGAIN);
	estab_conn_abort(t->peer->conn);
	t->peer->conn = NULL;
	turn(t); /* there is no memory yet, and so nobody is told */
	ignore_sent(t);
	abort_first(t, 6);
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_true(estab_stack_deadline(t->stack) > t->now_ns);
}

/* Draining: what comes in order is acknowledged and freed, but text beyond a gap has to be kept. */
static void
memory_short_draining_connection_keeps_no_more_beyond_a_gap(void **state)
{
	struct fixture *t = *state;

	t->config.limits.receive_memory_bytes = 16 * MBUF;
	in_established(t);
	assert_int_equal(app_drain(t), 1);
	expect(t, "F. 1:1(0) ack 1");
	for (uint32_t at = 1001; at < 41001; at += SEGMENT) {
		arrive(t, ". %u:%u(1000) ack 1", at, at + SEGMENT);
		assert_true(stats_now(t).receive_memory <= 16 * MBUF);
	}
	ignore_sent(t);
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_window_read_in_a_round_trip_grows_the_buffer_up_to_its_limit),
		FIXTURE_TEST(established_half_a_window_in_a_round_trip_leaves_the_buffer),
		FIXTURE_TEST(established_reads_within_a_round_trip_are_added_up),
		FIXTURE_TEST(established_limit_below_the_buffer_never_grows_it),
		FIXTURE_TEST(listen_window_scale_is_that_of_the_largest_buffer),
		FIXTURE_TEST(memory_used_up_text_has_to_come_again),
		FIXTURE_TEST(memory_short_window_does_not_grow),
		FIXTURE_TEST(memory_that_hoarders_hold_leaves_who_reads_a_window_of_many_segments),
		FIXTURE_TEST(memory_used_up_twice_over_text_of_a_syn_has_to_come_again),
		FIXTURE_TEST(established_hostile_text_pins_what_is_counted_and_no_more_than_its_limit),
		FIXTURE_TEST(memory_used_up_connection_that_is_read_goes_on),
		FIXTURE_TEST(memory_used_up_train_is_taken_up_to_two_segments),
		FIXTURE_TEST(memory_used_up_twice_over_nothing_is_taken),
		FIXTURE_TEST(reassemblies_used_up_the_oldest_is_given_up),
		FIXTURE_TEST(memory_short_oldest_text_beyond_a_gap_is_given_up),
		FIXTURE_TEST(memory_short_text_beyond_a_gap_is_refused),
		FIXTURE_TEST(established_single_octets_are_copied_together),
		FIXTURE_TEST(established_every_other_octet_is_copied_together),
		FIXTURE_TEST(memory_for_sending_that_two_hold_leaves_a_third_all_it_wants),
		FIXTURE_TEST(memory_for_sending_used_up_leaves_room_for_two_segments),
		FIXTURE_TEST(memory_for_sending_used_up_twice_over_nothing_is_taken_and_who_waits_is_told),
		FIXTURE_TEST(memory_for_sending_a_little_free_again_who_waits_is_told),
		FIXTURE_TEST(memory_for_sending_used_up_who_waits_and_ends_is_forgotten),
		FIXTURE_TEST(memory_short_draining_connection_keeps_no_more_beyond_a_gap),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
