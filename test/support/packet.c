/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Packetdrill's notation: read, written, compared. Knows nothing of bytes on a wire.
 */
#include "packet.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char flag_letters[] = "FSRP.UEW"; /* bit 0 first */

/* Where a reader stands in the notation. */
struct cursor {
	const char *at;
	const char *error; /* the first one */
};

static void
skip_space(struct cursor *cursor)
{
	while (isspace((unsigned char)*cursor->at))
		cursor->at++;
}

/* Take the word if it comes next and ends there. */
static bool
take_word(struct cursor *cursor, const char *word)
{
	const size_t len = strlen(word);

	skip_space(cursor);
	if (strncmp(cursor->at, word, len) != 0)
		return false;
	if (isalnum((unsigned char)word[len - 1]) && isalnum((unsigned char)cursor->at[len]))
		return false;
	cursor->at += len;
	return true;
}

static uint32_t
take_number(struct cursor *cursor, uint32_t max)
{
	unsigned long long number;
	char *end;

	skip_space(cursor);
	number = strtoull(cursor->at, &end, 10);
	if (!isdigit((unsigned char)*cursor->at) || number > max) {
		cursor->error = cursor->error != NULL ? cursor->error : "number expected";
		return 0;
	}
	cursor->at = end;
	return (uint32_t)number;
}

static void
take_sign(struct cursor *cursor, char sign)
{
	skip_space(cursor);
	if (*cursor->at == sign)
		cursor->at++;
	else if (cursor->error == NULL)
		cursor->error = "a ':', '(', ')', ',' or '>' is missing";
}

static void
take_flags(struct cursor *cursor, struct packet *packet)
{
	const char *letter;

	skip_space(cursor);
	while (*cursor->at != '\0' && (letter = strchr(flag_letters, *cursor->at)) != NULL) {
		packet->flags |= (uint8_t)(1u << (letter - flag_letters));
		cursor->at++;
	}
	if (*cursor->at == '-') /* no flag at all */
		cursor->at++;
}

/* 1:1001(1000) */
static void
take_sequence(struct cursor *cursor, struct packet *packet)
{
	uint32_t end;

	packet->seq = take_number(cursor, UINT32_MAX);
	take_sign(cursor, ':');
	end = take_number(cursor, UINT32_MAX);
	take_sign(cursor, '(');
	packet->text_len = take_number(cursor, PACKET_TEXT_MAX);
	take_sign(cursor, ')');
	if (cursor->error == NULL && end != packet->seq + packet->text_len)
		cursor->error = "first sequence number + bytes of text != the number after ':'";
}

static uint32_t
take_number_or_any(struct cursor *cursor, bool *any)
{
	*any = take_word(cursor, "*");
	return *any ? 0 : take_number(cursor, UINT32_MAX);
}

static void
take_timestamps(struct cursor *cursor, struct packet_pattern *pattern)
{
	if (!take_word(cursor, "val"))
		cursor->error = "TS without val";
	pattern->packet.ts_val = take_number_or_any(cursor, &pattern->any_ts_val);
	if (!take_word(cursor, "ecr"))
		cursor->error = "TS without ecr";
	pattern->packet.ts_ecr = take_number_or_any(cursor, &pattern->any_ts_ecr);
	pattern->packet.options |= PACKET_TS;
}

/* sack 2:3 5:7 */
static void
take_sack(struct cursor *cursor, struct packet *packet)
{
	skip_space(cursor);
	while (isdigit((unsigned char)*cursor->at) && packet->sack_count < PACKET_SACK_MAX) {
		struct packet_sack *block = &packet->sack[packet->sack_count++];

		block->left = take_number(cursor, UINT32_MAX);
		take_sign(cursor, ':');
		block->right = take_number(cursor, UINT32_MAX);
		skip_space(cursor);
	}
	packet->options |= PACKET_SACK;
}

static void
take_option(struct cursor *cursor, struct packet_pattern *pattern)
{
	struct packet *packet = &pattern->packet;

	if (take_word(cursor, "nop") || take_word(cursor, "eol"))
		return;
	if (take_word(cursor, "mss")) {
		packet->mss = (uint16_t)take_number(cursor, UINT16_MAX);
		packet->options |= PACKET_MSS;
	} else if (take_word(cursor, "wscale")) {
		packet->wscale = (uint8_t)take_number(cursor, UINT8_MAX);
		packet->options |= PACKET_WSCALE;
	} else if (take_word(cursor, "sackOK")) {
		packet->options |= PACKET_SACK_OK;
	} else if (take_word(cursor, "sack")) {
		take_sack(cursor, packet);
	} else if (take_word(cursor, "TS")) {
		take_timestamps(cursor, pattern);
	} else if (take_word(cursor, "unknown")) {
		packet->odd_kind = (uint8_t)take_number(cursor, UINT8_MAX);
		packet->options |= PACKET_UNKNOWN;
	} else if (take_word(cursor, "broken")) {
		packet->odd_kind = (uint8_t)take_number(cursor, UINT8_MAX);
		packet->options |= PACKET_BROKEN;
	} else {
		cursor->error = "unknown option";
	}
}

static void
take_options(struct cursor *cursor, struct packet_pattern *pattern)
{
	pattern->has_options = true;
	if (take_word(cursor, ">"))
		return;
	do
		take_option(cursor, pattern);
	while (cursor->error == NULL && take_word(cursor, ","));
	take_sign(cursor, '>');
}

static void
take_attributes(struct cursor *cursor, struct packet_pattern *pattern)
{
	if (take_word(cursor, "ack")) {
		pattern->packet.ack = take_number(cursor, UINT32_MAX);
		pattern->has_ack = true;
	}
	if (take_word(cursor, "win")) {
		pattern->packet.win = (uint16_t)take_number(cursor, UINT16_MAX);
		pattern->has_win = true;
	}
	if (take_word(cursor, "urg")) {
		pattern->packet.urg = (uint16_t)take_number(cursor, UINT16_MAX);
		pattern->has_urg = true;
	}
	if (take_word(cursor, "tos")) {
		pattern->packet.tos = (uint8_t)take_number(cursor, UINT8_MAX);
		pattern->has_tos = true;
	}
	if (take_word(cursor, "<"))
		take_options(cursor, pattern);
}

const char *
packet_parse(const char *notation, struct packet_pattern *pattern)
{
	struct cursor cursor = { .at = notation };

	memset(pattern, 0, sizeof(*pattern));
	take_flags(&cursor, &pattern->packet);
	take_sequence(&cursor, &pattern->packet);
	take_attributes(&cursor, pattern);
	skip_space(&cursor);
	if (cursor.error == NULL && *cursor.at != '\0')
		cursor.error = "something stands after the end";
	return cursor.error;
}

/* Where a writer stands. */
struct writer {
	char *buf;
	size_t size;
	size_t used;
};

static void __attribute__((format(printf, 2, 3)))
put(struct writer *writer, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(writer->buf + writer->used, writer->size - writer->used, format, args);
	va_end(args);
	if (n > 0 && writer->used + (size_t)n < writer->size)
		writer->used += (size_t)n;
}

static void
put_flags(struct writer *writer, uint8_t flags)
{
	static const char order[] = "SFRPUEW."; /* as people write them: the ACK last */

	for (const char *letter = order; *letter != '\0'; letter++) {
		if (flags & 1u << (strchr(flag_letters, *letter) - flag_letters))
			put(writer, "%c", *letter);
	}
	if (flags == 0)
		put(writer, "-");
}

static void
put_options(struct writer *writer, const struct packet *packet)
{
	const char *comma = "";

	put(writer, " <");
	if (packet->options & PACKET_MSS)
		put(writer, "mss %u", packet->mss), comma = ",";
	if (packet->options & PACKET_SACK_OK)
		put(writer, "%ssackOK", comma), comma = ",";
	if (packet->options & PACKET_TS)
		put(writer, "%sTS val %" PRIu32 " ecr %" PRIu32, comma, packet->ts_val,
				packet->ts_ecr),
				comma = ",";
	if (packet->options & PACKET_WSCALE)
		put(writer, "%swscale %u", comma, packet->wscale), comma = ",";
	if (packet->options & PACKET_SACK)
		put(writer, "%ssack", comma), comma = ",";
	for (unsigned int i = 0; i < packet->sack_count; i++)
		put(writer, " %" PRIu32 ":%" PRIu32, packet->sack[i].left, packet->sack[i].right);
	if (packet->options & PACKET_UNKNOWN)
		put(writer, "%sunknown %u", comma, packet->odd_kind);
	if (packet->options & PACKET_BROKEN)
		put(writer, "%sbroken %u", comma, packet->odd_kind);
	put(writer, ">");
}

char *
packet_format(const struct packet *packet, char *buf, size_t size)
{
	struct writer writer = { .buf = buf, .size = size };

	put_flags(&writer, packet->flags);
	put(&writer, " %" PRIu32 ":%" PRIu32 "(%" PRIu32 ")", packet->seq,
			packet->seq + packet->text_len, packet->text_len);
	if (packet->flags & PACKET_ACK)
		put(&writer, " ack %" PRIu32, packet->ack);
	put(&writer, " win %u", packet->win);
	if (packet->flags & PACKET_URG)
		put(&writer, " urg %u", packet->urg);
	if (packet->tos != 0)
		put(&writer, " tos %u", packet->tos);
	if (packet->options != 0)
		put_options(&writer, packet);
	return buf;
}

static const char *
options_differ(const struct packet_pattern *pattern, const struct packet *packet)
{
	const struct packet *wanted = &pattern->packet;

	if (wanted->options != packet->options)
		return "the set of options";
	if (wanted->mss != packet->mss)
		return "mss";
	if (wanted->wscale != packet->wscale)
		return "wscale";
	if (!pattern->any_ts_val && wanted->ts_val != packet->ts_val)
		return "TS val";
	if (!pattern->any_ts_ecr && wanted->ts_ecr != packet->ts_ecr)
		return "TS ecr";
	if (wanted->sack_count != packet->sack_count ||
			memcmp(wanted->sack, packet->sack,
					wanted->sack_count * sizeof(*wanted->sack)) != 0)
		return "sack";
	return NULL;
}

const char *
packet_differs(const struct packet_pattern *pattern, const struct packet *packet)
{
	const struct packet *wanted = &pattern->packet;
	const uint8_t free_flags = wanted->flags & PACKET_PSH ? 0 : PACKET_PSH;

	if ((wanted->flags | free_flags) != (packet->flags | free_flags))
		return "flags";
	if (wanted->seq != packet->seq)
		return "sequence number";
	if (wanted->text_len != packet->text_len)
		return "bytes of text";
	if (pattern->has_ack && wanted->ack != packet->ack)
		return "ack";
	if (pattern->has_win && wanted->win != packet->win)
		return "win";
	if (pattern->has_urg && wanted->urg != packet->urg)
		return "urg";
	if (pattern->has_tos && wanted->tos != packet->tos)
		return "tos";
	return pattern->has_options ? options_differ(pattern, packet) : NULL;
}
