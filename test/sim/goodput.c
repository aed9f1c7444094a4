/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sim_goodput [--snapshot FILE | --update FILE | --seeds N]
 *
 * Goodput over loss and delay, for each way of congestion control, on a link of 100 Mbit/s whose
 * queue holds 256 KB. In virtual time the same code gives the same numbers, so the table is compared
 * with the snapshot letter by letter; whoever changes it explains the change in the commit that
 * renews it. Every byte of every cell is checked, and that all closes; --seeds does so with N other
 * seeds for each cell and prints no table.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "bulk.h"

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)
#define S  UINT64_C(1000000000)

enum { TABLE_MAX = 16384, RUNS = 8 };

/* Loss in frames of a million, both ways; much of it needs less text for the same time. */
struct row {
	const char *loss;
	uint32_t per_million;
	uint64_t bytes; /* of each of the runs */
};

static const struct row rows[] = {
	{ "0 %", 0, 8000000 },
	{ "0.1 %", 1000, 8000000 },
	{ "1 %", 10000, 4000000 },
	{ "5 %", 50000, 1000000 },
	{ "10 %", 100000, 300000 },
	{ "30 %", 300000, 60000 },
};

/* One way, so that the round trip is twice as long. */
struct column {
	const char *delay;
	uint64_t delay_ns;
};

static const struct column columns[] = {
	{ "0.1 ms", 100 * US },
	{ "10 ms", 10 * MS },
	{ "100 ms", 100 * MS },
};

struct controller {
	const char *name;
	bool ecn; /* the queue marks */
	void (*choose)(struct estab_tcp_config *tcp);
};

static void
choose_newreno(struct estab_tcp_config *tcp)
{
	tcp->congestion = ESTAB_CONGESTION_NEWRENO;
}

static void
choose_cubic(struct estab_tcp_config *tcp)
{
	tcp->congestion = ESTAB_CONGESTION_CUBIC;
}

static void
choose_cubic_ecn(struct estab_tcp_config *tcp)
{
	tcp->congestion = ESTAB_CONGESTION_CUBIC;
	tcp->ecn = ESTAB_ECN_ASK;
}

static void
choose_dctcp(struct estab_tcp_config *tcp)
{
	tcp->congestion = ESTAB_CONGESTION_DCTCP;
	tcp->ecn = ESTAB_ECN_ASK;
}

static void
choose_bbr(struct estab_tcp_config *tcp)
{
	tcp->congestion = ESTAB_CONGESTION_BBR;
}

static const struct controller controllers[] = {
	{ "NewReno", false, choose_newreno },
	{ "CUBIC", false, choose_cubic },
	{ "CUBIC ECN", true, choose_cubic_ecn },
	{ "DCTCP", true, choose_dctcp },
	{ "BBR", false, choose_bbr },
};

/* One transfer, checked. @return how long it took */
static uint64_t
transfer(const struct controller *controller, const struct row *row, const struct column *column,
		uint64_t seed)
{
	struct bulk bulk = {
		.seed = seed,
		.wire = { .delay_ns = column->delay_ns,
				.rate_bps = 100000000,
				.queue_bytes = 256 * 1024,
				.mark_bytes = controller->ecn ? 64 * 1024 : 0,
				.loss = row->per_million },
		.tcp = { .receive_buffer_bytes = 4 << 20,
				.send_buffer_bytes = 4 << 20,
				.reassembly_segments = 4096 },
		.limit_ns = 100000 * S,
		.flow_count = 1,
		.flows = { { .bytes = row->bytes } },
	};
	const char *wrong;

	controller->choose(&bulk.tcp);
	wrong = bulk_run(&bulk);
	if (wrong == NULL && bulk.flows[0].received != row->bytes)
		wrong = "not all has arrived";
	if (wrong != NULL) {
		fprintf(stderr, "%s, loss %s, delay %s, seed %" PRIu64 ": %s\n", controller->name,
				row->loss, column->delay, seed, wrong);
		exit(1);
	}
	return bulk.flows[0].end_ns;
}

/* What the table shows: kbit/s, over all runs of the cell. */
static double
cell(const struct controller *controller, const struct row *row, const struct column *column)
{
	uint64_t time_ns = 0;

	for (unsigned int i = 0; i < RUNS; i++)
		time_ns += transfer(controller, row, column, 1 + i);
	return (double)(RUNS * row->bytes * 8) * 1e6 / (double)time_ns;
}

/* Every cell with so many seeds, none of them the table's. */
static void
try_seeds(unsigned int seeds)
{
	unsigned int runs = 0;

	for (unsigned int c = 0; c < RTE_DIM(controllers); c++) {
		for (unsigned int r = 0; r < RTE_DIM(rows); r++) {
			for (unsigned int k = 0; k < RTE_DIM(columns); k++) {
				for (unsigned int i = 0; i < seeds; i++, runs++)
					transfer(&controllers[c], &rows[r], &columns[k],
							1 + RUNS + i);
			}
		}
	}
	printf("%u runs in %zu cells: every byte right, every connection closed, nothing left\n",
			runs, RTE_DIM(controllers) * RTE_DIM(rows) * RTE_DIM(columns));
}

static void
make_table(char text[TABLE_MAX])
{
	size_t at = 0;

	for (unsigned int c = 0; c < RTE_DIM(controllers); c++) {
		at += (size_t)snprintf(text + at, TABLE_MAX - at, "%-10s", controllers[c].name);
		for (unsigned int k = 0; k < RTE_DIM(columns); k++)
			at += (size_t)snprintf(text + at, TABLE_MAX - at, "%12s", columns[k].delay);
		at += (size_t)snprintf(text + at, TABLE_MAX - at, "\n");
		for (unsigned int r = 0; r < RTE_DIM(rows); r++) {
			at += (size_t)snprintf(text + at, TABLE_MAX - at, "%10s", rows[r].loss);
			for (unsigned int k = 0; k < RTE_DIM(columns); k++)
				at += (size_t)snprintf(text + at, TABLE_MAX - at, "%12.1f",
						cell(&controllers[c], &rows[r], &columns[k]));
			at += (size_t)snprintf(text + at, TABLE_MAX - at, "\n");
		}
	}
}

static int
compare(const char *path, const char *text)
{
	static char known[TABLE_MAX];
	FILE *file = fopen(path, "r");
	size_t n;

	if (file == NULL) {
		perror(path);
		return 1;
	}
	n = fread(known, 1, sizeof(known) - 1, file);
	known[n] = '\0';
	fclose(file);
	if (strcmp(known, text) == 0)
		return 0;
	printf("\nbefore, in %s:\n%s", path, known);
	printf("\nThe table has changed. If it is meant: sim_goodput --update %s, and say why in the\n"
	       "commit.\n",
			path);
	return 1;
}

static int
update(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
		perror(path);
		return 1;
	}
	return 0;
}

static int
usage(const char *name)
{
	fprintf(stderr, "usage: %s [--snapshot FILE | --update FILE | --seeds N]\n", name);
	return 2;
}

static int
table(const char *option, const char *path)
{
	static char text[TABLE_MAX];

	make_table(text);
	printf("Goodput in kbit/s, loss by one-way delay, 100 Mbit/s\n%s", text);
	if (option == NULL)
		return 0;
	return strcmp(option, "--update") == 0 ? update(path, text) : compare(path, text);
}

int
main(int argc, char **argv)
{
	const char *option = argc == 3 ? argv[1] : NULL;
	unsigned long seeds = 0;
	int rc = 0;

	if (option != NULL && strcmp(option, "--seeds") == 0) {
		seeds = strtoul(argv[2], NULL, 10);
		if (seeds == 0 || seeds > 1000000)
			return usage(argv[0]);
	} else if (argc != 1 &&
			(option == NULL ||
					(strcmp(option, "--snapshot") != 0 &&
							strcmp(option, "--update") != 0))) {
		return usage(argv[0]);
	}
	if (bulk_start() != 0)
		return 1;
	if (seeds > 0)
		try_seeds((unsigned int)seeds);
	else
		rc = table(option, argc == 3 ? argv[2] : NULL);
	bulk_stop();
	return rc;
}
