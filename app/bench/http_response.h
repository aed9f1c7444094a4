/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An HTTP/1.0 or 1.1 response (RFC 9112) to a GET, read as it comes and not kept: its status, how long
 * its body is, by whichever of the three ways it is told (a length, chunks, the end of the connection),
 * and whether the connection goes on. Informational responses before it are passed over.
 *
 * Why not a library: Debian has http-parser, whose authors gave it up in 2022, and neither of those that
 * are kept well, llhttp and picohttpparser.
 */
#ifndef APP_BENCH_HTTP_RESPONSE_H
#define APP_BENCH_HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_response_limits {
	HTTP_RESPONSE_HEAD_MAX = 16384, /* bytes of a head, a trailer or a chunk's size */
	HTTP_RESPONSE_WORD_MAX = 20,    /* longer words mean nothing to us */
};

/* Where the next byte belongs. */
enum http_response_place {
	HTTP_RESPONSE_IN_STATUS, /* the status line */
	HTTP_RESPONSE_IN_NAME,   /* of a field; an empty one ends the head */
	HTTP_RESPONSE_IN_VALUE,
	HTTP_RESPONSE_IN_BODY,
	HTTP_RESPONSE_IN_CHUNK_SIZE,
	HTTP_RESPONSE_IN_CHUNK,
	HTTP_RESPONSE_AFTER_CHUNK,
	HTTP_RESPONSE_IN_TRAILER,
	HTTP_RESPONSE_WHOLE,
	HTTP_RESPONSE_WRONG, /* this is no response, or it ended too early */
};

struct http_response {
	uint8_t place; /* enum http_response_place */
	uint8_t word_size;
	bool word_is_over; /* of a line: the rest of it means nothing */
	bool is_chunked;
	bool has_length;
	bool is_old;     /* HTTP/1.0 */
	bool says_close; /* Connection: close */
	bool says_keep;  /* Connection: keep-alive */
	uint16_t status;
	uint16_t head_size;
	uint64_t left; /* bytes of body, or of the chunk, to come */
	uint64_t body; /* bytes of body that came */
	char name[HTTP_RESPONSE_WORD_MAX];
	char word[HTTP_RESPONSE_WORD_MAX];
};

/* Before each response. */
void http_response_init(struct http_response *response);

/* Read on. @return how many bytes belong to it: all, unless it is whole, or wrong */
size_t http_response_read(struct http_response *response, const char *text, size_t size);

/* There is no more. A body whose length nobody told is whole now; all else that is not whole is wrong. */
void http_response_end(struct http_response *response);

/* Of a whole one: whether another may follow on this connection. */
bool http_response_keeps_alive(const struct http_response *response);

#endif
