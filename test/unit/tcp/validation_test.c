/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Congestion window validation (RFC 7661 4): when the phase begins and ends, and what it changes. A
 * window of 40 segments of 1000 octets, of which ten are used. What is on the wire of it is in
 * test/rfc/congestion_validation.c.
 */
#include "bare.h"

#include "tcp/congestion/congestion.h"
#include "tcp/congestion/pacing.h"
#include "tcp/seq.h"

enum { MSS = BARE_MSS, CWND = 40 * MSS };

static struct bare bare;

static bool
is_lacking(const struct tcb *tcb)
{
	return (tcb->validation_flags & VALIDATION_LACKING) != 0;
}

static void
pass(uint64_t ns)
{
	tcp_set_now(&bare.tcp, bare.tcp.now_ns + ns);
}

/* What the episode at its end makes of recover: it stays behind SND.UNA. */
static void
acknowledge(struct tcb *tcb, uint32_t octets)
{
	tcb->snd_una += octets;
	congestion_on_ack(tcb, octets);
	tcb->work->recover = tcb->snd_una - 1;
}

/* So many segments leave together, and a round trip of 10 ms later each has an ACK of its own. */
static void
use(struct tcb *tcb, uint32_t segments)
{
	if (tcb_flight_size(tcb) == 0)
		congestion_resume(tcb);
	congestion_on_sent(tcb);
	bare_fly(tcb, segments * MSS);
	pass(10 * MS);
	for (uint32_t i = 0; i < segments; i++)
		acknowledge(tcb, MSS);
}

static struct tcb *
established(enum estab_congestion control)
{
	struct tcb *tcb = bare_init(&bare);

	bare.tcp.config.congestion = control;
	congestion_init(tcb);
	rto_init(&tcb->rtt, 1000000);
	rto_on_sample(&tcb->rtt, 10000, 1000000, 60000000);
	tcb->cwnd = CWND;
	return tcb;
}

/* ... and of its 40 segments no more than so many are used, for two seconds. */
static struct tcb *
rate_limited(enum estab_congestion control, uint32_t segments)
{
	struct tcb *tcb = established(control);

	for (unsigned int i = 0; i < 20; i++) {
		use(tcb, segments);
		pass(90 * MS);
	}
	return tcb;
}

/* 4.3: "Validated phase: pipeACK >= (1/2)*cwnd, or pipeACK is undefined" */
static void
half_of_the_window_validates_it(void **state)
{
	struct tcb *tcb = established(ESTAB_CONGESTION_NEWRENO);

	(void)state;
	assert_false(is_lacking(tcb));
	use(tcb, 19);
	assert_true(is_lacking(tcb));
	use(tcb, 20);
	assert_false(is_lacking(tcb));
	assert_int_equal(tcb->cwnd, CWND);
}

/* 4.2: the greatest sample of a second counts, so that a pause ends nothing at once. */
static void
phase_begins_when_the_last_great_sample_is_a_second_old(void **state)
{
	struct tcb *tcb = established(ESTAB_CONGESTION_NEWRENO);
	unsigned int rounds = 0;

	(void)state;
	use(tcb, 25);
	while (!is_lacking(tcb) && rounds < 200) {
		use(tcb, 5);
		rounds++;
	}
	assert_in_range(rounds, 45, 100); /* of 10 ms */
}

/* A sample is of a round trip: segments that wait for their turn are not counted again and again. */
static void
sample_is_what_one_round_trip_acknowledges(void **state)
{
	struct tcb *tcb = established(ESTAB_CONGESTION_NEWRENO);

	(void)state;
	bare_fly(tcb, 10 * MSS);
	for (unsigned int i = 0; i < 100; i++) { /* ten always are in flight */
		pass(MS);
		acknowledge(tcb, MSS);
		bare_fly(tcb, 10 * MSS);
	}
	assert_int_equal(tcb->congestion.validation.pipe_ack.most[0], 10 * MSS);
	assert_true(is_lacking(tcb));
}

/* A sender that fills its window is never taken for one that does not, also while it doubles. */
static void
slow_start_with_a_full_window_is_validated_throughout(void **state)
{
	struct tcb *tcb = established(ESTAB_CONGESTION_NEWRENO);

	(void)state;
	tcb->cwnd = 10 * MSS;
	bare_fly(tcb, tcb->cwnd);
	while (tcb->cwnd < 1000 * MSS) {
		pass(MS / 10);
		acknowledge(tcb, 2 * MSS);
		assert_false(is_lacking(tcb));
		bare_fly(tcb, tcb->cwnd);
	}
}

/* 4.4.1: half of the greater of pipeACK and LossFlightSize, and less half of R in the end */
static void
check_loss(enum estab_congestion control, uint32_t used, uint32_t flight, uint32_t resent,
		uint32_t half, uint32_t left)
{
	struct tcb *tcb = rate_limited(control, used);

	assert_true(is_lacking(tcb));
	bare_fly(tcb, flight * MSS);
	congestion_reduce(tcb);
	assert_int_equal(tcb->ssthresh, half);
	congestion_recovered(tcb, true, resent * MSS);
	assert_int_equal(tcb->cwnd, left);
	assert_int_equal(tcb->ssthresh, RTE_MAX(left, 2U * MSS));
	assert_false(is_lacking(tcb)); /* pipeACK is undefined again */
}

static void
loss_in_the_phase_is_answered_by_what_was_used(void **state)
{
	(void)state;
	check_loss(ESTAB_CONGESTION_NEWRENO, 10, 4, 1, 5000, 4500);
	check_loss(ESTAB_CONGESTION_NEWRENO, 4, 10, 2, 5000, 4000);
	check_loss(ESTAB_CONGESTION_CUBIC, 10, 4, 1, 5000, 4500);
	check_loss(ESTAB_CONGESTION_CUBIC, 4, 10, 2, 5000, 4000);
	check_loss(ESTAB_CONGESTION_CUBIC, 10, 10, 9, 5000, 1000); /* "below 1 TCP MSS" never */
	check_loss(ESTAB_CONGESTION_DCTCP, 10, 4, 1, 5000, 4500);
}

/* A validated window falls as its controller has it, and what was sent again makes no difference. */
static void
loss_of_a_validated_window_is_the_controllers(void **state)
{
	struct tcb *tcb = rate_limited(ESTAB_CONGESTION_CUBIC, 20);

	(void)state;
	assert_false(is_lacking(tcb));
	assert_int_equal(tcb->cwnd, CWND);
	bare_fly(tcb, CWND);
	congestion_reduce(tcb);
	assert_int_equal(tcb->ssthresh, CWND / 10 * 7);
	congestion_recovered(tcb, true, 5 * MSS);
	assert_int_equal(tcb->cwnd, CWND / 10 * 7);
}

/* RFC 9438 4.6: W_max is what was met, not a window that nobody has tried. */
static void
plateau_of_cubic_is_what_was_used(void **state)
{
	struct tcb *tcb = rate_limited(ESTAB_CONGESTION_CUBIC, 10);

	(void)state;
	bare_fly(tcb, 4 * MSS);
	congestion_reduce(tcb);
	assert_int_equal(tcb->congestion.cubic.epoch.w_max, 10 * MSS);
	congestion_recovered(tcb, true, MSS);
	congestion_undo(tcb);
	assert_int_equal(tcb->cwnd, CWND); /* a loss that was none leaves all as it was */
}

/* A mark is congestion as well, and nothing of it was sent again. */
static void
mark_in_the_phase_is_answered_by_what_was_used(void **state)
{
	struct tcb *tcb = rate_limited(ESTAB_CONGESTION_NEWRENO, 10);

	(void)state;
	bare_fly(tcb, 4 * MSS);
	congestion_on_ecn(tcb);
	assert_int_equal(tcb->cwnd, 2 * MSS);
	tcb = rate_limited(ESTAB_CONGESTION_CUBIC, 10);
	bare_fly(tcb, 10 * MSS);
	congestion_on_ecn(tcb);
	assert_int_equal(tcb->cwnd, 7 * MSS);
}

/* 4.2: no samples in fast recovery, nor while a timeout is repaired. */
static void
what_a_recovery_acknowledges_is_no_sample(void **state)
{
	struct tcb *tcb = established(ESTAB_CONGESTION_NEWRENO);

	(void)state;
	bare_fly(tcb, 40 * MSS);
	congestion_on_timeout(tcb);
	tcb->work->recover = tcb->snd_nxt;
	for (unsigned int i = 0; i < 8; i++) {
		tcb->snd_una += 5 * MSS;
		congestion_on_ack(tcb, 5 * MSS);
		assert_int_equal(tcb->congestion.validation.pipe_ack.most[0], PIPE_ACK_UNDEFINED);
	}
	congestion_recovered(tcb, false, 10 * MSS);
	use(tcb, 3);
	assert_int_equal(tcb->congestion.validation.pipe_ack.most[0], PIPE_ACK_UNDEFINED);
	use(tcb, 3);
	assert_int_equal(tcb->congestion.validation.pipe_ack.most[0], 3 * MSS);
}

/*
 * 4.2: pipeACK is undefined after a recovery, but of a sampling period in which nothing was sent there
 * is a sample: nothing. What is sent then is the next.
 */
static void
pause_after_a_recovery_is_a_sample_of_nothing(void **state)
{
	struct tcb *tcb = established(ESTAB_CONGESTION_NEWRENO);

	(void)state;
	bare.tcp.config.idle_keeps_cwnd = true;
	use(tcb, 40);
	bare_fly(tcb, 40 * MSS);
	congestion_reduce(tcb);
	tcb->snd_una = tcb->snd_nxt;
	congestion_recovered(tcb, true, MSS);
	tcb->cwnd = CWND;
	pass(900 * MS);
	congestion_resume(tcb);
	assert_false(is_lacking(tcb));
	pass(3 * SECOND);
	congestion_resume(tcb);
	assert_true(is_lacking(tcb));
	assert_int_equal(tcb->cwnd, CWND);
	bare_fly(tcb, 10 * MSS);
	for (uint32_t i = 0; i < 10; i++)
		acknowledge(tcb, MSS);
	assert_int_equal(tcb->congestion.validation.pipe_ack.most[0], 10 * MSS);
	assert_true(is_lacking(tcb));
	use(tcb, 20);
	assert_false(is_lacking(tcb));
}

/* 4.4.3: after five minutes half of cwnd is left, IW at least, and ssthresh is 3/4 of it */
static void
window_not_used_for_five_minutes_is_halved(void **state)
{
	struct tcb *tcb = rate_limited(ESTAB_CONGESTION_NEWRENO, 10);

	(void)state;
	tcb->ssthresh = 20 * MSS;
	for (unsigned int i = 0; i < 590; i++) { /* 295 seconds */
		use(tcb, 10);
		pass(490 * MS);
	}
	assert_int_equal(tcb->cwnd, CWND);
	for (unsigned int i = 0; i < 10; i++) {
		use(tcb, 10);
		pass(490 * MS);
	}
	assert_int_equal(tcb->cwnd, 20 * MSS);
	assert_int_equal(tcb->ssthresh, 30 * MSS);
	assert_false(is_lacking(tcb)); /* ten are half of twenty */
}

/* Once for each five minutes, and never below the initial window. */
static void
window_kept_idle_falls_to_the_initial_window_in_the_end(void **state)
{
	static const struct {
		uint32_t minutes, segments;
	} cases[] = { { 4, 400 }, { 6, 200 }, { 11, 100 }, { 24, 25 }, { 60, 10 }, { 100000, 10 } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct tcb *tcb = established(ESTAB_CONGESTION_CUBIC);

		bare.tcp.config.idle_keeps_cwnd = true;
		tcb->cwnd = 400 * MSS;
		use(tcb, 200);
		pass(cases[i].minutes * 60 * SECOND);
		congestion_resume(tcb);
		assert_int_equal(tcb->cwnd, cases[i].segments * MSS);
	}
}

/* RFC 5681 4.1 is what holds unless the user wants otherwise; slow start then is validated. */
static void
pause_without_that_policy_begins_anew(void **state)
{
	struct tcb *tcb = rate_limited(ESTAB_CONGESTION_CUBIC, 10);

	(void)state;
	pass(2 * SECOND);
	congestion_resume(tcb);
	assert_int_equal(tcb->cwnd, 10 * MSS);
	assert_false(is_lacking(tcb));
}

/* 4.4.2: the initial window at once, and that beyond what each ACK acknowledges. */
static void
burst_into_a_window_that_was_not_used_is_bounded(void **state)
{
	static struct pacing pacing;
	struct tcb *tcb = rate_limited(ESTAB_CONGESTION_CUBIC, 10);

	(void)state;
	congestion_resume(tcb);
	assert_int_equal(validation_burst_room(tcb),
			11 * MSS); /* the last ACK was of one segment */
	bare_fly(tcb, 11 * MSS);
	assert_int_equal(validation_burst_room(tcb), 0);
	acknowledge(tcb, MSS);
	assert_int_equal(validation_burst_room(tcb), 11 * MSS);
	tcb->work->pacing = &pacing; /* which spreads what leaves by itself */
	assert_int_equal(validation_burst_room(tcb), UINT32_MAX);
	tcb->work->pacing = NULL;
	use(tcb, 40);
	assert_int_equal(validation_burst_room(tcb), UINT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_of_the_window_validates_it),
		cmocka_unit_test(phase_begins_when_the_last_great_sample_is_a_second_old),
		cmocka_unit_test(sample_is_what_one_round_trip_acknowledges),
		cmocka_unit_test(slow_start_with_a_full_window_is_validated_throughout),
		cmocka_unit_test(loss_in_the_phase_is_answered_by_what_was_used),
		cmocka_unit_test(loss_of_a_validated_window_is_the_controllers),
		cmocka_unit_test(plateau_of_cubic_is_what_was_used),
		cmocka_unit_test(mark_in_the_phase_is_answered_by_what_was_used),
		cmocka_unit_test(what_a_recovery_acknowledges_is_no_sample),
		cmocka_unit_test(pause_after_a_recovery_is_a_sample_of_nothing),
		cmocka_unit_test(window_not_used_for_five_minutes_is_halved),
		cmocka_unit_test(window_kept_idle_falls_to_the_initial_window_in_the_end),
		cmocka_unit_test(pause_without_that_policy_begins_anew),
		cmocka_unit_test(burst_into_a_window_that_was_not_used_is_bounded),
	};

	return cmocka_run_group_tests_name("tcp_validation", tests, NULL, NULL);
}
