/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RFC 864: lines of 72 printing characters, each line beginning one character later, without end.
 * What comes is forgotten. The peer's end of file ends its side only: the pattern goes on until the
 * peer closes the rest by a reset, as it does when nobody reads there any more.
 */
#include "service.h"

#include <errno.h>

#include <estab/conn.h>

enum {
	CHARGEN_FIRST = ' ',
	CHARGEN_CHARACTERS = '~' - ' ' + 1, /* the printing ones of ASCII */
	CHARGEN_LINE = 72 + 2,              /* with CR and LF */
	CHARGEN_PATTERN = CHARGEN_CHARACTERS * CHARGEN_LINE,
	CHARGEN_CHUNK = 4096, /* written at a time */
};

/* The character at this place of the pattern that repeats after CHARGEN_PATTERN bytes. */
static char
character_at(uint32_t offset)
{
	const uint32_t line = offset / CHARGEN_LINE, column = offset % CHARGEN_LINE;

	if (column == CHARGEN_LINE - 2)
		return '\r';
	if (column == CHARGEN_LINE - 1)
		return '\n';
	return (char)(CHARGEN_FIRST + (line + column) % CHARGEN_CHARACTERS);
}

enum session_next
chargen_progress(struct session *session)
{
	char chunk[CHARGEN_CHUNK];
	ssize_t written;

	discard_progress(session);
	do {
		for (uint32_t i = 0; i < sizeof(chunk); i++)
			chunk[i] = character_at((session->offset + i) % CHARGEN_PATTERN);
		written = estab_conn_write(session->conn, chunk, sizeof(chunk));
		if (written > 0)
			session->offset = (session->offset + (uint32_t)written) % CHARGEN_PATTERN;
	} while (written > 0);
	if (written == -EAGAIN)
		return SESSION_WAIT;
	return written == -ENOMEM ? SESSION_RETRY : SESSION_END;
}
