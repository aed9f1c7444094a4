/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tcp room as the stack sees it.
 */
#ifndef LIB_TCP_TCP_H
#define LIB_TCP_TCP_H

#include <stdint.h>

#include <estab/stack.h>

#include "tcp/tcb.h"

/* Set up from a checked configuration, with its defaults filled in. @return 0 or -ENOMEM */
int tcp_init(struct tcp *tcp, const struct estab_stack_config *config, struct flow_table *flows,
		struct estab_stats *stats, const struct siphash_key *secret);

/* Free every connection, record and listener with all that is queued. */
void tcp_fini(struct tcp *tcp);

/* The turn's time; it never goes back. */
void tcp_set_now(struct tcp *tcp, uint64_t now_ns);

/* TCB number i of those that were ever in use; NULL where it is not now. */
struct tcb *tcp_tcb_at(struct tcp *tcp, uint32_t i);

/* The end of the program: shut every connection down, refuse new ones. */
void tcp_drain(struct tcp *tcp);

#endif
