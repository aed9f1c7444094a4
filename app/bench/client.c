/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection's life, seen from the client: opened -> connected -> at work, as the workload's steps
 * have it -> closed by whoever closes first, and then by the other. Each step is taken when an event
 * says so. A client that closes first half-closes and waits for the server's end of file: only then
 * is the connection over, its slot free, and known that the server did not reset it.
 */
#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <estab/conn.h>
#include <estab/event.h>

#include "client_http.h"
#include "client_steps.h"
#include "clock.h"
#include "party.h"

enum {
	EVENT_BATCH = 64,
	CONNECT_BATCH = 64, /* opened per turn, so that what arrives is not kept waiting */
};

static const struct client_steps *const steps_of[WORKLOAD_COUNT] = {
	[WORKLOAD_OPEN] = &client_open_steps,
	[WORKLOAD_CRR] = &client_crr_steps,
	[WORKLOAD_RR] = &client_rr_steps,
	[WORKLOAD_STREAM] = &client_stream_steps,
	[WORKLOAD_FLOOD] = &client_open_steps,
};

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
client_init(struct client *client, const char *name, const struct bench_options *options,
		const struct server_list *servers)
{
	*client = (struct client){ .options = options, .steps = steps_of[options->workload] };
	targets_init(&client->targets, servers, options->server_ports, &options->clients,
			options->client_first);
	plan_init(&client->plan, options->poisson, options->seed);
	client->conns = calloc(options->connections, sizeof(*client->conns));
	if (client->conns == NULL || slots_init(&client->slots, options->connections) != 0)
		return -ENOMEM;
	if (client_http_init(client) != 0 ||
			later_init(&client->closing, options->connections) != 0)
		return -ENOMEM;
	if (options->workload == WORKLOAD_STREAM && options->direction & DIRECTION_SEND)
		return pump_init(&client->pump, name, options);
	return 0;
}

uint32_t
client_fini(struct client *client)
{
	slots_fini(&client->slots);
	client_http_fini(client);
	later_fini(&client->closing);
	free(client->conns);
	client->conns = NULL;
	return pump_fini(&client->pump);
}

void
client_begin(struct client *client, uint32_t rate, uint64_t now_ns, uint64_t budget)
{
	plan_begin(&client->plan, rate, now_ns);
	client->budget = budget;
	client->ending = false;
	memset(&client->tally, 0, sizeof(client->tally));
}

uint64_t
client_acknowledged(const struct client *client)
{
	uint64_t bytes = client->sent;
	struct estab_conn_info info;

	for (uint32_t i = 0; i < client->slots.count; i++) {
		if (client->conns[i].conn == NULL)
			continue;
		estab_conn_status(client->conns[i].conn, &info);
		bytes -= info.send_queued;
	}
	return bytes;
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
client_error_sum(const struct client_tally *tally)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < CLIENT_ERROR_COUNT; i++)
		sum += tally->errors[i];
	return sum;
}

void
client_tally_add(struct client_tally *sum, const struct client_tally *tally)
{
	sum->planned += tally->planned;
	sum->done += tally->done;
	for (unsigned int i = 0; i < CLIENT_ERROR_COUNT; i++)
		sum->errors[i] += tally->errors[i];
	for (unsigned int i = 0; i < CLIENT_RETRY_COUNT; i++)
		sum->retries[i] += tally->retries[i];
	histogram_add(&sum->connect_ns, &tally->connect_ns);
	histogram_add(&sum->response_ns, &tally->response_ns);
	histogram_add(&sum->transaction_ns, &tally->transaction_ns);
}

static void
release(struct client *client, struct client_conn *conn)
{
	conn->conn = NULL;
	slots_give(&client->slots, (uint32_t)(conn - client->conns));
}

void
client_finish(struct client *client, struct client_conn *conn)
{
	estab_conn_close(conn->conn);
	client->tally.done++;
	release(client, conn);
}

void
client_cut(struct client *client, struct client_conn *conn)
{
	estab_conn_abort(conn->conn);
	client->tally.done++;
	release(client, conn);
}

void
client_fail(struct client *client, struct client_conn *conn, enum client_error error)
{
	estab_conn_abort(conn->conn);
	client->tally.errors[error]++;
	release(client, conn);
}

static void
close_later(struct client *client, struct client_conn *conn)
{
	if (!conn->closes_later)
		later_add(&client->closing, (uint32_t)(conn - client->conns));
	conn->closes_later = true;
}

void
client_shutdown(struct client *client, struct client_conn *conn)
{
	if (client->options->textbook_closes)
		close_later(client, conn);
	else
		estab_conn_shutdown(conn->conn);
}

/* A FIN that comes after ours only has to be acknowledged. */
bool
client_at_end(struct client *client, struct client_conn *conn, bool missing)
{
	if (!missing && client->options->textbook_closes &&
			client->options->closer == CLOSER_SERVER) {
		close_later(client, conn);
		return true;
	}
	if (missing)
		client_fail(client, conn, CLIENT_ERROR_closed_early);
	else
		client_finish(client, conn);
	return false;
}

/* What was left for this turn: the acknowledgment before has gone. */
static void
close_now(struct client *client)
{
	for (uint32_t i = 0; i < client->closing.count; i++) {
		struct client_conn *conn = &client->conns[client->closing.slots[i]];

		if (conn->conn == NULL || !conn->closes_later)
			continue;
		conn->closes_later = false;
		if (client->options->closer == CLOSER_SERVER)
			client_finish(client, conn);
		else
			estab_conn_shutdown(conn->conn);
	}
	client->closing.count = 0;
}

void
client_end(struct client *client)
{
	client->budget = 0;
	client->ending = true;
	if (client->steps->end == NULL)
		return;
	for (uint32_t i = 0; i < client->slots.count; i++) {
		if (client->conns[i].conn != NULL && client->conns[i].connected)
			client->steps->end(client, &client->conns[i]);
	}
}

void
client_give_up(struct client *client)
{
	for (uint32_t i = 0; i < client->slots.count; i++) {
		if (client->conns[i].conn != NULL)
			client_fail(client, &client->conns[i], CLIENT_ERROR_unfinished);
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

static bool
on_connected(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	histogram_record(&client->tally.connect_ns, now_ns - conn->planned_ns);
	conn->connected = true;
	return client->steps->connected(client, conn, now_ns);
}

static void
on_event(struct client *client, const struct estab_event *event, uint64_t now_ns)
{
	struct client_conn *conn = event->user;

	if ((event->what & ESTAB_EVENT_CONNECTED) && !on_connected(client, conn, now_ns))
		return;
	if ((event->what & ESTAB_EVENT_WRITABLE) && !client->steps->writable(client, conn))
		return;
	if ((event->what & ESTAB_EVENT_READABLE) && !client->steps->readable(client, conn, now_ns))
		return;
	if (event->what & ESTAB_EVENT_CLOSED)
		client_fail(client, conn, error_of(conn));
}

static void
count_failed_connect(struct client *client, int error)
{
	if (error == -EADDRNOTAVAIL || error == -EADDRINUSE)
		client->tally.retries[CLIENT_RETRY_no_free_port]++;
	else if (error == -ENOBUFS)
		client->tally.retries[CLIENT_RETRY_no_room_for_connection]++;
	else
		client->tally.errors[CLIENT_ERROR_connect_not_possible]++;
}

/* Open one connection. @return false where that must wait for another turn */
static bool
open_one(struct client *client, uint64_t planned_ns)
{
	const uint32_t slot = slots_take(&client->slots);
	struct client_conn *conn = &client->conns[slot];
	struct estab_connect_config config = { .user = conn };
	int ret;

	targets_next(&client->targets, &config);
	*conn = (struct client_conn){ .planned_ns = planned_ns };
	ret = estab_connect(client->stack, &config, &conn->conn);
	if (ret != 0) {
		count_failed_connect(client, ret);
		release(client, conn);
		return false;
	}
	client->budget--;
	client->tally.planned++;
	plan_take(&client->plan);
	return true;
}

static bool
open_what_is_due(struct client *client, uint64_t now_ns)
{
	unsigned int opened = 0;

	while (opened < CONNECT_BATCH && client->budget > 0 && client->slots.free_count > 0) {
		const uint64_t planned_ns = plan_next_ns(&client->plan, now_ns);

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
	const bool closes = client->closing.count > 0;
	uint16_t n;

	close_now(client);
	n = estab_event_burst(client->stack, events, EVENT_BATCH);
	for (uint16_t i = 0; i < n; i++)
		on_event(client, &events[i], now_ns);
	return open_what_is_due(client, now_ns) || n > 0 || closes;
}

void
client_count(const struct party *party, struct party_numbers *numbers)
{
	const struct client *client = party->role;

	numbers->done = client->tally.done;
	numbers->errors = client_error_sum(&client->tally);
	numbers->open = slots_used(&client->slots);
	numbers->transactions = client->transactions;
	if (client->options->workload != WORKLOAD_STREAM)
		return;
	numbers->bytes_to_server = client_acknowledged(client);
	numbers->bytes_from_server = client->received;
}
