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
	OPTION_FILE,   /* names the file that options are read from before: options_file.h */
};

struct option_row {
	const char *name;     /* without the dashes */
	const char *argument; /* as shown by --help; NULL: takes none */
	const char *help;     /* '\n' begins a new line */
	enum option_kind kind;
	char letter;          /* -l, for --name of a flag; 0: none */
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

enum command_line_limits {
	COMMAND_LINE_OPTIONS_MAX = 128, /* rows of all tables together */
	COMMAND_LINE_GIVEN_MAX = 256,   /* options that were given, each time counted */
	COMMAND_LINE_EAL_MAX = 64,      /* EAL arguments from a file */
	COMMAND_LINE_SECTIONS_MAX = 32,
};

/* An option that is in force, wherever it was given. */
struct option_given {
	const char *section; /* its table's title */
	const char *name;
	const char *text; /* "yes" of a flag */
};

/* The two halves of "program [EAL arguments] -- [options]", and what a file says beside them. */
struct command_line {
	int eal_count;
	char **eal;
	int app_count; /* app[0] is "--", where getopt expects the program's name */
	char **app;
	const char *config_file; /* NULL: none */
	unsigned int given_count;
	struct option_given given[COMMAND_LINE_GIVEN_MAX];

	/* While a file is read. */
	const struct option_row *named[COMMAND_LINE_OPTIONS_MAX]; /* in app */
	unsigned int named_count;
	char *eal_words[COMMAND_LINE_EAL_MAX + 1];
	int eal_word_count;
	void *file_entries[COMMAND_LINE_SECTIONS_MAX];
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

/*
 * Read the options into the tables' targets: those of a file, where one is named, and then those of the
 * command line, which override it.
 *
 * @return -1 to go on, with the file's EAL arguments among the others; else the exit code
 */
int options_read(struct command_line *line, const struct option_table *tables, unsigned int count);

/*
 * Take an option's text from a file, unless the command line names the option.
 *
 * @param place  of the entry, for complaints: "file, [section] name = text"
 */
int options_take_from_file(struct command_line *line, const struct option_table *table,
		const struct option_row *row, const char *text, const char *place);

#endif
