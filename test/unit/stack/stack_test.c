/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The turn of a stack: its halves with and without a port, bursts larger than it takes at once, a
 * port that lags, the deadline, and that nothing is left when it is destroyed.
 */
#include <errno.h>

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#include "eal.h"
#include "fixture.h"
#include "pattern.h"
#include "stack.h"

#define SECOND UINT64_C(1000000000)
#define MS     UINT64_C(1000000)

/* Take n packets that wait for the port off it, as a caller that brings its own. */
static uint16_t
take_waiting(struct fixture *t, struct rte_mbuf **packets, uint16_t n)
{
	return t->port.port.rx_burst(t->port.port.context, packets, n);
}

static struct estab_stack *
create_without_port(struct fixture *t)
{
	t->config.port = NULL;
	start(t);
	return t->stack;
}

static void
name_in_use_is_refused_until_it_is_free(void **state)
{
	struct fixture *t = *state;

	start(t);
	rte_errno = 0;
	assert_null(estab_stack_create(&t->config));
	assert_int_equal(rte_errno, EEXIST);
	estab_stack_destroy(t->stack);
	t->stack = estab_stack_create(&t->config);
	assert_non_null(t->stack);
}

/* Each of the limits alone, larger than the memory that there is: nothing is left behind. */
static void
limits_beyond_the_memory_are_refused(void **state)
{
	struct fixture *t = *state;
	struct estab_stack_limits *limits = &t->config.limits;
	uint32_t *const each[] = { &limits->connections, &limits->syn_records, &limits->time_waits,
		&limits->listeners, &limits->neighbours, &limits->reassemblies, &limits->recoveries,
		&limits->paced_connections, &limits->active_connections };

	t->config.tcp.pacing = true;
	for (unsigned int i = 0; i < RTE_DIM(each); i++) {
		const uint32_t was = *each[i];

		*each[i] = UINT32_C(1) << 29;
		rte_errno = 0;
		assert_null(estab_stack_create(&t->config));
		assert_int_equal(rte_errno, ENOMEM);
		*each[i] = was;
	}
	start(t); /* the name is free, and so is the memory */
	in_established(t);
}

static void
destroying_no_stack_does_nothing(void **state)
{
	(void)state;
	estab_stack_destroy(NULL);
}

/* SYNs of 40 peers, 15 times: more than the stack takes at once. */
static void
burst_larger_than_the_stacks_own_is_taken_whole(void **state)
{
	enum { PEERS = 40, ROUNDS = 15, PACKETS = PEERS * ROUNDS };
	static struct rte_mbuf *packets[PACKETS];
	struct fixture *t = *state;
	struct estab_stack *stack;

	t->config.limits.syn_records = PEERS;
	stack = create_without_port(t);
	in_listen(t);
	for (unsigned int i = 0; i < PACKETS; i++) {
		speak_as(t, i % PEERS);
		arrive_later(t, "S 0:0(0) win 65535 <mss 1000>");
	}
	assert_int_equal(take_waiting(t, packets, PACKETS), PACKETS);
	assert_int_equal(estab_stack_receive_burst(stack, packets, PACKETS, t->now_ns), PACKETS);
	assert_int_equal(stats_now(t).rx_packets, PACKETS);
	assert_int_equal(stats_now(t).syn_ack_sent, PACKETS);
	assert_int_equal(estab_stack_deadline(stack), 0);
	assert_int_equal(estab_stack_transmit_burst(stack, packets, 100, t->now_ns), 100);
	assert_int_equal(estab_stack_deadline(stack), 0);
	assert_int_equal(estab_stack_transmit_burst(stack, packets + 100, PACKETS, t->now_ns),
			PACKETS - 100);
	assert_int_equal(stats_now(t).tx_packets, PACKETS);
	assert_int_equal(estab_stack_transmit_burst(stack, packets, 1, t->now_ns), 0);
	assert_true(estab_stack_deadline(stack) > t->now_ns);
	rte_pktmbuf_free_bulk(packets, PACKETS);
	estab_stack_destroy(stack);
	t->stack = NULL;
}

static void
empty_burst_is_a_turn_all_the_same(void **state)
{
	struct fixture *t = *state;
	struct estab_stack *stack = create_without_port(t);
	struct rte_mbuf *packet;

	assert_int_equal(estab_stack_receive_burst(stack, NULL, 0, t->now_ns), 0);
	assert_int_equal(estab_stack_transmit_burst(stack, &packet, 0, t->now_ns), 0);
	assert_int_equal(estab_stack_transmit_burst(stack, &packet, 1, t->now_ns), 0);
	estab_stack_destroy(stack);
	t->stack = NULL;
}

/* What the port does not take waits in order; it is not built again and nothing is lost. */
static void
port_that_takes_packets_one_at_a_time_gets_all_in_order(void **state)
{
	enum { SEGMENTS = 60 };
	struct fixture *t = *state;

	t->config.tcp.initial_window = 100;
	in_established(t);
	t->port.tx_room = 0;
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		uint8_t text[1000];

		pattern_fill(UINT64_C(0x0123456789abcdef), 1 + 1000 * i, text, sizeof(text));
		assert_int_equal(estab_conn_write(t->peer->conn, text, 1000), 1000);
	}
	for (uint32_t i = 0; i < SEGMENTS; i++) {
		assert_int_equal(estab_stack_deadline(t->stack), 0);
		for (unsigned int j = 0; j < 3; j++) /* for a while none */
			estab_stack_poll(t->stack, t->now_ns);
		t->port.tx_room = 1;
		estab_stack_poll(t->stack, t->now_ns);
		assert_int_equal(t->port.tx_room, 0);
	}
	t->port.tx_room = UINT32_MAX;
	turn(t);
	for (uint32_t i = 0; i < SEGMENTS; i++)
		expect(t, ". %u:%u(1000) ack 1", 1 + 1000 * i, 1001 + 1000 * i);
	expect_nothing(t);
	assert_int_equal(stats_now(t).tx_dropped_port_full, 0);
	assert_int_equal(stats_now(t).segments_retransmitted, 0);
}

/* Bytes are counted when the port takes the packets. */
static void
packets_and_bytes_are_counted_as_they_leave(void **state)
{
	struct fixture *t = *state;
	const uint64_t headers = 14 + (t->family == 4 ? 20 : 40) + 20;
	struct estab_stats before;

	in_established(t);
	before = stats_now(t);
	t->port.tx_room = 0;
	assert_int_equal(estab_conn_write(t->peer->conn, "x", 1), 1);
	tcb_mark((struct tcb *)t->peer->conn, MARK_ACK);
	estab_stack_poll(t->stack, t->now_ns);
	assert_int_equal(stats_now(t).tx_packets, before.tx_packets);
	assert_int_equal(stats_now(t).tx_bytes, before.tx_bytes);
	t->port.tx_room = UINT32_MAX;
	estab_stack_poll(t->stack, t->now_ns);
	assert_int_equal(stats_now(t).tx_packets, before.tx_packets + 1);
	assert_int_equal(stats_now(t).tx_bytes, before.tx_bytes + headers + 1);
	memory_port_fini(&t->port); /* its one byte is not the fixture's */
}

/* RFC 9293 MUST-59: all that arrived in one turn is acknowledged by one segment. */
static void
answer_given_between_the_halves_leaves_with_the_ack(void **state)
{
	struct fixture *t = *state;
	uint8_t byte;

	in_established(t);
	arrive_later(t, ". 1:1001(1000) ack 1");
	arrive_later(t, ". 1001:2001(1000) ack 1");
	arrive_later(t, ". 2001:2002(1) ack 1");
	estab_stack_receive(t->stack, t->now_ns);
	assert_int_equal(memory_queue_count(&t->port.from), 0);
	assert_int_equal(estab_conn_receive_waiting(t->peer->conn), 2001);
	pattern_fill(UINT64_C(0x0123456789abcdef), 1, &byte, 1);
	assert_int_equal(estab_conn_write(t->peer->conn, &byte, 1), 1);
	estab_stack_transmit(t->stack, t->now_ns);
	assert_int_equal(memory_queue_count(&t->port.from), 1);
	turn(t);
	expect(t, "P. 1:2(1) ack 2002");
	expect_nothing(t);
	app_read(t, 2001);
	ignore_sent(t);
}

static void
first_half_twice_keeps_the_answers_of_the_first(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1000>");
	estab_stack_receive(t->stack, t->now_ns);
	speak_as(t, 1);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1000>");
	estab_stack_receive(t->stack, t->now_ns);
	turn(t);
	expect(t, "S. 0:0(0) ack 1");
	speak_as(t, 0);
	expect(t, "S. 0:0(0) ack 1");
	expect_nothing(t);
}

static void
deadline_of_a_stack_without_anything_is_never(void **state)
{
	struct fixture *t = *state;

	start(t);
	assert_int_equal(estab_stack_deadline(t->stack), UINT64_MAX);
	in_established(t);
	advance(t, 100000); /* handshake timers are over */
	assert_int_equal(estab_stack_deadline(t->stack), UINT64_MAX);
}

/* A caller that sleeps until each deadline has each timer served when it is due. */
static void
deadline_is_never_after_what_is_due(void **state)
{
	struct fixture *t = *state;
	const uint64_t from = t->now_ns;

	in_syn_received(t); /* its SYN-ACK: 1 s */
	assert_int_equal(estab_stack_deadline(t->stack), from + SECOND);
	speak_as(t, 1);
	in_established(t);
	arrive(t, ". 1:101(100) ack 1"); /* delayed ACK: 40 ms */
	assert_in_range(estab_stack_deadline(t->stack), from + 1, from + 40 * MS);
	while (estab_stack_deadline(t->stack) <= from + 40 * MS) {
		assert_int_equal(stats_now(t).delayed_acks, 0);
		t->now_ns = estab_stack_deadline(t->stack);
		turn(t);
	}
	assert_int_equal(t->now_ns, from + 40 * MS);
	expect(t, ". 1:1(0) ack 101");
	app_read(t, 100);
}

static void
deadline_is_at_once_while_something_is_owed_or_waits_for_the_port(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	assert_true(estab_stack_deadline(t->stack) > t->now_ns);
	estab_conn_shutdown(t->peer->conn);
	assert_int_equal(estab_stack_deadline(t->stack), 0);
	t->port.tx_room = 0;
	estab_stack_poll(t->stack, t->now_ns);
	assert_int_equal(estab_stack_deadline(t->stack), 0);
	t->port.tx_room = UINT32_MAX;
	turn(t);
	expect(t, "F. 1:1(0) ack 1");
	assert_true(estab_stack_deadline(t->stack) > t->now_ns);
}

static void
deadline_between_the_halves_is_at_once_when_an_answer_waits(void **state)
{
	struct fixture *t = *state;

	in_listen(t);
	arrive_later(t, "S 0:0(0) win 65535 <mss 1000>");
	estab_stack_receive(t->stack, t->now_ns);
	assert_int_equal(estab_stack_deadline(t->stack), 0);
	turn(t);
	ignore_sent(t);
}

/* Everything that can hold an mbuf holds one. */
static void
destroy_frees_what_is_queued_everywhere(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, ". 1:101(100) ack 1");   /* received */
	arrive(t, ". 201:301(100) ack 1"); /* out of order */
	app_write(t, 100);                 /* sent, not acknowledged */
	ignore_sent(t);
	speak_as(t, 1);
	in_syn_received(t);
	arrive(t, ". 1:101(100) ack 1"); /* in the accept queue, with text */
	speak_as(t, 2);
	t->port.tx_room = 0;
	arrive_later(t, "S 0:0(0) win 65535");
	arrive_later(t, ". 1:1(0) ack 1");
	estab_stack_poll(t->stack, t->now_ns); /* waits for the port */
	arrive_later(t, ". 1:1(0) ack 1");
	estab_stack_receive(t->stack, t->now_ns); /* spent, between the halves */
	assert_true(rte_mempool_in_use_count(t->pool) >= 6);
	ignore_sent(t);
	estab_stack_destroy(t->stack);
	t->stack = NULL;
	assert_int_equal(rte_mempool_in_use_count(t->pool), 0);
}

static void
drain_without_a_port_is_turned_by_the_caller(void **state)
{
	struct fixture *t = *state;
	struct estab_stack *stack = create_without_port(t);
	struct rte_mbuf *packet;

	assert_int_equal(estab_stack_drain(stack, t->now_ns), 0);
	assert_int_equal(estab_stack_transmit_burst(stack, &packet, 1, t->now_ns), 0);
	estab_stack_destroy(stack);
	t->stack = NULL;
}

/* Stages in the order in which a watcher was told of them. */
struct stages {
	unsigned int count;
	enum estab_stage told[32];
};

static void
note_stage(void *context, enum estab_stage stage)
{
	struct stages *stages = context;

	assert_true(stages->count < RTE_DIM(stages->told));
	stages->told[stages->count++] = stage;
}

static void
turn_is_watched_stage_by_stage_until_it_is_watched_no_more(void **state)
{
	static const enum estab_stage turn[] = { ESTAB_STAGE_RECEIVE, ESTAB_STAGE_PARSE,
		ESTAB_STAGE_LOOKUP, ESTAB_STAGE_TCP, ESTAB_STAGE_OUTSIDE, ESTAB_STAGE_TIMEOUTS,
		ESTAB_STAGE_OUTPUT, ESTAB_STAGE_BUILD, ESTAB_STAGE_OUTPUT, ESTAB_STAGE_TRANSMIT,
		ESTAB_STAGE_OUTSIDE };
	struct fixture *t = *state;
	struct stages stages = { 0 };
	const struct estab_watch watch = { .enter = note_stage, .context = &stages };

	start(t);
	estab_stack_watch(t->stack, &watch);
	estab_stack_poll(t->stack, t->now_ns);
	assert_int_equal(stages.count, RTE_DIM(turn));
	assert_memory_equal(stages.told, turn, sizeof(turn));
	estab_stack_watch(t->stack, NULL);
	estab_stack_poll(t->stack, t->now_ns);
	assert_int_equal(stages.count, RTE_DIM(turn));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(name_in_use_is_refused_until_it_is_free),
		FIXTURE_TEST(limits_beyond_the_memory_are_refused),
		cmocka_unit_test(destroying_no_stack_does_nothing),
		FIXTURE_TEST(burst_larger_than_the_stacks_own_is_taken_whole),
		FIXTURE_TEST(empty_burst_is_a_turn_all_the_same),
		FIXTURE_TEST(port_that_takes_packets_one_at_a_time_gets_all_in_order),
		FIXTURE_TEST(packets_and_bytes_are_counted_as_they_leave),
		FIXTURE_TEST(answer_given_between_the_halves_leaves_with_the_ack),
		FIXTURE_TEST(first_half_twice_keeps_the_answers_of_the_first),
		FIXTURE_TEST(deadline_of_a_stack_without_anything_is_never),
		FIXTURE_TEST(deadline_is_never_after_what_is_due),
		FIXTURE_TEST(deadline_is_at_once_while_something_is_owed_or_waits_for_the_port),
		FIXTURE_TEST(deadline_between_the_halves_is_at_once_when_an_answer_waits),
		FIXTURE_TEST(destroy_frees_what_is_queued_everywhere),
		FIXTURE_TEST(drain_without_a_port_is_turned_by_the_caller),
		FIXTURE_TEST(turn_is_watched_stage_by_stage_until_it_is_watched_no_more),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
