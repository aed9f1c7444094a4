/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The text of the puppet's connections: bytes that follow from their place in the stream and the
 * number of the connection, so that both ends know them. puppets.py makes the same.
 */
#include "puppet.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>

enum text_limits {
	CHUNK = 16384,
	SHIFT_PER_STRING = 4099,   /* where in the pattern the text of connection N begins, */
	SHIFT_OF_RECEIVED = 32003, /* and the text that comes to it: prime numbers */
};

/* A linear congruential generator (C11 7.22.2.2 prints these numbers), its upper bits. */
static void
fill_pattern(uint8_t *pattern)
{
	uint32_t state = 1;

	for (uint32_t i = 0; i < PATTERN_BYTES; i++) {
		state = state * 1103515245u + 12345u;
		pattern[i] = (uint8_t)(state >> 24);
	}
}

/* The pattern from this place on, at least CHUNK bytes of it. */
static const uint8_t *
pattern_at(uint64_t place)
{
	static uint8_t pattern[PATTERN_BYTES + CHUNK];
	static bool filled;

	if (!filled) {
		fill_pattern(pattern);
		memcpy(pattern + PATTERN_BYTES, pattern, CHUNK);
		filled = true;
	}
	return pattern + place % PATTERN_BYTES;
}

static void
keep_error(struct string *string, ssize_t ret)
{
	if (ret < 0 && ret != -EAGAIN && ret != -ENOMEM && ret != -ENOTCONN && string->error == 0)
		string->error = (int)ret;
}

static void
pull_send(struct string *string, uint64_t number)
{
	ssize_t n = 1;

	while (n > 0 && string->sent < string->send_goal) {
		const uint64_t left = string->send_goal - string->sent;

		n = estab_conn_write(string->conn,
				pattern_at(number * SHIFT_PER_STRING + string->sent),
				RTE_MIN(left, (uint64_t)CHUNK));
		keep_error(string, n);
		string->sent += n > 0 ? (uint64_t)n : 0;
	}
	if (string->wants_no_more && string->sent == string->send_goal) {
		estab_conn_shutdown(string->conn);
		string->wants_no_more = false;
	}
}

static void
compare(struct string *string, const uint8_t *text, uint64_t size, uint64_t number)
{
	const uint64_t place = number * SHIFT_PER_STRING + SHIFT_OF_RECEIVED + string->received;
	const uint8_t *expected = pattern_at(place);

	for (uint64_t i = 0; i < size && string->wrong_at == 0; i++) {
		if (text[i] != expected[i])
			string->wrong_at = 1 + string->received + i;
	}
}

static void
pull_receive(struct string *string, uint64_t number)
{
	uint8_t text[CHUNK];
	ssize_t n = 1;

	while (n > 0 && string->received < string->receive_goal) {
		const uint64_t left = string->receive_goal - string->received;

		n = estab_conn_read(string->conn, text, RTE_MIN(left, (uint64_t)CHUNK));
		keep_error(string, n);
		if (n > 0) {
			compare(string, text, (uint64_t)n, number);
			string->received += (uint64_t)n;
		}
	}
	string->at_end = estab_conn_at_end(string->conn);
}

void
strings_pull(struct puppet *puppet)
{
	for (uint64_t i = 0; i < STRINGS_MAX; i++) {
		struct string *string = &puppet->strings[i];

		if (string->conn == NULL)
			continue;
		pull_receive(string, i);
		pull_send(string, i);
		keep_error(string, estab_conn_error(string->conn));
	}
}
