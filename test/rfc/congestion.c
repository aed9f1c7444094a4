/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Congestion control as the wire sees it (3.8.2, RFC 5681): what is in flight, counted here octet by
 * octet, against a window that is worked out here as well. The timeouts are one second, so that it
 * makes no difference whether the handshake gave a round-trip time.
 */
#include "eal.h"
#include "fixture.h"

enum { MSS = 1000 };

static void
in_established_under(struct fixture *t, enum estab_congestion controller)
{
	t->config.tcp.congestion = controller;
	t->config.tcp.rto_min_ns = t->config.tcp.rto_initial_ns = 1000000000;
	t->config.tcp.send_buffer_bytes = 1 << 20;
	in_established(t);
}

/* RFC 9438 4.6: "ssthresh = flight_size * beta_cubic", 0.7. */
static void
may_18_established_loss_leaves_seven_tenths_under_cubic(void **state)
{
	struct fixture *t = *state;

	in_established_under(t, ESTAB_CONGESTION_CUBIC);
	app_write(t, 10 * MSS);
	assert_int_equal(ignore_sent(t), 10);
	for (unsigned int i = 0; i < 3; i++)
		arrive(t, ". 1:1(0) ack 1");
	expect(t, ". 1:1001(1000) ack 1");
	assert_int_equal(status_now(t).ssthresh, 7 * MSS);
	assert_string_equal(status_now(t).congestion, "cubic");
}

/* RFC 5681 3.1: "if the SYN or SYN/ACK is lost, the initial window used ... MUST be set to 1 SMSS" */
static void
established_after_a_lost_syn_ack_begins_with_one_segment(void **state)
{
	struct fixture *t = *state;

	in_syn_received(t);
	advance(t, 1100);
	expect(t, "S. 0:0(0) ack 1");
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_write(t, 10 * MSS);
	expect(t, ". 1:1001(1000) ack 1");
	expect_nothing(t);
}

/* All that is in flight is acknowledged, segment by segment, after so long. @return the number after it */
static uint32_t
acknowledge_round(struct fixture *t, uint32_t from, uint32_t to, unsigned int ms)
{
	uint32_t next = to;

	advance(t, ms);
	while (from != to) {
		from += MSS;
		arrive(t, ". 1:1(0) ack %u", from);
		next += ignore_sent(t) * MSS;
	}
	return next;
}

/* Rounds that each take so much longer than the one before, without timestamps to tell of it. */
static uint32_t
ssthresh_after_rounds(struct fixture *t, unsigned int more_ms)
{
	uint32_t from = 1, to;

	in_established_under(t, ESTAB_CONGESTION_CUBIC);
	app_write(t, 600 * MSS);
	to = 1 + ignore_sent(t) * MSS;
	for (unsigned int i = 0; i < 9; i++) {
		const uint32_t next = acknowledge_round(t, from, to, 50 + i * more_ms);

		from = to;
		to = next;
	}
	return status_now(t).ssthresh;
}

/* RFC 9406 4.2: conservative slow start for five rounds, then congestion avoidance. */
static void
established_round_trip_that_grows_ends_slow_start_without_timestamps(void **state)
{
	struct fixture *t = *state;

	assert_in_range(ssthresh_after_rounds(t, 10), 20 * MSS, 130 * MSS);
}

static void
established_steady_round_trip_lets_slow_start_go_on_without_timestamps(void **state)
{
	assert_true(ssthresh_after_rounds(*state, 0) > 1000 * MSS);
}

/* RFC 5681 4.1: after a pause "that exceeds the retransmission timeout", no more than RW at once. */
static void
established_after_a_pause_sends_the_initial_window_at_once(void **state)
{
	struct fixture *t = *state;

	in_established_under(t, ESTAB_CONGESTION_NEWRENO);
	app_write(t, 20 * MSS);
	assert_int_equal(ignore_sent(t), 10);
	for (unsigned int i = 2; i <= 20; i += 2) {
		arrive(t, ". 1:1(0) ack %u", i * MSS + 1);
		ignore_sent(t);
	}
	assert_in_range(status_now(t).cwnd, 20 * MSS, 30 * MSS);
	advance(t, 900); /* not yet a pause */
	app_write(t, 20 * MSS);
	assert_int_equal(ignore_sent(t), 20);
	arrive(t, ". 1:1(0) ack 40001");
	ignore_sent(t);
	advance(t, 5000);
	app_write(t, 50 * MSS);
	assert_int_equal(ignore_sent(t), 10);
}

enum {
	SEGMENTS_MAX = 8192, /* in a whole conversation */
	DELIVERIES = 3000,
	LOSS_PERCENT = 2,
};

/*
 * A wire that loses segments, and a receiver that acknowledges each of the others, without SACK. What
 * is on the wire is what may be compared with cwnd: it has neither arrived nor been lost.
 */
struct wire {
	uint32_t seed;
	uint32_t queue[SEGMENTS_MAX]; /* sequence numbers, in the order of sending */
	uint32_t first, end;          /* of the queue */
	bool arrived[SEGMENTS_MAX];   /* by number / MSS */
	uint32_t una, highest;
	/* What RFC 5681, RFC 6582 and, for CUBIC, RFC 9438 allow at most. */
	uint32_t beta_percent;
	uint32_t window, ssthresh, recover, duplicates, counted;
	bool recovering;
};

static uint32_t
greater(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t
lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The same for every run: a linear congruential generator. */
static uint32_t
next_random(struct wire *wire, uint32_t below)
{
	wire->seed = wire->seed * 1103515245 + 12345;
	return (wire->seed >> 16) % below;
}

/* Of what is on the wire, copies of what has been acknowledged meanwhile are not in FlightSize. */
static uint32_t
in_flight(const struct wire *wire)
{
	uint32_t octets = 0;

	for (uint32_t i = wire->first; i < wire->end; i++)
		octets += wire->queue[i] >= wire->una ? MSS : 0;
	return octets;
}

/*
 * What has left goes onto the wire: never more than the window is on it. Two segments are allowed
 * beyond, since slow start may end so far above ssthresh (RFC 3465 2.1) where it began later than here.
 */
static void
collect(struct fixture *t, struct wire *wire)
{
	const struct packet *packet;

	while ((packet = next_sent(t)) != NULL) {
		assert_int_equal(packet->text_len, MSS);
		assert_true(wire->end < SEGMENTS_MAX);
		wire->queue[wire->end++] = packet->seq;
		wire->highest = greater(wire->highest, packet->seq + MSS);
		if (in_flight(wire) > wire->window + 2 * MSS)
			fail_msg("%u octets in flight, the window is %u", in_flight(wire),
					wire->window);
	}
}

/* RFC 5681 equation (4), RFC 9438 4.6. */
static void
reduce(struct wire *wire)
{
	wire->ssthresh = greater((wire->highest - wire->una) * wire->beta_percent / 100, 2 * MSS);
	wire->recover = wire->highest;
}

/* RFC 3465 2.1: bytes_acked, and one segment more when it has reached the window. */
static void
count(struct wire *wire, uint32_t acked)
{
	wire->counted += acked;
	if (wire->counted < wire->window)
		return;
	wire->counted -= wire->window;
	wire->window += MSS;
}

/*
 * RFC 3465 2.3: L is 2, and 1 while what was lost at a timeout is repaired; slow start so ends less
 * than two segments beyond ssthresh. RFC 3465 2.1: a segment for each window; RFC 9438 4.2 has half as much again in a
 * round trip at most.
 */
static void
grow(struct wire *wire, uint32_t acked)
{
	const uint32_t limit = wire->una < wire->recover ? MSS : 2 * MSS;

	if (wire->window < wire->ssthresh)
		wire->window += lesser(acked, limit);
	else if (wire->beta_percent == 50)
		count(wire, acked);
	else
		wire->window += greater(acked / 2, 1);
}

/* RFC 6582 3.2: what an ACK means; recovery ends with the window at ssthresh. */
static void
acknowledged(struct wire *wire, uint32_t acked)
{
	if (acked == 0) {
		if (++wire->duplicates == 3 && !wire->recovering && wire->una > wire->recover) {
			reduce(wire);
			wire->recovering = true;
		}
		return;
	}
	wire->duplicates = 0;
	if (!wire->recovering) {
		grow(wire, acked);
	} else if (wire->una >= wire->recover) {
		wire->recovering = false;
		wire->window = wire->ssthresh;
	}
}

/* The oldest on the wire arrives, if it is not lost; its ACK arrives at once. */
static void
deliver(struct fixture *t, struct wire *wire)
{
	const uint32_t una = wire->una;

	wire->arrived[(wire->queue[wire->first++] - 1) / MSS] = true;
	while (wire->arrived[(wire->una - 1) / MSS])
		wire->una += MSS;
	acknowledged(wire, wire->una - una);
	arrive(t, ". 1:1(0) ack %u", wire->una);
}

/* Nothing is on the wire any more: RFC 5681 3.1. */
static void
time_out(struct fixture *t, struct wire *wire)
{
	reduce(wire);
	wire->recovering = false;
	wire->duplicates = 0;
	wire->window = MSS;
	advance(t, status_now(t).rto_us / 1000 + 1);
	assert_true(stats_now(t).retransmission_timeouts > 0);
}

static void
check_bound(struct fixture *t, enum estab_congestion controller, uint32_t beta_percent)
{
	static struct wire wire;

	wire = (struct wire){ .seed = 4,
		.una = 1,
		.highest = 1,
		.beta_percent = beta_percent,
		.window = 10 * MSS,
		.ssthresh = UINT32_MAX };
	in_established_under(t, controller);
	for (unsigned int i = 0; i < DELIVERIES; i++) {
		if (status_now(t).send_queued < 200 * MSS)
			app_write(t, 50 * MSS);
		collect(t, &wire);
		if (wire.first == wire.end)
			time_out(t, &wire);
		else if (next_random(&wire, 100) < LOSS_PERCENT)
			wire.first++;
		else
			deliver(t, &wire);
		collect(t, &wire);
	}
	assert_true(stats_now(t).fast_retransmits > 5);
	assert_true(wire.una > DELIVERIES * MSS / 2);
}

static void
established_flight_never_exceeds_the_window_of_newreno(void **state)
{
	check_bound(*state, ESTAB_CONGESTION_NEWRENO, 50);
}

static void
established_flight_never_exceeds_the_window_of_cubic(void **state)
{
	check_bound(*state, ESTAB_CONGESTION_CUBIC, 70);
}

/* DCTCP answers loss as NewReno does (RFC 8257 3.5). */
static void
established_flight_never_exceeds_the_window_of_dctcp(void **state)
{
	check_bound(*state, ESTAB_CONGESTION_DCTCP, 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(may_18_established_loss_leaves_seven_tenths_under_cubic),
		FIXTURE_TEST(established_after_a_lost_syn_ack_begins_with_one_segment),
		FIXTURE_TEST(established_round_trip_that_grows_ends_slow_start_without_timestamps),
		FIXTURE_TEST(established_steady_round_trip_lets_slow_start_go_on_without_timestamps),
		FIXTURE_TEST(established_after_a_pause_sends_the_initial_window_at_once),
		FIXTURE_TEST(established_flight_never_exceeds_the_window_of_newreno),
		FIXTURE_TEST(established_flight_never_exceeds_the_window_of_cubic),
		FIXTURE_TEST(established_flight_never_exceeds_the_window_of_dctcp),
	};

	return cmocka_run_group_tests_name("congestion", tests, eal_start, eal_stop);
}
