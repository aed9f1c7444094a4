/* SPDX-License-Identifier: BSD-3-Clause */
/* Counters of stacks: summed over lcores, subtracted over time, printed. */
#ifndef APP_COMMON_STATS_PRINT_H
#define APP_COMMON_STATS_PRINT_H

#include <stdint.h>
#include <stdio.h>

#include <estab/stats.h>

/* Add one stack's counters to a sum. */
void stats_add(struct estab_stats *sum, const struct estab_stats *stats);

/* What has come since before; gauges stay as they are now. */
void stats_since(struct estab_stats *difference, const struct estab_stats *now,
		const struct estab_stats *before);

/* Counters and gauges by number from 0, drops not among them: how many, and their names and values. */
unsigned int stats_count(void);
const char *stats_name(unsigned int number);
uint64_t stats_value(const struct estab_stats *stats, unsigned int number);

/* What the counter or the drop of this name counts; "" for any other. */
const char *stats_text(const char *name);

/* Packets received that were neither delivered nor dropped under a name: always 0. */
int64_t stats_unaccounted(const struct estab_stats *stats);

/* Append ", drops: tcp_checksum 3, arp_not_ours 1", or nothing where nothing was dropped. */
void stats_print_drops(const struct estab_stats *stats, FILE *out);

/* The table at the end: every counter that counted, every drop by name, and their balance. */
void stats_print_totals(const struct estab_stats *stats, FILE *out);

/* One line of it, where the value is not 0. */
void stats_print_row(const char *name, uint64_t value, const char *text, FILE *out);

#endif
