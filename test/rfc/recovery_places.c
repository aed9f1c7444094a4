/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Places for recovery are few. Peers that tell of a gap, answer whatever is sent, and never close it do
 * not keep others from repairing what they lose; and they, too, get all of their text in the end.
 */
#include "eal.h"
#include "fixture.h"

enum { RTT_MS = 100, HOLDERS = 8, WRITTEN = 5000 };

/* Established with a round trip of 100 ms, and five segments in flight. */
static void
peer_with_five_in_flight(struct fixture *t, unsigned int n)
{
	speak_as(t, n);
	arrive(t, "S 0:0(0) win 65535 <mss 1000,sackOK>");
	ignore_sent(t);
	advance(t, RTT_MS);
	arrive(t, ". 1:1(0) ack 1");
	app_accept(t);
	app_write(t, WRITTEN);
	ignore_sent(t);
}

/* Eight peers, as many as there are places, have told of a gap. */
static void
holders_take_all_places(struct fixture *t)
{
	t->config.limits.recoveries = HOLDERS;
	in_listen(t);
	for (unsigned int n = 0; n < HOLDERS; n++) {
		peer_with_five_in_flight(t, n);
		arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 2001:3001>");
	}
	ignore_sent(t);
}

/* They answer, with an octet more each time, so that no timeout is their third in a row. */
static void
holders_go_on_answering(struct fixture *t, unsigned int ms)
{
	static unsigned int told = 1;

	for (unsigned int passed = 0; passed < ms; passed += 100) {
		advance(t, 100);
		told = told % 900 + 1;
		for (unsigned int n = 0; n < HOLDERS; n++) {
			speak_as(t, n);
			arrive(t, ". 1:1(0) ack %u <nop,nop,sack 2001:3001>", told + 1);
		}
	}
	ignore_sent(t);
}

/* One who loses the first of five gets it at once. */
static void
peer_is_repaired_at_once(struct fixture *t, unsigned int n)
{
	peer_with_five_in_flight(t, n);
	advance(t, RTT_MS);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:5001>");
	expect(t, ". 1:1001(1000) ack 1");
	arrive(t, ". 1:1(0) ack 5001");
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
}

static void
established_peers_that_never_close_their_gap_hold_no_place_for_ever(void **state)
{
	struct fixture *t = *state;

	holders_take_all_places(t);
	holders_go_on_answering(t, 1500);
	assert_int_equal(stats_now(t).recoveries_refused, 0);
	peer_is_repaired_at_once(t, HOLDERS);
	assert_int_equal(stats_now(t).recoveries_refused, 0);
	assert_int_equal(stats_now(t).recoveries_recycled, 1);
}

/* Whose place was taken has none again before his gap is closed, however much he tells of it. */
static void
established_peer_that_gave_up_its_place_has_none_before_its_gap_is_closed(void **state)
{
	struct fixture *t = *state;

	holders_take_all_places(t);
	holders_go_on_answering(t, 1500);
	for (unsigned int n = HOLDERS; n < 3 * HOLDERS; n++) {
		peer_is_repaired_at_once(t, n);
		holders_go_on_answering(t, 100);
	}
	assert_int_equal(stats_now(t).recoveries_recycled, 1); /* its place was free from then on */
	assert_int_equal(stats_now(t).recoveries_refused, 0);
}

/* A recovery is not ended for another that has no more right to the place. */
static void
established_place_that_was_just_taken_is_kept(void **state)
{
	struct fixture *t = *state;

	t->config.limits.recoveries = 1;
	in_listen(t);
	peer_with_five_in_flight(t, 0);
	peer_with_five_in_flight(t, 1);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:2001>");
	advance(t, 10);
	speak_as(t, 0);
	arrive(t, ". 1:1(0) ack 1 <nop,nop,sack 1001:5001>");
	assert_int_equal(stats_now(t).recoveries_refused, 1);
	assert_int_equal(stats_now(t).recoveries_recycled, 0);
}

/* The timer repairs for whose place was taken: nothing is lost, and then he has a place again. */
static void
established_peer_that_gave_up_its_place_gets_its_text_by_the_timer(void **state)
{
	struct fixture *t = *state;

	uint64_t timeouts;

	holders_take_all_places(t);
	holders_go_on_answering(t, 1500);
	peer_is_repaired_at_once(t, HOLDERS);
	speak_as(t, 0);
	ignore_sent(t);
	advance(t, 2000);
	assert_true(ignore_sent(t) >= 1);
	arrive(t, ". 1:1(0) ack 3001");
	assert_true(ignore_sent(t) >= 1);
	arrive(t, ". 1:1(0) ack 5001");
	assert_int_equal(status_now(t).snd_una, status_now(t).snd_nxt);
	timeouts = stats_now(t).retransmission_timeouts;
	app_write(t, WRITTEN);
	advance(t, RTT_MS);
	ignore_sent(t);
	arrive(t, ". 1:1(0) ack 5001 <nop,nop,sack 6001:7001>");
	ignore_sent(t);
	advance(t, RTT_MS); /* and RACK finds the loss */
	expect(t, ". 5001:6001(1000) ack 1");
	assert_int_equal(stats_now(t).retransmission_timeouts, timeouts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(established_peers_that_never_close_their_gap_hold_no_place_for_ever),
		FIXTURE_TEST(established_peer_that_gave_up_its_place_has_none_before_its_gap_is_closed),
		FIXTURE_TEST(established_place_that_was_just_taken_is_kept),
		FIXTURE_TEST(established_peer_that_gave_up_its_place_gets_its_text_by_the_timer),
	};

	return cmocka_run_group_tests(tests, eal_start, eal_stop);
}
