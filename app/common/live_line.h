/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A line of progress. On a terminal each takes the place of the one before; anywhere else, in a file, a
 * pipe or a log, it is a line like others, and nothing but text.
 */
#ifndef APP_COMMON_LIVE_LINE_H
#define APP_COMMON_LIVE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct live_line {
	FILE *out;
	bool in_place;
	bool stands; /* the cursor is behind a line that the next may replace */
	char *text;
	size_t length;
	FILE *memory; /* what is printed between begin and end */
};

void live_line_init(struct live_line *line, FILE *out);

/* Print the line into this, without its newline; ASCII. NULL: no memory, and the line is left out. */
FILE *live_line_begin(struct live_line *line);

/* Show it. keep: it must stay to be read, whatever comes after. */
void live_line_end(struct live_line *line, bool keep);

/* Something else is to be printed. */
void live_line_leave(struct live_line *line);

#endif
