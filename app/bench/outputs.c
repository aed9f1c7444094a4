/* SPDX-License-Identifier: BSD-3-Clause */
/* A write that failed is remembered by its FILE (ferror), so nobody who writes has to look. */
#include "outputs.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "complain.h"

static const char *const names[OUTPUT_COUNT] = {
	[OUTPUT_JSON] = "json",
	[OUTPUT_CSV] = "csv",
};

static int
take_path(const char *text, void *value)
{
	if (text[0] == '\0')
		return -EINVAL;
	((struct output *)value)->path = text;
	return 0;
}

const struct option_row output_option_rows[] = {
	{ .name = "json",
			.argument = "FILE",
			.kind = OPTION_TAKE,
			.take = take_path,
			.offset = offsetof(struct outputs, of[OUTPUT_JSON]),
			.expected = "a file, or -",
			.help = "write the result there too; -: to stdout, the text to stderr" },
	{ .name = "csv",
			.argument = "FILE",
			.kind = OPTION_TAKE,
			.take = take_path,
			.offset = offsetof(struct outputs, of[OUTPUT_CSV]),
			.expected = "a file, or -",
			.help = "a row for every second, as it comes" },
};
const unsigned int output_option_count = sizeof(output_option_rows) / sizeof(output_option_rows[0]);

int
outputs_refuse(const struct outputs *outputs, enum output_kind kind, const char *with)
{
	if (outputs->of[kind].path == NULL)
		return -1;
	return complain(EXIT_USAGE, "--%s: does not go with %s", names[kind], with);
}

/* No two may write to one place. @return -1 to go on, else the exit code */
static int
check_alone(const struct outputs *outputs, enum output_kind kind)
{
	const char *path = outputs->of[kind].path;

	for (unsigned int i = 0; i < kind; i++) {
		const char *other = outputs->of[i].path;

		if (other != NULL && strcmp(other, path) == 0)
			return complain(EXIT_USAGE, "--%s %s: --%s is written there", names[kind],
					path, names[i]);
	}
	return -1;
}

static int
open_one(struct outputs *outputs, enum output_kind kind)
{
	struct output *output = &outputs->of[kind];

	if (strcmp(output->path, "-") == 0) {
		output->file = stdout;
		outputs->text = stderr;
		return -1;
	}
	output->file = fopen(output->path, "w");
	if (output->file == NULL)
		return complain(EXIT_ENVIRONMENT, "--%s %s: cannot be written: %s", names[kind],
				output->path, strerror(errno));
	return -1;
}

int
outputs_open(struct outputs *outputs)
{
	int ret = -1;

	outputs->text = stdout;
	for (unsigned int kind = 0; ret < 0 && kind < OUTPUT_COUNT; kind++) {
		if (outputs->of[kind].path != NULL)
			ret = check_alone(outputs, kind);
	}
	for (unsigned int kind = 0; ret < 0 && kind < OUTPUT_COUNT; kind++) {
		if (outputs->of[kind].path != NULL)
			ret = open_one(outputs, kind);
	}
	return ret;
}

int
outputs_close(const struct outputs *outputs, int code)
{
	for (unsigned int kind = 0; kind < OUTPUT_COUNT; kind++) {
		const struct output *output = &outputs->of[kind];
		bool failed;

		if (output->file == NULL)
			continue;
		failed = fflush(output->file) != 0 || ferror(output->file) != 0;
		if (output->file != stdout && fclose(output->file) != 0)
			failed = true;
		if (failed)
			code = complain(EXIT_ENVIRONMENT, "--%s %s: could not be written",
					names[kind], output->path);
	}
	return code;
}
