/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The head of an HTTP/1.0 or 1.1 request (RFC 9112), read as it comes: a byte at a time is as good as
 * all at once. Nothing of it is kept but what decides the answer, so a reader is small and a long head
 * costs no memory. It reads no further than the head's end: the body is the caller's to skip.
 */
#ifndef APP_ECHO_HTTP_REQUEST_H
#define APP_ECHO_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum http_request_limits {
	HTTP_HEAD_MAX = 8192,    /* bytes, the empty lines before it included; more: 431 */
	HTTP_BODY_MAX = 1 << 20, /* bytes that are skipped; more: 413 */
	HTTP_WORD_MAX = 20, /* "transfer-encoding" and what it ends with; longer words are others */
};

/* X(NAME, code, "reason phrase", "more of the head"): RFC 9110 15, RFC 6585 5 */
#define HTTP_ANSWERS(X)                                                                            \
	X(OK, 200, "OK", "Content-Type: text/plain\r\n")                                           \
	X(BAD_REQUEST, 400, "Bad Request", "")                                                     \
	X(METHOD_NOT_ALLOWED, 405, "Method Not Allowed", "Allow: GET, HEAD\r\n")                   \
	X(LENGTH_REQUIRED, 411, "Length Required", "")                                             \
	X(CONTENT_TOO_LARGE, 413, "Content Too Large", "")                                         \
	X(HEAD_TOO_LARGE, 431, "Request Header Fields Too Large", "")                              \
	X(VERSION_NOT_SUPPORTED, 505, "HTTP Version Not Supported", "")

enum http_answer {
#define HTTP_ANSWER_NAME(name, code, reason, more) HTTP_##name,
	HTTP_ANSWERS(HTTP_ANSWER_NAME)
#undef HTTP_ANSWER_NAME
			HTTP_ANSWER_COUNT
};

/* Where in the head the next byte belongs. */
enum http_place {
	HTTP_AT_START, /* before the request line; empty lines are skipped (RFC 9112 2.2) */
	HTTP_IN_METHOD,
	HTTP_IN_TARGET,
	HTTP_IN_VERSION,
	HTTP_AT_FIELD, /* the next field, or the empty line that ends the head */
	HTTP_IN_NAME,
	HTTP_BEFORE_VALUE,
	HTTP_IN_VALUE,
	HTTP_WHOLE, /* the head is read, or it is wrong: answer */
};

/* The fields that decide something. */
enum http_field {
	HTTP_FIELD_OTHER,
	HTTP_FIELD_CONNECTION,
	HTTP_FIELD_CONTENT_LENGTH,
	HTTP_FIELD_EXPECT,
	HTTP_FIELD_HOST,
	HTTP_FIELD_TRANSFER_ENCODING,
};

struct http_reader {
	uint8_t place;     /* enum http_place */
	uint8_t field;     /* enum http_field, the one that is being read */
	uint8_t answer;    /* enum http_answer; final where the place is HTTP_WHOLE */
	bool after_cr;     /* LF must follow */
	bool is_head;      /* the answer has no body */
	bool is_old;       /* HTTP/1.0 */
	bool says_close;   /* Connection: close */
	bool says_keep;    /* Connection: keep-alive */
	bool expects;      /* Expect: whether the body comes depends on the answer */
	bool is_broken;    /* where it ends is not known: close after the answer */
	bool has_length;   /* Content-Length was read */
	bool has_digit;    /* of the one that is being read */
	uint8_t hosts;     /* Host fields; 2: more than one */
	uint8_t word_size; /* HTTP_WORD_MAX: it is longer */
	uint16_t head_size;
	uint32_t length; /* Content-Length: bytes of body behind the head */
	uint32_t number; /* the one that is being read */
	char word[HTTP_WORD_MAX];
};

/* Before each request. */
void http_reader_init(struct http_reader *reader);

/* Read on. @return how many bytes belong to the head: all, unless it is whole */
size_t http_read(struct http_reader *reader, const char *text, size_t size);

/* Of a whole head: whether more requests may follow on this connection. */
bool http_keeps_alive(const struct http_reader *reader);

#endif
