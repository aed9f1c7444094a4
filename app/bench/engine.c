/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * estab-bench --engine: which kinds of traffic are measured, with how many standing connections,
 * and the report of it.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_lcore.h>

#include "bench_options.h"
#include "complain.h"
#include "engine_report.h"
#include "report.h"
#include "signals.h"

struct ledger {
	const struct bench_options *options;
	unsigned int lcores;
	json_t *list;
	json_t *sums; /* over lcores, where there are several */
	unsigned int measured;
	bool clean;
	const char *counters_missing;
	struct engine_result results[]; /* one for each lcore */
};

static void
measure_one(struct ledger *ledger, const struct engine_kind *kind, uint32_t connections)
{
	FILE *out = ledger->options->outputs.text;
	unsigned int measured;

	if (signals_stopped())
		return;
	measured = engine_run(ledger->results, ledger->options, kind, connections);
	ledger->measured += measured;
	for (unsigned int i = 0; i < ledger->lcores; i++) {
		const struct engine_result *result = &ledger->results[i];

		engine_print(result, out);
		json_array_append_new(ledger->list, engine_json(result));
		if (result->skipped == NULL) {
			ledger->clean = ledger->clean && result->clean;
			ledger->counters_missing = result->counters_missing;
		}
	}
	if (ledger->lcores > 1 && measured == ledger->lcores)
		json_array_append_new(ledger->sums,
				engine_print_sum(ledger->results, ledger->lcores, out));
}

static void
measure_kind(struct ledger *ledger, const struct engine_kind *kind)
{
	const struct bench_options *options = ledger->options;

	if (!kind->standing) {
		measure_one(ledger, kind, kind->connections);
		return;
	}
	for (unsigned int i = 0; i < options->engine_connections.count; i++)
		measure_one(ledger, kind, options->engine_connections.values[i]);
}

static void
measure_all(struct ledger *ledger)
{
	const char *only = ledger->options->engine_traffic;

	engine_print_head(ledger->options->outputs.text);
	for (unsigned int i = 0; i < engine_kind_count; i++) {
		if (only == NULL || strcmp(only, engine_kinds[i].name) == 0)
			measure_kind(ledger, &engine_kinds[i]);
	}
	if (ledger->counters_missing != NULL)
		fprintf(ledger->options->outputs.text, "no instructions, no cache misses: %s\n",
				ledger->counters_missing);
}

static void
write_json(const struct ledger *ledger, int argc, char **argv)
{
	const struct bench_options *options = ledger->options;
	json_t *root = report_json_head(options, "engine", argc, argv);

	json_object_set(root, "engine", ledger->list);
	if (ledger->lcores > 1)
		json_object_set(root, "engine_sums", ledger->sums);
	report_files(&(struct result){ .root = root }, &options->outputs);
	json_decref(root);
}

int
engine_main(const struct bench_options *options, int argc, char **argv)
{
	const unsigned int lcores = rte_lcore_count();
	struct ledger *ledger = calloc(1, sizeof(*ledger) + lcores * sizeof(ledger->results[0]));
	int ret;

	if (ledger == NULL)
		return complain(EXIT_ENVIRONMENT, "no memory for the ledger");
	ledger->options = options;
	ledger->clean = true;
	ledger->list = json_array();
	ledger->sums = json_array();
	ledger->lcores = lcores;
	measure_all(ledger);
	write_json(ledger, argc, argv);
	ret = ledger->measured > 0 && ledger->clean ? EXIT_FINE : EXIT_ENVIRONMENT;
	json_decref(ledger->list);
	json_decref(ledger->sums);
	free(ledger);
	return ret;
}
