/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Counters and gauges as the application gets them.
 */
#include "eal.h"
#include "fixture.h"
#include "stack.h"

static void
new_stack_has_counted_nothing(void **state)
{
	static const struct estab_stats zero;
	struct fixture *t = *state;
	struct estab_stats stats;

	start(t);
	memset(&stats, 0xff, sizeof(stats));
	estab_stack_stats(t->stack, &stats);
	assert_memory_equal(&stats, &zero, sizeof(zero));
}

/* Every counter of the stack's is handed out as it is. */
static void
counters_are_copied_one_by_one(void **state)
{
	struct fixture *t = *state;
	struct estab_stats stats, *own;
	uint64_t *words;

	start(t);
	own = &t->stack->stats;
	words = (uint64_t *)own;
	for (size_t i = 0; i < sizeof(*own) / sizeof(*words); i++)
		words[i] = i + 1;
	estab_stack_stats(t->stack, &stats);
#define CHECK_COUNTER(name, text) assert_int_equal(stats.name, own->name);
	ESTAB_COUNTERS(CHECK_COUNTER)
#undef CHECK_COUNTER
	assert_memory_equal(stats.drops, own->drops, sizeof(stats.drops));
#define CHECK_GAUGE(name, text) assert_int_equal(stats.name, 0);
	ESTAB_GAUGES(CHECK_GAUGE) /* not counted but looked up */
#undef CHECK_GAUGE
	memset(own, 0, sizeof(*own));
}

static void
gauges_follow_a_connection_through_its_life(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	assert_int_equal(stats_now(t).connections_half_open, 1);
	assert_int_equal(stats_now(t).connections_open, 0);
	arrive(t, ". 1:1(0) ack 1");
	assert_int_equal(stats_now(t).connections_half_open, 0);
	assert_int_equal(stats_now(t).connections_open, 1);
	app_accept(t);
	app_close(t);
	expect(t, "F. 1:1(0) ack 1");
	arrive(t, "F. 1:1(0) ack 2");
	expect(t, ". 2:2(0) ack 2");
	assert_int_equal(stats_now(t).connections_open, 0);
	assert_int_equal(stats_now(t).connections_time_wait, 1);
	advance(t, 60000);
	assert_int_equal(stats_now(t).connections_time_wait, 0);
}

/* A handshake, 100 octets each way, and the end: every counter that it touches, by hand. */
static void
counters_tell_what_a_short_connection_did(void **state)
{
	struct fixture *t = *state;
	struct estab_stats s;

	in_established(t);               /* SYN, ACK | SYN-ACK */
	arrive(t, ". 1:101(100) ack 1"); /* 1 segment */
	app_read(t, 100);
	app_write(t, 100);                  /* | text with the ACK */
	arrive(t, "F. 101:101(0) ack 101"); /* FIN | ACK */
	app_close(t);                       /* | FIN */
	arrive(t, ". 102:102(0) ack 102");  /* ACK */
	ignore_sent(t);
	s = stats_now(t);
	assert_int_equal(s.rx_packets, 5);
	assert_int_equal(s.rx_delivered, 5);
	assert_int_equal(s.segments_received, 5);
	assert_int_equal(s.segments_sent, 4);
	assert_int_equal(s.tx_packets, 4);
	assert_int_equal(s.syn_received, 1);
	assert_int_equal(s.syn_ack_sent, 1);
	assert_int_equal(s.connections_passive, 1);
	assert_int_equal(s.connections_closed, 1);
	assert_int_equal(s.text_bytes_received, 100);
	assert_int_equal(s.text_bytes_sent, 100);
	assert_int_equal(s.segments_retransmitted, 0);
	assert_int_equal(s.rst_sent + s.rst_received, 0);
	assert_int_equal(estab_stats_drops(&s), 0);
}

static void
drops_are_summed_over_every_reason(void **state)
{
	struct estab_stats stats = { .rx_packets = 1000 };
	uint64_t sum = 0;

	(void)state;
	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++) {
		stats.drops[i] = UINT64_C(1) << i % 40;
		sum += UINT64_C(1) << i % 40;
		assert_int_equal(estab_stats_drops(&stats), sum);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(new_stack_has_counted_nothing),
		FIXTURE_TEST(counters_are_copied_one_by_one),
		FIXTURE_TEST(gauges_follow_a_connection_through_its_life),
		FIXTURE_TEST(counters_tell_what_a_short_connection_did),
		cmocka_unit_test(drops_are_summed_over_every_reason),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
