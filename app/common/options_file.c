/* SPDX-License-Identifier: BSD-3-Clause */
#include "options_file.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <rte_cfgfile.h>
#include <rte_common.h>

#include "complain.h"

enum { COMMENT = '#', LINE_MAX_BYTES = CFG_NAME_LEN + CFG_VALUE_LEN };

/* Without blanks at either end, and without a comment. */
static size_t
strip(const char **text)
{
	size_t size = strcspn(*text, "#\n");

	while (size > 0 && isspace((unsigned char)**text)) {
		(*text)++;
		size--;
	}
	while (size > 0 && isspace((unsigned char)(*text)[size - 1]))
		size--;
	return size;
}

static const char *
section_fault(const char *text, size_t size)
{
	if (text[size - 1] != ']')
		return "a section's name ends with ]";
	return size - 2 < 1 || size - 2 >= CFG_NAME_LEN ? "no section has such a name" : NULL;
}

static const char *
entry_fault(const char *text, size_t size)
{
	const char *equals = memchr(text, '=', size);
	const char *value;

	if (equals == NULL)
		return "neither [section] nor name = value";
	if (equals == text || (size_t)(equals - text) >= CFG_NAME_LEN)
		return "no option has such a name";
	value = equals + 1;
	while (value < text + size && isspace((unsigned char)*value))
		value++;
	if (value == text + size)
		return "there is nothing behind the =";
	return (size_t)(text + size - value) >= CFG_VALUE_LEN ? "the value is too long" : NULL;
}

const char *
options_file_line_fault(const char *text, bool *in_section)
{
	const size_t whole = strlen(text), size = strip(&text);

	if (whole >= LINE_MAX_BYTES)
		return "the line is too long";
	if (size == 0)
		return NULL;
	if (text[0] == '[') {
		*in_section = true;
		return section_fault(text, size);
	}
	return *in_section ? entry_fault(text, size) : "it stands before the first [section]";
}

/* @return -1, or the exit code */
static int
look_through(const char *path)
{
	FILE *file = fopen(path, "r");
	bool in_section = false;
	char *text = NULL;
	size_t room = 0;
	int ret = -1;

	if (file == NULL)
		return complain(EXIT_USAGE, "--config-file %s: cannot be read: %s", path,
				strerror(errno));
	for (unsigned int number = 1; ret < 0 && getline(&text, &room, file) >= 0; number++) {
		const char *fault = options_file_line_fault(text, &in_section);

		if (fault != NULL)
			ret = complain(EXIT_USAGE, "%s, line %u: %s", path, number, fault);
	}
	if (ret < 0 && ferror(file))
		ret = complain(EXIT_USAGE, "--config-file %s: cannot be read: %s", path,
				strerror(errno));
	free(text);
	fclose(file);
	return ret;
}

/* An entry of a section against the table's rows. */
static int
take_entry(struct command_line *line, const char *section, const struct rte_cfgfile_entry *entry,
		const struct option_table *table)
{
	char place[512];

	snprintf(place, sizeof(place), "%s, [%s] %s = %s", line->config_file, section, entry->name,
			entry->value);
	for (unsigned int i = 0; i < table->count; i++) {
		const struct option_row *row = &table->rows[i];

		if (strcmp(row->name, entry->name) == 0 && row->kind != OPTION_FILE)
			return options_take_from_file(line, table, row, entry->value, place);
	}
	return complain(EXIT_USAGE, "%s: no option of this section, see --help", place);
}

/* True where the command line has that argument: "-l", "-l0", "--vdev" or "--vdev=...". */
static bool
has_eal(const struct command_line *line, const char *name)
{
	const size_t size = strlen(name), dashes = size == 1 ? 1 : 2;

	for (int i = 1; i < line->eal_count; i++) {
		const char *word = line->eal[i];

		if (strspn(word, "-") == dashes && strncmp(word + dashes, name, size) == 0 &&
				(size == 1 || word[2 + size] == '\0' || word[2 + size] == '='))
			return true;
	}
	return false;
}

static int
add_eal(struct command_line *line, char *word)
{
	if (word == NULL || line->eal_word_count == COMMAND_LINE_EAL_MAX) {
		free(word);
		return complain(EXIT_USAGE, "%s, [eal]: too many arguments", line->config_file);
	}
	line->eal_words[line->eal_word_count++] = word;
	return -1;
}

/* "-l0" or "--vdev=net_tap0"; "yes" stands for an argument without a value, "no" for none. */
static int
take_eal(struct command_line *line, const struct rte_cfgfile_entry *entry)
{
	const bool is_flag = strcmp(entry->value, "yes") == 0;
	const bool is_short = strlen(entry->name) == 1;
	char *word;

	if (has_eal(line, entry->name) || strcmp(entry->value, "no") == 0)
		return -1;
	if (asprintf(&word, "%s%s%s%s", is_short ? "-" : "--", entry->name,
			    is_flag || is_short ? "" : "=", is_flag ? "" : entry->value) < 0)
		return complain(EXIT_ENVIRONMENT, "no memory for %s", line->config_file);
	return add_eal(line, word);
}

/* Before those of the command line. */
static int
put_eal_first(struct command_line *line)
{
	const int count = 1 + line->eal_word_count + line->eal_count - 1;
	char **all = calloc((size_t)count + 1, sizeof(*all));

	if (all == NULL)
		return complain(EXIT_ENVIRONMENT, "no memory for %s", line->config_file);
	all[0] = line->eal[0];
	memcpy(&all[1], line->eal_words, (size_t)line->eal_word_count * sizeof(*all));
	memcpy(&all[1 + line->eal_word_count], &line->eal[1],
			(size_t)(line->eal_count - 1) * sizeof(*all));
	line->eal = all;
	line->eal_count = count;
	return -1;
}

/* @return the table with this title, or NULL */
static const struct option_table *
find_table(const struct option_table *tables, unsigned int count, const char *title)
{
	for (unsigned int i = 0; i < count; i++)
		if (strcasecmp(title, tables[i].title) == 0)
			return &tables[i];
	return NULL;
}

/* Its entries are kept: options point into them. */
static int
take_section(struct command_line *line, struct rte_cfgfile *file, int index,
		const struct option_table *tables, unsigned int count)
{
	char name[CFG_NAME_LEN];
	const int entries = rte_cfgfile_section_num_entries_by_index(file, name, index);
	const struct option_table *table = find_table(tables, count, name);
	struct rte_cfgfile_entry *list;
	int ret = -1;

	if (table == NULL && strcmp(name, "eal") != 0)
		return complain(EXIT_USAGE, "%s, [%s]: no such section, see the titles in --help",
				line->config_file, name);
	if (entries <= 0)
		return -1;
	list = line->file_entries[index] = calloc((size_t)entries, sizeof(*list));
	if (list == NULL ||
			rte_cfgfile_section_entries_by_index(file, index, name, list, entries) !=
					entries)
		return complain(EXIT_ENVIRONMENT, "no memory for %s", line->config_file);
	for (int i = 0; ret < 0 && i < entries; i++)
		ret = table != NULL ? take_entry(line, name, &list[i], table)
				    : take_eal(line, &list[i]);
	return ret;
}

static int
take_sections(struct command_line *line, struct rte_cfgfile *file,
		const struct option_table *tables, unsigned int count)
{
	const int sections = rte_cfgfile_num_sections(file, NULL, 0);
	int ret = -1;

	if (sections > COMMAND_LINE_SECTIONS_MAX)
		return complain(EXIT_USAGE, "%s: too many sections", line->config_file);
	for (int i = 0; ret < 0 && i < sections; i++)
		ret = take_section(line, file, i, tables, count);
	return ret < 0 ? put_eal_first(line) : ret;
}

int
options_file_read(struct command_line *line, const struct option_table *tables, unsigned int count)
{
	const struct rte_cfgfile_parameters parameters = { .comment_character = COMMENT };
	struct rte_cfgfile *file;
	int ret = look_through(line->config_file);

	if (ret >= 0)
		return ret;
	file = rte_cfgfile_load_with_params(line->config_file, 0, &parameters);
	if (file == NULL)
		return complain(EXIT_USAGE, "%s: cannot be read", line->config_file);
	ret = take_sections(line, file, tables, count);
	rte_cfgfile_close(file);
	return ret;
}
