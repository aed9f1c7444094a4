/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables of options.h against the words of a command line. Rows are numbered through all
 * tables; getopt_long gives that number back.
 */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <rte_version.h>

#include <estab/version.h>

#include "complain.h"
#include "options_file.h"
#include "parse.h"

enum options_limits {
	OPTIONS_MAX = COMMAND_LINE_OPTIONS_MAX,
	ROW_FIRST = 256, /* getopt values of rows; characters and '?' lie below */
	PLACE_MAX = 512,
	HELP_INDENT = 32, /* column of the help text */
};

/* The row with this number, and its table. */
static const struct option_row *
row_at(const struct option_table *tables, unsigned int count, unsigned int index,
		const struct option_table **table)
{
	for (unsigned int i = 0; i < count; i++) {
		if (index < tables[i].count) {
			*table = &tables[i];
			return &tables[i].rows[index];
		}
		index -= tables[i].count;
	}
	return NULL;
}

static void
print_row(const struct option_row *row)
{
	int column = printf("  --%s%s%s", row->name, row->argument != NULL ? " " : "",
			row->argument != NULL ? row->argument : "");

	if (row->letter != 0)
		column += printf(", -%c", row->letter);

	if (column >= HELP_INDENT) {
		putchar('\n');
		column = 0;
	}
	printf("%*s", HELP_INDENT - column, "");
	for (const char *c = row->help; *c != '\0'; c++) {
		putchar(*c);
		if (*c == '\n')
			printf("%*s", HELP_INDENT, "");
	}
	putchar('\n');
}

static void
print_help(const char *usage, const struct option_table *tables, unsigned int count)
{
	printf("Usage: %s [EAL arguments] -- [options]\n\n%s\n", program_invocation_short_name,
			usage);
	for (unsigned int i = 0; i < count; i++) {
		printf("\n%s:\n", tables[i].title);
		for (unsigned int j = 0; j < tables[i].count; j++)
			print_row(&tables[i].rows[j]);
	}
	printf("\n  --help, -h                    this text\n"
	       "  --version                     versions of estab and DPDK\n\n"
	       "Numbers take k, m, g (powers of 1000); times take us, ms, s, m, h (none: seconds).\n"
	       "EAL arguments are DPDK's own, as for testpmd: -l LCORES, -a DEVICE, --vdev=...,\n"
	       "--no-huge, -m MEGABYTES, --file-prefix=NAME.\n");
}

/* True where the word is "--name" or "--name=..." of one of our options. */
static bool
is_ours(const char *word, const struct option_table *tables, unsigned int count)
{
	const size_t length = strcspn(word, "=");
	const struct option_table *table;
	const struct option_row *row;

	if (strncmp(word, "--", 2) != 0)
		return false;
	for (unsigned int i = 0; (row = row_at(tables, count, i, &table)) != NULL; i++) {
		if (strlen(row->name) == length - 2 &&
				strncmp(row->name, word + 2, length - 2) == 0)
			return true;
	}
	return false;
}

/* --help and --version count on either side of "--". @return -1 where there is none */
static int
answer_questions(int argc, char **argv, const char *usage, const struct option_table *tables,
		unsigned int count)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
			print_help(usage, tables, count);
			return EXIT_FINE;
		}
		if (strcmp(argv[i], "--version") == 0) {
			printf("%s %s, %s\n", program_invocation_short_name, estab_version(),
					rte_version());
			return EXIT_FINE;
		}
	}
	return -1;
}

int
command_line_split(struct command_line *line, int argc, char **argv, const char *usage,
		const struct option_table *tables, unsigned int count)
{
	int i, answer = answer_questions(argc, argv, usage, tables, count);

	if (answer >= 0)
		return answer;
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (is_ours(argv[i], tables, count))
			return complain(EXIT_USAGE,
					"%s stands among the EAL arguments: put it behind a lone --",
					argv[i]);
	}
	*line = (struct command_line){ .eal_count = i,
		.eal = argv,
		.app_count = argc - i,
		.app = argv + i };
	return -1;
}

bool
command_line_names_device(const struct command_line *line)
{
	for (int i = 1; i < line->eal_count; i++) {
		if (strncmp(line->eal[i], "--vdev", 6) == 0 ||
				strncmp(line->eal[i], "--allow", 7) == 0 ||
				strncmp(line->eal[i], "-a", 2) == 0)
			return true;
	}
	return false;
}

/* The rows that have a letter: as getopt_long wants them. */
static void
make_getopt_letters(char *letters, const struct option_table *tables, unsigned int count)
{
	const struct option_row *row;
	const struct option_table *table;

	letters += sprintf(letters, "+:");
	for (unsigned int i = 0;
			i < OPTIONS_MAX && (row = row_at(tables, count, i, &table)) != NULL; i++) {
		if (row->letter != 0)
			*letters++ = row->letter;
	}
	*letters = '\0';
}

/* By the value that getopt_long gave: a letter, or the number of the row. NULL: by neither */
static const struct option_row *
row_found(const struct option_table *tables, unsigned int count, int found,
		const struct option_table **table)
{
	const struct option_row *row;

	if (found >= ROW_FIRST)
		return row_at(tables, count, (unsigned int)(found - ROW_FIRST), table);
	for (unsigned int i = 0; (row = row_at(tables, count, i, table)) != NULL; i++) {
		if (row->letter == found)
			return row;
	}
	return NULL;
}

static unsigned int
make_getopt_table(struct option *long_options, const struct option_table *tables,
		unsigned int count)
{
	const struct option_table *table;
	const struct option_row *row;
	unsigned int i;

	for (i = 0; i < OPTIONS_MAX && (row = row_at(tables, count, i, &table)) != NULL; i++) {
		long_options[i] = (struct option){
			.name = row->name,
			/* --flag=no takes back what a file says */
			.has_arg = row->argument != NULL ? required_argument : optional_argument,
			.val = ROW_FIRST + (int)i,
		};
	}
	long_options[i] = (struct option){ 0 };
	return i;
}

static int
take_flag(const char *text, void *value, const char *place)
{
	if (text != NULL && strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return complain(EXIT_USAGE, "%s: expected yes or no", place);
	*(bool *)value = text == NULL || text[0] == 'y';
	return -1;
}

static int
take_number(const struct option_row *row, const char *text, void *value, const char *place)
{
	const uint64_t max = row->max != 0 ? row->max : UINT32_MAX;
	uint64_t number;

	if (parse_number(text, &number) != 0 || number < row->min || number > max)
		return complain(EXIT_USAGE, "%s: expected a number from %" PRIu64 " to %" PRIu64,
				place, row->min, max);
	*(uint32_t *)value = (uint32_t)number;
	return -1;
}

static int
take_time(const struct option_row *row, const char *text, void *value, const char *place)
{
	uint64_t ns;

	if (parse_time(text, &ns) != 0 || ns < row->min || (row->max != 0 && ns > row->max))
		return complain(EXIT_USAGE, "%s: expected a time such as 250ms, 10s or 5m%s", place,
				row->min > 0 ? ", not zero" : "");
	*(uint64_t *)value = ns;
	return -1;
}

/* place: for complaints, where the option stands and its text */
static int
take_value(const struct option_row *row, const char *text, void *target, const char *place)
{
	void *value = (char *)target + row->offset;

	switch (row->kind) {
	case OPTION_FLAG:
		return take_flag(text, value, place);
	case OPTION_NUMBER:
		return take_number(row, text, value, place);
	case OPTION_TIME:
		return take_time(row, text, value, place);
	case OPTION_FILE:
		return -1; /* it has been read */
	case OPTION_TAKE:
		break;
	}
	if (row->take(text, value) != 0)
		return complain(EXIT_USAGE, "%s: expected %s", place, row->expected);
	return -1;
}

/* For whoever repeats what is in force; of very many the first. */
static void
note_given(struct command_line *line, const struct option_table *table,
		const struct option_row *row, const char *text)
{
	if (line->given_count < COMMAND_LINE_GIVEN_MAX)
		line->given[line->given_count++] = (struct option_given){ .section = table->title,
			.name = row->name,
			.text = text != NULL ? text : "yes" };
}

static bool
is_named(const struct command_line *line, const struct option_row *row)
{
	for (unsigned int i = 0; i < line->named_count; i++)
		if (line->named[i] == row)
			return true;
	return false;
}

int
options_take_from_file(struct command_line *line, const struct option_table *table,
		const struct option_row *row, const char *text, const char *place)
{
	if (is_named(line, row))
		return -1;
	note_given(line, table, row, text);
	return take_value(row, text, table->target, place);
}

/* Of the command line. */
static int
take(struct command_line *line, const struct option_table *table, const struct option_row *row,
		const char *text)
{
	char place[PLACE_MAX];

	snprintf(place, sizeof(place), text != NULL ? "--%s %s" : "--%s", row->name, text);
	note_given(line, table, row, text);
	return take_value(row, text, table->target, place);
}

/* Which options there are, and which file they name. */
static int
name(struct command_line *line, const struct option_table *table, const struct option_row *row,
		const char *text)
{
	(void)table;
	if (row->kind == OPTION_FILE)
		line->config_file = text;
	if (line->named_count < COMMAND_LINE_OPTIONS_MAX && !is_named(line, row))
		line->named[line->named_count++] = row;
	return -1;
}

static int
complain_about_word(int found, const char *word)
{
	if (found == ':')
		return complain(EXIT_USAGE, "%s needs a value: see --help", word);
	return complain(EXIT_USAGE, "%s is no option, or not one by itself: see --help", word);
}

/* Every option of the command line in turn. @return -1, or the exit code */
static int
for_each(struct command_line *line, const struct option_table *tables, unsigned int count,
		int (*use)(struct command_line *, const struct option_table *,
				const struct option_row *, const char *))
{
	struct option long_options[OPTIONS_MAX + 1];
	char letters[OPTIONS_MAX + 3];
	int found, ret = -1;

	make_getopt_table(long_options, tables, count);
	make_getopt_letters(letters, tables, count);
	optind = 0; /* GNU: begin anew */
	opterr = 0; /* we speak ourselves */
	while (ret < 0 &&
			(found = getopt_long(line->app_count, line->app, letters, long_options,
					 NULL)) != -1) {
		const struct option_table *table;
		const struct option_row *row;

		row = row_found(tables, count, found, &table);
		if (row == NULL)
			return complain_about_word(found, line->app[optind - 1]);
		ret = use(line, table, row, optarg);
	}
	if (ret < 0 && optind < line->app_count)
		return complain(EXIT_USAGE, "%s: not an option; every option begins with --",
				line->app[optind]);
	return ret;
}

int
options_read(struct command_line *line, const struct option_table *tables, unsigned int count)
{
	int ret;

	if (line->app_count == 0)
		return -1;
	ret = for_each(line, tables, count, name);
	if (ret < 0 && line->config_file != NULL)
		ret = options_file_read(line, tables, count);
	return ret < 0 ? for_each(line, tables, count, take) : ret;
}
