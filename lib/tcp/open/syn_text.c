/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What came with a SYN, from its arrival until its connection exists.
 */
#include "tcp/open/syn_text.h"

#include <rte_branch_prediction.h>
#include <rte_common.h>

#include "tcp/text/reassembly.h"
#include "tcp/text/receive_buffer.h"
#include "tcp/tcb.h"
#include "tcp/text/urgent.h"
#include "tcp/window.h"

static bool
has_fin(const struct segment *seg)
{
	return (seg->flags & TCP_FLAG_FIN) != 0;
}

/* What lies beyond the window that the SYN-ACK announces is not kept, nor a FIN behind it. */
static void
trim_to(struct segment *seg, uint32_t window)
{
	if (seg->text_len <= window)
		return;
	seg->text_len = (uint16_t)window;
	seg->flags &= (uint8_t)~TCP_FLAG_FIN;
	text_cut_to(seg->mbuf, window);
}

void
syn_text_keep(struct tcp *tcp, struct syn_record *record, struct segment *seg)
{
	uint32_t pins;

	record->up = urgent_of_syn(seg);
	if (seg->text_len == 0) {
		record->fin = has_fin(seg);
		return;
	}
	trim_to(seg, window_initial(tcp));
	pins = text_packet_pins(seg->mbuf);
	if (pins > tcp->syn_text_max - tcp->syn_text_pinned) {
		tcp->stats->syn_text_refused++;
		return;
	}
	tcp->syn_text_pinned += pins;
	tcp->stats->syn_text_kept++;
	record->fin = has_fin(seg);
	record->text = seg->mbuf;
	seg->mbuf = NULL;
}

/* Take the text off a record; NULL: there is none. */
static struct rte_mbuf *
take(struct tcp *tcp, struct syn_record *record)
{
	struct rte_mbuf *text = record->text;

	if (text != NULL)
		tcp->syn_text_pinned -= text_packet_pins(text);
	record->text = NULL;
	return text;
}

void
syn_text_forget(struct tcp *tcp, struct syn_record *record)
{
	if (unlikely(record->text != NULL))
		rte_pktmbuf_free(take(tcp, record));
}

/* What few SYNs bring. */
static void
hand_over(struct tcp *tcp, struct syn_record *record, struct tcb *tcb)
{
	struct segment seg = {
		.mbuf = take(tcp, record),
		.seq = record->irs + 1,
		.flags = record->fin ? TCP_FLAG_FIN : 0,
	};

	if (seg.mbuf != NULL)
		seg.text_len = (uint16_t)seg.mbuf->pkt_len;
	if (seg.text_len > 0 && !receive_buffer_admits(tcb, &seg))
		tcp->stats->syn_text_refused++;
	else if (seg.text_len > 0 || record->fin)
		(void)reassembly_insert(tcb, &seg);
	rte_pktmbuf_free(seg.mbuf);
}

void
syn_text_hand_over(struct tcp *tcp, struct syn_record *record, struct tcb *tcb)
{
	urgent_keep(tcb, record->up);
	if (unlikely(record->text != NULL || record->fin))
		hand_over(tcp, record, tcb);
}

void
syn_text_queue(struct tcb *tcb, struct segment *seg)
{
	struct segment text = *seg;

	urgent_keep(tcb, urgent_of_syn(seg));
	if (seg->text_len == 0 && !has_fin(seg))
		return;
	text.seq++;
	trim_to(&text, tcb->rcv_wnd);
	if ((text.text_len == 0 || receive_buffer_admits(tcb, &text)) &&
			reassembly_insert(tcb, &text))
		tcb->tcp->stats->syn_text_kept++;
	else
		tcb->tcp->stats->syn_text_refused++;
	seg->mbuf = text.mbuf;
}
