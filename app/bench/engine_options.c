/* SPDX-License-Identifier: BSD-3-Clause */
/* Options of --engine. */
#include "engine_options.h"

#include <errno.h>
#include <string.h>

#include <rte_common.h>
#include <rte_string_fns.h>

#include "bench_options.h"
#include "engine.h"
#include "parse.h"

enum { ENGINE_CONNECTION_COUNT_MAX = 10000000 };

/* Numbers with commas between them. */
static int
take_connections(const char *text, void *value)
{
	struct engine_connections *list = value;
	char copy[128], *rest = copy, *word;

	if (rte_strscpy(copy, text, sizeof(copy)) < 0)
		return -EINVAL;
	list->count = 0;
	while ((word = strsep(&rest, ",")) != NULL) {
		uint64_t number;

		if (list->count == ENGINE_CONNECTIONS_MAX || parse_number(word, &number) != 0 ||
				number == 0 || number > ENGINE_CONNECTION_COUNT_MAX)
			return -EINVAL;
		list->values[list->count++] = (uint32_t)number;
	}
	return 0;
}

static int
take_traffic(const char *text, void *value)
{
	for (unsigned int i = 0; i < engine_kind_count; i++) {
		if (strcmp(text, engine_kinds[i].name) == 0) {
			*(const char **)value = engine_kinds[i].name;
			return 0;
		}
	}
	return -EINVAL;
}

const struct option_row engine_option_rows[] = {
	{ .name = "engine",
			.kind = OPTION_FLAG,
			.offset = offsetof(struct bench_options, engine),
			.help = "no workload: one stack alone, bursts in memory, and the cycles\n"
				"that each room of it takes for a packet" },
	{ .name = "engine-traffic",
			.argument = "KIND",
			.kind = OPTION_TAKE,
			.take = take_traffic,
			.offset = offsetof(struct bench_options, engine_traffic),
			.expected = "syn-flood, cookie-acks, six-packets, nine-packets, echo, bulk or "
				    "bulk-loss",
			.help = "only syn-flood, cookie-acks, six-packets, nine-packets, echo,\n"
				"bulk or bulk-loss (each in turn)" },
	{ .name = "engine-connections",
			.argument = "N,N",
			.kind = OPTION_TAKE,
			.take = take_connections,
			.offset = offsetof(struct bench_options, engine_connections),
			.expected = "up to 8 numbers, none above 10m, with commas between them",
			.help = "standing connections of echo (1k,100k,1m,10m, as far as the\n"
				"memory reaches)" },
	{ .name = "engine-rounds",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = ENGINE_ROUNDS_MAX,
			.offset = offsetof(struct bench_options, engine_rounds),
			.help = "of which the median counts (31)" },
	{ .name = "engine-packets",
			.argument = "N",
			.kind = OPTION_NUMBER,
			.min = 1,
			.max = 1 << 30,
			.offset = offsetof(struct bench_options, engine_packets),
			.help = "received in a round (20k)" },
	{ .name = "software-checksums",
			.kind = OPTION_FLAG,
			.offset = offsetof(struct bench_options, software_checksums),
			.help = "as with a port that has no checksum offload" },
};
const unsigned int engine_option_count = RTE_DIM(engine_option_rows);
