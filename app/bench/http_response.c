/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 9112 2 to 7, as a client must: LF alone ends a line (2.2), what stands behind a chunk's size is
 * passed over (7.1.1), and Transfer-Encoding goes before Content-Length (6.3).
 */
#include "http_response.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include <rte_common.h>

static void
begin_line(struct http_response *response, enum http_response_place place)
{
	response->place = (uint8_t)place;
	response->word_size = 0;
	response->word_is_over = false;
	memset(response->word, 0, sizeof(response->word));
}

static void
refuse(struct http_response *response)
{
	response->place = HTTP_RESPONSE_WRONG;
}

void
http_response_init(struct http_response *response)
{
	*response = (struct http_response){ .place = HTTP_RESPONSE_IN_STATUS };
}

/* A word that is longer than all that we know is none of them, cut off or not. */
static void
add_to_word(struct http_response *response, char c)
{
	if (response->word_size < HTTP_RESPONSE_WORD_MAX - 1)
		response->word[response->word_size++] = c;
	else
		response->word_is_over = true;
}

/* "HTTP/1.1 200", and a reason that nobody reads. RFC 9112 4 */
static void
end_status(struct http_response *response)
{
	const char *word = response->word;

	if (strncmp(word, "HTTP/1.", 7) != 0 || !isdigit((unsigned char)word[7]) ||
			word[8] != ' ' || !isdigit((unsigned char)word[9]) ||
			!isdigit((unsigned char)word[10]) || !isdigit((unsigned char)word[11]) ||
			(word[12] != ' ' && word[12] != '\0')) {
		refuse(response);
		return;
	}
	response->is_old = word[7] == '0';
	response->status =
			(uint16_t)((word[9] - '0') * 100 + (word[10] - '0') * 10 + word[11] - '0');
	begin_line(response, HTTP_RESPONSE_IN_NAME);
}

/* Digits only, to whatever base, and no more than fit. @return false where they are none */
static bool
read_number(const char *word, unsigned int base, uint64_t *number)
{
	size_t i;

	*number = 0;
	for (i = 0; isxdigit((unsigned char)word[i]); i++) {
		const int c = tolower((unsigned char)word[i]);
		const unsigned int digit = (unsigned int)(c <= '9' ? c - '0' : c - 'a' + 10);

		if (digit >= base || *number > UINT64_MAX / base - digit)
			return false;
		*number = *number * base + digit;
	}
	return i > 0 && (word[i] == '\0' || word[i] == ' ' || word[i] == '\t' || word[i] == ';');
}

static void
take_length(struct http_response *response)
{
	uint64_t length;

	if (response->word_is_over || !read_number(response->word, 10, &length) ||
			(response->has_length && length != response->left)) {
		refuse(response);
		return;
	}
	response->has_length = true;
	response->left = length;
}

static bool
value_is(const struct http_response *response, const char *value)
{
	return strcasecmp(response->word, value) == 0;
}

static void
end_field(struct http_response *response)
{
	size_t size = response->word_size;

	while (size > 0 && isblank((unsigned char)response->word[size - 1]))
		response->word[--size] = '\0';
	if (strcasecmp(response->name, "content-length") == 0)
		take_length(response);
	else if (strcasecmp(response->name, "transfer-encoding") == 0)
		response->is_chunked = value_is(response, "chunked");
	else if (strcasecmp(response->name, "connection") == 0) {
		response->says_close |= value_is(response, "close");
		response->says_keep |= value_is(response, "keep-alive");
	}
	if (response->place != HTTP_RESPONSE_WRONG)
		begin_line(response, HTTP_RESPONSE_IN_NAME);
}

static bool
has_no_body(const struct http_response *response)
{
	if (response->status == 204 || response->status == 304)
		return true;
	return !response->is_chunked && response->has_length && response->left == 0;
}

/* RFC 9112 6.3: how the body is told, where there is one. */
static void
end_head(struct http_response *response)
{
	if (response->status < 200) { /* RFC 9110 15.2: another follows */
		const uint16_t head_size = response->head_size;

		http_response_init(response);
		response->head_size = head_size;
		return;
	}
	if (has_no_body(response))
		response->place = HTTP_RESPONSE_WHOLE;
	else if (response->is_chunked)
		begin_line(response, HTTP_RESPONSE_IN_CHUNK_SIZE);
	else
		response->place = HTTP_RESPONSE_IN_BODY;
}

/* RFC 9112 7.1: the last chunk is empty, and a trailer ends it. */
static void
end_chunk_size(struct http_response *response)
{
	if (response->word_size == 0 || !read_number(response->word, 16, &response->left)) {
		refuse(response);
		return;
	}
	response->head_size = 0; /* there may be many */
	begin_line(response,
			response->left == 0 ? HTTP_RESPONSE_IN_TRAILER : HTTP_RESPONSE_IN_CHUNK);
}

static void
end_line(struct http_response *response)
{
	switch (response->place) {
	case HTTP_RESPONSE_IN_STATUS:
		end_status(response);
		break;
	case HTTP_RESPONSE_IN_NAME:
		if (response->word_size > 0)
			refuse(response); /* a field without a colon */
		else
			end_head(response);
		break;
	case HTTP_RESPONSE_IN_VALUE:
		end_field(response);
		break;
	case HTTP_RESPONSE_IN_CHUNK_SIZE:
		end_chunk_size(response);
		break;
	case HTTP_RESPONSE_AFTER_CHUNK:
		if (response->word_size > 0)
			refuse(response);
		else
			begin_line(response, HTTP_RESPONSE_IN_CHUNK_SIZE);
		break;
	default: /* of the trailer an empty line is the end */
		if (response->word_size > 0)
			begin_line(response, HTTP_RESPONSE_IN_TRAILER);
		else
			response->place = HTTP_RESPONSE_WHOLE;
	}
}

static void
take_of_line(struct http_response *response, char c)
{
	if (response->place == HTTP_RESPONSE_IN_NAME && c == ':') {
		memcpy(response->name, response->word_is_over ? "" : response->word,
				response->word_is_over ? 1 : sizeof(response->name));
		begin_line(response, HTTP_RESPONSE_IN_VALUE);
	} else if (response->place != HTTP_RESPONSE_IN_VALUE || response->word_size > 0 ||
			!isblank((unsigned char)c)) {
		add_to_word(response, c);
	}
}

/* A byte of the head, of a chunk's size or of the trailer. */
static void
take_byte(struct http_response *response, char c)
{
	if (++response->head_size > HTTP_RESPONSE_HEAD_MAX)
		refuse(response);
	else if (c == '\n')
		end_line(response);
	else if (c != '\r')
		take_of_line(response, c);
}

/* Bytes of the body in a row. @return how many */
static size_t
take_body(struct http_response *response, size_t size)
{
	const bool is_told = response->place == HTTP_RESPONSE_IN_CHUNK || response->has_length;
	const size_t taken = is_told ? (size_t)RTE_MIN((uint64_t)size, response->left) : size;

	response->body += taken;
	if (!is_told)
		return taken;
	response->left -= taken;
	if (response->left > 0)
		return taken;
	if (response->place == HTTP_RESPONSE_IN_BODY)
		response->place = HTTP_RESPONSE_WHOLE;
	else
		begin_line(response, HTTP_RESPONSE_AFTER_CHUNK);
	return taken;
}

size_t
http_response_read(struct http_response *response, const char *text, size_t size)
{
	size_t i = 0;

	while (i < size && response->place < HTTP_RESPONSE_WHOLE) {
		if (response->place == HTTP_RESPONSE_IN_BODY ||
				response->place == HTTP_RESPONSE_IN_CHUNK)
			i += take_body(response, size - i);
		else
			take_byte(response, text[i++]);
	}
	return i;
}

void
http_response_end(struct http_response *response)
{
	if (response->place == HTTP_RESPONSE_IN_BODY && !response->has_length)
		response->place = HTTP_RESPONSE_WHOLE;
	else if (response->place != HTTP_RESPONSE_WHOLE)
		refuse(response);
}

bool
http_response_keeps_alive(const struct http_response *response)
{
	if (!response->has_length && !response->is_chunked && response->status != 204 &&
			response->status != 304)
		return false;
	return !response->says_close && (!response->is_old || response->says_keep);
}
