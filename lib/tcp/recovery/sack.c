/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A block is believed where it lies within what was sent, and beyond SND.UNA. An old ACK, overtaken by
 * others, may hold blocks that SND.UNA has passed: these are old, not wrong.
 */
#include "tcp/recovery/sack.h"

#include "tcp/seq.h"
#include "tcp/tcb.h"

/* RFC 2883 4: it tells what is acknowledged, or what the second block holds. */
bool
sack_tells_duplicate(const struct segment *seg)
{
	const struct sack_block *first = &seg->options.sack[0], *second = &seg->options.sack[1];

	if (seq_leq(first->right, seg->ack))
		return true;
	return seg->options.sack_count > 1 && seq_geq(first->left, second->left) &&
			seq_leq(first->right, second->right);
}

/*
 * Neither empty, nor the wrong way round, nor of what was never sent or long ago. Nor may it hold or
 * touch SND.UNA: the octet below a block was not received (RFC 2018 3), and what was is acknowledged.
 */
static bool
is_possible(const struct tcb *tcb, const struct sack_block *block)
{
	return seq_lt(block->left, block->right) && seq_leq(block->right, tcb->snd_nxt) &&
			seq_geq(block->left, tcb->snd_una - tcb->snd_wnd_max) &&
			(seq_leq(block->right, tcb->snd_una) || seq_gt(block->left, tcb->snd_una));
}

/* Put it where it belongs. */
static void
insert(struct sack_report *report, struct sack_block block)
{
	uint8_t i = report->count++;

	for (; i > 0 && seq_lt(block.left, report->blocks[i - 1].left); i--)
		report->blocks[i] = report->blocks[i - 1];
	report->blocks[i] = block;
}

void
sack_read(struct tcb *tcb, const struct segment *seg, struct sack_report *report)
{
	uint8_t i;

	report->count = 0;
	report->duplicate = false;
	if ((tcb->flags & TCB_SACK) == 0 || (seg->options.seen & TCP_OPTION_SACK) == 0)
		return;
	for (i = 0; i < seg->options.sack_count; i++) {
		const struct sack_block block = seg->options.sack[i];

		if (!is_possible(tcb, &block)) {
			tcb->tcp->stats->sack_blocks_refused++;
		} else if (i == 0 && sack_tells_duplicate(seg)) {
			report->duplicate = true;
			report->came_twice = block;
			tcb->tcp->stats->duplicates_reported++;
		} else if (seq_gt(block.left, tcb->snd_una)) {
			insert(report, block);
		}
	}
}
