/* SPDX-License-Identifier: BSD-3-Clause */
/* The options of --workload hold: what only it has, and what it cannot do with. */
#ifndef APP_BENCH_HOLD_OPTIONS_H
#define APP_BENCH_HOLD_OPTIONS_H

struct bench_options;

/* What those not given stand for; it is a loopback by itself. */
void hold_options_fill(struct bench_options *options);

/* Refuse what cannot be, once all is filled in. @return -1 to go on, else the exit code */
int hold_options_check(const struct bench_options *options);

/* Refuse them where they have no meaning. @return as above */
int hold_options_check_absent(const struct bench_options *options);

#endif
