/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * In place: carriage return, as much of the line as the terminal is wide, and ECMA-48's EL, which erases the
 * rest. A line that wrapped round could not be replaced.
 */
#include "live_line.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define ERASE_TO_END "\033[K"

enum { COLUMNS_USUAL = 80 };

static bool
can_replace(FILE *out)
{
	const char *terminal = getenv("TERM");

	return isatty(fileno(out)) && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

/* The last column is left free: some terminals wrap as soon as it is written. */
static int
columns_of(FILE *out)
{
	struct winsize size = { 0 };

	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col < 2)
		return COLUMNS_USUAL - 1;
	return size.ws_col - 1;
}

void
live_line_init(struct live_line *line, FILE *out)
{
	*line = (struct live_line){ .out = out, .in_place = can_replace(out) };
}

FILE *
live_line_begin(struct live_line *line)
{
	line->memory = open_memstream(&line->text, &line->length);
	return line->memory;
}

void
live_line_end(struct live_line *line, bool keep)
{
	if (line->memory == NULL || fclose(line->memory) != 0)
		return;
	if (line->in_place && !keep)
		fprintf(line->out, "\r%.*s" ERASE_TO_END, columns_of(line->out), line->text);
	else if (line->in_place)
		fprintf(line->out, "\r%s" ERASE_TO_END "\n", line->text);
	else
		fprintf(line->out, "%s\n", line->text);
	fflush(line->out);
	line->stands = line->in_place && !keep;
	free(line->text);
}

void
live_line_leave(struct live_line *line)
{
	if (line->stands)
		fputc('\n', line->out);
	line->stands = false;
}
