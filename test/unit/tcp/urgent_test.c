/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Marks and the wrapping of numbers: what the tests of test/rfc would need gigabytes for.
 */
#include "bench.h"

#include "eal.h"

/*
 * 2^31 octets after a mark its number compares as ahead again. Here the mark is moved back instead of
 * the stream on, half of the way at a time, with a segment in between as any stream has.
 */
static void
mark_read_two_gigabytes_ago_is_not_ahead(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "PU. 1:11(10) ack 1 urg 10");
	app_read(t, 10);
	for (unsigned int i = 0; i < 2; i++) {
		arrive(t, ". 11:11(0) ack 1");
		tcb_of(t)->work->rcv_up -= UINT32_C(1) << 30;
	}
	tcb_of(t)->work->rcv_up -= 5;
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
	app_events(t);
	arrive(t, "PU. 11:21(10) ack 1 urg 10");
	assert_true(app_events(t) & ESTAB_EVENT_URGENT);
	app_read(t, 10);
	ignore_sent(t);
}

/* A mark that lies beyond what has arrived waits for its text, however many segments come. */
static void
mark_ahead_of_the_text_stays_until_it_is_read(void **state)
{
	struct fixture *t = *state;

	in_established(t);
	arrive(t, "U. 1:1(0) ack 1 urg 300");
	for (uint32_t seq = 1; seq < 301; seq += 100) {
		assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 301 - seq);
		arrive(t, "P. %u:%u(100) ack 1", seq, seq + 100);
		app_read(t, 100);
	}
	assert_int_equal(estab_conn_urgent_ahead(t->peer->conn), 0);
	ignore_sent(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(mark_read_two_gigabytes_ago_is_not_ahead),
		FIXTURE_TEST(mark_ahead_of_the_text_stays_until_it_is_read),
	};

	return cmocka_run_group_tests_name("tcp/urgent", tests, eal_start, eal_stop);
}
