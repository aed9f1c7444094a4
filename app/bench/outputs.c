/* SPDX-License-Identifier: BSD-3-Clause */
/* A write that failed is remembered by its FILE (ferror), so nobody who writes has to look. */
#include "outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench_options.h"
#include "complain.h"

static const char *const names[OUTPUT_COUNT] = {
	[OUTPUT_JSON] = "json",
	[OUTPUT_CSV] = "csv",
	[OUTPUT_HGRM] = "hgrm",
	[OUTPUT_REPORT] = "report",
};

static int
take_path(const char *text, void *value)
{
	if (text[0] == '\0')
		return -EINVAL;
	((struct output *)value)->path = text;
	return 0;
}

static int
take_latency(const char *text, void *value)
{
	for (unsigned int i = 0; i < LATENCY_COUNT; i++) {
		if (strcmp(text, latency_name(i)) == 0) {
			*(uint32_t *)value = i + 1;
			return 0;
		}
	}
	return -EINVAL;
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
	{ .name = "hgrm",
			.argument = "FILE",
			.kind = OPTION_TAKE,
			.take = take_path,
			.offset = offsetof(struct outputs, of[OUTPUT_HGRM]),
			.expected = "a file, or -",
			.help = "the percentiles of a latency, for HdrHistogram's plotter" },
	{ .name = "hgrm-of",
			.argument = "LATENCY",
			.kind = OPTION_TAKE,
			.take = take_latency,
			.offset = offsetof(struct outputs, hgrm_of),
			.expected = "connect, response or transaction",
			.help = "which of the workload's: connect, response or transaction (the\nlast of them that it has)" },
	{ .name = "report",
			.argument = "FILE",
			.kind = OPTION_TAKE,
			.take = take_path,
			.offset = offsetof(struct outputs, of[OUTPUT_REPORT]),
			.expected = "a file, or -",
			.help = "a page (HTML) with plots, that needs no network to be looked at" },
};
const unsigned int output_option_count = sizeof(output_option_rows) / sizeof(output_option_rows[0]);

static int
refuse(const struct outputs *outputs, enum output_kind kind, const char *what)
{
	if (outputs->of[kind].path == NULL)
		return -1;
	return complain(EXIT_USAGE, "--%s %s: %s", names[kind], outputs->of[kind].path, what);
}

enum latency
outputs_hgrm_of(const struct outputs *outputs, uint32_t workload)
{
	return outputs->hgrm_of > 0 ? outputs->hgrm_of - 1 : latency_main(workload);
}

static int
check_hgrm(const struct outputs *outputs, uint32_t workload)
{
	if (outputs->hgrm_of == 0)
		return -1;
	if (outputs->of[OUTPUT_HGRM].path == NULL)
		return complain(EXIT_USAGE, "--hgrm-of: goes with --hgrm");
	if (!latency_is_of(outputs->hgrm_of - 1, workload))
		return complain(EXIT_USAGE, "--hgrm-of %s: --workload %s does not count it",
				latency_name(outputs->hgrm_of - 1), bench_workload_name(workload));
	return -1;
}

int
outputs_check(const struct outputs *outputs, uint32_t workload)
{
	int ret = -1;

	if (workload == WORKLOAD_NONE)
		ret = refuse(outputs, OUTPUT_CSV, "--engine has no seconds");
	if (ret < 0 && workload == WORKLOAD_NONE)
		ret = refuse(outputs, OUTPUT_REPORT, "--engine has no seconds");
	if (ret < 0 && latency_main(workload) == LATENCY_COUNT)
		ret = refuse(outputs, OUTPUT_HGRM, "there are no latencies to write");
	return ret < 0 ? check_hgrm(outputs, workload) : ret;
}

/* A pipe or a device has room for several, a file has not. */
static bool
is_same_file(const struct stat *one, const struct stat *other)
{
	return S_ISREG(one->st_mode) && one->st_dev == other->st_dev &&
			one->st_ino == other->st_ino;
}

/* Those that are opened, by whatever name. @return -1 where none is this file, else the exit code */
static int
refuse_same(const struct outputs *outputs, const struct stat *file, const char *option,
		const char *path, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct output *other = &outputs->of[i];
		struct stat is;

		if (other->file != NULL && fstat(fileno(other->file), &is) == 0 &&
				is_same_file(file, &is))
			return complain(EXIT_USAGE, "--%s %s: --%s is written there", option, path,
					names[i]);
	}
	return -1;
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

/* As fopen() does for writing, but what is there stays. @return NULL: errno says why */
static FILE *
open_kept(const char *path)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (fd >= 0 && file == NULL)
		close(fd);
	return file;
}

static int
open_one(struct outputs *outputs, enum output_kind kind)
{
	struct output *output = &outputs->of[kind];
	struct stat is;

	if (strcmp(output->path, "-") == 0) {
		output->file = stdout;
		outputs->text = stderr;
	} else {
		output->file = open_kept(output->path);
	}
	if (output->file == NULL || fstat(fileno(output->file), &is) != 0)
		return complain(EXIT_ENVIRONMENT, "--%s %s: cannot be written: %s", names[kind],
				output->path, strerror(errno));
	return refuse_same(outputs, &is, names[kind], output->path, kind);
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
outputs_check_other(const struct outputs *outputs, const char *option, const char *path)
{
	struct stat is;

	if (path == NULL || stat(path, &is) != 0)
		return -1;
	return refuse_same(outputs, &is, option, path, OUTPUT_COUNT);
}

int
outputs_empty(const struct outputs *outputs)
{
	for (unsigned int kind = 0; kind < OUTPUT_COUNT; kind++) {
		const struct output *output = &outputs->of[kind];
		struct stat is;

		if (output->file == NULL || output->file == stdout)
			continue;
		if (fstat(fileno(output->file), &is) == 0 && S_ISREG(is.st_mode) &&
				ftruncate(fileno(output->file), 0) != 0)
			return complain(EXIT_ENVIRONMENT, "--%s %s: cannot be written: %s",
					names[kind], output->path, strerror(errno));
	}
	return -1;
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
