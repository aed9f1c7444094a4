/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * While rte_eal_init runs, what it writes goes to a file in memory. If it succeeds, warnings are
 * passed on; if it fails, the first line that names a reason becomes our one line.
 */
#include "eal.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_log.h>

#include "complain.h"

enum eal_limits {
	EAL_SAID_MAX = 16384, /* of what EAL wrote; the reason is near the beginning */
	EAL_LINE_MAX = 512,
};

struct capture {
	int file;     /* what stderr was given */
	int saved[2]; /* stdout and stderr as they were */
};

/* What EAL says, and what to do about it. The first match in this order wins. */
static const struct {
	const char *said;
	const char *mend;
} explanations[] = {
	{ "not compatible with --in-memory",
			"--no-huge and --in-memory do not go together: leave one of them out" },
	{ "Is another primary process running",
			"another DPDK program runs under this name: add --file-prefix=NAME to the EAL arguments" },
	{ "hugepage", "no hugepages: reserve some (dpdk-hugepages.py --setup 1G), or run without by --no-huge" },
	{ "failed to parse device",
			"DPDK has no driver of that name: see --vdev and -a among the EAL arguments" },
	{ "Cannot init memory", "not enough memory: give less with -m, or reserve more hugepages" },
	{ "Permission denied",
			"no permission: run as root; an ordinary user needs --no-huge --no-pci and a device "
			"that is open to all, or estab-bench --loopback" },
	{ "Operation not permitted",
			"no permission: run as root; an ordinary user needs --no-huge --no-pci and a device "
			"that is open to all, or estab-bench --loopback" },
};

/* EAL's usage text goes to stdout: nobody asked for it, so it goes nowhere. */
static bool
capture_begin(struct capture *capture)
{
	const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	fflush(NULL);
	capture->file = memfd_create("eal", MFD_CLOEXEC);
	if (capture->file < 0 || nowhere < 0)
		return false;
	capture->saved[0] = dup(STDOUT_FILENO);
	capture->saved[1] = dup(STDERR_FILENO);
	dup2(nowhere, STDOUT_FILENO);
	dup2(capture->file, STDERR_FILENO);
	close(nowhere);
	return true;
}

/* Give a stream back as it was; closed, where it was closed. */
static void
restore(int saved, int fd)
{
	if (saved < 0) {
		close(fd);
		return;
	}
	dup2(saved, fd);
	close(saved);
}

/* Give stdout and stderr back; what stderr was given goes into buf. */
static void
capture_end(struct capture *capture, char *buf, size_t size)
{
	ssize_t length;

	fflush(NULL);
	restore(capture->saved[0], STDOUT_FILENO);
	restore(capture->saved[1], STDERR_FILENO);
	length = pread(capture->file, buf, size - 1, 0);
	buf[length > 0 ? length : 0] = '\0';
	close(capture->file);
}

/* The first line that holds this, without its end and without its "EAL: ". */
static bool
find_line(const char *said, const char *part, char *line, size_t size)
{
	const char *found = strstr(said, part);
	size_t length;

	if (found == NULL)
		return false;
	while (found > said && found[-1] != '\n')
		found--;
	if (strncmp(found, "EAL: ", 5) == 0)
		found += 5;
	length = strcspn(found, "\n");
	length = RTE_MIN(length, size - 1);
	memcpy(line, found, length);
	while (length > 0 && isspace((unsigned char)line[length - 1]))
		length--;
	line[length] = '\0';
	return length > 0;
}

void
eal_explain(const char *said, char *buf, size_t size)
{
	char line[EAL_LINE_MAX];

	for (size_t i = 0; i < RTE_DIM(explanations); i++) {
		if (find_line(said, explanations[i].said, line, sizeof(line))) {
			snprintf(buf, size, "%s (EAL: %s)", explanations[i].mend, line);
			return;
		}
	}
	if (!find_line(said, "unrecognized option", line, sizeof(line)) &&
			!find_line(said, "invalid option", line, sizeof(line)) &&
			!find_line(said, "EAL: ", line, sizeof(line)))
		snprintf(line, sizeof(line), "%s", rte_strerror(rte_errno));
	snprintf(buf, size, "EAL did not start: %s; --log-level=lib.eal:debug tells more", line);
}

bool
eal_has_argument(const struct command_line *line, const char *start)
{
	for (int i = 1; i < line->eal_count; i++) {
		if (strncmp(line->eal[i], start, strlen(start)) == 0)
			return true;
	}
	return false;
}

/* A wrong word among the arguments is the user's; all else is the machine's. */
static enum exit_code
blame(const char *said)
{
	return strstr(said, "unrecognized option") != NULL ||
					strstr(said, "invalid option") != NULL ||
					strstr(said, "not compatible with") != NULL ||
					strstr(said, "failed to parse device") != NULL ||
					strstr(said, "nvalid ") != NULL
			? EXIT_USAGE
			: EXIT_ENVIRONMENT;
}

/* EAL starts without the device that it was given: for us that is no start. */
static bool
device_was_denied(const struct command_line *line, const char *said)
{
	return eal_has_argument(line, "--vdev") && rte_eth_dev_count_avail() == 0 &&
			(strstr(said, "Operation not permitted") != NULL ||
					strstr(said, "Permission denied") != NULL);
}

/* What EAL and its drivers warn of on machines where nothing is wrong. */
static const char *const ordinary[] = {
	"No legacy callbacks",             /* of telemetry: there are none to have */
	"multiq qdisc",                    /* net_tap: only rte_flow would need it, we do not */
	"Specified qdisc kind is unknown", /* the kernel's part of the same */
	"Disabling rte flow support",
};

static bool
is_ordinary(const char *line, size_t length)
{
	for (size_t i = 0; i < RTE_DIM(ordinary); i++) {
		if (memmem(line, length, ordinary[i], strlen(ordinary[i])) != NULL)
			return true;
	}
	return length == 0;
}

/* Pass on what EAL warned of. */
static void
pass_on(const char *said)
{
	while (*said != '\0') {
		const size_t length = strcspn(said, "\n");

		if (!is_ordinary(said, length))
			fprintf(stderr, "%.*s\n", (int)length, said);
		said += length + (said[length] == '\n');
	}
}

/* EAL reorders and overwrites the words that it is given: it gets a copy of the array. */
static int
init_with_copy(const struct command_line *line)
{
	char **words = calloc((size_t)line->eal_count + 1, sizeof(*words));
	int ret;

	if (words == NULL) {
		rte_errno = ENOMEM;
		return -1;
	}
	memcpy(words, line->eal, (size_t)line->eal_count * sizeof(*words));
	ret = rte_eal_init(line->eal_count, words);
	free(words);
	return ret;
}

/* Warnings are worth seeing; the rest of what a start says is not. */
static int
start_quietly(const struct command_line *line)
{
	const uint32_t level = rte_log_get_global_level();
	char said[EAL_SAID_MAX], text[EAL_LINE_MAX * 2];
	struct capture capture;
	int ret;

	if (!capture_begin(&capture))
		return complain(EXIT_ENVIRONMENT, "no memory for EAL's messages");
	rte_log_set_global_level(RTE_LOG_WARNING);
	opterr = 1; /* EAL lets getopt name an unknown option */
	ret = init_with_copy(line);
	rte_log_set_global_level(level);
	capture_end(&capture, said, sizeof(said));
	if (ret < 0 || device_was_denied(line, said)) {
		eal_explain(said, text, sizeof(text));
		return complain(blame(said), "%s", text);
	}
	pass_on(said);
	return -1;
}

int
eal_start(const struct command_line *line)
{
	if (!eal_has_argument(line, "--log-level"))
		return start_quietly(line);
	if (init_with_copy(line) < 0)
		return complain(EXIT_ENVIRONMENT, "EAL did not start: the reason is above");
	return -1;
}

void
eal_hush(bool hush)
{
	static uint32_t level;

	if (hush) {
		level = rte_log_get_global_level();
		rte_log_set_global_level(RTE_LOG_CRIT);
	} else {
		rte_log_set_global_level(level);
	}
}
