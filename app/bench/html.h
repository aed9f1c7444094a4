/* SPDX-License-Identifier: BSD-3-Clause */
/* Text and data on their way into a page, where they must not become markup. */
#ifndef APP_BENCH_HTML_H
#define APP_BENCH_HTML_H

#include <stdio.h>

#include <jansson.h>

/* As content, or as a value between double quotes. */
void html_text(const char *text, FILE *out);

/* Inside a script element: still JSON, and without any character that could end the element. */
void html_json(const json_t *json, FILE *out);

#endif
