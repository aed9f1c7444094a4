/* SPDX-License-Identifier: BSD-3-Clause */
#include "http_site.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

enum { LINE_SIZE = 64 };

static const char line[LINE_SIZE + 1] =
		"estab-echo 0123456789 abcdefghijklmnopqrstuvwxyz 0123456789 ...\n";

static void
make_head(struct http_head *head, enum http_answer answer, enum http_connection connection,
		uint32_t body_size)
{
	static const struct {
		int code;
		const char *reason, *more;
	} answers[] = {
#define ANSWER_ROW(name, code, reason, more) { code, reason, more },
		HTTP_ANSWERS(ANSWER_ROW)
#undef ANSWER_ROW
	};
	static const char *const connections[] = {
		[HTTP_CLOSES] = "Connection: close\r\n",
		[HTTP_STAYS] = "",
		[HTTP_STAYS_SAID] = "Connection: keep-alive\r\n",
	};
	const int size = snprintf(head->text, sizeof(head->text),
			"HTTP/1.1 %d %s\r\nContent-Length: %" PRIu32 "\r\n%s%s\r\n",
			answers[answer].code, answers[answer].reason, body_size,
			answers[answer].more, connections[connection]);

	assert(size > 0 && (size_t)size < sizeof(head->text));
	head->size = (uint16_t)size;
}

void
http_site_init(struct http_site *site, uint32_t response_size, bool close_always)
{
	site->response_size = response_size;
	site->close_always = close_always;
	for (unsigned int i = 0; i < HTTP_ANSWER_COUNT; i++)
		for (unsigned int j = 0; j < HTTP_CONNECTIONS; j++)
			make_head(&site->heads[i][j], i, j, i == HTTP_OK ? response_size : 0);
}

/* As far as the line, or what is wanted of it, goes. */
static size_t
fill_line(uint64_t from, char *text, size_t size)
{
	const size_t column = from % LINE_SIZE;
	const size_t n = RTE_MIN(size, LINE_SIZE - column);

	memcpy(text, line + column, n);
	return n;
}

size_t
http_site_fill(const struct http_head *head, uint64_t from, uint64_t answer_size, char *text,
		size_t size)
{
	const size_t wanted = (size_t)RTE_MIN(size, answer_size - from);
	size_t n = 0;

	if (from < head->size) {
		n = RTE_MIN(wanted, head->size - (size_t)from);
		memcpy(text, head->text + from, n);
	}
	while (n < wanted)
		n += fill_line(from + n - head->size, text + n, wanted - n);
	return n;
}
