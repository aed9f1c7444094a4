/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What is asked of a run: between whom connections are, how many, when, for how long; and what it must
 * reach for exit code 0.
 */
#ifndef APP_BENCH_LOAD_OPTIONS_H
#define APP_BENCH_LOAD_OPTIONS_H

#include "options.h"

struct bench_options;

extern const struct option_row load_option_rows[];
extern const unsigned int load_option_count;

/* Refuse what does not go together. @return -1 to go on, else the exit code */
int load_options_check(const struct bench_options *options);

#endif
