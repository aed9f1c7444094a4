/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A stack is the burst and the rooms it walks through.
 */
#ifndef LIB_STACK_H
#define LIB_STACK_H

#include <stdbool.h>

#include <estab/stack.h>
#include <estab/watch.h>

#include "burst.h"
#include "flow/flow_table.h"
#include "net/net.h"
#include "tcp/tcp.h"

struct estab_stack {
	struct tcp tcp;         /* first: it is aligned to cache lines */
	struct estab_port port; /* tx_prepare is NULL where there is nothing to prepare */
	bool has_port;
	uint16_t burst_size;
	struct estab_watch watch;
	struct net net;
	struct flow_table flows;
	struct estab_stats stats;
	struct burst burst;
};

#endif
