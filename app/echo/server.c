/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a program uses a stack: receive, accept, collect events, hand each connection that may move
 * to its service, transmit. An accepted connection may already hold text, its end of file or an
 * error, so its service is asked once at once.
 */
#include "server.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_mbuf.h>

#include <estab/conn.h>
#include <estab/event.h>
#include <estab/listen.h>
#include <estab/stack.h>

#include "clock.h"
#include "complain.h"
#include "eal.h"

enum {
	ACCEPT_BATCH = 32,
	EVENT_BATCH = 64,
	AGE_BATCH = 64, /* sessions whose time is over, in one turn */
};

/* How long a peer may go on sending what nobody reads, lest a RST overtake our last words (RFC 9112 9.6). */
#define LINGER_NS (5 * NS_PER_SECOND)

static uint32_t
session_number(const struct server *server, const struct session *session)
{
	return (uint32_t)(session - server->sessions);
}

static void
forget_starved(struct server *server, struct session *session)
{
	const uint32_t number = session_number(server, session);

	if (!session->starved)
		return;
	session->starved = false;
	for (uint32_t i = 0; i < server->starved_count; i++) {
		if (server->starved[i] == number) {
			server->starved[i] = server->starved[--server->starved_count];
			return;
		}
	}
}

/* One more connection, as far as there may be more. */
static bool
enter(struct server_rules *rules)
{
	if (rules->connections_max == 0)
		return true;
	if (atomic_fetch_add_explicit(&rules->connections, 1, memory_order_relaxed) <
			rules->connections_max)
		return true;
	atomic_fetch_sub_explicit(&rules->connections, 1, memory_order_relaxed);
	return false;
}

static void
leave(struct server_rules *rules)
{
	if (rules->connections_max != 0)
		atomic_fetch_sub_explicit(&rules->connections, 1, memory_order_relaxed);
}

static struct ages *
ages_of(struct server *server, const struct session *session)
{
	return session->lingers ? &server->lingering : &server->idle;
}

/* The connection is given up already. */
static void
session_forget(struct server *server, struct session *session)
{
	forget_starved(server, session);
	ages_forget(ages_of(server, session), session);
	rte_pktmbuf_free(session->pending);
	session->pending = NULL;
	session->conn = NULL;
	slots_give(&server->slots, session_number(server, session));
	leave(server->rules);
}

static void
session_end(struct server *server, struct session *session)
{
	estab_conn_close(session->conn);
	session_forget(server, session);
}

/* Our FIN, and nothing that comes is read any more; the peer's FIN ends it, or the time. */
static void
session_linger(struct server *server, struct session *session)
{
	ages_forget(&server->idle, session);
	session->lingers = true;
	ages_renew(&server->lingering, session, server->now_ns);
	rte_pktmbuf_free(session->pending);
	session->pending = NULL;
	if (estab_conn_shutdown(session->conn) != 0 || discard_progress(session) == SESSION_END)
		session_end(server, session);
}

static void
session_progress(struct server *server, struct session *session)
{
	switch (session->lingers ? discard_progress(session)
				 : server->rules->service->progress(session)) {
	case SESSION_WAIT:
		break;
	case SESSION_LINGER:
		session_linger(server, session);
		break;
	case SESSION_RETRY:
		if (!session->starved)
			server->starved[server->starved_count++] = session_number(server, session);
		session->starved = true;
		break;
	case SESSION_END:
		session_end(server, session);
		break;
	}
}

static void
begin_talk(struct server *server, struct session *session)
{
	session->http = &server->talks[session_number(server, session)];
	*session->http = (struct http_talk){
		.site = &server->rules->site,
		.counters = &server->counters,
	};
	estab_conn_set_no_delay(session->conn, true);
}

static void
session_begin(struct server *server, struct estab_conn *conn)
{
	struct session *session;
	uint32_t slot;

	if (!enter(server->rules)) {
		server->counters.sessions_refused++;
		estab_conn_abort(conn);
		return;
	}
	slot = slots_take(&server->slots);
	assert(slot != SLOT_NONE); /* there are as many as the stack has connections */
	session = &server->sessions[slot];
	*session = (struct session){ .conn = conn };
	if (server->talks != NULL)
		begin_talk(server, session);
	estab_conn_set_user(conn, session);
	ages_renew(&server->idle, session, server->now_ns);
	session_progress(server, session);
}

static void
accept_all(struct server *server)
{
	struct estab_conn *conns[ACCEPT_BATCH];
	uint16_t n;

	for (uint16_t i = 0; i < server->listener_count; i++) {
		n = estab_accept_burst(server->listeners[i], conns, ACCEPT_BATCH);
		for (uint16_t j = 0; j < n; j++)
			session_begin(server, conns[j]);
	}
}

/* The connection is over: the text that came before the end is still the service's. */
static void
session_close(struct server *server, struct session *session)
{
	if (!session->lingers)
		server->rules->service->progress(session);
	session_end(server, session);
}

static void
serve_event(struct server *server, const struct estab_event *event)
{
	struct session *session = event->user;

	if (event->what & ESTAB_EVENT_CLOSED) {
		session_close(server, session);
		return;
	}
	if (!session->lingers)
		ages_renew(&server->idle, session, server->now_ns);
	session_progress(server, session);
}

static void
serve_events(struct server *server)
{
	struct estab_event events[EVENT_BATCH];
	const uint16_t n = estab_event_burst(server->stack, events, EVENT_BATCH);

	for (uint16_t i = 0; i < n; i++)
		serve_event(server, &events[i]);
}

/*
 * Nothing was heard for --idle-timeout. A peer that is still taking what was written long ago is not idle; one that
 * takes nothing shall not keep it any longer.
 */
static void
session_idle(struct server *server, struct session *session)
{
	struct estab_conn_info info;

	estab_conn_status(session->conn, &info);
	if (info.send_queued > 0 && info.snd_una != session->acknowledged) {
		session->acknowledged = info.snd_una;
		ages_renew(&server->idle, session, server->now_ns);
		return;
	}
	server->counters.sessions_timed_out++;
	if (info.send_queued > 0)
		estab_conn_abort(session->conn);
	else
		estab_conn_close(session->conn);
	session_forget(server, session);
}

static void
end_aged(struct server *server)
{
	struct session *session;

	for (unsigned int i = 0; i < AGE_BATCH; i++) {
		if ((session = ages_over(&server->lingering, server->now_ns)) != NULL)
			session_end(server, session);
		if ((session = ages_over(&server->idle, server->now_ns)) != NULL)
			session_idle(server, session);
		else
			return;
	}
}

/* Ask again those that found no memory, each once: who still finds none goes to the end. */
static void
retry_starved(struct server *server)
{
	for (uint32_t i = server->starved_count; i-- > 0;) {
		struct session *session = &server->sessions[server->starved[i]];

		forget_starved(server, session);
		session_progress(server, session);
	}
}

void
server_turn(struct server *server, uint64_t now_ns)
{
	server->now_ns = now_ns;
	estab_stack_receive(server->stack, now_ns);
	accept_all(server);
	serve_events(server);
	end_aged(server);
	if (server->starved_count > 0)
		retry_starved(server);
	estab_stack_transmit(server->stack, now_ns);
}

/* The stack takes the connections; what their sessions hold is freed. */
static void
sessions_abandon(struct server *server)
{
	for (uint32_t i = 0; i < server->slots.count; i++) {
		rte_pktmbuf_free(server->sessions[i].pending);
		server->sessions[i].pending = NULL;
	}
	server->starved_count = 0;
}

uint32_t
server_drain(struct server *server, uint64_t now_ns)
{
	if (!server->draining)
		sessions_abandon(server);
	server->draining = true;
	return estab_stack_drain(server->stack, now_ns);
}

int
server_listen(struct server *server, const struct port_list *ports, uint32_t backlog)
{
	if (server->draining)
		return -ESHUTDOWN;
	for (uint16_t i = 0; i < ports->count; i++) {
		const struct estab_listen_config config = {
			.local.port = ports->ports[i],
			.backlog = backlog,
		};
		const int ret = estab_listen(server->stack, &config, &server->listeners[i]);

		if (ret != 0)
			return ret;
		server->listener_count++;
	}
	return 0;
}

void
server_listen_no_more(struct server *server)
{
	while (server->listener_count > 0)
		estab_listener_close(server->listeners[--server->listener_count]);
}

static int
listen_all(struct server *server, const struct port_list *ports, uint32_t backlog)
{
	const int ret = server_listen(server, ports, backlog);

	return ret == 0 ? -1
			: complain(EXIT_ENVIRONMENT, "--port %u: cannot listen: %s",
					  ports->ports[server->listener_count], strerror(-ret));
}

static int
create_sessions(struct server *server, uint32_t count)
{
	server->sessions = calloc(count, sizeof(*server->sessions));
	server->starved = calloc(count, sizeof(*server->starved));
	if (server->rules->service->talks)
		server->talks = calloc(count, sizeof(*server->talks));
	if (server->sessions == NULL || server->starved == NULL ||
			(server->rules->service->talks && server->talks == NULL) ||
			slots_init(&server->slots, count) != 0)
		return complain(EXIT_ENVIRONMENT, "no memory for %u sessions: lower --connections",
				count);
	return -1;
}

void
server_init(struct server *server, struct server_rules *rules)
{
	*server = (struct server){ .rules = rules };
	ages_init(&server->idle, rules->idle_timeout_ns);
	ages_init(&server->lingering, LINGER_NS);
}

/* The stack first: of EAL's memory, which ends, it takes the most for a connection by far. */
int
server_create(struct server *server, const struct estab_stack_config *config,
		struct server_rules *rules, const struct port_list *ports, uint32_t backlog)
{
	const uint32_t count = config->limits.connections;
	const char *why;
	int ret;

	server_init(server, rules);
	if (estab_stack_config_check(config, &why) != 0)
		return complain(EXIT_USAGE, "%s", why);
	eal_hush(true);
	server->stack = estab_stack_create(config);
	eal_hush(false);
	if (server->stack == NULL)
		return complain(EXIT_ENVIRONMENT,
				"no stack for %u connections (%s): lower --connections, or give EAL more with -m",
				count, rte_strerror(rte_errno));
	ret = create_sessions(server, count);
	return ret < 0 ? listen_all(server, ports, backlog) : ret;
}

void
server_destroy(struct server *server)
{
	if (server->stack != NULL)
		estab_stack_destroy(server->stack);
	server->stack = NULL;
	slots_fini(&server->slots);
	free(server->sessions);
	free(server->starved);
	free(server->talks);
	server->talks = NULL;
	server->sessions = NULL;
	server->starved = NULL;
}
