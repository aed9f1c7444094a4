/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A connection's life, seen from the server: accepted -> request read -> response written ->
 * closed by whoever closes first. Whatever has come since is looked at in one function, called
 * after accept and after each event.
 */
#include "endpoint.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include <estab/conn.h>
#include <estab/event.h>
#include <estab/listen.h>

#include "party.h"

enum {
	ACCEPT_BATCH = 32,
	EVENT_BATCH = 64,
	WRITE_CHUNK = 16384,
};

static const uint8_t response_text[WRITE_CHUNK];

const char *
endpoint_error_name(enum endpoint_error error)
{
	static const char *const names[] = {
#define ENDPOINT_ERROR_NAME(name) #name,
		ENDPOINT_ERRORS(ENDPOINT_ERROR_NAME)
#undef ENDPOINT_ERROR_NAME
	};

	return names[error];
}

int
endpoint_init(struct endpoint *endpoint, const char *name, const struct bench_options *options,
		uint32_t connections)
{
	*endpoint = (struct endpoint){ .options = options };
	endpoint->exchanges = calloc(connections, sizeof(*endpoint->exchanges));
	if (endpoint->exchanges == NULL || slots_init(&endpoint->slots, connections) != 0 ||
			later_init(&endpoint->closing, connections) != 0)
		return -ENOMEM;
	if (options->workload == WORKLOAD_STREAM && options->direction & DIRECTION_RECEIVE)
		return pump_init(&endpoint->pump, name, options);
	return 0;
}

uint32_t
endpoint_fini(struct endpoint *endpoint)
{
	slots_fini(&endpoint->slots);
	later_fini(&endpoint->closing);
	free(endpoint->exchanges);
	endpoint->exchanges = NULL;
	return pump_fini(&endpoint->pump);
}

int
endpoint_listen(struct endpoint *endpoint, struct estab_stack *stack)
{
	endpoint->stack = stack;
	for (uint32_t i = 0; i < endpoint->options->server_ports; i++) {
		const struct estab_listen_config config = {
			.local.port = (uint16_t)(ENDPOINT_PORT_FIRST + i),
			.backlog = endpoint->options->connections,
		};
		const int ret = estab_listen(stack, &config, &endpoint->listeners[i]);

		if (ret != 0)
			return ret;
	}
	return 0;
}

void
endpoint_begin(struct endpoint *endpoint)
{
	memset(&endpoint->tally, 0, sizeof(endpoint->tally));
}

uint64_t
endpoint_error_sum(const struct endpoint_tally *tally)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < ENDPOINT_ERROR_COUNT; i++)
		sum += tally->errors[i];
	return sum;
}

void
endpoint_tally_add(struct endpoint_tally *sum, const struct endpoint_tally *tally)
{
	sum->done += tally->done;
	for (unsigned int i = 0; i < ENDPOINT_ERROR_COUNT; i++)
		sum->errors[i] += tally->errors[i];
}

static void
release(struct endpoint *endpoint, struct exchange *exchange)
{
	exchange->conn = NULL;
	slots_give(&endpoint->slots, (uint32_t)(exchange - endpoint->exchanges));
}

static void
finish(struct endpoint *endpoint, struct exchange *exchange)
{
	estab_conn_close(exchange->conn);
	endpoint->tally.done++;
	release(endpoint, exchange);
}

static void
fail(struct endpoint *endpoint, struct exchange *exchange, enum endpoint_error error)
{
	estab_conn_abort(exchange->conn);
	endpoint->tally.errors[error]++;
	release(endpoint, exchange);
}

/* Ours goes in a packet of its own where it shall. */
static void
finish_once(struct endpoint *endpoint, struct exchange *exchange)
{
	if (!endpoint->options->textbook_closes) {
		finish(endpoint, exchange);
		return;
	}
	if (!exchange->closes_later)
		later_add(&endpoint->closing, (uint32_t)(exchange - endpoint->exchanges));
	exchange->closes_later = true;
}

/* What was left for this turn: what was to go before it has gone. */
static void
finish_now(struct endpoint *endpoint)
{
	for (uint32_t i = 0; i < endpoint->closing.count; i++) {
		struct exchange *exchange = &endpoint->exchanges[endpoint->closing.slots[i]];

		if (exchange->conn != NULL && exchange->closes_later)
			finish(endpoint, exchange);
	}
	endpoint->closing.count = 0;
}

/* What is more than a request is left to --close: a server that closes with text unread resets. */
static void
read_request(struct exchange *exchange)
{
	const uint32_t bytes = pump_receive(exchange->conn);

	exchange->request_left -= RTE_MIN(exchange->request_left, bytes);
}

/* @return 0, also where the rest must wait, or a negative errno */
static int
write_response(struct exchange *exchange)
{
	while (exchange->response_left > 0) {
		const ssize_t written = estab_conn_write(exchange->conn, response_text,
				RTE_MIN(exchange->response_left, sizeof(response_text)));

		if (written < 0)
			return written == -EAGAIN ? 0 : (int)written;
		exchange->response_left -= (uint32_t)written;
	}
	return 0;
}

/* open, crr: one exchange, or none, and the end. */
static void
progress_once(struct endpoint *endpoint, struct exchange *exchange)
{
	int ret = 0;

	read_request(exchange);
	if (exchange->request_left == 0)
		ret = write_response(exchange);
	if (ret == -ENOMEM)
		fail(endpoint, exchange, ENDPOINT_ERROR_server_no_mbuf);
	else if (exchange->request_left > 0 && estab_conn_at_end(exchange->conn))
		fail(endpoint, exchange, ENDPOINT_ERROR_server_closed_early);
	else if (exchange->request_left == 0 && exchange->response_left == 0 &&
			(endpoint->options->closer == CLOSER_SERVER ||
					estab_conn_at_end(exchange->conn)))
		finish_once(endpoint, exchange);
}

static void
expect_request(struct endpoint *endpoint, struct exchange *exchange)
{
	exchange->request_left = endpoint->options->request_size;
	exchange->response_left = endpoint->options->response_size;
}

/* rr: a client that waits for a response sends one request at a time. */
static void
progress_again(struct endpoint *endpoint, struct exchange *exchange)
{
	int ret = 0;

	read_request(exchange);
	if (exchange->request_left == 0)
		ret = write_response(exchange);
	if (exchange->request_left == 0 && exchange->response_left == 0)
		expect_request(endpoint, exchange);
	if (ret == -ENOMEM)
		fail(endpoint, exchange, ENDPOINT_ERROR_server_no_mbuf);
	else if (!estab_conn_at_end(exchange->conn))
		return;
	else if (exchange->request_left < endpoint->options->request_size)
		fail(endpoint, exchange, ENDPOINT_ERROR_server_closed_early);
	else
		finish(endpoint, exchange);
}

/* stream: as the direction says, until the client's end. */
static void
progress_stream(struct endpoint *endpoint, struct exchange *exchange)
{
	const bool sends = (endpoint->options->direction & DIRECTION_RECEIVE) != 0;

	pump_receive(exchange->conn);
	if (estab_conn_at_end(exchange->conn))
		finish(endpoint, exchange);
	else if (sends && pump_send(&endpoint->pump, exchange->conn, &endpoint->sent) != 0)
		fail(endpoint, exchange, ENDPOINT_ERROR_server_no_mbuf);
}

static void
progress(struct endpoint *endpoint, struct exchange *exchange)
{
	switch (endpoint->options->workload) {
	case WORKLOAD_RR:
		progress_again(endpoint, exchange);
		break;
	case WORKLOAD_STREAM:
		progress_stream(endpoint, exchange);
		break;
	default:
		progress_once(endpoint, exchange);
	}
}

static void
begin_exchange(struct endpoint *endpoint, struct estab_conn *conn)
{
	const uint32_t slot = slots_take(&endpoint->slots);
	struct exchange *exchange;

	assert(slot != SLOT_NONE); /* there are as many as the stack has connections */
	exchange = &endpoint->exchanges[slot];
	*exchange = (struct exchange){ .conn = conn };
	if (endpoint->options->workload == WORKLOAD_CRR ||
			endpoint->options->workload == WORKLOAD_RR)
		expect_request(endpoint, exchange);
	if (endpoint->options->workload == WORKLOAD_RR)
		estab_conn_set_no_delay(conn, true);
	estab_conn_set_user(conn, exchange);
	progress(endpoint, exchange);
}

static bool
accept_all(struct endpoint *endpoint)
{
	struct estab_conn *conns[ACCEPT_BATCH];
	bool any = false;

	for (uint32_t i = 0; i < endpoint->options->server_ports; i++) {
		const uint16_t n = estab_accept_burst(endpoint->listeners[i], conns, ACCEPT_BATCH);

		for (uint16_t j = 0; j < n; j++)
			begin_exchange(endpoint, conns[j]);
		any |= n > 0;
	}
	return any;
}

static void
on_closed(struct endpoint *endpoint, struct exchange *exchange)
{
	const int error = estab_conn_error(exchange->conn);

	if (error == -ECONNRESET && endpoint->options->closer == CLOSER_RESET)
		finish(endpoint, exchange);
	else
		fail(endpoint, exchange,
				error == -ETIMEDOUT ? ENDPOINT_ERROR_server_timed_out
						    : ENDPOINT_ERROR_server_reset);
}

static void
on_event(struct endpoint *endpoint, const struct estab_event *event)
{
	if (event->what & ESTAB_EVENT_CLOSED)
		on_closed(endpoint, event->user);
	else
		progress(endpoint, event->user);
}

bool
endpoint_work(struct party *party, uint64_t now_ns)
{
	struct endpoint *endpoint = party->role;
	struct estab_event events[EVENT_BATCH];
	const bool closes = endpoint->closing.count > 0;
	bool accepted;
	uint16_t n;

	(void)now_ns;
	finish_now(endpoint);
	accepted = accept_all(endpoint);
	n = estab_event_burst(endpoint->stack, events, EVENT_BATCH);
	for (uint16_t i = 0; i < n; i++)
		on_event(endpoint, &events[i]);
	return accepted || n > 0 || closes;
}

void
endpoint_count(const struct party *party, struct party_numbers *numbers)
{
	const struct endpoint *endpoint = party->role;

	numbers->done = endpoint->tally.done;
	numbers->errors = endpoint_error_sum(&endpoint->tally);
	numbers->open = slots_used(&endpoint->slots);
}
