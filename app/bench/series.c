/* SPDX-License-Identifier: BSD-3-Clause */
#include "series.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 128 };

/* A line of CSV as it grows. */
struct line {
	FILE *out;
	unsigned int cells;
	void (*print)(const char *name, const json_t *value, FILE *out);
};

static void
print_text(const char *text, FILE *out)
{
	if (text[strcspn(text, ",\"\r\n")] == '\0') {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void
print_name(const char *name, const json_t *value, FILE *out)
{
	(void)value;
	print_text(name, out);
}

static void
print_value(const char *name, const json_t *value, FILE *out)
{
	(void)name;
	if (json_is_integer(value))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		fprintf(out, "%.9g", json_real_value(value));
	else if (json_is_string(value))
		print_text(json_string_value(value), out);
}

/* Objects within objects: there are two or three levels of them. */
static void
print_cells(struct line *line, const char *prefix, json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) {
		char name[NAME_MAX_LENGTH];

		snprintf(name, sizeof(name), "%s%s%s", prefix, prefix[0] != '\0' ? "_" : "", key);
		if (json_is_object(value)) {
			print_cells(line, name, value);
			continue;
		}
		if (line->cells++ > 0)
			fputc(',', line->out);
		line->print(name, value, line->out);
	}
}

void
series_csv_head(json_t *object, FILE *out)
{
	struct line line = { .out = out, .print = print_name };

	print_cells(&line, "", object);
	fputc('\n', out);
}

void
series_csv_row(json_t *object, FILE *out)
{
	struct line line = { .out = out, .print = print_value };

	print_cells(&line, "", object);
	fputc('\n', out);
}

void
series_init(struct series *series, FILE *csv)
{
	series->intervals = json_array();
	series->csv = csv;
}

void
series_fini(struct series *series)
{
	json_decref(series->intervals);
}

void
series_add(struct series *series, json_t *interval)
{
	if (series->csv != NULL) {
		if (json_array_size(series->intervals) == 0)
			series_csv_head(interval, series->csv);
		series_csv_row(interval, series->csv);
		fflush(series->csv);
	}
	json_array_append_new(series->intervals, interval);
}
