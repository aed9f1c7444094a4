/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting DPDK's environment so that a newcomer can read the result: quiet when it works, one line
 * with the reason and the mend when it does not. With --log-level among the EAL arguments, EAL
 * speaks for itself instead.
 */
#ifndef APP_COMMON_EAL_H
#define APP_COMMON_EAL_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

/* True where one of EAL's arguments begins with this. */
bool eal_has_argument(const struct command_line *line, const char *start);

/* @return -1 to go on, else the exit code */
int eal_start(const struct command_line *line);

/* The one line for what EAL said when it failed; written into buf. For eal_start, and for tests. */
void eal_explain(const char *said, char *buf, size_t size);

/*
 * Keep DPDK's own lines about a failed allocation back between eal_hush(true) and eal_hush(false):
 * the one line that we write then says more. On the main lcore, before the others start.
 */
void eal_hush(bool hush);

#endif
