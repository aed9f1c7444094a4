/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What comes over HTTP: requests to estab-echo, responses to estab-bench. It comes in pieces as the network
 * likes; the input's first two bytes say which of both, and how long pieces are. Read whole or in pieces, as many
 * messages are found, of the same kinds, and nothing beyond an end is taken.
 */
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "fuzz.h"
#include "http_request.h"
#include "http_response.h"

enum { STATUS_MAX = 999 };

/* What is the same in whatever pieces it comes. */
struct sight {
	size_t taken;      /* bytes, of all messages */
	uint64_t messages; /* a hash of what each was */
	bool is_over;      /* another message cannot follow, or this is none */
};

int
fuzz_start(void)
{
	return 0;
}

static void
note(struct sight *sight, uint64_t what)
{
	sight->messages = (sight->messages ^ what) * UINT64_C(0x100000001b3);
}

/* The reader and what is left of a body. */
struct requests {
	struct http_reader reader;
	uint32_t body_left;
};

/* As http_progress does: a request is whole when its body is skipped. */
static size_t
read_request(struct requests *requests, const char *text, size_t size, struct sight *sight)
{
	struct http_reader *reader = &requests->reader;
	size_t n = RTE_MIN((size_t)requests->body_left, size);

	requests->body_left -= (uint32_t)n;
	if (reader->place != HTTP_WHOLE) {
		n = http_read(reader, text, size);
		must(n <= size && reader->head_size <= HTTP_HEAD_MAX + 1);
		if (reader->place == HTTP_WHOLE && !reader->is_broken)
			requests->body_left = reader->length;
	}
	must(reader->answer < HTTP_ANSWER_COUNT && requests->body_left <= HTTP_BODY_MAX);
	if (reader->place != HTTP_WHOLE || requests->body_left > 0)
		return n;
	note(sight,
			(uint64_t)reader->answer << 2 | (uint64_t)reader->is_head << 1 |
					reader->is_old);
	sight->is_over = !http_keeps_alive(reader);
	http_reader_init(reader);
	return n;
}

static size_t
read_response(struct http_response *response, const char *text, size_t size, struct sight *sight)
{
	const size_t n = http_response_read(response, text, size);

	must(n <= size && response->head_size <= HTTP_RESPONSE_HEAD_MAX + 1);
	must(response->status <= STATUS_MAX);
	if (response->place < HTTP_RESPONSE_WHOLE)
		return n;
	note(sight, response->body << 10 | response->status);
	sight->is_over = response->place == HTTP_RESPONSE_WRONG ||
			!http_response_keeps_alive(response);
	http_response_init(response);
	return n;
}

/* In memory of just its size. @return how much of the piece was taken; all of it unless it is over */
static void
read_piece(struct requests *requests, struct http_response *response, const uint8_t *data,
		size_t size, struct sight *sight)
{
	char *text = malloc(size);
	size_t at = 0;

	must(text != NULL);
	memcpy(text, data, size);
	while (at < size && !sight->is_over) {
		const size_t n = requests != NULL
				? read_request(requests, text + at, size - at, sight)
				: read_response(response, text + at, size - at, sight);

		must(n > 0 || sight->is_over);
		at += n;
	}
	sight->taken += at;
	free(text);
}

/* The end of the connection may be the end of a response. */
static void
read_end(struct http_response *response, struct sight *sight)
{
	http_response_end(response);
	must(response->place >= HTTP_RESPONSE_WHOLE);
	note(sight, response->body << 1 | (response->place == HTTP_RESPONSE_WHOLE));
}

static struct sight
read_in_pieces(bool are_requests, size_t piece, const uint8_t *data, size_t size)
{
	struct sight sight = { .taken = 0 };
	struct requests requests = { .body_left = 0 };
	struct http_response response;

	http_reader_init(&requests.reader);
	http_response_init(&response);
	for (size_t at = 0; at < size && !sight.is_over; at += piece)
		read_piece(are_requests ? &requests : NULL, &response, data + at,
				RTE_MIN(piece, size - at), &sight);
	if (!are_requests && !sight.is_over)
		read_end(&response, &sight);
	return sight;
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	struct sight whole, pieces;

	if (size < 3)
		return;
	whole = read_in_pieces(data[0] & 1, size, data + 2, size - 2);
	pieces = read_in_pieces(data[0] & 1, 1 + data[1] % 64, data + 2, size - 2);
	must(whole.taken == pieces.taken && whole.messages == pieces.messages);
	must(whole.is_over == pieces.is_over);
}
