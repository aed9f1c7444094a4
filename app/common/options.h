/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Command-line options as tables: one row gives the name, the help text, the form and the place of
 * the value. getopt_long does the reading; a mistake becomes one line that names the option.
 */
#ifndef APP_COMMON_OPTIONS_H
#define APP_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_kind {
	OPTION_FLAG,   /* bool: true when present */
	OPTION_NUMBER, /* uint32_t, see parse_number */
	OPTION_TIME,   /* uint64_t of nanoseconds, see parse_time */
	OPTION_TAKE,   /* whatever its function makes of the text */
};

struct option_row {
	const char *name;     /* without the dashes */
	const char *argument; /* as shown by --help; NULL: takes none */
	const char *help;     /* '\n' begins a new line */
	enum option_kind kind;
	size_t offset;        /* of the value in the table's target */
	uint64_t min, max;    /* of a number (max 0: UINT32_MAX), of a time (max 0: any) */
	const char *expected; /* OPTION_TAKE: what the text should have been */

	/* OPTION_TAKE: as the parsers of parse.h. */
	int (*take)(const char *text, void *value);
};

struct option_table {
	const char *title; /* above its rows in --help */
	const struct option_row *rows;
	unsigned int count;
	void *target;
};

/* The two halves of "program [EAL arguments] -- [options]". */
struct command_line {
	int eal_count;
	char **eal;
	int app_count; /* app[0] is "--", where getopt expects the program's name */
	char **app;
};

/*
 * Split at the first "--", and answer --help and --version, which need no EAL.
 *
 * @return -1 to go on, else the exit code: 0 after --help or --version, 2 where an option of ours
 *   stands before the "--"
 */
int command_line_split(struct command_line *line, int argc, char **argv, const char *usage,
		const struct option_table *tables, unsigned int count);

/* True where an EAL argument names a device: --vdev, or -a by any of its names. */
bool command_line_names_device(const struct command_line *line);

/* Read the options into the tables' targets. @return -1 to go on, else the exit code, 2 */
int options_read(const struct command_line *line, const struct option_table *tables,
		unsigned int count);

#endif
