/* SPDX-License-Identifier: BSD-3-Clause */
/* HTTP on the client's connections, with --http. */
#ifndef APP_BENCH_CLIENT_HTTP_H
#define APP_BENCH_CLIENT_HTTP_H

#include <stdbool.h>

#include "client.h"

/* Only with --http: else client->http stays NULL. @return 0 or -ENOMEM */
int client_http_init(struct client *client);

void client_http_fini(struct client *client);

/* A request is due, and its response. */
void client_http_begin(struct client *client, struct client_conn *conn);

/* What is left of the request. */
const void *client_http_text(const struct client *client, const struct client_conn *conn);

/*
 * Read what has come: response_left is 0 when the response is whole, and right.
 *
 * @return false where it is not right; the connection has failed
 */
bool client_http_take(struct client *client, struct client_conn *conn);

/* Of a whole response: whether the server lets the connection stand. */
bool client_http_goes_on(struct client *client, const struct client_conn *conn);

#endif
