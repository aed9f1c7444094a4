/* SPDX-License-Identifier: BSD-3-Clause */
#include "stats_print.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <rte_common.h>

#include "format.h"

/* Every field is one uint64_t, so the struct can be walked as an array of them. */
enum {
	STATS_FIELDS = sizeof(struct estab_stats) / sizeof(uint64_t),
	STATS_GAUGE_FIRST = offsetof(struct estab_stats, connections_open) / sizeof(uint64_t),
	STATS_GAUGE_END = offsetof(struct estab_stats, drops) / sizeof(uint64_t),
};
_Static_assert(sizeof(struct estab_stats) == STATS_FIELDS * sizeof(uint64_t), "only counters");

/* One line of the table. */
struct stats_row {
	const char *name;
	const char *text;
	size_t field; /* of the struct seen as an array */
};

static const struct stats_row counter_rows[] = {
#define STATS_ROW(name, text)                                                                      \
	{ #name, text, offsetof(struct estab_stats, name) / sizeof(uint64_t) },
	ESTAB_COUNTERS(STATS_ROW) ESTAB_GAUGES(STATS_ROW)
#undef STATS_ROW
};

unsigned int
stats_count(void)
{
	return RTE_DIM(counter_rows);
}

const char *
stats_name(unsigned int number)
{
	return counter_rows[number].name;
}

const char *
stats_text(const char *name)
{
	for (size_t i = 0; i < RTE_DIM(counter_rows); i++) {
		if (strcmp(name, counter_rows[i].name) == 0)
			return counter_rows[i].text;
	}
	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++) {
		if (strcmp(name, estab_drop_name(i)) == 0)
			return estab_drop_text(i);
	}
	return "";
}

uint64_t
stats_value(const struct estab_stats *stats, unsigned int number)
{
	return ((const uint64_t *)stats)[counter_rows[number].field];
}

void
stats_add(struct estab_stats *sum, const struct estab_stats *stats)
{
	const uint64_t *from = (const uint64_t *)stats;
	uint64_t *to = (uint64_t *)sum;

	for (unsigned int i = 0; i < STATS_FIELDS; i++)
		to[i] += from[i];
}

void
stats_since(struct estab_stats *difference, const struct estab_stats *now,
		const struct estab_stats *before)
{
	const uint64_t *a = (const uint64_t *)now, *b = (const uint64_t *)before;
	uint64_t *to = (uint64_t *)difference;

	for (unsigned int i = 0; i < STATS_FIELDS; i++)
		to[i] = i >= STATS_GAUGE_FIRST && i < STATS_GAUGE_END ? a[i] : a[i] - b[i];
}

int64_t
stats_unaccounted(const struct estab_stats *stats)
{
	return (int64_t)(stats->rx_packets - stats->rx_delivered - estab_stats_drops(stats));
}

void
stats_print_drops(const struct estab_stats *stats, FILE *out)
{
	const char *separator = ", drops: ";
	char number[FORMAT_MAX];

	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++) {
		if (stats->drops[i] == 0)
			continue;
		fprintf(out, "%s%s %s", separator, estab_drop_name(i),
				format_count(stats->drops[i], number));
		separator = ", ";
	}
}

void
stats_print_row(const char *name, uint64_t value, const char *text, FILE *out)
{
	char number[FORMAT_MAX];

	if (value != 0)
		fprintf(out, "  %-26s %18s  %s\n", name, format_count(value, number), text);
}

void
stats_print_totals(const struct estab_stats *stats, FILE *out)
{
	const uint64_t *fields = (const uint64_t *)stats;

	for (size_t i = 0; i < RTE_DIM(counter_rows); i++)
		stats_print_row(counter_rows[i].name, fields[counter_rows[i].field],
				counter_rows[i].text, out);
	for (unsigned int i = 0; i < ESTAB_DROP_COUNT; i++)
		stats_print_row(estab_drop_name(i), stats->drops[i], estab_drop_text(i), out);
	stats_print_row("unaccounted", (uint64_t)stats_unaccounted(stats),
			"received, neither delivered nor dropped: a bug", out);
}
