/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * relay [options] A B: carries frames between two Ethernet interfaces as a bad wire does, for kernels
 * without netem. It knows neither addresses nor connections, and whoever stands at either end gets
 * the same treatment: the same seed loses the same frames by their number.
 *
 * Forward is from A to B. Only TCP is lost and reordered, so that ARP and ND do not blur a result.
 * Frames are sent whole: switch off GSO, TSO, GRO and checksum offloads where they are made.
 */
#include "relay.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t stopped;

static const char usage[] =
		"usage: relay [options] A B\n\n"
		"  --loss P        percent of the TCP frames from A to B that are lost (0)\n"
		"  --loss-back P   the same from B to A (0)\n"
		"  --reorder P     percent of the TCP frames that overtake: they know no delay (0)\n"
		"  --delay MS      of every frame, each way (0)\n"
		"  --rate MBIT     of the wire, each way (0: without limit)\n"
		"  --queue N       frames that may wait for it, each way (1000)\n"
		"  --seed N        of the losses (1)\n"
		"  --duration S    then it ends (600)\n\n"
		"Prints a line when it has begun, and one for each way when it ends, on SIGTERM or SIGINT.\n";

static void
stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

static uint64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * NS_PER_SECOND + (uint64_t)time.tv_nsec;
}

static int
refuse(const char *name, const char *text)
{
	fprintf(stderr, "relay: %s %s: not a number in its range\n", name, text);
	return -EINVAL;
}

/* A number from 0 to max, times factor, rounded. */
static int
take_number(const char *name, const char *text, double max, double factor, uint64_t *value)
{
	char *end;
	const double found = strtod(text, &end);

	if (end == text || *end != '\0' || !(found >= 0 && found <= max))
		return refuse(name, text);
	*value = (uint64_t)(found * factor + 0.5);
	return 0;
}

static const struct relay_row {
	struct option option;
	double max, factor;
	size_t offset;
} rows[] = {
#define ROW(name, field, max, factor)                                                              \
	{                                                                                          \
		{ name, required_argument, NULL, 0 }, max, factor,                                 \
				offsetof(struct relay_options, field)                              \
	}
	ROW("loss", loss[0], 100, CHANCE_ONE / 100.0),
	ROW("loss-back", loss[1], 100, CHANCE_ONE / 100.0),
	ROW("reorder", reorder, 100, CHANCE_ONE / 100.0),
	ROW("delay", delay_ns, 10000, 1e6),
	ROW("rate", rate_mbit, 100000, 1),
	ROW("queue", queue, 1e6, 1),
	ROW("seed", seed, 4294967295.0, 1),
	ROW("duration", duration_s, 86400, 1),
#undef ROW
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static int
read_options(struct relay_options *options, int argc, char **argv)
{
	struct option table[ROW_COUNT + 1] = { 0 };
	int i, ret = 0;

	*options = (struct relay_options){ .queue = 1000, .seed = 1, .duration_s = 600 };
	for (i = 0; i < ROW_COUNT; i++)
		table[i] = rows[i].option;
	while (ret == 0 && (ret = getopt_long(argc, argv, "", table, &i)) == 0)
		ret = take_number(table[i].name, optarg, rows[i].max, rows[i].factor,
				(uint64_t *)(void *)((char *)options + rows[i].offset));
	if (ret != -1 || argc - optind != 2)
		return -EINVAL;
	if (options->reorder > 0 && options->delay_ns == 0) {
		fprintf(stderr, "relay: --reorder wants a --delay to overtake\n");
		return -EINVAL;
	}
	options->interfaces[0] = argv[optind];
	options->interfaces[1] = argv[optind + 1];
	return 0;
}

/* Until something arrives or a frame is due. */
static void
nap(struct way ways[2], uint64_t at, uint64_t end)
{
	struct pollfd sockets[2];
	struct timespec time;
	uint64_t due = end;

	for (int i = 0; i < 2; i++) {
		const uint64_t next = way_next(&ways[i]);

		sockets[i] = (struct pollfd){ .fd = ways[i].from, .events = POLLIN };
		due = next < due ? next : due;
	}
	due = due > at ? due - at : 0;
	time.tv_sec = (time_t)(due / NS_PER_SECOND);
	time.tv_nsec = (long)(due % NS_PER_SECOND);
	ppoll(sockets, 2, &time, NULL);
}

static void
run(struct way ways[2], const struct relay_options *options)
{
	const uint64_t end = now() + options->duration_s * NS_PER_SECOND;
	uint64_t at;

	while (!stopped && (at = now()) < end) {
		for (int i = 0; i < 2; i++) {
			way_take(&ways[i], at);
			way_give(&ways[i], at);
		}
		nap(ways, at, end);
	}
}

int
main(int argc, char **argv)
{
	static struct way ways[2];
	struct relay_options options;

	if (read_options(&options, argc, argv) != 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (ways_open(ways, &options) != 0)
		return 1;
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	printf("relay between %s and %s\n", options.interfaces[0], options.interfaces[1]);
	fflush(stdout);
	run(ways, &options);
	way_print(&ways[0], "forward", stdout);
	way_print(&ways[1], "back", stdout);
	return 0;
}
