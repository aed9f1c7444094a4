/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <string.h>

#include <rte_common.h>

#include "capture_parts.h"
#include "complain.h"

/* "-" is no file: standard output has the text. */
static int
take_path(const char *text, void *value)
{
	if (text[0] == '\0' || strcmp(text, "-") == 0)
		return -EINVAL;
	*(const char **)value = text;
	return 0;
}

static int
take_filter(const char *text, void *value)
{
	*(const char **)value = text;
	return 0;
}

const struct option_row capture_option_rows[] = {
	{ .name = "capture",
			.argument = "FILE",
			.kind = OPTION_TAKE,
			.take = take_path,
			.offset = offsetof(struct capture_options, path),
			.expected = "a file, or a pipe by its name",
			.help = "packets as they come and go, for tcpdump and Wireshark to read" },
	{ .name = "capture-filter",
			.argument = "FILTER",
			.kind = OPTION_TAKE,
			.take = take_filter,
			.offset = offsetof(struct capture_options, filter),
			.help = "those only, as tcpdump has it: \"host 192.0.2.1 and port 80\" (all)" },
	{ .name = "capture-snaplen",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.min = 14, /* an Ethernet header */
			.max = CAPTURE_SNAPLEN_MAX,
			.offset = offsetof(struct capture_options, snaplen),
			.help = "of each packet (262144)" },
	{ .name = "capture-count",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.offset = offsetof(struct capture_options, count),
			.help = "end after so many packets (none)" },
	{ .name = "capture-size",
			.argument = "BYTES",
			.kind = OPTION_NUMBER,
			.min = 1000,
			.offset = offsetof(struct capture_options, size),
			.help = "end when the file has so many (1g)" },
};
const unsigned int capture_option_count = RTE_DIM(capture_option_rows);

/* The first that was given; NULL: none. */
static const char *
given(const struct capture_options *options)
{
	if (options->path != NULL)
		return "capture";
	if (options->filter != NULL)
		return "capture-filter";
	if (options->snaplen != 0)
		return "capture-snaplen";
	if (options->count != 0)
		return "capture-count";
	return options->size != 0 ? "capture-size" : NULL;
}

int
capture_options_check(const struct capture_options *options, bool commands)
{
	struct bpf_program filter;
	char why[CAPTURE_WHY_MAX];

	if (options->path == NULL && options->filter != NULL)
		return complain(EXIT_USAGE, "--capture-filter: goes with --capture");
	if (options->path == NULL && given(options) != NULL && !commands)
		return complain(EXIT_USAGE, "--%s: goes with --capture, or with commands",
				given(options));
	if (options->filter == NULL)
		return -1;
	if (capture_filter_make(&filter, options->filter, why, sizeof(why)) != 0)
		return complain(EXIT_USAGE, "--capture-filter %s: %s", options->filter, why);
	pcap_freecode(&filter);
	return -1;
}

int
capture_options_refuse(const struct capture_options *options, const char *with)
{
	if (given(options) == NULL)
		return -1;
	return complain(EXIT_USAGE, "--%s: does not go with %s", given(options), with);
}

int
capture_options_open(struct capture_options *options)
{
	char why[CAPTURE_WHY_MAX];

	if (options->path == NULL)
		return -1;
	options->run = capture_run_open(options, options->path, options->filter, true, why,
			sizeof(why));
	if (options->run != NULL)
		return -1;
	return complain(EXIT_ENVIRONMENT, "--capture %s: %s", options->path, why);
}
