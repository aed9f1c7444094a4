/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The client of estab-bench against scripted servers, in virtual time: what its latencies count
 * from, when a connection is over, and what it says of one that is not.
 */
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "fixture.h"
#include "fixture_internal.h"
#include "party.h"
#include "runtime.h"

#define MS UINT64_C(1000000)

/* A client on the fixture's stack; its servers are the fixture's peers 0 and 1. */
struct scene {
	struct fixture *t;
	struct bench_options options;
	struct party party;
	struct client client;
};

/* What the stack has sent goes to its peer, and who it asks for is found. @return frames */
static unsigned int
hand_over_frames(struct fixture *t)
{
	uint8_t frame[FRAME_MAX], answer[FRAME_MAX];
	const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, 0x64 };
	struct frame_ends ends;
	struct packet packet;
	unsigned int n = 0;
	size_t size;

	for (; (size = memory_port_take(&t->port, frame, sizeof(frame))) > 0; n++) {
		if (frame_classify(frame, size) == FRAME_NEIGHBOUR_QUESTION) {
			size = frame_answer_neighbour(frame, size, mac, answer);
			assert_int_equal(memory_port_put(&t->port, t->pool, answer, size), 0);
			continue;
		}
		assert_null(frame_parse(frame, size, &ends, &packet));
		for (unsigned int i = 0; i < 2; i++) {
			if (packet.flags & PACKET_SYN && t->peers[i].port == ends.target_port)
				t->peers[i].stack_port = ends.source_port;
			if (t->peers[i].port == ends.target_port && packet.text_len == 0)
				segment_sent(&t->peers[i], &packet);
		}
	}
	return n;
}

/* Turns, as party_turn has them, until there is nothing left to do at this time. */
static void
client_turns(struct scene *s)
{
	struct fixture *t = s->t;

	do {
		estab_stack_receive(t->stack, t->now_ns);
		client_work(&s->party, t->now_ns);
		estab_stack_transmit(t->stack, t->now_ns);
	} while (hand_over_frames(t) > 0);
}

static struct scene *
begin(void **state, enum bench_workload workload, enum bench_closer closer, uint64_t budget)
{
	struct scene *s = calloc(1, sizeof(*s)); /* histograms make it large */
	struct estab_endpoint server;

	assert_non_null(s);
	s->t = *state;
	start(s->t);
	server = fixture_peer_endpoint(s->t);
	s->options = (struct bench_options){ .workload = workload,
		.closer = closer,
		.connections = 1,
		.server_ports = 2,
		.rate = 1000,
		.request_size = 10,
		.response_size = 20 };
	assert_int_equal(client_init(&s->client, &s->options, &server), 0);
	s->client.stack = s->t->stack;
	s->party.role = &s->client;
	client_begin(&s->client, s->t->now_ns, budget);
	client_turns(s);
	return s;
}

static void
end(struct scene *s)
{
	assert_true(client_is_idle(&s->client));
	client_fini(&s->client);
	free(s);
}

static void
after(struct scene *s, uint64_t ms)
{
	s->t->now_ns += ms * MS;
}

static void
answer_syn(struct scene *s)
{
	arrive_later(s->t, "S. 0:0(0) ack 1 win 65535 <mss 1000>");
	client_turns(s);
}

static void
late_server_cannot_hide_in_the_latencies(void **state)
{
	struct scene *s = begin(state, WORKLOAD_CRR, CLOSER_SERVER, 2); /* due at 0 and at 1 ms */

	after(s, 2);
	answer_syn(s);
	assert_int_equal(s->client.connect_ns.max, 2 * MS);
	after(s, 5);
	arrive_later(s->t, "FP. 1:21(20) ack 11");
	client_turns(s);
	assert_int_equal(s->client.response_ns.max, 5 * MS);
	assert_int_equal(s->client.transaction_ns.max, 7 * MS);
	arrive_later(s->t, ". 22:22(0) ack 12");
	client_turns(s);

	speak_as(s->t, 1); /* the second, opened 6 ms late */
	after(s, 1);
	answer_syn(s);
	assert_int_equal(s->client.connect_ns.max, 7 * MS);
	after(s, 2);
	arrive_later(s->t, "FP. 1:21(20) ack 11");
	client_turns(s);
	assert_int_equal(s->client.response_ns.max, 5 * MS);
	assert_int_equal(s->client.transaction_ns.max, 9 * MS);
	assert_int_equal(s->client.transaction_ns.count, 2);
	assert_int_equal(s->client.done, 2);
	arrive_later(s->t, ". 22:22(0) ack 12");
	client_turns(s);
	end(s);
}

static void
client_closes_first_connection_is_open_until_the_server_closes(void **state)
{
	struct scene *s = begin(state, WORKLOAD_OPEN, CLOSER_CLIENT, 1);

	answer_syn(s);
	arrive_later(s->t, ". 1:1(0) ack 2");
	client_turns(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_CLOSE);
	assert_int_equal(slots_used(&s->client.slots), 1);
	assert_int_equal(s->client.done, 0);
	arrive_later(s->t, "F. 1:1(0) ack 2");
	client_turns(s);
	assert_int_equal(s->client.done, 1);
	assert_int_equal(client_error_sum(&s->client), 0);
	end(s);
}

static void
client_closes_first_reset_after_that_is_an_error(void **state)
{
	struct scene *s = begin(state, WORKLOAD_OPEN, CLOSER_CLIENT, 1);

	answer_syn(s);
	arrive_later(s->t, ". 1:1(0) ack 2");
	arrive_later(s->t, "R 1:1(0)");
	client_turns(s);
	assert_int_equal(s->client.done, 0);
	assert_int_equal(s->client.errors[CLIENT_ERROR_reset], 1);
	end(s);
}

static void
open_connection_is_told_by_what_it_waits_for(void **state)
{
	struct scene *s = begin(state, WORKLOAD_CRR, CLOSER_SERVER, 1);

	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_ANSWER);
	answer_syn(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_RESPONSE);
	arrive_later(s->t, "P. 1:11(10) ack 11");
	client_turns(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_RESPONSE);
	arrive_later(s->t, "P. 11:21(10) ack 11");
	client_turns(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_CLOSE);
	arrive_later(s->t, "F. 21:21(0) ack 11");
	client_turns(s);
	assert_int_equal(client_waits_for(&s->client), CLIENT_WAITS_FOR_NOTHING);
	arrive_later(s->t, ". 22:22(0) ack 12");
	client_turns(s);
	end(s);
}

static void
overdue_is_what_the_plan_has_and_nobody_opened(void **state)
{
	struct bench_options options = { .rate = 3 };
	struct client *client = calloc(1, sizeof(*client));

	(void)state;
	assert_non_null(client);
	client->options = &options;
	client->begin_ns = 5 * MS;
	/* Due at 0, 333.333333, 666.666666 and 1000 ms. */
	assert_int_equal(client_overdue(client, client->begin_ns), 1);
	assert_int_equal(client_overdue(client, client->begin_ns + 333333332), 1);
	assert_int_equal(client_overdue(client, client->begin_ns + 333333333), 2);
	assert_int_equal(client_overdue(client, client->begin_ns + 999 * MS), 3);
	assert_int_equal(client_overdue(client, client->begin_ns + 1000 * MS), 4);
	client->planned = 4;
	assert_int_equal(client_overdue(client, client->begin_ns + 1000 * MS), 0);
	options.rate = 0; /* closed loop: there is no plan */
	client->planned = 0;
	assert_int_equal(client_overdue(client, client->begin_ns + 1000 * MS), 0);
	options.rate = UINT32_MAX;
	assert_int_equal(client_overdue(client, client->begin_ns + 100000 * MS),
			UINT64_C(100) * UINT32_MAX + 5); /* at four per ns, 0 to 4 are due */
	free(client);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(late_server_cannot_hide_in_the_latencies),
		FIXTURE_TEST(client_closes_first_connection_is_open_until_the_server_closes),
		FIXTURE_TEST(client_closes_first_reset_after_that_is_an_error),
		FIXTURE_TEST(open_connection_is_told_by_what_it_waits_for),
		cmocka_unit_test(overdue_is_what_the_plan_has_and_nobody_opened),
	};

	return cmocka_run_group_tests_name("client", tests, runtime_start, runtime_stop);
}
