/* SPDX-License-Identifier: BSD-3-Clause */
/* HTTP responses: where they end, and what is none; in one piece and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http_response.h"

/* Read in pieces of that size. @return bytes that belonged to it */
static size_t
read_in_pieces(struct http_response *response, const char *text, size_t piece)
{
	const size_t size = strlen(text);
	size_t at = 0;

	http_response_init(response);
	while (at < size && response->place < HTTP_RESPONSE_WHOLE) {
		const size_t n = size - at < piece ? size - at : piece;
		const size_t taken = http_response_read(response, text + at, n);

		assert_true(taken <= n && (taken == n || response->place >= HTTP_RESPONSE_WHOLE));
		at += taken;
	}
	return at;
}

/* Whole before what follows, however it comes. */
static struct http_response
assert_whole(const char *text, const char *following, uint16_t status, uint64_t body)
{
	struct http_response response;
	char both[4096];

	assert_true(snprintf(both, sizeof(both), "%s%s", text, following) < (int)sizeof(both));
	for (size_t piece = 1; piece < 50; piece++) {
		assert_int_equal(read_in_pieces(&response, both, piece), strlen(text));
		assert_int_equal(response.place, HTTP_RESPONSE_WHOLE);
		assert_int_equal(response.status, status);
		assert_int_equal(response.body, body);
	}
	return response;
}

static void
assert_wrong(const char *text)
{
	struct http_response response;

	for (size_t piece = 1; piece < 50; piece++) {
		read_in_pieces(&response, text, piece);
		if (response.place != HTTP_RESPONSE_WRONG)
			fail_msg("taken for a response: %s", text);
	}
}

#define OK "HTTP/1.1 200 OK\r\n"

static void
response_with_a_length_ends_after_it(void **state)
{
	(void)state;
	assert_whole(OK "Content-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\n", 200, 5);
	assert_whole(OK "content-length:5 \r\nServer: nginx\r\n\r\nhello", "x", 200, 5);
	assert_whole(OK "Content-Length: 0\r\n\r\n", "x", 200, 0);
	assert_whole("HTTP/1.0 404\nContent-Length: 2\n\nno", "x", 404, 2);
	assert_whole(OK "Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", "x", 200, 2);
}

static void
response_in_chunks_ends_after_the_trailer(void **state)
{
	(void)state;
	assert_whole(OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n",
			"HTTP", 200, 15);
	assert_whole(OK "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\n\n\r\n0\r\nSum: 1\r\n\r\n",
			"x", 200, 1);
}

static void
response_without_a_body_ends_with_its_head(void **state)
{
	(void)state;
	assert_whole("HTTP/1.1 204 No Content\r\n\r\n", "x", 204, 0);
	assert_whole("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n", "x", 304, 0);
}

static void
informational_response_is_passed_over(void **state)
{
	(void)state;
	assert_whole("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n" OK
		     "Content-Length: 1\r\n\r\nx",
			"y", 200, 1);
}

static void
response_of_unknown_length_ends_with_the_connection(void **state)
{
	struct http_response response;

	(void)state;
	read_in_pieces(&response, OK "\r\nhello", 3);
	assert_int_equal(response.place, HTTP_RESPONSE_IN_BODY);
	http_response_end(&response);
	assert_int_equal(response.place, HTTP_RESPONSE_WHOLE);
	assert_int_equal(response.body, 5);
	assert_false(http_response_keeps_alive(&response));
}

static void
connection_that_ends_within_a_response_is_wrong(void **state)
{
	static const char *const texts[] = { "", "HTTP/1.1 2", OK,
		OK "Content-Length: 5\r\n\r\nhell",
		OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n" };
	struct http_response response;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		read_in_pieces(&response, texts[i], 7);
		assert_true(response.place < HTTP_RESPONSE_WHOLE);
		http_response_end(&response);
		assert_int_equal(response.place, HTTP_RESPONSE_WRONG);
	}
}

static void
what_is_no_response_is_wrong(void **state)
{
	(void)state;
	assert_wrong("SSH-2.0-OpenSSH_9.2p1 Debian\r\n");
	assert_wrong("HTTP/2.0 200 OK\r\n\r\n");
	assert_wrong("HTTP/1.1 20 OK\r\n\r\n");
	assert_wrong("HTTP/1.1 2000 OK\r\n\r\n");
	assert_wrong("\r\n\r\n");
	assert_wrong(OK "Content-Length\r\n\r\n");
	assert_wrong(OK "Content-Length: five\r\n\r\n");
	assert_wrong(OK "Content-Length: -5\r\n\r\n");
	assert_wrong(OK "Content-Length:\r\n\r\n");
	assert_wrong(OK "Content-Length: 0x5\r\n\r\n");
	assert_wrong(OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\n");
	assert_wrong(OK "Content-Length: 99999999999999999999\r\n\r\n");
	assert_wrong(OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloworld\r\n");
	assert_wrong(OK "Transfer-Encoding: chunked\r\n\r\nfive\r\n");
	assert_wrong(OK "Transfer-Encoding: chunked\r\n\r\n\r\n");
	assert_wrong(OK "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\n");
}

static void
head_without_an_end_is_wrong(void **state)
{
	struct http_response response;
	const char field[] = "X: y\r\n";
	size_t taken = 0;

	(void)state;
	http_response_init(&response);
	http_response_read(&response, OK, strlen(OK));
	for (unsigned int i = 0; i < 10000; i++)
		taken += http_response_read(&response, field, strlen(field));
	assert_int_equal(response.place, HTTP_RESPONSE_WRONG);
	assert_true(taken <= HTTP_RESPONSE_HEAD_MAX + 1);
}

static void
body_of_very_many_chunks_is_read(void **state)
{
	struct http_response response;
	const char chunk[] = "1\r\nx\r\n";

	(void)state;
	read_in_pieces(&response, OK "Transfer-Encoding: chunked\r\n\r\n", 100);
	for (unsigned int i = 0; i < 10000; i++)
		assert_int_equal(http_response_read(&response, chunk, strlen(chunk)),
				strlen(chunk));
	assert_int_equal(http_response_read(&response, "0\r\n\r\n", 5), 5);
	assert_int_equal(response.place, HTTP_RESPONSE_WHOLE);
	assert_int_equal(response.body, 10000);
}

/* RFC 9112 9.3 */
static void
connection_goes_on_unless_somebody_says_otherwise(void **state)
{
	struct http_response response;

	(void)state;
	response = assert_whole(OK "Content-Length: 1\r\n\r\nx", "", 200, 1);
	assert_true(http_response_keeps_alive(&response));
	response = assert_whole(OK "Connection: Close\r\nContent-Length: 1\r\n\r\nx", "", 200, 1);
	assert_false(http_response_keeps_alive(&response));
	response = assert_whole("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "", 200, 1);
	assert_false(http_response_keeps_alive(&response));
	response = assert_whole(
			"HTTP/1.0 200 OK\r\nconnection: keep-alive\r\nContent-Length: 1\r\n\r\nx",
			"", 200, 1);
	assert_true(http_response_keeps_alive(&response));
	response = assert_whole(OK "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "", 200, 0);
	assert_true(http_response_keeps_alive(&response));
}

/* Nothing of what a server may send must be read or written beyond its place. */
static void
bytes_at_random_come_to_no_harm(void **state)
{
	static const char words[][24] = { "HTTP/1.1 200 OK\r\n", "Content-Length: ", "\r\n",
		"\r\n\r\n", "Transfer-Encoding: ", "chunked", "5", "ffffffffffffffff", ":", " ",
		"Connection: " };
	unsigned short draws[3] = { 1, 2, 3 };

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		struct http_response response;

		http_response_init(&response);
		for (unsigned int k = 0; k < 30; k++) {
			char text[24];
			const size_t n = (size_t)nrand48(draws) % 11;
			size_t size, taken;

			memcpy(text, words[n], sizeof(text));
			size = strlen(text);
			if (nrand48(draws) % 4 == 0)
				text[(size_t)nrand48(draws) % size] = (char)nrand48(draws);
			taken = http_response_read(&response, text, size);
			assert_true(taken <= size);
			assert_true(response.place <= HTTP_RESPONSE_WRONG);
		}
		http_response_end(&response);
		assert_true(response.place >= HTTP_RESPONSE_WHOLE);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(response_with_a_length_ends_after_it),
		cmocka_unit_test(response_in_chunks_ends_after_the_trailer),
		cmocka_unit_test(response_without_a_body_ends_with_its_head),
		cmocka_unit_test(informational_response_is_passed_over),
		cmocka_unit_test(response_of_unknown_length_ends_with_the_connection),
		cmocka_unit_test(connection_that_ends_within_a_response_is_wrong),
		cmocka_unit_test(what_is_no_response_is_wrong),
		cmocka_unit_test(head_without_an_end_is_wrong),
		cmocka_unit_test(body_of_very_many_chunks_is_read),
		cmocka_unit_test(connection_goes_on_unless_somebody_says_otherwise),
		cmocka_unit_test(bytes_at_random_come_to_no_harm),
	};

	return cmocka_run_group_tests_name("http_response", tests, NULL, NULL);
}
