/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Evidence against a recovery. Clocks of timestamps tick in milliseconds: of what happens within one,
 * they say nothing.
 */
#include "tcp/recovery/undo.h"

#include <rte_common.h>

#include "tcp/recovery/recovery.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

void
undo_begin(struct tcb *tcb)
{
	tcb->work->recovery->undo = (struct undo){ .start = tcb->snd_una, .possible = true };
}

void
undo_on_resent(struct tcb *tcb, uint32_t octets)
{
	struct undo *undo = &tcb->work->recovery->undo;

	if (!undo->any)
		undo->ts = tcp_ts_val(tcb->tcp, tcb->ts_offset);
	undo->any = true;
	undo->resent += octets;
}

void
undo_on_duplicate(struct tcb *tcb, const struct sack_block *came_twice)
{
	struct undo *undo = &tcb->work->recovery->undo;

	if (seq_geq(came_twice->left, undo->start))
		undo->resent -= RTE_MIN(undo->resent, came_twice->right - came_twice->left);
}

/* RFC 3522 3.2: the ACK was caused by something sent before the first retransmission. */
static bool
is_older(const struct tcb *tcb, const struct segment *seg)
{
	return (tcb->flags & TCB_TIMESTAMPS) != 0 && seg->options.ts_ecr != 0 &&
			seq_lt(seg->options.ts_ecr, tcb->work->recovery->undo.ts);
}

bool
undo_is_due(const struct tcb *tcb, const struct segment *seg, uint32_t acked)
{
	const struct recovery *recovery = tcb->work->recovery;
	const struct undo *undo = &recovery->undo;

	if (!undo->possible || !undo->any)
		return false;
	if (undo->resent == 0)
		return true;
	if (acked == 0 || recovery->phase == RECOVERY_NONE || !is_older(tcb, seg))
		return false;
	/* In fast recovery one gap of several may have been late, and others lost. */
	return recovery->phase == RECOVERY_LOSS || recovery->board.resent == 0 ||
			seq_geq(tcb->snd_una, tcb->work->recover);
}

bool
undo_is_awaited(const struct tcb *tcb)
{
	const struct undo *undo = &tcb->work->recovery->undo;

	return (tcb->flags & TCB_SACK) != 0 && undo->possible && undo->any &&
			tcb_flight_size(tcb) > 0 && seq_lt(tcb->snd_una, undo->until);
}
