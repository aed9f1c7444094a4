/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * More holes in one flight than the scoreboard has places for (RFC 6675, RFC 8985): what could not be
 * noted is found and repaired all the same, without the retransmission timer. Segments have 100 octets.
 */
#include "eal.h"
#include "fixture.h"
#include "receiver.h"

enum {
	MSS = 100,
	RTT_MS = 100,
	FIRST = 255,  /* segments of the initial window, all of which arrive */
	SECOND = 510, /* and twice as many then */
};

/* Two of three, as long as each is sent for the first time, and not the last ones. */
static bool
two_of_three(uint32_t segment, uint8_t times)
{
	return segment >= FIRST && segment < FIRST + SECOND - 3 && segment % 3 != 0 && times == 0;
}

/* Every other one, so that the board is full; and among them a long hole. */
static bool
every_other_and_a_long_hole(uint32_t segment, uint8_t times)
{
	const uint32_t at = segment - FIRST;

	return segment >= FIRST && at < SECOND - 3 && times == 0 &&
			(at % 2 != 0 || (at >= 300 && at < 450));
}

static void
check_repaired_without_a_timeout(struct fixture *t, bool (*drops)(uint32_t segment, uint8_t times))
{
	struct receiver receiver = {
		.t = t,
		.mss = MSS,
		.rtt_ms = RTT_MS,
		.sacks = true,
		.drops = drops,
	};

	t->config.tcp.initial_window = FIRST;
	t->config.tcp.no_tail_probe = true;
	in_established_with(t, "mss 100,sackOK,wscale 7");
	app_write(t, (FIRST + SECOND) * MSS);
	receiver_run(&receiver, 7 * RTT_MS);
	assert_int_equal(receiver.next, FIRST + SECOND);
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
	assert_int_equal(stats_now(t).retransmission_timeouts, 0);
	assert_int_equal(stats_now(t).fast_retransmits, 1);
}

static void
established_more_holes_than_places_are_repaired_without_a_timeout(void **state)
{
	check_repaired_without_a_timeout(*state, two_of_three);
}

/* What was sent again of the long hole counts, and not the rest of it. */
static void
established_long_hole_on_a_full_board_is_repaired_without_a_timeout(void **state)
{
	check_repaired_without_a_timeout(*state, every_other_and_a_long_hole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_more_holes_than_places_are_repaired_without_a_timeout),
		FIXTURE_TEST(established_long_hole_on_a_full_board_is_repaired_without_a_timeout),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
