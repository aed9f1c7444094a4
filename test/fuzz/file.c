/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A configuration file: the input is its text. What is read from it is within its bounds, what is refused has one
 * reason, and what is taken for EAL stands before what the command line says.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_common.h>

#include "complain.h"
#include "fuzz.h"
#include "options_file.h"
#include "parse.h"

enum { NUMBER_MIN = 3, NUMBER_MAX = 1000, TIME_MAX = 1000000 };

/* One row of each kind. */
struct values {
	bool flag;
	uint32_t number;
	uint64_t time;
	uint8_t mac[6];
	struct port_list ports;
};

static int
take_mac(const char *text, void *value)
{
	return parse_mac(text, value);
}

static int
take_ports(const char *text, void *value)
{
	return parse_ports(text, value);
}

static const struct option_row rows[] = {
	{ .name = "flag", .kind = OPTION_FLAG, .offset = offsetof(struct values, flag) },
	{ .name = "number",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.offset = offsetof(struct values, number),
			.min = NUMBER_MIN,
			.max = NUMBER_MAX },
	{ .name = "time",
			.argument = "TIME",
			.kind = OPTION_TIME,
			.offset = offsetof(struct values, time),
			.max = TIME_MAX },
	{ .name = "mac",
			.argument = "MAC",
			.kind = OPTION_TAKE,
			.take = take_mac,
			.offset = offsetof(struct values, mac),
			.expected = "a MAC address" },
	{ .name = "ports",
			.argument = "PORTS",
			.kind = OPTION_TAKE,
			.take = take_ports,
			.offset = offsetof(struct values, ports),
			.expected = "ports" },
	{ .name = "file", .argument = "FILE", .kind = OPTION_FILE },
};

static struct values values;
static struct command_line line;
static FILE *nowhere; /* complaints */

int
fuzz_start(void)
{
	nowhere = fopen("/dev/null", "w");
	return nowhere != NULL ? 0 : -1;
}

/* @return a path by which it can be opened, as often as one likes */
static const char *
write_file(const uint8_t *data, size_t size)
{
	static char path[32];
	const int file = memfd_create("config", 0);

	must(file >= 0 && write(file, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	return path;
}

static int
read_file(const char *path)
{
	static char *words[] = { (char *)(uintptr_t) "program", (char *)(uintptr_t) "-l0" };
	const struct option_table tables[] = { { "First", rows, 3, &values },
		{ "Second things", rows, RTE_DIM(rows), &values } };
	FILE *const ours = stderr;
	int ret;

	values = (struct values){ .number = NUMBER_MIN, .ports = { .count = 1, .ports = { 1 } } };
	line = (struct command_line){ .eal = words,
		.eal_count = RTE_DIM(words),
		.config_file = path };
	stderr = nowhere;
	ret = options_file_read(&line, tables, RTE_DIM(tables));
	stderr = ours;
	return ret;
}

/* Also of a file that is refused further on. */
static void
check_values(void)
{
	must(values.number >= NUMBER_MIN && values.number <= NUMBER_MAX);
	must(values.time <= TIME_MAX && (values.mac[0] & 1) == 0);
	must(values.ports.count > 0 && values.ports.count <= PARSE_PORTS_MAX);
	must(line.given_count <= COMMAND_LINE_GIVEN_MAX);
	for (unsigned int i = 0; i < line.given_count; i++)
		must(line.given[i].text[0] != '\0');
}

static void
check_eal(void)
{
	must(strcmp(line.eal[0], "program") == 0);
	must(strcmp(line.eal[line.eal_count - 1], "-l0") == 0);
	for (int i = 1; i < line.eal_count - 1; i++)
		must(line.eal[i][0] == '-' && strncmp(line.eal[i], "-l", 2) != 0);
}

/* The programs keep it: options point into it. */
static void
forget(const char *path, int ret)
{
	if (ret < 0)
		free(line.eal);
	for (int i = 0; i < line.eal_word_count; i++)
		free(line.eal_words[i]);
	for (unsigned int i = 0; i < RTE_DIM(line.file_entries); i++)
		free(line.file_entries[i]);
	close(atoi(strrchr(path, '/') + 1));
}

void
fuzz_one(const uint8_t *data, size_t size)
{
	const char *path = write_file(data, size);
	const int ret = read_file(path);

	must(ret == -1 || ret == EXIT_USAGE);
	check_values();
	if (ret < 0)
		check_eal();
	forget(path, ret);
}
