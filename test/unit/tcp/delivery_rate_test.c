/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Delivery-rate samples, worked out by hand (draft-ietf-ccwg-bbr, "Delivery Rate Samples"). Segments
 * are of 1000 octets; times are microseconds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tcp/congestion/delivery_rate.h"
#include "tcp/recovery/scoreboard.h"

enum { MSS = 1000, START = 4294960000u, BEGIN_US = 4294900000u }; /* both wrap on the way */

static struct delivery_rate rate;
static struct rate_sample sample;

static uint32_t
at(uint32_t octets)
{
	return START + octets;
}

static void
init(void)
{
	delivery_rate_init(&rate, BEGIN_US);
}

/* Octets from .. to leave for the first time, and with them so many are in flight. */
static void
send(uint32_t from, uint32_t to, uint32_t in_flight, uint32_t us)
{
	delivery_rate_on_sent(&rate, at(from), at(to), false, in_flight, BEGIN_US + us, 0);
}

/* SND.UNA is now there, and so much has come with this ACK; what left last of it ends at end. */
static void
deliver(uint32_t una, uint32_t octets, uint32_t end, bool ambiguous, uint32_t us)
{
	const struct delivery delivery = { .octets = octets,
		.latest_end = at(end),
		.latest_ambiguous = ambiguous,
		.any = true };

	delivery_rate_on_delivered(&rate, &delivery, at(una), BEGIN_US + us, &sample);
}

/* "delivery_rate = data_delivered / data_elapsed" */
static void
rate_is_what_was_delivered_since_the_segment_left_by_the_time_that_took(void **state)
{
	(void)state;
	init();
	send(0, 10 * MSS, 10 * MSS, 0);
	deliver(2 * MSS, 2 * MSS, 2 * MSS, false, 10000);
	assert_true(sample.has_data);
	assert_int_equal(sample.delivered, 2 * MSS);
	assert_int_equal(sample.newly_acked, 2 * MSS);
	assert_int_equal(sample.rate, 200000); /* 2000 in 10 ms */
	assert_int_equal(sample.rtt_us, 10000);
	assert_int_equal(sample.in_flight, 10 * MSS);
	assert_int_equal(sample.prior_delivered, 0);
	assert_false(sample.app_limited);

	send(10 * MSS, 12 * MSS, 10 * MSS, 10000); /* with 2000 delivered */
	deliver(10 * MSS, 8 * MSS, 10 * MSS, false, 12000);
	deliver(12 * MSS, 2 * MSS, 12 * MSS, false, 20000);
	assert_int_equal(sample.prior_delivered, 2 * MSS);
	assert_int_equal(sample.delivered, 10 * MSS);
	assert_int_equal(sample.rate,
			1000000); /* 10000 in the 10 ms since the ACK before it left */
}

/* A gigabyte in a microsecond is a clock's mistake: products with the rate must not overflow. */
static void
rate_beyond_any_path_is_cut(void **state)
{
	(void)state;
	init();
	send(0, 1000000000, 1000000000, 0);
	deliver(1000000000, 1000000000, 1000000000, false, 1);
	assert_int_equal(sample.rate, DELIVERY_RATE_MAX);
}

/* "ack_rate ... can be above the bottleneck's where ACKs are compressed": the longer time counts. */
static void
time_of_sending_counts_where_it_is_longer(void **state)
{
	(void)state;
	init();
	send(0, MSS, MSS, 0);
	send(MSS, 2 * MSS, 2 * MSS, 30000);
	deliver(MSS, MSS, MSS, false, 31000);
	send(2 * MSS, 3 * MSS, 2 * MSS, 32000);
	deliver(3 * MSS, 2 * MSS, 3 * MSS, false, 45000); /* one ACK for both */
	assert_int_equal(sample.delivered, 2 * MSS);
	assert_int_equal(sample.rate, 62500); /* 2000 in the 32 ms in which they left, not in 14 */
}

/* "If there is no data in flight ... start the delivery rate interval at the current time" */
static void
idle_time_is_not_counted(void **state)
{
	(void)state;
	init();
	send(0, MSS, MSS, 0);
	deliver(MSS, MSS, MSS, false, 10000);
	send(MSS, 2 * MSS, MSS, 5000000);
	deliver(2 * MSS, MSS, 2 * MSS, false, 5010000);
	assert_int_equal(sample.rate, 100000);
}

/* "C.app_limited = C.delivered + C.inflight": until that has passed, samples say so. */
static void
bubble_marks_what_is_sent_until_it_has_passed(void **state)
{
	(void)state;
	init();
	send(0, 3 * MSS, 3 * MSS, 0);
	delivery_rate_limited(&rate, 3 * MSS);
	send(3 * MSS, 4 * MSS, 4 * MSS, 1000);
	deliver(3 * MSS, 3 * MSS, 3 * MSS, false, 10000);
	assert_false(sample.app_limited);
	deliver(4 * MSS, MSS, 4 * MSS, false, 11000);
	assert_true(sample.app_limited);
	assert_int_equal(rate.app_limited, 0); /* more is delivered than was in flight then */
	send(4 * MSS, 5 * MSS, MSS, 12000);
	deliver(5 * MSS, MSS, 5 * MSS, false, 22000);
	assert_false(sample.app_limited);
}

/* Before anything is delivered the index is 0, which would mean that it is not limited. */
static void
bubble_in_an_empty_pipe_is_one(void **state)
{
	(void)state;
	init();
	delivery_rate_limited(&rate, 0);
	assert_int_equal(rate.app_limited, 1);
}

/* "RS.interval < C.min_rtt: no reliable rate sample" */
static void
sample_in_less_than_a_round_trip_is_none(void **state)
{
	(void)state;
	init();
	send(0, 2 * MSS, 2 * MSS, 0);
	deliver(MSS, MSS, MSS, false, 10000);
	delivery_rate_on_sent(&rate, at(MSS), at(2 * MSS), true, MSS, BEGIN_US + 15000, 0);
	deliver(2 * MSS, MSS, 2 * MSS, true, 16000); /* the first sending, late */
	assert_true(sample.has_data);
	assert_int_equal(sample.rate, 0);
	assert_int_equal(sample.rtt_us, RTT_NONE); /* whose round trip that is nobody knows */
	assert_int_equal(rate.delivered, 2 * MSS);
}

static void
retransmission_is_measured_from_when_it_left(void **state)
{
	(void)state;
	init();
	send(0, 4 * MSS, 4 * MSS, 0);
	deliver(MSS, MSS, MSS, false, 10000);
	rate.lost += MSS;
	delivery_rate_on_sent(&rate, at(MSS), at(2 * MSS), true, 3 * MSS, BEGIN_US + 11000, 0);
	deliver(4 * MSS, 3 * MSS, 2 * MSS, true, 21000);
	assert_int_equal(sample.prior_delivered, MSS);
	assert_int_equal(sample.delivered, 3 * MSS);
	assert_int_equal(sample.rate, UINT64_C(3000) * 1000000 / 11000);
	assert_int_equal(sample.lost, 0); /* since then */
}

/* RS.lost: since the segment left. */
static void
losses_are_counted_from_when_the_segment_left(void **state)
{
	(void)state;
	init();
	rate.lost = 5 * MSS;
	send(0, 4 * MSS, 4 * MSS, 0);
	rate.lost += 3 * MSS;
	deliver(0, MSS, 4 * MSS, false, 10000);
	assert_int_equal(sample.lost, 3 * MSS);
}

/* What leaves within a part of a round trip shares a note, and is measured from its beginning. */
static void
sendings_close_together_share_a_note(void **state)
{
	const uint32_t srtt_us = 24000; /* so that a millisecond is near */

	(void)state;
	init();
	for (uint32_t i = 0; i < 4; i++)
		delivery_rate_on_sent(&rate, at(i * MSS), at((i + 1) * MSS), false, (i + 1) * MSS,
				BEGIN_US + i * 400, srtt_us);
	assert_int_equal(rate.count, 2); /* 0, 400, 800 and 1200 */
	assert_int_equal(rate.sendings[0].right, at(3 * MSS));
	assert_int_equal(rate.sendings[0].in_flight, 3 * MSS);
	deliver(2 * MSS, 2 * MSS, 2 * MSS, false, 20000);
	assert_int_equal(sample.rtt_us, 20000); /* at most: from the first of them */
	deliver(3 * MSS, MSS, 3 * MSS, false, 20800);
	assert_int_equal(sample.rtt_us, 20000); /* the last */
	assert_int_equal(sample.rate, UINT64_C(3000) * 1000000 / 20800);
	assert_int_equal(rate.count, 1);
}

static void
full_ring_forgets_the_oldest(void **state)
{
	(void)state;
	init();
	for (uint32_t i = 0; i <= SENDINGS_MAX; i++)
		send(i * MSS, (i + 1) * MSS, (i + 1) * MSS, i * 1000);
	assert_int_equal(rate.count, SENDINGS_MAX);
	deliver(MSS, MSS, MSS, false, 100000);
	assert_false(sample.has_data);
	assert_int_equal(sample.newly_acked, MSS);
	assert_int_equal(rate.delivered, MSS);
	deliver(2 * MSS, MSS, 2 * MSS, false, 101000);
	assert_true(sample.has_data);
	assert_int_equal(sample.rtt_us, 100000);
}

static void
sendings_of_a_hole_are_found_in_order_and_of_a_retransmission_the_latest(void **state)
{
	(void)state;
	init();
	for (uint32_t i = 0; i < 4; i++)
		send(i * MSS, (i + 1) * MSS, (i + 1) * MSS, i * 1000);
	delivery_rate_on_sent(&rate, at(MSS), at(2 * MSS), true, 4 * MSS, BEGIN_US + 9000, 0);
	send(4 * MSS, 5 * MSS, 5 * MSS, 10000);
	delivery_rate_on_sent(&rate, at(MSS), at(2 * MSS), true, 4 * MSS, BEGIN_US + 19000, 0);
	assert_int_equal(delivery_rate_find(&rate, 0, at(MSS), at(3 * MSS), false), 1);
	assert_int_equal(delivery_rate_find(&rate, 2, at(MSS), at(3 * MSS), false), 2);
	assert_int_equal(delivery_rate_find(&rate, 3, at(MSS), at(3 * MSS), false), -1);
	assert_int_equal(delivery_rate_find(&rate, 0, at(MSS), at(2 * MSS), true), 6);
	assert_int_equal(delivery_rate_find(&rate, 0, at(7 * MSS), at(8 * MSS), false), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
				rate_is_what_was_delivered_since_the_segment_left_by_the_time_that_took),
		cmocka_unit_test(rate_beyond_any_path_is_cut),
		cmocka_unit_test(time_of_sending_counts_where_it_is_longer),
		cmocka_unit_test(idle_time_is_not_counted),
		cmocka_unit_test(bubble_marks_what_is_sent_until_it_has_passed),
		cmocka_unit_test(bubble_in_an_empty_pipe_is_one),
		cmocka_unit_test(sample_in_less_than_a_round_trip_is_none),
		cmocka_unit_test(retransmission_is_measured_from_when_it_left),
		cmocka_unit_test(losses_are_counted_from_when_the_segment_left),
		cmocka_unit_test(sendings_close_together_share_a_note),
		cmocka_unit_test(full_ring_forgets_the_oldest),
		cmocka_unit_test(
				sendings_of_a_hole_are_found_in_order_and_of_a_retransmission_the_latest),
	};

	return cmocka_run_group_tests_name("tcp_delivery_rate", tests, NULL, NULL);
}
