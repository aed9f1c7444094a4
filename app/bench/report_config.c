/* SPDX-License-Identifier: BSD-3-Clause */
/* The configuration of a run as JSON: a file of options and the command line, as they came together. */
#include "report.h"

#include <ctype.h>
#include <string.h>

#include <rte_string_fns.h>

enum { TITLE_MAX = 32 };

/* A section is named in small letters, as in the file. */
static json_t *
section_of(json_t *config, const char *title)
{
	char name[TITLE_MAX];
	json_t *section;

	rte_strscpy(name, title, sizeof(name));
	for (char *c = name; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	section = json_object_get(config, name);
	if (section == NULL) {
		section = json_object();
		json_object_set_new(config, name, section);
	}
	return section;
}

/* Texts as they were given; of an option that was given again, a list. */
static void
add(json_t *section, const char *name, const char *text)
{
	json_t *before = json_object_get(section, name), *list;

	if (before == NULL) {
		json_object_set_new(section, name, json_string(text));
		return;
	}
	if (json_is_array(before)) {
		json_array_append_new(before, json_string(text));
		return;
	}
	list = json_array();
	json_array_append(list, before);
	json_array_append_new(list, json_string(text));
	json_object_set_new(section, name, list);
}

json_t *
report_json_config(const struct command_line *line)
{
	json_t *config = json_object(), *eal = json_array();

	for (int i = 1; i < line->eal_count; i++)
		json_array_append_new(eal, json_string(line->eal[i]));
	json_object_set_new(config, "eal", eal);
	for (unsigned int i = 0; i < line->given_count; i++)
		add(section_of(config, line->given[i].section), line->given[i].name,
				line->given[i].text);
	return config;
}
