/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The client of estab-bench against scripted servers, in virtual time: what its latencies count
 * from, when a connection is over, and what it says of one that is not.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "runtime.h"
#include "scene.h"

static struct scene *
begin(void **state, enum bench_workload workload, enum bench_closer closer, uint64_t budget)
{
	const struct bench_options options = { .workload = workload,
		.closer = closer,
		.connections = 1,
		.server_ports = 2,
		.rate = 1000,
		.request_size = 10,
		.response_size = 20 };

	return scene_begin(state, &options, budget);
}

static void
late_server_cannot_hide_in_the_latencies(void **state)
{
	struct scene *s = begin(state, WORKLOAD_CRR, CLOSER_SERVER, 2); /* due at 0 and at 1 ms */

	scene_after(s, 2);
	scene_answer_syn(s);
	assert_int_equal(s->client.tally.connect_ns.max, 2 * MS);
	scene_after(s, 5);
	arrive_later(s->t, "FP. 1:21(20) ack 11");
	scene_turns(s);
	assert_int_equal(s->client.tally.response_ns.max, 5 * MS);
	assert_int_equal(s->client.tally.transaction_ns.max, 7 * MS);
	arrive_later(s->t, ". 22:22(0) ack 12");
	scene_turns(s);

	speak_as(s->t, 1); /* the second, opened 6 ms late */
	scene_after(s, 1);
	scene_answer_syn(s);
	assert_int_equal(s->client.tally.connect_ns.max, 7 * MS);
	scene_after(s, 2);
	arrive_later(s->t, "FP. 1:21(20) ack 11");
	scene_turns(s);
	assert_int_equal(s->client.tally.response_ns.max, 5 * MS);
	assert_int_equal(s->client.tally.transaction_ns.max, 9 * MS);
	assert_int_equal(s->client.tally.transaction_ns.count, 2);
	assert_int_equal(s->client.tally.done, 2);
	arrive_later(s->t, ". 22:22(0) ack 12");
	scene_turns(s);
	scene_end(s);
}

static void
client_closes_first_connection_is_open_until_the_server_closes(void **state)
{
	struct scene *s = begin(state, WORKLOAD_OPEN, CLOSER_CLIENT, 1);

	scene_answer_syn(s);
	arrive_later(s->t, ". 1:1(0) ack 2");
	scene_turns(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_CLOSE);
	assert_int_equal(slots_used(&s->client.slots), 1);
	assert_int_equal(s->client.tally.done, 0);
	arrive_later(s->t, "F. 1:1(0) ack 2");
	scene_turns(s);
	assert_int_equal(s->client.tally.done, 1);
	assert_int_equal(client_error_sum(&s->client.tally), 0);
	scene_end(s);
}

static void
client_closes_first_reset_after_that_is_an_error(void **state)
{
	struct scene *s = begin(state, WORKLOAD_OPEN, CLOSER_CLIENT, 1);

	scene_answer_syn(s);
	arrive_later(s->t, ". 1:1(0) ack 2");
	arrive_later(s->t, "R 1:1(0)");
	scene_turns(s);
	assert_int_equal(s->client.tally.done, 0);
	assert_int_equal(s->client.tally.errors[CLIENT_ERROR_reset], 1);
	scene_end(s);
}

static void
open_connection_is_told_by_what_it_waits_for(void **state)
{
	struct scene *s = begin(state, WORKLOAD_CRR, CLOSER_SERVER, 1);

	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_ANSWER);
	scene_answer_syn(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_RESPONSE);
	arrive_later(s->t, "P. 1:11(10) ack 11");
	scene_turns(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_RESPONSE);
	arrive_later(s->t, "P. 11:21(10) ack 11");
	scene_turns(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_CLOSE);
	arrive_later(s->t, "F. 21:21(0) ack 11");
	scene_turns(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_NOTHING);
	arrive_later(s->t, ". 22:22(0) ack 12");
	scene_turns(s);
	scene_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(late_server_cannot_hide_in_the_latencies),
		FIXTURE_TEST(client_closes_first_connection_is_open_until_the_server_closes),
		FIXTURE_TEST(client_closes_first_reset_after_that_is_an_error),
		FIXTURE_TEST(open_connection_is_told_by_what_it_waits_for),
	};

	return cmocka_run_group_tests_name("client", tests, runtime_start, runtime_stop);
}
