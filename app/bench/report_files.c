/* SPDX-License-Identifier: BSD-3-Clause */
/* What is written when all is over, to the files that were asked for. outputs_close() looks whether it could be. */
#include "report.h"

#include "percentiles.h"
#include "report_html.h"

static void
write_json(const json_t *root, FILE *file)
{
	json_dumpf(root, file, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
	fputc('\n', file);
}

void
report_files(const struct result *result, const struct outputs *outputs)
{
	const struct output *of = outputs->of;

	if (of[OUTPUT_JSON].file != NULL)
		write_json(result->root, of[OUTPUT_JSON].file);
	if (of[OUTPUT_HGRM].file != NULL)
		percentiles_write(result->latencies[outputs_hgrm_of(outputs, result->workload)],
				of[OUTPUT_HGRM].file);
	if (of[OUTPUT_REPORT].file != NULL)
		report_html(result, of[OUTPUT_REPORT].file);
}
