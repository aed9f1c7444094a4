/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sessions of estab-echo when text and the end come together: whatever was received before the
 * end is the service's, and what a service has kept is freed. The server stands on the stack of the
 * fixture, and its turns are the stack's.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_mbuf.h>

#include "fixture.h"
#include "fixture_internal.h"
#include "runtime.h"
#include "server.h"

enum { SESSIONS = 4 };

/* What recording_progress has been given so far. */
static uint32_t recorded;

static enum session_next
recording_progress(struct session *session)
{
	uint8_t chunk[256];
	ssize_t n;

	while ((n = estab_conn_read(session->conn, chunk, sizeof(chunk))) > 0) {
		assert_int_equal(pattern_check(PEER_TEXT_KEY, 1 + recorded, chunk, (size_t)n), n);
		recorded += (uint32_t)n;
	}
	return estab_conn_at_end(session->conn) ? SESSION_END : SESSION_WAIT;
}

static const struct service recording = { "recording", recording_progress, FIXTURE_PORT, false };

static struct server_rules rules;

/* A server on the fixture's stack and listener, to which a handshake is all but complete. */
static struct server *
serve(struct fixture *t, const struct service *service)
{
	struct server *server = calloc(1, sizeof(*server));

	assert_non_null(server);
	recorded = 0;
	in_syn_received(t);
	rules.service = service;
	server_init(server, &rules);
	server->stack = t->stack;
	server->listeners[0] = t->listener;
	server->listener_count = 1;
	server->sessions = calloc(SESSIONS, sizeof(*server->sessions));
	server->starved = calloc(SESSIONS, sizeof(*server->starved));
	assert_int_equal(slots_init(&server->slots, SESSIONS), 0);
	return server;
}

static void
serve_established(struct fixture *t, struct server *server)
{
	arrive_later(t, ". 1:1(0) ack 1");
	server_turn(server, t->now_ns);
	assert_int_equal(slots_used(&server->slots), 1);
	turn(t);
	expect_nothing(t);
}

/* The stack stays with the fixture. */
static void
serve_no_more(struct server *server)
{
	assert_int_equal(slots_used(&server->slots), 0);
	server->stack = NULL;
	server_destroy(server);
	free(server);
	rules = (struct server_rules){ .service = NULL };
}

static void
text_and_reset_in_one_burst_text_reaches_the_service(void **state)
{
	struct fixture *t = *state;
	struct server *server = serve(t, &recording);

	serve_established(t, server);
	arrive_later(t, "P. 1:101(100) ack 1");
	arrive_later(t, "R 101:101(0)");
	server_turn(server, t->now_ns);
	assert_int_equal(recorded, 100);
	serve_no_more(server);
}

static void
text_and_reset_before_accept_text_reaches_the_service(void **state)
{
	struct fixture *t = *state;
	struct server *server = serve(t, &recording);

	arrive_later(t, ". 1:1(0) ack 1");
	arrive_later(t, "P. 1:101(100) ack 1");
	arrive_later(t, "R 101:101(0)");
	server_turn(server, t->now_ns);
	assert_int_equal(recorded, 100);
	serve_no_more(server);
}

/* The teardown finds the mbufs that echo could not send any more, if they are still there. */
static void
text_and_reset_in_one_burst_echo_frees_what_it_kept(void **state)
{
	struct fixture *t = *state;
	struct server *server = serve(t, service_named("echo"));

	serve_established(t, server);
	arrive_later(t, "P. 1:101(100) ack 1");
	arrive_later(t, "R 101:101(0)");
	server_turn(server, t->now_ns);
	turn(t);
	expect_nothing(t);
	serve_no_more(server);
}

static void
text_and_fin_in_one_burst_discard_answers_fin_without_reset(void **state)
{
	struct fixture *t = *state;
	struct server *server = serve(t, service_named("discard"));

	serve_established(t, server);
	arrive_later(t, "P. 1:101(100) ack 1");
	arrive_later(t, "F. 101:101(0) ack 1");
	server_turn(server, t->now_ns);
	turn(t);
	expect(t, "F. 1:1(0) ack 102");
	arrive(t, ". 102:102(0) ack 2");
	expect_nothing(t);
	serve_no_more(server);
}

/* The next segment that the stack sends carries so many bytes of the peer's own text. */
static void
expect_echo(struct fixture *t, uint32_t bytes, uint8_t flags)
{
	struct frame_ends ends;
	struct packet packet;
	uint8_t frame[FRAME_MAX];
	const size_t size = memory_port_take(&t->port, frame, sizeof(frame));

	assert_null(frame_parse(frame, size, &ends, &packet));
	assert_int_equal(packet.text_len, bytes);
	assert_int_equal(pattern_check(PEER_TEXT_KEY, 1, packet.text, bytes), bytes);
	assert_int_equal(packet.flags & (PACKET_FIN | PACKET_RST), flags);
	assert_int_equal(memory_queue_count(&t->port.from), 0);
}

static void
text_and_fin_in_one_burst_echo_answers_all_text_then_fin(void **state)
{
	struct fixture *t = *state;
	struct server *server = serve(t, service_named("echo"));

	serve_established(t, server);
	arrive_later(t, "P. 1:101(100) ack 1");
	arrive_later(t, "F. 101:101(0) ack 1");
	server_turn(server, t->now_ns);
	expect_echo(t, 100, PACKET_FIN);
	arrive(t, ". 102:102(0) ack 102");
	expect_nothing(t);
	serve_no_more(server);
}

/* Time passes for the server, which has a turn then. */
static void
serve_after(struct fixture *t, struct server *server, uint64_t ms)
{
	t->now_ns += ms * 1000000;
	server_turn(server, t->now_ns);
	turn(t);
}

static void
idle_timeout_silent_connection_is_closed(void **state)
{
	struct fixture *t = *state;
	struct server *server;

	rules.idle_timeout_ns = UINT64_C(2000000000);
	server = serve(t, service_named("discard"));
	serve_established(t, server);
	serve_after(t, server, 1500);
	arrive_later(t, "P. 1:101(100) ack 1");
	serve_after(t, server, 0);
	ignore_sent(t);
	serve_after(t, server, 1999);
	ignore_sent(t);
	assert_int_equal(slots_used(&server->slots), 1);
	serve_after(t, server, 1);
	expect(t, "F. 1:1(0) ack 101");
	assert_int_equal(server->counters.sessions_timed_out, 1);
	arrive(t, "F. 101:101(0) ack 2");
	expect(t, ". 2:2(0) ack 102");
	serve_no_more(server);
}

/* 1000 bytes, once. */
static enum session_next
writing_progress(struct session *session)
{
	uint8_t text[1000];

	if (session->offset > 0)
		return SESSION_WAIT;
	session->offset = sizeof(text);
	pattern_fill(STACK_TEXT_KEY, 1, text, sizeof(text));
	assert_int_equal(estab_conn_write(session->conn, text, sizeof(text)), sizeof(text));
	return SESSION_WAIT;
}

static const struct service writing = { "writing", writing_progress, FIXTURE_PORT, false };

/* What was written is acknowledged little by little; then nothing is any more. */
static void
idle_timeout_peer_that_takes_nothing_more_is_reset(void **state)
{
	struct fixture *t = *state;
	struct server *server;

	rules.idle_timeout_ns = UINT64_C(1000000000);
	server = serve(t, &writing);
	arrive_later(t, ". 1:1(0) ack 1");
	serve_after(t, server, 0);
	arrive_later(t, ". 1:1(0) ack 501");
	serve_after(t, server, 1000);
	assert_int_equal(slots_used(&server->slots), 1);
	ignore_sent(t);
	serve_after(t, server, 1000);
	assert_int_equal(slots_used(&server->slots), 0);
	assert_int_equal(server->counters.sessions_timed_out, 1);
	assert_int_equal(stats_now(t).rst_sent, 1);
	ignore_sent(t);
	serve_no_more(server);
}

static void
max_connections_one_more_is_reset_and_counted(void **state)
{
	struct fixture *t = *state;
	struct server *server;

	rules.connections_max = 1;
	server = serve(t, service_named("discard"));
	serve_established(t, server);
	speak_as(t, 1);
	arrive_later(t, "S 0:0(0)");
	serve_after(t, server, 0);
	ignore_sent(t);
	arrive_later(t, ". 1:1(0) ack 1");
	serve_after(t, server, 0);
	expect(t, "R 1:1(0)");
	assert_int_equal(server->counters.sessions_refused, 1);
	assert_int_equal(slots_used(&server->slots), 1);
	speak_as(t, 0);
	arrive_later(t, "F. 1:1(0) ack 1");
	serve_after(t, server, 0);
	assert_int_equal(atomic_load(&rules.connections), 0);
	ignore_sent(t);
	arrive(t, ". 2:2(0) ack 2");
	serve_no_more(server);
}

static enum session_next
lingering_progress(struct session *session)
{
	return estab_conn_receive_waiting(session->conn) > 0 ? SESSION_LINGER : SESSION_WAIT;
}

static const struct service lingering = { "lingering", lingering_progress, FIXTURE_PORT, false };

static void
linger_text_after_our_fin_is_not_answered_by_reset(void **state)
{
	struct fixture *t = *state;
	struct server *server = serve(t, &lingering);

	serve_established(t, server);
	arrive_later(t, "P. 1:101(100) ack 1");
	serve_after(t, server, 0);
	expect(t, "F. 1:1(0) ack 101");
	arrive_later(t, "P. 101:201(100) ack 2");
	serve_after(t, server, 4000);
	assert_int_equal(stats_now(t).rst_sent, 0);
	assert_int_equal(slots_used(&server->slots), 1);
	ignore_sent(t);
	arrive_later(t, "F. 201:201(0) ack 2");
	serve_after(t, server, 0);
	expect(t, ". 2:2(0) ack 202");
	serve_no_more(server);
}

static void
linger_peer_that_goes_on_sending_is_reset_in_the_end(void **state)
{
	struct fixture *t = *state;
	struct server *server = serve(t, &lingering);

	serve_established(t, server);
	arrive_later(t, "P. 1:101(100) ack 1");
	serve_after(t, server, 0);
	ignore_sent(t);
	arrive_later(t, "P. 101:201(100) ack 2");
	serve_after(t, server, 4999);
	assert_int_equal(slots_used(&server->slots), 1);
	serve_after(t, server, 1);
	assert_int_equal(slots_used(&server->slots), 0);
	ignore_sent(t);
	arrive(t, "P. 201:301(100) ack 2");
	expect(t, "R 2:2(0)");
	serve_no_more(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(text_and_reset_in_one_burst_text_reaches_the_service),
		FIXTURE_TEST(text_and_reset_before_accept_text_reaches_the_service),
		FIXTURE_TEST(text_and_reset_in_one_burst_echo_frees_what_it_kept),
		FIXTURE_TEST(text_and_fin_in_one_burst_discard_answers_fin_without_reset),
		FIXTURE_TEST(text_and_fin_in_one_burst_echo_answers_all_text_then_fin),
		FIXTURE_TEST(idle_timeout_silent_connection_is_closed),
		FIXTURE_TEST(idle_timeout_peer_that_takes_nothing_more_is_reset),
		FIXTURE_TEST(max_connections_one_more_is_reset_and_counted),
		FIXTURE_TEST(linger_text_after_our_fin_is_not_answered_by_reset),
		FIXTURE_TEST(linger_peer_that_goes_on_sending_is_reset_in_the_end),
	};

	return cmocka_run_group_tests_name("server", tests, runtime_start, runtime_stop);
}
