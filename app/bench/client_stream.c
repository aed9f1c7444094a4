/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The workload stream: send as the send buffer has room, read as text arrives, until the time is
 * over. What is sent counts when it is acknowledged.
 */
#include "client_steps.h"

#include <estab/conn.h>

#include "pump.h"

static bool
send_more(struct client *client, struct client_conn *conn)
{
	if ((client->options->direction & DIRECTION_SEND) == 0 || client->ending)
		return true;
	if (pump_send(&client->pump, conn->conn, &client->sent) == 0)
		return true;
	client_fail(client, conn, CLIENT_ERROR_no_mbuf);
	return false;
}

/* A server that sends without end is stopped by a reset only; any other closes after us. */
static bool
end(struct client *client, struct client_conn *conn)
{
	if (client->options->closer == CLOSER_RESET) {
		client_cut(client, conn);
		return false;
	}
	estab_conn_shutdown(conn->conn);
	return true;
}

static bool
connected(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	(void)now_ns;
	return client->ending ? end(client, conn) : send_more(client, conn);
}

static bool
readable(struct client *client, struct client_conn *conn, uint64_t now_ns)
{
	(void)now_ns;
	client->received += pump_receive(conn->conn);
	if (estab_conn_at_end(conn->conn))
		return client_at_end(client, conn, !client->ending);
	return true;
}

const struct client_steps client_stream_steps = {
	.connected = connected,
	.writable = send_more,
	.readable = readable,
	.end = end,
};
