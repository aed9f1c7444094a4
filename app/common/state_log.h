/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections as they go from state to state, a line each to DPDK's log: type lib.estab.tcp, level debug. Off
 * unless --log-level or "set log" turns it on; then a stack writes so many lines a second, and says how many
 * more there were. A log that is slow to take them slows the lcore down: this is for looking at a few
 * connections, not at a load.
 */
#ifndef APP_COMMON_STATE_LOG_H
#define APP_COMMON_STATE_LOG_H

struct telemetry_source;

enum { STATE_LOG_PER_SECOND = 1000 }; /* lines of a stack */

/* Do as the level says, before any lcore runs. The source must live as long as its stacks. */
void state_log_begin(const struct telemetry_source *source);

/* The level may have changed: do as it says. Papers are the caller's. */
void state_log_follow(const struct telemetry_source *source);

#endif
