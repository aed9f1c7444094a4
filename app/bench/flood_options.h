/* SPDX-License-Identifier: BSD-3-Clause */
/* The options that only --workload flood has. */
#ifndef APP_BENCH_FLOOD_OPTIONS_H
#define APP_BENCH_FLOOD_OPTIONS_H

#include "options.h"

struct bench_options;

/* The rows for --flood-with, --flood-from and --legitimate-rate. */
extern const struct option_row flood_option_rows[];
extern const unsigned int flood_option_count;

/* What those not given stand for. */
void flood_options_fill(struct bench_options *options);

/* Refuse what cannot be, once all is filled in. @return -1 to go on, else the exit code */
int flood_options_check(const struct bench_options *options);

/* Refuse them where they have no meaning. @return as above */
int flood_options_check_absent(const struct bench_options *options);

#endif
