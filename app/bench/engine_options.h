/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef APP_BENCH_ENGINE_OPTIONS_H
#define APP_BENCH_ENGINE_OPTIONS_H

#include "options.h"

/* Rows whose target is a struct bench_options. */
extern const struct option_row engine_option_rows[];
extern const unsigned int engine_option_count;

#endif
