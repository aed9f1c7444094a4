/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of a ramp and of the search for the highest rate. */
#ifndef APP_BENCH_STEPS_OPTIONS_H
#define APP_BENCH_STEPS_OPTIONS_H

#include "options.h"

struct bench_options;

extern const struct option_row steps_option_rows[];
extern const unsigned int steps_option_count;

/* Refuse what does not go together. @return -1 to go on, else the exit code */
int steps_options_check(const struct bench_options *options);

#endif
