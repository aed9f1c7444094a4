/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The reassembly queue. Where old and new text overlap, what came first is kept; only a block that
 * lies wholly inside a segment makes way for it, so that no segment has to be cut in two.
 */
#include "tcp/text/reassembly.h"

#include <assert.h>
#include <string.h>

#include <rte_common.h>

#include "tcp/ack.h"
#include "tcp/text/receive_buffer.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

/*
 * The connection's reassembly, taken from the pool if it has none. A gap that has been open for long
 * makes way for a new one (RFC 2018 8 allows it): a peer that leaves gaps open is not in the way of
 * others for ever. NULL: the pool is empty all the same.
 */
static struct reassembly *
reassembly_get(struct tcb *tcb)
{
	struct reassembly *reassembly = tcb->work->reassembly;

	if (reassembly == NULL) {
		reassembly = pool_get(&tcb->tcp->reassemblies);
		if (reassembly == NULL) {
			receive_memory_shed(tcb->tcp);
			reassembly = pool_get(&tcb->tcp->reassemblies);
		}
		if (reassembly == NULL)
			return NULL;
		memset(reassembly, 0, offsetof(struct reassembly, blocks));
		reassembly->tcb = tcb;
		TAILQ_INSERT_TAIL(&tcb->tcp->reassembly_list, reassembly, link);
		tcb->work->reassembly = reassembly;
	}
	return reassembly;
}

void
reassembly_destroy(struct tcb *tcb)
{
	struct reassembly *reassembly = tcb->work->reassembly;
	uint16_t i;

	for (i = 0; i < reassembly->block_count; i++)
		text_queue_clear(&reassembly->blocks[i].text);
	TAILQ_REMOVE(&tcb->tcp->reassembly_list, reassembly, link);
	tcb->work->reassembly = NULL;
	pool_put(&tcb->tcp->reassemblies, reassembly);
}

/* Remove n blocks from index i on; their text has gone elsewhere. */
static void
remove_blocks(struct reassembly *reassembly, uint16_t i, uint16_t n)
{
	reassembly->block_count = (uint16_t)(reassembly->block_count - n);
	memmove(&reassembly->blocks[i], &reassembly->blocks[i + n],
			(size_t)(reassembly->block_count - i) * sizeof(reassembly->blocks[0]));
}

/* Free the blocks from index i on that end at or before a number: a segment brings them again. */
static void
drop_covered(struct reassembly *reassembly, uint16_t i, uint32_t right)
{
	uint16_t n = 0;

	while (i + n < reassembly->block_count && seq_leq(reassembly->blocks[i + n].right, right)) {
		struct reassembly_block *block = &reassembly->blocks[i + n];

		reassembly->segments = (uint16_t)(reassembly->segments - block->segments);
		text_queue_clear(&block->text);
		n++;
	}
	if (n > 0)
		remove_blocks(reassembly, i, n);
}

/* Make room for an empty block at index i; false when there are too many. */
static bool
insert_block(struct reassembly *reassembly, uint16_t i, uint32_t left)
{
	struct reassembly_block *block = &reassembly->blocks[i];

	if (reassembly->block_count == REASSEMBLY_BLOCKS_MAX)
		return false;
	memmove(block + 1, block, (size_t)(reassembly->block_count - i) * sizeof(*block));
	*block = (struct reassembly_block){
		.left = left,
		.right = left,
		.text.budget = &reassembly->tcb->tcp->receive_memory,
	};
	reassembly->block_count++;
	return true;
}

/* Join block i with the next one where they touch. */
static void
join_with_next(struct reassembly *reassembly, uint16_t i)
{
	struct reassembly_block *block = &reassembly->blocks[i];

	if (i + 1 == reassembly->block_count || block[1].left != block->right)
		return;
	block->right = block[1].right;
	block->segments = (uint16_t)(block->segments + block[1].segments);
	text_queue_join(&block->text, &block[1].text);
	block->arrival = RTE_MAX(block->arrival, block[1].arrival);
	remove_blocks(reassembly, (uint16_t)(i + 1), 1);
}

/* Append the segment's text [left, right) to block i, which ends at left. */
static void
extend_block(struct reassembly *reassembly, uint16_t i, struct segment *seg, uint32_t left,
		uint32_t right)
{
	struct reassembly_block *block = &reassembly->blocks[i];

	if (left != seg->seq)
		seg->mbuf = text_cut_front(seg->mbuf, left - seg->seq);
	if (right != seg->seq + seg->text_len)
		text_cut_to(seg->mbuf, right - left);
	text_queue_append(&block->text, seg->mbuf);
	seg->mbuf = NULL;
	block->right = right;
	block->arrival = ++reassembly->arrivals;
	block->segments++;
	reassembly->segments++;
	join_with_next(reassembly, i);
}

/*
 * Keep of [seg->seq, seg->seq + text_len) what lies between the block that holds its first octet and
 * the block that holds its last; blocks in between are in it once more and go.
 */
static bool
insert_text(struct reassembly *reassembly, struct segment *seg)
{
	uint32_t left = seg->seq, right = seg->seq + seg->text_len;
	uint16_t i = 0;

	while (i < reassembly->block_count && seq_leq(reassembly->blocks[i].left, left))
		i++;
	if (i > 0)
		left = seq_max(left, reassembly->blocks[i - 1].right);
	drop_covered(reassembly, i, right);
	if (i < reassembly->block_count)
		right = seq_min(right, reassembly->blocks[i].left);
	if (seq_geq(left, right)) {
		if (i > 0)
			reassembly->blocks[i - 1].arrival = ++reassembly->arrivals;
		seg->fate = ESTAB_DROP_TCP_DUPLICATE_TEXT;
		return false;
	}
	if (i > 0 && reassembly->blocks[i - 1].right == left) {
		extend_block(reassembly, (uint16_t)(i - 1), seg, left, right);
		return true;
	}
	if (!insert_block(reassembly, i, left)) {
		seg->fate = ESTAB_DROP_TCP_REASSEMBLY_FULL;
		return false;
	}
	extend_block(reassembly, i, seg, left, right);
	return true;
}

void
reassembly_note_overlap(struct tcb *tcb, const struct segment *seg)
{
	const struct reassembly *reassembly = tcb->work->reassembly;
	const uint32_t end = seg->seq + seg->text_len;
	uint16_t i;

	for (i = 0; i < reassembly->block_count; i++) {
		const struct reassembly_block *block = &reassembly->blocks[i];
		const uint32_t left = seq_max(seg->seq, block->left);
		const uint32_t right = seq_min(end, block->right);

		if (seq_lt(left, right)) {
			ack_twice(tcb, left, right);
			return;
		}
	}
}

/* The first FIN counts, unless text is kept that contradicts it: its turn may come all the same. */
static void
note_fin(struct reassembly *reassembly, uint32_t fin_seq)
{
	const uint16_t n = reassembly->block_count;

	if (reassembly->fin || (n > 0 && seq_gt(reassembly->blocks[n - 1].right, fin_seq)))
		return;
	reassembly->fin = true;
	reassembly->fin_seq = fin_seq;
}

bool
reassembly_trim_to_fin(const struct reassembly *reassembly, struct segment *seg)
{
	const uint32_t fin_seq = reassembly->fin_seq;

	if (!reassembly->fin || seq_leq(seg->seq + seg->text_len, fin_seq))
		return true;
	seg->flags &= (uint8_t)~TCP_FLAG_FIN;
	if (seq_geq(seg->seq, fin_seq)) {
		seg->fate = ESTAB_DROP_TCP_TEXT_AFTER_FIN;
		seg->text_len = 0;
		return false;
	}
	seg->text_len = (uint16_t)(fin_seq - seg->seq);
	text_cut_to(seg->mbuf, seg->text_len);
	return true;
}

bool
reassembly_insert(struct tcb *tcb, struct segment *seg)
{
	struct reassembly *reassembly = reassembly_get(tcb);

	if (reassembly == NULL ||
			(seg->text_len > 0 &&
					reassembly->segments >=
							tcb->tcp->config.reassembly_segments)) {
		seg->fate = ESTAB_DROP_TCP_REASSEMBLY_FULL;
		return false;
	}
	if ((seg->flags & TCP_FLAG_FIN) != 0)
		note_fin(reassembly, seg->seq + seg->text_len);
	return seg->text_len == 0 || insert_text(reassembly, seg);
}

/* Hand the first block to the user, without what was received meanwhile. */
static void
collect_first(struct tcb *tcb)
{
	struct reassembly *reassembly = tcb->work->reassembly;
	struct reassembly_block *block = &reassembly->blocks[0];
	const uint32_t old = tcb->rcv_nxt - block->left;
	const uint32_t fresh = block->text.bytes > old ? block->text.bytes - old : 0;

	text_queue_discard(&block->text, block->text.bytes - fresh);
	tcb->rcv_nxt += fresh;
	tcb->rcv_wnd -= RTE_MIN(fresh, tcb->rcv_wnd);
	tcb->tcp->stats->text_bytes_received += fresh;
	text_queue_join(&tcb->work->receive, &block->text);
	reassembly->segments = (uint16_t)(reassembly->segments - block->segments);
	remove_blocks(reassembly, 0, 1);
}

bool
reassembly_collect(struct tcb *tcb)
{
	const uint32_t before = tcb->rcv_nxt;
	struct reassembly *reassembly = tcb->work->reassembly;

	while (reassembly->block_count > 0 && seq_leq(reassembly->blocks[0].left, tcb->rcv_nxt))
		collect_first(tcb);
	if (reassembly->block_count == 0 && !reassembly->fin)
		reassembly_destroy(tcb);
	return tcb->rcv_nxt != before;
}

uint64_t
reassembly_pinned(const struct reassembly *reassembly)
{
	uint64_t pinned = 0;
	uint16_t i;

	for (i = 0; i < reassembly->block_count; i++)
		pinned += reassembly->blocks[i].text.pinned;
	return pinned;
}

uint32_t
reassembly_octets(const struct reassembly *reassembly)
{
	uint32_t octets = 0;
	uint16_t i;

	for (i = 0; i < reassembly->block_count; i++)
		octets += reassembly->blocks[i].text.bytes;
	return octets;
}

bool
reassembly_reached_fin(const struct tcb *tcb)
{
	return tcb->work->reassembly != NULL && tcb->work->reassembly->fin &&
			tcb->work->reassembly->fin_seq == tcb->rcv_nxt;
}

/* The block that grew last among those that grew before that arrival; NULL: none. */
static const struct reassembly_block *
latest_before(const struct reassembly *reassembly, uint32_t arrival)
{
	const struct reassembly_block *latest = NULL;
	uint16_t i;

	for (i = 0; i < reassembly->block_count; i++) {
		const struct reassembly_block *block = &reassembly->blocks[i];

		if (block->arrival < arrival &&
				(latest == NULL || block->arrival > latest->arrival))
			latest = block;
	}
	return latest;
}

void
reassembly_sack(const struct tcb *tcb, struct tcp_options *options, uint8_t blocks_max)
{
	const struct reassembly *reassembly = tcb->work->reassembly;
	const struct reassembly_block *block = latest_before(reassembly, UINT32_MAX);

	if (!tcb_is_synchronized(tcb))
		return; /* text of the SYN: no gap, only too early */
	while (block != NULL && options->sack_count < blocks_max) {
		options->sack[options->sack_count++] =
				(struct sack_block){ block->left, block->right };
		block = latest_before(reassembly, block->arrival);
	}
	if (options->sack_count > 0)
		options->seen |= TCP_OPTION_SACK;
}
