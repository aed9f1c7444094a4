/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection's life, seen from the client: opened -> connected (send the request) -> response
 * read -> closed by whoever closes first, and then by the other. Each step is taken when an event
 * says so. A client that closes first half-closes and waits for the server's end of file: only then
 * is the connection over, its slot free, and known that the server did not reset it.
 */
#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_mbuf.h>

#include <estab/conn.h>
#include <estab/event.h>

#include "clock.h"
#include "party.h"

enum {
	EVENT_BATCH = 64,
	CONNECT_BATCH = 64, /* opened per turn, so that what arrives is not kept waiting */
	RECEIVE_BATCH = 32,
	WRITE_CHUNK = 16384,
};

static const uint8_t request_text[WRITE_CHUNK];

const char *
client_error_name(enum client_error error)
{
	static const char *const names[] = {
#define CLIENT_ERROR_NAME(name) #name,
		CLIENT_ERRORS(CLIENT_ERROR_NAME)
#undef CLIENT_ERROR_NAME
	};

	return names[error];
}

const char *
client_retry_name(enum client_retry retry)
{
	static const char *const names[] = {
#define CLIENT_RETRY_NAME(name) #name,
		CLIENT_RETRIES(CLIENT_RETRY_NAME)
#undef CLIENT_RETRY_NAME
	};

	return names[retry];
}

int
client_init(struct client *client, const struct bench_options *options,
		const struct estab_endpoint *server)
{
	*client = (struct client){ .options = options, .server = *server };
	client->conns = calloc(options->connections, sizeof(*client->conns));
	if (client->conns == NULL || slots_init(&client->slots, options->connections) != 0)
		return -ENOMEM;
	return 0;
}

void
client_fini(struct client *client)
{
	slots_fini(&client->slots);
	free(client->conns);
	client->conns = NULL;
}

void
client_begin(struct client *client, uint64_t now_ns, uint64_t budget)
{
	client->begin_ns = now_ns;
	client->budget = budget;
	client->planned = 0;
	client->done = 0;
	memset(client->errors, 0, sizeof(client->errors));
	memset(client->retries, 0, sizeof(client->retries));
	histogram_init(&client->connect_ns);
	histogram_init(&client->response_ns);
	histogram_init(&client->transaction_ns);
}

bool
client_is_idle(const struct client *client)
{
	return slots_used(&client->slots) == 0;
}

enum client_wait
client_waits_for(const struct client *client)
{
	for (uint32_t i = 0; i < client->slots.count; i++) {
		const struct client_conn *conn = &client->conns[i];

		if (conn->conn == NULL)
			continue;
		if (!conn->connected)
			return CLIENT_WAITS_FOR_ANSWER;
		return conn->response_left > 0 ? CLIENT_WAITS_FOR_RESPONSE : CLIENT_WAITS_FOR_CLOSE;
	}
	return CLIENT_WAITS_FOR_NOTHING;
}

uint64_t
client_error_sum(const struct client *client)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < CLIENT_ERROR_COUNT; i++)
		sum += client->errors[i];
	return sum;
}

static void
release(struct client *client, struct client_conn *conn)
{
	conn->conn = NULL;
	slots_give(&client->slots, (uint32_t)(conn - client->conns));
}

static void
finish(struct client *client, struct client_conn *conn)
{
	estab_conn_close(conn->conn);
	client->done++;
	release(client, conn);
}

static void
fail(struct client *client, struct client_conn *conn, enum client_error error)
{
	estab_conn_abort(conn->conn);
	client->errors[error]++;
	release(client, conn);
}

void
client_give_up(struct client *client)
{
	for (uint32_t i = 0; i < client->slots.count; i++) {
		if (client->conns[i].conn != NULL)
			fail(client, &client->conns[i], CLIENT_ERROR_unfinished);
	}
}

/* What the connection's own error means at this point of its life. */
static enum client_error
error_of(struct client_conn *conn)
{
	switch (estab_conn_error(conn->conn)) {
	case -ECONNREFUSED:
		return CLIENT_ERROR_connect_refused;
	case -ETIMEDOUT:
		return conn->connected ? CLIENT_ERROR_timed_out : CLIENT_ERROR_connect_timed_out;
	case -ECONNRESET:
		return conn->connected ? CLIENT_ERROR_reset : CLIENT_ERROR_connect_reset;
	default:
		return CLIENT_ERROR_closed_early;
	}
}

/* Each step returns false when it has ended the connection. */
static bool
send_request(struct client *client, struct client_conn *conn)
{
	while (conn->request_left > 0) {
		const ssize_t written = estab_conn_write(conn->conn, request_text,
				RTE_MIN(conn->request_left, sizeof(request_text)));

		if (written == -EAGAIN)
			return true;
		if (written == -ENOMEM) {
			fail(client, conn, CLIENT_ERROR_no_mbuf);
			return false;
		}
		if (written < 0)
			return true; /* the event that tells why is on its way */
		conn->request_left -= (uint32_t)written;
	}
	return true;
}

/* Our FIN; the server's is still to come. Where the connection is over, an event is on its way. */
static void
close_if_first(struct client *client, struct client_conn *conn)
{
	if (client->options->closer == CLOSER_CLIENT)
		estab_conn_shutdown(conn->conn);
}

static bool
on_connected(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	histogram_record(&client->connect_ns, now_ns - conn->planned_ns);
	conn->connected = true;
	conn->request_ns = now_ns;
	if (client->options->workload == WORKLOAD_CRR)
		return send_request(client, conn);
	close_if_first(client, conn);
	return true;
}

/* Read what is there. @return bytes */
static uint32_t
receive_all(struct estab_conn *conn)
{
	struct rte_mbuf *batch[RECEIVE_BATCH];
	uint32_t bytes = 0;
	uint16_t n;

	while ((n = estab_conn_receive_burst(conn, batch, RECEIVE_BATCH)) > 0) {
		for (uint16_t i = 0; i < n; i++)
			bytes += rte_pktmbuf_pkt_len(batch[i]);
		rte_pktmbuf_free_bulk(batch, n);
	}
	return bytes;
}

static bool
on_end_of_file(struct client *client, struct client_conn *conn)
{
	if (conn->response_left > 0)
		fail(client, conn, CLIENT_ERROR_closed_early);
	else
		finish(client, conn);
	return false;
}

static bool
on_readable(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	const uint32_t bytes = receive_all(conn->conn);

	if (bytes > conn->response_left) {
		fail(client, conn, CLIENT_ERROR_response_too_long);
		return false;
	}
	conn->response_left -= bytes;
	if (bytes > 0 && conn->response_left == 0) {
		histogram_record(&client->response_ns, now_ns - conn->request_ns);
		histogram_record(&client->transaction_ns, now_ns - conn->planned_ns);
		close_if_first(client, conn);
	}
	return estab_conn_at_end(conn->conn) ? on_end_of_file(client, conn) : true;
}

static void
on_event(struct client *client, const struct estab_event *event, uint64_t now_ns)
{
	struct client_conn *conn = event->user;

	if ((event->what & ESTAB_EVENT_CONNECTED) && !on_connected(client, conn, now_ns))
		return;
	if ((event->what & ESTAB_EVENT_WRITABLE) && !send_request(client, conn))
		return;
	if ((event->what & ESTAB_EVENT_READABLE) && !on_readable(client, conn, now_ns))
		return;
	if (event->what & ESTAB_EVENT_CLOSED)
		fail(client, conn, error_of(conn));
}

/* When the next connection is to be opened. */
static uint64_t
next_planned_ns(const struct client *client, uint64_t now_ns)
{
	if (client->options->rate == 0)
		return now_ns;
	return client->begin_ns + client->planned * NS_PER_SECOND / client->options->rate;
}

uint64_t
client_overdue(const struct client *client, uint64_t now_ns)
{
	const uint64_t rate = client->options->rate;
	const uint64_t since_ns = now_ns - client->begin_ns;
	uint64_t due = since_ns / NS_PER_SECOND * rate;

	/* Those k with k / rate <= since: as next_planned_ns, and without its overflow. */
	due += ((since_ns % NS_PER_SECOND + 1) * rate + NS_PER_SECOND - 1) / NS_PER_SECOND;
	return due > client->planned ? due - client->planned : 0;
}

static void
count_failed_connect(struct client *client, int error)
{
	if (error == -EADDRNOTAVAIL || error == -EADDRINUSE)
		client->retries[CLIENT_RETRY_no_free_port]++;
	else if (error == -ENOBUFS)
		client->retries[CLIENT_RETRY_no_room_for_connection]++;
	else
		client->errors[CLIENT_ERROR_connect_not_possible]++;
}

/* Open one connection. @return false where that must wait for another turn */
static bool
open_one(struct client *client, uint64_t planned_ns)
{
	const uint32_t slot = slots_take(&client->slots);
	struct client_conn *conn = &client->conns[slot];
	struct estab_connect_config config = { .remote = client->server, .user = conn };
	int ret;

	config.remote.port = (uint16_t)(config.remote.port + client->next_port);
	client->next_port = (client->next_port + 1) % client->options->server_ports;
	*conn = (struct client_conn){ .planned_ns = planned_ns };
	if (client->options->workload == WORKLOAD_CRR) {
		conn->request_left = client->options->request_size;
		conn->response_left = client->options->response_size;
	}
	ret = estab_connect(client->stack, &config, &conn->conn);
	if (ret != 0) {
		count_failed_connect(client, ret);
		release(client, conn);
		return false;
	}
	client->budget--;
	client->planned++;
	return true;
}

static bool
open_what_is_due(struct client *client, uint64_t now_ns)
{
	unsigned int opened = 0;

	while (opened < CONNECT_BATCH && client->budget > 0 && client->slots.free_count > 0) {
		const uint64_t planned_ns = next_planned_ns(client, now_ns);

		if (planned_ns > now_ns || !open_one(client, planned_ns))
			break;
		opened++;
	}
	return opened > 0;
}

bool
client_work(struct party *party, uint64_t now_ns)
{
	struct client *client = party->role;
	struct estab_event events[EVENT_BATCH];
	const uint16_t n = estab_event_burst(client->stack, events, EVENT_BATCH);

	for (uint16_t i = 0; i < n; i++)
		on_event(client, &events[i], now_ns);
	return open_what_is_due(client, now_ns) || n > 0;
}

void
client_count(const struct party *party, struct party_numbers *numbers)
{
	const struct client *client = party->role;

	numbers->done = client->done;
	numbers->errors = client_error_sum(client);
	numbers->open = slots_used(&client->slots);
}
