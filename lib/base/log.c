/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Registers the log type "lib.estab". DPDK hands log types out to variables, so this is the one
 * global variable in the library; it belongs to DPDK's log, not to any stack.
 */
#include "log.h"

RTE_LOG_REGISTER(estab_logtype, lib.estab, NOTICE);
