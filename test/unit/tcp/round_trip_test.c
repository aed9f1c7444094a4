/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is no measure of the round trip: an acknowledgment of what was sent twice (Karn; RFC 6298 3), by any of
 * the three ways in which one is measured. Without timestamps, which tell the two apart.
 */
#include "bench.h"

#include "eal.h"

/* Octets wait behind a closed window, and the peer answers each probe, and takes nothing. */
static void
in_probed(struct fixture *t, unsigned int probes)
{
	in_established(t);
	arrive(t, ". 1:1(0) ack 1 win 0");
	app_write(t, 5);
	while (stats_now(t).zero_window_probes < probes)
		advance(t, 10);
	assert_int_equal(ignore_sent(t), probes);
	arrive(t, ". 1:1(0) ack 1 win 0");
}

static void
assert_never_measured(const struct fixture *t, uint32_t srtt_us8)
{
	assert_int_equal(tcb_of(t)->rtt.srtt_us8, srtt_us8);
	assert_int_equal(tcb_of(t)->work->flight.hystart.last_min_us, HYSTART_NONE);
}

/* What follows is sent once, and is measured. */
static void
check_next_is_measured(struct fixture *t, const char *segment)
{
	expect(t, "%s", segment);
	app_write(t, 5); /* waits for the ACK (SHLD-7), so that the connection does not come to rest */
	advance(t, 50);
	arrive(t, ". 1:1(0) ack 6");
	expect(t, "P. 6:11(5) ack 1");
	assert_int_equal(tcb_of(t)->work->flight.hystart.last_min_us, 50000);
}

static void
established_probe_sent_twice_measures_nothing(void **state)
{
	struct fixture *t = *state;
	uint32_t srtt_us8;

	in_probed(t, 2);
	srtt_us8 = tcb_of(t)->rtt.srtt_us8;
	arrive(t, ". 1:1(0) ack 2 win 65535");
	assert_never_measured(t, srtt_us8);
	check_next_is_measured(t, "P. 2:6(4) ack 1");
}

/* The window opens, the octet of the probe goes again with what follows, and then the probe's own ACK comes. */
static void
established_probe_sent_again_with_text_measures_nothing(void **state)
{
	struct fixture *t = *state;
	uint32_t srtt_us8;

	in_probed(t, 1);
	srtt_us8 = tcb_of(t)->rtt.srtt_us8;
	arrive(t, ". 1:1(0) ack 1 win 65535");
	arrive(t, ". 1:1(0) ack 2 win 65535");
	assert_never_measured(t, srtt_us8);
	check_next_is_measured(t, "P. 1:6(5) ack 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_probe_sent_twice_measures_nothing),
		FIXTURE_TEST(established_probe_sent_again_with_text_measures_nothing),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
