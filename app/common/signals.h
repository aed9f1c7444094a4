/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * SIGINT and SIGTERM ask for the orderly end: every connection gets its FIN, then the totals, then
 * exit code 0. A second signal ends the program at once.
 */
#ifndef APP_COMMON_SIGNALS_H
#define APP_COMMON_SIGNALS_H

#include <stdbool.h>

void signals_init(void);

/* True once a signal has come, or signals_stop was called. Cheap: asked every turn. */
bool signals_stopped(void);

/* End the run from inside: its time is over. */
void signals_stop(void);

#endif
