/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * --report: the result as one page that needs nothing but itself: no script runs, nothing is fetched. All it
 * shows is in the JSON object, which it carries too, and in the histograms.
 */
#ifndef APP_BENCH_REPORT_HTML_H
#define APP_BENCH_REPORT_HTML_H

#include <stdio.h>

#include <jansson.h>

#include "plot.h"
#include "report.h"

/* The page. */
void report_html(const struct result *result, FILE *out);

/* report_html_plots.c: what changed over the seconds, and the curve of the percentiles */
void report_html_plots(const struct result *result, FILE *out);

/* report_html_steps.c: where it was several measurements, all of them */
void report_html_steps(const struct result *result, FILE *out);

/* report_html_tables.c: latencies, what went wrong, lcores, counters, what it was run on */
void report_html_tables(const struct result *result, FILE *out);

/* report_html_style.c */
extern const char report_html_style[];

/* What a path such as "busy_ratio.client" leads to; NULL: it is not there. */
json_t *report_html_at(json_t *object, const char *path);

#endif
