/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Heads of HTTP requests, good and bad (RFC 9112): each is read at once, a byte at a time, and in two
 * pieces cut at every place, and must give the same each time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_common.h>

#include "http_request.h"
#include "http_site.h"

#define HOST "Host: a\r\n"

struct expected {
	const char *text;
	enum http_answer answer;
	bool keeps;
	bool is_head;
	uint32_t length;
};

/* What the head says, in pieces of this size; the first is of another. @return bytes of the head */
static size_t
read_in_pieces(struct http_reader *reader, const char *text, size_t size, size_t first,
		size_t piece)
{
	size_t done = 0, n = first;

	http_reader_init(reader);
	while (done < size && reader->place != HTTP_WHOLE) {
		n = RTE_MIN(n, size - done);
		done += http_read(reader, text + done, n);
		n = piece;
	}
	return done;
}

static void
expect_head(const struct http_reader *reader, const struct expected *expected)
{
	if (reader->place != HTTP_WHOLE || reader->answer != expected->answer ||
			http_keeps_alive(reader) != expected->keeps)
		print_message("of: %s", expected->text);
	assert_int_equal(reader->place, HTTP_WHOLE);
	assert_int_equal(reader->answer, expected->answer);
	assert_int_equal(http_keeps_alive(reader), expected->keeps);
	if (!reader->is_broken) {
		assert_int_equal(reader->is_head, expected->is_head);
		assert_int_equal(reader->length, expected->length);
	}
}

static void
expect_all(const struct expected *rows, size_t count)
{
	struct http_reader reader;

	for (size_t i = 0; i < count; i++) {
		const size_t size = strlen(rows[i].text);

		read_in_pieces(&reader, rows[i].text, size, 1, 1);
		expect_head(&reader, &rows[i]);
		for (size_t first = 1; first <= size; first++) {
			read_in_pieces(&reader, rows[i].text, size, first, size);
			expect_head(&reader, &rows[i]);
		}
	}
}

static void
good_head_is_answered_200(void **state)
{
	static const struct expected rows[] = {
		{ "GET / HTTP/1.1\r\n" HOST "\r\n", HTTP_OK, true, false, 0 },
		{ "GET / HTTP/1.1\n" HOST "\n", HTTP_OK, true, false, 0 },
		{ "\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n", HTTP_OK, true, false, 0 },
		{ "HEAD /a?b HTTP/1.1\r\n" HOST "\r\n", HTTP_OK, true, true, 0 },
		{ "GET / HTTP/1.7\r\n" HOST "\r\n", HTTP_OK, true, false, 0 },
		{ "GET / HTTP/1.0\r\n\r\n", HTTP_OK, false, false, 0 },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", HTTP_OK, true, false, 0 },
		{ "GET / HTTP/1.1\r\nhOST:a\r\nCoNnEcTiOn:\tClose \r\n\r\n", HTTP_OK, false, false,
				0 },
		{ "GET / HTTP/1.1\r\n" HOST "Connection: x, close,y\r\n\r\n", HTTP_OK, false, false,
				0 },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", HTTP_OK,
				false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Connection: closed\r\n\r\n", HTTP_OK, true, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Connection: clos, ,\r\nHos: b\r\n\r\n", HTTP_OK, true,
				false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Connections: close\r\n\r\n", HTTP_OK, true, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "X:\r\nY: \r\n\r\n", HTTP_OK, true, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 17 \r\n\r\n", HTTP_OK, true, false,
				17 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 9\r\nContent-Length: 9\r\n\r\n",
				HTTP_OK, true, false, 9 },
		{ "GET / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\n", HTTP_OK, true, false,
				0 },
	};

	(void)state;
	expect_all(rows, RTE_DIM(rows));
}

static void
method_other_than_get_or_head_is_answered_405(void **state)
{
	static const struct expected rows[] = {
		{ "POST / HTTP/1.1\r\n" HOST "Content-Length: 1048576\r\n\r\n",
				HTTP_METHOD_NOT_ALLOWED, true, false, 1048576 },
		{ "get / HTTP/1.1\r\n" HOST "\r\n", HTTP_METHOD_NOT_ALLOWED, true, false, 0 },
		{ "GETGETGETGETGETGETGETGETGET / HTTP/1.1\r\n" HOST "\r\n", HTTP_METHOD_NOT_ALLOWED,
				true, false, 0 },
	};

	(void)state;
	expect_all(rows, RTE_DIM(rows));
}

static void
malformed_head_is_answered_400_and_closes(void **state)
{
	static const struct expected rows[] = {
		{ "GET /\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET  HTTP/1.1\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ " GET / HTTP/1.1\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.1 \r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/x.1\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.10\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / http/1.1\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "G\xff / HTTP/1.1\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.1\rX", HTTP_BAD_REQUEST, false, false, 0 },
		{ "\x16\x03\x01\x02", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.1\r\n\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST HOST "\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.0\r\n" HOST HOST "\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "X\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "X : y\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST ": y\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "X: y\r\n folded\r\n", HTTP_BAD_REQUEST, false, false,
				0 },
		{ "GET / HTTP/1.1\r\n" HOST "X: \x01\r\n", HTTP_BAD_REQUEST, false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: \r\n", HTTP_BAD_REQUEST, false, false,
				0 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n", HTTP_BAD_REQUEST, false,
				false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 1 1\r\n", HTTP_BAD_REQUEST, false,
				false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n", HTTP_BAD_REQUEST, false,
				false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n",
				HTTP_BAD_REQUEST, false, false, 0 },
	};

	(void)state;
	expect_all(rows, RTE_DIM(rows));
}

static void
body_of_unknown_or_immoderate_size_is_refused_and_closes(void **state)
{
	static const struct expected rows[] = {
		{ "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n", HTTP_LENGTH_REQUIRED,
				false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\n\r\n",
				HTTP_CONTENT_TOO_LARGE, false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 4294967296\r\n\r\n",
				HTTP_CONTENT_TOO_LARGE, false, false, 0 },
		{ "GET / HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551617\r\n\r\n",
				HTTP_CONTENT_TOO_LARGE, false, false, 0 },
		{ "POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
				HTTP_METHOD_NOT_ALLOWED, false, false, 5 },
		{ "GET / HTTP/2.0\r\n", HTTP_VERSION_NOT_SUPPORTED, false, false, 0 },
	};

	(void)state;
	expect_all(rows, RTE_DIM(rows));
}

/* A head of this size, all in one field. @return as given */
static char *
make_head(size_t size)
{
	static const char begin[] = "GET / HTTP/1.1\r\n" HOST "X: ", end[] = "\r\n\r\n";
	char *text = malloc(size);

	assert_non_null(text);
	memset(text, 'x', size);
	memcpy(text, begin, sizeof(begin) - 1);
	memcpy(text + size - (sizeof(end) - 1), end, sizeof(end) - 1);
	return text;
}

static void
head_of_8_kib_is_answered_a_longer_one_431(void **state)
{
	struct http_reader reader;

	(void)state;
	for (size_t over = 0; over <= 1; over++) {
		const size_t size = HTTP_HEAD_MAX + over;
		char *text = make_head(size);

		assert_int_equal(read_in_pieces(&reader, text, size, 1, 100), size);
		assert_int_equal(reader.place, HTTP_WHOLE);
		assert_int_equal(reader.answer, over ? HTTP_HEAD_TOO_LARGE : HTTP_OK);
		assert_int_equal(http_keeps_alive(&reader), !over);
		free(text);
	}
}

/* In whatever part of the head it is that never ends. */
static void
endless_part_of_a_head_is_answered_431_in_time(void **state)
{
	static const char *const begins[] = { "", "GET /", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n",
		"GET / HTTP/1.1\r\nX: ", "GET / HTTP/1.1\r\nConnection: " };
	struct http_reader reader;
	char *text = malloc(HTTP_HEAD_MAX + 100);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < RTE_DIM(begins); i++) {
		memset(text, 'x', HTTP_HEAD_MAX + 100);
		memcpy(text, begins[i], strlen(begins[i]));
		assert_int_equal(read_in_pieces(&reader, text, HTTP_HEAD_MAX + 100, 1, 1000),
				HTTP_HEAD_MAX + 1);
		assert_int_equal(reader.answer, HTTP_HEAD_TOO_LARGE);
	}
	memset(text, '\n', HTTP_HEAD_MAX + 100);
	assert_int_equal(read_in_pieces(&reader, text, HTTP_HEAD_MAX + 100, 1, 1000),
			HTTP_HEAD_MAX + 1);
	assert_int_equal(reader.answer, HTTP_HEAD_TOO_LARGE);
	free(text);
}

static void
nul_in_any_place_is_answered_400(void **state)
{
	static const char whole[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
	const size_t size = sizeof(whole) - 1;
	struct http_reader reader;
	char text[sizeof(whole)];

	(void)state;
	for (size_t i = 0; i < size; i++) {
		memcpy(text, whole, sizeof(whole));
		text[i] = '\0';
		read_in_pieces(&reader, text, size, 1, 1);
		assert_int_equal(reader.place, HTTP_WHOLE);
		assert_int_equal(reader.answer, HTTP_BAD_REQUEST);
		assert_true(reader.is_broken);
	}
}

static void
request_behind_a_head_is_left_alone(void **state)
{
	static const char first[] = "GET / HTTP/1.1\r\n" HOST "\r\n";
	static const char both[] = "GET / HTTP/1.1\r\n" HOST "\r\nHEAD / HTTP/1.0\r\n\r\n";
	struct http_reader reader;
	size_t n;

	(void)state;
	http_reader_init(&reader);
	n = http_read(&reader, both, sizeof(both) - 1);
	assert_int_equal(n, sizeof(first) - 1);
	assert_int_equal(http_read(&reader, both + n, sizeof(both) - 1 - n), 0);
	http_reader_init(&reader);
	assert_int_equal(http_read(&reader, both + n, sizeof(both) - 1 - n), sizeof(both) - 1 - n);
	assert_true(reader.is_head);
	assert_false(http_keeps_alive(&reader));
}

/* However it is cut, an answer is the same bytes. */
static void
answer_in_pieces_is_the_whole_answer(void **state)
{
	static const char begin[] = "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n"
				    "Content-Type: text/plain\r\nConnection: close\r\n\r\n";
	const size_t size = sizeof(begin) - 1 + 200;
	char whole[1000], piece[1000];
	struct http_site site;
	const struct http_head *head = &site.heads[HTTP_OK][HTTP_CLOSES];

	(void)state;
	http_site_init(&site, 200, false);
	assert_int_equal(head->size, sizeof(begin) - 1);
	assert_int_equal(http_site_fill(head, 0, size, whole, sizeof(whole)), size);
	assert_memory_equal(whole, begin, sizeof(begin) - 1);
	assert_int_equal(whole[size - 1 - 200 % 64], '\n');
	for (size_t from = 0; from < size; from++) {
		const size_t n = RTE_MIN(size - from, (size_t)50);

		assert_int_equal(http_site_fill(head, from, size, piece, 50), n);
		assert_memory_equal(piece, whole + from, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_head_is_answered_200),
		cmocka_unit_test(method_other_than_get_or_head_is_answered_405),
		cmocka_unit_test(malformed_head_is_answered_400_and_closes),
		cmocka_unit_test(body_of_unknown_or_immoderate_size_is_refused_and_closes),
		cmocka_unit_test(head_of_8_kib_is_answered_a_longer_one_431),
		cmocka_unit_test(endless_part_of_a_head_is_answered_431_in_time),
		cmocka_unit_test(nul_in_any_place_is_answered_400),
		cmocka_unit_test(request_behind_a_head_is_left_alone),
		cmocka_unit_test(answer_in_pieces_is_the_whole_answer),
	};

	return cmocka_run_group_tests_name("http_request", tests, NULL, NULL);
}
