/* SPDX-License-Identifier: BSD-3-Clause */
/* The ledger as a table and as JSON; README.md in this folder has the fields. */
#ifndef APP_BENCH_ENGINE_REPORT_H
#define APP_BENCH_ENGINE_REPORT_H

#include <stdio.h>

#include <jansson.h>

struct engine_result;

/* Of several rounds, in cycles per received packet. */
struct engine_figure {
	double min, q1, median, q3;
};

/* Of `count` values, which are sorted on the way. */
struct engine_figure engine_figure_make(double *values, unsigned int count);

void engine_print_head(FILE *out);
void engine_print(const struct engine_result *result, FILE *out);
json_t *engine_json(const struct engine_result *result);

/* What several lcores do together, all measured. @return the same for JSON */
json_t *engine_print_sum(const struct engine_result *results, unsigned int count, FILE *out);

#endif
