/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pool, and a list of what is out of it, in the order in which it was taken. RFC 6298 2.4 has the timer
 * wait for a second at least: after that time it would have begun to repair by itself.
 */
#include "tcp/recovery/places.h"

#include <stddef.h>
#include <string.h>

#include "tcp/recovery/recovery.h"
#include "tcp/tcb.h"

enum { HELD_FOR_LONG_MS = 1000 };

/* Nobody has had a place for longer than the first of the list. */
static bool
may_displace(const struct tcp *tcp)
{
	const struct recovery *oldest = TAILQ_FIRST(&tcp->recovery_list);

	return oldest != NULL && tcp->now_ms - oldest->taken_ms >= HELD_FOR_LONG_MS;
}

struct recovery *
place_take(struct tcb *tcb)
{
	struct tcp *tcp = tcb->tcp;
	struct recovery *recovery;

	if (pool_free_count(&tcp->recoveries) == 0 && may_displace(tcp)) {
		recovery_give_up(TAILQ_FIRST(&tcp->recovery_list)->tcb);
		tcp->stats->recoveries_recycled++;
	}
	recovery = pool_get(&tcp->recoveries);
	if (recovery == NULL)
		return NULL;
	memset(recovery, 0, offsetof(struct recovery, board));
	recovery->tcb = tcb;
	recovery->taken_ms = tcp->now_ms;
	TAILQ_INSERT_TAIL(&tcp->recovery_list, recovery, link);
	return recovery;
}

void
place_give_back(struct tcb *tcb)
{
	TAILQ_REMOVE(&tcb->tcp->recovery_list, tcb->work->recovery, link);
	pool_put(&tcb->tcp->recoveries, tcb->work->recovery);
}
