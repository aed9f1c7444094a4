/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * D-SACK, RFC 2883: a receiver tells once, in the first SACK block, what came twice.
 */
#include "eal.h"
#include "fixture.h"

/* RFC 2883 4.1.1: "Reporting a duplicate segment". */
static void
established_text_received_twice_is_told_once(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK");
	arrive(t, "P. 1:101(100) ack 1");
	advance(t, 100);
	ignore_sent(t);
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 101 <nop,nop,sack 1:101>");
	arrive(t, "P. 101:201(100) ack 1");
	advance(t, 100);
	expect(t, ". 1:1(0) ack 201");
	expect_nothing(t);
}

/* RFC 2883 4.2: "Reporting partial duplicate segments". */
static void
established_text_received_half_twice_is_told_by_the_half(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK");
	arrive(t, "P. 1:101(100) ack 1");
	advance(t, 100);
	ignore_sent(t);
	arrive(t, "P. 51:201(150) ack 1");
	expect(t, ". 1:1(0) ack 201 <nop,nop,sack 51:101>");
}

/* RFC 2883 4.1.2: an out-of-order segment and its duplicate; the block around it comes second. */
static void
established_text_kept_beyond_a_gap_and_received_again_is_told(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK");
	arrive(t, "P. 201:301(100) ack 1");
	expect(t, ". 1:1(0) ack 1 <nop,nop,sack 201:301>");
	arrive(t, "P. 201:251(50) ack 1");
	expect(t, ". 1:1(0) ack 1 <nop,nop,sack 201:251 201:301>");
	arrive(t, "P. 401:501(100) ack 1");
	expect(t, ". 1:1(0) ack 1 <nop,nop,sack 401:501 201:301>");
}

static void
established_text_that_fills_a_gap_and_more_tells_what_came_twice(void **state)
{
	struct fixture *t = *state;

	in_established_with(t, "mss 1000,sackOK");
	arrive(t, "P. 201:301(100) ack 1");
	ignore_sent(t);
	arrive(t, "P. 1:251(250) ack 1");
	expect(t, ". 1:1(0) ack 301 <nop,nop,sack 201:251>");
}

static void
established_without_sack_tells_nothing(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "P. 1:101(100) ack 1");
	advance(t, 100);
	ignore_sent(t);
	arrive(t, "P. 1:101(100) ack 1");
	expect(t, ". 1:1(0) ack 101 <>");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_text_received_twice_is_told_once),
		FIXTURE_TEST(established_text_received_half_twice_is_told_by_the_half),
		FIXTURE_TEST(established_text_kept_beyond_a_gap_and_received_again_is_told),
		FIXTURE_TEST(established_text_that_fills_a_gap_and_more_tells_what_came_twice),
		FIXTURE_TEST(established_without_sack_tells_nothing),
	};

	return cmocka_run_group_tests_name("duplicate_sack", tests, eal_start, eal_stop);
}
