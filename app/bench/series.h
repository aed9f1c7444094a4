/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The seconds of a run, one after the other: kept for the JSON and the report, and written as rows of
 * --csv as they come. A second is a JSON object; all of a run have the same keys.
 */
#ifndef APP_BENCH_SERIES_H
#define APP_BENCH_SERIES_H

#include <stdio.h>

#include <jansson.h>

struct series {
	json_t *intervals; /* an array */
	FILE *csv;         /* NULL: none wanted */
};

/* csv is lent. */
void series_init(struct series *series, FILE *csv);

void series_fini(struct series *series);

/* Takes the object. */
void series_add(struct series *series, json_t *interval);

/*
 * The keys of an object as the first line of a CSV file, and its values as another (RFC 4180, but lines
 * end as they do on Unix). What is within an object within has both keys: "client_rx_packets".
 */
void series_csv_head(json_t *object, FILE *out);
void series_csv_row(json_t *object, FILE *out);

#endif
