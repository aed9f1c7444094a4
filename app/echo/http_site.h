/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the service http answers: heads made once, and a body of the wanted size in lines of 64
 * characters. There is no Date, for there is no clock here that knows one (RFC 9110 6.6.1).
 */
#ifndef APP_ECHO_HTTP_SITE_H
#define APP_ECHO_HTTP_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http_request.h"

enum http_site_limits {
	HTTP_ANSWER_HEAD_MAX = 192,
};

/* What an answer says of the connection. */
enum http_connection {
	HTTP_CLOSES,
	HTTP_STAYS,      /* HTTP/1.1: goes without saying */
	HTTP_STAYS_SAID, /* HTTP/1.0 */
	HTTP_CONNECTIONS
};

struct http_head {
	uint16_t size;
	char text[HTTP_ANSWER_HEAD_MAX];
};

struct http_site {
	uint32_t response_size; /* bytes of body of a good answer */
	bool close_always;
	struct http_head heads[HTTP_ANSWER_COUNT][HTTP_CONNECTIONS];
};

void http_site_init(struct http_site *site, uint32_t response_size, bool close_always);

/*
 * Bytes of an answer from this place of it on: head, then body.
 *
 * @return how many were written, up to size; fewer at the answer's end
 */
size_t http_site_fill(const struct http_head *head, uint64_t from, uint64_t answer_size, char *text,
		size_t size);

#endif
