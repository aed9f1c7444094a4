/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9112 2 to 6. Where that leaves a choice: LF alone ends a line (2.2), a folded field is refused
 * (5.2), so is space before a colon (5.1); a body whose length is not given beforehand (chunked) is
 * answered 411 (6.3).
 */
#include "http_request.h"

#include <ctype.h>
#include <string.h>

#include <rte_common.h>

/* The head is at its end, by a mistake: what follows cannot be understood. */
static void
refuse(struct http_reader *reader, enum http_answer answer)
{
	reader->place = HTTP_WHOLE;
	reader->answer = (uint8_t)answer;
	reader->is_broken = true;
}

static void
begin_word(struct http_reader *reader, enum http_place place)
{
	reader->place = (uint8_t)place;
	reader->word_size = 0;
}

/* Of a word that is too long only that is remembered. */
static void
add_to_word(struct http_reader *reader, char c)
{
	if (reader->word_size < HTTP_WORD_MAX)
		reader->word[reader->word_size++] = c;
}

static bool
word_is(const struct http_reader *reader, const char *word)
{
	return reader->word_size == strlen(word) &&
			memcmp(reader->word, word, reader->word_size) == 0;
}

/* RFC 9110 5.6.2 */
static bool
is_token(char c)
{
	return c != '\0' && (isalnum((unsigned char)c) || strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void
end_method(struct http_reader *reader)
{
	reader->is_head = word_is(reader, "HEAD");
	if (!reader->is_head && !word_is(reader, "GET"))
		reader->answer = HTTP_METHOD_NOT_ALLOWED;
	begin_word(reader, HTTP_IN_TARGET);
}

/* RFC 9112 2.3: a higher minor version is understood as 1.1. */
static void
end_version(struct http_reader *reader)
{
	const char *word = reader->word;

	if (reader->word_size != strlen("HTTP/1.1") || memcmp(word, "HTTP/", 5) != 0 ||
			!isdigit((unsigned char)word[5]) || word[6] != '.' ||
			!isdigit((unsigned char)word[7])) {
		refuse(reader, HTTP_BAD_REQUEST);
		return;
	}
	if (word[5] != '1') {
		refuse(reader, HTTP_VERSION_NOT_SUPPORTED);
		return;
	}
	reader->is_old = word[7] == '0';
	begin_word(reader, HTTP_AT_FIELD);
}

static void
end_name(struct http_reader *reader)
{
	static const char *const names[] = {
		[HTTP_FIELD_CONNECTION] = "connection",
		[HTTP_FIELD_CONTENT_LENGTH] = "content-length",
		[HTTP_FIELD_EXPECT] = "expect",
		[HTTP_FIELD_HOST] = "host",
		[HTTP_FIELD_TRANSFER_ENCODING] = "transfer-encoding",
	};

	reader->field = HTTP_FIELD_OTHER;
	for (unsigned int i = 1; i < RTE_DIM(names); i++)
		if (word_is(reader, names[i]))
			reader->field = (uint8_t)i;
	reader->number = 0;
	reader->has_digit = false;
	begin_word(reader, HTTP_BEFORE_VALUE);
}

/* A member of the list that Connection is. */
static void
end_connection_word(struct http_reader *reader)
{
	reader->says_close |= word_is(reader, "close");
	reader->says_keep |= word_is(reader, "keep-alive");
	reader->word_size = 0;
}

/* Digits only: a sign, a list or a space inside is how requests are smuggled (RFC 9112 11.2). */
static void
take_digit(struct http_reader *reader, char c)
{
	if (!isdigit((unsigned char)c) || reader->word_size > 0) {
		if (c == ' ' || c == '\t')
			reader->word_size = 1; /* only more of these may follow */
		else
			refuse(reader, HTTP_BAD_REQUEST);
		return;
	}
	reader->has_digit = true;
	reader->number = reader->number * 10 + (uint32_t)(c - '0');
	if (reader->number > HTTP_BODY_MAX)
		reader->number = HTTP_BODY_MAX + 1;
}

static void
take_value(struct http_reader *reader, char c)
{
	reader->place = HTTP_IN_VALUE;
	if (reader->field == HTTP_FIELD_CONTENT_LENGTH)
		take_digit(reader, c);
	if (reader->field != HTTP_FIELD_CONNECTION)
		return;
	if (c == ',' || c == ' ' || c == '\t')
		end_connection_word(reader);
	else
		add_to_word(reader, (char)tolower((unsigned char)c));
}

static void
end_length(struct http_reader *reader)
{
	if (!reader->has_digit || (reader->has_length && reader->number != reader->length)) {
		refuse(reader, HTTP_BAD_REQUEST);
		return;
	}
	reader->has_length = true;
	reader->length = reader->number;
}

static void
end_value(struct http_reader *reader)
{
	switch (reader->field) {
	case HTTP_FIELD_CONNECTION:
		end_connection_word(reader);
		break;
	case HTTP_FIELD_CONTENT_LENGTH:
		end_length(reader);
		break;
	case HTTP_FIELD_EXPECT:
		reader->expects = true;
		break;
	case HTTP_FIELD_HOST:
		reader->hosts = (uint8_t)RTE_MIN(reader->hosts + 1, 2);
		break;
	case HTTP_FIELD_TRANSFER_ENCODING:
		refuse(reader, HTTP_LENGTH_REQUIRED);
		break;
	default:
		break;
	}
	if (reader->place != HTTP_WHOLE)
		begin_word(reader, HTTP_AT_FIELD);
}

/* RFC 9112 3.2: one Host. Who expects may leave the body out that was announced. */
static void
end_head(struct http_reader *reader)
{
	reader->place = HTTP_WHOLE;
	if (reader->hosts > 1 || (reader->hosts == 0 && !reader->is_old))
		refuse(reader, HTTP_BAD_REQUEST);
	else if (reader->length > HTTP_BODY_MAX)
		refuse(reader, HTTP_CONTENT_TOO_LARGE);
	else if (reader->expects && reader->length > 0)
		reader->is_broken = true;
}

static void
end_line(struct http_reader *reader)
{
	reader->after_cr = false;
	switch (reader->place) {
	case HTTP_AT_START:
		break;
	case HTTP_IN_VERSION:
		end_version(reader);
		break;
	case HTTP_AT_FIELD:
		end_head(reader);
		break;
	case HTTP_BEFORE_VALUE:
	case HTTP_IN_VALUE:
		end_value(reader);
		break;
	default:
		refuse(reader, HTTP_BAD_REQUEST);
	}
}

/* Part of a request line or of a name: a token up to the byte that ends it. */
static void
take_token(struct http_reader *reader, char c, char end, void (*at_end)(struct http_reader *))
{
	if (c == end && reader->word_size > 0)
		at_end(reader);
	else if (is_token(c))
		add_to_word(reader,
				reader->place == HTTP_IN_NAME ? (char)tolower((unsigned char)c)
							      : c);
	else
		refuse(reader, HTTP_BAD_REQUEST);
}

static void
take_target(struct http_reader *reader, char c)
{
	if (c != ' ')
		reader->word_size = 1; /* that there is one is all that counts */
	else if (reader->word_size > 0)
		begin_word(reader, HTTP_IN_VERSION);
	else
		refuse(reader, HTTP_BAD_REQUEST);
}

/* A byte that belongs to a line. */
static void
take_byte(struct http_reader *reader, char c)
{
	switch (reader->place) {
	case HTTP_AT_START:
		reader->place = HTTP_IN_METHOD; /* fall through */
	case HTTP_IN_METHOD:
		take_token(reader, c, ' ', end_method);
		break;
	case HTTP_IN_TARGET:
		take_target(reader, c);
		break;
	case HTTP_IN_VERSION:
		add_to_word(reader, c);
		break;
	case HTTP_AT_FIELD:
		reader->place = HTTP_IN_NAME; /* fall through */
	case HTTP_IN_NAME:
		take_token(reader, c, ':', end_name);
		break;
	case HTTP_BEFORE_VALUE:
		if (c == ' ' || c == '\t')
			break; /* fall through */
	default:
		take_value(reader, c);
	}
}

static void
take(struct http_reader *reader, char c)
{
	if (++reader->head_size > HTTP_HEAD_MAX)
		refuse(reader, HTTP_HEAD_TOO_LARGE);
	else if (c == '\n')
		end_line(reader);
	else if (reader->after_cr || (iscntrl((unsigned char)c) && c != '\r' && c != '\t'))
		refuse(reader, HTTP_BAD_REQUEST);
	else if (c == '\r')
		reader->after_cr = true;
	else
		take_byte(reader, c);
}

void
http_reader_init(struct http_reader *reader)
{
	*reader = (struct http_reader){ .place = HTTP_AT_START, .answer = HTTP_OK };
}

size_t
http_read(struct http_reader *reader, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size && reader->place != HTTP_WHOLE; i++)
		take(reader, text[i]);
	return i;
}

bool
http_keeps_alive(const struct http_reader *reader)
{
	return !reader->is_broken && !reader->says_close && (!reader->is_old || reader->says_keep);
}
