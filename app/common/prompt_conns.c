/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections and lcores as tables. Each connection is copied by its own lcore between two turns; a page that
 * finds little ends after a second, and says where to go on.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>

#include <estab/address.h>

#include "prompt_parts.h"
#include "stats_print.h"
#include "telemetry_ask.h"

enum {
	CONN_ROWS_MAX = TELEMETRY_INFOS, /* of one page: what a terminal shows at once */
	CONN_LINE_MAX = 256,
};

struct conn_table {
	FILE *out;
	const char *filter;
	unsigned int rows;
	uint64_t next;
	uint64_t last_tsc;
};

static bool
table_is_over(const struct conn_table *table)
{
	return table->rows == CONN_ROWS_MAX || rte_rdtsc() > table->last_tsc;
}

static void
add_row(struct conn_table *table, uint64_t id, unsigned int lcore,
		const struct estab_conn_info *info)
{
	char local[ESTAB_ADDRESS_TEXT_MAX], remote[ESTAB_ADDRESS_TEXT_MAX], line[CONN_LINE_MAX];

	snprintf(line, sizeof(line), "%-12" PRIu64 " %5u  %-12s %-24s %-24s %8" PRIu32 " %8" PRIu32,
			id, lcore, info->state,
			estab_endpoint_format(&info->local, local, sizeof(local)),
			estab_endpoint_format(&info->remote, remote, sizeof(remote)), info->rtt_us,
			info->send_queued);
	if (table->filter != NULL && strstr(line, table->filter) == NULL)
		return;
	fprintf(table->out, "%s\n", line);
	table->rows++;
}

/* @return false: its lcore does not answer */
static bool
add_rows(const struct telemetry_source *source, struct conn_table *table, unsigned int stack)
{
	struct telemetry_paper *paper = telemetry_paper(source, stack);
	uint32_t slot = (uint32_t)table->next;

	while (slot < source->stacks[stack].slots && !table_is_over(table)) {
		if (paper == NULL ||
				!telemetry_ask_conns(paper, slot, UINT32_MAX,
						CONN_ROWS_MAX - table->rows))
			return false;
		for (uint32_t i = 0; i < paper->found; i++)
			add_row(table, (uint64_t)stack << 32 | paper->slots[i],
					source->stacks[stack].lcore, &paper->infos[i]);
		slot += paper->looked;
	}
	table->next = slot < source->stacks[stack].slots ? (uint64_t)stack << 32 | slot
							 : (uint64_t)(stack + 1) << 32;
	return true;
}

void
prompt_conns(struct prompt *prompt, const char *filter, uint64_t start)
{
	const struct telemetry_source *source = prompt->program->source;
	struct conn_table table = { .out = prompt->out,
		.filter = filter,
		.next = start,
		.last_tsc = rte_rdtsc() + rte_get_tsc_hz() };

	fprintf(prompt->out, "%-12s %5s  %-12s %-24s %-24s %8s %8s\n", "id", "lcore", "state",
			"local", "remote", "rtt_us", "queued");
	while (table.next >> 32 < source->stack_count && !table_is_over(&table)) {
		const unsigned int stack = (unsigned int)(table.next >> 32);

		if (!add_rows(source, &table, stack)) {
			fprintf(prompt->out, "lcore %u does not answer\n",
					source->stacks[stack].lcore);
			return;
		}
	}
	if (table.next >> 32 < source->stack_count)
		fprintf(prompt->out, "to go on: show conn %s %" PRIu64 "\n",
				filter != NULL ? filter : "all", table.next);
}

static bool
is_first_of_lcore(const struct telemetry_source *source, unsigned int stack)
{
	for (unsigned int i = 0; i < stack; i++) {
		if (source->stacks[i].lcore == source->stacks[stack].lcore)
			return false;
	}
	return true;
}

static void
add_lcore(struct prompt *prompt, unsigned int lcore)
{
	const struct question question = {
		.source = prompt->program->source,
		.since = prompt->since,
	};
	struct answers_sum sum;

	if (answers_sum(&question, &sum, lcore) >= 0)
		fprintf(prompt->out, "%5u  does not answer\n", lcore);
	else
		fprintf(prompt->out,
				"%5u %6u %16" PRIu64 " %14" PRIu64 " %14" PRIu64 " %14" PRIu64 "\n",
				lcore, sum.stacks, sum.stats.connections_open, sum.stats.rx_packets,
				sum.stats.tx_packets, estab_stats_drops(&sum.stats));
}

void
prompt_lcores(struct prompt *prompt)
{
	const struct telemetry_source *source = prompt->program->source;

	fprintf(prompt->out, "%5s %6s %16s %14s %14s %14s\n", "lcore", "stacks", "connections_open",
			"rx_packets", "tx_packets", "drops");
	for (unsigned int i = 0; i < source->stack_count; i++) {
		if (is_first_of_lcore(source, i))
			add_lcore(prompt, source->stacks[i].lcore);
	}
}
