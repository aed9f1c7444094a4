/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Evidence against a recovery. Clocks of timestamps tick in milliseconds: of what happens within one,
 * they say nothing.
 */
#include "tcp/recovery/undo.h"

#include "tcp/recovery/recovery.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

/* Something was sent again. */
static bool
is_any(const struct undo *undo)
{
	return undo->right != undo->left;
}

void
undo_begin(struct tcb *tcb)
{
	tcb->work->recovery->undo = (struct undo){ .start = tcb->snd_una, .possible = true };
}

void
undo_on_resent(struct tcb *tcb, uint32_t left, uint32_t right)
{
	struct undo *undo = &tcb->work->recovery->undo;

	if (!is_any(undo)) {
		undo->ts = tcp_ts_val(tcb->tcp, tcb->ts_offset);
		undo->left = left;
		undo->right = right;
	}
	undo->left = seq_min(undo->left, left);
	undo->right = seq_max(undo->right, right);
	undo->resent += right - left;
	undo->untold += right - left;
}

/* It may be of our making, by the retransmissions of this recovery that were not yet reported. */
static bool
is_of_resent(const struct undo *undo, const struct sack_block *block)
{
	return seq_geq(block->left, undo->left) && seq_leq(block->right, undo->right) &&
			block->right - block->left <= undo->untold;
}

/* The latest tail probe, which was sent before this recovery: we made it too. */
static bool
is_of_probe(const struct tcb *tcb, const struct sack_block *block)
{
	return (tcb->flags & TCB_TAIL_RESENT) != 0 && block->right == tcb->work->probe_end;
}

void
undo_on_duplicate(struct tcb *tcb, const struct sack_block *came_twice)
{
	struct undo *undo = &tcb->work->recovery->undo;

	if (seq_lt(came_twice->left, undo->start))
		return;
	if (is_of_resent(undo, came_twice))
		undo->untold -= came_twice->right - came_twice->left;
	else if (!is_of_probe(tcb, came_twice))
		undo->copies = true;
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

	if (!undo->possible || !is_any(undo))
		return false;
	if (undo->untold == 0 && !undo->copies)
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

	return (tcb->flags & TCB_SACK) != 0 && undo->possible && !undo->copies && is_any(undo) &&
			tcb_flight_size(tcb) > 0 && seq_lt(tcb->snd_una, undo->until);
}
