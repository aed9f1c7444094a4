/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The workloads open, crr and rr: no exchange on a connection, one, or one after another until the
 * time is over. A request is due when the connection is established, or the response before it has
 * been read.
 */
#include "client_http.h"
#include "client_steps.h"

#include <errno.h>

#include <rte_common.h>

#include <estab/conn.h>

#include "pump.h"

enum { WRITE_CHUNK = 16384 };

static const uint8_t request_text[WRITE_CHUNK];

static bool
send_request(struct client *client, struct client_conn *conn)
{
	while (conn->request_left > 0) {
		const void *text = client->http != NULL ? client_http_text(client, conn)
							: request_text;
		const ssize_t written = estab_conn_write(conn->conn, text,
				RTE_MIN(conn->request_left, sizeof(request_text)));

		if (written == -EAGAIN)
			return true;
		if (written == -ENOMEM) {
			client_fail(client, conn, CLIENT_ERROR_no_mbuf);
			return false;
		}
		if (written < 0)
			return true; /* the event that tells why is on its way */
		conn->request_left -= (uint32_t)written;
	}
	return true;
}

static bool
begin_exchange(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	conn->request_ns = now_ns;
	conn->request_left = client->options->request_size;
	conn->response_left = client->options->response_size;
	if (client->http != NULL)
		client_http_begin(client, conn);
	return send_request(client, conn);
}

/* Our FIN; the server's is still to come. Where the connection is over, an event is on its way. */
static void
close_if_first(struct client *client, struct client_conn *conn)
{
	if (client->options->closer == CLOSER_CLIENT)
		client_shutdown(client, conn);
}

/* @return false where more has come than the response */
static bool
take_bytes(struct client *client, struct client_conn *conn)
{
	const uint32_t bytes = pump_receive(conn->conn);

	if (bytes > conn->response_left) {
		client_fail(client, conn, CLIENT_ERROR_response_too_long);
		return false;
	}
	conn->response_left -= bytes;
	return true;
}

/* Take what has come of the response. @return false where it is not as it should be */
static bool
take_response(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	const bool waited = conn->response_left > 0;

	if (!(client->http != NULL ? client_http_take(client, conn) : take_bytes(client, conn)))
		return false;
	if (waited && conn->response_left == 0) {
		histogram_record(&client->tally.response_ns, now_ns - conn->request_ns);
		client->transactions++;
	}
	return true;
}

static bool
open_connected(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	(void)now_ns;
	close_if_first(client, conn);
	return true;
}

static bool
crr_readable(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	const bool waited = conn->response_left > 0;

	if (!take_response(client, conn, now_ns))
		return false;
	if (waited && conn->response_left == 0) {
		histogram_record(&client->tally.transaction_ns, now_ns - conn->planned_ns);
		close_if_first(client, conn);
	}
	if (estab_conn_at_end(conn->conn))
		return client_at_end(client, conn, conn->response_left > 0);
	return true;
}

static bool
rr_connected(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	/* The end of a request must not wait for the acknowledgment of its beginning. */
	estab_conn_set_no_delay(conn->conn, true);
	return begin_exchange(client, conn, now_ns);
}

/* A web server ends a connection after so many requests, or so much time, and another takes its place. */
static bool
rr_at_end(struct client *client, struct client_conn *conn)
{
	const bool renewed = client->http != NULL && !client->ending && conn->response_left == 0;

	if (renewed) {
		client->budget++;
		client->tally.retries[CLIENT_RETRY_kept_alive_no_longer]++;
	}
	return client_at_end(client, conn,
			conn->response_left > 0 || (!client->ending && !renewed));
}

static bool
rr_readable(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	const bool waited = conn->response_left > 0;

	if (!take_response(client, conn, now_ns))
		return false;
	if (estab_conn_at_end(conn->conn))
		return rr_at_end(client, conn);
	if (!waited || conn->response_left > 0)
		return true;
	if (client->http != NULL && !client_http_goes_on(client, conn))
		return true; /* the server's end of file is on its way */
	if (!client->ending)
		return begin_exchange(client, conn, now_ns);
	close_if_first(client, conn);
	return true;
}

/* The exchange that is on its way comes to its end first. */
static bool
rr_end(struct client *client, struct client_conn *conn)
{
	(void)client;
	(void)conn;
	return true;
}

const struct client_steps client_open_steps = {
	.connected = open_connected,
	.writable = send_request,
	.readable = crr_readable,
};

const struct client_steps client_crr_steps = {
	.connected = begin_exchange,
	.writable = send_request,
	.readable = crr_readable,
};

const struct client_steps client_rr_steps = {
	.connected = rr_connected,
	.writable = send_request,
	.readable = rr_readable,
	.end = rr_end,
};
