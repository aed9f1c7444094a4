/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The workloads rr and stream of estab-bench's client, against scripted servers in virtual time: what
 * counts as done, and how connections that stand come to their end.
 */
#include "fixture.h"
#include "runtime.h"
#include "scene.h"

static struct scene *
begin_rr(void **state)
{
	const struct bench_options options = { .workload = WORKLOAD_RR,
		.closer = CLOSER_CLIENT,
		.connections = 1,
		.server_ports = 1,
		.request_size = 10,
		.response_size = 20 };
	struct scene *s = scene_begin(state, &options, 1);

	scene_answer_syn(s);
	return s;
}

static struct scene *
begin_stream(void **state, uint32_t direction, uint32_t message_size, enum bench_closer closer)
{
	const struct bench_options options = { .workload = WORKLOAD_STREAM,
		.closer = closer,
		.connections = 1,
		.server_ports = 1,
		.direction = direction,
		.message_size = message_size };
	struct scene *s = scene_begin(state, &options, 1);

	scene_answer_syn(s);
	return s;
}

static void
rr_each_response_is_a_transaction_and_earns_a_request(void **state)
{
	struct scene *s = begin_rr(state);

	scene_after(s, 3);
	arrive_later(s->t, "P. 1:21(20) ack 11");
	scene_turns(s);
	assert_int_equal(s->client.transactions, 1);
	assert_int_equal(s->client.tally.response_ns.max, 3 * MS);
	scene_after(s, 7);
	arrive_later(s->t, "P. 21:31(10) ack 21");
	scene_turns(s);
	assert_int_equal(s->client.transactions, 1);
	arrive_later(s->t, "P. 31:41(10) ack 21");
	scene_turns(s);
	assert_int_equal(s->client.transactions, 2);
	assert_int_equal(s->client.tally.response_ns.max, 7 * MS);
	assert_int_equal(s->client.tally.response_ns.count, 2);
	client_give_up(&s->client);
	scene_end(s);
}

static void
rr_end_waits_for_the_response_and_for_the_server(void **state)
{
	struct scene *s = begin_rr(state);

	client_end(&s->client);
	scene_turns(s);
	arrive_later(s->t, "P. 1:21(20) ack 11");
	scene_turns(s);
	assert_int_equal(s->client.transactions, 1);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_CLOSE);
	arrive_later(s->t, "F. 21:21(0) ack 12");
	scene_turns(s);
	assert_int_equal(s->client.tally.done, 1);
	assert_int_equal(client_error_sum(&s->client.tally), 0);
	scene_end(s);
}

static void
rr_server_closes_before_the_end_is_an_error(void **state)
{
	struct scene *s = begin_rr(state);

	arrive_later(s->t, "FP. 1:21(20) ack 11");
	scene_turns(s);
	assert_int_equal(s->client.tally.errors[CLIENT_ERROR_closed_early], 1);
	assert_int_equal(s->client.tally.done, 0);
	scene_end(s);
}

static void
rr_more_than_the_response_is_an_error(void **state)
{
	struct scene *s = begin_rr(state);

	arrive_later(s->t, "P. 1:22(21) ack 11");
	scene_turns(s);
	assert_int_equal(s->client.tally.errors[CLIENT_ERROR_response_too_long], 1);
	scene_end(s);
}

/* What is only queued, or only sent, may never arrive. */
static void
count_acknowledged(void **state, uint32_t message_size)
{
	struct scene *s = begin_stream(state, DIRECTION_SEND, message_size, CLOSER_RESET);

	assert_true(s->client.sent >= 262144); /* the send buffer is full */
	assert_int_equal(client_acknowledged(&s->client), 0);
	arrive_later(s->t, ". 1:1(0) ack 3001");
	scene_turns(s);
	assert_int_equal(client_acknowledged(&s->client), 3000);
	client_end(&s->client);
	scene_turns(s);
	scene_end(s);
}

static void
stream_counts_what_is_acknowledged(void **state)
{
	count_acknowledged(state, 70000); /* of three mbufs */
}

static void
stream_of_short_messages_counts_what_is_acknowledged(void **state)
{
	count_acknowledged(state, PUMP_COPY_MAX);
}

static void
stream_received_is_counted_and_nothing_is_sent(void **state)
{
	struct scene *s = begin_stream(state, DIRECTION_RECEIVE, 1000, CLOSER_CLIENT);

	arrive_later(s->t, "P. 1:501(500) ack 1");
	scene_turns(s);
	assert_int_equal(s->client.received, 500);
	assert_int_equal(s->client.sent, 0);
	client_end(&s->client);
	scene_turns(s);
	arrive_later(s->t, "FP. 501:701(200) ack 2");
	scene_turns(s);
	assert_int_equal(s->client.received, 700);
	assert_int_equal(s->client.tally.done, 1);
	assert_int_equal(client_error_sum(&s->client.tally), 0);
	scene_end(s);
}

static void
stream_server_closes_before_the_end_is_an_error(void **state)
{
	struct scene *s = begin_stream(state, DIRECTION_RECEIVE, 1000, CLOSER_CLIENT);

	arrive_later(s->t, "F. 1:1(0) ack 1");
	scene_turns(s);
	assert_int_equal(s->client.tally.errors[CLIENT_ERROR_closed_early], 1);
	scene_end(s);
}

/* A server that sends without end would never close. */
static void
stream_ended_by_reset_is_done_at_once(void **state)
{
	struct scene *s = begin_stream(state, DIRECTION_BOTH, 1000, CLOSER_RESET);

	client_end(&s->client);
	assert_true(client_is_idle(&s->client));
	assert_int_equal(s->client.tally.done, 1);
	assert_int_equal(client_error_sum(&s->client.tally), 0);
	scene_turns(s);
	scene_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(rr_each_response_is_a_transaction_and_earns_a_request),
		FIXTURE_TEST(rr_end_waits_for_the_response_and_for_the_server),
		FIXTURE_TEST(rr_server_closes_before_the_end_is_an_error),
		FIXTURE_TEST(rr_more_than_the_response_is_an_error),
		FIXTURE_TEST(stream_counts_what_is_acknowledged),
		FIXTURE_TEST(stream_of_short_messages_counts_what_is_acknowledged),
		FIXTURE_TEST(stream_received_is_counted_and_nothing_is_sent),
		FIXTURE_TEST(stream_server_closes_before_the_end_is_an_error),
		FIXTURE_TEST(stream_ended_by_reset_is_done_at_once),
	};

	return cmocka_run_group_tests_name("standing", tests, runtime_start, runtime_stop);
}
