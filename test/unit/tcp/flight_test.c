/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * When what is in flight was sent: one run is remembered in the TCB, several in a block of the pool,
 * and without one as an interval that holds the truth. Segments are of a thousand octets.
 */
#include "bare.h"

#include <rte_memory.h>

#include "eal.h"
#include "tcp/recovery/flight.h"
#include "tcp/recovery/recovery.h"

enum { MSS = BARE_MSS };

static struct bare bare;

static struct tcb *
init(uint32_t blocks)
{
	struct tcb *tcb = bare_init(&bare);

	assert_int_equal(pool_init(&bare.tcp.send_marks, "marks", blocks, sizeof(struct send_marks),
					 64, SOCKET_ID_ANY),
			0);
	return tcb;
}

static int
take_pool(void **state)
{
	(void)state;
	flight_forget(&bare.tcb);
	pool_fini(&bare.tcp.send_marks);
	return 0;
}

/* A segment leaves so many microseconds after the last. */
static void
send_after(struct tcb *tcb, uint32_t us)
{
	tcp_set_now(tcb->tcp, tcb->tcp->now_ns + us * UINT64_C(1000));
	flight_sent(tcb, tcb->snd_nxt + MSS, tcp_now_us(tcb->tcp));
	tcb->snd_nxt += MSS;
	tcb->work->snd_cursor = tcb->snd_nxt;
}

static void
acknowledge(struct tcb *tcb, uint32_t segments)
{
	tcb->snd_una += segments * MSS;
	flight_acknowledged(tcb);
}

/* The i-th range that a scoreboard would begin with. */
static struct range
range_of(const struct tcb *tcb, unsigned int i, unsigned int count)
{
	static struct scoreboard board;

	flight_fill_board(tcb, &board);
	assert_int_equal(board.count, count);
	return board.ranges[i];
}

static void
one_run_needs_no_block(void **state)
{
	struct tcb *tcb = init(1);
	const uint32_t begun = tcp_now_us(tcb->tcp);
	struct range range;

	(void)state;
	send_after(tcb, 0);
	send_after(tcb, 0);
	assert_int_equal(pool_used_count(&bare.tcp.send_marks), 0);
	range = range_of(tcb, 0, 1);
	assert_int_equal(range.end, tcb->snd_nxt);
	assert_int_equal(range.first_us, begun);
	assert_int_equal(range.last_us, begun);
}

static void
second_run_takes_a_block_until_one_is_left(void **state)
{
	struct tcb *tcb = init(1);
	const uint32_t begun = tcp_now_us(tcb->tcp);

	(void)state;
	send_after(tcb, 0);
	send_after(tcb, 70);
	assert_int_equal(pool_used_count(&bare.tcp.send_marks), 1);
	assert_int_equal(range_of(tcb, 0, 2).last_us, begun);
	assert_int_equal(range_of(tcb, 1, 2).first_us, begun + 70);
	acknowledge(tcb, 1);
	assert_int_equal(pool_used_count(&bare.tcp.send_marks), 0);
	assert_int_equal(range_of(tcb, 0, 1).first_us, begun + 70);
}

static void
what_was_acknowledged_is_not_remembered(void **state)
{
	struct tcb *tcb = init(1);
	const uint32_t begun = tcp_now_us(tcb->tcp);

	(void)state;
	send_after(tcb, 0);
	send_after(tcb, 10);
	acknowledge(tcb, 2);
	assert_int_equal(pool_used_count(&bare.tcp.send_marks), 0);
	send_after(tcb, 90);
	assert_int_equal(pool_used_count(&bare.tcp.send_marks), 0);
	assert_int_equal(range_of(tcb, 0, 1).first_us, begun + 100);
}

static void
first_segment_at_half_of_all_numbers_needs_no_block(void **state)
{
	struct tcb *tcb = init(1);

	(void)state;
	tcb->snd_una = tcb->snd_nxt = UINT32_C(1)
			<< 31; /* nothing has been sent, but by a record */
	send_after(tcb, 0);
	assert_int_equal(pool_used_count(&bare.tcp.send_marks), 0);
}

static void
without_a_block_runs_become_an_interval(void **state)
{
	struct tcb *tcb = init(0);
	const uint32_t begun = tcp_now_us(tcb->tcp);
	struct range range;

	(void)state;
	send_after(tcb, 0);
	send_after(tcb, 40);
	send_after(tcb, 2);
	range = range_of(tcb, 0, 1);
	assert_int_equal(range.end, tcb->snd_nxt);
	assert_int_equal(range.first_us, begun);
	assert_int_equal(range.last_us, begun + 42);
}

#define CASE(name) cmocka_unit_test_teardown(name, take_pool)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(one_run_needs_no_block),
		CASE(second_run_takes_a_block_until_one_is_left),
		CASE(what_was_acknowledged_is_not_remembered),
		CASE(first_segment_at_half_of_all_numbers_needs_no_block),
		CASE(without_a_block_runs_become_an_interval),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
