/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The short way and the long way are one: two stacks hear the same peers, one with header prediction
 * (lib/tcp/predicted.h), one without, and after every step of every conversation their connections are equal,
 * field by field, and so are their counters, their deadlines and what they have sent.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bench.h"
#include "eal.h"
#include "malloc_mempool.h"

enum { STEPS_MAX = 20 };

struct pair {
	struct fixture *stacks[2];
	struct rte_mempool *pool; /* of the second */
};

static int
setup(void **state)
{
	struct pair *pair = calloc(1, sizeof(*pair));
	void *first = *state;

	if (pair == NULL || fixture_setup(&first) != 0)
		return -1;
	pair->stacks[0] = first;
	pair->pool = malloc_mempool_create("pair", FIXTURE_MBUFS, RTE_MBUF_DEFAULT_BUF_SIZE);
	if (pair->pool == NULL)
		return -1;
	pair->stacks[1] = fixture_begin(pair->stacks[0]->family, pair->pool);
	*state = pair;
	return pair->stacks[1] == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	struct pair *pair = *state;
	void *first = pair->stacks[0];

	fixture_end(pair->stacks[1]);
	malloc_mempool_destroy(pair->pool);
	free(pair);
	return fixture_teardown(&first);
}

/* "+7": milliseconds pass; "& ...": a segment in one burst with the next; a call of the user; a segment. */
static void
take_step(struct fixture *t, const char *step)
{
	if (step[0] == '+')
		advance(t, (uint64_t)atoi(step + 1));
	else if (step[0] == '&')
		arrive_later(t, "%s", step + 2);
	else if (strncmp(step, "write ", 6) == 0)
		app_write(t, (uint32_t)atoi(step + 6));
	else if (strncmp(step, "read ", 5) == 0)
		app_read(t, (uint32_t)atoi(step + 5));
	else if (strcmp(step, "accept") == 0)
		app_accept(t);
	else if (strcmp(step, "shutdown") == 0)
		app_shutdown(t);
	else if (strcmp(step, "close") == 0)
		app_close(t);
	else
		arrive(t, "%s", step);
}

/* What a connection works with, but for where it lies. */
static void
assert_equal_work(const struct work *a, const struct work *b)
{
	const size_t numbers = offsetof(struct work, snd_cursor);
	const size_t blocks = offsetof(struct work, recovery);
	const size_t flight = offsetof(struct work, flight);

	assert_int_equal(a->tcb == NULL, b->tcb == NULL);
	assert_memory_equal(&a->snd_cursor, &b->snd_cursor, blocks - numbers);
	assert_int_equal(a->recovery == NULL, b->recovery == NULL);
	assert_int_equal(a->reassembly == NULL, b->reassembly == NULL);
	assert_int_equal(a->sent_more == NULL, b->sent_more == NULL);
	assert_memory_equal(a->deadlines, b->deadlines, sizeof(a->deadlines));
	assert_int_equal(a->send.bytes, b->send.bytes);
	assert_int_equal(a->receive.bytes, b->receive.bytes);
	assert_int_equal(a->receive.pinned, b->receive.pinned);
	assert_int_equal(a->send_at == NULL, b->send_at == NULL);
	assert_int_equal(a->rtt_seq, b->rtt_seq);
	assert_int_equal(a->rtt_start_us, b->rtt_start_us);
	assert_int_equal(a->answered, b->answered);
	assert_memory_equal(&a->sent, &b->sent, sizeof(a->sent));
	assert_int_equal(timer_node_is_armed(&a->timer), timer_node_is_armed(&b->timer));
	assert_int_equal(a->timer.expires, b->timer.expires);
	assert_memory_equal(&a->flight, &b->flight, offsetof(struct work, mss_asked) - flight);
}

static void
assert_equal_connections(const struct tcb *first, const struct tcb *second)
{
	struct tcb a = *first, b = *second;

	assert_equal_work(a.work, b.work);
	assert_true(path_equal(&a.path, &b.path));
	assert_memory_equal(&a.path.next_hop, &b.path.next_hop, sizeof(a.path.next_hop));
	a.tcp = b.tcp = NULL;
	a.work = b.work = NULL;
	a.user = b.user = NULL;
	memset(&a.path, 0, sizeof(a.path));
	memset(&b.path, 0, sizeof(b.path));
	assert_memory_equal(&a, &b, sizeof(a));
}

/* What TIME-WAIT remembers of the first connection that got there. */
static void
assert_equal_records(struct fixture *a, struct fixture *b)
{
	const struct pool *first = &room(a)->time_waits, *second = &room(b)->time_waits;

	assert_int_equal(pool_used_count(first), pool_used_count(second));
	if (pool_used_count(first) > 0)
		assert_memory_equal(pool_at(first, 0), pool_at(second, 0),
				sizeof(struct time_wait));
}

static void
assert_equal_sent(struct fixture *a, struct fixture *b)
{
	assert_int_equal(a->sent_count, b->sent_count);
	for (uint32_t i = 0; i < a->sent_count; i++)
		assert_memory_equal(&a->sent[i]->packet, &b->sent[i]->packet,
				sizeof(struct packet));
	ignore_sent(a);
	ignore_sent(b);
}

static void
assert_equal_stacks(struct fixture *a, struct fixture *b)
{
	const struct estab_stats first = stats_now(a), second = stats_now(b);

	assert_memory_equal(&first, &second, sizeof(first));
	assert_int_equal(estab_stack_deadline(a->stack), estab_stack_deadline(b->stack));
	assert_equal_sent(a, b);
	assert_equal_records(a, b);
	assert_int_equal(a->peer->events, b->peer->events);
	assert_int_equal(tcb_of(a) == NULL, tcb_of(b) == NULL);
	if (tcb_of(a) != NULL)
		assert_equal_connections(tcb_of(a), tcb_of(b));
}

/* A conversation over a SYN with these options. */
static void
converse(struct pair *pair, const char *options, const char *const *steps)
{
	struct fixture **stacks = pair->stacks;

	room(stacks[1])->predicts = false;
	for (unsigned int i = 0; i < RTE_DIM(pair->stacks); i++) {
		in_listen(stacks[i]);
		arrive(stacks[i], "S 0:0(0) win 65535 <%s>", options);
	}
	assert_equal_stacks(stacks[0], stacks[1]);
	for (; *steps != NULL; steps++) {
		take_step(stacks[0], *steps);
		take_step(stacks[1], *steps);
		assert_equal_stacks(stacks[0], stacks[1]);
	}
}

/* A case of one, without timestamps. */
#define CONVERSATION(name, ...)                                                                    \
	static void name(void **state)                                                             \
	{                                                                                          \
		const char *const steps[STEPS_MAX] = { __VA_ARGS__ };                              \
                                                                                                   \
		converse(*state, "mss 1000,sackOK,wscale 7", steps);                               \
	}

CONVERSATION(syn_received_ack_opens, "+7", ". 1:1(0) ack 1 win 500 tos 40", "accept",
		"P. 1:101(100) ack 1 win 500", "read 100", "write 100",
		". 101:101(0) ack 101 win 500")

CONVERSATION(syn_received_ack_with_text_opens, "+7", "P. 1:101(100) ack 1 win 500", "accept",
		"read 100", "write 100", ". 101:101(0) ack 101 win 500")

CONVERSATION(syn_received_ack_with_a_closed_window_opens, ". 1:1(0) ack 1 win 0", "accept",
		"write 100", "+3000", ". 1:1(0) ack 1 win 500", ". 1:1(0) ack 101 win 500")

CONVERSATION(syn_received_two_segments_of_text_in_a_burst_open, "& P. 1:101(100) ack 1 win 500",
		"P. 101:301(200) ack 1 win 500", "accept", "read 300")

CONVERSATION(syn_received_ack_beyond_nothing_sent_does_not_open, ". 1:1(0) ack 9 win 500",
		"P. 11:101(90) ack 1 win 500", "P. 1:11(10) ack 1 win 500", "accept")

CONVERSATION(syn_received_syn_ack_sent_again_opens, "+1500", "P. 1:101(100) ack 1 win 500",
		"accept", "read 100", "write 3000", ". 101:101(0) ack 1001 win 500")

CONVERSATION(syn_received_fin_with_the_ack_is_no_more_than_text, "FP. 1:101(100) ack 1 win 500",
		"accept", "read 100")

CONVERSATION(fin_wait_1_fin_with_the_ack_of_ours_is_the_end, "P. 1:101(100) ack 1 win 500",
		"accept", "read 100", "write 100", "close", "+11", "F. 101:101(0) ack 102 win 400",
		"+500", "F. 101:101(0) ack 102 win 400")

CONVERSATION(fin_wait_1_ack_then_fin_is_the_end, "P. 1:101(100) ack 1 win 500", "accept",
		"read 100", "write 100", "shutdown", "+11", ". 101:101(0) ack 102 win 600", "+11",
		"F. 101:101(0) ack 102 win 500", "close")

CONVERSATION(fin_wait_1_ack_then_silence_lingers, ". 1:1(0) ack 1 win 500", "accept", "write 100",
		"close", ". 1:1(0) ack 102 win 500", "+200000")

CONVERSATION(fin_wait_1_fin_alone_is_a_simultaneous_close, ". 1:1(0) ack 1 win 500", "accept",
		"shutdown", "F. 1:1(0) ack 1 win 500", ". 2:2(0) ack 2 win 500", "close")

CONVERSATION(fin_wait_1_fin_behind_text_waits_for_it, ". 1:1(0) ack 1 win 500", "accept",
		"shutdown", "FP. 1:101(100) ack 2 win 500", "read 100", "close")

CONVERSATION(fin_wait_2_text_is_taken, ". 1:1(0) ack 1 win 500", "accept", "shutdown",
		". 1:1(0) ack 2 win 500", "P. 1:101(100) ack 2 win 500", "read 100",
		"F. 101:101(0) ack 2 win 500", "close")

CONVERSATION(fin_wait_1_sent_again_ends_all_the_same, ". 1:1(0) ack 1 win 500", "accept", "close",
		"+1500", "F. 1:1(0) ack 2 win 500")

CONVERSATION(fin_wait_2_ack_of_nothing_new_changes_nothing, ". 1:1(0) ack 1 win 500", "accept",
		"shutdown", ". 1:1(0) ack 2 win 500", ". 1:1(0) ack 2 win 300",
		"F. 1:1(0) ack 2 win 300", "close")

/* With timestamps, the whole of a short connection. */
static void
timestamps_are_taken_on_both_ways(void **state)
{
	const char *const steps[] = {
		"+7",
		"P. 1:101(100) ack 1 win 500 <TS val 1007 ecr *>",
		"accept",
		"read 100",
		"write 100",
		"shutdown",
		"+5",
		". 101:101(0) ack 102 win 500 <TS val 1012 ecr *>",
		"F. 101:101(0) ack 102 win 500 <TS val 900 ecr *>", /* old */
		"F. 101:101(0) ack 102 win 500 <TS val 1013 ecr *>",
		"close",
		NULL,
	};

	converse(*state, "mss 1000,sackOK,TS val 1000 ecr 0,wscale 7", steps);
}

static void
old_timestamp_opens_nothing(void **state)
{
	const char *const steps[] = {
		"P. 1:101(100) ack 1 win 500 <TS val 999 ecr *>",
		"P. 1:101(100) ack 1 win 500",
		"P. 1:101(100) ack 1 win 500 <TS val 1000 ecr *>",
		"accept",
		NULL,
	};

	converse(*state, "mss 1000,sackOK,TS val 1000 ecr 0,wscale 7", steps);
}

#define PAIR_TEST(name)                                                                            \
	{ #name "_ipv4", name, setup, teardown, (void *)(uintptr_t)4 },                            \
	{                                                                                          \
#name "_ipv6", name, setup, teardown, (void *)(uintptr_t)6                         \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PAIR_TEST(syn_received_ack_opens),
		PAIR_TEST(syn_received_ack_with_text_opens),
		PAIR_TEST(syn_received_ack_with_a_closed_window_opens),
		PAIR_TEST(syn_received_two_segments_of_text_in_a_burst_open),
		PAIR_TEST(syn_received_ack_beyond_nothing_sent_does_not_open),
		PAIR_TEST(syn_received_syn_ack_sent_again_opens),
		PAIR_TEST(syn_received_fin_with_the_ack_is_no_more_than_text),
		PAIR_TEST(fin_wait_1_fin_with_the_ack_of_ours_is_the_end),
		PAIR_TEST(fin_wait_1_ack_then_fin_is_the_end),
		PAIR_TEST(fin_wait_1_ack_then_silence_lingers),
		PAIR_TEST(fin_wait_1_fin_alone_is_a_simultaneous_close),
		PAIR_TEST(fin_wait_1_fin_behind_text_waits_for_it),
		PAIR_TEST(fin_wait_2_text_is_taken),
		PAIR_TEST(fin_wait_1_sent_again_ends_all_the_same),
		PAIR_TEST(fin_wait_2_ack_of_nothing_new_changes_nothing),
		PAIR_TEST(timestamps_are_taken_on_both_ways),
		PAIR_TEST(old_timestamp_opens_nothing),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
