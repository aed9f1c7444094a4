/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Proportional rate reduction, RFC 9937: the arithmetic of its section 6.2. SMSS is 1000.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tcp/recovery/prr.h"

enum { MSS = 1000 };

static void
first_segment_of_a_recovery_is_always_allowed(void **state)
{
	struct prr prr = { .flight = 20 * MSS };

	(void)state;
	assert_int_equal(prr_on_ack(&prr, 0, 15 * MSS, 10 * MSS, MSS, false), MSS);
}

/* Half of what arrives is sent where ssthresh is half of the flight: no pause, no burst. */
static void
above_the_threshold_sending_is_in_proportion_to_delivery(void **state)
{
	struct prr prr = { .flight = 20 * MSS };
	uint32_t pipe = 20 * MSS, sent = 0;

	(void)state;
	for (uint32_t i = 0; i < 18; i++) {
		uint32_t whole;

		pipe -= MSS;
		whole = prr_on_ack(&prr, MSS, pipe, 10 * MSS, MSS, false) / MSS * MSS;
		prr.out += whole;
		sent += whole;
		pipe += whole;
		assert_in_range(sent + MSS, (i + 1) * MSS / 2, (i + 4) * MSS / 2);
	}
	assert_in_range(pipe, 10 * MSS, 11 * MSS);
}

/* Below it, without SafeACK: one for one. */
static void
below_the_threshold_packets_are_conserved(void **state)
{
	struct prr prr = { .flight = 20 * MSS, .delivered = 5 * MSS, .out = 5 * MSS };

	(void)state;
	assert_int_equal(prr_on_ack(&prr, 2 * MSS, 4 * MSS, 10 * MSS, MSS, false), 2 * MSS);
}

/* With it, one more: slow start. What earlier ACKs allowed and nobody sent is allowed still. */
static void
below_the_threshold_a_safe_ack_allows_slow_start(void **state)
{
	struct prr prr = { .flight = 20 * MSS, .delivered = 5 * MSS, .out = 5 * MSS };

	(void)state;
	assert_int_equal(prr_on_ack(&prr, 2 * MSS, 4 * MSS, 10 * MSS, MSS, true), 3 * MSS);
	prr.out = MSS;
	assert_int_equal(prr_on_ack(&prr, 0, 4 * MSS, 20 * MSS, MSS, false), 6 * MSS);
}

static void
never_more_than_the_threshold_has_room_for(void **state)
{
	struct prr prr = { .flight = 20 * MSS, .delivered = 9 * MSS, .out = MSS };

	(void)state;
	assert_int_equal(prr_on_ack(&prr, MSS, 9500, 10 * MSS, MSS, true), 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_segment_of_a_recovery_is_always_allowed),
		cmocka_unit_test(above_the_threshold_sending_is_in_proportion_to_delivery),
		cmocka_unit_test(below_the_threshold_packets_are_conserved),
		cmocka_unit_test(below_the_threshold_a_safe_ack_allows_slow_start),
		cmocka_unit_test(never_more_than_the_threshold_has_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
