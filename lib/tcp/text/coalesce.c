/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A train that is one segment for the eight checks of 3.10.7.4: nothing but text in order, all of it
 * within the window, on a connection without a gap. Anything else that a segment can say (another
 * acknowledgment or window, FIN, URG, ECN bits, an option but the timestamps) ends the run and is
 * processed by itself, in its turn. Where memory is short each segment is judged by itself, too.
 */
#include "tcp/text/coalesce.h"

#include "tcp/text/receive_buffer.h"
#include "tcp/seq.h"
#include "tcp/tcb.h"

/* Text, acknowledged as before, in the header and nothing else. */
static bool
is_plain_text(const struct segment *seg)
{
	return (seg->flags & ~TCP_FLAG_PSH) == TCP_FLAG_ACK && seg->text_len > 0 &&
			(seg->options.seen & ~TCP_OPTION_TIMESTAMPS) == 0;
}

/* PAWS would drop it, but not those behind it (RFC 7323 5.3). */
static bool
is_old(const struct tcb *tcb, const struct tcp_options *options)
{
	return options->seen != 0 && seq_lt(options->ts_val, tcb->ts_recent);
}

static bool
may_begin(const struct tcb *tcb, const struct segment *seg)
{
	return is_plain_text(seg) && seg->seq == tcb->rcv_nxt && tcb_takes_text(tcb) &&
			tcb->work->reassembly == NULL && !receive_memory_is_short(tcb->tcp) &&
			!is_old(tcb, &seg->options) && !tcp_flow_has_changed(tcb->tcp, seg->hash);
}

/* RFC 7323 5.3 takes TS.Recent from the first of them: the others must only not be older. */
static bool
timestamps_agree(const struct tcp_options *first, const struct tcp_options *next)
{
	if (first->seen != next->seen)
		return false;
	return first->seen == 0 ||
			(seq_leq(first->ts_val, next->ts_val) && first->ts_ecr == next->ts_ecr);
}

static bool
may_follow(const struct tcb *tcb, const struct segment *first, const struct segment *next)
{
	const uint32_t together = (uint32_t)first->text_len + next->text_len;

	return next->flow == first->flow && next->hash == first->hash && is_plain_text(next) &&
			next->seq == first->seq + first->text_len && next->ack == first->ack &&
			next->wnd == first->wnd && next->ip_tos == first->ip_tos &&
			together <= tcb->rcv_wnd && together <= UINT16_MAX &&
			timestamps_agree(&first->options, &next->options) &&
			rte_is_same_ether_addr(&next->path.next_hop, &first->path.next_hop);
}

void
coalesce_run(const struct tcb *tcb, struct burst *burst, struct segment *first)
{
	struct segment *next = first + 1;
	const struct segment *end = burst->arrived + burst->arrived_count;
	struct rte_mbuf *last;

	if (next == end || next->flow != first->flow || !may_begin(tcb, first))
		return;
	last = rte_pktmbuf_lastseg(first->mbuf);
	for (; next < end; next++) {
		if (!may_follow(tcb, first, next))
			return;
		last->next = next->mbuf;
		last = rte_pktmbuf_lastseg(next->mbuf);
		first->mbuf->nb_segs = (uint16_t)(first->mbuf->nb_segs + next->mbuf->nb_segs);
		first->mbuf->pkt_len += next->text_len;
		next->mbuf = NULL;
		first->text_len = (uint16_t)(first->text_len + next->text_len);
		first->len += next->text_len;
		first->flags |= next->flags;
		first->run++;
		tcb->tcp->stats->segments_coalesced++;
	}
}
