/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line of text to DPDK's log, under the type "lib.estab" that --log-level knows. For what its
 * owner did to a stack (a configuration that cannot work), never for what a peer sent: that is
 * counted. Not for any path that a packet takes.
 */
#ifndef ESTAB_BASE_LOG_H
#define ESTAB_BASE_LOG_H

#include <rte_common.h>
#include <rte_log.h>

extern int estab_logtype; /* assigned by DPDK when the program is loaded, constant after */

/* level is the tail of an RTE_LOG_ name: ERR, WARNING, NOTICE, INFO, DEBUG. */
#define ESTAB_LOG(level, ...)                                                                      \
	rte_log(RTE_LOG_##level, (uint32_t)estab_logtype,                                          \
			RTE_FMT("estab: " RTE_FMT_HEAD(__VA_ARGS__, ) "\n",                        \
					RTE_FMT_TAIL(__VA_ARGS__, )))

#endif
