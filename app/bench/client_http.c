/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What comes of an HTTP response on a connection, and whether it is the one that was to come. The
 * workloads' steps (client_exchange.c) see whether it is whole, as with so many bytes.
 */
#include "client_http.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_mbuf.h>

#include <estab/conn.h>

#include "client_steps.h"
#include "http_options.h"
#include "http_response.h"

enum { RECEIVE_BATCH = 64 };

/* The request is the same for all; each connection has a response of its own. */
struct client_http {
	uint32_t request_length;
	char request[HTTP_REQUEST_MAX];
	struct http_response responses[]; /* as many as connections */
};

int
client_http_init(struct client *client)
{
	const struct bench_options *options = client->options;

	if (options->http.target == NULL)
		return 0;
	client->http = calloc(1,
			sizeof(*client->http) +
					options->connections * sizeof(client->http->responses[0]));
	if (client->http == NULL)
		return -ENOMEM;
	client->http->request_length = http_options_request(options, client->http->request);
	return 0;
}

void
client_http_fini(struct client *client)
{
	free(client->http);
	client->http = NULL;
}

static struct http_response *
response_of(struct client *client, const struct client_conn *conn)
{
	return &client->http->responses[conn - client->conns];
}

void
client_http_begin(struct client *client, struct client_conn *conn)
{
	http_response_init(response_of(client, conn));
	conn->request_left = client->http->request_length;
	conn->response_left = 1; /* of it, whatever its length */
}

const void *
client_http_text(const struct client *client, const struct client_conn *conn)
{
	const struct client_http *http = client->http;

	return http->request + (http->request_length - conn->request_left);
}

/* @return false where there is more than the response */
static bool
read_packet(struct http_response *response, const struct rte_mbuf *packet)
{
	for (; packet != NULL; packet = packet->next) {
		const char *text = rte_pktmbuf_mtod(packet, const char *);

		if (http_response_read(response, text, packet->data_len) < packet->data_len)
			return response->place == HTTP_RESPONSE_WRONG;
	}
	return true;
}

/* @return false where more came than was asked for */
static bool
read_all(struct http_response *response, struct estab_conn *conn)
{
	struct rte_mbuf *batch[RECEIVE_BATCH];
	bool fits = true;
	uint16_t n;

	while ((n = estab_conn_receive_burst(conn, batch, RECEIVE_BATCH)) > 0) {
		for (uint16_t i = 0; i < n; i++)
			fits = fits && read_packet(response, batch[i]);
		rte_pktmbuf_free_bulk(batch, n);
	}
	return fits;
}

/* Of a whole response. @return CLIENT_ERROR_COUNT where it is right */
static enum client_error
error_of(const struct bench_options *options, const struct http_response *response)
{
	if (response->status != options->http.status)
		return CLIENT_ERROR_http_status;
	if (options->response_size != 0 && response->body != options->response_size)
		return CLIENT_ERROR_http_length;
	return CLIENT_ERROR_COUNT;
}

bool
client_http_take(struct client *client, struct client_conn *conn)
{
	struct http_response *response = response_of(client, conn);
	enum client_error error = CLIENT_ERROR_COUNT;

	if (!read_all(response, conn->conn))
		error = CLIENT_ERROR_response_too_long;
	if (conn->response_left > 0 && response->place < HTTP_RESPONSE_WHOLE &&
			response->head_size > 0 && estab_conn_at_end(conn->conn))
		http_response_end(response);
	if (response->place == HTTP_RESPONSE_WRONG)
		error = CLIENT_ERROR_http_malformed;
	else if (error == CLIENT_ERROR_COUNT && response->place == HTTP_RESPONSE_WHOLE &&
			conn->response_left > 0)
		error = error_of(client->options, response);
	if (error != CLIENT_ERROR_COUNT) {
		client_fail(client, conn, error);
		return false;
	}
	conn->response_left = response->place < HTTP_RESPONSE_WHOLE;
	return true;
}

bool
client_http_goes_on(struct client *client, const struct client_conn *conn)
{
	return http_response_keeps_alive(response_of(client, conn));
}
