/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests in HTTP instead of so many bytes: what is asked for, and what the answer must be. */
#ifndef APP_BENCH_HTTP_OPTIONS_H
#define APP_BENCH_HTTP_OPTIONS_H

#include <stdint.h>

#include "options.h"

struct bench_options;

enum {
	HTTP_TARGET_MAX = 1024, /* bytes */
	HTTP_REQUEST_MAX = HTTP_TARGET_MAX + 512,
};

struct http_options {
	const char *target; /* "/index.html"; NULL: no HTTP */
	uint32_t status;
};

extern const struct option_row http_option_rows[];
extern const unsigned int http_option_count;

/* Refuse what does not go together. @return -1 to go on, else the exit code */
int http_options_check(const struct bench_options *options);

/* The request. @return its length */
uint32_t http_options_request(const struct bench_options *options, char text[HTTP_REQUEST_MAX]);

#endif
