/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pacing: how much leaves in any time, and that who is a little late loses nothing. SMSS is 1000.
 */
#include "bare.h"

#include <rte_common.h>

#include "tcp/congestion/congestion.h"
#include "tcp/congestion/pacing.h"
#include "tcp/seq.h"

#include "pattern.h"

enum { MSS = BARE_MSS, SENDINGS_MAX = 20000 };

static struct bare bare;
static struct pacing block;

static struct tcb *
paced_at(uint64_t rate)
{
	struct tcb *tcb = bare_init(&bare);

	block = (struct pacing){ 0 };
	tcb->work->pacing = &block;
	pacing_set_rate(tcb, rate);
	return tcb;
}

/* All that may leave now does, segment by segment. @return octets */
static uint32_t
send_all(struct tcb *tcb)
{
	uint32_t octets = 0;

	while (pacing_room(tcb) > 0) {
		pacing_on_sent(tcb, MSS);
		octets += MSS;
	}
	return octets;
}

static void
connection_without_a_block_or_a_rate_waits_for_nothing(void **state)
{
	struct tcb *tcb = bare_init(&bare);

	(void)state;
	assert_int_equal(pacing_room(tcb), UINT32_MAX);
	block = (struct pacing){ 0 };
	tcb->work->pacing = &block;
	pacing_on_sent(tcb, MSS);
	assert_int_equal(pacing_room(tcb), UINT32_MAX);
}

/*
 * draft-ietf-ccwg-bbr, Send Quantum: "C.pacing_rate * 1ms ... 64 KBytes ... 2 * C.SMSS"; and no less
 * than two ticks of the wheel carry.
 */
static void
quantum_is_a_millisecond_within_bounds(void **state)
{
	static const struct {
		uint64_t rate;
		uint32_t quantum;
	} cases[] = {
		{ 1000, 2 * MSS },        /* the least */
		{ 1999999, 2 * MSS },     /* a millisecond is less than two segments */
		{ 12500000, 12500 },      /* 100 Mbit/s */
		{ 125000000, 65536 },     /* 1 Gbit/s: 125000 in a millisecond */
		{ 1250000000, 250000 },   /* 10 Gbit/s: 200 us */
		{ 12500000000, 2500000 }, /* 100 Gbit/s */
	};

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(cases); i++) {
		paced_at(cases[i].rate);
		assert_int_equal(block.quantum, cases[i].quantum);
		assert_int_equal(block.rate, cases[i].rate);
	}
	paced_at(1);
	assert_int_equal(block.rate, MSS); /* whatever it is asked to: a segment in a second */
}

/* A quantum, and then nothing before it has been paid for. */
static void
text_leaves_a_quantum_at_a_time(void **state)
{
	struct tcb *tcb = paced_at(1000000); /* a segment in a millisecond, a quantum in two */

	(void)state;
	assert_int_equal(send_all(tcb), 3 * MSS); /* and half a quantum for the time before */
	for (unsigned int i = 1; i <= 10; i++) {
		tcp_set_now(&bare.tcp, SECOND + 2 * i * MS - 1);
		assert_int_equal(pacing_room(tcb), 0);
		tcp_set_now(&bare.tcp, SECOND + 2 * i * MS);
		assert_int_equal(pacing_room(tcb), 2 * MSS);
		assert_int_equal(send_all(tcb), 2 * MSS);
	}
}

/* A burst that was not used up, for want of text or of window, may go on where it was. */
static void
burst_that_was_broken_off_goes_on(void **state)
{
	struct tcb *tcb = paced_at(1000000);

	(void)state;
	send_all(tcb);
	tcp_set_now(&bare.tcp, SECOND + 2 * MS);
	assert_int_equal(pacing_room(tcb), 2 * MSS);
	pacing_on_sent(tcb, MSS);
	assert_int_equal(pacing_room(tcb), MSS);
	pacing_on_sent(tcb, MSS);
	assert_int_equal(pacing_room(tcb), 0);
}

/* Room is in whole segments: a part of one would look as if the peer's window were small. */
static void
room_is_in_whole_segments(void **state)
{
	struct tcb *tcb = paced_at(1000000);

	(void)state;
	pacing_room(tcb);
	pacing_on_sent(tcb, 1);
	assert_int_equal(pacing_room(tcb) % MSS, 0);
}

/* What is owed is octets: at ten times the rate they are paid for in a tenth of the time. */
static void
greater_rate_shortens_the_wait(void **state)
{
	struct tcb *tcb = paced_at(1000000);

	(void)state;
	send_all(tcb); /* 2 ms are owed */
	pacing_set_rate(tcb, 10000000);
	tcp_set_now(&bare.tcp, SECOND + MS / 5 - 1);
	assert_int_equal(pacing_room(tcb), 0);
	tcp_set_now(&bare.tcp, SECOND + MS / 5);
	assert_int_not_equal(pacing_room(tcb), 0);
}

/* When it is due, the timer is: not a tick earlier, and less than one later. */
static void
timer_is_due_with_the_next_tick(void **state)
{
	struct tcb *tcb = paced_at(1000000);

	(void)state;
	tcp_set_now(&bare.tcp, SECOND + 70000);
	send_all(tcb);
	assert_int_equal(block.release_ns, SECOND + 70000 + 2 * MS);
	pacing_wait(tcb);
	assert_int_equal(tcb->work->deadlines[TIMER_PACING],
			(SECOND + 70000 + 2 * MS + TCP_TICK_NS - 1) / TCP_TICK_NS);
}

/* RFC 6298 5.1: "if the timer is not running, start it", though what it was for has to wait. */
static void
wait_with_text_in_flight_has_a_retransmission_timer(void **state)
{
	struct tcb *tcb = paced_at(1000000);

	(void)state;
	send_all(tcb);
	pacing_wait(tcb);
	assert_int_equal(tcb->work->deadlines[TIMER_RETRANSMIT], 0); /* nothing is in flight */
	bare_fly(tcb, MSS);
	rto_init(&tcb->rtt, 1000000);
	pacing_wait(tcb);
	assert_int_equal(tcb->work->deadlines[TIMER_RETRANSMIT], 2 * SECOND / TCP_TICK_NS);
}

struct sending {
	uint64_t at_ns;
	uint64_t before; /* octets until then */
};

/* In any time no more than the rate carries, one and a half quanta and a segment. */
static void
assert_bound(const struct sending *sendings, unsigned int n, uint64_t rate)
{
	const uint64_t slack = block.quantum + block.quantum / 2 + MSS;

	for (unsigned int i = 0; i < n; i += 7) {
		for (unsigned int j = i; j < n; j++) {
			const uint64_t octets = sendings[j].before + MSS - sendings[i].before;
			const uint64_t time_ns = sendings[j].at_ns - sendings[i].at_ns;

			if (octets > rate * time_ns / SECOND + slack)
				fail_msg("%u octets in %u ns at %u per second",
						(unsigned int)octets, (unsigned int)time_ns,
						(unsigned int)rate);
		}
	}
}

/* A second of turns that come when they come, sometimes after a pause. */
static void
never_more_leaves_than_the_rate_carries_and_little_less(void **state)
{
	static const uint64_t rates[] = { 20000, 1000000, 12500000, 125000000 };
	static struct sending sendings[SENDINGS_MAX];
	struct random random = { .state = 1 };

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(rates) * 2; i++) {
		const bool pauses = i % 2 == 1;
		const uint64_t rate = rates[i / 2],
			       span_ns = rate > 12500000 ? SECOND / 10 : SECOND;
		struct tcb *tcb = paced_at(rate);
		uint64_t now_ns = SECOND, octets = 0;
		unsigned int n = 0;

		while (now_ns < SECOND + span_ns) {
			tcp_set_now(&bare.tcp, now_ns);
			for (; pacing_room(tcb) > 0; n++, octets += MSS) {
				assert_true(n < SENDINGS_MAX);
				sendings[n] = (struct sending){ now_ns, octets };
				pacing_on_sent(tcb, MSS);
			}
			now_ns = RTE_MAX(now_ns, block.release_ns) + random_below(&random, 150000);
			if (pauses && random_below(&random, 20) == 0)
				now_ns += random_below(&random, 20 * MS);
		}
		assert_bound(sendings, n, rate);
		if (!pauses)
			assert_true(octets >= rate * span_ns / SECOND / 100 * 98);
	}
}

/* Linux: "set sk_pacing_rate to 200 % of current rate" in slow start, 120 % after it. */
static void
window_and_round_trip_make_the_rate(void **state)
{
	struct tcb *tcb = paced_at(1000000);

	(void)state;
	tcb->cwnd = 10 * MSS;
	congestion_pace(tcb);
	assert_int_equal(block.rate, 1000000); /* no round trip is known yet */
	rto_on_sample(&tcb->rtt, 50000, 200000, 60000000);
	congestion_pace(tcb);
	assert_int_equal(block.rate, 2 * 10 * MSS * 20);
	tcb->ssthresh = 20 * MSS;
	congestion_pace(tcb); /* it can no longer double */
	assert_int_equal(block.rate, 12 * MSS * 20);
	bare_fly(tcb, 15 * MSS);
	congestion_pace(tcb); /* cwnd has just been cut: the flight is still what it was */
	assert_int_equal(block.rate, 18 * MSS * 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connection_without_a_block_or_a_rate_waits_for_nothing),
		cmocka_unit_test(quantum_is_a_millisecond_within_bounds),
		cmocka_unit_test(text_leaves_a_quantum_at_a_time),
		cmocka_unit_test(burst_that_was_broken_off_goes_on),
		cmocka_unit_test(room_is_in_whole_segments),
		cmocka_unit_test(greater_rate_shortens_the_wait),
		cmocka_unit_test(timer_is_due_with_the_next_tick),
		cmocka_unit_test(wait_with_text_in_flight_has_a_retransmission_timer),
		cmocka_unit_test(never_more_leaves_than_the_rate_carries_and_little_less),
		cmocka_unit_test(window_and_round_trip_make_the_rate),
	};

	return cmocka_run_group_tests_name("tcp_pacing", tests, NULL, NULL);
}
